from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from streams.errors import ConfigError, TransportError
from streams.log import open_log, sqlite_path
from streams.log.kafka import KafkaLog
from streams.log.sqlite import SqliteLog

ROOT = Path(__file__).resolve().parents[3]


def test_the_scheme_chooses_the_log():
    assert isinstance(open_log("sqlite:///./wireroom.db"), SqliteLog)
    assert isinstance(open_log("kafka://one:9092,two"), KafkaLog)


@pytest.mark.parametrize(
    "url", ["", "wireroom.db", "redis://x", "sqlite://x", "sqlite:", "KAFKA:x"]
)
def test_an_unknown_scheme_lists_those_that_are_known(url):
    with pytest.raises(ConfigError, match=r"kafka://host:port.*sqlite:///path"):
        open_log(url)


@pytest.mark.parametrize(
    "url",
    ["kafka://", "kafka://:9092", "kafka://a:b", "kafka://a,,b", "kafka://a/b", "kafka://a:1/x",
     "kafka://::1", "kafka://a:\u0661"],
)  # fmt: skip
def test_a_host_that_is_none_is_named(url):
    with pytest.raises(ConfigError, match="is not host:port"):
        open_log(url)


def test_passwords_do_not_belong_into_the_url():
    with pytest.raises(ConfigError, match="SASL settings") as caught:
        open_log("kafka://desk:s3cret@host:9092")
    assert "s3cret" not in str(caught.value)


def test_hosts_get_the_usual_port_and_may_be_ipv6():
    log = open_log("kafka://a, b:1,[::1],[fe80::1]:2/")
    assert log._hosts == ["a:9092", "b:1", "[::1]:9092", "[fe80::1]:2"]


def test_a_sqlite_url_gives_its_path_as_it_stands():
    assert sqlite_path("sqlite:///./wireroom.db") == "./wireroom.db"
    assert sqlite_path("sqlite:////var/lib/wire room.db") == "/var/lib/wire room.db"
    assert sqlite_path("kafka://host") is None
    with pytest.raises(ConfigError, match="names no file"):
        sqlite_path("sqlite:///")


@pytest.mark.parametrize("size", [0, -1])
def test_a_largest_body_of_nothing_is_refused(size):
    with pytest.raises(ConfigError, match="max_body_bytes"):
        open_log("kafka://host", max_body_bytes=size)


async def test_opening_and_looking_create_nothing(tmp_path):
    async with open_log(f"sqlite:///{tmp_path}/wire.db") as log:
        assert await log.topics() == {}
        with pytest.raises(TransportError, match="wireroom topics apply"):
            await anext(log.read("wire.items"))
    await asyncio.sleep(0)
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_log_does_not_import_kafka():
    code = "import sys, streams.log; sys.exit('aiokafka' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
