"""What a delivery promises: nothing is called done that the broker has not, or has refused."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from schemas.topics import TopicName
from streams.log import open_log
from streams.log.outgoing import Outgoing
from streams.worker.delivery import Delivery
from streams.worker.faust_compat import Profile, StreamOfBytes, add_agent, batches, create_app
from tests.faults.running import create_topics

pytestmark = [
    pytest.mark.fault,
    pytest.mark.kafka,
    # Faust and mode leave tasks and loggers behind when an app is stopped in mid-flight.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

_LIMIT = 100_000


async def _agent(stream: StreamOfBytes) -> None:
    async for events in batches(stream, 4):
        for event in events:
            event.ack()


@asynccontextmanager
async def delivering(bootstrap: str, prefix: str) -> AsyncIterator[Delivery]:
    url = f"kafka://{bootstrap}"
    async with open_log(url, max_body_bytes=_LIMIT) as log:
        await create_topics(log, prefix, partitions=1)
    app = create_app(Profile(f"{prefix}g", url, None, 6, 30, None, 100, 10 * _LIMIT))
    add_agent(app, prefix + TopicName.RAW, "agent", _agent)
    await app.start()
    try:
        yield Delivery(app, prefix)
    finally:
        await app.stop()


def a_record(size: int = 10) -> Outgoing:
    return Outgoing(TopicName.EVENTS, b"k", os.urandom(size), ())


async def test_sending_returns_only_when_the_broker_has_it(
    own_broker: Any, kafka_prefix: str
) -> None:
    async with delivering(own_broker.bootstrap, kafka_prefix) as delivery:
        await delivery.send([a_record()])
        own_broker.pause()
        try:
            sending = asyncio.create_task(delivery.send([a_record()]))
            await asyncio.sleep(1)
            assert not sending.done(), "returned while the broker was frozen"
        finally:
            own_broker.resume()
        await asyncio.wait_for(sending, 20)


async def test_a_record_that_is_refused_is_an_error(kafka_broker: str, kafka_prefix: str) -> None:
    async with delivering(kafka_broker, kafka_prefix) as delivery:
        # Beyond what the topic takes and within what the producer does.
        with pytest.raises(Exception, match=r"too large|MessageSizeTooLarge|larger than"):
            await delivery.send([a_record(), a_record(15 * _LIMIT), a_record()])
