"""Items, kills and sources for tests of the desk: an invented story, minute by minute."""

from datetime import UTC, datetime, timedelta

from schemas.event import Source
from schemas.item import Item, Lifecycle, LifecycleKind, Paragraph, PubStatus
from streams.desk import Desk
from streams.desk.identity import content_hash, item_key, order_key, source_id

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

STORY = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
)
MORE = (
    "Shipping companies asked for a temporary berth in the outer basin during the summer months.",
    "The regional government promised a loan to the smallest of the crews on Wednesday morning.",
    "Torvald said divers would inspect the foundations again before the concrete was poured.",
    "The last repair of the dock, eleven years ago, ran two months late and over its budget.",
)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def an_item(
    stable_id: str = "one",
    *,
    made: float | None = 0,
    received: float | None = None,
    text: tuple[str, ...] = STORY,
    headline: str | None = "Brestava closes northern dock",
    provider: str | None = "nordan",
    kinds: tuple[LifecycleKind, ...] = (),
    version: str | None = None,
    **fields: object,
) -> Item:
    created = None if made is None else at(made)
    content = content_hash(headline, text)
    key = item_key(provider, stable_id, content)
    order = order_key(created, version)
    reached = received if received is not None else made
    return Item(
        id=f"{key}@{order}",
        item_key=key,
        order_key=order,
        provider=provider,
        version_created=created,
        received_at=None if reached is None else at(reached),
        headline=headline,
        paragraphs=tuple(Paragraph(text=paragraph) for paragraph in text),
        lifecycle=Lifecycle(kinds=kinds),
        content_hash=content,
        **fields,
    )


def a_kill(stable_id: str = "one", **fields: object) -> Item:
    return an_item(stable_id, text=(), pubstatus=PubStatus.CANCELED, **fields)


def kinds_of(events) -> list[str]:
    return [event.kind.value for event in events]


def decide_all(desk: Desk, *items: Item) -> list[str]:
    return [kind for item in items for kind in kinds_of(desk.decide(item))]


def a_source(position: str = "feed.jsonl:1") -> Source:
    return Source(id=source_id(position, "00", 0), position=position, sha256="00")
