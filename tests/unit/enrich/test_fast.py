from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from schemas.item import EntityType
from streams.enrich.recognise import (
    ModelFileError,
    Recogniser,
    Span,
    UnknownRecogniserError,
    best_of,
    load,
)
from streams.enrich.recognise.chain import ChainRecogniser
from streams.enrich.recognise.fast import FastRecogniser, read_model
from streams.enrich.recognise.fast.network import MAX_TOKENS, Network
from streams.enrich.recognise.fast.tokens import tokenise
from streams.train.distil import with_confidence
from tests.unit.enrich.fast_models import content, model_file, sentences, small_model
from tests.unit.enrich.test_recognise import HOSTILE

PERSON, PLACE = EntityType.PERSON, EntityType.PLACE


@pytest.fixture(scope="module")
def fast() -> FastRecogniser:
    return FastRecogniser(small_model())


def names(recogniser: Recogniser, text: str) -> list[tuple[str, EntityType]]:
    return [(text[span.start : span.end], span.type) for span in recogniser.recognise([text])[0]]


def test_what_was_learned_is_found_and_so_is_a_new_name_in_its_place(fast: FastRecogniser) -> None:
    assert names(fast, "Le ministre Omar Silva est arrivé mardi à Lyon, selon Alpha SA.")[:2] == [
        ("Omar Silva", PERSON),
        ("Lyon", PLACE),
    ]
    found = names(fast, "Le ministre Hugo Perrin est arrivé mardi à Dinan, selon Alpha SA.")
    assert ("Hugo Perrin", PERSON) in found


def test_hostile_paragraphs_give_spans_within_them(fast: FastRecogniser) -> None:
    texts = [
        *HOSTILE,
        "x" * 20_000,
        "Ab-" * 7_000,
        " " * 20_000,
        "\ud800\udfff " + sentences()[0][0],
    ]
    answers = fast.recognise(texts)
    assert len(answers) == len(texts)
    for text, spans in zip(texts, answers, strict=True):
        position = 0
        for span in spans:
            assert position <= span.start < span.end <= len(text)
            assert 0 <= span.score <= 1
            position = span.end
    assert "Anna Morel" in [name for name, _ in names(fast, texts[-1])]


def test_a_paragraphs_spans_do_not_depend_on_its_neighbours(fast: FastRecogniser) -> None:
    texts = [text for text, _ in sentences()] * 20 + [*HOSTILE, "", "Anna Morel"]
    together = fast.recognise(texts)
    assert together == [fast.recognise([text])[0] for text in texts]
    assert fast.recognise(texts[::-1]) == together[::-1]
    assert fast.recognise([]) == []


def test_a_full_table_of_words_changes_no_answer() -> None:
    model = small_model()
    small, large = FastRecogniser(model, words=1), FastRecogniser(model, words=60_000)
    texts = [
        f"Le ministre Anna Morel{number} est arrivé à Lyon{number}." for number in range(9_000)
    ] + [text for text, _ in sentences()]
    assert small.recognise(texts) == large.recognise(texts)
    assert small.recognise(texts[:50]) == large.recognise(texts[:50])


def test_the_table_of_words_is_bounded() -> None:
    network = Network(small_model().weights, words=1)
    for first in range(0, 40_000, 4_000):
        network.rows([f" mot{number}" for number in range(first, first + 4_000)])
        assert len(network._row) <= 2 * (MAX_TOKENS + 1)
    spaced = [" " * number + "mot" for number in range(500)]
    assert len(set(network.rows(spaced).tolist())) == 1


def test_a_paragraph_longer_than_a_call_is_read_to_its_end(fast: FastRecogniser) -> None:
    text = "mot " * (MAX_TOKENS + 100) + sentences()[0][0]
    assert len(tokenise(text)) > MAX_TOKENS
    found = [name for name, _ in names(fast, text)]
    assert "Anna Morel" in found


