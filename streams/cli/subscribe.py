"""``wireroom subscribe``: items, enriched items or events, as they come or from a time on.

It must not let wire text reach the terminal unfiltered.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal, cast

from cyclopts import Parameter

from schemas.codec import encode
from schemas.event import WireEvent
from schemas.item import Item
from streams.cli.common import Common, finish
from streams.cli.output import Format, Output, OutputOption, open_output
from streams.cli.render import as_ninjs, event_line, item_line

if TYPE_CHECKING:
    from streams.client import Delivery, Subscription

_Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]


def subscribe(
    topic: Literal["items", "events", "enriched"] | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
    last: int | None = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    provider: _Words = (),
    lang: _Words = (),
    kind: _Words = (),
    entity: _Words = (),
    snapshot: Annotated[bool, Parameter(negative="")] = False,
    group: str | None = None,
    cursor: str | None = None,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Follow items, enriched items or events; without options, those that come from now on.

    Filters may be given several times or with commas; all of those given must hold.

    Args:
        topic: items (the default), events, or enriched (the default with --entity).
        since: begin at this original time: 2h, 30m, 3d, now, or a date.
        until: end at this original time; with "now", when all that is there has been read.
        last: begin with the last so many.
        max: end after so many.
        provider: only of these.
        lang: only in these languages; fr takes fr-CA as well.
        kind: only these kinds: new, update, correction, kill, ...
        entity: only about these: a name, or an id like geonames:2643743.
        snapshot: first the current item of every key, then live.
        group: keep the position in the log under this name.
        cursor: go on after the record that ended with this cursor.
        output: a file, or one of text, jsonl, ninjs.
        common: settings.
    """
    from streams.client import Subscription  # noqa: PLC0415  (start quickly)

    chosen = topic or ("enriched" if entity else "items")
    subscription = Subscription(
        chosen,
        settings=common.settings(),
        since=since,
        until=until,
        last=last,
        max=max,
        provider=provider,
        language=lang,
        kind=kind,
        entity=entity,
        snapshot=snapshot,
        group=group,
        cursor=cursor,
    )
    with open_output(output) as out:
        finish(_follow(cast("Subscription[Item | WireEvent]", subscription), out))
    if out.format is not Format.TEXT and not out.is_terminal and subscription.cursor:
        print(f"cursor {subscription.cursor}", file=sys.stderr)


async def _follow(subscription: Subscription[Item | WireEvent], out: Output) -> None:
    async for delivery in subscription.deliveries():
        _show(delivery, out)
        out.flush()


def _show(delivery: Delivery[Item | WireEvent], out: Output) -> None:
    value = delivery.value
    match out.format:
        case Format.JSONL:
            out.line(encode(value))
        case Format.NINJS:
            item = value.item if isinstance(value, WireEvent) else value
            if item is not None:
                out.line(as_ninjs(item))
        case Format.TEXT:
            if isinstance(value, WireEvent):
                out.show(event_line(value))
            else:
                out.show(item_line(value, delivery.kind))
