"""Real Kafka brokers (KRaft) on this machine, for tests and for trying things.

``python deploy/kafka/broker.py`` runs one until Ctrl-C; tests make clusters of several. It is not
for production: one machine, a small heap.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import fcntl
import logging
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KAFKA_VERSION = "4.1.1"
DOWNLOAD = "46 jars, 43 MB, from Maven Central"

# 4.x needs it.
_JAVA_VERSION = 17

# One heap for a laptop; serial collector and the first compiler tier alone start fastest.
_JVM = (
    "-Xms128m",
    "-Xmx512m",
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xshare:auto",
    "-Djava.awt.headless=true",
)

# Below the ranges from which Linux and macOS take the ports of outgoing connections: a broker
# that is killed finds its port free when it is started again.
_PORTS = range(20000, 32000)

_READY_S = 60.0
_STOP_S = 10.0
_START_ATTEMPTS = 4


class BrokerError(Exception):
    """The broker cannot be had or does not start; the text says why and what to do."""


@dataclass(frozen=True)
class Listener:
    """A further listener of the broker, beside the plain one.

    Attributes:
        name: letters only, in capitals.
        protocol: SSL, SASL_PLAINTEXT or SASL_SSL.
        properties: what goes under ``listener.name.<name>.`` in the broker's configuration.
    """

    name: str
    protocol: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A broker's place among several that form a cluster.

    Attributes:
        number: its id.
        cluster: the cluster's id, see ``new_cluster_id``.
        controllers: by number, the port of each node's controller.
    """

    number: int
    cluster: str
    controllers: Mapping[int, int]


def new_cluster_id() -> str:
    """An id that no other cluster has."""
    # It may not begin with a dash.
    return "W" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:21]


