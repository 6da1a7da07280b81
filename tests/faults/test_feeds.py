"""Feeds that are hostile or in disorder, through all stages, the ledger beside them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from schemas.codec import decode
from schemas.event import WireEvent
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.desk.identity import order_key
from streams.worker.app import EXIT_FLOODED
from tests.faults.broken import CRASH, HANG
from tests.faults.feed import messages
from tests.faults.running import drained, every_record
from tests.faults.scenario import Scenario, ScenarioOf

pytestmark = [
    pytest.mark.fault, pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(300)
]  # fmt: skip

_LIMIT = 200_000


def a_message(position: str, body: bytes, content_type: str = "application/json") -> RawMessage:
    return RawMessage(body=body, provider="oaw", content_type=content_type, position=position)


def among(others: list[RawMessage], hostile: list[RawMessage]) -> list[RawMessage]:
    """Hostile messages, each between ordinary ones."""
    step = max(1, len(others) // (len(hostile) + 1))
    mixed = list(others)
    for number, one in enumerate(hostile, 1):
        mixed.insert(number * step + number - 1, one)
    return mixed


def document(number: int, text: str) -> bytes:
    return orjson.dumps(
        {
            "uri": f"urn:hostile:{number}",
            "version": "1",
            "versioncreated": "2026-03-02T06:00:00Z",
            "headline": f"Number {number} is what this is about",
            "body_text": text,
        }
    )


def codes(run: Scenario) -> dict[str, str]:
    """The code of each dead message, by its position."""
    assert run.outputs is not None
    events = (decode(WireEvent, r.value or b"") for r in run.outputs[TopicName.EVENTS])
    return {event.source.position: event.dead.code for event in events if event.dead}


async def test_poison(scenario_of: ScenarioOf) -> None:
    rng = random.Random(1)  # noqa: S311
    noise = [a_message(f"noise:{n}", rng.randbytes(500)) for n in range(30)]
    crashing = [a_message(f"crash:{n}", document(n, CRASH.decode())) for n in range(2)]
    async with scenario_of(
        "poison: noise, and what crashes its process",
        feeding=False,
    ) as run:
        run.worker("intake", sabotage="broken:decoder-trips")
        run.worker("desk")
        run.worker("enrich")
        await run.send(among(list(messages(60)), [*noise, *crashing]))
    dead = codes(run)
    assert [dead[one.position] for one in crashing] == ["stage-crashed"] * 2
    assert all(one.position in dead for one in noise)
    assert len(dead) == len(noise) + len(crashing) + 1, "no neighbour; the feed's own is empty"
    assert run.of("intake").said("pool_rebuilt") >= 1


async def test_flood(scenario_of: ScenarioOf) -> None:
    rng = random.Random(2)  # noqa: S311
    garbage = [a_message(f"garbage:{n}", rng.randbytes(300)) for n in range(200)]
    feed = list(messages(60))
    async with scenario_of(
        "a flood of bad messages, passed over in the end",
        feeding=False,
    ) as run:
        intake = run.worker("intake", flood_run=40)
        run.worker("desk")
        run.worker("enrich")
        await run.send([*feed[:90], *garbage, *feed[90:]])
        assert await run.ended(intake) == EXIT_FLOODED
        letters = await every_record(run.log, run.prefix + TopicName.DEAD)
        assert len(letters) < 40 + 1, "the feed is not drained into the dead letters"
        intake.settings["WORKER__STOP_ON_FLOOD"] = "off"
        intake.start_again()
        await run.recovers()
    dead = codes(run)
    assert all(one.position in dead for one in garbage)
    assert len(dead) == len(garbage) + 1, "no neighbour; the feed's own is empty"


async def test_slow_record(scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "a record that is never done",
        feeding=False,
    ) as run:
        run.worker("intake", sabotage="broken:decoder-trips", task_timeout_s=2)
        run.worker("desk")
        run.worker("enrich")
        slow = a_message("slow", document(1, HANG.decode()))
        await run.send(among(list(messages(40)), [slow]))
        # Until it has been given up: what it costs the records behind it.
        await run.recovers()
    assert codes(run)["slow"] == "stage-timeout"


async def test_oversize(scenario_of: ScenarioOf) -> None:
    too_large_in = a_message("in", document(1, "A line of text. " * 20_000))
    # Its bytes fit; its item, a hash beside each tiny paragraph, does not.
    too_large_out = a_message("out", document(2, "\n\n".join(f"p{n}" for n in range(30_000))))
    async with scenario_of(
        "oversize in and out",
        feeding=False,
    ) as run:
        for stage in run.stages:
            run.worker(stage, settings={"MAX_BODY_BYTES": _LIMIT})
        await run.send(among(list(messages(40)), [too_large_in, too_large_out]))
    assert codes(run).items() >= {"in": "body-too-large", "out": "body-too-large"}.items()


async def test_duplicate_delivery(scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "every message delivered twice",
        feeding=False,
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        once = [message for message in messages(40) if message.body]
        again = [one.model_copy(update={"position": f"again:{one.position}"}) for one in once]
        await run.send(once)
        await drained(run.log, run.prefix, 90, enrich=True)
        items = await every_record(run.log, run.prefix + TopicName.ITEMS)
        await run.send(again)
    assert run.outputs is not None
    assert len(run.outputs[TopicName.ITEMS]) == len(items), "the second delivery changes nothing"


async def test_permuted_versions(scenario_of: ScenarioOf) -> None:
    async with scenario_of(
        "versions in any order",
        feeding=False,
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        feed = [message for message in messages(40) if message.body]
        random.Random(5).shuffle(feed)  # noqa: S311
        await run.send(feed)
    last = {
        document["uri"]: order_key(
            datetime.fromisoformat(document["versioncreated"]), document["version"]
        )
        for document in sorted(
            (orjson.loads(message.body) for message in feed), key=lambda each: each["version"]
        )
    }
    assert sorted(run.verdicts[0].final.values()) == sorted(last.values())


async def test_clock_skew(scenario_of: ScenarioOf) -> None:
    rng = random.Random(9)  # noqa: S311
    skewed = []
    for number, message in enumerate(one for one in messages(40) if one.body):
        # Years off either way, within one story: the times of creation, and ours.
        document = orjson.loads(message.body)
        at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=rng.randrange(-9000, 9000))
        if number % 3:
            document["versioncreated"] = at.isoformat()
        update = {"body": orjson.dumps(document), "received_at": at if number % 2 else None}
        skewed.append(message.model_copy(update=update))
    async with scenario_of(
        "clocks years apart",
        feeding=False,
    ) as run:
        for stage in run.stages:
            run.worker(stage)
        await run.send(skewed)
