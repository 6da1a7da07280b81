"""``wireroom lint --connect`` and ``topics apply --dry-run`` on real Kafka, good and broken."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from schemas.topics import CATALOGUE, DAY_MS
from streams.cli import main
from streams.log import open_log
from streams.preflight.rights import (
    STAGES,
    Operation,
    Resource,
    Right,
    Role,
    acl_commands,
    rights_of,
)
from tests.kafka.guarded import LISTENER, carry_out, configure, settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

Findings = list[dict[str, str]]
Lint = Callable[..., tuple[int, Findings]]


@pytest.fixture
def lint(
    guarded: Any,
    kafka_prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Lint:
    """Run the command with settings of the environment; its status and what it found."""
    monkeypatch.chdir(tmp_path)

    def run(user: str | None, *arguments: str, **more: object) -> tuple[int, Findings]:
        address = guarded.address(LISTENER) if user else guarded.bootstrap
        chosen = {
            "BROKER": f"kafka://{address}",
            "PREFIX": kafka_prefix,
            **(settings(user) if user else {}),
            **more,
        }
        with monkeypatch.context() as patch:
            for name, value in chosen.items():
                patch.setenv(f"WIREROOM_{name}", str(value))
            capfd.readouterr()
            status = main(["lint", "--connect", "-o", "jsonl", *arguments])
        rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        return status, [row for row in rows if "level" in row]

    return run


def wrong(found: Findings) -> set[tuple[str, str]]:
    return {(row["check"], row["subject"]) for row in found if row["level"] == "wrong"}


def make(broker: Any, prefix: str, **changes: dict[str, Any]) -> None:
    """The catalogue's topics; ``changes`` by name, None leaving one out."""

    async def work() -> None:
        topics = [
            replace(topic, **changes.get(name.name, {}))
            for name, topic in CATALOGUE.items()
            if changes.get(name.name, {}) is not None
        ]
        async with open_log(broker.url) as log:
            await log.create_topics(topics, prefix=prefix)

    asyncio.run(work())


def give(broker: Any, user: str, prefix: str, *without: Right) -> None:
    rights = dict.fromkeys(
        right for role in (*STAGES, Role.LINT) for right in rights_of(role, prefix=prefix)
    )
    kept = [right for right in rights if right not in without]
    asyncio.run(carry_out(broker, acl_commands(kept, user=user, bootstrap="here:1")))


def test_a_good_set_up_is_right_line_by_line(guarded: Any, kafka_prefix: str, lint: Lint) -> None:
    make(guarded, kafka_prefix)
    give(guarded, "worker", kafka_prefix)
    status, found = lint("worker")
    assert status == 0
    assert {row["level"] for row in found} == {"right"}, found
    assert not [row for row in found if row["mend"]]
    checks = {row["check"] for row in found}
    assert checks >= {"broker", "version", "topic", "right", "clock", "folder", "disk", "model"}
    assert {row["subject"] for row in found if row["check"] == "topic"} == {
        kafka_prefix + name for name in CATALOGUE
    }


def test_each_command_mends_what_it_stands_beside(
    guarded: Any, kafka_prefix: str, lint: Lint, tmp_path: Path
) -> None:
    make(
        guarded,
        kafka_prefix,
        STATE={"compacted": False, "retention_ms": DAY_MS},
        DESK={"retention_ms": DAY_MS},
        ITEMS={"partitions": 3, "compacted": False},
        RAW=None,
    )
    no_group = Right(Resource.GROUP, f"{kafka_prefix}wireroom-desk", Operation.READ)
    no_write = Right(Resource.TOPIC, f"{kafka_prefix}enriched", Operation.WRITE)
    give(guarded, "half", kafka_prefix, no_group, no_write)
    (tmp_path / "file").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        status, found = lint("half", SPOOL_DIR=tmp_path / "file" / "spool", METRICS_PORT=port)
    assert status == 2
    own = {
        ("topic", f"{kafka_prefix}raw"),
        ("topic", f"{kafka_prefix}state"),
        ("topic", f"{kafka_prefix}desk"),
        ("right", no_group.name),
        ("right", no_write.name),
    }
    here = {("folder", "spool_dir"), ("port", f"127.0.0.1:{port} (intake)")}
    assert wrong(found) == own | here
    assert all(row["mend"] for row in found if row["level"] != "right")
    other = [row for row in found if row["level"] == "other"]
    # Of the state it is what compaction would wait for, beside what does harm.
    assert {row["subject"] for row in other} == {f"{kafka_prefix}items", f"{kafka_prefix}state"}

    for row in found:
        if row["mend"].startswith("kafka-acls"):
            asyncio.run(carry_out(guarded, [row["mend"]]))
        elif row["mend"].startswith("kafka-configs"):
            asyncio.run(configure(guarded, row["mend"]))
    make(guarded, kafka_prefix)
    status, found = lint("half", TOPICS='{"items": {"partitions": 3}}')
    assert status == 0, wrong(found)
    assert {row["level"] for row in found} == {"right"}, found


