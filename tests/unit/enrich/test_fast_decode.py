"""The decoder against a plain one, and tokens against their text."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from schemas.item import EntityType
from streams.enrich.recognise import Span
from streams.enrich.recognise.fast.labels import (
    LABELS,
    OUTSIDE,
    TYPES,
    allowed,
    ends,
    labels_of,
    runs,
    starts,
)
from streams.enrich.recognise.fast.tokens import FEATURES, features, name_length, tokenise
from streams.enrich.recognise.fast.viterbi import decode

PERSON, PLACE = EntityType.PERSON, EntityType.PLACE


def plain_best(scores: np.ndarray) -> list[int]:
    """The best path of one paragraph, tried out one by one."""

    def total(path: tuple[int, ...]) -> int:
        return int(sum(scores[n, each] for n, each in enumerate(path)))

    paths = [(first,) for first in range(LABELS) if starts()[first]]
    for _ in scores[1:]:
        paths = [(*path, each) for path in paths for each in np.flatnonzero(allowed()[path[-1]])]
    paths = [path for path in paths if ends()[path[-1]]]
    return list(max(paths, key=total))


@pytest.mark.parametrize("seed", range(4))
def test_the_decoder_finds_the_best_of_all_paths(seed: int) -> None:
    draw = np.random.default_rng(seed)
    lengths = [1, 2, 3, 4]
    scores = [draw.integers(-100, 100, (length, LABELS)) for length in lengths]
    gap = np.zeros((1, LABELS), np.int64)
    rows = np.concatenate([part for each in scores for part in (each, gap)])
    is_word = np.concatenate([[*[True] * length, False] for length in lengths])
    found = decode(rows, is_word, margin=10_000)
    position = 0
    for each in scores:
        labels = found[position : position + len(each)].tolist()
        assert labels == plain_best(each)
        position += len(each) + 1


def best_sum(scores: np.ndarray) -> int:
    """The sum of the best path, label by label."""
    forbidden = np.where(allowed(), 0, -(1 << 40))
    best = np.where(starts(), scores[0], -(1 << 40))
    for row in scores[1:]:
        best = (best[:, None] + forbidden).max(axis=0) + row
    return int(best[ends()].max())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("largest", [2, 1_000_000])
def test_a_long_paragraph_of_doubts_has_the_sum_of_the_best_path(seed: int, largest: int) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(-largest, largest, (500, LABELS)).astype(np.int32)
    labels = decode(scores, np.ones(500, np.bool_), margin=1 << 24)
    assert scores[np.arange(500), labels].sum(dtype=np.int64) == best_sum(scores.astype(np.int64))
    assert starts()[labels[0]]
    assert ends()[labels[-1]]
    assert allowed()[labels[:-1], labels[1:]].all()


def test_names_are_read_off_their_labels() -> None:
    tokens = tokenise("Jean Marc Lee et Ann à Paris")
    spans = [Span(0, 13, PERSON, 1), Span(17, 20, PERSON, 1), Span(23, 28, PLACE, 1)]
    first, last, kinds = runs(np.array(labels_of(tokens, spans), np.int8))
    assert (first.tolist(), last.tolist()) == ([0, 4, 6], [2, 4, 6])
    assert [TYPES[kind] for kind in kinds.tolist()] == [PERSON, PERSON, PLACE]
    assert [len(each) for each in runs(np.zeros(3, np.int8))] == [0, 0, 0]


def test_a_token_surely_outside_parts_what_is_decoded() -> None:
    scores = np.zeros((3, LABELS), np.int64)
    scores[:, OUTSIDE] = [0, 100, 0]
    scores[[0, 2], 4] = 50
    scores[1, 2] = 99  # would join the two, but for what surely parts them
    is_word = np.ones(3, np.bool_)
    assert decode(scores, is_word, margin=1).tolist() == [4, OUTSIDE, 4]


@pytest.mark.parametrize("seed", range(3))
def test_what_a_margin_parts_is_decoded_as_paragraphs_of_their_own(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(-100, 100, (400, LABELS))
    scores[:, OUTSIDE] += 120
    sure = scores[:, OUTSIDE] - scores[:, 1:].max(axis=1) >= 60
    assert 20 < sure.sum() < 380
    found = decode(scores, np.ones(400, np.bool_), margin=60)
    assert found.tolist() == decode(np.where(sure[:, None], 0, scores), ~sure, 60).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "Le maire d'Aix, Jean-Marc O'Neill (U.S. Navy), a payé 1.200,50 euros.",
        "  two\n\nlines\tand a no-break\u00a0space ",
        "M. " + " " * 50_000,
        "x" * 20_000,
        "e\u0301" * 300 + "\ud800\udfff\x00",
        "",
        " \n",
    ],
)
def test_tokens_joined_are_the_text(text: str) -> None:
    tokens = tokenise(text)
    assert "".join(tokens) == text.rstrip()
    assert all(0 < len(token.lstrip()) <= 65 for token in tokens)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("l'ONU", ["l'", "ONU"]),
        ("Jean-Marc’s", ["Jean-", "Marc’", "s"]),
        ("the U.S.-led", ["the", " U.S.", "-", "led"]),
        ("1,200.50 euros", ["1,200.50", " euros"]),
    ],
)
def test_elisions_and_compounds_part_after_their_mark(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


def test_a_mark_is_no_part_of_a_name_that_it_ends() -> None:
    assert [name_length(token) for token in ("Paris-", "d'", "Paris", "-")] == [5, 1, 5, 1]


def test_a_words_features_are_within_the_table_and_never_its_empty_row() -> None:
    words = ["a", "Paris-", "\ud800", "\x00", "ß" * 64, "İ" * 64, "1.2", "-"]
    rows = features(words, 50)
    assert rows.shape == (len(words), FEATURES)
    assert rows.min() > 0
    assert rows.max() < 50
    small, capitals = features(["Paris", "PARIS"], 1 << 16)
    assert small[1] == capitals[1]
    assert small[0] != capitals[0]


def test_a_words_features_do_not_depend_on_the_words_beside_it() -> None:
    words = ["a", "Paris-", "\ud800", "ß" * 64, "É", "antidisestablishmentarianism", "U.S."]
    together = features(words, 1 << 16)
    for row, word in zip(together, words, strict=True):
        assert row.tolist() == features([word], 1 << 16)[0].tolist()


def test_beginnings_and_ends_are_shared_and_told_apart() -> None:
    one, other = features(["Londres", "londonien"], 1 << 16)
    same = one == other
    assert same[2:6].tolist() == [True] * 4  # l, lo, lon, lond
    assert len(set(one.tolist())) == FEATURES


def test_features_are_the_same_everywhere() -> None:
    """A model trained elsewhere knows its words by these numbers."""
    found = features(["Aleppo"], 1 << 16)[0].tolist()
    assert found[:6] == [3257, 39698, 27507, 37436, 9567, 3520]
    assert found[6:] == [207, 22326, 16690, 12697, 21455, 55427]


def test_labels_follow_each_other_as_allowed() -> None:
    tokens = tokenise("Jean Marc Lee et Ann à l'Isle-Adam")
    spans = [Span(0, 13, PERSON, 1), Span(17, 20, PERSON, 1), Span(25, 34, PLACE, 1)]
    labels = labels_of(tokens, spans)
    assert [label == OUTSIDE for label in labels] == [False] * 3 + [True, False, True, True] + [
        False
    ] * 2
    assert starts()[labels[0]]
    assert ends()[labels[-1]]
    assert all(allowed()[a, b] for a, b in itertools.pairwise(labels))


def test_of_spans_that_share_a_token_the_first_stays() -> None:
    tokens = tokenise("Paris Match")
    both = [Span(0, 5, PLACE, 1), Span(0, 11, PERSON, 1)]
    assert labels_of(tokens, both)[1] == OUTSIDE
