from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from schemas.item import EntityType, Item, Paragraph
from streams.cli import main
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.recognise import Span
from streams.enrich.recognise.fast.labels import LABELS, OUTSIDE, allowed, ends, starts
from streams.enrich.recognise.fast.network import Network
from streams.enrich.recognise.fast.tokens import tokenise
from streams.errors import ConfigError
from streams.train.distil import Document, Lessons, Teacher, learn, split
from streams.train.distil_examine import score
from streams.train.distil_network import Example, train
from streams.train.distil_sequence import slopes, slopes_alone
from tests.unit.enrich.fast_models import SCHEDULE, model_file, sentences, small_model

PERSON, PLACE, OTHER = EntityType.PERSON, EntityType.PLACE, EntityType.OTHER


def document(number: int, day: int | None, *, text: str = "", key: str = "") -> Document:
    text = text or f"Texte numéro {number}."
    at = date(2026, 1, day) if day else None
    return Document(key or f"item{number}", at, None, (text,), ((),))


def test_the_newest_days_are_held_out_whole() -> None:
    days = [1] * 40 + [2] * 40 + [3] * 20
    parts = split([document(number, day) for number, day in enumerate(days)][::-1])
    assert {each.day.day for each in parts.learned if each.day} == {1, 2}
    assert len(parts.held_out) == 20


def test_an_archive_of_one_day_or_none_is_parted_at_its_last_tenth() -> None:
    for day in (1, None):
        parts = split([document(number, day) for number in range(100)])
        assert (len(parts.learned), len(parts.held_out)) == (90, 10)
        assert parts.held_out[-1].key == "item99"


def test_what_was_learned_from_is_not_held_out_again() -> None:
    learned = [document(number, 1) for number in range(90)]
    newest = [document(number, 2) for number in range(90, 98)]
    again = [document(98, 2, key="item5"), document(99, 2, text="Texte numéro 7.")]
    parts = split([*learned, *newest, *again])
    assert [each.key for each in parts.held_out] == [each.key for each in newest]


def test_too_few_documents_are_refused() -> None:
    with pytest.raises(ConfigError, match="49 documents"):
        split([document(number, 1) for number in range(49)])


def test_the_teacher_labels_with_the_rules_of_the_whole_stage() -> None:
    item = Item(
        id="a@1",
        item_key="a",
        order_key="1",
        language="fr",
        headline="Kerry à Londres",
        paragraphs=(
            Paragraph(text="Le secrétaire d'Etat John Kerry est arrivé à Londres."),
            Paragraph(text="M. Kerry a rencontré des journalistes."),
        ),
    )
    (labelled,) = Teacher("fr").label([item, item.model_copy(update={"language": "en"})])
    named = [
        {(text[span.start : span.end], span.type) for span in spans if span.type is not OTHER}
        for text, spans in zip(labelled.blocks, labelled.spans, strict=True)
    ]
    assert ("Kerry", PERSON) in named[0]
    assert {("John Kerry", PERSON), ("Londres", PLACE)} <= named[1]
    assert ("Kerry", PERSON) in named[2]
    assert labelled.item("fr").text == item.text
    assert {item.text[start:end] for start, end, _ in labelled.named()} >= {"John Kerry", "Kerry"}


def test_a_language_without_a_spacy_model_has_no_teacher() -> None:
    with pytest.raises(ConfigError, match="no teacher for 'es'"):
        Teacher("es")


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    one, same, other = small_model(), learn("fr", sentences(), SCHEDULE), small_model(7)
    assert np.array_equal(one.weights.embeddings, same.weights.embeddings)
    assert np.array_equal(one.weights.first, same.weights.first)
    assert not np.array_equal(one.weights.first, other.weights.first)


