"""The labeller of lines: its parts against plain definitions, and pages of our own in it."""

from __future__ import annotations

import hashlib
import io
from importlib.resources import files
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.raw import RawMessage
from streams.clean import labeller
from streams.clean.labeller.characters import Char, kinds_of
from streams.clean.labeller.sequence import best_threshold, choose
from streams.clean.labeller.surroundings import heaviest_run
from streams.clean.labeller.trees import Trees, load
from streams.clean.labeller.vocabulary import NO_SCORE, scores, tokens_of
from streams.clean.rules import DEFAULT_RULES
from streams.clean.segments import Passage, passages
from streams.decode import Decoded, decode
from streams.errors import CorruptionError

CHANCES = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=9)


def lines_of(text: str) -> tuple[str, list[Passage]]:
    (decoded,) = decode(RawMessage(body=text.encode(), content_type="text/plain"))
    assert isinstance(decoded, Decoded)
    return decoded.text, passages(decoded, DEFAULT_RULES)


def kept(text: str) -> list[str]:
    source, lines = lines_of(text)
    chosen = labeller.article_lines(source, lines)
    return [line.text for line, inside in zip(lines, chosen, strict=True) if inside]


class TestCharacters:
    def test_each_kind_is_told(self) -> None:
        text = 'aB1 .,:"(-•/$©@\n\t…漢ก\u05d0'
        assert [Char(kind) for kind in kinds_of(text)] == [
            Char.LOWER, Char.UPPER, Char.DIGIT, Char.SPACE, Char.STOP, Char.COMMA, Char.COLON,
            Char.QUOTE, Char.BRACKET, Char.DASH, Char.BULLET, Char.SLASH, Char.MONEY,
            Char.COPYRIGHT, Char.AT, Char.NEWLINE, Char.SPACE, Char.ELLIPSIS, Char.UNSPACED,
            Char.UNSPACED, Char.UNCASED,
        ]  # fmt: skip

    def test_what_no_plane_holds_is_other(self) -> None:
        assert list(kinds_of("\ud800\U0001f600")) == [Char.OTHER, Char.OTHER]
        assert len(kinds_of("")) == 0


class TestSequence:
    @given(CHANCES)
    def test_it_is_the_likeliest_of_all_sequences(self, chances: list[float]) -> None:
        probabilities = np.array(chances)
        words = np.ones(len(chances))
        threshold = best_threshold(probabilities, words + 1)
        logits = np.log(probabilities / (1 - probabilities)) - np.log(threshold / (1 - threshold))

        def score(states: tuple[bool, ...]) -> float:
            changes = sum(a != b for a, b in pairwise(states))
            inside = sum(logit for logit, state in zip(logits, states, strict=True) if state)
            return float(inside) - changes * np.log(0.6 / 0.4)

        best = max(score(states) for states in product((False, True), repeat=len(chances)))
        assert score(tuple(map(bool, choose(probabilities, words)))) == pytest.approx(best)

    def test_an_unclear_page_is_kept_more_of(self) -> None:
        words = np.full(10, 20.0)
        clear, unclear = np.full(10, 0.02), np.full(10, 0.3)
        clear[4:7] = 0.98
        assert best_threshold(unclear, words) < best_threshold(clear, words)
        assert choose(unclear, words).all()

    def test_a_lone_doubtful_line_goes_with_its_neighbours(self) -> None:
        words = np.full(7, 20.0)
        assert choose(np.array([0.97, 0.97, 0.97, 0.42, 0.97, 0.97, 0.97]), words).all()

    def test_nothing_of_nothing(self) -> None:
        assert choose(np.zeros(0), np.zeros(0)).tolist() == []


@given(st.lists(st.floats(-20, 20), max_size=12))
def test_the_heaviest_run_is_the_heaviest(weights: list[float]) -> None:
    first, end = heaviest_run(np.array(weights))
    runs = [sum(weights[a:b]) for a in range(len(weights)) for b in range(a, len(weights) + 1)]
    assert sum(weights[first:end]) == pytest.approx(max(runs, default=0))


class TestTrees:
    TREES = Trees(
        names=("a", "b"),
        feature=np.array([1, 0, 0, 0, 0, 0], dtype=np.int16),
        threshold=np.array([0.5, np.inf, 2.0, np.inf, np.inf, np.inf]),
        left=np.array([1, 1, 3, 3, 4, 5], dtype=np.int32),
        value=np.array([0, 1, 0, 10, 100, 1000], dtype=np.float32),
        roots=np.array([0, 5], dtype=np.int32),
        depth=2,
    )

    def test_each_row_walks_to_its_leaves(self) -> None:
        rows = np.array([[9, 0.5], [2, 0.6], [3, 0.6]], dtype=np.float32)
        assert self.TREES.sums(rows).tolist() == [1001, 1010, 1100]

    def test_they_are_read_as_written_and_written_as_before(self) -> None:
        first, second = io.BytesIO(), io.BytesIO()
        self.TREES.save(first)
        again = load(io.BytesIO(first.getvalue()))
        again.save(second)
        assert first.getvalue() == second.getvalue()
        rows = np.array([[3, 0.6]], dtype=np.float32)
        assert again.sums(rows).tolist() == self.TREES.sums(rows).tolist()

    @pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04", b"\x93NUMPY", b"x" * 500])
    def test_damaged_weights_stop_the_process_with_words(self, damaged: bytes) -> None:
        with pytest.raises(CorruptionError, match="labeller"):
            load(io.BytesIO(damaged))


