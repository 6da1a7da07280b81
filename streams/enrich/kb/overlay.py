"""The knowledge base as enrichment uses it: immutable, versioned, looked up by words.

It must not read a topic: hosts do, and build the next overlay of what they read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schemas.kb import KbAlias, KbEntity, LinkStatus
from streams.enrich.kb.meanings import Link, Meanings, is_written, links_of, meanings_of
from streams.enrich.kb.records import key_of, write_record
from streams.folding import fold

KbRecord = KbEntity | KbAlias
Change = tuple[bytes, KbRecord | None]
"""A key, and what it holds from now on."""

_TOKEN = re.compile(r"\w+(?:\.\w+)*", re.UNICODE)
# "Standard & Poor" has three.
_MAX_GAP = 3
_NO_GAP = re.compile(r"[\n,;:()]")
# Share of links by an exact table of aliases that were right, of 577 in Reuters text
# (research note of enrichment, section 3d): 87.3 %.
_UNCONFIRMED = 0.87
_CONFIRMED = 0.99
# Links of a chain of same_as: editors merge a few, a loop is cut.
_MAX_SAME = 16
_DIGEST_BITS = 64
# Names whose meanings are remembered, each of 64 links at most.
_REMEMBERED = 1_000
EMPTY_VERSION = "0"


@dataclass(frozen=True, slots=True)
class Match:
    """A name in a text: code points [start, end), what it means, and what else it could.

    Attributes:
        confidence: 0 to 1.
        others: the other entities that bear the name, likeliest first, each with its share.
    """

    start: int
    end: int
    entity: KbEntity
    confidence: float
    others: tuple[tuple[KbEntity, float], ...]


class Overlay:
    """Entities and links of one version; ``updated`` gives the next one."""

    __slots__ = (
        "_digest",
        "_lengths",
        "_links",
        "_lower_firsts",
        "_meanings",
        "_records",
        "entities",
    )

    def __init__(self) -> None:
        self._records: dict[bytes, KbRecord] = {}
        self.entities: dict[str, KbEntity] = {}
        # Of each folded name its links, and how many records say the same.
        self._links: dict[str, dict[Link, int]] = {}
        # Remembered, for a name that thousands of entities bear stands in a text more than once.
        self._meanings: dict[tuple[str, str, date | None], Meanings] = {}
        # Of each first word, bit n is set where an alias of n words begins with it. Never cleared:
        # a bit too many costs a look that finds nothing.
        self._lengths: dict[str, int] = {}
        self._lower_firsts: set[str] = set()
        self._digest = 0

    @property
    def version(self) -> str:
        """Of the content, not of its history: equal records give it, in whatever order they came.

        "37.1a2b3c4d5e6f7a8b": how many records there are, and the sum of their hashes modulo
        2^64, so that compaction of the topic does not change it; "0" for none.
        """
        if not self._records:
            return EMPTY_VERSION
        return f"{len(self._records)}.{self._digest:016x}"

    def __len__(self) -> int:
        return len(self._records)

    def records(self) -> list[KbRecord]:
        """Every record, by key."""
        return [self._records[key] for key in sorted(self._records)]

    def get(self, key: bytes) -> KbRecord | None:
        """The record of a key."""
        return self._records.get(key)

    def updated(self, changes: Iterable[Change]) -> Overlay:
        """The overlay after some changes: a record replaces that of its key, None removes it.

        One call with many changes copies once; a hundred thousand aliases copy in some 10 ms.
        """
        after = Overlay()
        self._copy_to(after)
        after._apply(changes)
        return after

    def draft(self) -> Draft:
        """A copy to be worked on in place, for an editor's long list of changes."""
        draft = Draft()
        self._copy_to(draft)
        return draft

    def _copy_to(self, after: Overlay) -> None:
        after._records = dict(self._records)
        after.entities = dict(self.entities)
        after._links = dict(self._links)
        after._lengths = dict(self._lengths)
        after._lower_firsts = set(self._lower_firsts)
        after._digest = self._digest

    def _apply(self, changes: Iterable[Change]) -> None:
        entities = self.entities
        self._meanings.clear()
        # Whose links are shared with no other overlay.
        own: set[str] = set()
        for key, record in changes:
            former = self._records.pop(key, None)
            if former is not None:
                self._digest = (self._digest - _hash(key, former)) % (1 << _DIGEST_BITS)
                self._drop_links(former, own)
                if isinstance(former, KbEntity):
                    del entities[former.id]
            if record is not None:
                self._records[key] = record
                self._digest = (self._digest + _hash(key, record)) % (1 << _DIGEST_BITS)
                self._add_links(record, own)
                if isinstance(record, KbEntity):
                    entities[record.id] = record

    def _own_links(self, folded: str, own: set[str]) -> dict[Link, int]:
        """The links of a name, to be changed in place; ``own`` are those that may be."""
        if folded not in own:
            own.add(folded)
            self._links[folded] = dict(self._links.get(folded, {}))
        return self._links.setdefault(folded, {})

    def _add_links(self, record: KbRecord, own: set[str]) -> None:
        for folded, link in links_of(record):
            links = self._own_links(folded, own)
            links[link] = links.get(link, 0) + 1
            parts = folded.split()
            self._lengths[parts[0]] = self._lengths.get(parts[0], 0) | 1 << len(parts)
            if not link.alias[0].isupper():
                self._lower_firsts.add(parts[0])

    def _drop_links(self, record: KbRecord, own: set[str]) -> None:
        for folded, link in links_of(record):
            links = self._own_links(folded, own)
            links[link] -= 1
            if not links[link]:
                del links[link]
            if not links:
                del self._links[folded]

    def canonical(self, entity: str) -> str:
        """The id at the end of an entity's ``same_as``; of a loop, its least id."""
        seen = [entity]
        while len(seen) <= _MAX_SAME:
            known = self.entities.get(seen[-1])
            if known is None or known.same_as is None:
                return seen[-1]
            if known.same_as in seen:
                return min(seen[seen.index(known.same_as) :])
            seen.append(known.same_as)
        return min(seen)

    def entity(self, entity: str) -> KbEntity | None:
        """The entity an id means, ``same_as`` followed as far as the entities are known."""
        return self.entities.get(self.canonical(entity)) or self.entities.get(entity)

    def links(self, name: str) -> tuple[Link, ...]:
        """Every link of a name, rejected ones included."""
        return tuple(self._links.get(fold(name), ()))

    def is_rejected(self, name: str, language: str, entity: str) -> bool:
        """Whether an editor said that a name does not mean an entity."""
        folded = fold(name)
        return (
            folded in self._links and entity in self._meanings_of(folded, language, None).rejected
        )

    def names_any(self, text: str) -> bool:
        """Whether a text has any of the names, rejected ones included, however it writes them."""
        parts = fold(text).split()
        for at, first in enumerate(parts):
            lengths = self._lengths.get(first, 0)
            for length in range(1, lengths.bit_length()):
                if lengths >> length & 1 and " ".join(parts[at : at + length]) in self._links:
                    return True
        return False

    def find(self, text: str, language: str, day: date | None = None) -> Iterator[Match]:
        """The names in ``text``, longest first where several begin at a word, by start.

        Args:
            text: a paragraph.
            language: its language, ISO 639-1; "und" finds names of any language only.
            day: of the item, for entities of which the names hold for a time; None is any.
        """
        if not self._links:
            return
        tokens = list(_TOKEN.finditer(text))
        shouts = text == text.upper()
        position = 0
        while position < len(tokens):
            match = self._match(text, tokens, position, (language, day), shouts=shouts)
            if match is not None:
                length, found = match
                yield found
                position += length
            else:
                position += 1

    def _match(
        self,
        text: str,
        tokens: Sequence[re.Match[str]],
        position: int,
        context: tuple[str, date | None],
        *,
        shouts: bool,
    ) -> tuple[int, Match] | None:
        """How many tokens from ``position`` are which entity's name; None if none are."""
        token = tokens[position]
        parts = _parts(token[0])
        if not parts or (token[0].islower() and parts[0] not in self._lower_firsts):
            return None
        lengths = self._lengths.get(parts[0], 0)
        if not lengths:
            return None
        best: tuple[int, Match] | None = None
        so_far: list[str] = []
        for index in range(position, len(tokens)):
            if index > position and not _is_beside(text, tokens[index - 1], tokens[index]):
                break
            so_far.extend(_parts(tokens[index][0]))
            if lengths >> len(so_far) == 0:
                break
            folded = " ".join(so_far)
            if lengths >> len(so_far) & 1 and folded in self._links:
                start, end = token.start(), tokens[index].end()
                if "." in text[start:end] and text[end : end + 1] == ".":
                    end += 1  # "U.N." ends with its full stop.
                meanings = self._meanings_of(folded, *context)
                found = _chosen(meanings, text[start:end], shouts=shouts)
                if found is not None:
                    entity, confidence, others = found
                    best = (index - position + 1, Match(start, end, entity, confidence, others))
        return best

    def _meanings_of(self, folded: str, language: str, day: date | None) -> Meanings:
        key = (folded, language, day)
        found = self._meanings.get(key)
        if found is None:
            if len(self._meanings) >= _REMEMBERED:
                self._meanings.clear()
            found = meanings_of(self._links[folded], language, day, self.entity)
            self._meanings[key] = found
        return found


