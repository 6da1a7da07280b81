"""Archives measured: reading alone, the whole chain, enrichment, memory, and two replays compared.

It must not judge, nor leave a file behind.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.bench.measure import Figure, resident_bytes
from streams.counts import Counts

if TYPE_CHECKING:
    from streams.log import SqliteStore

__all__ = ["replay_figures"]

_ENRICHED = 120
_READ_S = 2.0


def replay_figures(
    read: Callable[[], Iterable[RawMessage]], *, most: int = 2_000
) -> Iterator[Figure]:
    """Each figure as it is measured.

    Args:
        read: reads the archive, from the beginning each time it is called.
        most: messages that the chain is measured with; a smaller archive is played as it is.
    """
    yield _reading(read)
    messages = list(islice(read(), most))
    rates = {}
    digests = set()
    for processes in (1, 2):
        seconds, counts, digest = _chain(messages, processes, enrich=False)
        rates[processes] = len(messages) / seconds
        digests.add(digest)
        # The budget is for two cores.
        least, aim = (900, 2_000) if processes > 1 else (None, None)
        yield Figure(
            f"whole chain without enrichment, {processes} processes", rates[processes],
            "messages/s", least, aim, note=f"by the clock; {counts.received:,} parts",
        )  # fmt: skip
    some = messages[:_ENRICHED]
    spent = {processes: _chain(some, processes, enrich=True)[0] for processes in (1, 2)}
    yield Figure(
        "with enrichment, two processes against one", spent[1] / spent[2], "x", 1.6,
        note=f"{len(some)} messages, {len(some) / spent[1]:.0f}/s in one",
    )  # fmt: skip
    yield Figure(
        "two replays that are not the same", float(len(digests) - 1), "", 0,
        larger_is_better=False, note="every output topic, byte for byte, 1 and 2 processes",
    )  # fmt: skip
    yield _memory(messages)


def _reading(read: Callable[[], Iterable[RawMessage]]) -> Figure:
    """Bytes of bodies handed on a CPU second: what is decompressed, less its envelopes."""
    size = rounds = 0
    began = time.process_time()
    while time.process_time() - began < _READ_S:
        size += sum(len(message.body) for message in read())
        rounds += 1
    spent = time.process_time() - began
    return Figure(
        "reading alone", size / spent / 1e6, "MB/s of bodies", 200, note=f"{rounds} readings"
    )


def _chain(
    messages: Iterable[RawMessage], processes: int, *, enrich: bool
) -> tuple[float, Counts, str]:
    """Seconds by the clock, what became of the messages, and a digest of every output."""
    from streams.embedded.runner import EmbeddedRunner, StopAfter  # noqa: PLC0415  (the stages)
    from streams.log import SqliteStore  # noqa: PLC0415  (as above)

    stop_after = StopAfter.ENRICH if enrich else StopAfter.DESK
    with (
        tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder,
        SqliteStore(Path(folder, "bench.db"), durable=False) as store,
    ):
        runner = EmbeddedRunner(store, stop_after=stop_after, processes=processes)
        # Processes start and models load before the clock runs.
        warm = [
            message.model_copy(update={"position": f"warm:{number}", "body": message.body + b"\n"})
            for number, message in enumerate(islice(cycle(list(islice(messages, 8))), 64))
        ]
        runner.ingest(warm)
        runner.run()
        runner.ingest(messages)
        began = time.perf_counter()
        counts = runner.run()
        spent = time.perf_counter() - began
        runner.close()
        return spent, counts, _digest(store)


def _digest(store: SqliteStore) -> str:
    from streams.embedded.reading import every_batch  # noqa: PLC0415

    digest = hashlib.sha256()
    for name in (TopicName.DECODED, TopicName.ITEMS, TopicName.EVENTS, TopicName.DEAD):
        for batch in every_batch(store, f"wire.{name}"):
            for record in batch:
                digest.update(repr((record.partition, record.key, record.value)).encode())
    return digest.hexdigest()


def _memory(messages: list[RawMessage]) -> Figure:
    """Resident memory that each further message costs, by two sizes, in processes of their own."""
    half = len(messages) // 2
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        small = pool.apply(_resident_after, (messages[:half],))
        large = pool.apply(_resident_after, (messages,))
    each = (large - small) / max(len(messages) - half, 1)
    return Figure(
        "memory for each further message, the desk's index in it", each / 1024, "KB",
        larger_is_better=False,
        note=f"{small / 2**20:.0f} MB after {half:,}, {large / 2**20:.0f} MB after "
        f"{len(messages):,}",
    )  # fmt: skip


def _resident_after(messages: list[RawMessage]) -> int:
    before = resident_bytes()
    _chain(messages, 1, enrich=False)
    return resident_bytes() - before
