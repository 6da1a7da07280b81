"""Finding the few earlier texts worth comparing: by sentences and MinHash bands in common.

Postings are sorted arrays of (key, slot), merged as they grow; slots ascend with time, so an
expired hour is dropped from the front. What it finds depends on what was added and on the time,
never on how the arrays happen to be merged. It must not judge likeness.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from streams.desk.packing import (
    pack_all_ascending,
    pack_id,
    pack_provider,
    pack_row,
    unpack_ascending,
    unpack_id,
    unpack_provider,
    unpack_row,
)
from streams.desk.rows import PackedRows
from streams.desk.standings import Standings
from streams.desk.words import U32, U64, begins_group, distinct

HOUR_S = 3600

POSTING_CAP = 60
"""A key that more texts share is boilerplate and finds nothing."""

OPENING_BIT = np.uint32(1)
"""Set in the keys of a text's opening, which many texts share; never in the others."""

OPENING_CAP = 4
"""An opening key that more texts share finds only those that share another one too.

Reuters wires, 134 pairs of one story: with it 99.0 % are found at 1.1 candidates a text; with
POSTING_CAP as many at 3.8, with none alone 98.5 % at 0.4.
"""

SHINGLES_HOT = 128
"""Phrases of a text that are kept at most: the rare ones. With 64, too few of a text of 180 words
are left to compare a short one by."""

_BUFFERED_TEXTS = 256
_PACKED_AT_ONCE = 64
_UNPACKED_KEPT = 64
# Entries (8 bytes) beyond which two runs are not merged any more: keeps the longest pause short.
_LARGEST_RUN = 1 << 21
_KEY_SHIFT, _SLOT = np.uint64(32), np.uint64(0xFFFFFFFF)


@dataclass(slots=True, eq=False)
class HotText:
    """What is kept of a published version while later copy may be compared with it.

    Attributes:
        shingles: little-endian 32-bit hashes, as in the fingerprint; once in the index, the
            smallest of those that were rare.
        known_to: phrases larger than this one may be missing; None when none is.
        names: the lower 16 bits of each.
        paragraphs, title, tickers, moments: likewise.
    """

    slot: int
    at_s: float
    item_key: str
    item_id: str
    provider: str | None
    created_s: float | None
    exact: bytes
    words: int
    flash: bool
    shingles: bytes
    names: bytes
    numbers: str
    paragraphs: bytes
    title: bytes = b""
    tickers: bytes = b""
    moments: bytes = b""
    corrects: bool = False
    known_to: int | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """Entries, each a key and a slot, ascending; and between which slots they are."""

    entries: U64
    first_slot: int
    last_slot: int