def test_a_paragraph_that_comes_again_is_learned_once() -> None:
    lessons = Lessons()
    for _ in range(3):
        lessons.add("Anna est à Lyon.", [Span(0, 4, PERSON, 1.0)])
    assert len(lessons.examples) == 1
    assert lessons.words == ["Anna", "est", "à", "Lyon", "."]
    lessons.add(" \n", [])
    assert lessons.tokens == 5


def test_some_paragraphs_are_learned_in_capitals_too() -> None:
    lessons = Lessons()
    for number in range(400):
        lessons.add(f"Anna voit Lyon{number}", [Span(0, 4, PERSON, 1.0)])
    capitals = [each for each in lessons.examples if lessons.words[each.words[0]] == "ANNA"]
    assert 5 < len(capitals) < 60
    assert all(each.labels.tolist() == lessons.examples[0].labels.tolist() for each in capitals)


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(ConfigError, match="nothing to learn from"):
        learn("fr", [("", [])], SCHEDULE)


def test_a_paragraph_of_any_length_can_be_learned_from() -> None:
    words = ["a", "b"]
    example = Example(np.zeros(5_000, np.int32), np.tile(np.array([1, 3], np.int8), 2_500))
    net = train(words, [example, Example(np.ones(1, np.int32), np.zeros(1, np.int8))], SCHEDULE)
    assert all(np.isfinite(each).all() for each in net.arrays())


def test_the_slopes_are_those_of_the_likelihood_among_allowed_sequences() -> None:
    draw = np.random.default_rng(5)
    scores = draw.normal(size=(1, 3, LABELS)).astype(np.float32)
    truth = np.array([[1, 3, 0]])
    mask = np.ones((1, 3), np.bool_)
    follows, first, last = allowed(), starts(), ends()
    paths = [
        path
        for path in product(range(LABELS), repeat=3)
        if first[path[0]] and last[path[-1]] and all(follows[a, b] for a, b in pairwise(path))
    ]
    weights = np.array([np.exp(sum(scores[0, n, each] for n, each in enumerate(p))) for p in paths])
    expected = np.zeros((3, LABELS))
    for path, share in zip(paths, weights / weights.sum(), strict=True):
        expected[range(3), path] += share
    expected[range(3), truth[0]] -= 1
    assert np.allclose(slopes(scores, truth, mask)[0], expected, atol=1e-5)


def test_the_slopes_alone_are_those_of_each_label_by_itself() -> None:
    draw = np.random.default_rng(6)
    scores = draw.normal(size=(2, LABELS)).astype(np.float32)
    truth = np.array([3, 0])
    step = 1e-3

    def loss(values: np.ndarray) -> float:
        shares = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
        return float(-np.log(shares[[0, 1], truth]).sum())

    found = slopes_alone(scores, truth)
    for row, each in product(range(2), range(LABELS)):
        moved = scores.astype(np.float64)
        moved[row, each] += step
        assert found[row, each] == pytest.approx((loss(moved) - loss(scores)) / step, abs=1e-3)


def test_training_leaves_few_words_outside_names_in_doubt() -> None:
    """What makes the decoder quick: of sequences alone all of them would be, 324 of 324."""
    weights = small_model().weights
    network = Network(weights)
    doubtful = outside = 0
    for text, _ in sentences():
        scores = network.scores(network.rows(tokenise(text)))
        leads = scores[:, OUTSIDE] - scores[:, 1:].max(axis=1)
        outside += int((leads > 0).sum())
        doubtful += int(((leads > 0) & (leads < weights.margin)).sum())
    assert outside > 300
    assert doubtful < outside / 2


def test_precision_and_recall_are_of_whole_names_with_their_type() -> None:
    true = {(0, 4, PERSON), (10, 14, PLACE), (20, 24, PLACE)}
    found = {(0, 4, PERSON), (10, 14, PERSON), (20, 23, PLACE)}
    figures = score([(true, found)])
    assert figures["all"].precision == pytest.approx(100 / 3)
    assert figures["all"].recall == pytest.approx(100 / 3)
    assert (figures["person"].precision, figures["person"].recall) == (50, 100)
    assert (figures["place"].f1, figures["place"].names) == (0, 2)


