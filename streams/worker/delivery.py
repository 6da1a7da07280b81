"""Writing to the broker: everything acknowledged before anything is called done.

It must not decide what is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from streams.log.outgoing import Outgoing
from streams.worker.faust_compat import App


class Delivery:
    """Sends records through an app's producer."""

    def __init__(self, app: App, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def send(self, outgoing: Iterable[Outgoing]) -> list[int]:
        """Write records, in order within a partition; answers the offset of each, once it is safe.

        Raises:
            Exception: whatever the producer raised; some of the records may have been written.
        """
        producer = self._app.producer
        acknowledgements = [
            await producer.send(
                self._prefix + record.topic,
                record.key,
                record.value,
                None,
                None,
                list(record.headers),
            )
            for record in outgoing
        ]
        answers = await asyncio.gather(*acknowledgements, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer.offset for answer in answers if not isinstance(answer, BaseException)]
