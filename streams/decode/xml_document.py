"""XML as wires send it: read tolerantly, without entities or network, with what was odd about it.

It must not know any vocabulary.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from streams.decode.markup import root_of
from streams.steps import Fail

_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]*(?:\[(?P<subset>.*?)\]\s*)?>", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\b.*?\?>", re.DOTALL)
# Parameter entities are a document type's own business, and it is not read.
_GENERAL_ENTITY = re.compile(r"<!ENTITY\s+(?!%)(\S+)", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# What is not markup to repair, then what may be wrong in what is.
_REFERENCE = re.compile(
    r"(?P<whole><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|&(?:(?P<name>[A-Za-z][\w.-]{0,60});|#(?P<number>x[0-9A-Fa-f]{1,8}|\d{1,8});|)",
    re.DOTALL,
)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# Damage makes names that recovery keeps and lxml would refuse to set: "hl2:", "a:1".
_BARE_NAME = re.compile(r"[^{}:]*:(?P<name>[A-Za-z_][\w.-]*)", re.ASCII)
_WHITE = re.compile(r"\s+")
_LEADING = "\ufeff \t\r\n"
MAX_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A parsed document.

    Warnings: "xml-control-characters:<n>" (each now a space), "xml-reference-repaired:<n>",
    "xml-repaired:<what>", "xml-trailing-text:<n>", "doctype-external".
    """

    root: etree._Element
    warnings: tuple[str, ...] = ()


def parse(text: str) -> XmlDocument | Fail:
    """The document in ``text``, whose encoding declaration no longer counts.

    The document type is passed over: nothing it names is fetched, nothing it declares expanded.

    Returns:
        The document, ``xml-entity-forbidden`` where it uses an entity of its own making,
        ``xml-truncated`` where its root element never ends, ``xml-too-deep`` beyond what libxml2
        allows (256), or ``xml-invalid``.
    """
    warnings: list[str] = []
    body = text.lstrip(_LEADING)
    declaration = _DECLARATION.match(body)
    if declaration:
        body = body[declaration.end() :].lstrip(_LEADING)
    body, entities = _without_doctype(body, warnings)
    if entities:
        used = {found["name"] for found in _REFERENCE.finditer(body) if found["name"]}
        if not used.isdisjoint(entities):
            return Fail("xml-entity-forbidden", "the document uses entities it declares")
    body, illegal = _ILLEGAL.subn(" ", body)
    if illegal:
        warnings.append(f"xml-control-characters:{illegal}")
    try:
        return XmlDocument(_tree(body, recover=False), tuple(warnings))
    except (etree.LxmlError, ValueError):
        return _repaired(body, warnings)


def _without_doctype(body: str, warnings: list[str]) -> tuple[str, frozenset[str]]:
    """The text without its document type, and the general entities that declared."""
    found = _DOCTYPE.search(body, 0, 100_000)
    if found is None or (root := root_of(body[:100_000])) is None:
        return body, frozenset()
    first = body.find(f"<{root}")
    if found.start() > first:
        return body, frozenset()
    if re.search(r"\b(?:SYSTEM|PUBLIC)\b", found[0]):
        warnings.append("doctype-external")
    entities = frozenset(_GENERAL_ENTITY.findall(found["subset"] or ""))
    return body[: found.start()] + body[found.end() :], entities


def _repaired(body: str, warnings: list[str]) -> XmlDocument | Fail:
    body, references = _mend_references(body)
    if references:
        warnings.append(f"xml-reference-repaired:{references}")
    root = root_of(body[:100_000])
    if root is None:
        return Fail("xml-invalid", "no element begins")
    last = body.rfind(f"</{root}")
    end = body.find(">", last) + 1 if last >= 0 else 0
    if end == 0:
        return Fail("xml-truncated", f"<{root}> is not closed")
    if body[end:].strip() and not body[end:].lstrip().startswith(("<!--", "<?")):
        warnings.append(f"xml-trailing-text:{len(body[end:].strip())}")
    return _recovered(body[:end], warnings)


