from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from schemas.item import Entity, EntityType, Item, Subject
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.topics import _mapped, default_rules, find_topics, read_rules
from streams.errors import ConfigError

MEDIA_TOPICS = Path(__file__).resolve().parents[3] / "../shared/data/iptc_mediatopics.json"
WHO = Entity(id="wireroom:1", type=EntityType.ORGANISATION, name="OMS")


def an_item(*subjects: tuple[str, str], **fields: Any) -> Item:
    return Item(
        id="a@1",
        item_key="a",
        order_key="1",
        subjects=tuple(Subject(scheme=scheme, code=code) for scheme, code in subjects),
        **fields,
    )


def topics_of(item: Item, *entities: Entity, rules: str | None = None) -> list[tuple[str, str]]:
    read = None if rules is None else read_rules(rules)
    return [(topic.code, topic.source) for topic in find_topics(item, entities, read)]


@pytest.mark.parametrize(
    ("scheme", "code", "topic"),
    [
        ("medtop", "20000062", "20000062"),
        ("medtop", "medtop:20000062", "20000062"),
        ("http://cv.iptc.org/newscodes/mediatopic/", "20000062", "20000062"),
        ("subj", "10005000", "10000000"),
        ("http://cv.iptc.org/newscodes/subjectcode/", "04000000", "04000000"),
        ("http://tt.se/spec/subref/1.0", "20001065", "20001065"),
    ],
)
def test_an_agencys_code_becomes_its_media_topic(scheme: str, code: str, topic: str) -> None:
    ((found, source),) = topics_of(an_item((scheme, code)), rules="")
    assert found == topic
    assert source.startswith("agency:")


@pytest.mark.parametrize(
    ("code", "topics"),
    [
        ("16009000", ["16000000", "20000062"]),
        ("15054000", ["15000000", "20001065"]),
        # What is below the second level belongs to it.
        ("15054001", ["15000000", "20001065"]),
        ("15000000", ["15000000"]),
        ("15999000", ["15000000"]),
    ],
)
def test_a_subject_code_gives_its_first_level_and_what_iptc_maps_it_to(
    code: str, topics: list[str]
) -> None:
    wanted = [(topic, f"agency:subj:{code}") for topic in topics]
    assert topics_of(an_item(("subj", code)), rules="") == wanted


def test_a_subject_code_says_more_where_a_rule_says_so() -> None:
    rule = '[film]\ntopic = "20000005"\ncodes = ["subj:01005000"]\n'
    assert topics_of(an_item(("subj", "01005000")), rules=rule) == [
        ("01000000", "agency:subj:01005000"),
        ("20000005", "rule:film"),
    ]


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("sttsubj", "04016028"),
        ("subj", "99000000"),
        ("subj", "economy"),
        ("subj", "٠٤٠٠٠٠٠٠"),
        ("medtop", ""),
        ("medtop", "123456789"),
        ("N2", "BACT"),
    ],
)
def test_other_codes_are_no_topic(scheme: str, code: str) -> None:
    assert topics_of(an_item((scheme, code))) == []


def test_each_topic_is_given_once_the_agencys_word_first() -> None:
    item = an_item(("anpa-category", "s"), ("subj", "15065000"), keywords=("Tennis",))
    assert topics_of(item) == [
        ("15000000", "agency:subj:15065000"),
        ("20001085", "agency:subj:15065000"),
    ]


def test_rules_hold_by_what_the_agency_declares() -> None:
    assert topics_of(an_item(("a1312cat", "f"))) == [("04000000", "rule:economy")]
    assert topics_of(an_item(slugline="Syrie-conflit-diplomatie")) == [
        ("20000639", "rule:diplomacy")
    ]
    assert topics_of(an_item(keywords=("ÉLECTIONS",))) == [("20000574", "rule:election")]


