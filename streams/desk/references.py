"""What a message may be called by later ones: numbers, ids, headlines, sluglines.

A kill says "please kill dpa 0123", or names a headline; a take bears the slugline of its story.
Names are kept by the day and dropped by the day. It must not decide which of the items that share
a name is meant.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from struct import unpack_from

from schemas.item import AltId, Item
from streams.decode.lifecycle import (
    find_markers,
    headline_reference,
    number_reference,
    read_markers,
)
from streams.desk.identity import UNKNOWN_PROVIDER
from streams.desk.lifecycle import is_pending
from streams.desk.linked import LinkedNumbers
from streams.desk.sightings import Days
from streams.desk.standings import Standings
from streams.folding import fold

MOST_FOUND = 32
"""A name that more items of a day bear is a section label, not a name."""

_MOST_NAMES = 12
_LONGEST_NAME = 300
_LONGEST_SLUGLINE = 200
_HASH_BYTES = 8
# They are of one delivery or one version, and never said by another message.
_OF_ONE_VERSION = frozenset({"etag", "entry_id", "versioned"})
# "urn:newsml:agency:day:id:4", "...:1N": the revision, and what it does to the one before.
_URN_REVISION = re.compile(r"(?<=.):\d{1,18}[NUA]?$")
_USN = re.compile(r"(?:newsml_)?n?([A-Z]{1,3}\d?N\d[A-Z0-9]{5})")
# AP's cycle and region: "BC-EU--Canal Lock", "AM-US--Storm".
_CYCLE = re.compile(
    r"(?:BC|AM|PM|AP|BCs)-(?=\w)(?:AP-)?(?:[A-Z]{2,4}--)?|[A-Z]{2,4}--", re.IGNORECASE
)
_CYCLE_WORDS = re.compile(r"^(?:bc|am|pm|ap) (?=\w)")
_REGION_WORD = re.compile(r"^[a-z]{2,4} (?=\w)")
_VERSION_WORDS = re.compile(r" \d{1,2}(?:st|nd|rd|th)? ?(?:ld|lead|add|take|writethru)\b.*$")
_SEGMENTS = re.compile(
    r"\s*[,/()\[\]]\s*|\s+[-–—]+\s+|\s+(?=\d{1,2}\s?(?:st|nd|rd|th)\b)", re.IGNORECASE
)
# "BC-EU--CANAL-LOCK-KILL", "CANAL-LOCK 1stLd-Writethru".
_TAIL = re.compile(
    r"[-\s]+(?:KILL|WITHDRAWAL|WITHDRAWN|CORRECTIVE|CORRECTION|HOLD|"
    r"\d{1,2}(?:ST|ND|RD|TH)?\s?(?:LD|LEAD|ADD|TAKE|WRITETHRU)\S*)$",
    re.IGNORECASE,
)


class References:
    """Item keys by what they may be called, within one provider, by the day they were called so.

    A name is a hash of 64 bits: 12 bytes for each item that bears it, 13 for the name.
    """

    def __init__(self, days: int, standings: Standings) -> None:
        self._days: Days[LinkedNumbers] = Days(days, LinkedNumbers)
        self._standings = standings

    def add(self, hashes: Sequence[int], item_key: str, day: int) -> None:
        """Remembers from ``day`` on what an item may be called; ``hashes`` by ``hash_name``."""
        named = self._days.of(day)
        number = self._standings.number(item_key)
        for hashed in hashes:
            if not named.has(hashed, number, MOST_FOUND):
                named.add(hashed, number)

    def find(self, provider: str | None, name: str, day: int, days: int) -> Iterator[str]:
        """Keys of the items that bear a name, as ``names_of`` gives it, each once, newest first.

        An item's stable id finds it for ever; other names so many ``days`` back from ``day``, and
        at most 32 items. A key is read when it is asked for: most who ask want a few.
        """
        found: set[str] = set()
        for key in self._every(provider, name, day, days):
            if len(found) == MOST_FOUND:
                return
            if key not in found:
                found.add(key)
                yield key

    def _every(self, provider: str | None, name: str, day: int, days: int) -> Iterator[str]:
        yield from self._by_key(provider, name)
        hashed = hash_name(provider, name)
        for named in self._days.back_from(day, days):
            for number in islice(named.find(hashed), MOST_FOUND):
                yield self._standings.key(number)

    def _by_key(self, provider: str | None, name: str) -> Iterator[str]:
        for key in (f"{provider or UNKNOWN_PROVIDER}:{name}", name):
            known = self._standings.get(key)
            if known is not None and known.provider == provider and not is_pending(known):
                yield key


def names_of(item: Item) -> tuple[str, ...]:
    """What later messages of its provider may call an item, as kills do.

    Returns:
        Its stable id and alternative ids as written, a urn also without its revision; the
        agency's number as "dpa:0123"; "usn:..." of Reuters; "headline:<folded>" of three words
        at least and "slugline:<folded>", both without markers. At most 12.
    """
    found: dict[str, None] = {_stable_id(item): None}
    for alt_id in item.alt_ids:
        found.update(dict.fromkeys(_names_of_id(alt_id, item.provider)))
    usn = _USN.search(item.item_key)
    if usn:
        found.setdefault(f"usn:{usn[1]}")
    for name in (_headline_name(item.headline), slugline_reference(item.slugline)):
        if name is not None:
            found.setdefault(name)
    return tuple(name for name in found if 0 < len(name) <= _LONGEST_NAME)[:_MOST_NAMES]


# Of one item names are asked for at least twice running.
@lru_cache(maxsize=8)
def _headline_name(headline: str | None) -> str | None:
    return headline_reference(find_markers(headline).headline)


@lru_cache(maxsize=8)
def slugline_reference(slugline: str | None) -> str | None:
    """The name that a slugline is known by: "BC-EU--CANAL-LOCK, 2nd Ld" is "slugline:canal lock".

    Off go the cycle and region AP puts before it, segments that say which version it is, what
    stands in brackets, and counts of words; None when nothing is left.
    """
    text = (slugline or "")[:_LONGEST_SLUGLINE].strip()
    bracket = re.search(r"\s*[(\[]", text)
    if bracket and bracket.start():
        text = text[: bracket.start()]
    cycle = _CYCLE.match(text)
    rest = text[cycle.end() :] if cycle else text
    parts = []
    for part in _SEGMENTS.split(rest):
        words = _TAIL.sub("", part.strip())
        if words and not words.isdecimal() and not read_markers(None, words).kinds:
            parts.append(words)
    folded = fold(" ".join(parts))
    return f"slugline:{folded}" if folded else None


def spellings(name: str) -> tuple[str, ...]:
    """A name as a kill gives it, and as ``names_of`` might: without revision, cycle or region."""
    found = {name: None, **dict.fromkeys(_without_revision(name))}
    if name.startswith("slugline:"):
        folded = _VERSION_WORDS.sub("", name.removeprefix("slugline:"))
        found.setdefault(f"slugline:{folded}")
        short = _CYCLE_WORDS.sub("", folded)
        if short != folded:
            found.setdefault(f"slugline:{short}")
            found.setdefault(f"slugline:{_REGION_WORD.sub('', short)}")
    return tuple(found)


@lru_cache(maxsize=64)
def hash_name(provider: str | None, name: str) -> int:
    """64 bits that stand for a name within one provider."""
    encoded = f"{provider or ''}\n{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=_HASH_BYTES).digest(), "big")


def pack_names(item: Item) -> str:
    """The hashes of an item's names, as the journal keeps them; its own key needs none."""
    own = _stable_id(item)
    hashes = [hash_name(item.provider, name) for name in names_of(item) if name != own]
    return b64encode(b"".join(one.to_bytes(_HASH_BYTES, "big") for one in hashes)).decode()


def unpack_names(packed: str) -> list[int]:
    """The hashes that were packed."""
    raw = a2b_base64(packed)
    return list(unpack_from(f">{len(raw) // _HASH_BYTES}Q", raw))


def _stable_id(item: Item) -> str:
    return item.item_key.removeprefix(f"{item.provider or UNKNOWN_PROVIDER}:")


def _names_of_id(alt_id: AltId, provider: str | None) -> Iterator[str]:
    value = alt_id.value.strip()
    if alt_id.scheme in _OF_ONE_VERSION or not value:
        return
    if alt_id.scheme == "transmission":
        # A bare number is of the line, and says nothing.
        if provider and not value.isdecimal():
            yield number_reference(provider, value)
        return
    if alt_id.scheme == "usn":
        yield f"usn:{value.removeprefix('n')}"
        return
    stable = next(_without_revision(value), value)
    yield stable
    if alt_id.scheme == "agency-number" and provider:
        # Copy says "item 0123" where the header has the agency by its short name.
        yield number_reference(provider, value.partition(":")[2])


def _without_revision(name: str) -> Iterator[str]:
    if name.startswith("urn:newsml:") and _URN_REVISION.search(name) and name.count(":") > 4:
        yield _URN_REVISION.sub("", name)