def _chosen(
    meanings: Meanings, surface: str, *, shouts: bool
) -> tuple[KbEntity, float, tuple[tuple[KbEntity, float], ...]] | None:
    """What a name means as a text writes it, how surely, and what else it could."""
    ranked: dict[str, tuple[KbEntity, Link]] = {}
    for entity, link in meanings.ranked:
        if is_written(link, surface, shouts=shouts):
            ranked.setdefault(entity.id, (entity, link))
    if not ranked:
        return None
    (entity, link), *others = ranked.values()
    total = sum(each.prior for _, each in ranked.values())
    sure = link.status is LinkStatus.CONFIRMED
    confidence = _CONFIRMED if sure else round(_UNCONFIRMED * link.prior / total, 3)
    shares = tuple((other, round(each.prior / total, 3)) for other, each in others)
    return entity, confidence, shares


class Draft(Overlay):
    """An overlay at work; it changes in place, so that no other may hold it."""

    __slots__ = ()

    def apply(self, changes: Iterable[Change]) -> None:
        """Make changes, in order."""
        self._apply(changes)


def _is_beside(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    gap = text[left.end() : right.start()]
    return len(gap) <= _MAX_GAP and not _NO_GAP.search(gap)


@lru_cache(maxsize=20_000)
def _short_parts(token: str) -> tuple[str, ...]:
    return tuple(fold(token).split())


def _parts(token: str) -> tuple[str, ...]:
    """The folded words of a token; a megabyte of letters is not remembered."""
    return _short_parts(token) if len(token) <= 50 else tuple(fold(token[:300]).split())


def _hash(key: bytes, record: KbRecord) -> int:
    digest = hashlib.blake2b(key, digest_size=_DIGEST_BITS // 8)
    digest.update(b"\0" + write_record(record))
    return int.from_bytes(digest.digest(), "big")


EMPTY = Overlay()


def overlay_of(records: Iterable[KbRecord]) -> Overlay:
    """The overlay of some records; of two with one key the later counts."""
    return EMPTY.updated((key_of(record), record) for record in records)