def test_a_rule_may_be_for_some_languages_only() -> None:
    slug = {"slugline": "football-results"}
    assert topics_of(an_item(**slug, language="fr-FR")) == [("20001065", "rule:soccer-football")]
    assert topics_of(an_item(**slug, language="en")) == []


def test_words_of_the_text_give_no_topic_by_themselves() -> None:
    assert topics_of(an_item(headline="Tennis: a war of nerves before the election")) == []


OWN = """
[health]
topic = "07000000"
name = "health"
entities = ["oms"]

[strike]
topic = "20000530"
headline = ["general strike", "grève générale"]
"""


def test_own_rules_hold_by_entities_and_by_words_of_the_headline() -> None:
    assert topics_of(an_item(), WHO, rules=OWN) == [("07000000", "rule:health")]
    item = an_item(headline="France: la Grève générale commence")
    assert topics_of(item, rules=OWN) == [("20000530", "rule:strike")]
    assert topics_of(an_item(headline="Grève, générale des armées"), rules=OWN) != []
    assert topics_of(an_item(headline="La grève générale-ment"), rules=OWN) != []
    assert topics_of(an_item(headline="Grèves générales"), rules=OWN) == []


def test_own_rules_come_before_the_shipped_ones() -> None:
    own = '[mine]\ntopic = "15000000"\ncodes = ["anpa-category:s"]\n'
    rules = read_rules(own, before=default_rules())
    found = find_topics(an_item(("anpa-category", "s")), (), rules)
    assert [topic.source for topic in found] == ["rule:mine"]
    config = EnrichConfig(topic_rules=rules)
    assert pickle.loads(pickle.dumps(config)) == config  # noqa: S301


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[a", "topic rules"),
        ("a = 1", "no table"),
        ('[a]\ntopic = "war"\ncodes = ["x:y"]', "8 digits"),
        ('[a]\ntopic = 16000000\ncodes = ["x:y"]', "8 digits"),
        ('[a]\ntopic = "16000000"', "holds for nothing"),
        ('[a]\ntopic = "16000000"\nlanguages = ["fr"]', "holds for nothing"),
        ('[a]\ntopic = "16000000"\nwords = ["war"]', "no rule has words"),
        ('[a]\ntopic = "16000000"\nslugs = "war"', "list of texts"),
        ('[a]\ntopic = "16000000"\nslugs = [""]', "list of texts"),
        ('[a]\ntopic = "16000000"\nname = 1\nslugs = ["war"]', "name must be a text"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_its_name(toml: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_rules(toml)


@pytest.mark.skipif(not MEDIA_TOPICS.is_file(), reason="IPTC's own table is not here")
def test_every_topic_of_a_rule_is_one_that_iptc_has() -> None:
    table = {
        key.partition(":")[2]: row
        for key, row in json.loads(MEDIA_TOPICS.read_text("utf-8")).items()
    }
    for number in range(1, 18):
        assert f"{number:02}000000" in table
    for rule in default_rules().rules:
        assert table[rule.topic]["Name (en-GB)"] == rule.name
        assert not isinstance(table[rule.topic]["RetiredDate"], str)


@pytest.mark.skipif(not MEDIA_TOPICS.is_file(), reason="IPTC's own table is not here")
def test_every_subject_code_is_mapped_as_iptc_maps_it() -> None:
    mapped = {
        (row["SubjectCode mapping"][-8:], key.partition(":")[2])
        for key, row in json.loads(MEDIA_TOPICS.read_text("utf-8")).items()
        if isinstance(row["SubjectCode mapping"], str) and not isinstance(row["RetiredDate"], str)
    }
    assert len(_mapped()) > 100
    assert set(_mapped().items()) <= mapped


def test_an_enriched_item_has_its_topics() -> None:
    item = an_item(("subj", "16009000"), headline="Damas.", language="fr")
    (enriched,) = Enricher(EnrichConfig(recogniser="gazetteer")).enrich([item])
    assert [topic.code for topic in enriched.topics] == ["16000000", "20000062"]
