"""``wireroom bench enrich``: labels are read as written, and names scored as labelled."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import orjson
import pytest
from rich.console import Console
from rich.table import Table

from schemas.item import Entity, EntityType, Item, Mention, Paragraph
from streams.bench.desk_scores import Interval
from streams.bench.enrich import EnrichReport, SetFigures, measure_enrichment, steps
from streams.bench.enrich_figures import figures
from streams.bench.enrich_folds import FoldFigures
from streams.bench.enrich_labelled import SENTENCES, LabelledSet, read_documents, read_sets
from streams.bench.enrich_links import (
    SingleWords,
    is_name_link,
    linked_share,
    name_links,
    single_words,
)
from streams.bench.enrich_process import ProcessFigures
from streams.bench.enrich_scores import Wrong, gain, name_misses, score_names
from streams.cli import main
from streams.cli.bench_enrich import report_lines, report_rows
from streams.enrich.cost import EnrichCost
from streams.errors import ConfigError
from streams.train.distil_examine import Speed
from tests.unit.enrich.fast_models import model_file

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION

NEWS = """-DOCSTART- -X- O

Anna NNP I-PER
Morel NNP I-PER
of IN O
Harbour NNP I-ORG
Board NNP I-ORG
( ( O
Northwick NNP I-LOC
) ) O
. . O

Morel NNP I-PER
met VBD O
Omar NNP I-PER
Haddad NNP B-PER
. . O

-DOCSTART- -X- O

