"""Intake's process with less and less of its work: ``python -m streams.bench.worker_parts PART``.

What two of them differ by is what the part between them takes. Settings are the environment's, as
for ``wireroom worker``. It must not measure itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum

from schemas.topics import TopicName
from streams.log.base import Record
from streams.log.headers import decoded_headers
from streams.log.outgoing import Outgoing
from streams.pipeline import PipelineConfig
from streams.settings import load_settings
from streams.worker.app import StageWorker, run_stage
from streams.worker.config import Stage
from streams.worker.context import StageContext
from streams.worker.faust_compat import StreamOfBytes, add_agent, batches, record_of
from streams.worker.intake import Answer, IntakeWorker, prepare, work

_TAKE = 200  # as intake does


class Part(StrEnum):
    """How much of intake's work is done, each more than the one before."""

    DRAIN = "drain"
    """Records are fetched and acknowledged."""
    WRAP = "wrap"
    """And made into our records."""
    POOL = "pool"
    """And carried into a process of the pool and back, in order; nothing comes of them."""
    NO_OP = "no-op"
    """And written to ``wire.decoded`` as they came, every write awaited."""
    FULL = "full"
    """Intake as it is."""


def no_preparation(_config: PipelineConfig) -> None:
    """Nothing: a stage that does nothing needs no models."""


def drop(records: Sequence[Record]) -> list[Answer]:
    """Nothing for each record; in a process of the pool."""
    return [() for _ in records]


def pass_on(records: Sequence[Record]) -> list[Answer]:
    """Each record as it came, for ``wire.decoded``; in a process of the pool."""
    return [
        (
            Outgoing(
                TopicName.DECODED,
                record.key,
                record.value,
                decoded_headers("cleaned/1", f"{record.topic}/{record.partition}/{record.offset}"),
            ),
        )
        for record in records
    ]


class Drain:
    """Fetches records and acknowledges them."""

    def __init__(self, context: StageContext, *, wraps: bool) -> None:
        """Describe it; ``wraps`` makes them into our records."""
        self._wraps = wraps
        add_agent(context.app, context.config.topic(TopicName.RAW), "intake", self._agent)

    async def start(self) -> None:
        """Need nothing."""

    async def close(self) -> None:
        """Have nothing to give up."""

    def is_excused(self) -> bool:
        """Never: it commits whatever comes."""
        return False

    def is_ready(self) -> bool:
        """At once: it prepares nothing."""
        return True

    async def _agent(self, stream: StreamOfBytes) -> None:
        async for events in batches(stream, _TAKE):
            if self._wraps:
                for event in events:
                    record_of(event)
            for event in events:
                event.ack()


_AGENTS: dict[Part, Callable[[StageContext], StageWorker]] = {
    Part.DRAIN: lambda context: Drain(context, wraps=False),
    Part.WRAP: lambda context: Drain(context, wraps=True),
    Part.POOL: lambda context: IntakeWorker(context, drop, no_preparation),
    Part.NO_OP: lambda context: IntakeWorker(context, pass_on, no_preparation),
    Part.FULL: lambda context: IntakeWorker(context, work, prepare),
}


def main(part: str) -> int:
    """Run until a signal; answers the exit status."""
    config = load_settings().settings.worker_config()
    return run_stage(config, Stage.INTAKE, _AGENTS[Part(part)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
