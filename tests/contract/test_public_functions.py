"""The functions other programs call, called as documented: by place, and with defaults."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from inspect import Parameter, signature
from typing import get_args

import pytest

from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.item import (
    AltId,
    Audit,
    Dateline,
    DateMention,
    EdNote,
    Entity,
    EntityType,
    Item,
    Lifecycle,
    Link,
    Mention,
    Paragraph,
    Quote,
    Removed,
    Subject,
    Topic,
)
from schemas.model import Record
from schemas.raw import RawMessage
from streams.clean import DEFAULT_RULES, clean
from streams.decode import DEFAULT_PROFILES, decode
from streams.decode.decoded import Decoded
from streams.desk import Desk, DeskConfig
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.recognise import RECOGNISERS, Span, load
from streams.errors import ConfigError
from streams.pipeline import Intake
from wireroom import Subscription, read

BODY = (
    b"Ferries resume between Helsinki and Tallinn\n\n"
    b"Ferries between Helsinki and Tallinn resumed on Monday, said Marja Laine of the port.\n\n"
    b"Laine said that 14,000 passengers had waited in Helsinki for two days and two nights.\n"
)
NOW = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)


def decoded() -> Decoded:
    (answer,) = decode(RawMessage(body=BODY))
    assert isinstance(answer, Decoded)
    return answer


def item() -> Item:
    answer = clean(decoded(), DEFAULT_RULES)
    assert isinstance(answer, Item)
    return answer


class TestStages:
    def test_decode(self) -> None:
        raw = RawMessage(body=b"...")
        assert decode(raw, DEFAULT_PROFILES) == decode(raw)
        assert len(decode(raw)) == 1

    def test_clean(self) -> None:
        assert clean(decoded()) == item()
        assert item().headline == "Ferries resume between Helsinki and Tallinn"

    def test_desk(self) -> None:
        (event,) = Desk(DeskConfig()).decide(item(), NOW)
        assert (event.kind, event.cause) == (EventKind.NEW, None)
        assert Desk().decide(item()) == [event]
        desk = Desk()
        desk.decide(item())
        assert [again.kind for again in desk.decide(item())] == [EventKind.DUPLICATE]

    def test_enricher(self) -> None:
        plain = item()
        (enriched,) = Enricher(EnrichConfig()).enrich([plain])
        assert Enricher().enrich((plain, plain)) == [enriched, enriched]
        assert Enricher().enrich([]) == []
        names = {entity.name: entity.type for entity in enriched.entities}
        assert names["Marja Laine"] is EntityType.PERSON
        assert names["Helsinki"] is EntityType.PLACE

    @pytest.mark.parametrize("function", [decode, clean, Desk, Desk.decide, Enricher, read])
    def test_all_but_the_first_argument_have_defaults(self, function: object) -> None:
        parameters = [
            each
            for each in signature(function).parameters.values()  # type: ignore[arg-type]
            if each.name != "self"
        ]
        assert all(each.default is not Parameter.empty for each in parameters[1:])

    def test_a_message_without_a_position_has_one_source_however_it_comes_in(self) -> None:
        for received_at in (None, NOW):
            raw = RawMessage(body=BODY, received_at=received_at)
            (part,) = Intake().process(raw)
            (answer,) = decode(raw)
            assert isinstance(answer, Decoded)
            assert answer.source == part.source
            (event,) = read(BODY, received_at=received_at)
            assert event.source == part.source


class TestRecognisers:
    TEXT = "John Kerry a rencontré Sergueï Lavrov à Londres."

    # "fast" has no model until one is distilled.
    @pytest.mark.parametrize("name", [name for name in RECOGNISERS if name != "fast"])
    @pytest.mark.parametrize("language", ["fr", "en", "fr-CA", "EN_us"])
    def test_spans_are_code_points_of_their_paragraph(self, name: str, language: str) -> None:
        answer = load(name, language).recognise([self.TEXT, "", "Rien."])
        assert len(answer) == 3
        assert answer[1] == []
        assert all(isinstance(span, Span) for span in answer[0])
        found = {self.TEXT[span.start : span.end]: span.type for span in answer[0]}
        if name == "gazetteer":
            assert found == {"Londres": EntityType.PLACE}
        else:
            assert found["John Kerry"] is EntityType.PERSON
        assert all(0 <= span.score <= 1 for span in answer[0])
        assert load(name, language).recognise([]) == []

    @pytest.mark.parametrize("language", ["es", "zz", "und", ""])
    def test_the_gazetteer_reads_every_language(self, language: str) -> None:
        (spans,) = load("gazetteer", language).recognise([self.TEXT])
        assert [self.TEXT[span.start : span.end] for span in spans] == ["Londres"]

    @pytest.mark.parametrize("language", ["es", "zz", "und", ""])
    def test_a_language_without_a_model_names_those_that_have_one(self, language: str) -> None:
        with pytest.raises(ConfigError, match=r"no model for the language .*en, fr"):
            load("spacy", language)

    @pytest.mark.parametrize("name", ["faster", "", "SPACY"])
    @pytest.mark.parametrize("language", ["fr", "zz"])
    def test_an_unknown_name_names_those_there_are(self, name: str, language: str) -> None:
        with pytest.raises(ConfigError, match=re.escape(", ".join(RECOGNISERS))):
            load(name, language)


class TestFace:
    def test_read_takes_bytes_and_text_of_any_kind(self) -> None:
        (event,) = read(BODY)
        assert isinstance(event, WireEvent)
        assert event.kind is EventKind.NEW
        (same,) = read(BODY.decode())
        assert same == event
        (other,) = read(BODY, provider="nordwire", received_at=NOW)
        assert other.item is not None
        assert other.item.item_key.startswith("nordwire:")
        for empty in (b"", "", b"\x00\xff\xfe", "\ud800"):
            assert len(read(empty)) == 1

    def test_a_subscription_is_described_without_opening_anything(self) -> None:
        Subscription(broker="sqlite:///none.db", last=3, language="fr")
        with pytest.raises(ConfigError, match="no topic"):
            Subscription("nothing")


# What is published, name by name: a name is never changed, only added.
RECORDS: dict[type[Record], str] = {
    WireEvent: "id kind source item of story_key score reasons changes cause dead",
    Source: "id provider position sha256 part",
    Dead: "code stage detail",
    Item: "id item_key order_key alt_ids story_key provider version version_created first_created "
    "received_at language language_confidence urgency pubstatus embargoed_until genre slugline "
    "headline byline dateline paragraphs ednotes rights keywords subjects links lifecycle entities "
    "quotes dates topics kb_version content_hash audit",
    AltId: "scheme value",
    Dateline: "place date agency raw",
    Paragraph: "text kind",
    EdNote: "text publishable",
    Subject: "scheme code name",
    Link: "rel target score reason",
    Lifecycle: "kinds ordinal note",
    Entity: "id type name ids mentions count salience confidence alternates",
    Mention: "start end text via",
    Quote: "start end text speaker",
    DateMention: "start end text value",
    Topic: "scheme code name source",
    Audit: "removed edits warnings rules",
    Removed: "start end reason rule",
}


@pytest.mark.parametrize("record", RECORDS)
def test_published_records_keep_their_names(record: type[Record]) -> None:
    assert list(record.model_fields) == RECORDS[record].split()


def test_kinds_of_events_and_entities_keep_their_names() -> None:
    kinds = (
        "new update correction kill hold release reinstated duplicate reprint stale advisory "
        "rejected dead superseded kill_warning gap silence"
    )
    assert {*kinds.split()} <= {kind.value for kind in EventKind}
    assert [kind.value for kind in EntityType] == ["person", "organisation", "place", "other"]
    assert get_args(Item.model_fields["paragraphs"].annotation) == (Paragraph, ...)
