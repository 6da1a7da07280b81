"""Several brokers that form one cluster, each a process, to lose one of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any


class Cluster:
    """Three brokers: every record on each, acknowledged by two. Its methods block."""

    def __init__(self, launcher: ModuleType, folder: Path, libs: Path, size: int = 3) -> None:
        """Prepare it; ``launcher`` is ``deploy/kafka/broker.py``."""
        ports = launcher._free_ports(size)
        controllers = dict(enumerate(ports, 1))
        cluster = launcher.new_cluster_id()
        self.brokers: list[Any] = [
            launcher.Broker(
                folder / str(number),
                libs=libs,
                node=launcher.Node(number, cluster, controllers),
            )
            for number in controllers
        ]

    @property
    def bootstrap(self) -> str:
        """All of them."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    def start(self) -> None:
        """Start them side by side: one is ready when most are."""
        with ThreadPoolExecutor(len(self.brokers)) as side_by_side:
            list(side_by_side.map(lambda broker: broker.start(), self.brokers))

    def kill(self) -> None:
        """End them all."""
        for broker in self.brokers:
            broker.kill()
