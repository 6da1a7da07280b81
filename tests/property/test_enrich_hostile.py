"""What a feed may throw at enrichment: the item always comes out, with bounded work and true spans.

Work is counted (what a model is given, calls made), never timed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.item import Item, Paragraph, Subject
from schemas.kb import KbAlias, KbEntity
from schemas.topics import TopicName
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.kb import EMPTY, Overlay, overlay_of
from streams.enrich.recognise import RECOGNISERS, Recogniser, Span, primary_language
from streams.log.outgoing import Outgoing
from streams.pipeline import EnrichStage
from tests.property.hostile_items import calls
from tests.unit.enrich.fast_models import model_file

pytestmark = pytest.mark.timeout(120)

DAY = datetime(2026, 3, 2, tzinfo=UTC)
PLAIN = "Le ministre Anna Morel est arrivé mardi à Lyon, selon Alpha SA. "
LIMITS = EnrichConfig()
NO_MODEL = re.compile(r"enrich-no-model:[a-z]{2,8}")
TOO_LONG = "enrich-too-long"
TOO_MANY = "enrich-too-many-names"
TOO_MANY_QUOTES = "enrich-too-many-quotes"
TOO_MANY_DATES = "enrich-too-many-dates"


def an_item(*paragraphs: str, headline: str | None = None, language: str | None = "fr") -> Item:
    return Item(
        id="a@1",
        item_key="a",
        order_key="1",
        language=language,
        headline=headline,
        version_created=DAY,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
    )


# Each with the warnings that it must get whatever recognises.
HOSTILE: Mapping[str, tuple[Item, set[str]]] = {
    "empty": (an_item(""), set()),
    "spaces": (an_item("\u00a0 \u2028\t" * 5_000), set()),
    "a megabyte in a paragraph": (an_item(PLAIN * 16_000), {TOO_LONG, TOO_MANY_DATES}),
    "a megabyte in a headline": (an_item("x", headline="Lyon " * 200_000), {TOO_LONG}),
    "a megabyte of paragraphs": (
        an_item(*(f"{PLAIN * 9}Num {n}." for n in range(1_750))),
        {TOO_LONG, TOO_MANY_DATES},
    ),
    "ten thousand paragraphs": (
        an_item(*(f"Alinéa {n} de Lyon." for n in range(10_000))),
        set(),
    ),
    "twenty thousand empty ones": (an_item(*[""] * 20_000, "Lyon."), set()),
    "a token of a megabyte": (an_item("x" * 1_000_000, "M. Dupont est à Lyon."), {TOO_LONG}),
    "tokens of a paragraph": (an_item(*["A" * 19_999] * 9), set()),
    "capitals": (an_item((PLAIN * 200).upper(), headline="LE MINISTRE À LYON"), set()),
    "a table": (an_item("\n".join(f"Lyon\t{n}\t3-1\tParis FC" for n in range(500))), set()),
    "rows": (an_item(*[f"| a | {n},4 | Lyon |" for n in range(1_500)]), set()),
    "no language": (an_item(PLAIN * 20, language=None), set()),
    "an invented language": (an_item(PLAIN, language="\x00-\ud800" * 3), set()),
    "a language of a megabyte": (an_item(PLAIN, language="x" * 1_000_000), set()),
    "the wrong language": (an_item("中国新闻社北京三月二日电。" * 700, language="fr"), set()),
    "mixed languages": (an_item(PLAIN + "He left. Он ушёл. هو غادر. 他走了。" * 200), set()),
    "five thousand names": (
        an_item(*(", ".join(f"Zorg{n}a Vant{n}o" for n in range(k, k + 50))
                  for k in range(0, 5_100, 50))),
        set(),
    ),
    "lone surrogates": (an_item("\ud800" * 9_000 + " M. \udc00Dupont est à Lyon."), set()),
    "controls": (an_item("\x00\x1b[31m\u202eM. Dupont\u202c est à\x00 Lyon.\u2066" * 90), set()),
    "stacked accents": (an_item("e" + "\u0301" * 19_000, "Lyon."), set()),
    "100,000 quotation marks": (an_item(*['"' * 10_000] * 10), {TOO_LONG}),
    "spaced quotation marks": (an_item(*['" a ' * 4_900] * 10), {TOO_LONG}),
    "nested quotations": (an_item("« un deux trois " * 600 + "» " * 600), set()),
    "unclosed quotations": (an_item(*["« Nous partons de bon matin"] * 900), {TOO_MANY_QUOTES}),
    "quotations": (an_item(*['"un deux trois", a dit M. Dupont, ' * 500] * 3), {TOO_MANY_QUOTES}),
    "dates that are none": (
        an_item("31-31-31, le 31 février, 0000-00-00, l'an 0, 9999-99-99, le 99 mars. " * 200),
        set(),
    ),
    "a million dates": (an_item(*["le 3 mars, " * 1_800] * 560), {TOO_LONG, TOO_MANY_DATES}),
    "weekdays": (an_item("lundi mardi " * 1_600), {TOO_MANY_DATES}),
    "acronyms": (an_item("Alpha Beta (AB) ABC " * 900), set()),
    "titles": (an_item("MM. A, B, C et " * 1_300), set()),
    "apostrophes": (an_item("l'" * 9_900), set()),
    "stops": (an_item(". " * 9_900), set()),
    "subjects": (
        an_item(PLAIN).model_copy(
            update={
                "subjects": tuple(
                    Subject(scheme="subj", code=f"{n:08}") for n in range(20_000)
                ),
                "keywords": tuple(f"mot {n}" for n in range(20_000)),
                "slugline": "-/_ " * 50_000,
            }
        ),
        set(),
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=RECOGNISERS)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> EnrichStage:
    models = {}
    if request.param in {"fast", "chain"}:
        models = {"fr": model_file(tmp_path_factory.mktemp("models"))}
    return EnrichStage(EnrichConfig(recogniser=request.param, models=models))


@pytest.mark.parametrize("name", HOSTILE)
def test_the_item_comes_out_whole_with_what_was_found(stage: EnrichStage, name: str) -> None:
    item, warnings = HOSTILE[name]
    (enriched,) = stage.enrich([item])
    told = {each for each in enriched.audit.warnings if not NO_MODEL.fullmatch(each)}
    # What a recogniser takes for names is its own; a crash is nobody's.
    assert warnings <= told <= {*warnings, TOO_MANY}
    assert (
        enriched.model_copy(
            update={
                **{name: getattr(item, name) for name in ("entities", "quotes", "dates", "topics")},
                "kb_version": item.kb_version,
                "audit": item.audit,
            }
        )
        == item
    )
    assert_true(enriched)


def assert_true(item: Item) -> None:
    """Every span is of the text, and there are no more of a kind than one item's share."""
    text = item.text
    mentions = [mention for entity in item.entities for mention in entity.mentions]
    assert len(mentions) <= LIMITS.max_item_names
    assert len(item.quotes) <= 500
    assert len(item.dates) <= 500
    assert len(item.topics) <= 100
    for each in (*mentions, *item.quotes, *item.dates):
        assert text[each.start : each.end] == each.text
    ids = {entity.id for entity in item.entities}
    assert len(ids) == len(item.entities)
    assert all(quote.speaker is None or quote.speaker in ids for quote in item.quotes)


