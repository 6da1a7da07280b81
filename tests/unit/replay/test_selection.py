"""Which messages are played, by what their items say and what is there already."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from schemas.codec import encode
from schemas.journal import StateRecord, Status
from schemas.raw import RawMessage
from streams.pipeline import Intake
from streams.replay.existing import Existing
from streams.replay.selection import Chosen, Range

WHEN = datetime(2026, 3, 2, 6, tzinfo=UTC)
ENGLISH = "The harbour council voted on Tuesday to close the northern dock for repairs, it said."
FRENCH = "Le conseil du port a voté mardi la fermeture du quai nord pour des travaux, a-t-il dit."


def a_message(text: str, language: str = "en", version: int = 1, **fields: str) -> RawMessage:
    document = {
        "uri": "urn:a:1",
        "version": str(version),
        "versioncreated": f"2026-03-02T06:0{version}:00Z",
        "type": "text",
        "language": language,
        "headline": "Quai et dock",
        "body_text": text,
    }
    return RawMessage(body=orjson.dumps(document | fields), provider="oaw", received_at=WHEN)


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (Chosen(), [True, True, True, True]),
        (Chosen(languages=frozenset({"fr"})), [False, True, True, False]),
        (Chosen(match=("HARBOUR  council",)), [True, False, True, False]),
        (Chosen(match=("harb",)), [False, False, True, False]),
        (Chosen(match=("nothing", "vote mardi")), [False, True, True, False]),
        (Chosen(Range(providers=frozenset({"x"})), match=("harbour",)), [False] * 4),
    ],
)
def test_items_and_kills_are_chosen_and_what_cannot_be_read_is_not(
    chosen: Chosen, taken: list[bool]
) -> None:
    messages = [
        a_message(ENGLISH),
        a_message(FRENCH, "fr-CA"),
        a_message("", "de", pubstatus="canceled"),
        RawMessage(body=b"", provider="oaw", received_at=WHEN),
    ]
    assert [chosen.takes(message) for message in messages] == taken


def state(order_key: str, item_key: str, seq: int) -> bytes:
    return encode(
        StateRecord(
            item_key=item_key, seq=seq, epoch=1, status=Status.LIVE, order_key=order_key,
            item_id=f"{item_key}@{order_key}",
        )
    )  # fmt: skip


def test_what_is_there_or_newer_is_left_out() -> None:
    intake = Intake()
    first, second, third = (a_message(ENGLISH, version=number) for number in (1, 2, 3))
    (part,) = intake.process(second)
    known = Existing()
    known.add(state(part.item.order_key, part.item.item_key, 5))
    # What was written before, and what is no state, change nothing.
    known.add(state("0", part.item.item_key, 4))
    known.add(b"{}")
    known.add(None)
    assert len(known) == 1
    chosen = Chosen(intake=intake, exists=known)
    assert [chosen.takes(each) for each in (first, second, third)] == [False, False, True]
    # It may be readable by now: the desk is to say.
    assert chosen.takes(RawMessage(body=b"", provider="oaw", received_at=WHEN))
