"""What a line is like by itself, and beside the other lines of its text.

It must not look at where the line stands: ``surroundings`` does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.item import ParagraphKind
from streams.clean import furniture
from streams.clean.labeller.characters import Char, count_by_line, kinds_of
from streams.clean.segments import WORDS_OF_A_SENTENCE, WORDS_OF_PROSE, Passage

Column = NDArray[np.float64]
Columns = dict[str, Column]

_ADDRESS = re.compile(r"https?://|www\.|\.com\b|@\w")
_OF_ADDRESSES = ("http", "www.", ".com", "@")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.:]\d{1,2}\b")
_DIGITS = re.compile(r"\d+")
# Words of up to three letters are grammar.
_TELLING = 4
_MOST_REPEATS = 30
_MOST_SAID = 5
_LONGEST_GAP = 4
_LETTERS = (Char.LOWER, Char.UPPER, Char.UNCASED, Char.UNSPACED)
_IS_WORD = np.isin(np.arange(len(Char)), (*_LETTERS, Char.DIGIT))
_IS_CLOSING = np.isin(np.arange(len(Char)), (Char.QUOTE, Char.BRACKET))
_IS_OPENING = np.isin(np.arange(len(Char)), (Char.UPPER, Char.QUOTE, Char.UNCASED))


def line_features(text: str, lines: Sequence[Passage]) -> Columns:
    """Columns of one number a line, by name."""
    starts = np.array([line.start for line in lines], dtype=np.int64)
    ends = np.array([line.end for line in lines], dtype=np.int64)
    kinds = kinds_of(text)
    line_of = _line_of(starts, len(kinds))
    columns = _shape(kinds, line_of, starts, ends, lines)
    columns |= _gaps(kinds, starts, ends)
    columns |= _marks(text, line_of, len(lines))
    columns |= _repeats(lines)
    columns |= _words_in_common(lines, columns["prose"])
    return columns


def _line_of(starts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    begins = np.zeros(length, dtype=np.int64)
    begins[starts] = 1
    return np.asarray(np.cumsum(begins) - 1, dtype=np.int64)


def _shape(
    kinds: NDArray[np.uint8],
    line_of: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    lines: Sequence[Passage],
) -> Columns:
    counts = count_by_line(kinds, line_of, len(lines))
    words = np.array([line.words for line in lines], dtype=np.float64)
    chars = (ends - starts).astype(np.float64)
    letters = np.maximum(1, counts[:, _LETTERS].sum(axis=1))
    is_word = _IS_WORD[kinds]
    word_starts = np.flatnonzero(is_word[1:] & ~is_word[:-1]) + 1
    if len(is_word) and is_word[0]:
        word_starts = np.concatenate([[0], word_starts])
    of_words, begins = line_of[word_starts], kinds[word_starts]
    begun = np.maximum(1, _count(of_words, len(lines)))
    titled = _count(of_words[begins == Char.UPPER], len(lines))
    lowered = _count(of_words[begins == Char.LOWER], len(lines))
    last, before = kinds[ends - 1], kinds[np.maximum(ends - 2, starts)]
    final = np.where(_IS_CLOSING[last], before, last)
    ends_sentence = (final == Char.STOP) | (final == Char.ELLIPSIS)
    third = kinds[np.maximum(ends - 3, starts)]
    dots = (last == Char.STOP) & (before == Char.STOP) & (third == Char.STOP)
    first = kinds[starts]
    return {
        "chars": chars,
        "words": words,
        "word_length": chars / np.maximum(1, words),
        "upper": counts[:, Char.UPPER] / letters,
        "digits": counts[:, Char.DIGIT] / np.maximum(1, chars),
        "titled": titled / begun,
        "lowered": lowered / begun,
        "unspaced": counts[:, Char.UNSPACED] / letters,
        "stops": counts[:, Char.STOP].astype(np.float64),
        "inner_ends": _count(line_of[_sentence_ends(kinds)], len(lines)),
        **{
            kind.name.lower(): counts[:, kind].astype(np.float64)
            for kind in (
                Char.COMMA, Char.COLON, Char.QUOTE, Char.BRACKET, Char.DASH, Char.BULLET,
                Char.SLASH, Char.MONEY, Char.COPYRIGHT, Char.AT,
            )
        },
        "ends_sentence": ends_sentence.astype(np.float64),
        "ends_colon": (last == Char.COLON).astype(np.float64),
        "ends_cut": ((final == Char.ELLIPSIS) | dots).astype(np.float64),
        "ends_digit": (last == Char.DIGIT).astype(np.float64),
        "first": first.astype(np.float64),
        "table": np.array([line.kind is ParagraphKind.TABLE for line in lines], dtype=np.float64),
        "known_furniture": np.array(
            [furniture.is_link_or_section(line.folded) for line in lines], dtype=np.float64
        ),
        "prose": (
            (words >= WORDS_OF_PROSE) | ((words >= WORDS_OF_A_SENTENCE) & ends_sentence)
        ).astype(np.float64),
    }  # fmt: skip


def _count(lines_hit: NDArray[np.int64], lines: int) -> Column:
    return np.bincount(lines_hit[lines_hit >= 0], minlength=lines).astype(np.float64)


def _sentence_ends(kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where a stop is followed by another sentence."""
    stops = np.flatnonzero(kinds == Char.STOP)
    padded = np.concatenate([kinds, np.zeros(4, dtype=np.uint8)])
    one, two, three = (padded[stops + step] for step in (1, 2, 3))
    spaced = (one == Char.SPACE) & _IS_OPENING[two]
    closed = _IS_CLOSING[one] & (two == Char.SPACE) & _IS_OPENING[three]
    return np.asarray(stops[spaced | closed | (one == Char.UNSPACED)], dtype=np.int64)


