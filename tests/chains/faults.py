"""What happens to messages on their way: order, repetition, loss, cuts and wrong encodings.

Every fault is seeded: the same seed gives the same damage.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import timedelta

from schemas.raw import RawMessage

_GAP = timedelta(seconds=7)
_DECLARED = re.compile(rb'encoding="UTF-8"')
_META = re.compile(rb'charset="?utf-8"?')


def reordered(messages: Sequence[RawMessage], seed: int) -> list[RawMessage]:
    """The messages in another order; each arrives after the one before it."""
    shuffled = list(messages)
    random.Random(seed).shuffle(shuffled)  # noqa: S311  (a test)
    return arriving(shuffled)


def duplicated(messages: Sequence[RawMessage], seed: int) -> list[RawMessage]:
    """Every message once, and about half of them again, somewhere later."""
    chooser = random.Random(seed)  # noqa: S311  (a test)
    played = list(messages)
    for message in messages:
        if chooser.random() < 0.5:
            place = chooser.randint(played.index(message) + 1, len(played))
            again = message.model_copy(update={"position": f"{message.position}/again"})
            played.insert(place, again)
    return arriving(played)


def late(messages: Sequence[RawMessage], place: int) -> list[RawMessage]:
    """One message, the one at ``place``, arrives after all others."""
    rest = [message for number, message in enumerate(messages) if number != place]
    return arriving([*rest, messages[place]])


def first(messages: Sequence[RawMessage], place: int) -> list[RawMessage]:
    """One message, the one at ``place``, arrives before all others: others were held up."""
    rest = [message for number, message in enumerate(messages) if number != place]
    return arriving([messages[place], *rest])


def arriving(messages: Sequence[RawMessage]) -> list[RawMessage]:
    """The messages in this order, received one after another from when the last was filed."""
    begin = max(message.received_at for message in messages if message.received_at)
    return [
        message.model_copy(update={"received_at": begin + number * _GAP})
        for number, message in enumerate(messages)
    ]


def cut(body: bytes, share: float) -> bytes:
    """The first part of a message whose line broke."""
    return body[: int(len(body) * share)]


def declared_wrong(body: bytes) -> bytes:
    """UTF-8 that says it is latin-1, as AFP's files do."""
    return _META.sub(b'charset="iso-8859-1"', _DECLARED.sub(b'encoding="iso-8859-1"', body))


def as_latin(body: bytes) -> bytes:
    """UTF-8 as latin-1, whatever it says of itself."""
    return body.decode().encode("latin-1")


def as_utf8(body: bytes) -> bytes:
    """Latin-1 as UTF-8."""
    return body.decode("latin-1").encode()


def undeclared(body: bytes) -> bytes:
    """The same bytes, saying nothing of their encoding."""
    return _META.sub(b"", _DECLARED.sub(b"", body))


def byte_order_mark(body: bytes) -> bytes:
    """UTF-8 behind a byte-order mark."""
    return b"\xef\xbb\xbf" + body
