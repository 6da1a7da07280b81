"""IPTC NewsML-G2: news messages and single items, each item a part, with their relations.

It must not read the inside of an item; ``newsml_g2_text`` and ``newsml_g2_facts`` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from schemas.item import PubStatus
from streams.decode.blocks import lay_out
from streams.decode.decoded import Decoded
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.newsml_g2_facts import facts_of, members_of, providers_of, state, target_of
from streams.decode.newsml_g2_item import Item
from streams.decode.newsml_g2_text import text_of_item
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.xml_document import XmlDocument, children, find, local, text_of
from streams.steps import Fail

NAME = "newsml-g2"
_NAMESPACE = "iptc.org/std/nar/"
_MESSAGE = "newsMessage"
_ITEMS = (
    *("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"),
    *("events", "event", "concept", "newsCoverage", "newsCoverageSet", "groupSet"),
)
# Without a namespace only these are G2's for sure.
_OWN_ROOTS = frozenset({_MESSAGE, *_ITEMS[:6]})
# Children of a wrapper that are looked at for the G2 document inside.
_MAX_LOOKED_AT = 20


def sniff(message: Message) -> Evidence:
    """A root element of NewsML-G2, or one inside a wrapper that is not."""
    document = message.xml
    if not isinstance(document, XmlDocument):
        return NO_EVIDENCE
    name = local(document.root)
    in_namespace = _NAMESPACE in str(document.root.tag)
    if in_namespace and name in {_MESSAGE, *_ITEMS}:
        return Evidence(0.98, (f"<{name}> in the NAR namespace",))
    if name in _OWN_ROOTS:
        said = document.root.get("standard") or "no NAR namespace"
        return Evidence(0.9, (f"<{name}>", said[:100]))
    if name == "groupSet" and find(document.root, "group") is not None:
        return Evidence(0.7, ("<groupSet> of a package",))
    if not in_namespace and _wrapped(document.root) is not None:
        return Evidence(0.6, (f"an item of NewsML-G2 in <{name}>",))
    return NO_EVIDENCE


def decode_newsml_g2(message: Message, profiles: Profiles) -> list[Decoded | Fail]:
    """One part for each item of the message, in order; what is no item is a ``Fail``.

    Source:
        IPTC NewsML-G2 Guidelines: newsMessage, the items, and alternative renditions in a
        contentSet; checked on messages of AP, ANSA, BusinessDesk, dpa, Reuters, STT and TT.
    """
    document = message.xml
    if isinstance(document, Fail):
        return [document]
    root = document.root if document is not None else None
    if root is not None and local(root) not in {_MESSAGE, *_ITEMS}:
        root = _wrapped(root)
    if root is None or document is None:
        return [Fail("format-unknown", "no element of NewsML-G2")]
    items = [Item(element) for element in _items(root)]
    envelope = _Envelope(
        next(children(root, "header", "Header"), None),
        _packages(items),
        is_single=len(items) == 1,
        warnings=document.warnings,
    )
    return [
        _decode_item(message, profiles, item, part, envelope) for part, item in enumerate(items)
    ] or [Fail("body-empty", "a message without items")]


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What the items of a message share.

    Attributes:
        packages: ids of the packages that hold each item, by the item's id.
        is_single: the message's own id is then one of its item's.
    """

    header: etree._Element | None
    packages: Mapping[str, Sequence[str]]
    is_single: bool
    warnings: tuple[str, ...]


def _items(root: etree._Element) -> Iterator[etree._Element]:
    """The items of a message, else the one that the document is."""
    if local(root) != _MESSAGE:
        yield root
        return
    for child in children(root):
        if local(child) in {"itemSet", "ItemSet"}:
            yield from children(child)
        elif local(child) in _ITEMS:
            yield child


def _wrapped(root: etree._Element) -> etree._Element | None:
    """The first document of NewsML-G2 one or two levels below a root of another kind."""
    for child in islice(children(root), _MAX_LOOKED_AT):
        for inner in (child, *islice(children(child), _MAX_LOOKED_AT)):
            if local(inner) in _OWN_ROOTS:
                return inner
    return None


def _packages(items: Sequence[Item]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for item in items:
        for member in members_of(item) if item.guid else ():
            target = target_of(member)
            if target and item.guid:
                found.setdefault(target, []).append(item.guid)
    return found


def _decode_item(
    message: Message, profiles: Profiles, item: Item, part: int, envelope: _Envelope
) -> Decoded | Fail:
    if item.name not in _ITEMS:
        return Fail("format-unknown", f"<{item.name}> is no item of NewsML-G2"[:200], part)
    message = message.from_provider(profiles, *providers_of(item, envelope.header))
    stated = Stated(message.profile)
    state(item, stated)
    if envelope.is_single:
        transmission = text_of(find(envelope.header, "transmitId"))
        stated.alt_id("transmission", transmission, "header/transmitId")
    for package in envelope.packages.get(item.guid or "", ()):
        stated.link("package", package, "packageItem/groupSet")
    text = text_of_item(item, canceled=stated.get("pubstatus") is PubStatus.CANCELED)
    layout = lay_out(text.pieces, from_markup=True)
    facts = facts_of(item, stated, text.headline)
    return message.decoded(
        NAME,
        layout,
        part=part,
        facts=facts,
        warnings=(*envelope.warnings, *stated.warnings, *text.warnings),
        not_text=text.not_text,
    )
