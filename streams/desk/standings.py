"""The last word on every key, for ever, in few bytes: 100 and the key, where objects took 1,300.

It must not decide.
"""

from __future__ import annotations

import hashlib
from array import array
from datetime import datetime
from itertools import islice

from schemas.item import AltId
from schemas.journal import StateRecord, Status
from streams.desk.lifecycle import Standing
from streams.desk.linked import LinkedNumbers
from streams.desk.packing import (
    Plain,
    pack_hex,
    pack_id,
    pack_order,
    pack_provider,
    pack_row,
    unpack_hex,
    unpack_id,
    unpack_order,
    unpack_provider,
    unpack_row,
)
from streams.desk.rows import PackedRows
from streams.desk.tables import HashTable

# Tables grow one at a time, so that the desk never stops to copy all of them.
_TABLES = 64
_STATUSES = tuple(Status)
# A million copies of one message are one decision each, and none of them may read all the others.
_MOST_LISTED = 1_024
_READ_KEPT = 64
# Bytes of the hashes of content, of everything, and of the headline.
_HASH_SIZES = (16, 8, 8)
# A row ends with its last field that is not None.
_LEFT_OUT: tuple[Plain, ...] = (None,) * 15


class Standings:
    """Standings by key; each key has a number, for others to remember it by."""

    def __init__(self) -> None:
        self._rows = PackedRows(squeeze=True)
        # Of the published version in the hot index, 0 for none: a column of its own, as it is put
        # apart from the rest. Slots are below 2**32 in the index too.
        self._slots = array("I")
        self._tables = tuple(HashTable() for _ in range(_TABLES))
        self._reprints = LinkedNumbers()
        self._members = LinkedNumbers()
        # One decision asks for its own key seven times.
        self._lately: tuple[str | None, int] = (None, 0)
        self._hashed: tuple[str | None, int] = (None, 0)
        # And for each that it looks at some four times.
        self._read: dict[int, Standing | None] = {}

    def __getitem__(self, item_key: str) -> Standing:
        standing = self.get(item_key)
        if standing is None:
            raise KeyError(item_key)
        return standing

    def get(self, item_key: str) -> Standing | None:
        """The standing of a key, if it has one."""
        number = self._find(item_key)
        return None if number is None else self._standing(number)

    def key(self, number: int) -> str:
        """The key with this number."""
        return str(unpack_row(self._rows[number])[0])

    def number(self, item_key: str) -> int:
        """The number of a key; a key without a standing is given one, too.

        While a desk is restored, a sighting may name a key whose last word comes later.
        """
        known = self._find(item_key)
        return self._append(item_key, (item_key,)) if known is None else known

    def put(self, record: StateRecord) -> None:
        """Puts a key's last word; its slot stays."""
        row = _packed(record)
        number = self._find(record.item_key)
        known = None if number is None else self._standing(number)
        if number is None:
            number = self._append(record.item_key, row)
        else:
            self._rows.replace(number, pack_row(row))
            self._read.pop(number, None)
        repeats, story = record.reprint_of, record.story_key
        if repeats and (known is None or known.reprint_of != repeats):
            self._reprints.add(_hash(repeats), number)
        if story and story != record.item_key and (known is None or known.story_key != story):
            self._members.add(_hash(story), number)

    def put_slot(self, item_key: str, slot: int) -> None:
        """Says where the key's published version is in the hot index."""
        number = self.number(item_key)
        self._slots[number] = slot
        self._read.pop(number, None)

    def reprints_of(self, item_key: str) -> list[str]:
        """Keys of the items that repeat this one, sorted; of more than 1,024 the last ones."""
        found = map(self._standing, islice(self._reprints.find(_hash(item_key)), _MOST_LISTED))
        return sorted({known.item_key for known in found if known and known.reprint_of == item_key})

    def members_of(self, story_key: str) -> list[str]:
        """Keys in a story besides its root, sorted; of more than 1,024 the last ones."""
        found = map(self._standing, islice(self._members.find(_hash(story_key)), _MOST_LISTED))
        return sorted({known.item_key for known in found if known and known.story_key == story_key})

    def _append(self, item_key: str, row: tuple[Plain, ...]) -> int:
        number = self._rows.append(pack_row(row))
        self._slots.append(0)
        upper, table = self._table(item_key)
        table.add(upper, number)
        self._lately = (item_key, number)
        return number

    def _find(self, item_key: str) -> int | None:
        if self._lately[0] == item_key:
            return self._lately[1]
        upper, table = self._table(item_key)
        for number in table.find(upper):
            if self.key(number) == item_key:
                self._lately = (item_key, number)
                return number
        return None

    def _table(self, item_key: str) -> tuple[int, HashTable]:
        # A key that is not found is mostly put next.
        if self._hashed[0] != item_key:
            self._hashed = (item_key, _hash(item_key))
        hashed = self._hashed[1]
        return hashed >> 32, self._tables[hashed % _TABLES]

    def _standing(self, number: int) -> Standing | None:
        if number not in self._read:
            if len(self._read) == _READ_KEPT:
                del self._read[next(iter(self._read))]
            row = unpack_row(self._rows[number])
            standing = _unpacked(row, self._slots[number] or None) if len(row) > 1 else None
            self._read[number] = standing
        return self._read[number]


