"""Stories joined by what the agency says of them, never by a name alone."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.event import EventKind, WireEvent
from schemas.item import AltId, Item, Link, Paragraph, PubStatus
from schemas.journal import JournalRecord, StateRecord
from streams.decode.lifecycle import read_markers
from streams.desk import DedupRule, Desk, DeskConfig
from streams.desk.identity import content_hash, order_key

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FLASH = (
    "A crane has fallen onto the northern quay of Brestava, the harbour council said on Tuesday."
)
DOCK = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
)
# The same affair told anew: one paragraph of five is kept.
RECAST = (
    "Ferries to Ostholm will sail from the old pier of Brestava until May, its harbour said.",
    DOCK[1],
    "Torvald said divers would inspect the foundations before the concrete was poured in spring.",
    "Shipping companies asked for a temporary berth in the outer basin during the summer months.",
    "The regional government promised a loan to the smallest of the crews on Wednesday morning.",
)
MATCH = (
    "Sudvik beat Ostholm 3-1 on Tuesday night and are five points clear at the top of the league.",
    "Striker Jonas Ahlmark scored twice before half-time, his eleventh and twelfth of the season.",
    "Coach Petra Lindqvist praised her defence, which has let in only four goals since the autumn.",
    "Ostholm, who finished with ten men, travel to the capital on Saturday without their captain.",
)


def an_item(
    key: str,
    text: tuple[str, ...] | str = DOCK,
    *,
    minute: float = 0,
    headline: str = "Brestava closes northern dock",
    slugline: str | None = None,
    provider: str = "nordan",
    **fields: object,
) -> Item:
    body = (text,) if isinstance(text, str) else text
    created = T0 + timedelta(minutes=minute)
    order = order_key(created, None)
    given_fields = {"lifecycle": read_markers(headline, slugline)} | fields
    return Item(
        id=f"{provider}:{key}@{order}",
        item_key=f"{provider}:{key}",
        order_key=order,
        provider=provider,
        version_created=created,
        received_at=created,
        headline=headline,
        slugline=slugline,
        paragraphs=tuple(Paragraph(text=one) for one in body),
        content_hash=content_hash(headline, body),
        **given_fields,
    )


def decided(*items: Item, desk: Desk | None = None) -> list[WireEvent]:
    desk = desk or Desk()
    return [event for item in items for event in desk.decide(item)]


def stories(*items: Item, desk: Desk | None = None) -> list[str]:
    return [event.story_key for event in decided(*items, desk=desk) if event.cause is None]


class TestLinks:
    @pytest.mark.parametrize("rel", ["evolvedfrom", "replaces"])
    def test_what_says_that_it_replaces_an_item_is_an_update_whatever_its_text(self, rel):
        first = an_item("one")
        second = an_item(
            "two", MATCH, minute=9, headline="Another", links=(Link(rel=rel, target="one"),)
        )
        *_, event = decided(first, second)
        assert event.kind is EventKind.UPDATE
        assert event.of == first.id
        assert event.story_key == first.item_key
        assert f"{rel}=one" in event.reasons

    def test_what_derives_from_an_item_is_new_in_its_story(self):
        first = an_item("one")
        link = Link(rel="derived_from", target="one")
        *_, event = decided(first, an_item("two", MATCH, minute=9, headline="Other", links=(link,)))
        assert event.kind is EventKind.NEW
        assert event.story_key == first.item_key
        assert event.item.links[-1].target == first.id

    def test_a_link_to_an_id_of_a_version_finds_the_item(self):
        alt = AltId(scheme="urn", value="urn:newsml:nordan.example:20260302:dock:4")
        first = an_item("one", alt_ids=(alt,))
        link = Link(rel="evolvedfrom", target="urn:newsml:nordan.example:20260302:dock:3")
        *_, event = decided(first, an_item("two", MATCH, minute=9, headline="Other", links=(link,)))
        assert event.story_key == first.item_key

    @pytest.mark.parametrize("target", ["nothing", "two", "nordan:two"], ids=str)
    def test_a_link_to_nothing_or_to_itself_is_no_story(self, target):
        link = Link(rel="evolvedfrom", target=target)
        second = an_item("two", MATCH, minute=9, headline="Other", links=(link,))
        assert stories(an_item("one"), second)[-1] == "nordan:two"

    def test_another_providers_item_of_the_same_id_is_not_meant(self):
        link = Link(rel="evolvedfrom", target="one")
        second = an_item("two", MATCH, minute=9, headline="Other", provider="sudan", links=(link,))
        assert stories(an_item("one"), second)[-1] == "sudan:two"

    def test_a_killed_item_is_not_taken_up(self):
        kill = an_item("one", (), minute=5, pubstatus=PubStatus.CANCELED)
        link = Link(rel="evolvedfrom", target="one")
        second = an_item("two", MATCH, minute=9, headline="Other", links=(link,))
        assert stories(an_item("one"), kill, second)[-1] == "nordan:two"

    def test_switched_off_it_joins_nothing(self):
        desk = Desk(DeskConfig(dedup=DedupRule(enabled=False)))
        link = Link(rel="evolvedfrom", target="one")
        second = an_item("two", RECAST, minute=9, slugline="DOCK", links=(link,))
        found = stories(an_item("one", slugline="DOCK"), second, desk=desk)
        assert found == ["nordan:one", "nordan:two"]


class TestNames:
    SLUG = "BC-EU--Brestava-Dock"

    def test_a_stated_version_of_a_slugline_joins_with_less_of_its_text(self):
        first = an_item("one", slugline=self.SLUG)
        recast = an_item(
            "two", (RECAST[0], *DOCK[1:3], *RECAST[2:4]), minute=30, headline="Ferries to sail on"
        )
        named = recast.model_copy(
            update={
                "slugline": f"{self.SLUG}, 1st Ld",
                "lifecycle": read_markers(None, f"{self.SLUG}, 1st Ld"),
            }
        )
        assert stories(first, recast)[-1] == "nordan:two"
        *_, event = decided(first, named)
        assert (event.kind, event.story_key) == (EventKind.UPDATE, first.item_key)
        assert event.reasons[0] == "same-slugline"

    def test_a_slugline_without_text_in_common_joins_nothing(self):
        first = an_item("one", slugline="SPORT")
        second = an_item("two", MATCH, minute=9, headline="2ND LEAD - Sudvik", slugline="SPORT")
        assert stories(first, second) == ["nordan:one", "nordan:two"]

    def test_a_slugline_of_yesterday_joins_nothing(self):
        late = {"minute": 27 * 60, "slugline": f"{self.SLUG}, 1st Ld"}
        second = an_item("two", (RECAST[0], *DOCK[1:3], *RECAST[2:4]), headline="Ferries", **late)
        assert stories(an_item("one", slugline=self.SLUG), second)[-1] == "nordan:two"

    def test_a_flash_is_superseded_by_the_story_of_its_slugline_in_other_words(self):
        flash = an_item("f", FLASH, headline="FLASH - Crane falls onto quay", slugline=self.SLUG)
        told = (
            (
                "A hoist of the northern quay in Brestava fell into the basin on Tuesday morning, "
                "and the harbour council said that nobody was hurt."
            ),
            *DOCK,
        )
        story = an_item("s", told, minute=5, slugline=self.SLUG)
        unnamed = an_item("s", told, minute=5)
        assert "superseded" not in [event.kind for event in decided(flash, unnamed)]
        events = decided(flash, story)
        assert [event.kind for event in events] == ["new", "new", "superseded"]
        assert events[1].story_key == flash.item_key

    def test_a_flash_corrected_under_another_key_is_corrected(self):
        body = "Two cranes have fallen onto the northern quay of Brestava, 14 people are missing."
        flash = an_item("f", body, headline="FLASH - Cranes fall", slugline=self.SLUG)
        corrected = an_item(
            "g",
            body.replace("14", "11"),
            minute=3,
            headline="CORRECTED - Cranes fall",
            slugline=self.SLUG,
        )
        *_, event = decided(flash, corrected)
        assert (event.kind, event.of) == (EventKind.CORRECTION, flash.id)


class TestFlashes:
    def test_two_flashes_are_superseded_by_the_one_story_of_both(self):
        one = an_item("a", DOCK[0], headline="FLASH - Brestava closes northern dock for repairs")
        two = an_item(
            "b", DOCK[1], minute=1, headline="FLASH - Quay wall has shifted, Torvald says"
        )
        events = decided(one, two, an_item("s", minute=10))
        gone = {event.of for event in events if event.kind is EventKind.SUPERSEDED}
        assert gone == {one.id, two.id}
        assert len({event.id for event in events}) == len(events)

    def test_a_killed_flash_is_superseded_by_nothing(self):
        flash = an_item("a", DOCK[0], headline="FLASH - Brestava closes northern dock for repairs")
        kill = an_item("a", (), minute=2, pubstatus=PubStatus.CANCELED)
        events = decided(flash, kill, an_item("s", minute=10))
        kinds = [event.kind for event in events]
        assert kinds == ["new", "kill", "new", "kill_warning"]

    def test_another_agencys_flash_is_not_superseded(self):
        flash = an_item("a", DOCK[0], headline="FLASH - Dock closed", provider="sudan")
        events = decided(flash, an_item("s", minute=10))
        assert EventKind.SUPERSEDED not in [event.kind for event in events]


WRAP = "ROUNDUP - A day on the northern coast"


class TestRoundups:
    def test_one_of_several_stories_links_to_each_and_is_its_own(self):
        dock = an_item("dock", minute=0)
        match = an_item("match", MATCH, minute=1, headline="Sudvik beat Ostholm")
        wrap = an_item("wrap", (*DOCK[:3], *MATCH[:3]), minute=60, headline=WRAP)
        *_, event = decided(dock, match, wrap)
        assert (event.kind, event.story_key) == (EventKind.NEW, "nordan:wrap")
        links = {(link.rel, link.target) for link in event.item.links}
        assert links == {("wraps", dock.id), ("wraps", match.id)}
        assert all(link.score for link in event.item.links)

    def test_a_later_one_is_an_update_of_the_earlier(self):
        dock, match = an_item("dock"), an_item("match", MATCH, headline="Sudvik beat Ostholm")
        wrap = an_item("wrap", (*DOCK[:3], *MATCH[:3]), minute=60, headline=WRAP)
        later = an_item("wrap2", (*DOCK, *MATCH), minute=90, headline=f"2ND {WRAP}")
        *_, event = decided(dock, match, wrap, later)
        assert event.kind is EventKind.UPDATE
        assert event.of == wrap.id

    def test_a_story_that_comes_after_one_is_no_version_of_it(self):
        wrap = an_item("wrap", (*DOCK, RECAST[0]), minute=60, headline=WRAP, slugline="DOCK")
        lead = an_item("lead", minute=0, slugline="DOCK").model_copy(
            update={"received_at": T0 + timedelta(hours=2)}
        )
        *_, event = decided(wrap, lead)
        assert (event.kind, event.story_key) == (EventKind.NEW, wrap.item_key)
        assert ("wrapped_by", wrap.id) in {(link.rel, link.target) for link in event.item.links}

    def test_a_flash_that_comes_after_one_still_finds_its_story(self):
        dock = an_item("dock", (*DOCK, FLASH), slugline="DOCK")
        wrap = an_item("wrap", (*DOCK, RECAST[0]), minute=60, headline=WRAP, slugline="DOCK")
        flash = an_item("f", DOCK[1], minute=61, headline="FLASH - Quay shifted", slugline="DOCK")
        assert set(stories(dock, wrap, flash)) == {dock.item_key}

    def test_two_stories_that_come_after_one_stay_apart(self):
        wrap = an_item("wrap", (*DOCK, *MATCH), headline=WRAP)
        dock = an_item("dock", minute=1)
        match = an_item("match", MATCH, minute=2, headline="Sudvik beat Ostholm")
        keys = stories(wrap, dock, match)
        assert len({keys[1], keys[2]}) == 2

    def test_a_sidebar_is_linked_only(self):
        dock = an_item("dock", slugline="DOCK")
        box = an_item("box", MATCH, minute=5, headline="FACTBOX - The dock", slugline="DOCK")
        *_, event = decided(dock, box)
        assert (event.kind, event.story_key) == (EventKind.NEW, "nordan:box")
        assert [(link.rel, link.target) for link in event.item.links] == [("related", dock.id)]

    def test_the_same_round_up_again_is_a_duplicate(self):
        wrap = an_item("wrap", (*DOCK[:3], *MATCH[:3]), minute=60, headline=WRAP)
        again = an_item("wrap2", (*DOCK[:3], *MATCH[:3]), minute=61, headline=WRAP)
        *_, event = decided(wrap, again)
        assert (event.kind, event.of) == (EventKind.DUPLICATE, wrap.id)


SYLLABLES = ("bra", "sto", "vel", "min", "kor", "dan", "lus", "pe", "fi", "tun", "ga", "rok")
MARKS = ("", "1ST LEAD - ", "2ND LEAD - ", "UPDATE 3-", "FLASH - ", "CORRECTED - ", "ROUNDUP - ")
SHARED = "Reporting restrictions apply to all of the coast, the council said on Tuesday."


@st.composite
def different_stories(draw: st.DrawFn) -> list[Item]:
    """Stories of one slugline, headline and closing line, that say they are versions."""
    items = []
    for number in range(draw(st.integers(2, 8))):
        chooser = random.Random(100 * draw(st.integers(0, 9999)) + number)  # noqa: S311  (a test)
        words = ["".join(chooser.choices(SYLLABLES, k=3)) for _ in range(60)]
        length = draw(st.integers(25, 60))
        said = f"{words[0].title()} of {words[1].title()} said on Tuesday that {number}7 "
        text = (said + " ".join(words[2:length]) + ".", *([SHARED] * draw(st.integers(0, 1))))
        headline = draw(st.sampled_from(MARKS)) + "News from the coast"
        items.append(
            an_item(f"k{number}", text, minute=number, headline=headline, slugline="COAST")
        )
    return items


@settings(max_examples=30, deadline=None)
@given(different_stories())
def test_different_stories_of_one_slugline_stay_apart(items):
    events = decided(*items)
    assert len({event.story_key for event in events if event.cause is None}) == len(items)


def test_a_restored_desk_finds_the_same_stories():
    items = [
        an_item("f", DOCK[0], headline="FLASH - Dock closed", slugline="DOCK"),
        an_item("wrap", (*DOCK, *MATCH), minute=1, headline=WRAP),
        an_item("dock", minute=2, slugline="DOCK"),
        an_item("match", MATCH, minute=3, headline="Sudvik beat Ostholm"),
        an_item("two", RECAST, minute=4, slugline="DOCK, 1st Ld", headline="Ferries"),
        an_item("late", DOCK[1], minute=5, headline="FLASH - Quay wall shifted", slugline="DOCK"),
    ]
    for cut in range(len(items)):
        one, two = Desk(), Desk()
        decided(*items[:cut], desk=one)
        changes = one.drain()
        two.restore(
            [decode(StateRecord, encode(record)) for record in changes.state],
            [],
            [decode(JournalRecord, encode(record)) for record in changes.journal],
        )
        first = [encode(event) for event in decided(*items[cut:], desk=one)]
        assert [encode(event) for event in decided(*items[cut:], desk=two)] == first
