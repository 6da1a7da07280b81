"""The launcher of real brokers, which the other tests stand on."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.topics import DAY_MS, Topic, TopicName
from streams.log import NewRecord, open_log

ROOT = Path(__file__).resolve().parents[2]
RAW = Topic(TopicName.RAW, 1, 7 * DAY_MS)


@pytest.mark.kafka
async def test_ports_and_records_survive_a_stop_and_a_kill(own_broker, kafka_prefix):
    bootstrap, topic = own_broker.bootstrap, RAW.full_name(kafka_prefix)
    async with open_log(own_broker.url) as log:
        await log.create_topics([RAW], prefix=kafka_prefix)
        await log.append([NewRecord(topic, b"k", b"1")])
    await asyncio.to_thread(own_broker.stop)
    assert own_broker.ended()
    await asyncio.to_thread(own_broker.start)
    await asyncio.to_thread(own_broker.kill)
    await asyncio.to_thread(own_broker.start)
    assert own_broker.bootstrap == bootstrap
    async with open_log(own_broker.url) as log:
        end = await log.end_offsets(topic)
        assert [r.value async for b in log.read(topic, stop=end) for r in b] == [b"1"]


@pytest.mark.kafka
def test_a_port_that_is_taken_is_another_port_or_one_clear_error(
    kafka_libs, kafka_launcher, tmp_path, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        free = kafka_launcher._free_ports
        first = iter([[port]])
        monkeypatch.setattr(
            kafka_launcher,
            "_free_ports",
            lambda count: [*next(first, free(1)), *free(count - 1)],
        )
        broker = kafka_launcher.Broker(tmp_path / "a", libs=kafka_libs)
        try:
            broker.start()
            assert broker.bootstrap != f"127.0.0.1:{port}"
        finally:
            broker.kill()
        broker = kafka_launcher.Broker(tmp_path / "b", libs=kafka_libs, port=port)
        with pytest.raises(kafka_launcher.BrokerError, match=f"port {port} is taken"):
            broker.start()
        assert broker.ended()


@pytest.mark.kafka
def test_another_broker_on_the_port_is_not_taken_for_ours(
    kafka_broker, kafka_libs, kafka_launcher, tmp_path, monkeypatch
):
    host, _, port = kafka_broker.partition(":")
    if host != "127.0.0.1":
        pytest.skip("the broker given for the tests is on another machine")
    # It comes between our look at the port and our own broker.
    monkeypatch.setattr(kafka_launcher, "_is_taken", lambda _port: False)
    monkeypatch.setattr(kafka_launcher, "_START_ATTEMPTS", 1)
    broker = kafka_launcher.Broker(tmp_path, libs=kafka_libs, port=int(port))
    with pytest.raises(kafka_launcher.BrokerError, match="Address already in use"):
        broker.start()


@pytest.mark.kafka
def test_a_person_runs_one_until_ctrl_c(kafka_libs, tmp_path, kafka_launcher):
    (port,) = kafka_launcher._free_ports(1)
    process = subprocess.Popen(
        [sys.executable, ROOT / "deploy/kafka/broker.py", "--port", str(port), "--dir", tmp_path],
        env={**os.environ, "WIREROOM_KAFKA_LIBS": str(kafka_libs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert f"listens on 127.0.0.1:{port}" in process.stdout.readline()
        assert f"WIREROOM_BROKER=kafka://127.0.0.1:{port}" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout.read().strip() == "Ctrl-C stops it."
        give_up = time.monotonic() + 5
        while time.monotonic() < give_up:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return
            time.sleep(0.1)
        pytest.fail("the broker still listens")
    finally:
        process.kill()
        process.communicate()


def test_jars_that_are_named_but_absent_are_one_clear_error(kafka_launcher, tmp_path, monkeypatch):
    monkeypatch.setenv("WIREROOM_KAFKA_LIBS", str(tmp_path))
    with pytest.raises(kafka_launcher.BrokerError, match=r"holds no kafka_2\.13-4\.1\.1\.jar"):
        kafka_launcher.libraries()


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ('openjdk version "11.0.2" 2019', "needs Java 17 or newer; .*11"),
        ("no such thing", "needs Java 17"),
    ],
)
def test_an_old_java_is_told(kafka_launcher, tmp_path, monkeypatch, version, says):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{version}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(kafka_launcher.BrokerError, match=says):
        kafka_launcher.java()


def test_no_java_or_no_maven_says_what_to_install(kafka_launcher, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(kafka_launcher.BrokerError, match="install it, or set JAVA_HOME"):
        kafka_launcher.java()
    monkeypatch.setattr(kafka_launcher, "ROOT", tmp_path)
    with pytest.raises(kafka_launcher.BrokerError, match="install mvn"):
        kafka_launcher.libraries()