class TestVocabulary:
    WORDS = {"share": -2.0, "said": 1.0, "the": 0.5, "^share_this": -1.0, "this": -0.5, "0": -1.0}

    def test_a_line_weighs_what_its_words_do(self) -> None:
        assert tokens_of("share this") == ["share", "this", "^share_this"]
        assert scores(["share this"], self.WORDS, 0.25) == pytest.approx([0.25 - 3.5 / 3**0.5])

    def test_numbers_are_alike_and_the_opening_of_a_long_line_is_read(self) -> None:
        assert tokens_of("page 12 of 305")[:4] == ["page", "0", "of", "^page_0"]
        assert len(tokens_of(" ".join(f"w{chr(97 + n)}" for n in range(20)))) == 9

    def test_a_text_of_unknown_words_has_no_score(self) -> None:
        known = ["the", "said", "share this"]
        assert NO_SCORE not in scores(known, self.WORDS, 0.0)
        assert scores([*known, "partager sur les reseaux"], self.WORDS, 0.0) == [NO_SCORE] * 4

    def test_a_line_without_words_has_the_bias(self) -> None:
        assert scores(["the", ""], self.WORDS, 0.25)[1] == 0.25


LINKS = "Home\nWorld\nBusiness\nSport\nLog in\nSubscribe\nHats\nShoes\n"
ENGLISH = (
    "The council voted on Tuesday to close both bridges until the spring, officials said.",
    "Engineers had warned since 2019 that the older of the two could not carry heavy lorries.",
    "A ferry will run every half hour, and the fare is to stay below two crowns, they added.",
)
FRENCH = (
    "Le conseil a voté mardi la fermeture des deux ponts jusqu'au printemps, a annoncé la mairie.",
    "Les ingénieurs avaient averti dès 2019 que le plus ancien ne supportait plus les camions.",
    "Un bac circulera toutes les demi-heures, et le billet restera sous deux couronnes.",
)
GERMAN = (
    "Der Stadtrat beschloss am Dienstag, beide Brücken bis zum Frühjahr zu sperren, hieß es.",
    "Ingenieure hatten seit 2019 gewarnt, die ältere der beiden trage keine Lastwagen mehr.",
    "Eine Fähre soll jede halbe Stunde verkehren, der Preis bleibt unter zwei Kronen.",
)
JAPANESE = (
    "市議会は火曜日、春まで二つの橋を閉鎖することを決めたと当局者が明らかにした。",
    "技術者たちは二〇一九年から、古い方の橋は大型トラックに耐えられないと警告していた。",
    "渡し船が三十分ごとに運航し、運賃は二クローネ以下に抑えられると関係者は述べた。",
)


class TestPages:
    @pytest.mark.parametrize("story", [ENGLISH, FRENCH, GERMAN, JAPANESE])
    def test_the_article_is_kept_and_the_links_go(self, story: tuple[str, ...]) -> None:
        page = LINKS + "\n" + "\n\n".join(story) + "\n\nShare\nPrint\nRelated\nTen hats\nMore"
        found = kept(page)
        assert [line for line in found if line in story] == list(story)
        assert not {"Home", "Sport", "Log in", "Hats", "Share", "Print", "More"} & set(found)

    @pytest.mark.parametrize("story", [ENGLISH, FRENCH, GERMAN, JAPANESE])
    def test_an_article_alone_is_kept_whole(self, story: tuple[str, ...]) -> None:
        assert kept("\n\n".join(story)) == list(story)

    def test_the_same_text_has_the_same_probabilities(self) -> None:
        text, lines = lines_of(LINKS + "\n\n".join(ENGLISH))
        first = labeller.probabilities(text, lines)
        assert first.tolist() == labeller.probabilities(text, lines).tolist()
        assert ((first >= 0) & (first <= 1)).all()

    @pytest.mark.parametrize(
        "text",
        ["x", "\u200b\u202e", "1\n" * 50_000, "word " * 100_000, "…\n…\n…", "a\u0301 b\n" * 9],
    )
    def test_anything_is_labelled(self, text: str) -> None:
        source, lines = lines_of("x\n" + text)
        assert len(labeller.article_lines(source, lines)) == len(lines)

    def test_weights_and_words_belong_together(self) -> None:
        folder = files(labeller.__name__)
        weights = folder.joinpath(labeller.WEIGHTS).read_bytes()
        words = folder.joinpath(labeller.VOCABULARY).read_text("utf-8").split("[weights]\n")[1]
        assert hashlib.sha256(weights + words.encode()).hexdigest()[:8] == labeller.version()

    def test_no_lines_no_labels(self) -> None:
        assert labeller.article_lines("", []).tolist() == []
