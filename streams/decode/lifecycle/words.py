"""The words of ``words.toml``, ready to be looked for.

It must not hold a word itself: a new one is a line of the table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from schemas.item import LifecycleKind

_TABLE: dict[str, Any] = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
LANGUAGES = ("en", "fr", "de", "es")

# One for one, so that offsets hold; a bell rings within dpa's "(Eil)".
PLAIN = str.maketrans(
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ’‘\u00a0\u202f\u2009\x07",
    "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuyy''    ",
)

AGENCY = (
    r"(?:dpa(?:-[a-z]{2,5})?|afp|reuters|ap|efe|ansa|pa|stt|kyodo|ats|sda|apa|belga|kna|epd|afx|"
    r"tass|anp|tt|ntb|ritzau|europa press|aap|cp)"
)
"""Agencies as messages name them when they point at their own copy."""
_REFERENCE = rf"(?:\b{AGENCY}\b[^\w\n]{{0,3}}(?:n[or]?\.? |n° |#)?[A-Z]{{0,4}}\d{{2,6}}\b|[\"«“„»])"
_TIME_WORDS = (
    "gmt|utc|bst|cet|cest|mez|mesz|est|edt|jst|uhr|heures?|horas?|hours?|hrs|h|[ap]\\.?m|noon|midnight|on|"
    "the|le|du|a la|las|del|de|el|um|am|den|at|local time|heure de paris|et|"
    "mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|"
    "lunes|martes|miercoles|jueves|viernes|sabado|domingo|"
    "jan[a-z.]*|feb[a-z.]*|fev[a-z.]*|mar[a-z.]*|apr[a-z.]*|avr[a-z.]*|abr[a-z.]*|may|mai|mayo|"
    "ju[nlil][a-z.]*|ene[a-z.]*|enero|aug[a-z.]*|aou[a-z.]*|ago[a-z.]*|sep[a-z.]*|o[ck]t[a-z.]*|"
    "nov[a-z.]*|de[cz][a-z.]*|dic[a-z.]*"
)
# Possessive: the digits of a long number may be parted in too many ways to try them all.
TIME = (
    rf"(?>[\s,:;]*(?:\d{{1,4}}(?!\d)(?:[.:/h-]\d{{0,4}}){{0,2}}|(?:{_TIME_WORDS})\b\.?)){{0,12}}+"
)
"""What of the words behind "embargoed until" may tell a time."""

_AFTER = {
    "joined": r"(?=\s*(?:[-–—:/|*)\],.+]|$))",
    # No comma in a headline: "FLASH, le film" is one; sluglines are cut at commas before.
    "spaced": r"(?=\s*(?:[:/|*)\]=]|\.(?:\s|-|$)|[-–—+]+(?:\s|$)|$)|\s+[-–—])",
    "dash": r"(?=[-–][A-Z0-9\"'])",
    "colon": r"(?=\s?:)",
    "titled": r"(?=\s+[\"'«“„¿¡(]?[A-Z][a-z])",
    "alone": r"(?=\s*(?:[/*)\]=]|$))",
    "any": r"(?=\W|$)",
}
_NUMBER_BEHIND = {
    None: "",
    "before": "",
    "may": r"(?:\s+(?P<m>\d{1,3})(?![:.]\d))?",
    "must": r"(?:\s+(?P<m>\d{1,3})(?![:.]\d))?",
}
_FIRST_WORD = re.compile(r"[A-Za-z][A-Za-z']*")


@dataclass(frozen=True, slots=True)
class Word:
    """One entry: what it says, and the shape in which it does.

    Attributes:
        number: "must" and "before" need one; "may" allows it; None takes none.
        in_slugline: whether it says so as a segment of a slugline without a number, too.
    """

    kind: LifecycleKind
    pattern: re.Pattern[str]
    number: str | None = None
    in_slugline: bool = True


def _words() -> dict[str, tuple[Word, ...]]:
    """Every entry by its first word in small letters, the particular before the general."""
    found: dict[str, list[Word]] = {}
    for entry in _TABLE["sentence"]:
        pattern = (
            entry["pattern"]
            .replace("{AGENCY}", AGENCY)
            .replace("{REFERENCE}", _REFERENCE)
            .replace("{TIME}", TIME)
        )
        word = Word(LifecycleKind(entry["kind"]), re.compile(pattern, re.IGNORECASE))
        for first in entry["first"]:
            found.setdefault(first, []).append(word)
    for entry in _TABLE["marker"]:
        number = entry.get("number")
        for phrase in (phrase for language in LANGUAGES for phrase in entry.get(language, ())):
            word = Word(
                LifecycleKind(entry["kind"]),
                re.compile(_pattern(phrase, entry["after"], number)),
                number,
                entry.get("slugline", True),
            )
            first = _FIRST_WORD.match(phrase)
            found.setdefault(first.group().lower() if first else phrase, []).append(word)
    return {first: tuple(words) for first, words in found.items()}


def _pattern(phrase: str, after: str, number: str | None) -> str:
    words = r"\s+".join(re.escape(part) for part in phrase.split(" "))
    names = _TABLE["names"].get(phrase, ()) if after == "titled" else ()
    no_name = rf"(?!\s+(?:{'|'.join(names)})\b)" if names else ""
    return f"{words}{_NUMBER_BEHIND[number]}{no_name}{_AFTER[after]}"


def _brackets() -> tuple[tuple[LifecycleKind, re.Pattern[str]], ...]:
    return tuple(
        (
            LifecycleKind(kind),
            re.compile(
                rf"(?:{'|'.join(re.escape(word) for word in sorted(words, key=len, reverse=True))})"
                r"(?:\s+(?P<m>\d{1,3}))?(?!\w)"
            ),
        )
        for kind, words in _TABLE["brackets"].items()
    )


WORDS = _words()
BRACKETS = _brackets()
TAILS = tuple(
    (LifecycleKind(entry["kind"]), re.compile(entry["pattern"])) for entry in _TABLE["tail"]
)
# Tripled, or doubled: never an ordinary headline, whatever stands between.
REPEATED = (
    (
        LifecycleKind.KILL,
        re.compile(
            r"(?:\*+\s*)?(?:KILL|ELIMINAR|ANNULATION)(?:\s*[-–/*]*\s*)"
            r"(?:KILL|ELIMINAR|ANNULATION)\b(?:[-–/*\s]*(?:KILL|ELIMINAR|ANNULATION)\b){0,4}"
        ),
    ),
    (LifecycleKind.HOLD, re.compile(r"HOLD(?:\s*[-–/*]*\s*)HOLD\b(?:[-–/*\s]*HOLD\b){0,4}")),
)


def phrases(kinds: Collection[LifecycleKind]) -> list[tuple[str, bool]]:
    """The markers of some kinds in every language, each with whether only a colon makes it one.

    Without accents, longest first.
    """
    found = {
        (phrase, entry["after"] == "colon")
        for entry in _TABLE["marker"]
        if LifecycleKind(entry["kind"]) in kinds
        for language in LANGUAGES
        for phrase in entry.get(language, ())
    }
    return sorted(found, key=lambda pair: (-len(pair[0]), pair))
