"""Workers, commands and subscribers under ACLs: enough with exactly what the docs give them.

The broker has Kafka's own authorizer; nobody may do what no ACL allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import CATALOGUE, TopicName
from streams.cli import main
from streams.client import Subscription
from streams.errors import ConfigError, TransportError
from streams.log import NewRecord, open_log
from streams.log.headers import raw_record
from streams.preflight.rights import STAGES, Role, acl_commands, rights_of
from streams.preflight.worker import refuse_to_start
from streams.settings import Settings, load_settings
from tests.faults.feed import messages
from tests.faults.running import Worker, count, create_topics, drained, until
from tests.kafka.guarded import LISTENER, carry_out, revoke, security, settings

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


async def grant(guarded: Any, user: str, roles: tuple[Role, ...], prefix: str) -> None:
    rights = [right for role in roles for right in rights_of(role, prefix=prefix)]
    address = guarded.address(LISTENER)
    await carry_out(guarded, acl_commands(rights, user=user, bootstrap=address))


async def make_topics(guarded: Any, prefix: str) -> None:
    async with open_log(guarded.url) as log:
        await create_topics(log, prefix, partitions=2)


def a_worker(
    guarded: Any,
    prefix: str,
    folder: Path,
    user: str,
    *stages: str,
    more: Mapping[str, object] | None = None,
) -> Worker:
    return Worker(
        guarded.address(LISTENER),
        prefix,
        folder,
        stages,
        settings={**settings(user), "ENRICH__RECOGNISER": "gazetteer", **(more or {})},
        start=False,
    )


async def test_exactly_these_rights_are_enough_for_every_stage_and_nothing_is_created(
    guarded: Any, kafka_prefix: str, tmp_path: Path
) -> None:
    await make_topics(guarded, kafka_prefix)
    await grant(guarded, "worker", STAGES, kafka_prefix)
    await grant(guarded, "feed", (Role.INGEST,), kafka_prefix)
    await grant(guarded, "reader", (Role.SUBSCRIBE,), kafka_prefix)
    sent = list(messages(3))
    async with open_log(guarded.url) as admin:
        before = await admin.topics()
        worker = a_worker(guarded, kafka_prefix, tmp_path, "worker", "intake", "desk", "enrich")
        worker.start_again()
        url = f"kafka://{guarded.address(LISTENER)}"
        try:
            async with open_log(url, security("feed")) as feed:
                await feed.append([raw_record(raw, kafka_prefix + "raw") for raw in sent])
            await drained(admin, kafka_prefix, 60, enrich=True)
        finally:
            status = worker.stop()
        assert status == 0, worker.log.read_text()[-2000:]
        assert await admin.topics() == before

    read = {}
    for name in ("items", "events", "enriched"):
        options = as_settings(guarded, kafka_prefix, "reader")
        until_now = {"since": "1990-01-01", "until": datetime.now(UTC)}
        following = Subscription(name, settings=options, **until_now)
        read[name] = [each async for each in following]
    assert len(read["events"]) == len(sent)
    assert read["items"]
    assert read["enriched"]
    for name, topic in CATALOGUE.items():
        if topic.restricted:
            with pytest.raises(TransportError, match="'reader' may not see it"):
                await read_all(url, kafka_prefix + name)


def as_settings(guarded: Any, prefix: str, user: str) -> Settings:
    own = {**settings(user), "BROKER": f"kafka://{guarded.address(LISTENER)}", "PREFIX": prefix}
    return load_settings(
        environ={f"WIREROOM_{name}": value for name, value in own.items()}
    ).settings


async def read_all(url: str, topic: str) -> None:
    async with open_log(url, security("reader")) as log:
        async for _ in log.read(topic, stop=await log.end_offsets(topic)):
            pass


@pytest.mark.parametrize(
    ("stage", "right"),
    [
        ("intake", "Read topic raw"),
        ("intake", "Write topic dead"),
        ("intake", "Read group wireroom-intake"),
        ("intake", "Describe group wireroom-desk"),
        ("desk", "Write topic state"),
        ("enrich", "Read topic kb"),
    ],
)
async def test_a_right_that_is_missing_is_one_line_at_the_start(
    guarded: Any, kafka_prefix: str, stage: str, right: str
) -> None:
    operation, resource, name = right.split()
    await make_topics(guarded, kafka_prefix)
    rights = rights_of(Role(stage), prefix=kafka_prefix)
    kept = [
        right
        for right in rights
        if (right.resource, right.name, right.operation)
        != (resource, kafka_prefix + name, operation)
    ]
    assert len(kept) == len(rights) - 1
    await carry_out(guarded, acl_commands(kept, user="half", bootstrap="here:1"))
    with pytest.raises(ConfigError, match=f"half may not {operation} {resource}") as caught:
        await refuse_to_start(
            f"kafka://{guarded.address(LISTENER)}",
            security("half"),
            [Role(stage)],
            prefix=kafka_prefix,
        )
    said = str(caught.value)
    assert kafka_prefix + name in said
    assert said.count(kafka_prefix) == 1
    assert "\n" not in said


async def test_a_worker_without_a_right_ends_with_status_2_and_one_line(
    guarded: Any, kafka_prefix: str, tmp_path: Path
) -> None:
    await make_topics(guarded, kafka_prefix)
    await grant(guarded, "late", (Role.DESK,), kafka_prefix)
    await revoke(guarded, "late", "group", f"{kafka_prefix}wireroom-desk", "Read")
    worker = a_worker(guarded, kafka_prefix, tmp_path, "late", "desk")
    worker.start_again()
    assert await asyncio.to_thread(worker.process.wait, 40) == 2
    *before, line = worker.log.read_text().splitlines()
    # aiokafka's warning, which is right.
    assert all("in the clear" in each for each in before), before
    assert line.startswith("wireroom: ")
    assert f"late may not Read group {kafka_prefix}wireroom-desk" in line
    assert "lint --connect" in line


@pytest.mark.parametrize(
    "right",
    [
        "Read group wireroom-intake",
        "Write topic decoded",
    ],
)
async def test_a_right_that_is_taken_away_ends_the_worker(
    guarded: Any, kafka_prefix: str, tmp_path: Path, right: str
) -> None:
    operation, resource, name = right.split()
    await make_topics(guarded, kafka_prefix)
    # It may create topics, and the broker would: it does not.
    await grant(guarded, "late", (Role.INTAKE, Role.APPLY), kafka_prefix)
    worker = a_worker(guarded, kafka_prefix, tmp_path, "late", "intake")
    worker.start_again()

    async def started() -> bool:
        return worker.said("stage_started") == 1

    async def at_work() -> bool:
        return await count(admin, kafka_prefix + "decoded") >= 1

    async with open_log(guarded.url) as admin:
        before = await admin.topics()
        try:
            await until(started, 40, "intake started", worker)
            raw = [raw_record(raw, kafka_prefix + "raw") for raw in messages(4)]
            await admin.append(raw[:1])
            await until(at_work, 40, "intake at work", worker)
            async with open_log(worker.settings["BROKER"], security("late")) as own:
                # What it asks before it goes on ahead of the desk.
                desk = f"{kafka_prefix}wireroom-desk"
                assert await own.committed(desk, f"{kafka_prefix}decoded") == {}
            await revoke(guarded, "late", resource, kafka_prefix + name, operation)
            await admin.append(raw[1:])
            status = await asyncio.to_thread(worker.process.wait, 40)
        finally:
            worker.kill()
        assert await admin.topics() == before
    said = worker.log.read_text()
    assert status == 1, said[-2000:]
    (crash,) = [line for line in said.splitlines() if '"event":"stage_crashed"' in line]
    assert "AuthorizationFailedError" in crash
    assert kafka_prefix + name in crash


@pytest.mark.parametrize("asked_to_stop", [True, False], ids=["stopped", "left alone"])
async def test_a_worker_that_may_no_longer_join_its_group_does_not_linger(
    guarded: Any, kafka_prefix: str, tmp_path: Path, *, asked_to_stop: bool
) -> None:
    await make_topics(guarded, kafka_prefix)
    await grant(guarded, "late", (Role.ENRICH,), kafka_prefix)
    await revoke(guarded, "late", "group", f"{kafka_prefix}wireroom-enrich", "Read")
    limits = {"WORKER__STALL_S": 14, "WORKER__TASK_TIMEOUT_S": 4}
    worker = a_worker(guarded, kafka_prefix, tmp_path, "late", "enrich", more=limits)
    worker.start_again("broken:start-unchecked")

    async def asks() -> bool:
        return worker.said("watchdog_blind") >= 2

    try:
        await until(asks, 40, "it joins and is refused", worker)
        if asked_to_stop:
            assert await asyncio.to_thread(worker.stop, 10) == 0
            assert worker.said("stage_stopped") == 1
        else:
            assert await asyncio.to_thread(worker.process.wait, 30) == 1
            assert worker.said("broker_refuses") == 1
    finally:
        worker.kill()


@pytest.fixture
def as_owner(
    guarded: Any, kafka_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Commands are called by a user who has no right yet on the topics under this prefix."""
    asyncio.run(make_topics(guarded, kafka_prefix))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.txt").write_text("Wheat rose\n\nTraders in the north said so on Thursday.\n")
    options = {
        **settings("owner"),
        "BROKER": f"kafka://{guarded.address(LISTENER)}",
        "PREFIX": kafka_prefix,
    }
    for name, value in options.items():
        monkeypatch.setenv(f"WIREROOM_{name}", value)
    return kafka_prefix


