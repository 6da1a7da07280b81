"""Items that the tests of hostile input throw at the desk."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from schemas.event import WireEvent
from schemas.item import Item, Paragraph, PubStatus
from streams.desk import Desk
from streams.desk.identity import content_hash, item_key, order_key

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

DOCK = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
)
TRAM = (
    "Tram drivers in Lindholm will stop work on Friday over a roster that adds a night shift.",
    "Union secretary Jorma Aaltola said 84 percent of the drivers had voted for the stoppage.",
    "The city offered replacement buses on the two busiest lines, every twelve minutes.",
    "Schools on the eastern bank asked parents to bring children on foot or to share cars.",
    "Talks broke down on Monday after the mayor left the room, both sides told the newspaper.",
)
FURNITURE = (
    "Click here to subscribe to our newsletter and never miss a story again.",
    "Copyright. All rights reserved. This material may not be published or redistributed.",
    "For more information please visit our website or contact our service desk by telephone.",
)


def an_item(
    stable_id: str,
    text: Sequence[str],
    *,
    headline: str | None = "Headline",
    provider: str | None = "nordan",
    minute: float = 0,
    made: datetime | None = None,
    **fields: object,
) -> Item:
    at = T0 + minute * MINUTE
    content = content_hash(headline, text)
    key = item_key(provider, stable_id, content)
    order = order_key(made or at, None)
    values: dict[str, object] = {
        "id": f"{key}@{order}",
        "item_key": key,
        "order_key": order,
        "provider": provider,
        "version_created": made or at,
        "received_at": at,
        "headline": headline,
        "paragraphs": tuple(Paragraph(text=paragraph) for paragraph in text),
        "content_hash": content,
    }
    return Item(**(values | fields))  # type: ignore[arg-type]


def a_kill(stable_id: str, *, minute: float = 0, **fields: object) -> Item:
    return an_item(stable_id, (), minute=minute, pubstatus=PubStatus.CANCELED, **fields)


def primary(desk: Desk, item: Item) -> WireEvent:
    (event,) = (event for event in desk.decide(item) if event.cause is None)
    return event


def stories(items: Sequence[Item], desk: Desk | None = None) -> list[str | None]:
    desk = desk or Desk()
    return [primary(desk, item).story_key for item in items]


def calls(work: Callable[[], object]) -> int:
    """How many calls, of Python and of C, a piece of work makes."""
    counter = count()

    def tally(_frame: object, event: str, _argument: object) -> None:
        if event in {"call", "c_call"}:
            next(counter)

    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(None)
    return next(counter)
