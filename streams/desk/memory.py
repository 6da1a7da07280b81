"""All that the desk remembers, changed in one way only: by applying a journal record.

A desk that restarts applies the same records and so remembers the same. It must not decide.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from schemas.journal import HeldRecord, Indexed, JournalRecord, Sighting, StateRecord, Status
from streams.desk.config import DeskConfig
from streams.desk.fingerprint import LITTLE_U32, is_comparable, unpack
from streams.desk.flashes import FlashWatch
from streams.desk.index import SHINGLES_HOT, HotIndex
from streams.desk.rarity import RARE_STORIES, Rarity
from streams.desk.readying import Ready, ready_all
from streams.desk.references import References, unpack_names
from streams.desk.sightings import DecidedPlaces, Sightings
from streams.desk.standings import Standings
from streams.desk.takes import OpenTakes
from streams.desk.watch import Watch

_DAY_S = 24 * 3600
_LAST_MEMBERS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_END = datetime.max.replace(tzinfo=UTC)
# An undated message may not move the clock further than this: one wrong host clock would release
# every embargo and forget every text.
_LONGEST_LEAP = timedelta(hours=24)


class Memory:
    """The desk's state: time, keys, holds, recent texts, phrase counts, decided transports.

    Attributes:
        now: the desk's time; None before the first input.
        now_s: the same in seconds since 1970.
        day: the same in whole days since 1970.
        restored_to_s: while a desk is restored, the time its records go up to, as far as known:
            texts that will be out of the window by then are not indexed.
    """

    def __init__(self, config: DeskConfig) -> None:
        self.now: datetime | None = None
        self.now_s = 0.0
        self.day = 0
        self.restored_to_s = 0.0
        self.seq = 0
        self.standings = Standings()
        self.held: dict[str, HeldRecord] = {}
        # Keys that are known by their kill alone.
        self.pending: set[str] = set()
        self.index = HotIndex(config.hot_window.total_seconds(), self.standings)
        self.rarity = Rarity()
        self.flashes = FlashWatch(config.flash_window.total_seconds())
        self.takes = OpenTakes()
        self._sightings = Sightings(config.exact_days, self.standings)
        self.references = References(config.exact_days, self.standings)
        self._exact_days = config.exact_days
        self._decided = DecidedPlaces(config.exact_days)
        self._members: dict[str, tuple[int, ...]] = {}
        self._due: list[tuple[datetime, str, str]] = []
        self.watch = Watch(config)

    def time_of(self, now: datetime | None, received_at: datetime | None) -> datetime:
        """The desk's time for an input: as the data says, never back."""
        last = self.now
        said = now if now is not None else received_at
        if last is None:
            return said if said is not None else _EPOCH
        if said is None or (received_at is None and said - last > _LONGEST_LEAP):
            return last + min(_TICK, _END - last)
        return max(said, last)

    def advance(self, now: datetime) -> None:
        """Moves the time and forgets what is past its window."""
        self.now = now
        self.now_s = now.timestamp()
        self.day = int(self.now_s // _DAY_S)
        if self.index.expire(self.now_s):
            first = self.index.first_slot
            self._members = {
                story: slots for story, slots in self._members.items() if slots[-1] >= first
            }

    def apply(self, record: JournalRecord, ready: Ready | None = None) -> None:
        """Makes the changes a decision said it makes.

        Args:
            record: says all of them.
            ready: the text it indexes, where it has been made ready for this record; the memory
                keeps it.
        """
        if record.now is not None:
            self.advance(record.now)
        self.seq = record.seq
        if record.transport is not None:
            self._decided.add(int(record.transport, 16), self.day)
        for state in record.states:
            self.set_standing(state)
        # What is indexed has been seen.
        seen = record.sighting or record.indexed
        if isinstance(seen, Sighting):
            self._sight(seen.exact, seen)
        elif seen is not None and seen.fingerprint.words:
            self._sight(seen.fingerprint.exact, seen)
        if record.named is not None:
            named = record.named
            item_key = named.item_key or record.states[-1].item_key
            self.references.add(unpack_names(named.names), item_key, self.day)
        if record.indexed is not None:
            self._index(record.indexed, record.seq, ready)
        for take in record.takes:
            self.takes.apply(take, self.now_s)
        if record.heard is not None and record.now is not None:
            self.watch.apply(record.heard, record.now)

    def apply_all(self, records: Sequence[JournalRecord]) -> None:
        """Does what ``apply`` does with each in turn."""
        wanted = dict(self._to_index(records))
        entries = list(wanted.values())
        settled = bool(entries) and self.rarity.is_settled(entries[0][2], entries[-1][2])
        made = iter(ready_all(entries, self.rarity if settled else None))
        for place, record in enumerate(records):
            self.apply(record, next(made) if place in wanted else None)

    def set_standing(self, record: StateRecord) -> None:
        """Puts a key's last word."""
        self.standings.put(record)
        if record.status is Status.KILLED and not record.digest:
            self.pending.add(record.item_key)
        else:
            self.pending.discard(record.item_key)
        if record.status is not Status.HELD:
            self.held.pop(record.item_key, None)

    def hold(self, record: HeldRecord) -> None:
        """Keeps a held item until its time."""
        self.held[record.item_key] = record
        if record.due is not None:
            heapq.heappush(self._due, (record.due, record.item_key, record.hold))

    def next_due(self) -> datetime | None:
        """When the first hold ends by itself."""
        while self._due:
            due, key, hold = self._due[0]
            held = self.held.get(key)
            if held is not None and held.hold == hold:
                return due
            heapq.heappop(self._due)
        return None

    def pop_due(self, now: datetime) -> HeldRecord | None:
        """The held item that is due first, if one is by ``now``."""
        due = self.next_due()
        if due is None or due > now:
            return None
        return self.held[heapq.heappop(self._due)[1]]

    def was_decided(self, transport: int) -> bool:
        """The input at this place of the log was decided within the window."""
        return transport in self._decided

    def find_same(self, exact: bytes, provider: str | None, days: int) -> tuple[str, str] | None:
        """Key and id of the version that has this text: the provider's own, else the first."""
        first = self._sightings.find(exact, self.day, days)
        if first is None:
            # A provider's own is only ever seen together with the text itself.
            return None
        return self._sightings.find(_own(exact, provider), self.day, days) or first

    def last_members(self, story_key: str) -> tuple[int, ...]:
        """Slots of the versions that joined a story last, besides its root."""
        return self._members.get(story_key, ())

    def _sight(self, written: str, seen: Sighting | Indexed) -> None:
        target = first = (seen.item_key, seen.item_id)
        exact = bytes.fromhex(written)
        known = self._sightings.find(exact, self.day, self._exact_days)
        if known is not None:
            standing = self.standings.get(known[0])
            if standing is not None and standing.status is not Status.KILLED:
                first = known
        self._sightings.add(exact, first, self.day)
        if first != target:
            self._sightings.add(_own(exact, seen.provider), target, self.day)

    def _index(self, entry: Indexed, slot: int, ready: Ready | None) -> None:
        self.standings.put_slot(entry.item_key, slot)
        if ready is None:
            if not is_comparable(entry.fingerprint):
                # Of another method: its hashes mean nothing here, and the text is not compared.
                return
            if not self._is_past(self.now_s):
                (ready,) = ready_all([(entry, slot, self.now_s)])
        if ready is None:
            self.index.pass_over(slot, self.now_s)
        else:
            self._keep_rare(ready)
            self.index.add(ready.text, ready.keys)
        if entry.novel:
            self._count(entry, ready)
        else:
            standing = self.standings[entry.item_key]
            story = standing.story_key
            # A story does not go on from a round-up, nor from a flash that came late.
            ends = standing.stands_apart or (standing.flash and standing.superseded)
            if story and story != entry.item_key and not ends:
                self._members[story] = (*self._members.get(story, ()), slot)[-_LAST_MEMBERS:]
        if entry.flash:
            lead = unpack(entry.fingerprint.lead)
            subject = unpack(entry.fingerprint.subject)
            self.flashes.add(slot, self.now_s, entry.fingerprint.words, lead, subject)

    def _to_index(
        self, records: Sequence[JournalRecord]
    ) -> Iterator[tuple[int, tuple[Indexed, int, float]]]:
        """By place, the versions that will be indexed: each with its slot and its time."""
        at_s = self.now_s
        for place, record in enumerate(records):
            if record.now is not None:
                at_s = record.now.timestamp()
            entry = record.indexed
            if entry and is_comparable(entry.fingerprint) and not self._is_past(at_s):
                yield place, (entry, record.seq, at_s)

    def _is_past(self, at_s: float) -> bool:
        """What is indexed at ``at_s`` will be out of the window when the desk is restored."""
        return self.restored_to_s > 0 and self.index.is_past(at_s, self.restored_to_s)

    def _keep_rare(self, ready: Ready) -> None:
        """Leaves of a text's phrases the smallest of those that are rare today, to be kept hot.

        A phrase that is common now will not be rare while the text is hot, so nothing is lost.
        """
        text, rare = ready.text, ready.rare
        if rare is None:
            seen = self.rarity.count_at(ready.places, self.now_s)
            rare = ready.phrases[seen <= RARE_STORIES]
        if len(rare) > SHINGLES_HOT:
            text.known_to = int(rare[SHINGLES_HOT - 1])
        text.shingles = rare[:SHINGLES_HOT].astype(LITTLE_U32, copy=False).tobytes()

    def _count(self, entry: Indexed, ready: Ready | None) -> None:
        """Counts the phrases of a story, unless nobody can ask for the count any more."""
        if ready is not None:
            self.rarity.add_at(ready.places, self.now_s)
        elif not self._is_past(self.rarity.last_use_s(self.now_s)):
            self.rarity.add(unpack(entry.fingerprint.shingles), self.now_s)


def _own(exact: bytes, provider: str | None) -> bytes:
    """The key of a text among one provider's."""
    encoded = (provider or "").encode("utf-8", "surrogatepass")
    return hashlib.blake2b(exact + encoded, digest_size=16).digest()
