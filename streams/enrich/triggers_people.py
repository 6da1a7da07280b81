"""Whether the words around a name say that it is a person's: a role beside it, an age, speech.

It must not find names where a recogniser saw none, nor hold the names of anyone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from streams.enrich.demonyms import countries_of
from streams.enrich.quotes_words import speech_words
from streams.enrich.words import OPENERS, SPACE, UPPER
from streams.folding import fold

REACH = 60
"""Code points beside a name that are looked at."""

ROLES: Mapping[str, str] = {
    "fr": (
        "président|présidente|ministre|chancelier|chancelière|roi|reine|prince|princesse|général"
        "|colonel|commandant|juge|procureur|sénateur|sénatrice|député|députée|maire|avocat|avocate"
        "|acteur|actrice|chanteur|chanteuse|rappeur|réalisateur|réalisatrice|cinéaste|écrivain"
        "|romancier|peintre|poète|pape|porte-parole|entraîneur|sélectionneur|milliardaire"
        "|journaliste|frère|sœur|fils|fille|épouse|mari|veuve"
    ),
    "en": (
        "president|minister|premier|chancellor|king|queen|prince|princess|general|colonel|captain"
        "|judge|prosecutor|senator|congressman|mayor|lawyer|actor|actress|singer|director|writer"
        "|novelist|painter|pope|spokesman|spokeswoman|coach|manager|striker|midfielder|defender"
        "|goalkeeper|dissident|activist|economist|analyst|trader|brother|sister|son|daughter|wife"
        "|husband|widow|champion|chairman|chairwoman|chair|governor|secretary|ambassador|envoy"
        "|commissioner|strategist|spokesperson|professor|engineer|scientist|researcher|historian"
        "|teacher|farmer|student|author|founder|consultant|dealer|commander|adviser"
    ),
    "es": (
        "presidente|presidenta|ministro|ministra|canciller|rey|reina|príncipe|princesa|general"
        "|coronel|juez|jueza|fiscal|senador|senadora|diputado|diputada|alcalde|alcaldesa|abogado"
        "|abogada|actor|actriz|cantante|director|directora|escritor|escritora|pintor|poeta|papa"
        "|portavoz|entrenador|seleccionador|delantero|técnico|futbolista|tenista|ciclista"
        "|secretario|secretaria|gobernador|gobernadora|consejero|consejera|dirigente|líder"
        "|periodista|hermano|hermana|hijo|hija|esposa|marido|viuda|candidato|candidata"
    ),
    "de": (
        "Präsident|Präsidentin|Minister|Ministerin|Kanzler|Kanzlerin|Bundeskanzler"
        "|Bundeskanzlerin|Außenminister|Außenministerin|König|Königin|Prinz|Prinzessin|General"
        "|Oberst|Richter|Richterin|Senator|Bürgermeister|Bürgermeisterin|Anwalt|Anwältin"
        "|Schauspieler|Schauspielerin|Sänger|Sängerin|Regisseur|Papst|Sprecher|Sprecherin|Trainer"
    ),
}
"""What people are, before their names or after them, by language."""

# Not between a role and its name: "the manager of X", "le président chez X".
_NO_ADJECTIVE = (
    r"(?:avec|pour|dans|chez|sous|entre|contre|from|with|that|into|under|over|para|como|desde"
    r"|contra|sobre|hasta|nach|beim|über|oder|dass|dont|mais|when|after)\b"
)
ADJECTIVE = rf"(?:{SPACE}(?!{_NO_ADJECTIVE})[a-zß-ÿ\-]{{4,}})?{SPACE}$"
"""What may stand between a trigger and its name: one adjective."""

_DETERMINERS: Mapping[str, str] = {
    "en": "a|an|the|its|his|her|their|whose|our|former",
    "fr": "le|la|un|une|son|sa|leur|ancien|ancienne",
}
# First name and surname, or more: a word alone may be a club.
_FULL_NAME = re.compile(
    rf"(?:[{UPPER}]\.{SPACE}?)*[{UPPER}][\w'’\-]*[a-zß-ÿ](?:{SPACE}(?:[{UPPER}]\.|[a-z]{{2,3}}"
    rf"|[{UPPER}][\w'’\-]*)){{0,2}}{SPACE}[{UPPER}][\w'’\-]*[a-zß-ÿ]"
)
_FIRST_NAME = re.compile(rf"[{UPPER}][a-zß-ÿ\-]{{2,}}{SPACE}")
_NEXT_WORD = re.compile(rf"{SPACE}(\w+)")
_AGE = re.compile(rf",{SPACE}[1-9]\d,")


@dataclass(frozen=True, slots=True)
class _Patterns:
    title: re.Pattern[str]
    apposed: re.Pattern[str]
    apposing: re.Pattern[str]
    speaks: re.Pattern[str]


@cache
def _patterns(language: str) -> _Patterns | None:
    roles = ROLES.get(language)
    if roles is None:
        return None
    determiners = _DETERMINERS.get(language, "(?!)")
    # English writes a role large where it is a title: "Mayor X"; of two people it is plural.
    title = rf"(?i:{roles})s?" if language == "en" else f"(?:{roles})"
    plain = rf"(?:[a-zß-ÿ\-]+{SPACE}){{0,3}}"
    return _Patterns(
        title=re.compile(rf"\b{title}{ADJECTIVE}"),
        apposed=re.compile(rf",{SPACE}(?:{determiners}){SPACE}{plain}(?:{roles})\b(?!['’])"),
        apposing=re.compile(
            rf"\b(?:{determiners}|\w+['’]s){SPACE}{plain}(?:{roles})"
            rf"(?:{SPACE}(?:of|de){SPACE}[\w\-]+(?:{SPACE}[\w\-]+)?)?,{SPACE}$"
        ),
        speaks=re.compile(rf"[\"”'’],?{SPACE}(?:said|says|added){SPACE}$"),
    )


def has_role_before(before: str, language: str) -> bool:
    """Whether the words before a name end in what a person is: "the president ", "Mayor "."""
    patterns = _patterns(language)
    return patterns is not None and patterns.title.search(before) is not None


def is_person(text: str, start: int, end: int, language: str) -> bool:
    """Whether the words around a full name, [start, end) of ``text``, are those of a person."""
    patterns = _patterns(language)
    if patterns is None or not _FULL_NAME.fullmatch(text, start, end):
        return False
    before = text[max(0, start - REACH) : start]
    return bool(
        patterns.apposed.match(text, end)
        or _AGE.match(text, end)
        or patterns.apposing.search(before)
        or patterns.speaks.search(before)
    )


def start_of_speaker(text: str, start: int, end: int, language: str) -> int:
    """Where the name of who speaks begins, whose surname alone, [start, end), a model found.

    A block begins with the first name then, and a verb of speech follows: "Davor Lisak said".
    """
    first = _FIRST_NAME.match(text)
    verb = _NEXT_WORD.match(text, end)
    if first is None or first.end() != start or verb is None:
        return start
    word = first[0].strip()
    is_name = not (
        fold(word) in OPENERS
        or has_role_before(first[0], language)
        or countries_of((word,), language)
        or verb[1] not in speech_words(language).finite
    )
    return 0 if is_name else start