@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        (Role.INGEST, ["ingest", "one.txt"]),
        (Role.SUBSCRIBE, ["subscribe", "items", "--until", "2000-01-01"]),
        (Role.RECORD, ["record", "held", "kept", "--until", "2000-01-01"]),
        (Role.DEAD, ["dead", "list"]),
        (Role.DEAD, ["dead", "retry", "0:0", "--yes"]),
        (Role.KB, ["kb", "add", "person", "Ana Brandt"]),
        (Role.PURGE, ["purge", "brestava:1", "--dry-run"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else value,
)
def test_each_command_does_with_the_rights_of_its_role(
    guarded: Any,
    as_owner: str,
    capfd: pytest.CaptureFixture[str],
    role: Role,
    arguments: list[str],
) -> None:
    before = main(arguments)
    refused = capfd.readouterr().err
    assert before == 2
    assert "may not see it" in refused or "(if it exists)" in refused
    asyncio.run(grant(guarded, "owner", (role,), as_owner))
    status = main(arguments)
    said = capfd.readouterr().err
    assert "may not" not in said, said
    assert "not allowed" not in said, said
    # Nothing is there to be retried or purged, and that is what is said.
    assert status == 0 or "0:0" in said or "brestava:1" in said, said


def test_a_purge_that_may_not_see_a_topic_does_not_pass_over_it(
    guarded: Any, as_owner: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rights = rights_of(Role.PURGE, prefix=as_owner)
    seen = [right for right in rights if right.name != f"{as_owner}events"]
    asyncio.run(carry_out(guarded, acl_commands(seen, user="owner", bootstrap="here:1")))
    assert main(["purge", "brestava:1", "--yes"]) == 2
    assert f"may not Read topic {as_owner}events" in capfd.readouterr().err


async def test_topics_are_made_under_the_prefix_and_nowhere_else(
    guarded: Any, kafka_prefix: str
) -> None:
    await grant(guarded, "owner", (Role.APPLY,), kafka_prefix)
    url = f"kafka://{guarded.address(LISTENER)}"
    async with open_log(url, security("owner")) as log:
        made = await log.create_topics(list(CATALOGUE.values()), prefix=kafka_prefix)
        assert len(made) == len(CATALOGUE)
        with pytest.raises(TransportError, match=r"could not be created: .*uthoriz"):
            await log.create_topics([CATALOGUE[TopicName.RAW]], prefix="elsewhere.")
        with pytest.raises(TransportError, match="'owner' is not allowed to"):
            await log.append([NewRecord(f"{kafka_prefix}raw", b"k", b"v")])


async def test_a_replay_has_topics_and_groups_of_its_own(guarded: Any, kafka_prefix: str) -> None:
    await grant(guarded, "feed", (Role.REPLAY,), kafka_prefix)
    url = f"kafka://{guarded.address(LISTENER)}"
    own = f"replay.{kafka_prefix}"
    async with open_log(url, security("feed")) as log:
        await log.create_topics(list(CATALOGUE.values()), prefix=own)
        await log.append([NewRecord(f"{own}raw", b"k", b"v")])
        ends = await log.end_offsets(f"{own}raw")
        await log.commit(f"{own}wireroom-intake", f"{own}raw", ends)
        await refuse_to_start(url, security("feed"), STAGES, prefix=own)
        with pytest.raises(TransportError, match="could not be created"):
            await log.create_topics([CATALOGUE[TopicName.RAW]], prefix=kafka_prefix)