def test_one_who_may_do_nothing_is_told_each_right(
    guarded: Any, kafka_prefix: str, lint: Lint
) -> None:
    make(guarded, kafka_prefix)
    status, found = lint("nobody", "--role", "subscribe")
    assert status == 2
    missing = [row for row in found if row["check"] == "right"]
    assert [row["subject"] for row in missing] == [
        f"{kafka_prefix}{name}" for name in ("items", "events", "enriched")
    ]
    assert all("User:nobody" in row["mend"] for row in missing)


def test_settings_that_the_cluster_does_not_take(
    guarded: Any, kafka_prefix: str, lint: Lint
) -> None:
    make(guarded, kafka_prefix)
    status, found = lint(
        None,
        WORKER__SESSION_TIMEOUT_S=2,
        REPLICATION=3,
        TOPICS__DECODED__RETENTION_DAYS=1,
    )
    assert status == 2
    assert wrong(found) == {
        ("setting", "worker.session_timeout_s"),
        ("setting", "replication"),
        ("setting", "topics.decoded.retention_days"),
    }


async def test_a_member_with_our_instance_id_is_told(
    guarded: Any, kafka_prefix: str, lint: Lint
) -> None:
    await asyncio.to_thread(make, guarded, kafka_prefix)
    other = AIOKafkaConsumer(
        f"{kafka_prefix}decoded",
        bootstrap_servers=guarded.bootstrap,
        group_id=f"{kafka_prefix}wireroom-desk",
        group_instance_id="one-desk",
    )
    await other.start()
    try:
        status, found = await asyncio.to_thread(lint, None, WORKER__INSTANCE_ID="one")
        assert wrong(found) == {("setting", "worker.instance_id")}
        assert status == 2
        status, _ = await asyncio.to_thread(lint, None, WORKER__INSTANCE_ID="two")
        assert status == 0
    finally:
        await other.stop()


def test_wrong_credentials_and_an_absent_broker_name_the_setting(guarded: Any, lint: Lint) -> None:
    status, found = lint("worker", KAFKA__SASL_PASSWORD="wr0ng")  # noqa: S106
    assert status == 2
    (row,) = [row for row in found if row["check"] == "broker"]
    assert "wrong user name or password" in row["words"]
    assert "kafka.sasl_password_file" in row["mend"]
    assert "wr0ng" not in json.dumps(found)

    address = guarded.address(LISTENER)
    status, found = lint(
        "worker", BROKER=f"kafka://127.0.0.1:1,{address}", KAFKA__SASL_MECHANISM="PLAIN"
    )
    lines = {row["subject"]: row["level"] for row in found if row["check"] == "broker"}
    # One that is away of several is no reason not to start.
    assert lines == {"127.0.0.1:1": "other", address: "right"}


def test_a_dry_run_says_what_it_would_make_and_what_is_otherwise(
    guarded: Any, kafka_prefix: str, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    make(guarded, kafka_prefix, RAW=None, DESK={"retention_ms": DAY_MS}, KB={"partitions": 2})
    options = ["--broker", guarded.url, "--prefix", kafka_prefix]
    assert main(["topics", "apply", "--dry-run", *options]) == 0
    said = capfd.readouterr().out
    assert f"would make {kafka_prefix}raw: 12 partitions, keeps 7 d\n" in said
    assert f"wrong    {kafka_prefix}desk: retention.ms 86400000, not 2592000000" in said
    assert f"other    {kafka_prefix}kb: 2 partitions, not 1" in said
    (command,) = [line for line in said.splitlines() if "kafka-configs" in line]
    asyncio.run(configure(guarded, command.partition("mend: ")[2]))
    assert main(["topics", "apply", *options]) == 0
    capfd.readouterr()
    monkeypatch.setenv("WIREROOM_TOPICS__KB__PARTITIONS", "2")
    assert main(["topics", "apply", "--dry-run", *options]) == 0
    assert capfd.readouterr().out == "every topic exists, as the catalogue has it\n"
