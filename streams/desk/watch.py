"""The watch over providers: who was heard when, and where the counts of their services stand.

Changed in one way only, by what the journal says was heard. It must not follow numbers or learn
habits itself: ``sequence`` and ``silence`` do.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.event import EventKind, Source, WireEvent
from schemas.item import Item
from schemas.journal import Counter, Heard
from schemas.model import write_instant
from streams.desk.config import DeskConfig
from streams.desk.identity import event_id
from streams.desk.sequence import Gap, due, expire, follow, read_number, sequence_of
from streams.desk.silence import EXPECTED, listen, silent_from

# Who was not heard for so long is forgotten: well within the journal's 30 days, so that a desk
# restored from it knows the same.
_FORGOTTEN = timedelta(days=14)
# A name may come from a message: made-up ones push out each other's, those heard longest ago first.
MOST_PROVIDERS = 1_000
MOST_SERVICES = 200
_LONGEST_NAME = 200
# What is expected after it has no date any more.
_LAST_DAY = datetime(9999, 1, 1, tzinfo=UTC)
_COPIES = frozenset({EventKind.DUPLICATE, EventKind.STALE})


@dataclass(frozen=True, slots=True)
class Noted:
    """What one input changes in the watch, and what is to be announced with it."""

    heard: Heard | None = None
    gaps: tuple[Gap, ...] = ()
    silent_s: int | None = None

    def reasons(self) -> tuple[str, ...]:
        """For the primary event: the silence it ends."""
        return () if self.silent_s is None else (f"silent-for={self.silent_s}s",)

    def of_message(self, event: str, source: Source) -> Heard | None:
        """What was heard, with the message it was heard by."""
        if self.heard is None:
            return None
        return self.heard.model_copy(update={"event": event, "source": source})

    def events(self, cause: str, source: Source) -> list[WireEvent]:
        """The gaps the message made certain, or closed."""
        provider = self.heard.provider if self.heard else ""
        return [gap_event(provider, gap, cause, source) for gap in self.gaps]


NOTHING = Noted()


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that was heard: when, its primary event, and where it came from."""

    at: datetime
    event: str
    source: Source


@dataclass(slots=True)
class _Provider:
    """What is known of a provider; counters with the last message of each, oldest first.

    Attributes:
        heard: as last said.
        habits: the last that said what is usual of the provider; most do not.
    """

    heard: Heard
    last: _Message
    habits: Heard
    counters: OrderedDict[str, tuple[Counter, _Message]] = field(default_factory=OrderedDict)

    def whole(self) -> Heard:
        """What was last said, with what is usual where it does not say that."""
        if self.heard.days or not self.habits.days:
            return self.heard
        kept = {"days": self.habits.days, "usual": self.habits.usual}
        return self.heard.model_copy(update=kept)


