from __future__ import annotations

import pickle
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.decoded import Cleaned, Failed, Tick, decode_decoded
from schemas.event import EventKind, WireEvent
from schemas.item import Item
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.clean import CleaningRules, clean
from streams.decode.decoded import Decoded
from streams.desk import Desk
from streams.log.base import Record
from streams.log.headers import raw_record
from streams.log.outgoing import Outgoing, decoded_outgoing, letter_of
from streams.pipeline import (
    DecodedEntry,
    DeskStage,
    Intake,
    IntakeStage,
    PipelineConfig,
    StageCrashedError,
    before_desk,
    intake,
    read,
)
from streams.steps import Drop, Fail

WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TEXT = (
    "Harbour bridge reopens\n\nThe old bridge over the harbour of Ostwick reopened on Monday.\n\n"
    "Engineers had replaced forty of its cables, the city said."
)


def a_raw(body: bytes = TEXT.encode(), **fields: object) -> RawMessage:
    values = {"provider": "oaw", "received_at": WHEN, "position": "f:1", **fields}
    return RawMessage(body=body, **values)


def a_record(raw: RawMessage, offset: int = 0) -> Record:
    new = raw_record(raw, "wire.raw")
    return Record("wire.raw", 0, offset, new.key, new.value, new.headers, WHEN)


def as_read(outgoing: Outgoing, offset: int = 0) -> Record:
    return Record(
        f"wire.{outgoing.topic}", 0, offset, outgoing.key, outgoing.value, outgoing.headers, WHEN
    )


def ninjs(**fields: object) -> bytes:
    return orjson.dumps(
        {"uri": "urn:x:1", "version": "1", "type": "text", "headline": "Ferry late", **fields}
    )


class TestIntake:
    def test_a_dispatch_is_cleaned_and_signed(self) -> None:
        (part,) = Intake().process(a_raw())
        assert isinstance(part, Cleaned)
        assert part.item.headline == "Harbour bridge reopens"
        assert part.source.position == "f:1"
        assert part.fingerprint.exact

    def test_a_message_without_a_position_gets_one_of_its_bytes(self) -> None:
        (part,) = Intake().process(a_raw(position=""))
        assert part.source.position.startswith("sha256:")
        assert part.source.position.endswith("@2026-03-04T05:06:07Z")

    @pytest.mark.parametrize("stage", ["decode", "clean", "sign"])
    def test_a_crash_costs_one_message_and_keeps_its_bytes(
        self, stage: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def crash(*_: object, **__: object) -> None:
            raise RuntimeError("a secret of the article")

        monkeypatch.setattr(intake, stage, crash)
        batch = IntakeStage().process(a_record(a_raw(b"the bytes")))
        ((part, _),) = batch.parts
        assert isinstance(part, Failed)
        assert (part.code, part.stage, part.detail) == ("stage-crashed", stage, "RuntimeError")
        assert batch.outgoing[1].topic is TopicName.DEAD
        assert batch.outgoing[1].value == b"the bytes"

    def test_a_body_over_the_limit_is_not_read(self) -> None:
        (part,) = Intake(PipelineConfig(max_body_bytes=10)).process(a_raw())
        assert isinstance(part, Failed)
        assert part.code == "body-too-large"

    def test_an_item_that_outgrows_its_topic_is_dead_and_its_bytes_kept(self) -> None:
        # Control characters are six characters each in JSON.
        body = ("Headline of it\n\n" + "A word of text. " * 9_000).encode()
        config = PipelineConfig(max_body_bytes=len(body) + 1)
        stage = IntakeStage(config)
        stage._limit = 100_000
        batch = stage.process(a_record(a_raw(body)))
        ((part, _),) = batch.parts
        assert isinstance(part, Failed)
        assert part.code == "body-too-large"
        assert batch.outgoing[-1].value == body

    @settings(max_examples=40, deadline=None)
    @given(st.binary(max_size=300), st.sampled_from([None, "text/html", "application/json", "x/y"]))
    def test_any_bytes_have_an_answer_that_can_be_read_back(
        self, body: bytes, content_type: str | None
    ) -> None:
        batch = IntakeStage().process(a_record(a_raw(body, content_type=content_type)))
        assert batch.parts
        for (part, _), outgoing in zip(batch.parts, batch.outgoing, strict=False):
            assert decode_decoded(outgoing.value or b"") == part

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.binary(max_size=120), max_size=5))
    def test_messages_taken_together_become_what_each_becomes_alone(
        self, bodies: list[bytes]
    ) -> None:
        limited = IntakeStage(PipelineConfig(max_body_bytes=100))
        good = b"Rates rise\n\nThe bank raised its rates by a quarter of a point on Tuesday."
        records = [a_record(a_raw(body), n) for n, body in enumerate([good, *bodies, b"", good])]
        together = limited.process_all(records)
        assert together == [limited.process(record) for record in records]

    def test_a_message_that_crashes_a_step_costs_its_neighbours_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def clean_or_crash(decoded: Decoded, rules: CleaningRules) -> Item | Drop | Fail:
            if decoded.source.position == "f:bad":
                raise RuntimeError
            return clean(decoded, rules)

        monkeypatch.setattr(intake, "clean", clean_or_crash)
        places = ("f:1", "f:bad", "f:2")
        taken = Intake().process_all([a_raw(position=place) for place in places])
        assert [type(part) for (part,) in taken] == [Cleaned, Failed, Cleaned]
        assert [part.source.position for (part,) in taken] == list(places)

    def test_a_culprit_given_up_by_the_host_keeps_its_bytes(self) -> None:
        batch = IntakeStage.gave_up(a_record(a_raw(b"boom")), "stage-timeout", "too long")
        letter = letter_of(as_read(batch.outgoing[-1]))
        assert (letter.code, letter.body, letter.position) == ("stage-timeout", b"boom", "f:1")

    def test_the_configuration_travels_to_other_processes(self) -> None:
        config = PipelineConfig(max_body_bytes=7)
        assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301


