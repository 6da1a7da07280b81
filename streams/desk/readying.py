"""Indexed versions made ready to be compared and found again, one or many at once.

It must not know what the desk remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from schemas.fingerprint import Fingerprint
from schemas.journal import Indexed
from streams.desk.fingerprint import SHINGLES_KEPT, packed_bytes, unpack_bytes
from streams.desk.index import OPENING_BIT, HotText
from streams.desk.rarity import RARE_STORIES, Rarity, places_of
from streams.desk.words import U32, Index

_OPENINGS = 8
_HALVED: Callable[[Fingerprint], tuple[str, ...]] = attrgetter(
    "names", "paragraphs", "title", "tickers", "moments"
)


class Ready(NamedTuple):
    """A text to be compared.

    Attributes:
        keys: what it is found by.
        phrases: all that its fingerprint has.
        places: where they are counted.
        rare: those of them that are rare, where that is known.
    """

    text: HotText
    keys: U32
    phrases: U32
    places: Index
    rare: U32 | None = None


def ready(text: HotText, keys: U32) -> Ready:
    """What ``hot_text`` and ``keys_of`` have answered of a version, ready to be indexed."""
    phrases = unpack_bytes(text.shingles)
    return Ready(text, keys, phrases, places_of(phrases))


def ready_all(
    entries: Sequence[tuple[Indexed, int, float]], rarity: Rarity | None = None
) -> list[Ready]:
    """Versions made ready in less time than one by one: arrays are made once for all.

    Args:
        entries: each with what else ``hot_text`` asks for; 256 of them need 1 MB meanwhile.
        rarity: of all their phrases, where it does not change from one entry to the next.
    """
    if not entries:
        return []
    signed = [entry.fingerprint for entry, _, _ in entries]
    shingles = [packed_bytes(each.shingles) for each in signed]
    phrases = unpack_bytes(b"".join(shingles))
    places = places_of(phrases)
    ends = [0, *accumulate(len(raw) >> 2 for raw in shingles)]
    rare: Iterable[U32 | None] = repeat(None, len(entries))
    if rarity is not None:
        are_rare = rarity.count_at(places, entries[0][2]) <= RARE_STORIES
        rare_ends = np.cumsum(np.append(np.intp(0), are_rare))[ends].tolist()
        all_rare = phrases[are_rare]
        rare = (all_rare[first:end] for first, end in pairwise(rare_ends))
    texts = [
        _hot_text(entry, slot, at_s, raw, halves)
        for (entry, slot, at_s), raw, halves in zip(entries, shingles, _halves(signed), strict=True)
    ]
    return [
        Ready(text, keys, phrases[first:end], places[:, first:end], kept)
        for text, keys, (first, end), kept in zip(
            texts, _keys(signed), pairwise(ends), rare, strict=True
        )
    ]


def hot_text(entry: Indexed, slot: int, at_s: float) -> HotText:
    """An indexed version ready to be compared, in its slot since ``at_s``."""
    (halves,) = _halves([entry.fingerprint])
    return _hot_text(entry, slot, at_s, packed_bytes(entry.fingerprint.shingles), halves)


def keys_of(fingerprint: Fingerprint) -> U32:
    """What a text is found by: 7 sentence keys at most, 8 of bands, 2 of outlines, 8 of openings.

    A share it is about takes the place of the last opening. These are odd and the others even, so
    that one array holds both. In no order, and some may be repeated.
    """
    (keys,) = _keys([fingerprint])
    return keys


def _keys(signed: Iterable[Fingerprint]) -> Iterator[U32]:
    parts: list[bytes] = []
    for each in signed:
        bands = packed_bytes(each.bands)
        share = packed_bytes(each.tickers)[:4] if each.bands else b""
        parts.append(packed_bytes(each.sentences) + bands + packed_bytes(each.outlines))
        parts.append((share + packed_bytes(each.openings))[: 4 * _OPENINGS])
    sizes = [len(part) >> 2 for part in parts]
    keys = unpack_bytes(b"".join(parts)) & ~OPENING_BIT
    keys |= np.repeat(np.arange(len(parts), dtype=np.uint32) & OPENING_BIT, sizes)
    ends = list(accumulate(sizes, initial=0))[::2]
    return (keys[first:end] for first, end in pairwise(ends))


def _halves(signed: Sequence[Fingerprint]) -> Iterator[list[bytes]]:
    """The lower half of each hash: two texts have too few of these for more to be needed."""
    raws = [packed_bytes(packed) for each in signed for packed in _HALVED(each)]
    halved = np.frombuffer(b"".join(raws), "<u2")[::2].tobytes()
    ends = accumulate((len(raw) >> 1 for raw in raws), initial=0)
    every = [halved[first:end] for first, end in pairwise(ends)]
    return (every[first : first + 5] for first in range(0, len(every), 5))


def _hot_text(
    entry: Indexed, slot: int, at_s: float, shingles: bytes, halves: Sequence[bytes]
) -> HotText:
    signed = entry.fingerprint
    created = entry.version_created
    names, paragraphs, title, tickers, moments = halves
    # As many as are kept: there may have been more, all larger.
    cut = len(shingles) >= 4 * SHINGLES_KEPT
    return HotText(
        slot=slot,
        at_s=at_s,
        item_key=entry.item_key,
        item_id=entry.item_id,
        provider=entry.provider,
        created_s=created.timestamp() if created else None,
        exact=bytes.fromhex(signed.exact),
        words=signed.words,
        flash=entry.flash,
        shingles=shingles,
        known_to=int.from_bytes(shingles[-4:], "little") if cut else None,
        names=names,
        numbers=signed.numbers,
        title=title,
        tickers=tickers,
        moments=moments,
        corrects=signed.corrects,
        paragraphs=paragraphs,
    )
