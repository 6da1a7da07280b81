"""Processes to be measured: a broker of our own, workers on it, and what each of them takes.

It must not measure other processes than those it is given, nor leave one behind. What looks at
them, or binds them to cores, is Linux's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.errors import ConfigError, TransportError

_LAUNCHER = Path(__file__).parents[2] / "deploy" / "kafka" / "broker.py"
_STOP_S = 40.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process takes at a moment.

    Attributes:
        cpu_s: CPU seconds since it began, its own.
        resident_bytes: memory, shared pages among it.
        descriptors: open files and sockets.
    """

    cpu_s: float
    resident_bytes: int
    descriptors: int


def usage(pid: int) -> Usage | None:
    """What a process takes now; None where it has ended."""
    process = Path(f"/proc/{pid}")
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        pages = int((process / "statm").read_text().split()[1])
        descriptors = sum(1 for _ in (process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return None
    ticks = int(fields[11]) + int(fields[12])
    return Usage(
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        resident_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
        descriptors=descriptors,
    )


def children(pid: int) -> list[int]:
    """The processes of its pools, in the order in which they were started."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in sorted(Path(f"/proc/{pid}/task").iterdir()):
            found += map(int, (task / "children").read_text().split())
    return sorted(child for child in found if _is_of_a_pool(child))


def _is_of_a_pool(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def cores() -> tuple[set[int], set[int]]:
    """Which cores the broker gets and which the workers: apart where there are two."""
    there = sorted(os.sched_getaffinity(0))
    return (set(there[:1]), set(there[1:])) if len(there) > 1 else (set(there), set(there))


@contextlib.contextmanager
def _bound_to(on: set[int] | None) -> Iterator[None]:
    """Whatever is started meanwhile keeps to these cores, its threads and children too."""
    if on is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, on)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Process:
    """A command of ours running, its output in a file; to be stopped by ``stop``."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str] | None = None,
        on: set[int] | None = None,
    ) -> None:
        """Start it.

        Args:
            command: modules and arguments for this Python.
            log: takes both of its outputs.
            environment: besides our own.
            on: the cores it may use; None is all of ours.
        """
        self.log = log
        with _bound_to(on), log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, *command],
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us: we stop it in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            TransportError: it has ended; says its last lines.
        """
        status = self._process.poll()
        if status is not None:
            said = self.log.read_text(errors="replace").splitlines()[-4:]
            raise TransportError(f"a process that was measured ended with {status}: {said}")

    def stop(self) -> int:
        """Ask it to end, and see that it does; its status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def check_platform() -> None:
    """Make sure that processes can be looked at.

    Raises:
        ConfigError: they cannot.
    """
    if not Path("/proc/self/statm").exists():
        raise ConfigError("processes are measured through /proc, which is Linux's")


@contextlib.contextmanager
def broker_or_own(broker: str, on: set[int] | None = None) -> Iterator[str]:
    """The address of ``broker`` if it is Kafka's, else of a broker started for the purpose.

    Args:
        broker: any log's address.
        on: the cores that a broker of our own may use; None is all of ours.

    Raises:
        ConfigError: none was named and this is no checkout, which brings one.
        TransportError: it does not start.
    """
    if broker.startswith("kafka://"):
        yield broker
        return
    if not _LAUNCHER.is_file():
        raise ConfigError(f"this is measured on a broker, kafka://host:port, not on {broker}")
    with tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder:
        log = Path(folder) / "launcher.log"
        command = [str(_LAUNCHER), "--dir", f"{folder}/kafka", "--port", str(_free_port())]
        process = Process(command, log, on=on)
        try:
            yield _address(process, log)
        finally:
            process.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(process: Process, log: Path) -> str:
    """Wait until the launcher says where its broker listens."""
    while True:
        for line in log.read_text().splitlines():
            if "WIREROOM_BROKER=" in line:
                return line.partition("WIREROOM_BROKER=")[2].strip()
        process.check()
        time.sleep(0.1)
