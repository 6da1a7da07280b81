"""Damaged characters and short openings: repairs that are right, languages that are.

It must not judge whether a figure is good enough.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.bench.clean_pages import Page, read_rows, string_of
from streams.clean import DEFAULT_RULES
from streams.clean.language import detect
from streams.decode import mojibake

_OPENING_WORDS = 7
# Paragraphs of which damage is made, spread over the corpus: more do not move the figures.
_MOST_DAMAGED = 2_000
# C1 controls, which nobody means: a paragraph that has one arrived damaged, and is left out.
_C1 = re.compile("[\x80-\x9f]")
UNHARMED = "unharmed"

_CP1252 = "cp1252"
# Every byte is read, as browsers and mailers do, which Python's cp1252 does not.
_SIGNS = {
    code: sign for code in range(0x80, 0xA0) if (sign := bytes([code]).decode(_CP1252, "ignore"))
}


@dataclass(frozen=True, slots=True)
class Damage:
    """A wrong charset; ``common`` are those that reach a newsroom every day."""

    name: str
    written: str
    read: str
    times: int = 1
    common: bool = True

    def of(self, text: str) -> str | None:
        """The text as it arrives; None where it arrives unharmed or cannot be so written."""
        damaged = text
        try:
            for _ in range(self.times):
                damaged = _read(damaged.encode(self.written), self.read)
        except UnicodeError:
            return None
        return damaged if damaged != text else None


def _read(data: bytes, charset: str) -> str:
    return data.decode("latin-1").translate(_SIGNS) if charset == _CP1252 else data.decode(charset)


DAMAGES = (
    Damage("utf-8 read as cp1252", "utf-8", _CP1252),
    Damage("utf-8 read as latin-1", "utf-8", "latin-1"),
    Damage("cp1252 read as latin-1", "cp1252", "latin-1"),
    Damage("utf-8 read as cp1252, twice", "utf-8", _CP1252, times=2),
    Damage("utf-8 read as mac-roman", "utf-8", "mac-roman", common=False),
    Damage("utf-8 read as cp437", "utf-8", "cp437", common=False),
    Damage("utf-8 read as cp850", "utf-8", "cp850", common=False),
)


@dataclass(frozen=True, slots=True)
class RepairFigures:
    """How texts damaged in one way, or not at all, came out.

    Attributes:
        right: as they were before the damage; of unharmed texts, those left as they are.
        untouched: left damaged, and nothing claimed.
        wrong: changed to something else. Of unharmed texts these are the false changes, unless
            the corpus is damaged itself: look at ``examples``.
    """

    damage: str
    common: bool
    texts: int
    right: int
    untouched: int
    wrong: int
    examples: tuple[str, ...] = ()

    @property
    def is_damaged(self) -> bool:
        """Whether the texts were damaged at all."""
        return self.damage != UNHARMED


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """How openings of seven words in one language, or in all, were told.

    Attributes:
        answered: texts of which a language was said at all.
        mistaken: the languages said wrongly.
    """

    language: str
    texts: int
    answered: int
    right: int
    mistaken: dict[str, int]


def read_texts(path: Path) -> list[tuple[str, str]]:
    """Texts with the code of their language, as "fr".

    Args:
        path: JSON Lines of ``language`` and ``text``, gzipped or not.

    Raises:
        ConfigError: it cannot be read, or a row is no such text.
    """
    return [
        (string_of(row, "language", where), string_of(row, "text", where))
        for where, row in read_rows(path)
    ]


def paragraphs(pages: Iterable[Page]) -> Iterator[str]:
    """The paragraphs of the true articles."""
    for page in pages:
        yield from filter(None, (line.strip() for line in page.body.split("\n")))


def repairs(texts: Sequence[str]) -> list[RepairFigures]:
    """Figures of unharmed texts, then of each damage, made of texts that have what it damages.

    Texts of ASCII, which nothing here damages, and texts with C1 controls, which arrived damaged,
    are left out.
    """
    telling = [text for text in dict.fromkeys(texts) if not (text.isascii() or _C1.search(text))]
    figures = [_repair(UNHARMED, True, [(text, text) for text in telling])]
    for damage in DAMAGES:
        pairs = [(text, damaged) for text in telling if (damaged := damage.of(text)) is not None]
        spread = pairs[:: max(1, len(pairs) // _MOST_DAMAGED)]
        figures.append(_repair(damage.name, damage.common, spread))
    return [one for one in figures if one.texts]


def _repair(name: str, common: bool, pairs: Sequence[tuple[str, str]]) -> RepairFigures:  # noqa: FBT001
    right = untouched = 0
    examples: list[str] = []
    for meant, damaged in pairs:
        repaired, _edits = mojibake.repair(damaged)
        if repaired == meant:
            right += 1
        elif repaired == damaged:
            untouched += 1
        else:
            examples.append(damaged)
    wrong = len(pairs) - right - untouched
    return RepairFigures(name, common, len(pairs), right, untouched, wrong, tuple(examples[:3]))


def languages(texts: Sequence[tuple[str, str]]) -> list[LanguageFigures]:
    """Figures of the openings of seven words, by language and then of all."""
    openings = [
        (language, " ".join(words[:_OPENING_WORDS]))
        for language, text in texts
        if len(words := text.split()) >= _OPENING_WORDS
    ]
    said = [(language, detect(opening, DEFAULT_RULES.languages)) for language, opening in openings]
    names = [*sorted({language for language, _ in said}), "all"]
    return [
        _language(name, [pair for pair in said if name in {pair[0], "all"}])
        for name in names
        if said
    ]


def _language(name: str, said: Sequence[tuple[str, str | None]]) -> LanguageFigures:
    mistaken = Counter(told for true, told in said if told not in {None, true})
    return LanguageFigures(
        language=name,
        texts=len(said),
        answered=sum(told is not None for _, told in said),
        right=sum(told == true for true, told in said),
        mistaken={str(told): count for told, count in mistaken.most_common()},
    )
