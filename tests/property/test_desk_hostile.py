"""What a feed may throw at the desk: nothing merged wrongly, nothing lost, never an exception."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.event import EventKind, Source, WireEvent
from schemas.item import AltId, Item, Lifecycle, LifecycleKind, PubStatus
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from streams.desk import Desk
from streams.desk.identity import source_id
from tests.property.hostile_items import (
    DOCK,
    FURNITURE,
    MINUTE,
    T0,
    TRAM,
    a_kill,
    an_item,
    calls,
    primary,
    stories,
)

RATE = (
    "{} Bank Plc said it is {} its base lending rate to 10.5 pct from 10 pct with effect from "
    "Tuesday.\nThe bank gave no reason for the move, which follows a rise in money market rates."
)
LOOK_ALIKES = [
    (
        "Brent crude rises 2 pct to $71.40 a barrel in London",
        "Brent crude rises 3 pct to $73.10 a barrel in London",
    ),
    (
        "Torvald elected mayor of Brestava, first results show after count",
        "Aaltola elected mayor of Lindholm, first results show after count",
    ),
    ("Nordbank Q1 net profit 41 mln crowns", "Ostbank Q1 net profit 41 mln crowns"),
    (
        "BARCLAYS RAISES BASE RATE TO 10.5 PCT FROM 10 PCT",
        "MIDLAND RAISES BASE RATE TO 10.5 PCT FROM 10 PCT",
    ),
    (RATE.format("Barclays", "raising"), RATE.format("Midland", "raising")),
    (
        RATE.partition("\n")[0].format("Barclays", "raising"),
        RATE.partition("\n")[0].format("Midland", "raising"),
    ),
    ("Moody's cuts Greece to B1, outlook negative", "Moody's cuts Spain to B1, outlook negative"),
    (
        "Polls close in Brestava, counting begins in mayoral election",
        "Polls close in Lindholm, counting begins in mayoral election",
    ),
]


class TestLookAlikes:
    """Texts with few words of their own are not the same story."""

    @pytest.mark.parametrize("slugline", [None, "RATES-BANKS"], ids=["bare", "slugline"])
    @pytest.mark.parametrize("kinds", [(), (LifecycleKind.FLASH,)], ids=["plain", "flash"])
    @pytest.mark.parametrize("texts", LOOK_ALIKES, ids=lambda texts: texts[0][:30])
    @pytest.mark.parametrize("headline", [None, "Rates"], ids=["own-headline", "one-headline"])
    def test_short_texts_of_other_figures_or_names_stay_apart(
        self,
        texts: tuple[str, ...],
        kinds: tuple[LifecycleKind, ...],
        slugline: str | None,
        headline: str | None,
    ) -> None:
        items = [
            an_item(
                f"f{number}",
                text.splitlines(),
                headline=headline or text.partition("\n")[0],
                minute=number,
                slugline=slugline,
                lifecycle=Lifecycle(kinds=kinds),
            )
            for number, text in enumerate(texts)
        ]
        assert len(set(stories(items))) == len(items)

    def test_a_short_text_with_another_verb_is_never_passed_over(self) -> None:
        desk = Desk()
        texts = [RATE.format("Barclays", verb) for verb in ("raising", "cutting")]
        kinds = [
            primary(desk, an_item(verb, text.splitlines(), headline="Barclays rate", minute=n)).kind
            for n, (verb, text) in enumerate(zip("ab", texts, strict=True))
        ]
        assert kinds == [EventKind.NEW, EventKind.UPDATE]

    def test_fillers_under_other_headlines_stay_apart(self) -> None:
        items = [
            an_item(f"b{number}", ("Blah blah blah.",), headline=headline, minute=number)
            for number, headline in enumerate(("Gold fixes higher", "Dock closed", "Trams stop"))
        ]
        assert len(set(stories(items))) == len(items)

    def test_texts_that_are_all_boilerplate_stay_apart(self) -> None:
        items = [
            an_item(f"p{number}", FURNITURE, headline=headline, minute=number)
            for number, headline in enumerate(
                ("Harbour council closes dock", "Tram drivers to stop work", "Gold fixes higher")
            )
        ]
        assert len(set(stories(items))) == len(items)

    def test_a_text_that_is_all_boilerplate_is_a_copy_under_its_own_headline(self) -> None:
        """And so is news under another one: its text says what the headline does."""
        desk = Desk()
        headline = "Harbour council closes dock"
        primary(desk, an_item("p1", FURNITURE, headline=headline))
        primary(desk, an_item("d1", DOCK, headline="Brestava northern dock to close", minute=1))
        again = an_item("p2", FURNITURE, headline=f"{headline}!", minute=2)
        assert primary(desk, again).kind is EventKind.DUPLICATE
        renamed = an_item("d2", DOCK, headline="Fishing crews count their losses", minute=3)
        assert primary(desk, renamed).story_key == "nordan:d1"

    def test_tables_of_other_days_stay_apart(self) -> None:
        names = ("Nordbank", "Ostbank", "Havn", "Torv", "Lind", "Brest", "Kvist", "Alm")
        items = [
            an_item(
                f"t{day}",
                [
                    f"{name:<12}{(day * 31 + place * 7) % 90 + 10}.{(day * 13 + place) % 100:02d}"
                    for place, name in enumerate(names)
                ],
                headline="Brestava closing prices",
                minute=day * 24 * 60,
            )
            for day in range(3)
        ]
        assert len(set(stories(items))) == len(items)

    def test_what_glues_two_stories_together_does_not_merge_them(self) -> None:
        desk = Desk()
        dock, tram = stories(
            [
                an_item("dock", DOCK, headline="Dock closed"),
                an_item("tram", TRAM, headline="Trams stop", minute=1),
            ],
            desk,
        )
        glued = an_item(
            "glued", (*DOCK, "\x03\x04NNNN ZCZC", *TRAM), headline="Dock closed", minute=2
        )
        assert primary(desk, glued).story_key in {dock, tram, "nordan:glued"}
        more = (*TRAM, "Negotiators meet again on Thursday morning, the mayor said in a statement.")
        later = an_item("tram2", more, headline="Trams stop", minute=3)
        assert primary(desk, later).story_key == tram != dock

    @pytest.mark.parametrize("order", [("NFC", "NFD"), ("NFD", "NFC")])
    def test_one_text_in_two_normal_forms_is_one_text(self, order: tuple[str, str]) -> None:
        text = (
            "L'été à Besançon a été marqué par une sécheresse exceptionnelle, a dit la préfète.",
            "Le maire a annoncé des mesures d'économie d'eau pour près de 40.000 foyers du Doubs.",
        )
        first, second = (
            an_item(
                form,
                [unicodedata.normalize(form, line) for line in text],
                headline=unicodedata.normalize(form, "Sécheresse à Besançon"),
            )
            for form in order
        )
        desk = Desk()
        assert primary(desk, first).kind is EventKind.NEW
        assert primary(desk, second).kind is EventKind.DUPLICATE


class TestKills:
    """Kills that come first, or of nothing."""

    def test_a_kill_before_its_item_lets_nothing_out(self) -> None:
        desk = Desk()
        assert primary(desk, a_kill("one", minute=5)).kind is EventKind.KILL
        late = primary(desk, an_item("one", DOCK, minute=1))
        assert late.kind is EventKind.STALE
        assert late.item is None or not late.item.paragraphs

    def test_a_kill_of_something_never_seen_kills_nothing_else(self) -> None:
        desk = Desk()
        dock = primary(desk, an_item("dock", DOCK))
        killed = desk.decide(a_kill("never", minute=1))
        assert all(event.of != dock.item.id for event in killed if event.item != dock.item)
        again = primary(desk, an_item("dock", (*DOCK, TRAM[0]), minute=2))
        assert again.kind is EventKind.UPDATE

    def test_thousands_of_kills_of_nothing_make_no_more_work(self) -> None:
        desk = Desk()
        for number in range(2_000):
            desk.decide(a_kill(f"never{number}", minute=number / 60))
        few = calls(lambda: Desk().decide(an_item("dock", DOCK, minute=60)))
        assert calls(lambda: desk.decide(an_item("dock", DOCK, minute=60))) < 3 * few


class TestTimes:
    """Clocks that are wrong by years."""

    FAR = (
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2999, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    )

    @pytest.mark.parametrize("made", FAR, ids=str)
    def test_an_item_made_at_any_time_is_decided(self, made: datetime) -> None:
        desk = Desk()
        assert primary(desk, an_item("odd", DOCK, made=made)).kind is EventKind.NEW
        assert primary(desk, an_item("tram", TRAM, minute=1)).kind is EventKind.NEW
        assert desk.now == T0 + MINUTE

    @pytest.mark.parametrize("at", FAR, ids=str)
    def test_what_is_received_at_any_time_does_not_stop_the_desk(self, at: datetime) -> None:
        desk = Desk()
        ids = (AltId(scheme="sequence", value="eca/0007"),)
        odd = an_item("odd", DOCK, alt_ids=ids).model_copy(update={"received_at": at})
        assert primary(desk, odd).kind is EventKind.NEW
        for number in range(3):
            after = an_item(
                f"a{number}",
                TRAM[number:],
                minute=number,
                alt_ids=(AltId(scheme="sequence", value=f"eca/001{number * 3}"),),
            )
            undated = after.model_copy(update={"received_at": None})
            assert primary(desk, after) is not None
            assert desk.decide(undated)
        desk.next_due()
        desk.tick(T0 + timedelta(days=1))


WORDS = st.sampled_from(
    ["dock", "tram", "Blah", "blah", "12", "3.5", "Torvald", "é", "e\u0301", "\u202e", "\x00", "的"]
)
LINES = st.one_of(
    st.sampled_from([*DOCK, *TRAM, *FURNITURE, "Blah blah blah.", "", " ", "10 20 30", "\x01\x02"]),
    st.lists(WORDS, max_size=12).map(" ".join),
)
TIMES = st.sampled_from([None, -(10**9), -60, 0, 0, 1, 5, 90, 60 * 24 * 4, 10**8])


@st.composite
def a_hostile_item(draw: st.DrawFn) -> Item:
    text = draw(st.lists(LINES, max_size=8))
    made = draw(TIMES)
    wait = draw(TIMES)
    number = draw(st.one_of(st.none(), st.integers(0, 12)))
    item = an_item(
        draw(st.sampled_from("abcde")),
        text,
        headline=draw(st.sampled_from([None, "", "Dock closed", "Blah", "FLASH " * 40])),
        provider=draw(st.sampled_from(["nordan", "ostpress", None, "x" * 300])),
        made=None if made is None else T0 + timedelta(seconds=made),
        slugline=draw(st.sampled_from([None, "DOCK", "D" * 5_000])),
        urgency=draw(st.sampled_from([None, 1, 4])),
        pubstatus=draw(st.sampled_from([*[PubStatus.USABLE] * 4, *PubStatus])),
        lifecycle=Lifecycle(kinds=tuple(draw(st.sets(st.sampled_from(LifecycleKind), max_size=2)))),
        alt_ids=() if number is None else (AltId(scheme="sequence", value=f"eca/{number:04d}"),),
    )
    received = None if wait is None else T0 + timedelta(seconds=wait)
    return item.model_copy(update={"received_at": received})


def encoded(events: Sequence[WireEvent]) -> list[bytes]:
    return [encode(event) for event in events]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(a_hostile_item(), min_size=2, max_size=14), st.data())
def test_whatever_comes_has_one_primary_event_and_an_heir_decides_the_same(
    items: list[Item], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(items) - 1))
    steady, stopped = Desk(), Desk()
    journal: list[bytes] = []
    state: dict[str, bytes] = {}
    held: dict[str, bytes] = {}
    for number, item in enumerate(items):
        if number == cut:
            changes = stopped.drain()
            journal += [encode(record) for record in changes.journal]
            state |= {record.item_key: encode(record) for record in changes.state}
            for key, kept in changes.held:
                held.pop(key, None)
                if kept is not None:
                    held[key] = encode(kept)
            stopped = Desk()
            stopped.restore(
                [decode(StateRecord, value) for value in state.values()],
                [decode(HeldRecord, value) for value in held.values()],
                [decode(JournalRecord, value) for value in journal],
            )
        position = f"feed:{number}"
        source = Source(id=source_id(position, "00", 0), position=position, sha256="00")
        events = steady.decide(item, source=source, transport=position)
        assert sum(event.cause is None for event in events) == 1
        assert len(events) <= 20
        assert len({event.id for event in events}) == len(events)
        assert encoded(stopped.decide(item, source=source, transport=position)) == encoded(events)
        assert stopped.next_due() == steady.next_due()