def java() -> str:
    """The path of a Java of the version Kafka needs.

    Raises:
        BrokerError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    wanted = f"Kafka {KAFKA_VERSION} needs Java {_JAVA_VERSION} or newer"
    if found is None or shutil.which(found) is None:
        raise BrokerError(f"{wanted}, and there is none: install it, or set JAVA_HOME")
    answer = subprocess.run(  # noqa: S603
        [found, "-version"], capture_output=True, text=True, check=False
    )
    version = re.search(r'version "(\d+)', answer.stderr)
    if version is None or int(version[1]) < _JAVA_VERSION:
        raise BrokerError(f"{wanted}; {found} is {answer.stderr.partition(chr(10))[0] or 'broken'}")
    return found


def libraries(*, fetch: bool = True) -> Path:
    """The folder of the broker's jars, fetched once into the project's ``.cache``.

    ``WIREROOM_KAFKA_LIBS`` names another folder, which must hold them already.

    Raises:
        BrokerError: they are not there and cannot be, or are not to be, fetched.
    """
    given = os.environ.get("WIREROOM_KAFKA_LIBS")
    libs = Path(given) if given else ROOT / ".cache" / f"kafka-{KAFKA_VERSION}" / "libs"
    jar = libs / f"kafka_2.13-{KAFKA_VERSION}.jar"
    if jar.is_file():
        return libs
    if given:
        raise BrokerError(f"WIREROOM_KAFKA_LIBS={given} holds no {jar.name}")
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerError(f"the broker's jars are fetched with Maven ({DOWNLOAD}): install mvn")
    if not fetch:
        raise BrokerError(f"the broker's jars ({DOWNLOAD}) are not in {libs}")
    with _one_at_a_time(libs.parent):
        if not jar.is_file():
            _fetch(maven, libs)
    return libs


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one process in at once: test processes that start together fetch once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(maven: str, libs: Path) -> None:
    print(f"Fetching Kafka {KAFKA_VERSION} ({DOWNLOAD}) into {libs}", file=sys.stderr, flush=True)
    # Fetched beside and moved into place whole: a broken download is never taken for the jars.
    with tempfile.TemporaryDirectory(dir=libs.parent) as beside:
        command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml")]
        command += ["dependency:copy-dependencies", "-DincludeScope=runtime"]
        answer = subprocess.run(  # noqa: S603
            [*command, f"-DoutputDirectory={beside}/libs"],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            reason = _last_lines(answer.stdout + answer.stderr, 5)
            raise BrokerError(f"Maven could not fetch the broker's jars:\n{reason}")
        try:
            (Path(beside) / "libs").rename(libs)
        except OSError as error:
            raise BrokerError(f"the jars could not be moved to {libs}: {error}") from None


class Broker:
    """A broker process with its own folder and ports.

    All methods block: asynchronous code calls them through ``asyncio.to_thread``.
    """

    def __init__(
        self,
        directory: Path,
        *,
        libs: Path,
        port: int | None = None,
        listeners: Sequence[Listener] = (),
        scram_users: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        node: Node | None = None,
    ) -> None:
        """Prepare a broker; nothing is started.

        Args:
            directory: holds its data, configuration and log.
            libs: the jars, see ``libraries``.
            port: of the plain listener; None takes a free one.
            listeners: further ones, on free ports.
            scram_users: names and passwords of SCRAM-SHA-256 and SCRAM-SHA-512 users.
            properties: further settings of the broker.
            node: its place in a cluster; None is a cluster of its own. It is ready only when most
                of the others are, so that they are started side by side.
        """
        self.directory = directory
        self._libs = libs
        self._fixed_port = port
        self._listeners = tuple(listeners)
        self._scram_users = dict(scram_users or {})
        self._properties = dict(properties or {})
        self._node = node
        self._process: subprocess.Popen[bytes] | None = None
        self._ports: dict[str, int] = {}
        self._served = False

    @property
    def bootstrap(self) -> str:
        """Host and port of the plain listener."""
        return self.address("PLAINTEXT")

    @property
    def url(self) -> str:
        """The broker as Wireroom names it."""
        return f"kafka://{self.bootstrap}"

    def address(self, listener: str) -> str:
        """Host and port of a listener."""
        return f"127.0.0.1:{self._ports[listener]}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None else None

    def ended(self) -> bool:
        """It is not running, or no longer."""
        return self._process is None or self._process.poll() is not None

    def start(self) -> None:
        """Start, and wait until the broker answers; on other ports when the first are taken.

        Raises:
            BrokerError: it does not start; the last lines of its log are in the text.
        """
        if self._fixed_port is not None and not self._served and _is_taken(self._fixed_port):
            raise BrokerError(
                f"port {self._fixed_port} is taken: stop what listens there, or choose another"
            )
        for attempt in range(1, _START_ATTEMPTS + 1):
            if not self._ports:
                self._choose_ports()
            self._launch()
            try:
                self._wait_until_ready()
            except BrokerError as error:
                self.kill()
                taken = "Address already in use" in str(error)
                if not taken or attempt == _START_ATTEMPTS:
                    raise
                if not self._served:
                    self._ports.clear()
                time.sleep(0.5)
            else:
                self._served = True
                return

    def restart(self) -> None:
        """Start again with the same ports and the same data, stopping first when it runs."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it in an orderly way within 10 s, else kill it."""
        process = self._process
        if process is None:
            return
        self.resume()
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            # A lone node may wait for a controller that is itself.
            process.kill()
            process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Freeze the process: connections stay open and nothing answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            os.waitpid(self._process.pid, os.WUNTRACED)  # its threads may need a moment

    def resume(self) -> None:
        """Let a frozen process go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _choose_ports(self) -> None:
        names = ["PLAINTEXT", "CONTROLLER", *(listener.name for listener in self._listeners)]
        ports = _free_ports(len(names))
        self._ports = dict(zip(names, ports, strict=True))
        if self._fixed_port is not None:
            self._ports["PLAINTEXT"] = self._fixed_port
        if self._node is not None:
            self._ports["CONTROLLER"] = self._node.controllers[self._node.number]

    def _formatted(self) -> bool:
        return (self.directory / "data" / "meta.properties").is_file()

    def _launch(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        settings = self.directory / "server.properties"
        settings.write_text(
            "".join(f"{name}={_escaped(value)}\n" for name, value in self._settings().items()),
            encoding="ascii",
        )
        settings.chmod(0o600)  # it may hold passwords
        if not self._formatted():
            self._format(settings)
        with (self.directory / "broker.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*self._command("kafka.Kafka"), str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us: we stop it in order.
                start_new_session=True,
            )

    def _command(self, main: str) -> list[str]:
        logging_settings = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
        return [java(), *_JVM, logging_settings, "-cp", f"{self._libs}/*", main]

    def _format(self, settings: Path) -> None:
        cluster = self._node.cluster if self._node is not None else new_cluster_id()
        command = [*self._command("kafka.tools.StorageTool"), "format"]
        command += ["-t", cluster, "-c", str(settings)]
        for name, password in self._scram_users.items():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                command += ["--add-scram", f"{mechanism}=[name={name},password={password}]"]
        answer = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False
        )
        if answer.returncode != 0:
            reason = _last_lines(answer.stdout + answer.stderr, 5)
            raise BrokerError(f"the broker's folder could not be formatted:\n{reason}")

    def _settings(self) -> dict[str, str]:
        ports = self._ports
        node = self._node or Node(1, "", {1: ports["CONTROLLER"]})
        voters = (f"{number}@127.0.0.1:{port}" for number, port in node.controllers.items())
        # Every record is on each of up to three nodes, and acknowledged by all but one of them.
        replicas = min(3, len(node.controllers))
        in_sync = max(1, replicas - 1)
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
        protocols |= {listener.name: listener.protocol for listener in self._listeners}
        addresses = {name: f"{name}://127.0.0.1:{port}" for name, port in ports.items()}
        advertised = [at for name, at in addresses.items() if name != "CONTROLLER"]
        settings = {
            "process.roles": "broker,controller",
            "node.id": str(node.number),
            "controller.quorum.voters": ",".join(voters),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listeners": ",".join(addresses.values()),
            "advertised.listeners": ",".join(advertised),
            "listener.security.protocol.map": ",".join(f"{n}:{p}" for n, p in protocols.items()),
            "log.dirs": str(self.directory / "data"),
            # Topics are made by `wireroom topics apply` alone.
            "auto.create.topics.enable": "false",
            "min.insync.replicas": str(in_sync),
            "offsets.topic.replication.factor": str(replicas),
            "offsets.topic.num.partitions": "1",
            "transaction.state.log.replication.factor": str(replicas),
            "transaction.state.log.min.isr": str(in_sync),
            "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": str(replicas),
            "share.coordinator.state.topic.min.isr": str(in_sync),
            "group.initial.rebalance.delay.ms": "0",
            "num.network.threads": "2",
            "num.io.threads": "2",
            "log.segment.bytes": "16777216",
            "log.cleaner.dedupe.buffer.size": "4194304",
            "log.cleaner.backoff.ms": "500",
            # A killed broker may return only when its former life has timed out; default 9 s.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
        }
        for listener in self._listeners:
            under = f"listener.name.{listener.name.lower()}."
            settings |= {under + name: value for name, value in listener.properties.items()}
        return settings | self._properties

    def _wait_until_ready(self) -> None:
        give_up = time.monotonic() + _READY_S
        while time.monotonic() < give_up:
            if self.ended():
                raise BrokerError(f"the broker ended while starting:\n{self._log_tail()}")
            if _answers(self.bootstrap, self._cluster()):
                return
            time.sleep(0.1)
        raise BrokerError(f"the broker was not ready in {_READY_S:.0f} s:\n{self._log_tail()}")

    def _cluster(self) -> str:
        """The id the folder was formatted with."""
        meta = (self.directory / "data" / "meta.properties").read_text(encoding="utf-8")
        return next(line for line in meta.splitlines() if line.startswith("cluster.id="))[11:]

    def _log_tail(self) -> str:
        log = (self.directory / "broker.log").read_text(encoding="utf-8", errors="replace")
        lines = [line for line in log.splitlines() if not line.startswith(("\t", " "))]
        return _last_lines("\n".join(lines), 8)


def _escaped(value: str) -> str:
    """A value as Java's properties files want it."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    pairs = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}" for unit in pairs)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            port = _PORTS.start + secrets.randbelow(len(_PORTS))
            probe = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                ports.append(port)
        return ports


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def _answers(bootstrap: str, cluster: str) -> bool:
    """The broker of this cluster gives its metadata: it takes topics and records."""
    host, port = bootstrap.split(":")
    try:
        # Cheap while nothing listens yet: no client is built for it.
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    found = asyncio.run(_described(bootstrap))
    # Another broker may listen there: ours will then end by itself.
    return found is not None and found["cluster_id"] == cluster and bool(found["brokers"])


