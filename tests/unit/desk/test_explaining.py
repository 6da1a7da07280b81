"""Why two items were or were not joined: every step that can fail is named when it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.event import EventKind
from schemas.item import Item, LifecycleKind, Paragraph, PubStatus
from streams.desk import DedupRule, Desk, DeskConfig
from streams.desk.identity import content_hash, item_key, order_key
from streams.desk.verify import Likeness

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORY = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
)
MORE = (
    *STORY,
    "Shipping companies asked for a temporary berth in the outer basin during the summer months.",
    "The regional government promised a loan to the smallest of the crews on Wednesday morning.",
)
OTHER = (
    "Rain fell in the valleys of the north all through Sunday, and three rivers left their beds.",
    "The weather office in Ostholm expects another day of it before the wind turns to the east.",
)
FLASH = ("Brestava council votes to close northern dock for repairs.",)


def an_item(
    stable_id: str, text=STORY, minutes: float = 0, *, provider="nordan", kinds=(), **fields
) -> Item:
    created = T0 + timedelta(minutes=minutes)
    content = content_hash("Dock", text)
    key, order = item_key(provider, stable_id, content), order_key(created, None)
    item = Item(
        id=f"{key}@{order}",
        item_key=key,
        order_key=order,
        provider=provider,
        version_created=created,
        received_at=created,
        headline="Dock",
        paragraphs=tuple(Paragraph(text=paragraph) for paragraph in text),
        content_hash=content,
        lifecycle={"kinds": kinds},
    )
    return item.model_copy(update=fields)


def asked(new: Item, *before: Item, about: int = 0, rule: DedupRule | None = None):
    """What a desk that decided ``before`` says of ``new`` and one of them, and what it decides."""
    desk = Desk(DeskConfig(dedup=rule or DedupRule()))
    for item in before:
        desk.decide(item)
    found = desk.explain(new, before[about])
    return found, desk.decide(new)[-1]


def failed(found) -> list[str]:
    return [check.name for check in found.checks if not check.passed]


def test_a_version_passes_every_step_and_is_decided_so() -> None:
    found, event = asked(an_item("b", MORE, 5), an_item("a"))
    assert found.joined
    assert event.kind is EventKind.UPDATE
    assert found.verdict.likeness is Likeness.VERSION
    assert (found.parent, event.score) == (event.of, found.verdict.score)


def test_another_text_shares_no_key_and_is_not_alike() -> None:
    found, event = asked(an_item("b", OTHER, 5), an_item("a"))
    assert {"candidate", "likeness"} <= set(failed(found))
    assert event.kind is EventKind.NEW
    assert found.figures[0] == ("14", "320000", "9")
    assert {"Milena", "Torvald"} <= set(found.names[0])
    assert {"Sunday", "Ostholm"} == set(found.names[1])


@pytest.mark.parametrize(
    ("name", "minutes", "rule"),
    [
        ("window", 60 * 24 * 2, DedupRule(near_window=timedelta(hours=24))),
        ("enabled", 5, DedupRule(enabled=False)),
        ("likeness", 5, DedupRule(evidence=128)),
    ],
)
def test_the_rule_that_kept_them_apart_is_named(name, minutes, rule) -> None:
    found, event = asked(an_item("b", MORE, minutes), an_item("a"), rule=rule)
    assert name in failed(found)
    assert not found.joined
    assert event.kind is EventKind.NEW


def test_an_equal_text_is_known_by_its_words() -> None:
    found, event = asked(an_item("b", minutes=60 * 24 * 9), an_item("a"))
    assert found.joined
    assert event.kind is EventKind.DUPLICATE
    assert [check.name for check in found.checks] == ["key", "status", "enabled", "exact"]


def test_an_equal_text_past_the_window_is_not() -> None:
    rule = DedupRule(exact_window=timedelta(days=2))
    found, event = asked(an_item("b", minutes=60 * 24 * 9), an_item("a"), rule=rule)
    assert "exact" in failed(found)
    assert event.kind is EventKind.NEW


def test_a_killed_one_is_told() -> None:
    kill = an_item("a", (), 3, pubstatus=PubStatus.CANCELED)
    found, _ = asked(an_item("b", MORE, 5), an_item("a"), kill)
    assert failed(found) == ["status"]
    assert "killed" in next(c.measured for c in found.checks if c.name == "status")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pubstatus": PubStatus.CANCELED}, "a kill"),
        ({"pubstatus": PubStatus.WITHHELD}, "withheld"),
        ({"embargoed_until": T0 + timedelta(days=1)}, "embargo"),
        ({"kinds": (LifecycleKind.ADVISORY,)}, "an advisory"),
    ],
)
def test_what_is_not_compared_is_told(fields, words) -> None:
    found, _ = asked(an_item("b", MORE, 5, **fields), an_item("a"))
    assert "lifecycle" in failed(found)
    assert words in next(c.measured for c in found.checks if c.name == "lifecycle")


def test_a_round_up_stands_apart() -> None:
    longer = MORE * 3 + OTHER
    found, event = asked(an_item("b", longer, 5, kinds=(LifecycleKind.WRAP,)), an_item("a"))
    assert failed(found)[-1] == "apart"
    assert not found.joined
    assert event.story_key != an_item("a").item_key


def test_a_round_up_of_one_story_is_in_it() -> None:
    found, event = asked(an_item("b", MORE, 5, kinds=(LifecycleKind.WRAP,)), an_item("a"))
    assert found.joined
    assert not failed(found)
    assert (event.kind, event.story_key) == (EventKind.NEW, an_item("a").item_key)


def test_a_closer_one_is_named() -> None:
    near = an_item("c", (*MORE[:5], "The loan is for nine years."), 2, provider="ostpress")
    found, event = asked(an_item("b", MORE, 5, provider="ostpress"), an_item("a"), near)
    assert event.of == near.id
    assert failed(found) == ["nearest"]
    assert near.id in found.checks[-1].measured


def test_a_flash_is_measured_by_the_words_of_the_opening() -> None:
    flash = an_item("a", FLASH, kinds=(LifecycleKind.FLASH,))
    found, _ = asked(an_item("b", OTHER + MORE[4:], 9), flash)
    assert failed(found) == ["flash"]
    assert found.checks[-1].name == "flash"


def test_a_flash_is_measured_by_the_words_of_another_flash() -> None:
    flash = an_item("a", FLASH)
    corrected = ("CORRECTED - Brestava council votes to close southern dock for repairs.",)
    correction = an_item("b", corrected, 9, kinds=(LifecycleKind.CORRECTION,))
    found, event = asked(correction, flash)
    assert (found.joined, event.kind, event.of) == (True, EventKind.CORRECTION, flash.id)
    assert found.checks[-1].name == "flash-again"
    found, event = asked(an_item("c", ("Rain fell in the valleys of the north.",), 9), flash)
    assert (failed(found), event.kind) == (["flash-again"], EventKind.NEW)


def test_asking_changes_no_decision() -> None:
    items = [an_item("a"), an_item("b", OTHER, 2), an_item("c", MORE, 4)]
    quiet, curious = Desk(), Desk()
    for number, item in enumerate(items):
        if number:
            curious.explain(item, items[0])
        assert curious.decide(item) == quiet.decide(item)
        mine, yours = curious.drain(), quiet.drain()
        assert (mine.journal, mine.state) == (yours.journal, yours.state)


def test_an_item_the_desk_never_saw_is_not_joined() -> None:
    desk = Desk()
    found = desk.explain(an_item("b", MORE, 5), an_item("a"))
    assert {"status", "candidate"} <= set(failed(found))
