"""What the desk decides, one behaviour a test."""

from datetime import UTC, datetime, timedelta
from pickle import dumps, loads

import pytest

from schemas.codec import decode, encode
from schemas.decoded import Failed
from schemas.event import OUTCOMES, EventKind, Source
from schemas.item import Item, Lifecycle, LifecycleKind, Paragraph, PubStatus
from schemas.journal import HeldRecord, JournalRecord, StateRecord
from streams.desk import DedupRule, Desk, DeskConfig, sign
from streams.desk.identity import content_hash, event_id, item_key, order_key, source_id
from streams.errors import CorruptionError
from streams.steps import Drop, DropReason, Fail

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


class TestVersionsOfOneKey:
    def test_first_version_is_new_and_its_own_story(self):
        (event,) = Desk().decide(an_item())
        assert event.kind is EventKind.NEW
        assert event.story_key == "nordan:one"
        assert event.item.story_key == "nordan:one"
        assert event.cause is None

    def test_newer_version_with_another_body_is_an_update_that_says_what_changed(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        altered = (STORY[0], STORY[1].replace("14", "17"), *STORY[2:], MORE[0])
        (event,) = desk.decide(an_item(made=5, text=altered, headline="Dock closed in Brestava"))
        assert event.kind is EventKind.UPDATE
        assert event.of == first.item.id
        assert event.story_key == first.story_key
        assert event.changes.headline
        assert event.changes.altered == (1,)
        assert event.changes.added == (5,)
        assert event.changes.removed == ()
        assert event.changes.figures_before == ("14",)
        assert event.changes.figures_after == ("17",)
        assert [link.rel for link in event.item.links] == ["supersedes"]

    def test_newer_version_marked_so_is_a_correction(self):
        marked = an_item(made=5, text=STORY[:4], kinds=(LifecycleKind.CORRECTION,))
        assert decide_all(Desk(), an_item(), marked) == ["new", "correction"]

    def test_newer_version_that_changes_nothing_is_a_duplicate(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5))
        assert event.kind is EventKind.DUPLICATE
        assert event.of == first.item.id
        assert event.score == 1.0
        assert "exact" in event.reasons

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"urgency": 1}, "urgency-changed"),
            ({"headline": "BRESTAVA CLOSES NORTHERN DOCK"}, "headline-changed"),
            ({"embargoed_until": at(1)}, "embargo-changed"),
        ],
    )
    def test_newer_version_with_the_same_text_but_other_facts_is_an_update(self, change, reason):
        desk = Desk()
        desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5, **change))
        assert event.kind is EventKind.UPDATE
        assert event.reasons == (reason,)

    def test_older_version_is_stale(self):
        desk = Desk()
        desk.decide(an_item(made=5, text=STORY[:4]))
        (event,) = desk.decide(an_item(made=0, received=6))
        assert event.kind is EventKind.STALE
        assert event.of == an_item(made=5, text=STORY[:4]).id

    def test_version_numbers_order_versions_of_one_moment(self):
        desk = Desk()
        second = an_item(version="10", text=STORY[:4])
        assert decide_all(desk, second, an_item(version="9", received=1)) == ["new", "stale"]

    def test_same_version_again_is_a_duplicate(self):
        assert decide_all(Desk(), an_item(), an_item()) == ["new", "duplicate"]

    def test_of_two_texts_with_one_order_key_the_same_wins_in_either_order(self):
        one, other = an_item(), an_item(text=STORY[:4])
        finals = []
        for items in ((one, other), (other, one)):
            desk = Desk()
            events = [event for item in items for event in desk.decide(item)]
            finals.append([e for e in events if e.kind is not EventKind.STALE][-1].item)
        assert finals[0].content_hash == finals[1].content_hash

    def test_without_any_order_the_later_arrival_is_an_update(self):
        one = an_item(made=None, received=0)
        other = an_item(made=None, received=3, text=STORY[:4])
        assert decide_all(Desk(), one, other) == ["new", "update"]