def test_neighbours_of_what_is_hostile_come_out_as_if_alone(stage: EnrichStage) -> None:
    plain = an_item(PLAIN * 3, headline="Anna Morel à Lyon")
    alone = stage.enrich([plain])
    items = [item for item, _ in HOSTILE.values()][:3]
    mixed = [each for item in items for each in (item, plain)]
    assert stage.enrich(mixed)[1::2] == alone * len(items)


def test_records_that_hold_what_is_hostile_come_out_for_the_topic(stage: EnrichStage) -> None:
    items = [HOSTILE[name][0] for name in ("a megabyte in a paragraph", "controls", "weekdays")]
    values = [*(encode(item) for item in items), b"", b"\xff", b"[" * 100_000, b"{}", None]
    records = [Outgoing(TopicName.ITEMS, b"k", value, ()) for value in values]
    done = stage.process(records)
    assert [answer.item is not None for answer in done] == [True] * 3 + [False] * 5
    assert [answer.record.value for answer in done[3:]] == values[3:]


class Counting:
    """A recogniser that finds nothing, and remembers what it was given."""

    name, language, version = "spacy", "fr", "counting"

    def __init__(self) -> None:
        self.given: list[str] = []

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        self.given.extend(paragraphs)
        return [[] for _ in paragraphs]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_model_is_given_no_more_than_the_budget(name: str) -> None:
    item, _ = HOSTILE[name]
    counting: Recogniser = Counting()
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    enricher._recognisers[primary_language(item.language)] = counting
    (enriched,) = enricher.enrich([item])
    assert_true(enriched)
    given = counting.given  # type: ignore[attr-defined]
    assert max(map(len, given), default=0) <= LIMITS.max_paragraph_chars
    assert sum(map(len, given)) <= LIMITS.max_item_chars
    assert sum(len(re.findall(r"\w+|[^\w\s]", text)) for text in given) <= LIMITS.max_item_tokens
    whole = item.text
    assert all(text in whole for text in given)