def test_the_stage_uses_the_model_that_is_named(tmp_path: Path) -> None:
    config = EnrichConfig(recogniser="fast", models={"fr": model_file(tmp_path)})
    enricher = Enricher(config)
    assert enricher.recogniser("fr").version.startswith("fast/fr-")
    assert enricher.recogniser("en").version.startswith("spacy/")
    text = sentences()[0][0]
    item = Item(
        id="a@1", item_key="a", order_key="1", language="fr", paragraphs=(Paragraph(text=text),)
    )
    (enriched,) = enricher.enrich([item])
    assert "Anna Morel" in [entity.name for entity in enriched.entities]
    assert enriched.audit.warnings == ()


def archive(folder: Path, count: int) -> Path:
    for number in range(count):
        text = sentences()[number % 36][0].replace("mardi", f"mardi {number}")
        body = (
            f"Le gouvernement réunit la commission {number} du budget à Paris.\n\n{text}\n\n{text}"
        )
        (folder / f"{number:03}.txt").write_text(f"Titre numéro {number}\n\n{body}\n", "utf-8")
    return folder


@pytest.mark.timeout(180)  # loads spaCy's model twice and the base of places three times
def test_the_command_writes_a_model_that_lint_and_run_accept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "archive"
    source.mkdir()
    archive(source, 60)
    command = ["distil", str(source), "--language", "fr", "-o", "fr.model", "--epochs", "2"]
    assert main(command) == 0
    told = capsys.readouterr()
    assert "against the teacher, on 6 newer documents" in told.out
    assert "recogniser alone   fast" in told.out
    assert "60 documents in fr, labelled by spacy/fr_core_news_md" in told.err.replace("\n", " ")
    Path("wireroom.toml").write_text('[enrich]\nrecogniser = "fast"\nmodels.fr = "fr.model"\n')
    assert main(["lint", "wireroom.toml"]) == 0
    assert main(["run", str(source / "000.txt"), "-o", "jsonl"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--language", "es", "-o", "es.model"], "no teacher for 'es'"),
        (["--language", "fr", "-o", "absent/fr.model"], "there is no directory"),
        (["--language", "fr", "-o", "fr.model", "--epochs", "0"], "--epochs counts from 1"),
        (["--language", "fr", "-o", "fr.model"], "1 documents of that language"),
    ],
)
def test_what_cannot_be_distilled_is_said_and_writes_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    source = archive(tmp_path, 1) / "000.txt"
    assert main(["distil", str(source), *arguments]) == 2
    assert says in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["000.txt"]


def test_lint_names_a_model_that_is_wrong_or_idle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "wireroom.toml"
    model = model_file(tmp_path)
    settings.write_text(f'[enrich]\nrecogniser = "fast"\nmodels.en = "{model}"\n')
    assert main(["lint", str(settings)]) == 2
    assert "enrich.models.en" in capsys.readouterr().out
    settings.write_text(f'[enrich]\nmodels.fr = "{model}"\n')
    assert main(["lint", str(settings)]) == 0
    assert "not used" in capsys.readouterr().out
    settings.write_text('[enrich]\nrecogniser = "fast"\n')
    assert main(["lint", str(settings)]) == 0
    assert "spaCy is used instead" in capsys.readouterr().out


def test_a_worker_does_not_start_with_a_damaged_model(tmp_path: Path) -> None:
    file = tmp_path / "fr.model"
    file.write_bytes(b"PK\x03\x04 nothing")
    settings = tmp_path / "wireroom.toml"
    settings.write_text(f'[enrich]\nrecogniser = "fast"\nmodels.fr = "{file}"\n')
    message = tmp_path / "a.txt"
    message.write_text("Titre\n\nUn texte.\n")
    assert main(["run", str(message), "--config", str(settings)]) == 2
