"""The whole chain on a temporary log, message after message, and what it costs each process.

It must not choose messages, nor leave a file behind.
"""

from __future__ import annotations

import ctypes
import hashlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.bench.measure import resident_bytes
from streams.counts import Counts
from streams.embedded.reading import every_batch
from streams.embedded.runner import EmbeddedRunner, StopAfter
from streams.log import SqliteStore
from streams.log.headers import raw_of

__all__ = ["Chain", "Kept", "Played", "kept_in_memory", "opened"]

_PREFIX = "wire."
_OUTPUTS = (TopicName.DECODED, TopicName.ITEMS, TopicName.EVENTS, TopicName.DEAD)


@dataclass(frozen=True, slots=True)
class Played:
    """Some messages, from the raw topic to the last one.

    Attributes:
        messages: how many.
        counts: what became of them.
        wall_s: seconds by the clock.
        cpu_s: CPU seconds of the process that decides, then of each beside it.
    """

    messages: int
    counts: Counts
    wall_s: float
    cpu_s: tuple[float, ...]

    @property
    def two_core_s(self) -> float:
        """Seconds that two free cores need at least: half of all, or what the busiest does alone.

        By CPU time, which other work on the machine changes far less than the clock.
        """
        return max(*self.cpu_s, sum(self.cpu_s) / 2)


class Chain:
    """A log with the stages over it; made by ``opened``."""

    def __init__(self, store: SqliteStore, processes: int, *, enrich: bool) -> None:
        self._store = store
        self._runner = EmbeddedRunner(
            store,
            prefix=_PREFIX,
            stop_after=StopAfter.ENRICH if enrich else StopAfter.DESK,
            processes=processes,
        )

    def play(self, messages: Sequence[RawMessage]) -> Played:
        """Append messages, then measure until nothing is left to do.

        The first call starts processes and loads models; so call it once for that.
        """
        self._runner.ingest(messages)
        before, here, began = _beside(), time.process_time(), time.perf_counter()
        counts = self._runner.run()
        wall_s, here_s = time.perf_counter() - began, time.process_time() - here
        beside = [spent - before.get(pid, 0.0) for pid, spent in _beside().items()]
        return Played(len(messages), counts, wall_s, (here_s, *beside))

    def digest(self) -> str:
        """Of every record on every output topic, in order."""
        digest = hashlib.sha256()
        for name in _OUTPUTS:
            for batch in every_batch(self._store, f"{_PREFIX}{name}"):
                for record in batch:
                    digest.update(repr((record.partition, record.key, record.value)).encode())
        return digest.hexdigest()

    def close(self) -> None:
        """End the processes beside, and forget what was decided."""
        self._runner.close()


@contextmanager
def opened(processes: int, *, enrich: bool) -> Iterator[Chain]:
    """A chain with an empty log, which is removed afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder,
        SqliteStore(Path(folder, "bench.db"), durable=False) as store,
    ):
        chain = Chain(store, processes, enrich=enrich)
        try:
            yield chain
        finally:
            chain.close()


def _beside() -> dict[int, float]:
    """CPU seconds of each process started from this one, by its id; none without /proc."""
    spent = {}
    for process in multiprocessing.active_children():
        stat = Path(f"/proc/{process.pid}/stat")
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # User and system time of all its threads, in ticks (proc(5), fields 14 and 15).
        spent[process.pid or 0] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


@dataclass(frozen=True, slots=True)
class Kept:
    """Resident memory of one process that plays an archive without enrichment.

    Attributes:
        early: messages played when it was first measured.
        late: when it was measured again.
        early_bytes: resident then.
        late_bytes: likewise.
        early_rest: resident then, once the desk was forgotten.
        late_rest: likewise.
    """

    early: int
    late: int
    early_bytes: int
    late_bytes: int
    early_rest: int
    late_rest: int

    @property
    def each_bytes(self) -> float:
        """What each further message keeps besides the desk's index; below 0 within the noise."""
        more = self.late - self.early
        return (self.late_rest - self.early_rest) / more if more else 0.0


def kept_in_memory(messages: Iterable[RawMessage], early: int) -> Kept:
    """Measured in a process of its own, which never holds the messages.

    Args:
        messages: the archive.
        early: messages after which it is measured first.
    """
    with (
        tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder,
        SqliteStore(Path(folder, "archive.db"), durable=False) as archive,
    ):
        EmbeddedRunner(archive, prefix=_PREFIX).ingest(messages)
        # Two processes may read the file; only the runner's role is for one.
        archive.close()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_keep, (folder, early))


def _keep(folder: str, early: int) -> Kept:
    with (
        SqliteStore(Path(folder, "archive.db"), durable=False) as archive,
        SqliteStore(Path(folder, "bench.db"), durable=False) as store,
    ):
        runner = EmbeddedRunner(store, prefix=_PREFIX, stop_after=StopAfter.DESK)
        messages = (
            raw_of(record)
            for batch in every_batch(archive, f"{_PREFIX}{TopicName.RAW}")
            for record in batch
        )
        first = runner.ingest(islice(messages, early))
        runner.run()
        early_bytes = _trimmed()
        runner.close()
        early_rest = _trimmed()
        late = first + runner.ingest(messages)
        runner.run()
        late_bytes = _trimmed()
        runner.close()
        return Kept(first, late, early_bytes, late_bytes, early_rest, _trimmed())


def _trimmed() -> int:
    """Resident bytes, once what is free has been given back to the system."""
    resident_bytes()  # collects garbage
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)
    return resident_bytes()