class TestDeskStage:
    def entries(self, *raws: RawMessage) -> list[DecodedEntry]:
        stage = IntakeStage()
        placed = [
            (part, transport)
            for offset, raw in enumerate(raws)
            for part, transport in stage.process(a_record(raw, offset)).parts
        ]
        return [DecodedEntry(n, transport, part) for n, (part, transport) in enumerate(placed)]

    def test_objects_and_bytes_give_the_same_records(self) -> None:
        raws = [a_raw(), a_raw(ninjs(), position="f:2"), a_raw(b"", position="f:3")]
        entries = self.entries(*raws)
        read_back = [
            DecodedEntry.of(as_read(decoded_outgoing(entry.record, entry.transport), entry.offset))
            for entry in entries
        ]
        assert read_back == entries
        assert DeskStage(Desk()).process(entries) == DeskStage(Desk()).process(read_back)

    def test_items_and_events_come_before_the_journal_and_that_before_the_state(self) -> None:
        batch = DeskStage(Desk()).process(self.entries(a_raw()))
        topics = [[outgoing.topic for outgoing in rank] for rank in batch.ranks]
        assert topics == [[TopicName.ITEMS, TopicName.EVENTS], [TopicName.DESK], [TopicName.STATE]]

    def test_a_new_hold_is_safe_before_the_journal_and_ends_after_it(self) -> None:
        stage = DeskStage(Desk())
        later = datetime(2026, 3, 4, 9, tzinfo=UTC)
        held = a_raw(ninjs(embargoed=later.isoformat(), embargoeduntil=later.isoformat()))
        first = stage.process(self.entries(held))
        assert TopicName.HELD in [record.topic for record in first.ranks[0]]
        assert [event.kind for event in first.events] == [EventKind.HOLD]
        assert first.events[0].item is None
        second = stage.process([DecodedEntry(9, None, Tick(now=later))])
        assert [event.kind for event in second.events] == [EventKind.RELEASE]
        ended = [record for record in second.ranks[2] if record.topic is TopicName.HELD]
        assert [record.value for record in ended] == [None]

    def test_every_output_says_where_in_the_desks_order_it_was_decided(self) -> None:
        stage = DeskStage(Desk())
        stage.desk.begin(4)
        stage.desk.drain()
        batch = stage.process(self.entries(a_raw(), a_raw(ninjs(), position="f:2")))
        headers = [dict(record.headers) for record in batch.ranks[0]]
        assert [header["desk-seq"] for header in headers] == [b"0.0", b"0.0", b"1.0", b"1.0"]
        assert {header["desk-epoch"] for header in headers} == {b"4"}
        assert {header["schema"] for header in headers} == {b"item/1", b"event/1"}

    def test_what_was_decided_before_is_skipped_and_emits_nothing(self) -> None:
        stage = DeskStage(Desk())
        entries = self.entries(a_raw())
        stage.process(entries)
        again = stage.process(entries)
        assert (again.events, again.skipped) == ([], 1)
        assert again.ranks == ([], [], [])

    def test_bytes_that_are_no_decoded_record_are_dead_and_kept(self) -> None:
        entry = DecodedEntry.of(Record("wire.decoded", 0, 5, b"k", b"{rubbish", (), WHEN))
        batch = DeskStage(Desk()).process([entry])
        assert [event.kind for event in batch.events] == [EventKind.DEAD]
        letters = [record for record in batch.ranks[0] if record.topic is TopicName.DEAD]
        assert [letter.value for letter in letters] == [b"{rubbish"]

    def test_an_item_the_desk_raises_on_is_dead_and_its_neighbours_are_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = self.entries(a_raw(), a_raw(ninjs(), position="f:2"))
        good = Desk.decide

        def decide(desk: Desk, item: Item, *args: object, **kwargs: object) -> list[WireEvent]:
            if item.headline == "Ferry late":
                raise ZeroDivisionError
            return good(desk, item, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(Desk, "decide", decide)
        with pytest.raises(StageCrashedError) as crash:
            DeskStage(Desk()).process(entries)
        assert crash.value.offset == 1
        batch = DeskStage(Desk()).process(entries, poisoned=frozenset({1}))
        assert [event.kind for event in batch.events] == [EventKind.NEW, EventKind.DEAD]


class TestLetters:
    def test_a_letter_says_all_that_is_known(self) -> None:
        raw = a_raw(b"\xff\xfe bytes", content_type="text/x")
        batch = IntakeStage.gave_up(a_record(raw), "stage-crashed", "detail")
        letter = letter_of(as_read(batch.outgoing[-1]))
        assert letter.provider == "oaw"
        assert letter.received_at == WHEN
        assert letter.content_type == "text/x"
        assert letter.size == len(raw.body)
        assert letter.stage == "intake"

    def test_a_letter_without_headers_still_shows_its_bytes(self) -> None:
        letter = letter_of(Record("wire.dead", 0, 0, b"\xffk", b"x", (("code", b"?"),), WHEN))
        assert letter.code == "body-unreadable"
        assert letter.body == b"x"


class TestBeforeTheDesk:
    def test_dead_events_have_the_id_the_desk_gives_them(self) -> None:
        (part,) = Intake().process(a_raw(b""))
        (decided,) = Desk().reject(part.source, part)  # type: ignore[arg-type]
        assert before_desk(part, EventKind.CLEANED) == decided

    def test_decoding_alone_removes_nothing(self) -> None:
        ((source, item),) = Intake().decode_only(a_raw())  # type: ignore[misc]
        event = before_desk((source, item), EventKind.DECODED)
        assert event.kind is EventKind.DECODED
        assert event.item is not None
        assert "bridge" in event.item.text


class TestRead:
    def test_one_message_gives_its_events_with_enrichment(self) -> None:
        (event,) = read(
            "Talks in Geneva\n\nThe delegations met in Geneva on Monday, the Swiss foreign "
            "ministry said.\n\nThey will meet again in Paris.",
            provider="oaw",
        )
        assert event.kind is EventKind.NEW
        assert event.item is not None
        assert any(entity.name == "Geneva" for entity in event.item.entities)

    @pytest.mark.parametrize("body", ["", b"", "\ud800", "\x00" * 50, b"\xff" * 50])
    def test_rubbish_gives_an_event_and_no_exception(self, body: bytes | str) -> None:
        (event,) = read(body)
        assert event.kind in {EventKind.DEAD, EventKind.REJECTED, EventKind.NEW}


def test_an_item_read_back_is_the_item_written() -> None:
    (part,) = Intake().process(a_raw())
    assert isinstance(part, Cleaned)
    batch = DeskStage(Desk()).process([DecodedEntry(0, None, part)])
    record = batch.published[0][1]
    assert decode(Item, record.value or b"") == batch.published[0][0].item