# From half a budget to beyond it: (a text of n parts, n).
GROWING: Mapping[str, tuple[Callable[[int], Item], int]] = {
    "paragraphs": (lambda n: an_item(*[f"Alinéa {k} de Lyon." for k in range(n)]), 1_000),
    "names": (
        lambda n: an_item(*[f"M. Zorg{k} Vanto et Zorg{k % 9} Ilo." for k in range(n)]),
        400,
    ),
    "surnames": (lambda n: an_item("Anna Morel. " + "Morel à Lyon. " * n), 600),
    "quotations": (lambda n: an_item('M. Roux a dit "un deux trois quatre". ' * n), 120),
    "quotation marks": (lambda n: an_item("« " * n), 4_000),
    "pronouns": (lambda n: an_item('"Un deux trois quatre", a-t-il dit. Anna Roux. ' * n), 120),
    "dates": (lambda n: an_item("du 28 février au 2 mars 2014, mardi, hier. " * n), 100),
    "acronyms": (lambda n: an_item(" ".join(f"Alpha Beta{k} (AB{k})" for k in range(n))), 300),
}


@pytest.mark.parametrize("name", GROWING)
def test_twice_as_much_text_takes_about_twice_as_many_calls(name: str) -> None:
    make, size = GROWING[name]
    enricher = Enricher(EnrichConfig(recogniser="gazetteer", cached_paragraphs=0))
    enricher.enrich([make(2 * size)])  # what is read and remembered once
    once, twice = make(size), make(2 * size)
    assert calls(lambda: enricher.enrich([twice])) < 2.5 * calls(lambda: enricher.enrich([once]))


def test_beyond_the_budget_a_text_costs_little_more() -> None:
    enricher = Enricher(EnrichConfig(recogniser="gazetteer", cached_paragraphs=0))
    full, tenfold = (an_item(*[PLAIN * 9] * n) for n in (350, 3_500))
    enricher.enrich([full])
    work = calls(lambda: enricher.enrich([full]))
    # A block for each paragraph is made and passed over.
    assert calls(lambda: enricher.enrich([tenfold])) < work + 3_500 * 20


BEARERS = [
    KbEntity(
        id=f"x:{number}",
        type="person",
        names={"mul": f"Bearer {number}"},
        # Every one is said to be the next one, the last one the first: a loop of them all.
        same_as=f"x:{(number + 1) % 5_000}",
    )
    for number in range(5_000)
]
SHARED = [KbAlias(alias="Quenby", entity=entity.id, prior=0.5) for entity in BEARERS]


@pytest.fixture(scope="module")
def crowded() -> Overlay:
    return overlay_of([*BEARERS, *SHARED])


def test_a_name_that_five_thousand_bear_costs_a_mention_no_more(crowded: Overlay) -> None:
    few = overlay_of([*BEARERS[:3], *SHARED[:3]])
    item = an_item(*["Quenby est à Lyon avec Quenby. " * 10] * 40)
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    for overlay in (crowded, few):
        (enriched,) = enricher.enrich([item], overlay)
        assert [each.count for each in enriched.entities if each.name != "Lyon"] == [800]
        assert_true(enriched)
    many, least = (
        calls(lambda overlay=overlay: enricher.enrich([item], overlay))
        for overlay in (crowded, few)
    )
    # Each mention may look at 64 meanings.
    assert many < least + 800 * 64 * 8


def test_a_loop_in_the_knowledge_base_ends_in_one_entity(crowded: Overlay) -> None:
    item = an_item("Bearer 7 a vu Quenby. Quenby est partie.")
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    first, again = (enricher.enrich([item], overlay)[0] for overlay in (crowded, crowded))
    assert first == again
    assert_true(first)
    pair = overlay_of(
        [
            BEARERS[0].model_copy(update={"same_as": "x:1"}),
            BEARERS[1].model_copy(update={"same_as": "x:0"}),
        ]
    )
    (enriched,) = enricher.enrich([an_item("Bearer 0 a vu Bearer 1.")], pair)
    assert [(each.id, each.count) for each in enriched.entities] == [("x:0", 2)]


@pytest.mark.parametrize("name", ["empty", "controls", "lone surrogates", "a table", "titles"])
def test_a_crowded_knowledge_base_reads_what_is_hostile(crowded: Overlay, name: str) -> None:
    enricher = Enricher(EnrichConfig(recogniser="gazetteer"))
    for overlay in (EMPTY, crowded):
        assert_true(enricher.enrich([HOSTILE[name][0]], overlay)[0])


def test_a_file_of_a_model_for_another_language_is_said_not_survived(tmp_path: Path) -> None:
    models = {"en": model_file(tmp_path)}
    stage = EnrichStage(EnrichConfig(recogniser="fast", models=models))
    (enriched,) = stage.enrich([an_item("Anna Morel is in Lyon.", language="en")])
    assert enriched.audit.warnings == ("enrich-crashed:ModelFileError",)
