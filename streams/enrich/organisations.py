"""The organisations that newswires name every day, found by name.

It must not guess: a name that is not in ``organisations.toml`` is the recogniser's business.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from schemas.item import EntityType
from streams.enrich.found import Found
from streams.folding import fold

_FILE = Path(__file__).with_name("organisations.toml")
_TOKEN = re.compile(r"\w+(?:\.\w+)*", re.UNICODE)
_SCORE = 0.95
# After a name of one word: the "Fed Cup" is not the Federal Reserve's, the "UEFA Cup" a contest.
_CONTEST = re.compile(r" (?:Cup|Open|Trophy|Masters|Championships?|Games)\b")
# "Standard & Poor" has three.
_MAX_GAP = 3


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    words: tuple[str, ...]
    surface: str
    is_exact: bool


class Lexicon:
    """The names of one language; English ones stand in for those that a language lacks."""

    def __init__(self, language: str, table: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._shown: dict[str, str] = {}
        self._by_first: dict[str, list[_Name]] = {}
        lower_firsts: set[str] = set()
        for key, names in table.items():
            own = names.get(language) or names["en"]
            self._shown[key] = own[0]
            for name in own:
                words = tuple(fold(name).split())
                exact = len(_TOKEN.findall(name)) == 1
                self._by_first.setdefault(words[0], []).append(_Name(key, words, name, exact))
                if name[0].islower():
                    lower_firsts |= {words[0], name.split()[0]}
        for found in self._by_first.values():
            found.sort(key=lambda name: -len(name.words))
        self._lower_firsts = frozenset(lower_firsts)

    def shown(self, key: str) -> str:
        """The name that an organisation is shown under; ``key`` is one that ``find`` gave."""
        return self._shown[key.removeprefix("organisation/")]

    def find(self, text: str) -> Iterator[Found]:
        """The organisations of ``text``, longest name first where several begin at a word."""
        tokens = list(_TOKEN.finditer(text))
        # In a text of capitals only, "WHO" is more often the word.
        shouts = text == text.upper()
        position = 0
        while position < len(tokens):
            token = tokens[position][0]
            length = 0
            if token[0].isupper() or token in self._lower_firsts:
                length, key = self._match(text, tokens, position, shouts=shouts)
                if length:
                    start, end = tokens[position].start(), tokens[position + length - 1].end()
                    # "U.N." ends with its full stop.
                    end += "." in text[start:end] and text[end : end + 1] == "."
                    yield Found(
                        start,
                        end,
                        text[start:end],
                        EntityType.ORGANISATION,
                        _SCORE,
                        "lexicon",
                        f"organisation/{key}",
                    )
            position += length or 1

    def _match(
        self, text: str, tokens: Sequence[re.Match[str]], position: int, *, shouts: bool
    ) -> tuple[int, str]:
        """How many tokens from ``position`` are which organisation's name; 0 if none."""
        first = fold(tokens[position][0]).split()
        for name in self._by_first.get(first[0], ()) if first else ():
            if shouts and name.is_exact:
                continue
            length = self._length(name, text, tokens, position)
            if length:
                return length, name.key
        return 0, ""

    @staticmethod
    def _length(name: _Name, text: str, tokens: Sequence[re.Match[str]], position: int) -> int:
        if name.is_exact:
            surface = tokens[position][0].rstrip(".")
            is_contest = _CONTEST.match(text, tokens[position].end()) is not None
            return int(surface == name.surface.rstrip(".") and not is_contest)
        words: list[str] = []
        for index in range(position, min(position + len(name.words), len(tokens))):
            if index > position:
                gap = text[tokens[index - 1].end() : tokens[index].start()]
                if len(gap) > _MAX_GAP or "\n" in gap or any(char in gap for char in ",;:()"):
                    return 0
            words.extend(fold(tokens[index][0]).split())
            if tuple(words) == name.words:
                whole = text[tokens[position].start() : tokens[index].end()]
                return index - position + 1 if whole != whole.lower() else 0
            if tuple(words) != name.words[: len(words)]:
                return 0
        return 0


@cache
def _table() -> Mapping[str, Mapping[str, Sequence[str]]]:
    with _FILE.open("rb") as file:
        return tomllib.load(file)


@cache
def listed_organisations() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The names of every organisation of the list, by its id and by language."""
    return {organisation_id(key): names for key, names in _table().items()}


def is_name_of(key: str, name: str) -> bool:
    """Whether at least half of a name's words are in a name of an organisation, in any language.

    Args:
        key: of a name that ``Lexicon.find`` gave.
        name: in full, as a text has it.
    """
    named = _table().get(key.removeprefix("organisation/"), {})
    own = set(fold(name).split())
    return any(
        2 * len(own & set(fold(one).split())) >= len(own)
        for in_language in named.values()
        for one in in_language
    )


def organisation_id(key: str) -> str:
    """The id of an organisation of the list: "wireroom:org/united-nations"."""
    return f"wireroom:org/{key}"


@lru_cache(maxsize=32)
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language."""
    return Lexicon(language, _table())
