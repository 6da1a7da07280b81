"""Finding the few earlier texts worth comparing: by sentences and MinHash bands in common.

Postings are sorted arrays of (key, slot), merged as they grow; slots ascend with time, so an
expired hour is dropped from the front. What it finds depends on what was added and on the time,
never on how the arrays happen to be merged. It must not judge likeness.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from streams.desk.words import U32, U64

HOUR_S = 3600

POSTING_CAP = 60
"""A key that more texts share is boilerplate and finds nothing."""

_BUFFERED_TEXTS = 256
# Entries (8 bytes) beyond which two runs are not merged any more: keeps the longest pause short.
_LARGEST_RUN = 1 << 21


@dataclass(slots=True, eq=False)
class HotText:
    """What is kept of a published version while later copy may be compared with it.

    Attributes:
        shingles: little-endian 32-bit hashes, as in the fingerprint.
        names: the lower 16 bits of each.
        paragraphs: likewise.
    """

    slot: int
    at_s: float
    item_key: str
    item_id: str
    provider: str | None
    created_s: float | None
    exact: bytes
    words: int
    figures: int
    flash: bool
    shingles: bytes
    names: bytes
    numbers: str
    paragraphs: bytes


class Postings:
    """Key to slots, over the live slots only."""

    def __init__(self) -> None:
        self._runs: list[U64] = []
        # The last texts, not sorted yet: for each key the one slot, or a list of them.
        self._recent: dict[int, int | list[int]] = {}
        self._unsorted: list[U64] = []
        self._first_live = 0

    def add(self, slot: int, keys: U32) -> None:
        """Adds a text; slots must ascend."""
        recent = self._recent
        for key in keys.tolist():
            known = recent.get(key)
            if known is None:
                recent[key] = slot
            elif isinstance(known, int):
                recent[key] = [known, slot]
            else:
                known.append(slot)
        self._unsorted.append((keys.astype(np.uint64) << np.uint64(32)) | np.uint64(slot))
        if len(self._unsorted) >= _BUFFERED_TEXTS:
            self._seal()

    def find(self, keys: U32) -> list[int]:
        """Slots that share one of the keys, without duplicates, ascending."""
        counts = np.zeros(len(keys), np.int64)
        spans: list[tuple[U64, list[int], list[int]]] = []
        low = (keys.astype(np.uint64) << np.uint64(32)) | np.uint64(self._first_live)
        high = low | np.uint64(0xFFFFFFFF)
        for run in self._runs:
            starts = np.searchsorted(run, low)
            lengths = np.searchsorted(run, high, side="right") - starts
            if lengths.any():
                counts += lengths
                spans.append((run, starts.tolist(), (starts + lengths).tolist()))
        found: set[int] = set()
        for place, key in enumerate(keys.tolist()):
            live = self._live_recent(key)
            if counts[place] + len(live) > POSTING_CAP:
                continue
            found.update(live)
            for run, first, last in spans:
                if first[place] < last[place]:
                    slots = run[first[place] : last[place]] & np.uint64(0xFFFFFFFF)
                    found.update(slots.tolist())
        return sorted(found)

    def expire(self, first_live: int) -> None:
        """Forgets slots before ``first_live``."""
        self._first_live = first_live
        while self._runs and _last_slot(self._runs[0]) < first_live:
            del self._runs[0]

    def _live_recent(self, key: int) -> Sequence[int]:
        known = self._recent.get(key)
        if known is None:
            return ()
        if isinstance(known, int):
            return (known,) if known >= self._first_live else ()
        return known[bisect_left(known, self._first_live) :]

    def _seal(self) -> None:
        run = self._live_run(self._unsorted)
        self._recent = {}
        self._unsorted = []
        while self._runs:
            previous = self._runs[-1]
            if len(previous) > 2 * len(run) or len(previous) + len(run) > _LARGEST_RUN:
                break
            run = self._live_run((self._runs.pop(), run))
        if len(run):
            self._runs.append(run)

    def _live_run(self, parts: Sequence[U64]) -> U64:
        entries = np.concatenate(parts)
        return np.sort(entries[(entries & np.uint64(0xFFFFFFFF)) >= np.uint64(self._first_live)])


def _last_slot(run: U64) -> int:
    return int((run & np.uint64(0xFFFFFFFF)).max())


class HotIndex:
    """The texts of the hot window, in hourly segments, with postings to find them by."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._postings = Postings()
        self._texts: dict[int, HotText] = {}
        self._segments: deque[tuple[int, list[int]]] = deque()
        self.first_slot = 0

    def __len__(self) -> int:
        return len(self._texts)

    def get(self, slot: int | None) -> HotText | None:
        """The text in a slot, while it is hot."""
        return None if slot is None else self._texts.get(slot)

    def add(self, text: HotText, keys: U32) -> None:
        """Adds a text under its keys."""
        hour = int(text.at_s // HOUR_S)
        if not self._segments or self._segments[-1][0] != hour:
            self._segments.append((hour, []))
        self._segments[-1][1].append(text.slot)
        self._texts[text.slot] = text
        if len(keys):
            self._postings.add(text.slot, keys)

    def candidates(self, keys: U32) -> Iterable[HotText]:
        """Texts that share a key, the newest first."""
        if not len(keys):
            return []
        return [self._texts[slot] for slot in reversed(self._postings.find(keys))]

    def expire(self, now_s: float) -> bool:
        """Drops the hours that ended before the window; True when there were any."""
        oldest = int((now_s - self._window_s) // HOUR_S)
        if not self._segments or self._segments[0][0] >= oldest:
            return False
        while self._segments and self._segments[0][0] < oldest:
            for slot in self._segments.popleft()[1]:
                del self._texts[slot]
                self.first_slot = slot + 1
        self._postings.expire(self.first_slot)
        return True


class Sightings:
    """Equal texts by day: the hash of a text to the version it was first seen in."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._by_day: dict[int, dict[bytes, tuple[str, str]]] = {}

    def add(self, exact: bytes, version: tuple[str, str], day: int) -> None:
        """Remembers from ``day`` on which version, by key and id, has a text."""
        if day not in self._by_day:
            self._by_day[day] = {}
            for old in [key for key in self._by_day if key < day - self._days]:
                del self._by_day[old]
        self._by_day[day][exact] = version

    def find(self, exact: bytes, day: int, days: int) -> tuple[str, str] | None:
        """Key and id of the version that last stood for a text, at most ``days`` ago."""
        for back in range(days + 1):
            texts = self._by_day.get(day - back)
            if texts is not None and exact in texts:
                return texts[exact]
        return None
