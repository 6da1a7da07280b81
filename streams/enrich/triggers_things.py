"""Whether a name is a thing's, or no name: ships and satellites, indexes, contests, portfolios.

It must not say of a name that it is a person's, an organisation's or a place's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from streams.enrich.words import SPACE, UPPER

_REACH = 40
# What bears a name of its own and is nobody and nowhere; before the name, and "the" between.
_CRAFT: Mapping[str, str] = {
    "en": (
        "ferry|ship|vessel|tanker|trawler|freighter|yacht|frigate|destroyer|submarine|liner"
        "|cruiser|icebreaker|aircraft[ ]carrier|satellite|spacecraft|shuttle|telescope"
        "|aboard[ ]the|(?:deck|hull|wreck)[ ]of"
    ),
    "fr": (
        "ferry|navire|pétrolier|chalutier|cargo|paquebot|voilier|yacht|frégate|destroyer"
        "|porte-avions|porte-conteneurs|sous-marin|brise-glace|satellite|sonde|navette|fusée"
        "|télescope|indice|pont|coque|épave"
    ),
    "es": (
        "buque|ferry|barco|petrolero|pesquero|carguero|velero|yate|fragata|submarino|portaaviones"
        "|satélite|sonda|transbordador|cohete|telescopio|índice"
    ),
}
# An adjective may follow the noun: "le satellite européen d'observation X".
_TO_NAME: Mapping[str, str] = {
    "en": rf"(?:{SPACE}[Tt]he)?{SPACE}",
    "fr": (
        rf"(?:{SPACE}[a-zß-ÿ]{{4,}})?(?:{SPACE}(?:de{SPACE}|d['’])[a-zß-ÿ]{{4,}})?"
        rf"(?:{SPACE}(?:du|de))?{SPACE}"
    ),
    "es": rf"(?:{SPACE}[a-zß-ÿ]{{4,}})?{SPACE}",
}
_INDEX = re.compile(
    rf"{SPACE}(?:\d{{2,4}}{SPACE})?(?:[a-z]+{SPACE}){{0,2}}(?:index|average|futures)\b"
)
_CONTEST = re.compile(
    r"\b(?:Cup|Tour|Games|Grand Prix(?: Final)?|World Series|Open|Masters|Stakes|Trophy"
    r"|Championships?|Olympics)$"
)
# "Agriculture Secretary X", "ministre suisse de l'Environnement": what the minister is for.
_MINISTER = re.compile(rf"{SPACE}(?:[Mm]inisters?|[Ss]ecretar(?:y|ies))(?:{SPACE}[{UPPER}]|'s)")
_MINISTER_OF = re.compile(
    rf"\b(?:[Mm]inistres?|[Ss]ecrétaires?{SPACE}d['’][ÉEée]tat)(?:{SPACE}[a-zß-ÿ]+)?"
    rf"(?:{SPACE}(?:de{SPACE}la|de|du|des|aux?|à{SPACE}la){SPACE}|{SPACE}(?:de|à){SPACE}l['’])$"
)
_CURRENCY = re.compile(rf"\b(?:francs?|dollars?|livres?|pesos?|dinars?|dirhams?){SPACE}$")


@cache
def _craft(language: str) -> re.Pattern[str]:
    nouns = _CRAFT.get(language)
    return re.compile(rf"\b(?:{nouns}){_TO_NAME[language]}$") if nouns else re.compile("(?!)")


def is_thing(text: str, start: int, end: int, language: str) -> bool:
    """Whether the name [start, end) is that of a vessel, a satellite, an index or a contest."""
    before = text[max(0, start - _REACH) : start]
    return bool(
        _craft(language).search(before)
        or (language == "en" and _INDEX.match(text, end))
        or (language == "en" and _CONTEST.search(text, start, end))
    )


def is_no_name(text: str, start: int, end: int, language: str) -> bool:
    """Whether one word, [start, end), is a minister's portfolio or of a currency."""
    if " " in text[start:end]:
        return False
    before = text[max(0, start - _REACH) : start]
    if language == "en":
        return _MINISTER.match(text, end) is not None and not text[start:end].isupper()
    return language == "fr" and bool(_MINISTER_OF.search(before) or _CURRENCY.search(before))
