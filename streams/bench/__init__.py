"""Measuring against the budgets: ``wireroom bench``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.raw import RawMessage
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure

__all__ = ["SECTIONS", "Figure", "measure"]

SECTIONS = ("stages", "desk", "enrich", "embedded", "kafka")
_SAMPLES = 100


def measure(
    sections: Sequence[str],
    *,
    messages: Sequence[RawMessage] = (),
    hot: int = 100_000,
    recover: int | None = None,
    broker: str = "",
    backlog: int | None = None,
) -> dict[str, Callable[[], list[Figure]]]:
    """What to measure, by section, each ready to be called.

    Args:
        sections: names out of ``SECTIONS``.
        messages: raw messages to measure decode, clean, enrichment and the embedded host with;
            without any, dispatches made here.
        hot: items the desk holds while it is measured.
        recover: measure the desk's recovery of so many items instead of its decisions.
        broker: kafka:// address for the section "kafka", and for the recovery if it is one.
        backlog: measure flashes behind so many messages on Kafka, instead of a steady rate.
    """
    from streams.bench import kafka, stages  # noqa: PLC0415  (loads numpy and the models)
    from streams.bench.desk_recovery import recovery  # noqa: PLC0415

    # A few messages are measured over and over: one pass would be over before it is timed.
    given = list(messages) * -(-_SAMPLES // max(len(messages), 1))
    corpus = given or [Copywriter().scraped(number) for number in range(_SAMPLES)]
    every = {
        "stages": lambda: stages.decode_clean(corpus),
        "desk": lambda: stages.desk(hot) if recover is None else recovery(recover, broker),
        "enrich": lambda: stages.enrich(corpus[:60]),
        "embedded": lambda: stages.embedded(corpus),
        "kafka": lambda: (
            kafka.latency(broker) if backlog is None else kafka.flashes(broker, backlog)
        ),
    }
    return {name: every[name] for name in sections}
