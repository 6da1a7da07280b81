"""What the desk writes of its own memory, so that another desk can go on where it stopped.

One journal record says everything one decision changed; a state record is the last word on one
key, for ever; a held record keeps the copy of an item that may not be published yet. None of them
holds rules.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict

from schemas.event import EventKind, Source
from schemas.fingerprint import Fingerprint
from schemas.item import AltId, Item
from schemas.model import Instant, Record


class Status(StrEnum):
    """Where a key stands."""

    LIVE = "live"
    HELD = "held"
    KILLED = "killed"


class StateRecord(Record):
    """The last word on one ``item_key``.

    Attributes:
        seq: of the journal record that wrote it.
        epoch: of the desk that wrote it.
        order_key: the newest version known, published or not; a kill that stated no time stands
            at the time it was decided.
        item_id: that version's id.
        published: id of the version subscribers have; None when they have none.
        digest: of everything that makes two versions of one order key different.
        headline: hash of the headline as written.
        reprint_of: key of the item this one repeats, of another provider.
        hold: id of the hold event, while held.
        due: when the hold ends by itself; None when only a newer version ends it.
        flash: a flash or urgent that a fuller story may supersede.
        superseded: a fuller story has.
        wrap: a round-up, which stories are no versions of.
        sidebar: likewise, and never of a story either.
    """

    item_key: str
    seq: int
    epoch: int
    status: Status
    order_key: str
    item_id: str
    published: str | None = None
    story_key: str | None = None
    provider: str | None = None
    content_hash: str = ""
    digest: str = ""
    headline: str = ""
    urgency: int | None = None
    embargoed_until: Instant | None = None
    alt_ids: tuple[AltId, ...] = ()
    reprint_of: str | None = None
    hold: str | None = None
    due: Instant | None = None
    flash: bool = False
    superseded: bool = False
    wrap: bool = False
    sidebar: bool = False


class HeldRecord(Record):
    """An embargoed or withheld item, whole, with what its release will need.

    Attributes:
        reason: "embargo" ends at ``due``; "withheld" and "hold" when the agency says so, and have
            no ``due``.
    """

    item_key: str
    seq: int
    epoch: int
    hold: str
    due: Instant | None
    reason: str | None = None
    source: Source
    item: Item


class Indexed(Record):
    """A published version that later copy is compared with.

    Attributes:
        novel: it began a story, so its phrases count towards what is common.
        fingerprint: without the parts that are of use only while deciding.
    """

    item_key: str
    item_id: str
    provider: str | None
    version_created: Instant | None = None
    novel: bool
    flash: bool
    fingerprint: Fingerprint


class Sighting(Record):
    """A text was seen: later copies of it by this provider are copies of ``item_id``."""

    exact: str
    provider: str | None
    item_key: str
    item_id: str


class TakeRecord(Record):
    """A take of a text sent in several came, changed, or left the text.

    Attributes:
        series: number of the text: the ``seq`` of the record that its first take came with.
        slugline: folded, without marks of versions; "" where there is none.
        headline: the same.
        label: the version that the takes are of, as its marker says ("update 2"); "" for none.
        number: of the take, from 1.
        joins: how often the takes had been joined when this was decided.
        replaces: key of the take that this one corrects, where ids name a message.
        item: as published; None when the take leaves the text: killed or held.
    """

    series: int
    slugline: str
    headline: str
    label: str
    number: int
    joins: int
    item_key: str
    replaces: str | None = None
    item: Item | None = None


class Named(Record):
    """What later messages may call an item.

    Attributes:
        item_key: empty for that of the record's last state.
        names: hashes of the names, 8 bytes each, most significant first, together in base64.
    """

    item_key: str = ""
    names: str


class Hole(Record):
    """Numbers of a service that did not come, ``first`` to ``last``.

    Attributes:
        since: when a later number came.
        seen: of the counter, at that moment.
        told: a gap was announced.
    """

    first: int
    last: int
    since: Instant
    seen: int
    told: bool = False


class Counter(Record):
    """Where the message numbers of one service stand.

    Attributes:
        last: the highest number of the run.
        digits: as many as the numbers are written with; they begin again after as many nines.
        made: when it was sent.
        seen: numbers that took the run further, counted.
        holes: in the order they were found.
        rival: a number off the run: with one close to it the count has begun again there.
    """

    service: str
    last: int
    digits: int
    made: Instant
    seen: int = 0
    holes: tuple[Hole, ...] = ()
    rival: int | None = None


class Heard(Record):
    """A provider's last sign of life, and what the desk expects of it from then on.

    Attributes:
        event: id of the primary event of its last message.
        source: of that message; None when only what is known of the provider changed.
        hour: of that message, counted since 1970.
        count: messages in that hour; None where it was not watched from its beginning.
        silent: a silence was announced, and nothing has come since.
        days: how often each hour of the day was watched, to three: 24 of workdays, 24 of weekends;
            empty where it did not change.
        usual: messages in each of these hours, the same.
        counter: of the service the message belongs to, if its format counts.
    """

    provider: str
    event: str | None = None
    source: Source | None = None
    hour: int
    count: int | None = None
    silent: bool = False
    days: tuple[int, ...] = ()
    usual: tuple[float, ...] = ()
    counter: Counter | None = None


class JournalRecord(Record):
    """Everything one decision changed in the desk's memory.

    Attributes:
        seq: counts records of one desk's history from 1, without gaps.
        epoch: of the desk that wrote it; after a higher one, a lower one is a ghost's.
        now: the desk's time when it decided.
        transport: hash of where the input stood on the log, 16 hexadecimal digits.
        states: the keys whose last word changed, whole; the item's own is the last.
        sighting: of a text that is not indexed; what is indexed has been seen. Older
            records say it of both.
        takes: texts of takes, kept while more may come.
        heard: of the provider the input came from; in a tick, of one that fell silent or of a
            service of which numbers are missing.
    """

    # Hardly any text of one is that of another: looking for it costs a seventh of reading.
    model_config = ConfigDict(cache_strings="keys")

    seq: int
    epoch: int
    now: Instant | None
    type: Literal["decided", "rejected", "release", "tick", "epoch"]
    transport: str | None = None
    item_id: str | None = None
    kind: EventKind | None = None
    states: tuple[StateRecord, ...] = ()
    indexed: Indexed | None = None
    sighting: Sighting | None = None
    takes: tuple[TakeRecord, ...] = ()
    named: Named | None = None
    heard: Heard | None = None
