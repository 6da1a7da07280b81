"""Floods and absurd sizes: bounded work an item.

Work is counted in calls, which are the same on every machine, not in seconds.
"""

import pytest

from schemas.codec import encode
from schemas.event import EventKind, WireEvent
from schemas.item import AltId
from schemas.raw import RawMessage
from streams.desk import Desk, chains, sign
from streams.pipeline.intake import Intake
from tests.property.hostile_items import DOCK, TRAM, a_kill, an_item, calls, primary, stories

# Texts a text is compared with, at most: what ``chains`` promises.
MOST_COMPARED = 128


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the comparisons; each is made as ever."""
    made = [0]
    compare = chains.compare

    def counted(*arguments: object, **options: object) -> object:
        made[0] += 1
        return compare(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(chains, "compare", counted)
    return made


class TestFloods:
    """However many come, each costs no more than the first ones."""

    def test_thousands_of_copies_cost_the_same_each(self, compared: list[int]) -> None:
        desk, kinds = Desk(), []
        signed = sign(an_item("copy", DOCK))
        costs: dict[int, int] = {}
        for number in range(4_000):
            item = an_item(f"copy{number}", DOCK, minute=number / 600)
            if number in {100, 3_990}:
                events: list[WireEvent] = []
                costs[number] = calls(
                    lambda i=item, e=events: e.extend(desk.decide(i, fingerprint=signed))
                )
            else:
                events = desk.decide(item, fingerprint=signed)
            kinds += [event.kind for event in events]
            if number % 500 == 0:
                desk.drain()
        assert kinds == [EventKind.NEW] + [EventKind.DUPLICATE] * 3_999
        assert compared[0] <= 4_000
        assert costs[3_990] < 2 * costs[100]

    def test_one_message_delivered_thousands_of_times_is_a_duplicate_each_time(self) -> None:
        desk = Desk()
        item = an_item("one", DOCK)
        kinds = [primary(desk, item).kind for _ in range(1_500)]
        assert kinds == [EventKind.NEW] + [EventKind.DUPLICATE] * 1_499
        assert sum(len(encode(record)) for record in desk.drain().journal[-100:]) < 100 * 1_500

    def test_texts_that_share_every_sentence_are_compared_with_a_bounded_few(
        self, compared: list[int]
    ) -> None:
        desk, most = Desk(), 0
        for number in range(200):
            turned = [*DOCK[number % 5 :], *DOCK[: number % 5]]
            text = [*turned, f"The berth fee will be {number * 37 + 11} crowns from {number} May."]
            before = compared[0]
            desk.decide(an_item(f"s{number}", text, headline=f"Fee {number}", minute=number / 60))
            most = max(most, compared[0] - before)
        assert most <= MOST_COMPARED

    def test_a_template_filled_in_hundreds_of_times_is_not_one_story(self) -> None:
        items = []
        for number in range(200):
            company = f"{chr(65 + number % 26)}{'aeiou'[number % 5]}rnholm{number}"
            text = (
                f"{company} said its board declared a dividend of {number + 3}.{number} cts.",
                f"The payout will be made on April {number % 28 + 1} to holders of record.",
                f"{company} paid {number + 1}.{number} cts in the quarter before that.",
            )
            items.append(an_item(f"d{number}", text, headline=f"{company} dividend", minute=number))
        assert len(set(stories(items))) >= 0.97 * len(items)


class TestSizes:
    """Fields of absurd sizes."""

    def test_five_thousand_paragraphs_cost_in_proportion(self) -> None:
        def of(size: int) -> int:
            text = [f"Paragraph {n} tells of {n * 7} barges in lock {n % 13}." for n in range(size)]
            item, desk = an_item("long", text), Desk()
            more = an_item("long", [*text, "And one more."], minute=1)
            return calls(lambda: (desk.decide(item), desk.decide(more)))

        assert of(5_000) < 15 * of(500)

    def test_thousands_of_alternative_ids_cost_in_proportion(self) -> None:
        def of(size: int) -> int:
            ids = tuple(AltId(scheme="usn", value=f"L{n}") for n in range(size))
            item, desk = an_item("ids", DOCK, alt_ids=ids), Desk()
            killed = a_kill("ids", minute=1, alt_ids=ids)
            return calls(lambda: (desk.decide(item), desk.decide(killed)))

        assert of(5_000) < 15 * of(500)

    def test_a_slug_of_a_megabyte_is_only_a_slug(self) -> None:
        desk = Desk()
        slug = "BC-DOCK-" * 125_000
        for number in range(3):
            item = an_item(f"slug{number}", DOCK[number:], slugline=slug, minute=number)
            assert primary(desk, item) is not None
        assert primary(desk, an_item("tram", TRAM, slugline=slug, minute=4)).kind is EventKind.NEW
        assert sum(len(encode(record)) for record in desk.drain().journal) < 100_000

    def test_lone_surrogates_from_any_field_reach_no_output(self) -> None:
        broken = "\\ud800"
        body = (
            f'{{"uri": "urn:x:{broken}", "version": "1", "type": "text", "slugline": "a{broken}",'
            f'"altids": {{"usn{broken}": "b{broken}"}}, "versioncreated": "2026-03-02T09:00:00Z",'
            f'"headline": "Dock {broken} closed", "body_text": "The dock {broken} is closed."}}'
        ).encode()
        desk = Desk()
        for part in Intake().process(RawMessage(body=body, position="f:1")):
            item = getattr(part, "item", None)
            events = desk.decide(item) if item else desk.reject(part.source, part)  # type: ignore[arg-type]
            assert all(encode(event) for event in events)
        changes = desk.drain()
        assert all(encode(record) for record in (*changes.journal, *changes.state))