async def _described(bootstrap: str) -> dict[str, Any] | None:
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    quiet = logging.getLogger("aiokafka")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await admin.start()
        return await admin.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await admin.close()
        quiet.setLevel(level)


def _last_lines(text: str, count: int) -> str:
    return "\n".join(f"  {line[:300]}" for line in text.strip().splitlines()[-count:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a broker for a person until Ctrl-C; the exit status."""
    parser = argparse.ArgumentParser(
        description=f"Run Apache Kafka {KAFKA_VERSION} on this machine, to try Wireroom with."
    )
    parser.add_argument("--port", type=int, default=9092, help="where it listens (9092)")
    parser.add_argument(
        "--dir", type=Path, help="where it keeps its data (a temporary folder, removed at the end)"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options.dir, options.port)
    except BrokerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _run(directory: Path | None, port: int) -> int:
    with contextlib.ExitStack() as after:
        if directory is None:
            directory = Path(after.enter_context(tempfile.TemporaryDirectory(prefix="kafka-")))
        broker = Broker(directory.resolve(), libs=libraries(), port=port)
        after.callback(broker.stop)
        broker.start()
        print(
            f"Kafka {KAFKA_VERSION} listens on {broker.bootstrap}; data in {directory}\n"
            f"  export WIREROOM_BROKER={broker.url}\n"
            "Ctrl-C stops it.",
            flush=True,
        )
        while not broker.ended():
            time.sleep(0.5)
        raise BrokerError(f"the broker ended by itself; see {broker.directory}/broker.log")


if __name__ == "__main__":
    sys.exit(main())