def test_ten_thousand_paragraphs_and_a_megabyte_are_read(fast: FastRecogniser) -> None:
    texts = [sentences()[0][0]] * 10_000
    answers = fast.recognise(texts)
    assert answers == [answers[0]] * 10_000
    (spans,) = fast.recognise([f"{sentences()[0][0]} " * 15_000])
    assert len(spans) > 40_000


def test_every_sum_of_the_network_is_exact() -> None:
    weights = small_model().weights
    assert weights.is_exact()
    assert np.array_equal(weights.first, np.rint(weights.first))
    network = Network(weights)
    rows = network.rows(tokenise(" ".join(text for text, _ in sentences())))
    scores = network.scores(rows)
    # In another order of adding, and in double precision.
    whole = np.array([network.scores(rows[max(0, n - 2) : n + 3])[min(n, 2)] for n in range(40)])
    assert np.array_equal(scores[:40], whole)


def test_a_file_gives_the_model_that_was_written(tmp_path: Path) -> None:
    file = model_file(tmp_path)
    model, header = read_model(file)
    assert (header.language, header.documents, header.score["all"]) == ("fr", 36, (90, 80, 84.7))
    texts = [text for text, _ in sentences()]
    assert FastRecogniser(model).recognise(texts) == FastRecogniser(small_model()).recognise(texts)
    assert content() == content()  # no date, no order that changes
    assert re.fullmatch(r"fast/fr-[0-9a-f]{12}", FastRecogniser(model).version)


@pytest.mark.parametrize("kept", [0, 1, 100, 5_000, -1])
def test_a_file_cut_short_is_one_clear_error(tmp_path: Path, kept: int) -> None:
    file = model_file(tmp_path)
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(ModelFileError, match=r"fr\.model is no model of names, or a damaged one"):
        load("fast", "fr", model=file)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_file_is_an_error_or_the_model_it_was(tmp_path: Path, seed: int) -> None:
    file = model_file(tmp_path)
    damaged = bytearray(file.read_bytes())
    draw = np.random.default_rng(seed)
    for place in draw.integers(0, len(damaged), 3):
        damaged[place] ^= int(draw.integers(1, 256))
    file.write_bytes(bytes(damaged))
    try:
        recogniser = load("fast", "fr", model=file)
    except ModelFileError:
        return
    assert len(recogniser.recognise([sentences()[0][0]])) == 1


def rewritten(file: Path, name: str, array: np.ndarray) -> None:
    with zipfile.ZipFile(file) as packed:
        entries = {each: packed.read(each) for each in packed.namelist()}
    raw = io.BytesIO()
    np.save(raw, array, allow_pickle=array.dtype == object)
    entries[f"{name}.npy"] = raw.getvalue()
    with zipfile.ZipFile(file, "w") as packed:
        for each, held in entries.items():
            packed.writestr(each, held)


@pytest.mark.parametrize(
    ("name", "array", "says"),
    [
        ("first", np.full((16, 80), 32_000, np.int16), "out of range"),
        ("first_scale", np.full(80, np.nan, np.float32), "out of range"),
        ("first_scale", np.full(80, 1e30, np.float32), "out of range"),
        ("second", np.zeros((16, 3), np.int32), "do not fit"),
        ("second", np.full((16, 17), 1 << 30, np.int32), "out of range"),
        ("embeddings", np.full((2048, 16), -128, np.int8), "out of range"),
        ("embeddings", np.zeros((0, 16), np.int8), "do not fit"),
        ("first_bias", np.zeros(16, np.float64), "another kind"),
        ("second_bias", np.array([{}], object), "damaged"),
        ("second_bias", np.zeros(10_000_000, np.int32), "too large"),
    ],
)
def test_weights_that_could_not_work_are_refused(
    tmp_path: Path, name: str, array: np.ndarray, says: str
) -> None:
    file = model_file(tmp_path)
    rewritten(file, name, array)
    with pytest.raises(ModelFileError, match=says):
        load("fast", "fr", model=file)


