"""Lines that name who wrote an item.

It must not take a sentence for one: the line is a preposition and names, nothing else.
"""

from __future__ import annotations

import re

_NAME = r"(?:(?:d|D|O|l|L)['’]|(?:al|el|Al|El)-)?[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_PARTICLE = r"(?:de|da|di|del|della|der|den|du|dos|la|le|el|al|bin|ben|van|von|ter|zu|y)"
_PERSON = rf"(?:{_NAME}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_NAME}){{1,3}})"
AGENCY = (
    r"(?:(?:[Tt]he )?(?:Associated Press|Canadian Press)|AFP|AP|AAP|APA|Reuters(?: Staff)?|REUTERS"
    r"|dpa|DPA|dpa-AFX|EFE|Europa Press|ANSA|ATS|ats|Keystone-ATS|Keystone-SDA|SDA|sda|SID|UPI|PTI"
    r"|PA(?: Media)?|Xinhua|TASS|Kyodo|Belga|Bloomberg|epd|KNA|Agence [A-Z][\w-]+(?:-[A-Z]\w+)?)"
)
"""Agencies as they name themselves in bylines, credits and rights."""

_AND = r"(?:\s*[,/]\s*|\s+(?:and|AND|et|ET|y|Y|und|UND|avec|with|&)\s+)"
_PLACE = r"[A-ZÀ-Þ][\w'’-]*(?:[ -](?:de |la |am )?[A-ZÀ-Þ][\w'’-]*){0,3}"
_IN = rf"(?:\s+(?:in|IN|à|en|aus)\s+{_PLACE})"
_WHO = rf"(?:(?:l['’])?{AGENCY}\b|{_PERSON}){_IN}?"
PEOPLE = rf"{_WHO}(?:{_AND}{_WHO}){{0,5}}"
"""Names, in a list as bylines and credits hold them."""

_EMAIL = r"<?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}>?"
_TITLE = (
    r"(?:AP|AFP|Associated Press|Reuters|AAP|UPI|PA|Canadian Press)(?: [A-Z][a-z]+){0,3} "
    r"(?:Writers?|Correspondents?|Reporters?|Editors?|Columnists?|Staff)"
)
_BYLINE = re.compile(
    rf"(?:By|BY|Par|PAR|Por|POR|Von|VON)\s+{PEOPLE}"
    rf"(?:\s*\((?:avec |mit |con )?{AGENCY}\)|\s+{_TITLE})?"
    # What they are, or for whom they write.
    r"(?:\s*[,|/–-]\s*(?:[A-ZÀ-Þ0-9]|dpa|avec |staff |special |for )[\w .'’&-]{1,40}?)?"
    rf"(?:\s*[,;|]?\s+{_EMAIL})?\s*=?"
)
# Without a name, or with the name behind: "Von unserem Korrespondenten Max Meier, Brüssel".
_OURS = re.compile(
    r"(?:(?:By|From) our (?:own |special |foreign |staff ){0,2}(?:correspondents?|reporters?|staff)"
    r"|(?:[Dd]e|[Pp]ar) (?:notre|nos) (?:envoyée?s?|correspondante?s?)"
    r"(?: spéciale?s?| spéciaux| permanente?s?)?"
    r"|[Vv]on unsere[mrn] (?:\w{2,20}-?)?(?:[Kk]orrespondent(?:en|in|innen)?|[Rr]edakteur(?:en|in)?"
    r"|[Rr]edaktion|[Mm]itarbeiter(?:n|in)?)"
    r"|(?:[Dd]e|[Pp]or) nuestr[oa]s? (?:corresponsal(?:es)?|enviad[oa]s?(?: especial(?:es)?)?)"
    r"|P(?:ar|or) la (?:rédaction|redacción)|By [Ss]taff (?:[Ww]riters?|[Rr]eporters?))"
    rf"{_IN}?(?:\s*,?\s+{PEOPLE})?(?:\s*,\s*{_PLACE})?\s*=?"
)
_TITLE_ONLY = re.compile(rf"{_TITLE}\s*=?")
_CONTINUING = re.compile(rf"{_EMAIL}|@\w{{2,30}}")
_LONGEST = 160
_PREPOSITIONS = ("By ", "BY ", "Par ", "PAR ", "Por ", "POR ", "Von ", "VON ")
_OURS_OPEN = (
    "By our ", "By staff ", "By Staff ", "From our ", "De no", "de no", "De nuestr", "de nuestr",
    "Par no", "par no", "Par la ", "Por nuestr", "por nuestr", "Por la ", "Von unser", "von unser",
)  # fmt: skip
_TITLE_OPENS = ("AP ", "AFP ", "Associated ", "Reuters ", "AAP ", "UPI ", "PA ", "Canadian ")
_OPENINGS = (*_PREPOSITIONS, *_OURS_OPEN, *_TITLE_OPENS)
# In a headline set in capitals these are words as any; in a name they do not occur.
_NOT_IN_NAMES = frozenset({
    "And", "Before", "By", "But", "For", "From", "Had", "If", "Into", "It", "Not", "Of", "Or",
    "Out", "Over", "The", "Their", "Through", "To", "Under", "Until", "When", "Without", "Your",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mit", "Ohne",
    "Nach", "Bis", "Und", "Oder", "Los", "Las", "Les", "Pour", "Sans", "Contre",
})  # fmt: skip
_SAINTS = frozenset({"San", "Santa", "Santo", "Saint", "Sainte", "Sankt"})


def is_byline(line: str) -> bool:
    """Whether the whole line is a byline: "By Jane Doe and John Roe", "Par Jeanne Dupont".

    So is one without a name ("Von unserem Korrespondenten"), and what AP sets under the name
    ("AP Business Writer").
    """
    if not line.startswith(_OPENINGS) or len(line) > _LONGEST:
        return False
    if line.startswith(_PREPOSITIONS) and _BYLINE.fullmatch(line) is not None:
        return _are_names(_names_of(line).split())
    if line.startswith(_TITLE_OPENS):
        return _TITLE_ONLY.fullmatch(line) is not None
    return line.startswith(_OURS_OPEN) and _OURS.fullmatch(line) is not None


def continues(line: str) -> bool:
    """Whether a line belongs to the byline directly above it: the writer's address."""
    return ("@" in line) and len(line) <= _LONGEST and _CONTINUING.fullmatch(line) is not None


def as_written(line: str) -> str:
    """The byline without a teletype's end sign."""
    return line.rstrip(" =")


def _are_names(words: list[str]) -> bool:
    if words[0] in {"Por", "Par"} and len(words) == 3 and words[1] in _SAINTS:
        return False  # the feast, not the man
    return _NOT_IN_NAMES.isdisjoint(words[1:])


def _names_of(line: str) -> str:
    """The line without what stands behind the names: "Special to The Test"."""
    return re.split(r"[,|]", line.replace("The Associated", "").replace("The Canadian", ""))[0]
