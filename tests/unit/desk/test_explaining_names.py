"""What is explained is what is decided, whatever joins two items: text, links, names, takes."""

from pathlib import Path

import pytest

from schemas.decoded import Cleaned
from schemas.event import EventKind, WireEvent
from schemas.item import Item, LifecycleKind, Link
from streams.decode.lifecycle import read_markers
from streams.desk import Desk
from streams.desk.explaining import Check, Explanation
from streams.desk.identity import key_of
from streams.ingest.sources import Sources
from streams.pipeline.intake import Intake
from tests.unit.desk.building import MORE, STORY, a_kill, an_item

FEED = Path(__file__).resolve().parents[3] / "deploy/demo/feed.jsonl"
RECAST = (
    "Ferries to Ostholm will sail from the old pier of Brestava until May, its harbour said.",
    STORY[1],
    STORY[3],
    MORE[0],
    MORE[1],
)
MATCH = (
    "Sudvik beat Ostholm 3-1 on Tuesday night and are five points clear at the top of the league.",
    "Striker Jonas Ahlmark scored twice before half-time, his eleventh and twelfth of the season.",
)
FLASH = ("A crane has fallen onto the northern quay of Brestava, the harbour council said.",)
STATED = {
    "evolvedfrom": Link(rel="evolvedfrom", target="one"),
    "derived_from": Link(rel="derived_from", target="one"),
}


def marked(stable_id: str, text: tuple[str, ...], headline: str, **fields: object) -> Item:
    slugline = fields.get("slugline")
    lifecycle = read_markers(headline, slugline if isinstance(slugline, str) else None)
    return an_item(stable_id, text=text, headline=headline, **fields).model_copy(
        update={"lifecycle": lifecycle}
    )


def asked(new: Item, *before: Item, about: int = 0) -> tuple[Explanation, WireEvent]:
    desk = Desk()
    for item in before:
        desk.decide(item)
    found = desk.explain(new, before[about])
    event = next(event for event in desk.decide(new) if event.cause is None)
    assert (found.kind, found.reasons) == (event.kind, event.reasons)
    return found, event


def check(found: Explanation, name: str) -> Check:
    return next(check for check in found.checks if check.name == name)


@pytest.mark.parametrize(
    ("rel", "kind"), [("evolvedfrom", EventKind.UPDATE), ("derived_from", EventKind.NEW)]
)
def test_what_the_agency_links_is_joined_by_its_link(rel: str, kind: EventKind) -> None:
    first = an_item()
    new = an_item("two", text=MATCH, headline="Other", made=9, links=(STATED[rel],))
    found, event = asked(new, first)
    assert found.joined
    assert found.parent == first.id
    assert event.kind is kind
    assert check(found, "link").reasons == (f"{rel}=one",)
    assert not check(found, "likeness").passed


@pytest.mark.parametrize(
    ("field", "name"), [("slugline", "same-slugline"), ("headline", "same-headline")]
)
def test_what_bears_the_same_name_is_joined_by_it(field: str, name: str) -> None:
    first = an_item(text=STORY[:4], slugline="DOCK-BRESTAVA")
    fields = {"headline": "Ferries to sail", field: getattr(first, field)}
    found, event = asked(an_item("two", text=RECAST, made=9, **fields), first)
    assert found.joined
    assert (event.of, event.reasons[0]) == (first.id, name)
    said = check(found, "name")
    assert said.passed
    assert name.removeprefix("same-") in said.measured


def test_a_name_without_text_in_common_is_told_and_joins_nothing() -> None:
    first = an_item(slugline="DOCK-BRESTAVA")
    found, event = asked(
        an_item("two", text=MATCH, headline="Other", made=9, slugline="DOCK-BRESTAVA"), first
    )
    assert not found.joined
    assert event.kind is EventKind.NEW
    said = check(found, "name")
    assert not said.passed
    assert any(reason.startswith("veto=") for reason in said.reasons)


@pytest.mark.parametrize(("headline", "passed"), [("Dock =2", True), ("Other dock =2", False)])
def test_takes_of_one_text_are_joined_by_name_and_number(headline: str, *, passed: bool) -> None:
    first = marked("one", (*STORY[:2], "(more)"), "Dock", slugline="DOCK-BRESTAVA")
    audit = first.audit.model_copy(update={"warnings": ("text-continues",)})
    first = first.model_copy(update={"audit": audit})
    second = marked("two", MORE[2:], headline, made=2, slugline="DOCK-BRESTAVA")
    found, event = asked(second, first)
    assert found.joined == passed
    assert check(found, "take").passed == passed
    assert (event.story_key == first.item_key) == passed


def test_a_flash_that_comes_after_its_story_is_joined_to_it() -> None:
    story = an_item(text=(FLASH[0], *STORY), slugline="DOCK-BRESTAVA")
    flash = an_item(
        "flash",
        text=FLASH,
        headline="Crane falls",
        made=1,
        slugline="DOCK-BRESTAVA",
        kinds=(LifecycleKind.FLASH,),
    )
    found, event = asked(flash, story)
    assert found.joined == (event.story_key == story.item_key)
    assert found.joined


def test_a_flash_is_joined_by_its_words_in_the_opening() -> None:
    flash = an_item("flash", text=FLASH, headline="Crane falls", kinds=(LifecycleKind.FLASH,))
    story = an_item("two", text=(FLASH[0], *STORY), headline="Crane on quay", made=5)
    found, _ = asked(story, flash)
    assert found.joined
    assert check(found, "flash").passed


def test_a_new_version_of_another_key_is_not_compared() -> None:
    first, other = an_item(), an_item("two", text=MATCH, headline="Match", made=1)
    newer = an_item("two", text=(*STORY, MORE[0]), headline="Match", made=5)
    found, event = asked(newer, first, other)
    assert not found.joined
    assert not check(found, "version").passed
    assert event.of == other.id == found.parent


def test_a_kill_joins_nothing() -> None:
    found, _ = asked(a_kill("two", made=5, headline="KILL: nordan:one"), an_item())
    assert not found.joined
    assert not check(found, "lifecycle").passed


def cleaned_of_demo() -> list[Item]:
    intake = Intake()
    parts = [part for raw in Sources([str(FEED)]) for part in intake.process(raw)]
    return [part.item for part in parts if isinstance(part, Cleaned)]


def test_over_the_demo_each_is_explained_as_it_is_decided() -> None:
    """Of every item and those before it: the same kind and reasons, joined to its target."""
    desk, decided, joined = Desk(), [], 0
    for item in cleaned_of_demo():
        earlier = decided[-12:]
        found = [desk.explain(item, old) for old in earlier]
        event = next(one for one in desk.decide(item) if one.cause is None)
        for old, each in zip(earlier, found, strict=True):
            assert set(each.reasons) <= set(event.reasons)
            assert each.kind is event.kind
            ties = event.item is not None and event.kind not in {
                EventKind.KILL,
                EventKind.ADVISORY,
            }
            if ties and event.of and key_of(event.of) == old.item_key:
                assert each.joined
                joined += 1
            assert each.joined or not all(check.passed for check in each.checks)
        decided.append(item)
    assert joined > 5
