"""Sending through aiokafka's producer, and giving it up without leftovers.

It must not choose topics or partitions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aiokafka.errors as kafka
from aiokafka import AIOKafkaProducer

from streams.log.base import NewRecord


async def send(
    producer: AIOKafkaProducer, records: Sequence[NewRecord], partitions: Sequence[int]
) -> list[tuple[int, int]]:
    """Send to the given partitions and wait; answers (partition, offset) of each.

    Raises:
        aiokafka.errors.KafkaError: a record was not acknowledged; none is under way any more.
    """
    waiting: list[asyncio.Future[Any]] = []
    try:
        for record, partition in zip(records, partitions, strict=True):
            waiting.append(
                await producer.send(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    partition=partition,
                    headers=list(record.headers),  # its C code takes no tuple
                )
            )
        # All of them, even when one fails: none may be under way once the caller has an error.
        await asyncio.wait(waiting)
        return [(sent.partition, sent.offset) for sent in (each.result() for each in waiting)]
    except BaseException:
        for each in waiting:
            if each.done() and not each.cancelled():
                each.exception()  # seen: asyncio need not report it
            each.cancel()
        raise


async def abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer without waiting for what it holds, as its own stop() would, for ever."""
    sender = producer._sender  # noqa: SLF001
    task = sender.sender_task
    if task is not None:
        producer._message_accumulator.fail_all(kafka.ProducerClosed())  # noqa: SLF001
        # Its callback trips over a producer without transactions.
        task.remove_done_callback(sender._fail_all)  # noqa: SLF001
        while not task.done():
            # Cancelled once, it waits for requests under way; cancelled again, it does not.
            task.cancel()
            await asyncio.wait([task], timeout=0.5)
        if not task.cancelled():
            task.exception()  # seen: asyncio need not report it
    await producer.stop()
