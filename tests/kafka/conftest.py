"""A broker with Kafka's authorizer, for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.guarded import guarded_broker


@pytest.fixture(scope="session")
def guarded(
    kafka_libs: Path, kafka_launcher: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A broker on which nobody may do what no ACL allows; keep to names under ``kafka_prefix``."""
    broker = guarded_broker(kafka_launcher, kafka_libs, tmp_path_factory.mktemp("guarded"))
    broker.start()
    yield broker
    broker.stop()
