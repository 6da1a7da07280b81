"""What an item is beside the items of other keys: copy, version, correction, or new."""

from pickle import dumps, loads

from schemas.event import EventKind
from schemas.item import LifecycleKind
from streams.desk import DedupRule, Desk, DeskConfig
from tests.unit.desk.building import (
    MORE,
    STORY,
    an_item,
    decide_all,
    kinds_of,
)


class TestOtherKeys:
    def test_same_text_of_the_same_provider_is_a_duplicate_of_the_original(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(an_item("two", made=10))
        assert event.kind is EventKind.DUPLICATE
        assert (event.of, event.score, event.reasons) == (first.item.id, 1.0, ("exact",))
        assert event.story_key == first.story_key

    def test_same_text_of_another_provider_is_a_reprint_and_published(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(an_item("two", made=10, provider="ostpress"))
        assert event.kind is EventKind.REPRINT
        assert event.item.story_key == first.story_key
        assert event.item.links[-1].rel == "reprint_of"
        assert event.item.links[-1].target == first.item.id

    def test_second_copy_of_a_reprint_is_a_duplicate_of_that_reprint(self):
        desk = Desk()
        desk.decide(an_item())
        (reprint,) = desk.decide(an_item("two", made=10, provider="ostpress"))
        (event,) = desk.decide(an_item("three", made=20, provider="ostpress"))
        assert (event.kind, event.of) == (EventKind.DUPLICATE, reprint.item.id)

    def test_unknown_provider_twice_is_a_duplicate(self):
        items = an_item(provider=None), an_item("two", provider=None, made=1)
        assert decide_all(Desk(), *items) == ["new", "duplicate"]

    def test_nearly_the_same_text_is_a_duplicate_with_its_measures(self):
        desk = Desk()
        desk.decide(an_item())
        near = (*STORY[:4], STORY[4].replace("A spokesman", "Spokesman"))
        (event,) = desk.decide(an_item("two", made=10, text=near, headline="Dock shut"))
        assert event.kind is EventKind.DUPLICATE
        assert event.score > 0.8
        assert event.reasons[0].startswith("rare-containment=")
        assert "numbers=1.00" in event.reasons

    def test_longer_text_under_another_key_is_an_update_of_the_story(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(an_item("two", made=60, text=STORY + MORE, headline="Loan"))
        assert event.kind is EventKind.UPDATE
        assert event.story_key == first.story_key
        assert event.of == first.item.id

    def test_marked_correction_under_another_key_corrects(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        text = (STORY[0], STORY[1].replace("14", "40"), *STORY[2:])
        fields = {"made": 60, "text": text, "kinds": (LifecycleKind.CORRECTION,)}
        (event,) = desk.decide(an_item("two", **fields))
        assert event.kind is EventKind.CORRECTION
        assert event.of == first.item.id
        assert event.changes.figures_after == ("40",)

    def test_stated_update_is_never_passed_over_as_a_copy(self):
        desk = Desk()
        desk.decide(an_item())
        near = (*STORY[:4], STORY[4].replace("A spokesman", "Spokesman"))
        item = an_item("two", made=10, text=near, kinds=(LifecycleKind.LEAD,))
        assert kinds_of(desk.decide(item)) == ["update"]

    def test_copy_with_a_figure_of_its_own_is_published(self):
        desk = Desk()
        desk.decide(an_item())
        text = (*STORY[:4], STORY[4].replace("old pier", "old pier at 10:45"))
        assert kinds_of(desk.decide(an_item("two", made=10, text=text))) == ["update"]

    def test_same_template_with_other_facts_stays_apart(self):
        closing = (
            "Shares in Brestava closed {0} on Monday as investors weighed the harbour news. "
            "The leading index ended {0} by {1} points at {2}, traders said. "
            "Turnover was {3} million crowns against {4} million on the previous trading day. "
            "{5} led the field while {6} was the weakest share of the session."
        )
        monday = closing.format("higher", 31, "4,812", 220, 198, "Torvald Lines", "Ost Steel")
        tuesday = closing.format("lower", 54, "4,758", 187, 220, "Kelda Foods", "Brim Energy")
        one = an_item(text=(monday,), headline="Brestava shares close higher")
        two = an_item("two", made=1440, text=(tuesday,), headline="Brestava shares close lower")
        assert decide_all(Desk(), one, two) == ["new", "new"]

    def test_flash_sized_texts_are_alike_only_when_equal(self):
        def rate(bank: str) -> dict[str, object]:
            return {"text": (), "headline": f"{bank} raises prime rate to 7-3/4 per cent"}

        one, two = an_item("a", **rate("Torvald")), an_item("b", made=1, **rate("Kelda"))
        assert decide_all(Desk(), one, two, an_item("c", made=2, **rate("Kelda"))) == [
            "new",
            "new",
            "duplicate",
        ]

    def test_story_that_follows_a_flash_supersedes_it_and_both_stay(self):
        desk = Desk()
        headline = "Harbour council of Brestava votes to close northern dock for repairs"
        flash = an_item("flash", text=(), headline=headline, kinds=(LifecycleKind.FLASH,))
        (first,) = desk.decide(flash)
        event, superseded = desk.decide(an_item("two", made=10))
        assert event.kind is EventKind.NEW
        assert event.story_key == first.story_key
        assert superseded.kind is EventKind.SUPERSEDED
        assert (superseded.of, superseded.cause) == (first.item.id, event.id)

    def test_advisory_is_linked_and_nothing_else(self):
        desk = Desk()
        item = an_item(kinds=(LifecycleKind.ADVISORY,))
        assert decide_all(desk, item, an_item("two", made=1)) == ["advisory", "new"]

    def test_near_copy_after_the_window_is_new(self):
        desk = Desk()
        near = (*STORY[:4], STORY[4].replace("A spokesman", "Spokesman"))
        late = an_item("two", made=60 * 74, text=near)
        assert decide_all(desk, an_item(), late) == ["new", "new"]

    def test_exact_copy_is_known_for_thirty_days(self):
        day = 60 * 24
        assert decide_all(Desk(), an_item(), an_item("b", made=29 * day)) == ["new", "duplicate"]
        assert decide_all(Desk(), an_item(), an_item("b", made=32 * day)) == ["new", "new"]

    def test_deduplication_can_be_switched_off_for_one_provider(self):
        config = DeskConfig(providers={"nordan": DedupRule(enabled=False)})
        config = loads(dumps(config))  # noqa: S301  (configurations travel to processes)
        others = an_item("three", provider="ostpress", made=2)
        items = an_item(), an_item("two", made=1), others
        assert decide_all(Desk(config), *items) == ["new", "new", "reprint"]

    def test_older_shorter_version_under_another_key_is_stale(self):
        long = an_item("two", made=60, text=STORY + MORE)
        short = an_item("one", made=0, received=61)
        assert decide_all(Desk(), long, short) == ["new", "stale"]

    def test_roundup_is_not_merged_into_a_story(self):
        item = an_item("wrap", made=9, text=STORY + MORE, kinds=(LifecycleKind.WRAP,))
        assert decide_all(Desk(), an_item(), item) == ["new", "new"]

    def test_copy_that_later_gets_its_own_text_is_an_update_of_the_original(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        desk.decide(an_item("two", made=10))
        (event,) = desk.decide(an_item("two", made=20, text=MORE, headline="Loans"))
        assert (event.kind, event.of) == (EventKind.UPDATE, first.item.id)
        assert event.story_key == first.story_key