class Watch:
    """Providers by name, those heard longest ago first."""

    def __init__(self, config: DeskConfig) -> None:
        self._config = config
        self._providers: OrderedDict[str, _Provider] = OrderedDict()
        # When to look at whom: a counter, or ("", provider) for a silence. At most one entry of
        # each is good: the one in ``_queued``. A deadline only ever moves away while it waits, so
        # it is worked out again when it has come, not with every message.
        self._queue: list[tuple[datetime, str, str]] = []
        self._queued: dict[tuple[str, str], datetime | None] = {}

    def note_item(self, item: Item, kind: EventKind, at: datetime) -> Noted:
        """What an item that comes in at ``at``, and is of this kind, changes."""
        sequence = sequence_of(item.alt_ids)
        return self.note(item.provider, sequence, item.version_created, at, is_copy=kind in _COPIES)

    def note(
        self,
        provider: str | None,
        sequence: str | None,
        made: datetime | None,
        at: datetime,
        *,
        is_copy: bool = False,
    ) -> Noted:
        """What a message changes.

        Args:
            provider: whose; without one, nothing is watched.
            sequence: "service/number", where its format counts.
            made: when the agency sent it.
            at: the desk's time.
            is_copy: the desk has its text already.
        """
        if not provider or len(provider) > _LONGEST_NAME or at > _LAST_DAY:
            return NOTHING
        known = self._get(provider, at)
        heard = listen(known.whole() if known else None, provider, at)
        silent_s = None
        if known is not None and known.heard.silent:
            silent_s = int((at - known.last.at).total_seconds())
        number = read_number(sequence)
        gaps: tuple[Gap, ...] = ()
        if number is not None:
            before = _counter(known, number.service, at)
            counter, gaps = follow(before, number, made, at, is_copy=is_copy)
            heard = heard.model_copy(update={"counter": counter})
        if not self._config.watch_rule(provider).gaps:
            gaps = ()
        return Noted(heard, gaps, silent_s)

    def apply(self, heard: Heard, at: datetime) -> None:
        """Puts what was heard."""
        name = heard.provider
        known = self._get(name, at)
        if heard.event is None or heard.source is None:
            if known is not None:
                self._amend(known, heard)
            return
        message = _Message(at, heard.event, heard.source)
        anew = known is None or known.heard.silent or bool(heard.days)
        if known is None:
            self._forget(name)
            known = self._providers[name] = _Provider(heard, message, heard)
        elif heard.days:
            known.habits = heard
        known.heard, known.last = heard, message
        self._providers.move_to_end(name)
        if heard.counter is not None:
            self._put_counter(known, heard.counter)
        if anew:
            self._enqueue((name, ""), self._silent_from(known))
        self._drop_oldest(at)

    def next_due(self) -> datetime | None:
        """When a silence begins, or a hole is certain, by time alone."""
        while self._queue:
            at, name, service = self._queue[0]
            if self._queued.get((name, service)) == at:
                true = self._due(name, service)
                if true == at:
                    return at
                self._enqueue((name, service), true)
            if self._queue[0] == (at, name, service):
                heapq.heappop(self._queue)
        return None

    def expire(self, when: datetime) -> tuple[Heard, list[WireEvent]]:
        """What is due first, as ``next_due`` said: the change, and what it announces."""
        _, name, service = self._queue[0]
        known = self._providers[name]
        change = Heard(
            provider=name,
            hour=known.heard.hour,
            count=known.heard.count,
            silent=known.heard.silent or not service,
        )
        if not service:
            return change, [_silence_event(name, known.last, when)]
        counter, message = known.counters[service]
        counter, gaps = expire(counter, when)
        if not self._config.watch_rule(name).gaps:
            gaps = ()
        events = [gap_event(name, gap, message.event, message.source) for gap in gaps]
        return change.model_copy(update={"counter": counter}), events

    def last_heard(self) -> dict[str, datetime]:
        """When each provider was last heard."""
        return {name: known.last.at for name, known in self._providers.items()}

    def _get(self, name: str, at: datetime) -> _Provider | None:
        known = self._providers.get(name)
        return known if known is not None and at - known.last.at <= _FORGOTTEN else None

    def _amend(self, known: _Provider, change: Heard) -> None:
        """What time alone changed."""
        name, counter = known.heard.provider, change.counter
        if counter is not None and counter.service in known.counters:
            _, message = known.counters[counter.service]
            known.counters[counter.service] = (counter, message)
            self._enqueue((name, counter.service), due(counter))
        if change.silent != known.heard.silent:
            known.heard = known.heard.model_copy(update={"silent": change.silent})
            self._enqueue((name, ""), None)

    def _put_counter(self, known: _Provider, counter: Counter) -> None:
        name, counters, at = known.heard.provider, known.counters, known.last.at
        counters[counter.service] = (counter, known.last)
        counters.move_to_end(counter.service)
        key = (name, counter.service)
        if self._queued.get(key) is None and (when := due(counter)) is not None:
            self._enqueue(key, when)
        while len(counters) > MOST_SERVICES or (
            at - next(iter(counters.values()))[1].at > _FORGOTTEN
        ):
            service, _ = counters.popitem(last=False)
            self._queued.pop((name, service), None)

    def _drop_oldest(self, at: datetime) -> None:
        while len(self._providers) > MOST_PROVIDERS or (
            at - next(iter(self._providers.values())).last.at > _FORGOTTEN
        ):
            self._forget(next(iter(self._providers)))

    def _forget(self, name: str) -> None:
        known = self._providers.pop(name, None)
        for service in ("", *(known.counters if known else ())):
            self._queued.pop((name, service), None)

    def _enqueue(self, key: tuple[str, str], when: datetime | None) -> None:
        if self._queued.get(key) == when:
            return
        self._queued[key] = when
        if when is not None:
            heapq.heappush(self._queue, (when, *key))

    def _due(self, name: str, service: str) -> datetime | None:
        known = self._providers[name]
        return due(known.counters[service][0]) if service else self._silent_from(known)

    def _silent_from(self, known: _Provider) -> datetime | None:
        floor = self._config.watch_rule(known.heard.provider).silence
        if floor is None or known.heard.silent:
            return None
        return silent_from(known.habits.days, known.habits.usual, known.last.at, floor)


def gap_event(provider: str, gap: Gap, cause: str, source: Source) -> WireEvent:
    """The event of a gap; what it says is in its reasons."""
    of = f"{provider}:{gap.service}"
    reasons = gap.reasons()
    return WireEvent(
        id=event_id(source.id, EventKind.GAP, "\n".join((of, *reasons))),
        kind=EventKind.GAP,
        source=source,
        of=of,
        reasons=reasons,
        cause=cause,
    )


def _silence_event(provider: str, last: _Message, when: datetime) -> WireEvent:
    minutes = int((when - last.at).total_seconds() // 60)
    return WireEvent(
        id=event_id(last.source.id, EventKind.SILENCE, provider),
        kind=EventKind.SILENCE,
        source=last.source,
        of=provider,
        reasons=(
            f"since={write_instant(last.at)}",
            f"minutes={minutes}",
            f"expected={EXPECTED:.0f}",
        ),
        cause=last.event,
    )


def _counter(known: _Provider | None, service: str, at: datetime) -> Counter | None:
    if known is None or service not in known.counters:
        return None
    counter, message = known.counters[service]
    return counter if at - message.at <= _FORGOTTEN else None
