"""Worker processes and logs for tests that run the real thing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from schemas.topics import CATALOGUE, TopicName
from streams.log.base import Record, TopicLog
from tests.faults.sabotaged import SABOTAGE

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """A worker command running as a process of its own."""

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        stages: Sequence[str],
        *,
        settings: Mapping[str, object] | None = None,
        start: bool = True,
        path: Sequence[Path] = (),
        sabotage: str = "",
        environment: Mapping[str, str] | None = None,
        **options: object,
    ) -> None:
        """Start it.

        Args:
            bootstrap: host:port of the broker.
            prefix: of topics and groups.
            folder: for its log and its spool.
            stages: each in a process of its own, if several.
            settings: any, as in the environment: {"KAFKA__SASL_USERNAME": "desk"}.
            start: at once, or when told to.
            path: folders with packages that are installed for it.
            environment: further variables of its process.
            sabotage: a fault planted in its process, see ``tests/faults/sabotaged.py``.
            options: of the section ``worker``.
        """
        self.stage = stages[0]
        self._more = dict(environment or {})
        self._path = os.pathsep.join(map(str, (ROOT, *path)))
        self.starts = 0
        self.spool = folder / "spool"
        self.settings = {
            "BROKER": f"kafka://{bootstrap}",
            "PREFIX": prefix,
            "SPOOL_DIR": self.spool,
            "WORKER__POOL_SIZE": 1,
            "WORKER__SESSION_TIMEOUT_S": 6,
            **(settings or {}),
            **{f"WORKER__{name.upper()}": value for name, value in options.items()},
        }
        self._arguments = ["worker", *(word for stage in stages for word in ("--stage", stage))]
        self.log = folder / f"worker-{'-'.join(stages)}.log"
        if start:
            self.process = self._start(sabotage)

    @property
    def environment(self) -> dict[str, str]:
        """The environment that gives our commands these settings."""
        own = {f"WIREROOM_{name}": str(value) for name, value in self.settings.items()}
        return {**os.environ, "PYTHONPATH": self._path, **self._more, **own}

    def _start(self, sabotage: str) -> subprocess.Popen[bytes]:
        self.starts += 1
        # A mutant is in every worker of the test that is to find it.
        planted = ",".join(filter(None, (sabotage, os.environ.get(SABOTAGE))))
        module = "tests.faults.sabotaged" if planted else "streams"
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *self._arguments],
                cwd=self.log.parent,
                env={**self.environment, SABOTAGE: planted},
                stdout=log,
                stderr=log,
            )

    def command(self, *arguments: str | Path) -> str:
        """Run another of our commands with the same settings; answers what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "streams", *arguments],
            cwd=self.log.parent,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def start_again(self, sabotage: str = "") -> None:
        """Start it (once more), as its supervisor would."""
        self.process = self._start(sabotage)

    def stop(self, timeout_s: float = 40) -> int:
        """Ask it to end; answers its status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def end(self) -> int:
        """Stop it, or kill it where it does not stop; answers its status."""
        try:
            return self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.wait()

    def said(self, event: str) -> int:
        """How many times its log names an event."""
        return self.log.read_text().count(f'"event":"{event}"') if self.log.exists() else 0


async def create_topics(log: TopicLog, prefix: str, *, partitions: int | None = None) -> None:
    """Make the catalogue's topics; with ``partitions``, so many where there would be several."""
    from dataclasses import replace

    topics = [
        replace(topic, partitions=min(partitions or topic.partitions, topic.partitions))
        for topic in CATALOGUE.values()
    ]
    await log.create_topics(topics, prefix=prefix)


async def count(log: TopicLog, topic: str) -> int:
    """Records ever written to a topic that is not compacted yet."""
    return sum((await log.end_offsets(topic)).values())


async def every_record(log: TopicLog, topic: str) -> list[Record]:
    """All records of a topic up to its present end, each partition in order."""
    end = await log.end_offsets(topic)
    return [record async for batch in log.read(topic, "earliest", stop=end) for record in batch]


async def until(
    condition: Callable[[], Awaitable[bool]],
    timeout_s: float,
    what: str,
    worker: Worker | None = None,
) -> None:
    """Wait until a condition holds."""
    give_up = time.monotonic() + timeout_s
    while not await condition():
        if time.monotonic() > give_up:
            said = worker.log.read_text()[-3000:] if worker else ""
            raise AssertionError(f"not within {timeout_s} s: {what}\n{said}")
        await asyncio.sleep(0.1)


async def drained(log: TopicLog, prefix: str, timeout_s: float, *, enrich: bool) -> None:
    """Wait until every stage has committed everything there is."""
    groups = [("intake", TopicName.RAW), ("desk", TopicName.DECODED)]
    if enrich:
        groups.append(("enrich", TopicName.ITEMS))

    async def is_drained() -> bool:
        for stage, name in groups:
            end = await log.end_offsets(prefix + name)
            committed = await log.committed(f"{prefix}wireroom-{stage}", prefix + name)
            if any(committed.get(partition, 0) < last for partition, last in end.items()):
                return False
        return True

    await until(is_drained, timeout_s, f"all of {prefix} drained")