def _gaps(kinds: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Columns:
    """Line breaks before and after, a blank line being two; and how lines are set together."""
    running = np.concatenate([[0], np.cumsum(kinds == Char.NEWLINE)])
    between = np.minimum(running[starts[1:]] - running[ends[:-1]], _LONGEST_GAP)
    edge = np.array([_LONGEST_GAP])
    before = np.concatenate([edge, between])
    group = np.cumsum(before >= 2) - (before[0] >= 2)
    size = np.bincount(group)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    return {
        "gap_before": before.astype(np.float64),
        "gap_after": np.concatenate([between, edge]).astype(np.float64),
        "group": group.astype(np.float64),
        "group_size": size[group].astype(np.float64),
        "place_in_group": (np.arange(len(starts)) - first[group]) / size[group],
    }


def _marks(text: str, line_of: NDArray[np.int64], lines: int) -> Columns:
    # Looked for by substrings first, which most texts have none of, and a pattern takes 40 us for.
    has_address = any(mark in text for mark in _OF_ADDRESSES)
    return {
        "address": _at(_ADDRESS, text, line_of, lines) if has_address else np.zeros(lines),
        "date": _at(_DATE, text, line_of, lines),
    }


def _at(pattern: re.Pattern[str], text: str, line_of: NDArray[np.int64], lines: int) -> Column:
    places = np.fromiter((match.start() for match in pattern.finditer(text)), dtype=np.int64)
    return np.minimum(1.0, _count(line_of[places], lines))


def _repeats(lines: Sequence[Passage]) -> Columns:
    """How often the line stands in the text, as it is and whatever the numbers in it."""
    keys = _DIGITS.sub("0", "\n".join(line.folded for line in lines)).split("\n")
    words = [key.split(" ") for key in keys]
    openings = [" ".join(some[:2]) for some in words]
    endings = [some[-1] for some in words]
    exact = Counter(line.folded for line in lines)
    return {
        "repeats": _capped([exact[line.folded] for line in lines]),
        "alike": _capped(_tally(keys)),
        "same_opening": _capped(_tally(openings)),
        "same_ending": _capped(_tally(endings)),
    }


def _tally(keys: Sequence[str]) -> list[int]:
    counts = Counter(keys)
    return [counts[key] for key in keys]


def _capped(counts: Sequence[int]) -> Column:
    return np.minimum(np.array(counts, dtype=np.float64), _MOST_REPEATS)


def _words_in_common(lines: Sequence[Passage], prose: Column) -> Columns:
    """How much of what a line says the sentences of the text, and its first line, say too."""
    telling = [_telling(line) for line in lines]
    is_prose = prose > 0
    said = Counter(
        chain.from_iterable(words for words, own in zip(telling, is_prose, strict=True) if own)
    )
    by_others = {word: min(times - 1, _MOST_SAID) for word, times in said.items() if times > 1}
    title = telling[0]
    shared, cohesion, common = [], [], []
    for words, own in zip(telling, is_prose, strict=True):
        also = words & (by_others.keys() if own else said.keys())
        shared.append(len(also))
        cohesion.append(
            sum(by_others[word] if own else min(said[word], _MOST_SAID) for word in also)
        )
        common.append(len(words & title))
    size = np.maximum(1, [len(words) for words in telling])
    return {
        "shared": np.array(shared) / size,
        "cohesion": np.array(cohesion) / np.sqrt(size),
        "titled_like": np.array(common) / size,
        "covers_title": np.array(common) / max(1, len(title)),
    }


def _telling(line: Passage) -> set[str]:
    """The words that say something; pairs of characters where no spaces are set."""
    folded = line.folded
    if line.words > 2 * (folded.count(" ") + 1):
        return {a + b for a, b in pairwise(folded)}
    return {word for word in folded.split(" ") if len(word) >= _TELLING}