Northwick NNP B-LOC
Games NNP B-MISC
"""


def written(path: Path, text: str) -> Path:
    body = text.encode()
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
    return path


def test_documents_are_read_as_they_are_marked(tmp_path: Path) -> None:
    first, second = read_documents(written(tmp_path / "en_news.conll.gz", NEWS))
    assert first.blocks == ("Anna Morel of Harbour Board (Northwick).", "Morel met Omar Haddad.")
    text = first.item("en").text
    assert {(text[start:end], kind) for start, end, kind in first.named()} == {
        ("Anna Morel", PERSON),
        ("Harbour Board", ORGANISATION),
        ("Northwick", PLACE),
        ("Morel", PERSON),
        ("Omar", PERSON),  # B- begins another
        ("Haddad", PERSON),
    }
    assert [span.type for span in second.spans[0]] == [PLACE, EntityType.OTHER]
    assert {kind for _, _, kind in second.named()} == {PLACE}


def test_counted_words_and_unmarked_documents_are_told_by_the_file(tmp_path: Path) -> None:
    sentence = "0\t12\tO\n1\tde\tO\n2\tLyon\tB-LOC\n\n"
    path = written(tmp_path / "fr_text.conll", sentence * (SENTENCES + 1))
    documents = list(read_documents(path))
    assert [len(document.blocks) for document in documents] == [SENTENCES, 1]
    assert documents[0].blocks[0] == "12 de Lyon"
    # Figures alone in the first column are words where they do not count.
    (plain,) = read_documents(written(tmp_path / "fr_more.conll", "0 O\n\n7 O\nLyon B-LOC\n"))
    assert plain.blocks == ("0", "7 Lyon")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna\n", r"conll:1: a line is a word and its label"),
        ("Anna I-PER\nMorel PER\n", r"conll:2"),
        ("Anna I-\n", r"conll:1"),
        ("\n\n", "holds no sentence"),
        ("-DOCSTART-\n\n", "holds no sentence"),
    ],
    ids=["no label", "no prefix", "no type", "empty", "a mark alone"],
)
def test_what_is_no_labelled_text_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        list(read_documents(written(tmp_path / "en_bad.conll", text)))


def test_a_damaged_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no labelled text"):
        read_sets(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sets(tmp_path / "none")
    (tmp_path / "en_cut.conll.gz").write_bytes(gzip.compress(NEWS.encode())[:-20])
    with pytest.raises(ConfigError, match=r"en_cut\.conll\.gz cannot be read"):
        read_sets(tmp_path)
    (tmp_path / "en_cut.conll.gz").unlink()
    written(tmp_path / "xx_latin.conll", "").write_bytes("Café O\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sets(tmp_path)


def test_sets_have_the_language_of_their_name_and_no_more_than_asked(tmp_path: Path) -> None:
    written(tmp_path / "en_news.conll", NEWS)
    written(tmp_path / "FR_b.conll.gz", NEWS)
    written(tmp_path / "README.md", "not a set")
    sets = {each.language: each for each in read_sets(tmp_path, 1)}
    assert sorted((each.name, len(each.documents)) for each in sets.values()) == [
        ("FR_b", 1),
        ("en_news", 1),
    ]


TRUE = {(0, 4, PERSON), (10, 14, PLACE), (20, 24, ORGANISATION), (30, 40, PERSON)}
FOUND = {(0, 4, PERSON), (10, 14, PERSON), (21, 24, ORGANISATION), (30, 34, PLACE), (50, 54, PLACE)}


def test_names_are_scored_whole_by_type_and_together() -> None:
    scores = score_names([(TRUE, FOUND), (TRUE, TRUE)])
    assert list(scores) == ["all", "person", "organisation", "place"]
    whole = scores["all"]
    assert (whole.names, whole.recall) == (8, 62.5)
    assert whole.precision == pytest.approx(100 * 5 / 9)
    assert whole.f1.low < whole.f1.value < whole.f1.high
    assert scores["place"].f1.value == pytest.approx(200 / 5)


def test_an_interval_is_the_same_each_time_and_narrow_where_nothing_varies() -> None:
    pairs = [(TRUE, FOUND)] * 5 + [(TRUE, TRUE)] * 5
    assert score_names(pairs) == score_names(pairs)
    certain = score_names([(TRUE, TRUE)] * 9)["all"].f1
    assert certain == Interval(100, 100, 100)
    assert score_names([(set(), set())])["all"].f1.value == 0


def test_a_gain_is_of_the_same_documents() -> None:
    worse, better = [(TRUE, FOUND), (TRUE, TRUE)], [(TRUE, TRUE), (TRUE, TRUE)]
    points = gain(better, worse)
    assert points.value == pytest.approx(100 - score_names(worse)["all"].f1.value)
    assert points.low >= 0
    assert gain(worse, worse) == Interval(0, 0, 0)


def test_each_wrong_name_is_of_one_class() -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(60))
    true = {*TRUE, (44, 48, PLACE)}
    wrong = [(each.wrong, each.start) for each in name_misses(text, (true, FOUND))]
    assert wrong == [
        (Wrong.TYPE, 10),
        (Wrong.BOUNDARY, 20),
        (Wrong.BOTH, 30),
        (Wrong.MISSED, 44),
        (Wrong.SPURIOUS, 50),
    ]
    (_, boundary, _, missed, spurious) = name_misses(text, (true, FOUND))
    assert (boundary.text, boundary.found_text) == (text[20:24], text[21:24])
    assert (missed.found, missed.found_text) == (None, "")
    assert (spurious.type, spurious.text, spurious.found) == (None, "", PLACE)
    assert not list(name_misses(text, (true, true)))


def an_entity(
    item: Item, name: str, *texts: str, kind: EntityType = PERSON, key: str = ""
) -> Entity:
    """With a mention for each text; the second of the same words is the second in the item."""
    mentions, at = [], 0
    for text in texts:
        at = item.text.index(text, at)
        mentions.append(Mention(start=at, end=at + len(text), text=text, via="model"))
        at += len(text)
    return Entity(id=key or f"wireroom:{name}", type=kind, name=name, mentions=tuple(mentions))


def enriched(document: LabelledSet, *entities: tuple[str, ...]) -> Item:
    (item,) = document.items()[:1]
    made = tuple(an_entity(item, *each) for each in entities)
    return item.model_copy(update={"entities": made})


@pytest.fixture
def news(tmp_path: Path) -> LabelledSet:
    written(tmp_path / "en_news.conll", NEWS)
    (labelled,) = read_sets(tmp_path, 1)
    return labelled


def test_a_word_alone_is_right_where_only_one_person_bears_it(news: LabelledSet) -> None:
    item = enriched(news, ("Anna Morel", "Anna Morel", "Morel"), ("Omar", "Omar"))
    assert single_words(news.documents, [item]) == SingleWords(labelled=3, resolved=1, right=1)
    wrong = enriched(news, ("Lucie Morel", "Morel", "Omar"))
    assert single_words(news.documents, [wrong]) == SingleWords(labelled=3, resolved=2, right=0)
    assert SingleWords(labelled=3, resolved=2, right=1).precision == 50
    assert SingleWords(labelled=4, resolved=2, right=1).coverage == 25
    assert SingleWords(0, 0, 0).precision == 0


def test_name_links_come_once_a_document_and_listed_ones_once_in_all(news: LabelledSet) -> None:
    item = enriched(news, ("Anna Morel", "Anna Morel", "Morel"), ("Omar", "Omar"))
    board = an_entity(item, "Board", "Harbour Board", kind=ORGANISATION, key="wireroom:org/board")
    item = item.model_copy(update={"entities": (*item.entities, board)})
    links = [(each.document, each.mention.text) for each in name_links([item, item])]
    assert links == [(0, "Harbour Board"), (0, "Morel"), (1, "Morel")]
    assert not is_name_link(item.entities[1], "OMAR")


def test_the_share_of_places_linked_is_of_all_labelled() -> None:
    assert linked_share([{(0, 4): None}, {}]) == (0.0, 1)
    assert linked_share([]) == (0.0, 0)


def a_report(*, misses: bool = True) -> EnrichReport:
    scores = {"spacy alone": score_names([(TRUE, FOUND)]), "default": score_names([(TRUE, TRUE)])}
    points, speed = Interval(3.5, 2.5, 4.5), Speed(350.0, 20.0, 150.0, 18.0)
    text = "x" * 60
    wrong = tuple((7, miss) for miss in name_misses(text, (TRUE, FOUND))) if misses else ()
    return EnrichReport(
        costs={"a.txt": EnrichCost(20, 0.02, 0.02, 0.05, 1.1, 2.4)},
        sets=(
            SetFigures(
                "en_news", "en", 12, scores, "spacy alone", points, SingleWords(9, 8, 7),
                (91.0, 40), wrong,
            ),
        ),
        speeds={"en_news": speed},
        folds=(
            FoldFigures(
                "en_news", "en", 2, scores, {"spacy alone": (20.0, 24.0), "default": (70.0, 72.0)},
                Interval(9.0, 8.0, 10.0), Interval(-1.5, -3.0, 0.0), speed,
            ),
        ),
        process=ProcessFigures(9.0, 5.5, 450_000_000, 610_000_000, 30),
    )  # fmt: skip


def test_figures_stand_beside_the_budgets() -> None:
    told = {
        (of, one.name): one.verdict for of, every in figures(a_report()).items() for one in every
    }
    assert told["a.txt", "stage against bare trimmed spaCy"] == "met"
    assert told["en_news", "F1 above spacy alone"] == "met"
    assert told["en_news", "single words, the right person"] == "short"
    assert told["en_news", "places linked"] == "short"
    assert told["en_news", "fast recogniser"] == "met"
    assert told["2 folds of en_news", "from labels, F1 above spaCy's, alone"] == "short"
    assert told["2 folds of en_news", "distilled, F1 above its teacher's"] == "met"
    assert told["a pool process", "memory, all loaded"] == "met"
    assert told["a pool process", "memory after 30 items"] == "short"


def test_programs_get_rows_of_every_table() -> None:
    report = a_report()
    rows = list(report_rows(report, figures(report), with_misses=True))
    assert {row["table"] for row in rows} == {"figures", "names", "folds", "misses"}
    by_fold = [row["by_fold"] for row in rows if row["table"] == "folds" and "by_fold" in row]
    assert by_fold == [(20.0, 24.0), (70.0, 72.0)]
    misses = [row for row in rows if row["table"] == "misses"]
    assert [row["wrong"] for row in misses] == ["type", "boundary", "boundary and type", "spurious"]
    assert orjson.loads(orjson.dumps(misses[0]))["document"] == 7
    assert not [
        row
        for row in report_rows(report, figures(report), with_misses=False)
        if row["table"] == "misses"
    ]


def test_people_get_tables_that_fit_a_terminal() -> None:
    report = a_report()
    console = Console(width=80, record=True, file=sys.stderr)
    for line in report_lines(report, figures(report), with_misses=True):
        assert isinstance(line, (str, Table))
        console.print(line, markup=False)
    shown = console.export_text()
    for words in (
        "a.txt",
        "at least",
        "en_news, 12 documents",
        "fold by fold 70.0, 72.0",
        "4 wrong",
    ):
        assert words in shown
    assert "7:10-14 type: place 'xxxx' -> person 'xxxx'" in shown


def run(*arguments: str) -> int:
    return main(["bench", "enrich", *arguments])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--misses",), "need --ner"),
        (("--folds", "2"), "need --ner"),
        (("--archive", "a.jsonl"), "give --folds"),
        (("--ner", "none"), "cannot be read"),
        (("--model", "none.model"), "cannot read the model"),
        (("--sample", "none.txt"), "none.txt"),
        (("--pairs", "x"), "--pairs"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else None,
)
def test_the_command_says_what_it_lacks(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert words in capsys.readouterr().err


def a_set(documents: int) -> str:
    """Labelled sentences of ours, each of other people."""
    towns, text = ("Lyon", "Oslo", "Turin", "Gand"), ""
    for number in range(documents):
        town = towns[number % len(towns)]
        text += "-DOCSTART- O\n\nLe O\nministre O\nAnna B-PER\nMorel I-PER\nest O\nà O\n"
        text += f"{town} B-LOC\n, O\nselon O\nAlpha B-ORG\nSA I-ORG\n. O\n\nMorel B-PER\nrit O\n\n"
    return text


SAMPLE = """Titre de la dépêche du jour

