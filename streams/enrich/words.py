"""Words that tell names apart: titles, weekdays, particles, by language.

It must not hold the names of anyone or anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from streams.folding import fold

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΑ-ΩА-ЯЁЄІЇ"
SPACE = "[ \u00a0\u202f]"

_SINGULAR: Mapping[str, str] = {
    "fr": r"M\.|Mme\.?|Mlle\.?|Mgr\.?|Dr\.?|Pr\.?|Me",
    "en": r"Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?|Prof\.?|Sir|Lord|Lady|Dame",
    "es": r"Sr\.?|Sra\.?|Srta\.?|Dr\.?|Dra\.?|Don|Doña",
    "de": r"Herrn?|Frau|Dr\.?|Prof\.?",
}
_PLURAL: Mapping[str, str] = {
    "fr": r"MM\.?|Mmes\.?|Mlles\.?|Drs\.?|Prs\.?",
    "en": r"Messrs\.?|Mmes\.?|Drs\.?|Lords|Sirs",
    "es": r"Sres\.?|Sras\.?",
    "de": r"Herren|Frauen",
}
_AND: Mapping[str, str] = {"fr": "et|ou", "en": "and|or", "es": "y|e|o", "de": "und|oder"}
_QUOTES = re.compile("[\"“”„«»‹›]|''|``")
_SPACES = re.compile(r"\s+")


def canonical(text: str) -> str:
    """A name as it would be written alone: no quotation marks, single spaces."""
    return _SPACES.sub(" ", _QUOTES.sub(" ", text)).strip()


def word_set(text: str) -> frozenset[str]:
    """The words of a text, folded and as they are."""
    return frozenset({*text.split(), *(fold(word) for word in text.split())})


PARTICLES = word_set(
    "al el an as ul d da das de del della den der des di do dos du la le les ben bin bint ibn "
    "abou abu ter ten van vom von zu zum"
)
_DAYS = """
lundi mardi mercredi jeudi vendredi samedi dimanche
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun
lunes martes miercoles jueves viernes sabado domingo
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
"""
_MONTHS = """
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
january february march april may june july august september october november december
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
januar februar marz april mai juni juli august september oktober november dezember
"""
DAYS = word_set(_DAYS)
MONTHS = word_set(_MONTHS)
# Words that models take for names when they open a sentence or stand alone; none names one thing.
NO_NAMES = word_set(
    """
    état états etat gouvernement gouvernements parlement parlements bourse
    président présidente ministre république premier
    première monsieur madame selon mais dans depuis pour avec après avant lire photo vidéo gmt
    government governments state president minister parliament parliaments republic the mr mrs ms
    north south east west nord sud est ouest norte sur este oeste
    """
)
# Words that open sentences: a capital of theirs makes no name of them and the next word.
OPENERS = word_set(
    """
    a à ainsi alors après au aux avant avec car ce ces cet cette chez comme contre d dans de depuis
    des donc du elle en entre et il ils l la le les lors lorsque mais même ni on or où par pour
    pourtant puis quand que qui quoi sans selon si son sous sur tandis un une vers
    about after also and as at because before both but by did does for from had has if in is later
    like now of on once only since so still that the then this to under until was what when where
    while who why will with
    al ante como con cuando del desde el ella en entre los las para pero por según sin tras un una y
    """
)
# "ministre de l'Intérieur" is a role, not the ministry.
ROLE = re.compile(
    r"(?:vice-)?(?:ministre|premier ministre|présidente?|secrétaire|porte-parole|préfète?|maire"
    r"|chef|cheffe|directeur|directrice|minister|president|spokes\w+|secretary)\b"
)
# A role that a model takes into the name after it: "Premier ministre Fumimaro Konoe".
ROLE_BEFORE = re.compile(
    rf"(?:[Pp]remier{SPACE}ministre|ministre|présidente?|secrétaire|porte-parole|préfète?|maire"
    rf"|directeur|directrice){SPACE}(?=[{UPPER}][\w\-]*[a-zß-ÿ])"
)
# What companies' names end with and acronyms leave out.
COMPANY_ENDINGS = word_set("ag co company corp corporation gmbh group inc ltd nv plc sa se spa the")
ARTICLES = re.compile(r"(?:the|les?|la|los|las|el|der|die|das|den)\s+|l['’]", re.IGNORECASE)
_WORD = (
    rf"(?:[{UPPER}]\.(?={SPACE}?[{UPPER}])|(?:[DdLl]['’])?[{UPPER}][\w'’\-]*"
    rf"|(?:al|el|an|as|ul)-[{UPPER}][\w\-]*)"
)
_LEADING = (
    rf"(?:(?:de{SPACE}la|de|du|des|van{SPACE}der|van{SPACE}den|van|von|da|di|dos|del|ter|ten|bin"
    rf"|ben|abou|abu){SPACE})?"
)
NAME = rf"{_LEADING}{_WORD}(?:(?:{SPACE}|(?<=\.)){_WORD}){{0,3}}"
# Before these a word that could be either is a place: "à Kerry" may be a person, "à Londres" not.
LOCATIVES = word_set("à a au aux en vers près in at near off outside hacia nach aus bei")


@cache
def leading_honorific(language: str) -> re.Pattern[str]:
    """A title that a name begins with, and the space after it."""
    return re.compile(rf"(?:{_either(_SINGULAR, language)}|{_either(_PLURAL, language)}){SPACE}*")


@cache
def titled_name(language: str) -> re.Pattern[str]:
    """One person's title, then the name (group 1)."""
    return re.compile(rf"(?<![\w.])(?:{_either(_SINGULAR, language)}){SPACE}+({NAME})")


@cache
def titled_names(language: str) -> re.Pattern[str]:
    """A title of several people, then their names (group 1): "MM. A, B et C"."""
    joint = rf"(?:,{SPACE}+|{SPACE}+(?:{_AND.get(language, 'et|and|y|und')}){SPACE}+)"
    return re.compile(
        rf"(?<![\w.])(?:{_either(_PLURAL, language)}){SPACE}+({NAME}(?:{joint}{NAME})*)"
    )


@cache
def joint(language: str) -> re.Pattern[str]:
    """What stands between the names that one title is for."""
    words = _AND.get(language, "et|and|y|und")
    return re.compile(rf",{SPACE}+|{SPACE}+(?:{words}){SPACE}+")


@cache
def power_of(language: str) -> re.Pattern[str] | None:
    """A government named by its head (group 1): "régime Assad", "Obama administration"."""
    if language == "fr":
        return re.compile(rf"\b(?:régime|administration|clan){SPACE}+({_WORD})")
    if language == "en":
        return re.compile(rf"({_WORD}){SPACE}+(?:administration|regime)\b")
    return None


def _either(table: Mapping[str, str], language: str) -> str:
    return table.get(language) or "|".join(table.values())
