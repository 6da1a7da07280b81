"""What is around a worker fails: its children, its files, its rights, its topics."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
from pathlib import Path
from types import ModuleType

import orjson
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.bench.processes import children
from streams.log import KafkaSecurity, open_log
from tests.faults.feed import messages
from tests.faults.running import create_topics
from tests.faults.scenario import ScenarioOf

pytestmark = [
    pytest.mark.fault, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(300)
]  # fmt: skip


@pytest.mark.parametrize("stage", ["intake", "enrich"])
async def test_pool_children_killed(stage: str, scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        f"pool child killed: {stage}",
    ) as run:
        for each in run.stages:
            run.worker(each)
        await run.moves()
        # One that is killed while a culprit is looked for ends the worker, loudly.
        supervising = run.supervise()
        for _ in range(3):
            victims = children(run.of(stage).process.pid)
            assert victims
            os.kill(victims[0], signal.SIGKILL)
            await run.recovers(stage)
            await run.moves(stage, records=10)
        supervising.cancel()
    assert run.of(stage).said("pool_rebuilt") >= 1
    assert set(run.statuses) <= {1}


async def test_temporary_files_lost(tmp_path: Path, scenario_of: ScenarioOf) -> None:
    def too_large(number: int) -> RawMessage:
        body = orjson.dumps({"uri": f"urn:large:{number}", "body_text": "A line. " * 40_000})
        return RawMessage(body=body, provider="oaw", position=f"large:{number}")

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    async with scenario_of(
        "spool, cache and temporary folder lost",
    ) as run:
        limit = {"MAX_BODY_BYTES": 200_000}
        for each in run.stages:
            run.worker(each, settings=limit, environment={"TMPDIR": str(temporary)})
        spool = run.of("intake").spool
        await run.send([too_large(1)])
        await run.moves()
        shutil.rmtree(spool)
        shutil.rmtree(temporary)
        await run.send([too_large(2)])
        await run.recovers()
        for worker in run.workers:
            await asyncio.to_thread(worker.kill)
            worker.start_again()
        await run.recovers()
    later = hashlib.sha256(too_large(2).body).hexdigest()
    assert later in {path.name for path in spool.iterdir()}, "it is spooled all the same"


async def test_wrong_credentials(
    kafka_launcher: ModuleType, kafka_libs: Path, tmp_path: Path, scenario_of: ScenarioOf
) -> None:
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    listener = kafka_launcher.Listener(
        "SCRAM",
        "SASL_PLAINTEXT",
        {"sasl.enabled.mechanisms": "SCRAM-SHA-512", "scram-sha-512.sasl.jaas.config": scram},
    )
    broker = kafka_launcher.Broker(
        tmp_path / "broker", libs=kafka_libs, scram_users={"desk": "right"}, listeners=[listener]
    )
    await asyncio.to_thread(broker.start)
    try:
        async with scenario_of(
            "wrong credentials",
            broker,
        ) as run:
            run.bootstrap = broker.address("SCRAM")
            own = {
                "KAFKA__SECURITY_PROTOCOL": "SASL_PLAINTEXT",
                "KAFKA__SASL_MECHANISM": "SCRAM-SHA-512",
                "KAFKA__SASL_USERNAME": "desk",
                "KAFKA__SASL_PASSWORD": "not-this-one",
            }
            for stage in run.stages:
                run.worker(stage, settings=own)
            assert [await run.ended(worker) for worker in run.workers] == [2, 2, 2]
            for worker in run.workers:
                (line,) = worker.log.read_text().splitlines()
                assert "desk" in line
                assert "not-this-one" not in line
                worker.settings["KAFKA__SASL_PASSWORD"] = "right"  # noqa: S105
                worker.start_again()
            await run.recovers()
        security = KafkaSecurity(
            "SASL_PLAINTEXT",
            "SCRAM-SHA-512",
            username="desk",
            password="right",  # noqa: S106
        )
        async with open_log(f"kafka://{run.bootstrap}", security) as log:
            assert await log.topics()
    finally:
        await asyncio.to_thread(broker.kill)


async def test_a_topic_that_is_gone(
    kafka_broker: str, kafka_prefix: str, scenario_of: ScenarioOf
) -> None:
    """The dead letters' topic is deleted under the workers: nothing is dropped for want of it."""
    async with scenario_of(
        "a topic missing, at start and later",
    ) as run:
        dead = kafka_prefix + TopicName.DEAD
        await _delete(kafka_broker, dead)
        intake = run.worker("intake", send_timeout_s=10)
        assert await run.ended(intake) == 2
        assert dead in intake.log.read_text()
        await create_topics(run.log, kafka_prefix, partitions=3)
        intake.start_again()
        run.worker("desk")
        run.worker("enrich")
        await run.moves()
        await _delete(kafka_broker, dead)
        supervising = run.supervise()
        poison = [one for one in messages(1, prefix="poison") if not one.body]
        await run.send(poison)
        await asyncio.sleep(30)
        await create_topics(run.log, kafka_prefix, partitions=3)
        await run.recovers()
        await run.moves(records=20)
        supervising.cancel()
        assert set(run.statuses) <= {1, 2}
        assert run.statuses, "loud"


async def _delete(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()