def test_a_model_of_another_version_says_what_to_do(tmp_path: Path) -> None:
    file = model_file(tmp_path)
    told = {"format": 99}
    rewritten(file, "header", np.frombuffer(json.dumps(told).encode(), np.uint8))
    with pytest.raises(ModelFileError, match=r"format 99.*wireroom distil"):
        load("fast", "fr", model=file)


def test_foreign_files_are_no_models(tmp_path: Path) -> None:
    file = tmp_path / "weights.npz"
    np.savez(file, embeddings=np.zeros(3))
    with pytest.raises(ModelFileError, match="no model of names"):
        load("fast", "fr", model=file)
    with pytest.raises(ModelFileError, match="cannot read"):
        load("fast", "fr", model=tmp_path / "absent")
    with pytest.raises(ModelFileError, match="cannot read"):
        load("fast", "fr", model=tmp_path)


def test_a_model_of_another_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="language 'en', not 'fr'"):
        load("fast", "fr", model=model_file(tmp_path, "en"))


def test_without_a_model_fast_says_how_to_make_one() -> None:
    with pytest.raises(UnknownRecogniserError, match="wireroom distil"):
        load("fast", "fr")


@pytest.mark.parametrize(
    ("name", "language", "has_file", "best"),
    [
        ("fast", "fr", True, "fast"),
        ("fast", "fr", False, "spacy"),
        ("fast", "zz", False, "gazetteer"),
        ("chain", "zz", True, "chain"),
        ("chain", "zz", False, "gazetteer"),
        ("spacy", "zz", True, "gazetteer"),
        ("gazetteer", "fr", True, "gazetteer"),
        ("magic", "fr", True, "magic"),
    ],
)
def test_a_language_without_a_model_has_the_next_best(
    name: str, language: str, has_file: object, best: str
) -> None:
    assert best_of(name, language, Path("model") if has_file else None) == best


class Listed:
    """A recogniser that finds what it is told."""

    name, language = "listed", "fr"

    def __init__(self, version: str, *spans: tuple[int, int]) -> None:
        self.version = version
        self.spans = [Span(start, end, PLACE, 0.5) for start, end in spans]

    def recognise(self, paragraphs: list[str]) -> list[list[Span]]:
        return [list(self.spans) for _ in paragraphs]


def test_of_spans_that_overlap_the_earlier_recognisers_stays() -> None:
    chain = ChainRecogniser(
        [Listed("a", (2, 4), (10, 14)), Listed("b", (0, 2), (3, 5), (5, 7), (9, 15), (14, 16))]
    )
    (spans,) = chain.recognise(["x" * 20])
    assert [(span.start, span.end) for span in spans] == [
        (0, 2),
        (2, 4),
        (5, 7),
        (10, 14),
        (14, 16),
    ]
    assert chain.version == "chain/a+b"
    assert chain.recognise([]) == []


def test_the_chain_adds_places_to_what_the_model_finds(tmp_path: Path) -> None:
    chain = load("chain", "fr", model=model_file(tmp_path))
    found = names(chain, "Le ministre Omar Silva est arrivé mardi à Lyon. Puis Londres brûle.")
    assert ("Omar Silva", PERSON) in found
    assert ("Londres", PLACE) in found


def test_a_name_with_a_larger_lead_is_never_less_sure() -> None:
    texts = [text for text, _ in sentences()]
    truth = [spans if number % 3 else [] for number, (_, spans) in enumerate(sentences())]
    confidence = with_confidence(small_model(), texts, truth).confidence
    assert len(confidence.shares) == len(confidence.leads) + 1 > 2
    assert list(confidence.shares) == sorted(confidence.shares)
    assert list(confidence.leads) == sorted(confidence.leads)
    assert 0.4 < confidence.share(0) < 0.9