def _recovered(body: str, warnings: list[str]) -> XmlDocument | Fail:
    try:
        return XmlDocument(_tree(body, recover=False), tuple(warnings))
    except (etree.LxmlError, ValueError) as error:
        first = _printable(str(error))
    if "depth" in first:
        return Fail("xml-too-deep", first)
    try:
        tree = _tree(body, recover=True)
    except (etree.LxmlError, ValueError):
        tree = None
    # Past an error it cannot mend libxml2 leaves the rest out: then it is not the whole message.
    if tree is None or len("".join(tree.itertext())) < len(_text_of(body)):
        return Fail("xml-invalid", first)
    for node in tree.iter():
        # A prefix that stands for nothing says nothing: "nitf:p" is p.
        bare = _BARE_NAME.fullmatch(node.tag) if isinstance(node.tag, str) else None
        if bare:
            node.tag = bare["name"]
    return XmlDocument(tree, (*warnings, f"xml-repaired:{first}")[:MAX_WARNINGS])


def _tree(body: str, *, recover: bool) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        recover=recover,
        collect_ids=False,
    )
    return etree.fromstring(body.encode("utf-8"), parser=parser)


def _mend_references(body: str) -> tuple[str, int]:
    """Named characters of HTML as themselves, every other wrong reference as the text it is."""
    mended = 0

    def mend(found: re.Match[str]) -> str:
        nonlocal mended
        if found["whole"] or found["name"] in _XML_NAMES:
            return found[0]
        if found["number"]:
            number = found["number"]
            code = int(number[1:], 16) if number[0] == "x" else int(number)
            legal = code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
            if legal or 0x10000 <= code < 0x110000:
                return found[0]
            mended += 1
            return " "
        mended += 1
        named = html.unescape(found[0]) if found["name"] else ""
        return named if named and named != found[0] else f"&amp;{found[0][1:]}"

    return _REFERENCE.sub(mend, body), mended


def _text_of(body: str) -> str:
    """The character data of markup that may be broken, roughly: never more than there is."""
    text = re.sub(r"<!\[CDATA\[.*?\]\]>|<[^<>]*>|&[^;\s]{1,10};", "", body, flags=re.DOTALL)
    return text.replace("<", "").replace(">", "")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:160])


def local(node: etree._Element) -> str:
    """The name of an element without its namespace or prefix; "" for what is no element."""
    tag = node.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def children(node: etree._Element | None, *names: str) -> Iterator[etree._Element]:
    """The child elements with one of these local names, in order; all of them without names."""
    for child in node if node is not None else ():
        name = local(child)
        if name and (not names or name in names):
            yield child


def find(node: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element down a path of local names: ``find(item, "itemMeta", "pubStatus")``."""
    for name in path:
        node = next(children(node, name), None)
        if node is None:
            return None
    return node


def find_all(node: etree._Element | None, *path: str) -> list[etree._Element]:
    """Every element down a path of local names, in document order."""
    found = [node] if node is not None else []
    for name in path:
        found = [child for parent in found for child in children(parent, name)]
    return found


def descendants(node: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements below (and including) ``node`` with one of these local names."""
    for inner in node.iter():
        if local(inner) in names:
            yield inner


def attribute(node: etree._Element | None, name: str) -> str | None:
    """An attribute by its local name, white space collapsed; None when absent or empty."""
    if node is None:
        return None
    value = node.get(name)
    if value is None:
        value = next(
            (text for key, text in node.attrib.items() if key.rpartition("}")[2] == name), None
        )
    return collapse(value) if value is not None else None


def text_of(node: etree._Element | None) -> str | None:
    """All text inside an element on one line; None when there is none."""
    return collapse("".join(node.itertext())) if node is not None else None


def joined(parts: Iterable[str | None]) -> str | None:
    """The texts of neighbouring elements on one line, a space where two words would touch."""
    line: list[str] = []
    for part in parts:
        if not part:
            continue
        if line and line[-1][-1].isalnum() and (part[0].isalnum() or part[0] == "("):
            line.append(" ")
        line.append(part)
    return collapse("".join(line))


def collapse(text: str) -> str | None:
    """Text on one line, runs of white space as one space; None when nothing is left."""
    return _WHITE.sub(" ", text).strip() or None
