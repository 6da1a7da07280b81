"""Telegrams of three formats, dropped, doubled and permuted: the gaps are what was dropped."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.decoded import Cleaned
from schemas.event import EventKind, WireEvent
from schemas.raw import RawMessage
from streams.desk import Desk
from streams.pipeline.intake import Intake
from tests.chains.formats import BY_NAME
from tests.chains.story import FIRST_CREATED, PROVIDER, Version
from tests.chains.texts import STORIES

FILES = Path(__file__).resolve().parents[2] / "../shared/data/formats"
# Where each format has its number, and the service it stands in.
HEADERS = {
    "iptc-7901": (re.compile(rb"(?<=\x01nwe)\d{4}"), "nwe"),
    "anpa-1312": (re.compile(rb"(?<=\x01e)\d{4}"), "e"),
    "zczc": (re.compile(rb"(?<=ZCZC NWR)"), "NWR"),
}
MINUTE = timedelta(minutes=1)


def telegrams(name: str, count: int) -> list[RawMessage]:
    """So many telegrams of one service, a minute apart, numbered from 1."""
    rendering = BY_NAME[name]
    number, _ = HEADERS[name]
    story = STORIES["en"]
    urgent: Version = story.versions[1]
    messages = []
    for n in range(1, count + 1):
        at = FIRST_CREATED + n * MINUTE
        version = replace(urgent, created=at, headline=f"{urgent.headline} ({n})")
        body, found = number.subn(b"%04d" % n, rendering.render(story, version), count=1)
        assert found == 1
        messages.append(
            RawMessage(body=body, provider=PROVIDER, received_at=at, position=f"{name}:{n}")
        )
    return messages


def run(messages: list[RawMessage]) -> list[WireEvent]:
    """What the desk makes of messages in this order, each received when it arrives, and later."""
    intake, desk = Intake(), Desk()
    events: list[WireEvent] = []
    at = FIRST_CREATED + timedelta(hours=3)
    for message in messages:
        at += timedelta(seconds=5)
        for part in intake.process(message.model_copy(update={"received_at": at})):
            if isinstance(part, Cleaned):
                events += desk.decide(part.item, fingerprint=part.fingerprint, source=part.source)
            else:
                events += desk.reject(part.source, part)
    return events + desk.tick(at + timedelta(minutes=30))


def missing_of(events: list[WireEvent], service: str) -> set[int]:
    missing: set[int] = set()
    for event in events:
        if event.kind is not EventKind.GAP:
            continue
        assert event.of == f"{PROVIDER}:{service}"
        assert event.cause in {other.id for other in events if other.cause is None}
        for reason in event.reasons:
            name, _, value = reason.partition("=")
            if name == "missing":
                first, _, last = value.partition("-")
                missing |= set(range(int(first), int(last or first) + 1))
    return missing


@pytest.mark.parametrize("name", HEADERS)
def test_gaps_are_the_telegrams_that_were_dropped(name: str) -> None:
    chooser = random.Random(name)  # noqa: S311  (the same in every run)
    sent = telegrams(name, 60)
    dropped = {5, 6, 7, 20, 48}
    kept = [message for n, message in enumerate(sent, 1) if n not in dropped]
    kept += chooser.sample(kept, 8)
    order = sorted(
        kept, key=lambda message: int(message.position.split(":")[1]) + chooser.randrange(8)
    )
    assert missing_of(run(order), HEADERS[name][1]) == dropped


@pytest.mark.parametrize("name", HEADERS)
def test_nothing_dropped_is_no_gap_whatever_the_order(name: str) -> None:
    chooser = random.Random(name)  # noqa: S311  (the same in every run)
    sent = telegrams(name, 40)
    order = sorted(
        sent, key=lambda message: int(message.position.split(":")[1]) + chooser.randrange(12)
    )
    assert missing_of(run(order + order[10:25]), HEADERS[name][1]) == set()


@pytest.mark.skipif(not FILES.exists(), reason="the real files are not beside the project")
def test_real_telegrams_state_their_numbers_and_a_folder_of_samples_has_no_gap() -> None:
    intake, desk = Intake(), Desk()
    numbers: set[str] = set()
    kinds: set[EventKind] = set()
    for file in sorted(FILES.rglob("*")):
        if file.suffix not in {".tst", ".txt"}:
            continue
        for part in intake.process(RawMessage(body=file.read_bytes(), position=file.name)):
            if not isinstance(part, Cleaned):
                events = desk.reject(part.source, part)
            else:
                numbers |= {one.value for one in part.item.alt_ids if one.scheme == "sequence"}
                events = desk.decide(part.item, source=part.source)
            kinds |= {event.kind for event in events}
    assert numbers >= {"eca/062", "W/2870", "V/4644"}
    assert not kinds & {EventKind.GAP, EventKind.SILENCE}
