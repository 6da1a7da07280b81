"""The words of one language by which quotations are told, and the forms of its verbs of speech.

It must not read any text but the tables of ``quotes.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("quotes.toml")
_OPEN_SYLLABLE = re.compile(r"[eé]([^aeiouyéèê]+)$")
_ENGLISH_E = re.compile(r"e$")


@dataclass(frozen=True, slots=True)
class SpeechWords:
    """Sets of words, all in small letters.

    Attributes:
        finite: forms that are verbs by themselves: "explique", "said".
        participles: forms that need an auxiliary before them: "expliqué" of "a expliqué".
        infinitives: those of "et d'ajouter".
        continuing: forms that go on with what the same speaker said: "ajouté", "added".
        sources: words after which the speaker stands: "selon"; "d'après" is "d-après".
        openers: words that are sources where they open a sentence: "pour".
        papers: what organisations speak through: "communiqué".
        stops: words after which no name is the speaker's any more.
        pronouns: pronoun to "m", "f" or "" (either).
    """

    finite: frozenset[str]
    participles: frozenset[str]
    infinitives: frozenset[str]
    after_fait: frozenset[str]
    continuing: frozenset[str]
    auxiliaries: frozenset[str]
    reflexive: frozenset[str]
    sources: frozenset[str]
    openers: frozenset[str]
    papers: frozenset[str]
    spokes: frozenset[str]
    roles: frozenset[str]
    definite: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    stops: frozenset[str]
    subordinators: frozenset[str]
    pronouns: Mapping[str, str]


@lru_cache(maxsize=8)
def speech_words(language: str) -> SpeechWords:
    """The words of a language; all languages' together for one that has no table."""
    with _FILE.open("rb") as file:
        tables = tomllib.load(file)
    chosen = {language: tables[language]} if language in tables else tables

    def words(name: str) -> frozenset[str]:
        return frozenset(word for table in chosen.values() for word in table[name].split())

    finite, participles = set(words("forms")), set(words("participles"))
    for code, table in chosen.items():
        for verb in table["verbs"].split():
            made = _french(verb) if code == "fr" else (_english(verb), [])
            finite.update(made[0])
            participles.update(made[1])
    return SpeechWords(
        finite=frozenset(finite),
        participles=frozenset(participles),
        infinitives=words("verbs") | {"conclure", "poursuivre", "reprendre", "dire"},
        after_fait=words("after_fait"),
        continuing=words("continuing"),
        auxiliaries=words("auxiliaries"),
        reflexive=words("reflexive"),
        sources=words("sources"),
        openers=words("openers"),
        papers=words("papers"),
        spokes=words("spokes"),
        roles=words("roles"),
        definite=words("definite"),
        determiners=words("determiners"),
        prepositions=words("prepositions"),
        stops=words("stops"),
        subordinators=words("subordinators"),
        pronouns={
            **dict.fromkeys(words("pronouns_they"), ""),
            **dict.fromkeys(words("pronouns_he"), "m"),
            **dict.fromkeys(words("pronouns_she"), "f"),
        },
    )


def _french(verb: str) -> tuple[list[str], list[str]]:
    """The finite forms and the participles of a verb in -er (or -ir, as renchérir)."""
    stem = verb[:-2]
    if verb.endswith("ir"):
        return [f"{stem}it", f"{stem}issent", f"{stem}issait"], [f"{stem}i", f"{stem}ie"]
    if not verb.endswith("er"):
        return [], []
    # "annonça", "jugeait"; "précise", but "réitère", "martèle".
    soft = {"c": stem[:-1] + "ç", "g": stem + "e"}.get(stem[-1], stem)
    strong = _OPEN_SYLLABLE.sub(r"è\1", stem)
    finite = [f"{strong}e", f"{strong}ent", f"{soft}ait", f"{soft}aient", f"{soft}a"]
    return [*finite, f"{stem}èrent"], [f"{stem}é{end}" for end in ("", "e", "s", "es")]


def _english(verb: str) -> list[str]:
    """The present, the past and the present participle of a regular verb."""
    return list(_english_forms(verb))


def _english_forms(verb: str) -> Iterator[str]:
    base = _ENGLISH_E.sub("", verb)
    if verb.endswith("y") and verb[-2] not in "aeiou":
        yield from (verb[:-1] + "ies", verb[:-1] + "ied")
    else:
        yield from (verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s"), base + "ed")
    yield base + "ing"