class TestKills:
    def test_kill_carries_no_paragraphs_and_names_what_it_kills(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        (event,) = desk.decide(a_kill(made=5))
        assert event.kind is EventKind.KILL
        assert event.of == first.item.id
        assert event.item.pubstatus is PubStatus.CANCELED
        assert event.item.paragraphs == ()

    def test_kill_by_its_words_alone_carries_no_paragraphs_either(self):
        desk = Desk()
        desk.decide(an_item())
        (event,) = desk.decide(an_item(made=5, kinds=(LifecycleKind.KILL,)))
        assert event.kind is EventKind.KILL
        assert event.item.paragraphs == ()

    def test_kill_that_comes_first_makes_the_older_version_stale_without_its_text(self):
        desk = Desk()
        assert decide_all(desk, a_kill(made=5)) == ["kill"]
        (event,) = desk.decide(an_item(made=0, received=6))
        assert event.kind is EventKind.STALE
        assert "killed" in event.reasons
        assert event.item is None

    def test_kill_wins_over_a_usable_version_of_the_same_order_in_either_order(self):
        assert decide_all(Desk(), an_item(), a_kill()) == ["new", "kill"]
        assert decide_all(Desk(), a_kill(), an_item()) == ["kill", "stale"]

    def test_kill_without_a_time_wins_over_what_was_made_before_it(self):
        kill = a_kill(made=None, received=10)
        assert decide_all(Desk(), an_item(made=0), kill) == ["new", "kill"]
        assert decide_all(Desk(), kill, an_item(made=0, received=11)) == ["kill", "stale"]

    def test_kill_sent_twice_is_one_kill(self):
        assert decide_all(Desk(), a_kill(), a_kill(received=4)) == ["kill", "duplicate"]
        undated = [a_kill(made=None, received=minute) for minute in (1, 2)]
        assert decide_all(Desk(), *undated) == ["kill", "duplicate"]

    def test_later_reissue_is_an_update_that_causes_reinstated(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        update, reinstated = desk.decide(an_item(made=9))
        assert (update.kind, reinstated.kind) == (EventKind.UPDATE, EventKind.REINSTATED)
        assert reinstated.cause == update.id
        assert reinstated.item == update.item

    def test_kill_stays_after_months(self):
        desk = Desk()
        desk.decide(a_kill(made=5))
        desk.tick(T0 + timedelta(days=200))
        late = an_item(made=0, received=60 * 24 * 201)
        assert kinds_of(desk.decide(late)) == ["stale"]

    def test_kill_warns_of_reprints(self):
        desk = Desk()
        desk.decide(an_item())
        (reprint,) = desk.decide(an_item("copy", provider="ostpress", made=10))
        kill, warning = desk.decide(a_kill(made=20))
        assert warning.kind is EventKind.KILL_WARNING
        assert warning.of == reprint.item.id
        assert warning.cause == kill.id

    def test_kill_of_a_mere_copy_warns_of_the_original(self):
        desk = Desk()
        (original,) = desk.decide(an_item())
        desk.decide(an_item("copy", made=10))
        kill, warning = desk.decide(a_kill("copy", made=20))
        assert kill.kind is EventKind.KILL
        assert (warning.kind, warning.of) == (EventKind.KILL_WARNING, original.item.id)

    def test_reprint_of_what_was_killed_is_published_with_a_warning(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        reprint, warning = desk.decide(an_item("copy", provider="ostpress", made=10))
        assert reprint.kind is EventKind.REPRINT
        assert warning.kind is EventKind.KILL_WARNING

    def test_reissue_under_a_new_key_is_not_lost_as_a_duplicate(self):
        desk = Desk()
        decide_all(desk, an_item(), a_kill(made=5))
        assert kinds_of(desk.decide(an_item("again", made=10))) == ["new", "kill_warning"]
        assert kinds_of(desk.decide(an_item("again-2", made=11))) == ["duplicate"]


class TestHolds:
    def test_embargo_holds_and_time_releases(self):
        desk = Desk()
        (hold,) = desk.decide(an_item(embargoed_until=at(30)))
        assert (hold.kind, hold.item) == (EventKind.HOLD, None)
        assert desk.next_due() == at(30)
        assert desk.tick(at(29)) == []
        (release,) = desk.tick(at(30))
        assert release.kind is EventKind.RELEASE
        assert release.cause == hold.id
        assert release.item.story_key == "nordan:one"
        assert desk.next_due() is None

    def test_release_comes_before_the_input_whose_time_passes_it(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        events = desk.decide(an_item("two", made=60, text=MORE, headline="Loans"))
        assert kinds_of(events) == ["release", "new"]

    def test_reject_releases_too(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        events = desk.reject(a_source(), Drop(DropReason.EMPTY), at(31))
        assert kinds_of(events) == ["release", "rejected"]

    def test_newer_version_without_embargo_clears_the_hold(self):
        desk = Desk()
        desk.decide(an_item(embargoed_until=at(30)))
        desk.drain()
        (event,) = desk.decide(an_item(made=5))
        assert event.kind is EventKind.NEW
        assert "hold-cleared" in event.reasons
        assert desk.drain().held == [("nordan:one", None)]
        assert desk.tick(at(31)) == []

    def test_kill_removes_a_hold(self):
        desk = Desk()
        assert decide_all(desk, an_item(embargoed_until=at(30)), a_kill(made=5)) == ["hold", "kill"]
        assert desk.tick(at(31)) == []

    @pytest.mark.parametrize(
        "fields", [{"pubstatus": PubStatus.WITHHELD}, {"kinds": (LifecycleKind.HOLD,)}]
    )
    def test_withheld_item_waits_for_a_newer_version(self, fields):
        desk = Desk()
        assert decide_all(desk, an_item(**fields)) == ["hold"]
        assert desk.next_due() is None
        assert decide_all(desk, an_item(made=5)) == ["new"]

    def test_held_text_is_never_shown_by_other_events(self):
        desk = Desk()
        held = an_item(made=5, embargoed_until=at(30))
        desk.decide(held)
        again = desk.decide(held)
        older = desk.decide(an_item(made=0, received=6, embargoed_until=at(30)))
        assert [(e.kind.value, e.item) for e in again + older] == [
            ("duplicate", None),
            ("stale", None),
        ]

    def test_embargoed_update_leaves_the_published_version_out(self):
        desk = Desk()
        (first,) = desk.decide(an_item())
        desk.decide(an_item(made=5, text=STORY[:4], embargoed_until=at(30)))
        (release,) = desk.tick(at(40))
        assert release.of == first.item.id
        assert release.changes is not None

    def test_releases_come_in_order_of_their_time(self):
        desk = Desk()
        desk.decide(an_item("b", embargoed_until=at(30), text=MORE, headline="Loans"))
        desk.decide(an_item("a", embargoed_until=at(20)))
        events = desk.tick(at(60))
        assert [event.item.item_key for event in events] == ["nordan:a", "nordan:b"]


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


def a_source(position: str = "feed.jsonl:1") -> Source:
    return Source(id=source_id(position, "00", 0), position=position, sha256="00")


class TestAccounts:
    def test_rejected_and_dead_parts_have_their_events(self):
        desk = Desk()
        (rejected,) = desk.reject(a_source(), Drop(DropReason.NO_ARTICLE), T0)
        assert (rejected.kind, rejected.reasons) == (EventKind.REJECTED, ("no-article",))
        (dead,) = desk.reject(a_source("b"), Fail("json-invalid", "line 3"), stage="decode")
        assert (dead.kind, dead.dead.code, dead.dead.stage) == (
            EventKind.DEAD,
            "json-invalid",
            "decode",
        )
        failed = Failed(
            source=a_source("c"), received_at=T0, code="no-text", stage="clean", detail=""
        )
        (dead,) = desk.reject(failed.source, failed)
        assert dead.dead.stage == "clean"

    def test_every_input_has_exactly_one_primary_event_with_a_fate(self):
        desk = Desk()
        items = [an_item(), an_item(), a_kill(made=5), an_item(made=3), an_item("x", made=9)]
        for item in items:
            primary = [event for event in desk.decide(item) if event.cause is None]
            assert len(primary) == 1
            assert primary[0].kind in OUTCOMES

    def test_place_on_the_log_that_was_decided_is_skipped(self):
        desk = Desk()
        assert desk.decide(an_item(), transport="wire.decoded/0/17/0")
        assert desk.decide(an_item(), transport="wire.decoded/0/17/0") == []
        assert desk.reject(a_source(), Drop(DropReason.EMPTY), transport="a/0/1/0")
        assert desk.reject(a_source(), Drop(DropReason.EMPTY), transport="a/0/1/0") == []
        assert desk.skipped == 2
        assert kinds_of(desk.decide(an_item(), transport="wire.decoded/0/18/0")) == ["duplicate"]

    def test_event_ids_come_from_source_kind_and_target(self):
        item = an_item()
        (event,) = Desk().decide(item, source=a_source())
        assert event.id == event_id(a_source().id, "new", item.id)

    def test_same_input_gives_the_same_bytes(self):
        items = [an_item(), a_kill(made=1), an_item("two", made=2, provider="ostpress")]
        runs = [
            [encode(event) for item in items for event in desk.decide(item)]
            for desk in (Desk(), Desk())
        ]
        assert runs[0] == runs[1]

    @pytest.mark.parametrize(
        "text",
        [(), ("",), ("\x00\u202e\u2029",), ("a" * 100_000,), ("🙂 " * 5000,), ("1 " * 9999,)],
    )
    def test_strange_texts_are_decided(self, text):
        item = an_item(text=text, headline=None)
        assert decide_all(Desk(), item, item) == ["new", "duplicate"]

    @pytest.mark.parametrize("field", ["exact", "shingles", "numbers", "bands", "sentences"])
    def test_broken_fingerprint_does_no_harm(self, field):
        broken = sign(an_item()).model_copy(update={field: "§ not base64"})
        desk = Desk()
        assert kinds_of(desk.decide(an_item(), fingerprint=broken)) == ["new"]
        assert desk.decide(an_item("two", made=1, text=STORY + MORE))


class TestTime:
    def test_undated_items_move_the_clock_by_a_millisecond(self):
        desk = Desk()
        desk.decide(an_item())
        desk.decide(an_item("b", made=None, text=MORE))
        assert desk.now == T0 + timedelta(milliseconds=1)

    def test_time_never_goes_back(self):
        desk = Desk()
        desk.decide(an_item(made=50))
        desk.decide(an_item("b", made=0, text=MORE))
        assert desk.now == at(50)

    def test_undated_item_does_not_leap_over_a_day(self):
        desk = Desk()
        desk.decide(an_item())
        undated = an_item("b", made=None, text=MORE)
        desk.decide(undated, T0 + timedelta(days=3))
        assert desk.now == T0 + timedelta(milliseconds=1)

    def test_dated_item_may_leap(self):
        desk = Desk()
        desk.decide(an_item())
        desk.decide(an_item("b", made=60 * 24 * 9, text=MORE))
        assert desk.now == T0 + timedelta(days=9)


class TestRecovery:
    def test_records_survive_their_encoding(self):
        desk = Desk(epoch=3)
        decide_all(desk, an_item(), an_item("b", text=MORE, embargoed_until=at(30)))
        changes = desk.drain()
        assert [record.seq for record in changes.journal] == [1, 2]
        for record in changes.journal:
            assert decode(JournalRecord, encode(record)) == record
        for state in changes.state:
            assert decode(StateRecord, encode(state)) == state
        assert {record.epoch for record in [*changes.journal, *changes.state]} == {3}
        ((key, held),) = changes.held
        assert (key, decode(HeldRecord, encode(held))) == ("nordan:b", held)
        assert desk.drain().journal == []

    def test_journal_record_of_an_ordinary_item_is_small(self):
        desk = Desk()
        desk.decide(an_item(text=STORY + MORE))
        assert len(encode(desk.drain().journal[0])) < 3000

    def test_ghost_of_an_earlier_epoch_is_ignored(self):
        owner = Desk(epoch=1)
        owner.decide(an_item())
        written = owner.drain()
        # The next desk takes over; the first goes on, not knowing.
        heir = Desk()
        heir.restore(written.state, [], written.journal)
        assert heir.begin() == 2
        heir.decide(an_item(made=5, text=STORY[:4]))
        owner.decide(a_kill(made=9))
        early, late = heir.drain(), owner.drain()
        for journal in (
            [*written.journal, *early.journal, *late.journal],
            [*written.journal, *late.journal, *early.journal],
        ):
            desk = Desk()
            desk.restore([*written.state, *early.state, *late.state], [], journal)
            assert desk.epoch == 2
            again = an_item(made=5, text=STORY[:4], received=20)
            assert kinds_of(desk.decide(again)) == ["duplicate"]

    def test_hole_in_the_journal_is_loud(self):
        desk = Desk()
        decide_all(desk, an_item(), an_item("b", text=MORE), an_item("c", made=1, text=MORE[:3]))
        first, _, third = desk.drain().journal
        with pytest.raises(CorruptionError, match="from record 1 to 3"):
            Desk().restore([], [], [first, third])

    def test_desk_that_has_decided_is_not_restored(self):
        desk = Desk()
        desk.decide(an_item())
        with pytest.raises(CorruptionError):
            desk.restore([], [], [])

    def test_state_alone_keeps_a_tombstone(self):
        desk = Desk()
        desk.decide(a_kill(made=5))
        heir = Desk()
        heir.restore(desk.drain().state, [], [])
        assert kinds_of(heir.decide(an_item(made=0, received=6))) == ["stale"]

    def test_record_of_a_hold_that_the_journal_does_not_know_is_ignored(self):
        desk = Desk()
        desk.decide(an_item())
        written = desk.drain()
        desk.decide(an_item(made=5, text=STORY[:4], embargoed_until=at(30)))
        ((_, ahead),) = desk.drain().held
        heir = Desk()
        heir.restore(written.state, [ahead], written.journal)
        assert heir.next_due() is None
