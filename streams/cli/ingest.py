"""``wireroom ingest``: files into the raw topic.

It must not read what is in them: intake does.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.inputs import InputPath, Inputs, batches, progress
from streams.cli.logs import open_settings_log
from streams.cli.output import terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.ingest.sources import Sources
    from streams.settings import Settings

# Each batch is one wait for the broker, or one transaction.
_BATCH = 500


def ingest(
    *paths: InputPath,
    urgent: Annotated[bool, Parameter(negative="")] = False,
    in_order: Annotated[bool, Parameter(negative="")] = False,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> int:
    """Append messages to the raw topic, each safe in the log before it is counted.

    Those that say they are a flash go into the urgent lane, which is read first: telegrams of
    priority 1 and 2 (ANPA: f and b), urgency 1 and 2, FLASH, BULLETIN or URGENT in a first line;
    and those of the providers and sources that the settings name. The exit status is 1 where
    something could not be read; all else was.

    Args:
        paths: files, directories, .jsonl, a topic as sqlite:///old.db#wire.raw, or - for standard
            input.
        urgent: all into the urgent lane.
        in_order: none: what came later stays behind what came before.
        inputs: how to read the files.
        common: settings.
    """
    if urgent and in_order:
        raise ConfigError("--urgent and --in-order: leave one of them out")
    settings = common.settings()
    sources = inputs.sources(paths, settings=settings)
    only = TopicName.RAW_URGENT if urgent else TopicName.RAW if in_order else None
    counts = finish(_ingest(settings, sources, only))
    lanes = [
        f"{counts[name]:,} messages into {settings.topic_name(name)}"
        for name in (TopicName.RAW, TopicName.RAW_URGENT)
        if counts[name] or name is (only or TopicName.RAW)
    ]
    terminal(stderr=True).print(", ".join(lanes), soft_wrap=True)
    return 1 if sources.damage.counts else 0


async def _ingest(
    settings: Settings, sources: Sources, only: TopicName | None
) -> Counter[TopicName]:
    from streams.log.headers import raw_record  # noqa: PLC0415  (start quickly)
    from streams.log.spool import spooled  # noqa: PLC0415  (start quickly)

    lanes = settings.lanes()
    counts: Counter[TopicName] = Counter()
    with progress("ingesting", sources) as show:
        async with open_settings_log(settings) as log:
            for batch in batches(sources, _BATCH):
                placed = [(only or lanes.topic(message), message) for message in batch]
                await log.append(
                    [
                        spooled(
                            raw_record(message, settings.topic_name(name)),
                            settings.spool_dir,
                            max_body_bytes=settings.max_body_bytes,
                        )
                        for name, message in placed
                    ]
                )
                counts.update(name for name, _ in placed)
                show(counts.total())
    return counts