class Postings:
    """Key to slots, over the live slots only."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        # The last texts, not sorted yet; and of the first so many of them, as far as anybody has
        # looked for one, for each key the one slot or a list of them.
        self._unsorted: list[tuple[int, U32]] = []
        self._recent: dict[int, int | list[int]] = {}
        self._looked_at = 0
        self._first_live = 0

    def add(self, slot: int, keys: U32) -> None:
        """Adds a text; slots must ascend, keys need not and may be repeated."""
        self._unsorted.append((slot, keys))
        if len(self._unsorted) >= _BUFFERED_TEXTS:
            self._seal()

    def find(self, keys: U32) -> list[int]:
        """Slots that share one of the keys, or two of openings that are common, ascending."""
        self._look_at_recent()
        keys = distinct(keys)
        spans = self._spans(keys)
        found: set[int] = set()
        once: set[int] = set()
        for place, key in enumerate(keys.tolist()):
            live = self._live_recent(key)
            settled = spans.get(place, ())
            shared = sum(last - first for _, first, last in settled) + len(live)
            if not 0 < shared <= POSTING_CAP:
                continue
            slots = set(live)
            for run, first, last in settled:
                slots.update((run[first:last] & _SLOT).tolist())
            if key & 1 and shared > OPENING_CAP:
                found |= slots & once
                once |= slots
            else:
                found |= slots
        return sorted(found)

    def _spans(self, keys: U32) -> dict[int, list[tuple[U64, int, int]]]:
        """Where keys stand in the runs: by place among ``keys`` a run, and from where to where."""
        spans: dict[int, list[tuple[U64, int, int]]] = {}
        low = (keys.astype(np.uint64) << _KEY_SHIFT) | np.uint64(self._first_live)
        for run in (run.entries for run in self._runs):
            # Most keys are in no run: the second search is for the few that are.
            firsts = run.searchsorted(low)
            near = run.take(firsts, mode="clip")
            places = ((near ^ low) <= _SLOT).nonzero()[0]
            if len(places):
                lasts = run.searchsorted(low[places] | _SLOT, side="right").tolist()
                for place, last in zip(places.tolist(), lasts, strict=True):
                    spans.setdefault(place, []).append((run, int(firsts[place]), last))
        return spans

    def expire(self, first_live: int) -> None:
        """Forgets slots before ``first_live``."""
        self._first_live = first_live
        while self._runs and self._runs[0].last_slot < first_live:
            del self._runs[0]

    def _look_at_recent(self) -> None:
        recent = self._recent
        for slot, keys in self._unsorted[self._looked_at :]:
            for key in set(keys.tolist()):
                known = recent.get(key)
                if known is None:
                    recent[key] = slot
                elif isinstance(known, int):
                    recent[key] = [known, slot]
                else:
                    known.append(slot)
        self._looked_at = len(self._unsorted)

    def _live_recent(self, key: int) -> Sequence[int]:
        known = self._recent.get(key)
        if known is None:
            return ()
        if isinstance(known, int):
            return (known,) if known >= self._first_live else ()
        return known[bisect_left(known, self._first_live) :]

    def _seal(self) -> None:
        slots = np.array([slot for slot, _ in self._unsorted], np.uint64)
        lengths = [len(keys) for _, keys in self._unsorted]
        found = np.concatenate([keys for _, keys in self._unsorted]).astype(np.uint64)
        entries = (found << _KEY_SHIFT) | np.repeat(slots, lengths)
        run = self._run((entries,), int(slots[0]), int(slots[-1]))
        self._recent = {}
        self._looked_at = 0
        self._unsorted = []
        # Only here: one text's are never of two runs.
        run = replace(run, entries=run.entries[begins_group(run.entries)])
        while self._runs:
            previous = self._runs[-1]
            size, older = len(run.entries), len(previous.entries)
            if older > 2 * size or older + size > _LARGEST_RUN:
                break
            self._runs.pop()
            run = self._run((previous.entries, run.entries), previous.first_slot, run.last_slot)
        if len(run.entries):
            self._runs.append(run)

    def _run(self, parts: Sequence[U64], first_slot: int, last_slot: int) -> _Run:
        # One array and no copy of it: the memory of copies of large arrays is not given back.
        entries = np.concatenate(parts)
        if first_slot < self._first_live:
            entries = entries[(entries & _SLOT) >= np.uint64(self._first_live)]
            first_slot = self._first_live
        entries.sort()
        return _Run(entries, first_slot, last_slot)


class _Hour:
    """The texts of one hour, packed: their hashes apart, which nothing makes smaller.

    The last ones are as they came: packing many at once takes a sixth of the time.
    """

    __slots__ = ("hashes", "number", "open", "rows", "slots")

    def __init__(self, number: int) -> None:
        self.number = number
        self.slots = array("I")
        self.rows = PackedRows(squeeze=True)
        self.hashes = PackedRows()
        self.open: list[HotText] = []

    def add(self, text: HotText, row: bytes) -> None:
        self.slots.append(text.slot)
        self.rows.append(row)
        self.open.append(text)
        if len(self.open) == _PACKED_AT_ONCE:
            self.close()

    def close(self) -> None:
        """Packs what is open."""
        packed = pack_all_ascending([text.shingles for text in self.open])
        for text, shingles in zip(self.open, packed, strict=True):
            row = (text.exact, shingles, text.names, text.paragraphs, text.title)
            self.hashes.append(pack_row(row))
        self.open = []


class HotIndex:
    """The texts of the hot window, in hourly segments, with postings to find them by."""

    def __init__(self, window_s: float, standings: Standings) -> None:
        self._window_s = window_s
        self._standings = standings
        self._postings = Postings()
        self._hours: list[_Hour] = []
        # A text is compared by its words, by its name and by its story.
        self._unpacked_lately: dict[int, HotText] = {}
        self.first_slot = 0

    def __len__(self) -> int:
        return sum(len(hour.slots) for hour in self._hours)

    def get(self, slot: int | None) -> HotText | None:
        """The text in a slot, while it is hot."""
        if slot is None or slot < self.first_slot or not self._hours:
            return None
        hour = self._hours[bisect_right(self._hours, slot, key=_first_slot) - 1]
        place = bisect_left(hour.slots, slot)
        if place == len(hour.slots) or hour.slots[place] != slot:
            return None
        packed = len(hour.hashes)
        if place >= packed:
            return hour.open[place - packed]
        text = self._unpacked_lately.get(slot)
        if text is None:
            if len(self._unpacked_lately) == _UNPACKED_KEPT:
                del self._unpacked_lately[next(iter(self._unpacked_lately))]
            text = self._unpacked(slot, hour.rows[place], hour.hashes[place])
            self._unpacked_lately[slot] = text
        return text

    def add(self, text: HotText, keys: U32) -> None:
        """Adds a text under its keys; it must not be changed after that."""
        self._hour(text.at_s).add(text, self._packed(text))
        if len(keys):
            self._postings.add(text.slot, keys)

    def pass_over(self, slot: int, at_s: float) -> None:
        """Counts a text that nobody can ask for any more: its hour will have been dropped."""
        self._hour(at_s).slots.append(slot)

    def _hour(self, at_s: float) -> _Hour:
        number = int(at_s // HOUR_S)
        if not self._hours or self._hours[-1].number != number:
            if self._hours:
                self._hours[-1].close()
            self._hours.append(_Hour(number))
        return self._hours[-1]

    def is_past(self, at_s: float, now_s: float) -> bool:
        """Whether a text of ``at_s`` is out of the window by ``now_s``."""
        return int(at_s // HOUR_S) < int((now_s - self._window_s) // HOUR_S)

    def candidates(self, keys: U32) -> Iterator[HotText]:
        """Texts that share a key, the newest first."""
        for slot in reversed(self._postings.find(keys) if len(keys) else ()):
            text = self.get(slot)
            if text is not None:
                yield text

    def expire(self, now_s: float) -> bool:
        """Drops the hours that ended before the window; True when there were any."""
        oldest = int((now_s - self._window_s) // HOUR_S)
        past = 0
        while past < len(self._hours) and self._hours[past].number < oldest:
            past += 1
        if not past:
            return False
        self.first_slot = self._hours[past - 1].slots[-1] + 1
        del self._hours[:past]
        self._postings.expire(self.first_slot)
        return True

    def _packed(self, text: HotText) -> bytes:
        return pack_row(
            (
                text.at_s,
                self._standings.number(text.item_key),
                pack_id(text.item_id, text.item_key),
                pack_provider(text.provider, text.item_key),
                text.created_s,
                text.words,
                text.flash,
                text.numbers,
                text.tickers,
                text.moments,
                text.corrects,
                text.known_to,
            )
        )

    def _unpacked(self, slot: int, row: bytes, hashes: bytes) -> HotText:
        at_s, number, item_id, provider, created_s, words, flash, *rest = unpack_row(row)
        numbers, tickers, moments, corrects, known_to = rest
        exact, shingles, names, paragraphs, title = unpack_row(hashes)
        item_key = self._standings.key(number)
        return HotText(
            slot=slot,
            at_s=at_s,
            item_key=item_key,
            item_id=unpack_id(item_id, item_key),
            provider=unpack_provider(provider, item_key),
            created_s=created_s,
            exact=exact,
            words=words,
            flash=flash,
            shingles=unpack_ascending(shingles),
            names=names,
            numbers=numbers,
            paragraphs=paragraphs,
            title=title,
            tickers=tickers,
            moments=moments,
            corrects=corrects,
            known_to=known_to,
        )


def _first_slot(hour: _Hour) -> int:
    return hour.slots[0]
