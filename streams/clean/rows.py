"""Which lines are rows: of market tables, results, standings and fixtures.

It must not take a sentence with figures for one: a row is names and figures and nothing else, and
where that could be a headline, too, another row must stand next to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

# Between the cells of a row: spaces, a tab or leader dots; spaces after a full stop are not. Runs
# are taken whole and from their beginning, or a long one would cost its square.
_GAP = re.compile(r"(?<=[^\s.!?:;]) {3,}+(?=\S)|(?<!\t)\t++(?=\S)")
_GAP_BEFORE_FIGURE = re.compile(
    r"(?:(?<=[^\s.!?:;]) {2,}+|(?<!\t)\t++|(?<!\.)\.{4,}+)"
    r"(?=[-+(]?[\d$£€]|(?:nil|unch|n\.?a\.?)\b)",
    re.IGNORECASE,
)
_MOST_WORDS_IN_ROW = 25
_LONGEST_ROW = 400
# Without columns to tell: code points and words of the longest row.
_LONGEST_BARE_ROW = 100
_MOST_WORDS_IN_BARE_ROW = 16
_MOST_WORDS_OF_NAME = 7
# In small letters: "soft wheat 2,615 2,400".
_MOST_WORDS_OF_GOODS = 2
# Figures after a name that make a row whatever stands next to it: places in a league.
_FIGURES_OF_STANDINGS = 4

_FIGURE = re.compile(
    r"\(?[-+−–±]?[$€£¥]?\d[\d.,:/'’]*(?:[-–]\d+)?(?:%|[pckKmM]|pts?)?\)?|[-–—]{1,2}|n/?a|unch\.?|nil"
)
_TELLING_FIGURE = re.compile(r"\(?[-+−±][$€£¥]?\d.*|\(?[$€£¥].*|.*\d[.,]\d+%?\)?|.*%\)?")
_UNITS = frozenset({
    "points", "point", "pts", "punkte", "punkten", "zähler", "puntos", "ptos", "euros", "euro",
    "dollars", "usd", "eur", "gbp", "€", "$", "%",
})  # fmt: skip
_ENDS_OF_RANGES = 3
_DASHES = frozenset({"-", "--", "–", "—"})
_RANK = re.compile(r"\d{1,3}[.)=°º]?")
_SMALL = frozenset({"&", "/", "-", "–", "and", "de", "del", "der", "des", "du", "et", "la", "le",
                    "of", "per", "und", "y", "v"})  # fmt: skip
_HOURS = (" a.m.", " p.m.")
_PHONES = frozenset({"call", "e-mail", "fax", "mobil", "mobile", "phone", "tel", "telefon",
                     "teléfono", "tél"})  # fmt: skip

_WORD = r"[A-ZÀ-Þ][\w.'’&/-]*"
_NAME = (
    rf"(?:\d{{1,2}}\. )?{_WORD}"
    rf"(?: (?:{_WORD}|\d{{2,4}}|de|del|la|of|am|den|der|da|\([\w/.]{{1,12}}\))){{0,4}}"
)
# Code points from the end within which a row has a figure, if it has none joined to another.
_END = 12
_FIGURE_AT_END = re.compile(r"\d")
_FIGURES_WITHIN = re.compile(r"\d ?[-–:.h] ?\d")
_GOALS = r"\d{1,3}"
_REMARK = r"(?: \([^()]{1,40}\)| (?:OT|SO|aet|AET|a\.p\.|ap|tab|n\.V\.|i\.E\.|t\.a\.b\.|pens?))*"
_AGAINST = r"(?:-|–|—|v|vs\.?|gegen|contre)"
_IN_BRACKETS = r"(?: \([^()]{1,20}\))?"
_SET = r"\d{1,2}[-:/]\d{1,2}(?: ?\(\d+(?:[-:/]\d+)?\))?"
_SCORES = (
    # As in: Arsenal 2 Chelsea 1; Lakers 101, Celtics 99
    rf"{_NAME},? {_GOALS}(?: \(\d+\))?[,;]?(?: [-–])? {_NAME},? {_GOALS}{_REMARK}",
    # Arsenal 2-1 Chelsea; Bayern 2 : 1 Dortmund
    rf"{_NAME},? {_GOALS} ?[-–:] ?{_GOALS} {_NAME}{_REMARK}",
    # PSG - Lyon 2-1 (1-0); Bayern v Dortmund 2:1
    rf"{_NAME} ?{_AGAINST} {_NAME}:?,? {_GOALS} ?[-–:] ?{_GOALS}{_REMARK}",
    # Real Sociedad-Granada 3-0
    rf"(?=[^\d]*\w-[A-ZÀ-Þ]){_NAME} {_GOALS}[-–:]{_GOALS}{_REMARK}",
    # Arsenal v Chelsea (1500 GMT); 20.30 Bayern - Dortmund
    rf"{_NAME} {_AGAINST} {_NAME},? \(?(?:\d{{1,2}}[:.h]\d\d|\d{{4}})(?: (?:GMT|Uhr|h))?\)?",
    rf"\d{{1,2}}[:.h]\d\d(?: Uhr| GMT)?:? {_NAME} {_AGAINST} {_NAME}",
    # Miami at Milwaukee, 1 p.m.
    rf"{_NAME} at {_NAME},? \d{{1,2}}(?::\d\d)? [ap]\.m\.",
    # Rafael Nadal (ESP/N.5) bat Roger Federer (SUI/N.3) 6-4, 7-6 (7/4)
    (
        rf"{_NAME}{_IN_BRACKETS} (?:{_AGAINST}|bt|beat|bat|b\.|d\.|def\.|bate a)"
        rf" {_NAME}{_IN_BRACKETS}:? {_SET}(?:,? {_SET}){{1,4}}"
    ),
    # 1. John Roe 4:12.5; 2. Doe, 398 pts
    (
        rf"\d{{1,3}}[.)=] {_NAME}(?:, {_NAME})?,? (?:\+ ?)?"
        r"(?:\d+[:.,h'’][\d:.,'’\"]+|\d+ ?(?:pts?|points|Punkte|puntos|Zähler))"
    ),
)
_SCORE = re.compile("|".join(_SCORES))
# As in: 1. Jane Doe (FRA) 1h02:03.4; 2. John Roe (GER/Test) à 2.123
_PLACED = re.compile(
    rf"(?:=\s?)?\d{{1,3}}[.)=]?:? {_NAME}(?:,? \([^()]{{2,40}}\))+[,:]?"
    r" (?:\+ ?|à |at |a |in |en )?(?!(?:19|20)\d\d$)\d[\d.,:h'’\"]*\S{0,3}(?: \S{1,12}){0,2}"
)


def is_table_row(line: str) -> bool:
    """Whether the line is set in columns."""
    if "  " not in line and "\t" not in line and "...." not in line:
        return False
    if len(line) > _LONGEST_ROW or len(line.split()) > _MOST_WORDS_IN_ROW:
        return False
    return _GAP_BEFORE_FIGURE.search(line) is not None or is_set_apart(line)


def is_set_apart(line: str) -> bool:
    """Whether the line holds more than one wide gap."""
    return len(_GAP.findall(line)) > 1


def has_gap(line: str) -> bool:
    """Whether the line holds a wide gap."""
    return ("   " in line or "\t" in line) and _GAP.search(line) is not None


def rows_among(lines: Sequence[str], may_go: Callable[[str], bool] = lambda _: False) -> list[bool]:
    """Which of the lines, one below the other, are rows.

    A line that may be a headline as well ("Arsenal 2 Chelsea 1") is one next to another only.

    Args:
        lines: the text, a line each; empty ones do not part what stands around them.
        may_go: whether a line is of those that may be removed from between two rows, which then
            stand next to each other.
    """
    found = [_certainty(line) for line in lines]
    if 1 not in found:
        return [certain > 1 for certain in found]
    left = [
        number
        for number, (line, certain) in enumerate(zip(lines, found, strict=True))
        if certain or (line and not may_go(line))
    ]
    rows = [certain > 1 for certain in found]
    for one, other in pairwise(left):
        if not (found[one] and found[other]):
            continue
        # "Season 2, Episode 3" over "Season 2, Episode 4" is a list, no table.
        if found[one] > 1 or found[other] > 1 or _named(lines[one]) != _named(lines[other]):
            rows[one] = rows[other] = True
    return rows


def _named(line: str) -> str:
    return next((word for word in line.split() if word[0].isalpha()), "")


def _certainty(line: str) -> int:
    """2 for a row, 1 for what is one if another stands next to it, 0 for none."""
    if is_table_row(line):
        return 2
    if not _may_be_bare(line):
        return 0
    bare = line.lstrip("-*•· ")
    words = bare.split()
    if not 1 < len(words) <= _MOST_WORDS_IN_BARE_ROW or (
        line.endswith((".", "!", "?", ":", ";")) and not line.endswith(_HOURS)
    ):
        return 0
    certain = _figures(words)
    if certain < 2 and bare[0].isdigit() and _PLACED.fullmatch(bare):
        return 2
    if not certain and _SCORE.fullmatch(bare):
        return 1
    return certain


def _may_be_bare(line: str) -> bool:
    """Whether the line is short, with figures where rows have them: of lines of text few are."""
    if len(line) > _LONGEST_BARE_ROW or (line[:1].islower() and not line[-1].isdigit()):
        return False
    return (
        _FIGURE_AT_END.search(line, max(0, len(line) - _END)) is not None
        or _FIGURES_WITHIN.search(line) is not None
    )


def _figures(words: list[str]) -> int:
    """As ``_certainty``, for a name and the figures behind it: "CAC 40 4.223,04 -0,39%"."""
    figures: list[str] = []
    position = len(words)
    while position > 1:
        word = words[position - 1]
        if word.casefold() not in _UNITS:
            if not _FIGURE.fullmatch(word):
                break
            figures.append(word)
        position -= 1
    name = words[:position]
    if len(name) > 1 and _RANK.fullmatch(name[0]):
        del name[0]
    numbers = sum(any(map(str.isdigit, figure)) for figure in figures)
    if numbers <= _ENDS_OF_RANGES and not _DASHES.isdisjoint(figures[1:-1]):
        return 0  # from one to the other
    if len(figures) < 2 or not numbers or not 0 < len(name) <= _MOST_WORDS_OF_NAME:
        return 0
    if name[0].strip(".:").casefold() in _PHONES or (
        figures[-1][0] in "+0" and not name[0].isupper()
    ):
        return 0
    if not any(char.isalpha() for char in name[0]):
        return 0
    telling = sum(map(bool, map(_TELLING_FIGURE.fullmatch, figures)))
    if any(word[0].islower() and word not in _SMALL for word in name):
        return int(telling == len(figures) and len(name) <= _MOST_WORDS_OF_GOODS)
    return 2 if telling > 1 or numbers >= _FIGURES_OF_STANDINGS else 1