def _hash(item_key: str) -> int:
    encoded = item_key.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")


def _packed(standing: StateRecord) -> tuple[Plain, ...]:
    key, item_id = standing.item_key, standing.item_id
    published: Plain = standing.published
    if published is not None:
        published = True if published == item_id else pack_id(published, key)
    hashes = (standing.content_hash, standing.digest, standing.headline)
    often = (
        key,
        *pack_order(standing.order_key),
        True if item_id == f"{key}@{standing.order_key}" else item_id,
        published,
        True if standing.story_key == key else standing.story_key,
        pack_provider(standing.provider, key),
        pack_hex(hashes, _HASH_SIZES),
        _marks(standing),
        standing.urgency,
    )
    seldom: tuple[Plain, ...] = (
        tuple([(alt_id.scheme, alt_id.value) for alt_id in standing.alt_ids]) or None,
        standing.reprint_of,
        standing.embargoed_until and standing.embargoed_until.isoformat(),
        standing.hold,
        standing.due and standing.due.isoformat(),
    )
    while seldom and seldom[-1] is None:
        seldom = seldom[:-1]
    return often + seldom


def _marks(standing: StateRecord) -> int:
    status = _STATUSES.index(standing.status)
    apart = standing.sidebar << 1 | standing.wrap
    return status << 4 | apart << 2 | standing.flash << 1 | standing.superseded


def _unpacked(row: tuple[Plain, ...], slot: int | None) -> Standing:
    row += _LEFT_OUT[len(row) :]
    key, seconds, version, item_id, published, story, provider, hashes, marks, urgency = row[:10]
    alt_ids, reprint_of, embargoed_until, hold, due = row[10:]
    order_key = unpack_order(seconds, version)
    item_id = f"{key}@{order_key}" if item_id is True else item_id
    if published is not None:
        published = item_id if published is True else unpack_id(published, key)
    content_hash, digest, headline = unpack_hex(hashes, _HASH_SIZES)
    return Standing(
        item_key=key,
        status=_STATUSES[marks >> 4],
        order_key=order_key,
        item_id=item_id,
        published=published,
        story_key=key if story is True else story,
        provider=unpack_provider(provider, key),
        content_hash=content_hash,
        digest=digest,
        headline=headline,
        urgency=urgency,
        embargoed_until=embargoed_until and datetime.fromisoformat(embargoed_until),
        alt_ids=tuple(AltId(scheme=scheme, value=value) for scheme, value in alt_ids or ()),
        reprint_of=reprint_of,
        hold=hold,
        due=due and datetime.fromisoformat(due),
        flash=bool(marks & 2),
        superseded=bool(marks & 1),
        wrap=bool(marks & 4),
        sidebar=bool(marks & 8),
        slot=slot,
    )
