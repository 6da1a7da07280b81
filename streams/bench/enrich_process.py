"""What a process of the enrichment pool takes: memory with everything loaded, and time to start.

It must not measure in its own process: what the command itself loaded would be counted.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from schemas.codec import encode
from schemas.item import Item
from schemas.topics import TopicName
from streams.bench.measure import resident_bytes
from streams.enrich.kb import EMPTY
from streams.log.outgoing import Outgoing
from streams.pipeline import PipelineConfig
from streams.worker.enrich import EnrichTask, prepare, work
from streams.worker.kb import KbMark

_CHUNK = 16  # items a task, as the worker sends them


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """A process of the pool, started as the worker starts it.

    Attributes:
        start_s: wall seconds from its start until an item of each language is enriched.
        start_cpu_s: CPU seconds of it.
        loaded_bytes: resident then: models, places and lists are loaded.
        worked_bytes: resident after all items.
        items: how many they were.
    """

    start_s: float
    start_cpu_s: float
    loaded_bytes: int
    worked_bytes: int
    items: int


def measure_process(config: PipelineConfig, items: Sequence[Item]) -> ProcessFigures:
    """Start a process, have it enrich an item of each language, then all of them."""
    first = {item.language: item for item in items}
    started = time.perf_counter()
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), initializer=prepare, initargs=(config,)
    ) as pool:
        start_cpu_s, loaded = pool.submit(_worked, list(first.values())).result()
        start_s = time.perf_counter() - started
        _, worked = pool.submit(_worked, list(items)).result()
    return ProcessFigures(start_s, start_cpu_s, loaded, worked, len(items))


def _worked(items: Sequence[Item]) -> tuple[float, int]:
    """CPU seconds of the process so far and its resident bytes, after enriching; in the child."""
    mark = KbMark(Path(), 0, EMPTY.version)
    tasks = [
        EnrichTask(Outgoing(TopicName.ITEMS, item.item_key.encode(), encode(item)), mark)
        for item in items
    ]
    for start in range(0, len(tasks), _CHUNK):
        work(tasks[start : start + _CHUNK])
    return time.process_time(), resident_bytes()
