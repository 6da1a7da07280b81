"""The overlay of the knowledge base: what it finds, its version, and what it does to entities."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from schemas.item import Entity, Item, Paragraph
from schemas.kb import KbAlias, KbEntity, LinkStatus
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.kb import EMPTY, Overlay, key_of, overlay_of
from streams.enrich.kb.editing import entity_id

ANNA = KbEntity(id="wikidata:Q1000001", type="person", names={"mul": "Zyra Quenby"})
OTHER = KbEntity(id="wikidata:Q1000002", type="person", names={"mul": "Bodo Quenby"})
ISSO = KbEntity(id="x:isso", type="organisation", names={"mul": "Inner Sea Salt Office"})


def alias(name: str, entity: str = ANNA.id, **more: object) -> KbAlias:
    return KbAlias.model_validate({"alias": name, "entity": entity, **more})


def found(overlay: Overlay, text: str, language: str = "en", day: date | None = None) -> list[str]:
    return [text[each.start : each.end] for each in overlay.find(text, language, day)]


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("Quenby", "Then Quenby spoke.", ["Quenby"]),
        ("Quenby", "THEN QUENBY SPOKE.", ["QUENBY"]),
        ("Quenby", "a quenby is a fish", []),
        ("Zyra von Quenby", "ZYRA VON QUENBY left", ["ZYRA VON QUENBY"]),
        ("Zyra von Quenby", "Zyra. Von Quenby left", ["Zyra. Von Quenby"]),
        ("Zyra von Quenby", "Zyra, von Quenby", []),
        ("ISSO", "The ISSO met. Isso is a town.", ["ISSO"]),
        ("ISSO", "THE ISSO MET", []),
        ("I.S.S.O.", "The I.S.S.O. met", ["I.S.S.O."]),
        ("Port & Pier", "At Port & Pier today", ["Port & Pier"]),
        ("O'Quenby", "Ms O’Quenby left", ["O’Quenby"]),
        ("al-quenby", "the al-quenby group", ["al-quenby"]),
        ("Каменев", "Вчера Каменев сказал", ["Каменев"]),
    ],
)
def test_a_name_is_found_as_it_is_written(name: str, text: str, names: list[str]) -> None:
    assert found(overlay_of([ISSO, alias(name, ISSO.id)]), text) == names


def test_the_longest_name_at_a_word_is_taken() -> None:
    overlay = overlay_of([ANNA, ISSO, alias("Zyra Quenby Institute", ISSO.id)])
    (match,) = overlay.find("The Zyra Quenby Institute opened", "en")
    assert match.entity == ISSO


def test_a_name_holds_in_its_language_and_its_time() -> None:
    entity = ISSO.model_copy(
        update={"valid_from": date(2020, 1, 1), "valid_to": date(2020, 12, 31)}
    )
    overlay = overlay_of([entity, alias("Salzamt", entity.id, language="de")])
    assert found(overlay, "Das Salzamt tagt", "de")
    assert not found(overlay, "The Salzamt met", "en")
    assert found(overlay, "Das Salzamt tagt", "de", date(2020, 12, 31))
    assert not found(overlay, "Das Salzamt tagt", "de", date(2021, 1, 1))


def test_confirmed_comes_first_then_the_likelier_and_the_others_are_told() -> None:
    records = [ANNA, OTHER, alias("Quenby", prior=0.6), alias("Quenby", OTHER.id, prior=0.2)]
    (match,) = overlay_of(records).find("Quenby spoke", "en")
    assert (match.entity, match.others) == (ANNA, ((OTHER, 0.25),))
    assert match.confidence == pytest.approx(0.87 * 0.75, abs=0.001)
    records.append(alias("Quenby", OTHER.id, prior=0.2, status="confirmed"))
    (match,) = overlay_of(records).find("Quenby spoke", "en")
    assert (match.entity, match.confidence) == (OTHER, 0.99)


def test_what_is_rejected_or_whose_entity_is_unknown_is_not_found() -> None:
    assert not found(overlay_of([ANNA, alias("Zyra Quenby", status="rejected")]), "Zyra Quenby")
    dangling = overlay_of([alias("Quenby")])
    assert not found(dangling, "Quenby spoke")
    # After compaction an entity that was edited stands behind its aliases.
    assert found(dangling.updated([(key_of(ANNA), ANNA)]), "Quenby spoke") == ["Quenby"]


def test_the_version_is_of_the_content_not_of_its_history() -> None:
    records = [ANNA, OTHER, ISSO, alias("Quenby"), alias("Quenby", OTHER.id)]
    versions = {overlay_of(order).version for order in itertools.permutations(records)}
    assert len(versions) == 1
    overlay = overlay_of(records)
    changed = alias("Quenby", status="confirmed")
    edited = overlay.updated([(key_of(changed), changed)])
    assert edited.version not in versions
    back = edited.updated([(key_of(changed), alias("Quenby"))])
    assert back.version in versions
    emptied = back.updated([(key_of(record), None) for record in records])
    assert emptied.version == EMPTY.version == "0"
    assert overlay.version in versions, "an overlay never changes"


def test_removing_what_was_never_there_is_nothing() -> None:
    overlay = overlay_of([ANNA])
    assert overlay.updated([(b"alias:mul:nobody:x:1", None)]).version == overlay.version


@pytest.mark.parametrize("size", [1, 2, 3, 17, 40])
def test_a_loop_of_same_as_ends(size: int) -> None:
    ids = [f"x:{number:02}" for number in range(size)]
    loop = [
        ISSO.model_copy(update={"id": one, "same_as": ids[(number + 1) % size]})
        for number, one in enumerate(ids)
    ]
    overlay = overlay_of(loop)
    assert all(overlay.entity(one) for one in ids)
    if size <= 16:
        assert {overlay.canonical(one) for one in ids} == {"x:00"}


@pytest.fixture(scope="module")
def bare() -> Enricher:
    return Enricher(EnrichConfig(recogniser="gazetteer"))


class TestInItems:
    """With the gazetteer, that no model's guess is needed."""

    @staticmethod
    def item(*paragraphs: str, headline: str | None = None) -> Item:
        return Item(
            id="a@1",
            item_key="a",
            order_key="1",
            language="en",
            version_created=datetime(2026, 3, 2, tzinfo=UTC),
            headline=headline,
            paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
        )

    def entities(
        self, enricher: Enricher, item: Item, records: Sequence[KbEntity | KbAlias]
    ) -> dict[str, Entity]:
        (answer,) = enricher.enrich([item], overlay_of(records))
        assert answer.kb_version == overlay_of(records).version
        for entity in answer.entities:
            assert entity.count == len(entity.mentions)
            for mention in entity.mentions:
                assert item.text[mention.start : mention.end] == mention.text
        return {entity.id: entity for entity in answer.entities}

    def test_an_unknown_name_is_linked_and_its_surname_with_it(self, bare: Enricher) -> None:
        item = self.item("Zyra Quenby spoke.", "Then Quenby left.", headline="Quenby to go")
        found = self.entities(bare, item, [ANNA, alias("Quenby")])
        assert [mention.text for mention in found[ANNA.id].mentions] == [
            "Quenby",
            "Zyra Quenby",
            "Quenby",
        ]
        assert found[ANNA.id].ids == {"wikidata": "Q1000001"}

    def test_an_id_without_a_link_is_the_one_items_had_already(self, enricher: Enricher) -> None:
        item = self.item("The mayor, Mr. Bodo Quenby, opened the bridge on Monday.")
        (before,) = enricher.enrich([item])
        identity = entity_id(ANNA.type, "Bodo Quenby")
        assert identity in {entity.id for entity in before.entities}

    def test_a_place_known_by_another_name_is_one_entity(self, bare: Enricher) -> None:
        place = KbEntity(id="geonames:2643743", type="place", names={"en": "London"})
        item = self.item("Rain fell in London.", "The Old Smoke was wet.")
        found = self.entities(bare, item, [place, alias("Old Smoke", place.id)])
        assert list(found) == [place.id]
        assert [mention.text for mention in found[place.id].mentions] == ["London", "Old Smoke"]
        assert found[place.id].ids["geonames"] == "2643743"

    def test_a_rejected_link_to_a_place_of_the_base_is_taken_away(self, bare: Enricher) -> None:
        item = self.item("Rain fell in London.")
        rejected = alias("London", "geonames:2643743", status=LinkStatus.REJECTED)
        (entity,) = self.entities(bare, item, [rejected]).values()
        assert entity.id.startswith("wireroom:")
        assert entity.ids == {}
        assert entity.confidence <= 0.5

    def test_a_longer_name_of_somebody_else_stays(self, enricher: Enricher) -> None:
        item = self.item("The mayor, Mr. Bodo Quenby, opened the bridge. Quenby smiled.")
        found = self.entities(enricher, item, [ANNA, alias("Quenby")])
        assert ANNA.id not in found

    def test_same_as_gives_the_entity_its_new_id(self, bare: Enricher) -> None:
        old = ISSO.model_copy(update={"same_as": ANNA.id})
        found = self.entities(bare, self.item("The Inner Sea Salt Office met."), [old, ANNA])
        assert list(found) == [ANNA.id]

    def test_an_empty_knowledge_base_changes_nothing(self, bare: Enricher) -> None:
        item = self.item("Rain fell in London.")
        assert bare.enrich([item]) == bare.enrich([item], overlay_of([]))

    def test_no_result_depends_on_the_batch(self, bare: Enricher) -> None:
        items = [self.item(f"Zyra Quenby met Mr. Stone {number}.") for number in range(3)]
        overlay = overlay_of([ANNA])
        together = bare.enrich(items, overlay)
        assert together == [bare.enrich([item], overlay)[0] for item in items]
