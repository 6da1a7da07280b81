"""What the live topics know already, so that a replay can leave it out.

It must not write, nor touch any group's offsets.
"""

from __future__ import annotations

from schemas.codec import SchemaError, decode
from schemas.item import Item
from schemas.journal import StateRecord
from streams.errors import ConfigError
from streams.log import TopicLog

__all__ = ["Existing"]


class Existing:
    """The newest version the desk knows of each key, from ``wire.state``; about 200 B a key."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int, str]] = {}

    def __len__(self) -> int:
        """How many keys are known."""
        return len(self._newest)

    @classmethod
    async def read(cls, log: TopicLog, topic: str) -> Existing:
        """All that a state topic holds now.

        Raises:
            ConfigError: there is no such topic.
        """
        if topic not in await log.topics():
            raise ConfigError(f"--skip-existing: the log has no topic {topic}")
        found = cls()
        async for batch in log.read(topic, "earliest", await log.end_offsets(topic)):
            for record in batch:
                found.add(record.value)
        return found

    def add(self, value: bytes | None) -> None:
        """Take in one record; what cannot be read says nothing."""
        try:
            state = decode(StateRecord, value or b"")
        except SchemaError:
            return
        seq, _ = self._newest.get(state.item_key, (-1, ""))
        if state.seq > seq:
            self._newest[state.item_key] = state.seq, state.order_key

    def __call__(self, item: Item) -> bool:
        """Whether this version, or a newer one of the same key, is known."""
        _, order_key = self._newest.get(item.item_key, (0, ""))
        return order_key >= item.order_key