Le gouvernement réunit mardi la commission du budget à Paris, selon le ministre Anna Morel.

Le maire Omar Haddad est arrivé mercredi à Lyon. M. Haddad doit parler devant la presse.
"""


@pytest.mark.timeout(300)  # loads French models in two processes and trains four small ones
def test_all_is_measured_in_one_call(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    written(ours / "fr_ours.conll", a_set(4))
    sample, rows = written(tmp_path / "sample.txt", SAMPLE), tmp_path / "rows.jsonl"
    archive = tmp_path / "archive.jsonl"
    archive.write_bytes(b"".join(orjson.dumps({"body": SAMPLE + str(n)}) + b"\n" for n in range(9)))
    arguments = ["--ner", ours, "--sample", sample, "--model", model_file(tmp_path), "--folds", 2]
    arguments += ["--archive", archive, "--documents", 3]
    assert run(*map(str, arguments), "--misses", "-o", str(rows)) == 0
    told = [orjson.loads(line) for line in rows.read_bytes().splitlines()]
    figure = {(row["of"], row["name"]): row for row in told if row["table"] == "figures"}
    assert dict.fromkeys(of for of, _ in figure) == dict.fromkeys(
        ["sample.txt", "fr_ours", "2 folds of fr_ours", "a pool process"]
    )
    assert figure["sample.txt", "stage against bare trimmed spaCy"]["value"] > 0.1
    assert figure["fr_ours", "fast recogniser"]["value"] > 0
    assert (figure["fr_ours", "places linked"]["value"]) == 100
    assert figure["fr_ours", "places linked"]["note"] == "of 4 labelled"
    loaded, worked = (
        figure["a pool process", f"memory{when}"]["value"]
        for when in (", all loaded", " after 5 items")
    )
    assert 100 < loaded <= worked * 1.1
    names = {row["method"]: row for row in told if row["table"] == "names" and row["type"] == "all"}
    assert list(names) == [
        "spacy alone", "gazetteer alone", "default, with rules", "fast alone", "fast, with rules",
    ]  # fmt: skip
    assert names["default, with rules"]["f1"] > 60
    folds = {row["method"]: row for row in told if row["table"] == "folds" and row["type"] == "all"}
    assert all(len(row["by_fold"]) == 2 for row in folds.values())
    assert folds["fast from labels, alone"]["names"] == 16
    distilled = figure["2 folds of fr_ours", "distilled, F1 above its teacher's"]
    assert distilled["note"].endswith("; 3 of the archive")


def test_every_part_is_a_step_of_the_progress(tmp_path: Path) -> None:
    for name in ("fr_ours.conll", "es_ours.conll"):
        written(tmp_path / name, a_set(4))
    sets = read_sets(tmp_path)
    # Messages, French cost, two sets, two French folds (Spanish has no teacher), the process.
    assert steps(sets, {}, 2) == 1 + 1 + 2 + 2 + 1
    assert steps(sets, {"fr": tmp_path}, 0) == 1 + 1 + 2 + 1 + 1
    assert steps(sets, {}, 5) == 1 + 1 + 2 + 1  # more folds than documents


def test_text_in_no_language_with_a_model_is_refused() -> None:
    item = Item(
        id="a@1", item_key="a", order_key="1", language="es", paragraphs=(Paragraph(text="Hola."),)
    )
    with pytest.raises(ConfigError, match=r"a\.txt has no text in a language"):
        measure_enrichment("a.txt", [item])
