"""All that the desk remembers, changed in one way only: by applying a journal record.

A desk that restarts applies the same records and so remembers the same. It must not decide.
"""

from __future__ import annotations

import hashlib
import heapq
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from schemas.fingerprint import Fingerprint
from schemas.journal import HeldRecord, Indexed, JournalRecord, Sighting, StateRecord, Status
from streams.desk.config import DeskConfig
from streams.desk.fingerprint import (
    SHINGLES_KEPT,
    is_comparable,
    packed_bytes,
    unpack,
    unpack_bytes,
)
from streams.desk.flashes import FlashWatch
from streams.desk.index import OPENING_BIT, SHINGLES_HOT, HotIndex, HotText
from streams.desk.rarity import RARE_STORIES, Rarity
from streams.desk.references import References, unpack_names
from streams.desk.sightings import DecidedPlaces, Sightings
from streams.desk.standings import Standings
from streams.desk.takes import OpenTakes
from streams.desk.watch import Watch
from streams.desk.words import U32

_DAY_S = 24 * 3600
_LAST_MEMBERS = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)
_END = datetime.max.replace(tzinfo=UTC)
# An undated message may not move the clock further than this: one wrong host clock would release
# every embargo and forget every text.
_LONGEST_LEAP = timedelta(hours=24)


Ready: TypeAlias = tuple[HotText, U32]
"""A text to be compared, and what it is found by."""


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
            ready: what ``hot_text`` and ``keys_of`` answer of the text it indexes, where they have
                been asked for this record; the memory keeps it.
        """
        if record.now is not None:
            self.advance(record.now)
        self.seq = record.seq
        if record.transport is not None:
            self._decided.add(int(record.transport, 16), self.day)
        for state in record.states:
            self.set_standing(state)
        seen = record.sighting or _own_sighting(record.indexed)
        if seen is not None:
            self._sight(seen)
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

    def _sight(self, seen: Sighting) -> None:
        target = first = (seen.item_key, seen.item_id)
        exact = bytes.fromhex(seen.exact)
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
        if not is_comparable(entry.fingerprint):
            # Of another method: its hashes mean nothing here, and the text is not compared.
            return
        phrases: U32 | None = None
        if self.index.is_past(self.now_s, self.restored_to_s):
            self.index.pass_over(slot, self.now_s)
        else:
            text, keys = ready or (hot_text(entry, slot, self.now_s), keys_of(entry.fingerprint))
            phrases = unpack_bytes(text.shingles)
            self._keep_rare(text, phrases)
            self.index.add(text, keys)
        if entry.novel:
            self._count(entry, phrases)
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

    def _keep_rare(self, text: HotText, phrases: U32) -> None:
        """Leaves of a text's phrases the smallest of those that are rare today, to be kept hot.

        A phrase that is common now will not be rare while the text is hot, so nothing is lost.
        """
        rare = phrases[self.rarity.count(phrases, self.now_s) <= RARE_STORIES]
        if len(rare) > SHINGLES_HOT:
            text.known_to = int(rare[SHINGLES_HOT - 1])
        text.shingles = rare[:SHINGLES_HOT].astype("<u4", copy=False).tobytes()

    def _count(self, entry: Indexed, phrases: U32 | None) -> None:
        """Counts the phrases of a story, unless nobody can ask for the count any more."""
        if not self.index.is_past(self.rarity.last_use_s(self.now_s), self.restored_to_s):
            if phrases is None:
                phrases = unpack(entry.fingerprint.shingles)
            self.rarity.add(phrases, self.now_s)


def _own_sighting(entry: Indexed | None) -> Sighting | None:
    """What is indexed has been seen."""
    if entry is None or not entry.fingerprint.words:
        return None
    return Sighting.model_construct(
        exact=entry.fingerprint.exact,
        provider=entry.provider,
        item_key=entry.item_key,
        item_id=entry.item_id,
    )


def _own(exact: bytes, provider: str | None) -> bytes:
    """The key of a text among one provider's."""
    encoded = (provider or "").encode("utf-8", "surrogatepass")
    return hashlib.blake2b(exact + encoded, digest_size=16).digest()


_OPENINGS = 8


def keys_of(fingerprint: Fingerprint) -> U32:
    """What a text is found by: 7 sentence keys at most, 8 of bands, 2 of outlines, 8 of openings.

    A share it is about takes the place of the last opening. These are odd and the others even, so
    that one array holds both. In no order, and some may be repeated.
    """
    strong = b"".join(
        map(packed_bytes, (fingerprint.sentences, fingerprint.bands, fingerprint.outlines))
    )
    share = packed_bytes(fingerprint.tickers)[:4] if fingerprint.bands else b""
    openings = (share + packed_bytes(fingerprint.openings))[: 4 * _OPENINGS]
    keys = unpack_bytes(strong + openings) & ~OPENING_BIT
    keys[len(strong) // 4 :] |= OPENING_BIT
    return keys


def hot_text(entry: Indexed, slot: int, at_s: float) -> HotText:
    """An indexed version ready to be compared."""
    signed = entry.fingerprint
    created = entry.version_created
    shingles = packed_bytes(signed.shingles)
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
        names=_halved(signed.names),
        numbers=signed.numbers,
        title=_halved(signed.title),
        tickers=_halved(signed.tickers),
        moments=_halved(signed.moments),
        corrects=signed.corrects,
        paragraphs=_halved(signed.paragraphs),
    )


def _halved(packed: str) -> bytes:
    """The lower half of each hash: two texts have too few of these for more to be needed."""
    if not packed:
        return b""
    return memoryview(packed_bytes(packed)).cast("H")[::2].tobytes()
