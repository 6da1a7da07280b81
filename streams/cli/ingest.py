"""``wireroom ingest``: files into the raw topic.

It must not read what is in them: intake does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.inputs import InputPath, Inputs, batches, progress
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal

if TYPE_CHECKING:
    from streams.ingest.sources import Sources
    from streams.settings import Settings

# Each batch is one wait for the broker, or one transaction.
_BATCH = 500


def ingest(
    *paths: InputPath,
    urgent: Annotated[bool, Parameter(negative="")] = False,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Append messages to the raw topic, each safe in the log before it is counted.

    The exit status is 1 where something could not be read; all else was.

    Args:
        paths: files, directories, .jsonl, a topic as sqlite:///old.db#wire.raw, or - for standard
            input.
        urgent: into the lane of flashes, which is read first.
        inputs: how to read the files.
        common: settings.
    """
    settings = common.settings()
    sources = inputs.sources(paths, settings=settings)
    lane = TopicName.RAW_URGENT if urgent else TopicName.RAW
    done = finish(_ingest(settings, sources, settings.topic_name(lane)))
    terminal(stderr=True).print(f"{done:,} messages into {settings.topic_name(lane)}")
    return 1 if sources.damage.counts else 0


async def _ingest(settings: Settings, sources: Sources, topic: str) -> int:
    from streams.log.headers import raw_record  # noqa: PLC0415  (start quickly)
    from streams.log.spool import spooled  # noqa: PLC0415  (start quickly)

    done = 0
    with progress("ingesting", sources) as show:
        async with open_settings_log(settings) as log:
            for batch in batches(sources, _BATCH):
                await log.append(
                    [
                        spooled(
                            raw_record(message, topic),
                            settings.spool_dir,
                            max_body_bytes=settings.max_body_bytes,
                        )
                        for message in batch
                    ]
                )
                done += len(batch)
                show(done)
    return done
