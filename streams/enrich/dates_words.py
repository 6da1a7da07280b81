"""How dates are written, by language: months, weekdays, what stands around them.

It must not work any date out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_MONTHS: Mapping[str, str] = {
    "fr": "janvier|janv février|fevrier|févr|fév mars avril|avr mai juin juillet|juil août|aout "
    "septembre|sept octobre|oct novembre|nov décembre|decembre|déc",
    "en": "January|Jan February|Feb March|Mar April|Apr May June|Jun July|Jul August|Aug "
    "September|Sept|Sep October|Oct November|Nov December|Dec",
    "es": "enero|ene febrero|feb marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|"
    "sept octubre|oct noviembre|nov diciembre|dic",
    "de": "Januar|Jänner|Jan Februar|Feber|Feb März April|Apr Mai Juni Juli August|Aug "
    "September|Sept Oktober|Okt November|Nov Dezember|Dez",
}
_WEEKDAYS: Mapping[str, str] = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag|Sonnabend Sonntag",
}
# By their last word; "avant-hier" is found at "hier".
_RELATIVE: Mapping[str, Mapping[str, int]] = {
    "fr": {"hier": -1, "aujourd": 0, "demain": 1},
    "en": {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1},
    "es": {"anteayer": -2, "ayer": -1, "hoy": 0, "mañana": 1},
    "de": {"vorgestern": -2, "gestern": -1, "heute": 0, "übermorgen": 2, "morgen": 1},
}
_FARTHER: Mapping[str, str] = {"fr": r"(?:avant|après)-$", "es": r"pasado\s$"}
_REST: Mapping[str, str] = {"fr": r"['’]hui\b"}
# Before a weekday or a relative day: habits ("le samedi"), mornings ("la mañana"), names.
_NOT_AFTER: Mapping[str, str] = {
    "fr": "chaque le les ces usa",
    "en": "every each black good ash super bloody easter cyber palm usa",
    "es": "la esta cada una los todos",
    "de": "jeden jeder guten schwarzer heute gestern",
}
_NOT_BEFORE: Mapping[str, str] = {
    "en": "times telegraph mirror express mail herald independent post tribune mass",
    "fr": "saint noir",
    "es": "santo negro",
}
_LAST: Mapping[str, str] = {
    "fr": "dernier|passé|écoulé",
    "en": "last|past",
    "es": "pasado|último",
    "de": "letzten|letzter|vergangenen|vergangener|vorigen",
}
_NEXT: Mapping[str, str] = {
    "fr": "prochain",
    "en": "next|coming",
    "es": "próximo|que viene",
    "de": "nächsten|nächster|kommenden|kommender",
}
_BETWEEN: Mapping[str, str] = {
    "fr": r"\s?[-–]\s?|\s(?:au|et|ou)\s",
    "en": r"\s?[-–]\s?|\s(?:to|and|or|through|until)\s",
    "es": r"\s?[-–]\s?|\s(?:al|y|o)\s(?:el\s)?",
    "de": r"\.?\s?[-–/]\s?|\.?\s(?:bis|und|oder)\s(?:zum\s)?",
}
_BEFORE_MONTH: Mapping[str, str] = {
    "fr": "en|fin|début|depuis|dès|mi-|de|d'ici|courant",
    "en": "in|since|by|until|late|early|mid-|during|of|from",
    "es": "en|desde|de|hasta",
    "de": "im|seit|Ende|Anfang|Mitte|bis",
}
_BEFORE_YEAR: Mapping[str, str] = {
    "fr": "en|depuis|fin|début|courant|l['’]année|d['’]ici|dès|été|hiver|automne|printemps",
    "en": "in|since|by|until|late|early|during|year|summer|winter|autumn|fall|spring",
    "es": "en|desde|año|hasta",
    "de": "Jahr|Jahre|Jahres|seit|Ende|Anfang|Sommer|Winter|Herbst|Frühjahr",
}
_FUTURE: Mapping[str, str] = {
    "fr": r"[a-zéèêôûç]{2,}(?:ra|ront|rai|rez|rons|rait|raient)|va|vont|doit|doivent|devait"
    r"|devaient|prévue?s?|attendue?s?|programmée?s?|fixée?s?|convoquée?s?|d['’]ici|jusqu['’]à",
    "en": r"will|shall|won['’]t|would|may|might|could|due|scheduled|expected|plans|planned"
    r"|planning|set|(?:is|are|was|were)\sto|until|by|upcoming|going\sto|slated|ahead\sof",
    "es": r"[a-zéíóúñ]{2,}(?:rá|rán|ría|rían)|va\sa|van\sa|previst[oa]s?|hasta",
    "de": r"wird|werde|werden|soll|sollen|will|wollen|geplant|erwartet|würden?",
}
_PAST: Mapping[str, str] = {
    "fr": r"(?:a|ont|avait|avaient|est|sont|était|étaient|ayant)\s(?:\w+\s)?\w+(?:é|ée|és|ées|i|it"
    r"|is|u|us|ue|ues|ert)|depuis",
    "en": r"was|were|had|has|have|did|said|told|met|held|made|took|won|lost|left|came|went|got"
    r"|gave|began|fell|rose|[a-z]{2,}ed|since",
    "es": r"[a-zéíóúñ]{2,}(?:ó|aron|ieron)|ha|han|había|fue|fueron|desde",
    "de": r"hat|haben|hatten?|war|waren|wurden?|[a-zäöüß]{3,}te|seit",
}
YEAR = r"(?:1[0-9]|20|21)\d\d"


@dataclass(frozen=True, slots=True)
class DateWords:
    """One language's way with dates. Patterns with a ``$`` are for what stands before a word.

    Attributes:
        months, weekdays, relative: words as they stand in texts, in small letters and with a
            capital where that is usual, to 1-12, to 0-6 from Monday, and to days from the message.
        day_before_month: days and days of another month: "du 28 février au 2" of "mars".
        day_after_month: "3, 1998" and "17-19" of "March"; English only.
        year_after: "2015" of "mars 2015".
        before_month: words by which a month alone is a date: "en mars".
        tense: words that tell what is to come ("future") or has been ("past").
        not_after, not_before: words beside which a weekday is none.
    """

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    relative: Mapping[str, int]
    day_before_month: re.Pattern[str]
    day_after_month: re.Pattern[str] | None
    year_after: re.Pattern[str]
    before_month: re.Pattern[str]
    before_year: re.Pattern[str]
    last_before: re.Pattern[str]
    next_before: re.Pattern[str]
    last_after: re.Pattern[str]
    next_after: re.Pattern[str]
    farther: re.Pattern[str] | None
    rest: re.Pattern[str] | None
    tense: re.Pattern[str]
    not_after: frozenset[str]
    not_before: frozenset[str]


def _variants(table: Mapping[str, int], language: str) -> dict[str, int]:
    """Words with their capitals: English and German ones always have one."""
    found = dict(table)
    for word, number in table.items():
        if language in {"fr", "es"} or word.islower():
            found[word.capitalize()] = number
        found[word.upper()] = number
    if language == "de":
        # "Morgen" is the morning.
        found.pop("Morgen", None)
        found.pop("MORGEN", None)
    return found


def _numbered(table: str, first: int) -> dict[str, int]:
    return {
        word: number
        for number, group in enumerate(table.split(), first)
        for word in group.split("|")
    }


@lru_cache(maxsize=8)
def date_words(language: str) -> DateWords | None:
    """The words of a language; None for one whose dates are not read."""
    if language not in _MONTHS:
        return None
    months = _variants(_numbered(_MONTHS[language], 1), language)
    weekdays = _variants(_numbered(_WEEKDAYS[language], 0), language)
    month, weekday = "|".join(months), "|".join(weekdays)
    of = {"es": r"\s(?:de\s)?", "en": r"\s(?:of\s)?"}.get(language, r"\.?\s")
    between = _BETWEEN[language]
    ordinal = r"(?:er|º|st|nd|rd|th)?"
    lead = rf"(?:(?:{weekday}),?\s(?:le\s|den\s|el\s|dem\s)?)?"
    last, coming = _LAST[language], _NEXT[language]
    return DateWords(
        months=months,
        weekdays=weekdays,
        relative=_variants(_RELATIVE[language], language),
        day_before_month=re.compile(
            rf"(?<![\w,.:/-]){lead}(?:(?P<d1>\d{{1,2}}){ordinal}"
            rf"(?:{of}(?P<m1>{month})\.?(?:,?\s(?:de\s)?(?P<y1>{YEAR}))?)?(?:{between}){lead})?"
            rf"(?P<d2>\d{{1,2}}){ordinal}{of}$"
        ),
        day_after_month=re.compile(
            rf"\.?\s(?P<d1>\d{{1,2}}){ordinal}(?![\d:%]|[.,]\d)"
            rf"(?:(?:{between})(?:(?P<m2>{month})\.?\s)?(?P<d2>\d{{1,2}}){ordinal}(?![\d:%]))?"
            rf"(?:,?\s(?P<year>{YEAR})(?!\d|[.,]\d))?"
        )
        if language == "en"
        else None,
        year_after=re.compile(rf"\.?,?\s(?:de\s|del\s|of\s)?(?P<year>{YEAR})(?!\w|[.,:/-]\d)"),
        before_month=re.compile(rf"(?<!\w)(?:{_BEFORE_MONTH[language]})\s?$", re.IGNORECASE),
        before_year=re.compile(rf"(?<!\w)(?:{_BEFORE_YEAR[language]})\s$", re.IGNORECASE),
        last_before=re.compile(rf"(?<!\w)(?:{last})\s$", re.IGNORECASE),
        next_before=re.compile(rf"(?<!\w)(?:{coming})\s$", re.IGNORECASE),
        last_after=re.compile(rf"\s(?:{last})(?!\w)"),
        next_after=re.compile(rf"\s(?:{coming})(?!\w)"),
        farther=_compiled(_FARTHER.get(language)),
        rest=_compiled(_REST.get(language)),
        tense=re.compile(
            rf"(?<!\w)(?:(?P<future>{_FUTURE[language]})|(?P<past>{_PAST[language]}))(?!\w)"
        ),
        not_after=frozenset(_NOT_AFTER[language].split()),
        not_before=frozenset(_NOT_BEFORE.get(language, "").split()),
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern, re.IGNORECASE) if pattern else None
