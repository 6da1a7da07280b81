"""Lines that name who wrote an item.

It must not take a sentence for one: the line is a preposition and names, nothing else.
"""

from __future__ import annotations

import re

_NAME = r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]*)"
_PARTICLE = r"(?:de|da|di|del|della|der|den|du|dos|la|le|el|al|bin|ben|van|von|ter|zu|y)"
_PERSON = rf"{_NAME}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_NAME}){{1,3}}"
_AGENCY = (
    r"(?:AFP|AP|Reuters|dpa|EFE|ANSA|ATS|UPI|PA|Xinhua|TASS|Kyodo|Belga|Bloomberg"
    r"|Agence [A-Z][\w-]+(?:-[A-Z]\w+)?)"
)
_WHO = rf"(?:{_PERSON}|{_AGENCY})"
_BYLINE = re.compile(
    rf"(?:By|BY|Par|PAR|Por|POR|Von|VON|De notre (?:envoyée?|correspondante?)(?: spéciale?)?)\s+"
    rf"{_WHO}(?:(?:\s*,\s*|\s+(?:and|AND|et|ET|y|Y|und|UND|avec|with|&)\s+){_WHO}){{0,5}}"
    r"(?:\s*[,|/-]\s*[\w .'’&-]{2,40}?)?(?:\s+(?:in|à|en|aus)\s+[A-ZÀ-Þ][\w' -]{2,30})?\s*=?"
)
_LONGEST = 160
_OPENINGS = ("By ", "BY ", "Par ", "PAR ", "Por ", "POR ", "Von ", "VON ", "De notre ")


def is_byline(line: str) -> bool:
    """Whether the whole line is a byline: "By Jane Doe and John Roe", "Par Jeanne Dupont"."""
    return (
        line.startswith(_OPENINGS) and len(line) <= _LONGEST and _BYLINE.fullmatch(line) is not None
    )


def as_written(line: str) -> str:
    """The byline without a teletype's end sign."""
    return line.rstrip(" =")
