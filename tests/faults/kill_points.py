"""Places at which a worker is killed from inside, as if its machine lost power right there.

They are put around the real functions in the process of the worker, by ``sabotaged``; nothing of
them is in the code that is shipped.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from schemas.topics import TopicName
from streams.log.outgoing import Outgoing


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives this")


class _Countdown:
    """Dies at the hit it was told."""

    def __init__(self, hits: int) -> None:
        self.left = hits

    def hit(self) -> bool:
        self.left -= 1
        return self.left == 0


def _after(owner: Any, name: str, countdown: _Countdown) -> None:
    """Die when a coroutine function has returned."""
    original = getattr(owner, name)

    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        answer = await original(*args, **kwargs)
        if countdown.hit():
            _die()
        return answer

    setattr(owner, name, wrapped)


def _before(owner: Any, name: str, countdown: _Countdown) -> None:
    """Die when a function is called."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if countdown.hit():
            _die()
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def _send(countdown: _Countdown, wanted: frozenset[TopicName], *, half: bool = False) -> None:
    """Die when records of certain topics have been sent and acknowledged, or half of them."""
    from streams.worker.delivery import Delivery

    original = Delivery.send

    async def send(self: Delivery, outgoing: Iterable[Outgoing]) -> list[int]:
        records = list(outgoing)
        ours = any(record.topic in wanted for record in records) and countdown.hit()
        if ours and half:
            records = records[: max(1, len(records) // 2)]
        offsets = await original(self, records)
        if ours:
            _die()
        return offsets

    Delivery.send = send  # type: ignore[method-assign]


_DECISIONS = frozenset({TopicName.ITEMS, TopicName.EVENTS})


def _intake_half_sent(countdown: _Countdown) -> None:
    _send(countdown, frozenset({TopicName.DECODED}), half=True)


def _intake_sent(countdown: _Countdown) -> None:
    _send(countdown, frozenset({TopicName.DECODED}))


def _intake_acknowledged(countdown: _Countdown) -> None:
    from streams.worker.intake import IntakeWorker

    _after(IntakeWorker, "_finish", countdown)


def _desk_half_sent(countdown: _Countdown) -> None:
    _send(countdown, _DECISIONS, half=True)


def _desk_sent(countdown: _Countdown) -> None:
    _send(countdown, _DECISIONS)


def _desk_journal(countdown: _Countdown) -> None:
    _send(countdown, frozenset({TopicName.DESK}))


def _desk_state(countdown: _Countdown) -> None:
    _send(countdown, frozenset({TopicName.STATE}))


def _desk_acknowledged(countdown: _Countdown) -> None:
    from streams.worker.desk import DeskWorker

    _after(DeskWorker, "_decide", countdown)


def _desk_rebuilding(countdown: _Countdown) -> None:
    from streams.pipeline.restoring import DeskRebuild

    countdown.left = 1
    _before(DeskRebuild, "desk", countdown)


def _desk_begun(countdown: _Countdown) -> None:
    from streams.worker.recovery import Standby

    countdown.left = 1
    _after(Standby, "take_over", countdown)


def _desk_assigned(countdown: _Countdown) -> None:
    from streams.worker.desk import DeskWorker

    countdown.left = 1
    _before(DeskWorker, "_be_ready", countdown)


def _enrich_sent(countdown: _Countdown) -> None:
    _send(countdown, frozenset({TopicName.ENRICHED}))


def _enrich_acknowledged(countdown: _Countdown) -> None:
    from streams.worker.enrich import EnrichWorker

    _after(EnrichWorker, "_finish", countdown)


def _enrich_kills_copied(countdown: _Countdown) -> None:
    from streams.worker.enrich import EnrichWorker

    _after(EnrichWorker, "_copy_kills", countdown)


POINTS: dict[str, Callable[[_Countdown], None]] = {
    "intake-half-sent": _intake_half_sent,
    "intake-sent": _intake_sent,
    "intake-acknowledged": _intake_acknowledged,
    "desk-half-sent": _desk_half_sent,
    "desk-sent": _desk_sent,
    "desk-journal": _desk_journal,
    "desk-state": _desk_state,
    "desk-acknowledged": _desk_acknowledged,
    "desk-rebuilding": _desk_rebuilding,
    "desk-begun": _desk_begun,
    "desk-assigned": _desk_assigned,
    "enrich-sent": _enrich_sent,
    "enrich-acknowledged": _enrich_acknowledged,
    "enrich-kills-copied": _enrich_kills_copied,
}
"""Where a stage dies, by name; the first word is the stage's."""


def plant(point: str, hits: int) -> None:
    """Let this process die when it comes by a place for so many times."""
    POINTS[point](_Countdown(hits))
