"""Reads the lifecycle markers that agencies put before headlines and into sluglines.

It must not look for them in running text: "Kill Bill" and "alerte enlèvement" are ordinary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.item import Lifecycle, LifecycleKind

_NO_MARKERS = Lifecycle()
_HEAD_CHARS = 200
_MAX_MARKERS = 6
_ACCENTS = str.maketrans("ÀÂÄÇÉÈÊËÎÏÔÖÓÛÜÙÚÍÑÁéèê", "AAACEEEEIIOOOUUUUINAeee")

_ORDINAL = r"(?:(?P<n>\d{1,3})\s?(?:ST|ND|RD|TH|ERE|ER|EME|E|º|ª|\.|st|nd|rd|th|ere|er|eme|e)?\s+)?"
_NUMBER = r"(?:\s+(?P<m>\d{1,3}))?"
# What must follow a marker: a separator that no compound word has, the end, or a digit's end.
_SPACED = r"(?=\s*(?:[:/|*)\],.]|[-–—+]+(?:\s|$)|$)|\s+[-–—])"
# Reuters joins marker and headline: "UPDATE 1-Oil rises". No word of these compounds so.
_JOINED = r"(?=\s*(?:[-–—:/|*)\],.+]|$))"
_ALONE = r"(?=\s*(?:[/*)\]]|$))"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: LifecycleKind
    pattern: re.Pattern[str]
    in_slugline: bool = True


def _rule(kind: LifecycleKind, words: str, after: str, *, in_slugline: bool = True) -> _Rule:
    return _Rule(kind, re.compile(f"{_ORDINAL}(?:{words}){_NUMBER}{after}"), in_slugline)


K = LifecycleKind
# Words without accents, in capitals; longer before shorter. Order is precedence.
_RULES: tuple[_Rule, ...] = (
    _Rule(
        K.KILL,
        re.compile(
            r"(?:\*+\s*)?(?:KILL|ELIMINAR|ANNULATION)(?:\s*[-–/*]*\s*)"
            r"(?:KILL|ELIMINAR|ANNULATION)\b(?:[-–/*\s]*(?:KILL|ELIMINAR)\b)*"
        ),
    ),
    _rule(
        K.KILL,
        "MANDATORY KILL|EFFACEMENT OBLIGATOIRE|STORY WITHDRAWN|ANNULE ET REMPLACE|"
        "MELDUNG ZURUECKGEZOGEN|MELDUNG ZURUCKGEZOGEN|KILL",
        _SPACED,
    ),
    # As a word of its own only: each of these may open an ordinary headline in capitals.
    _rule(K.KILL, "ANNULATION|ANNULEE?|WITHDRAWAL|WITHDRAWN|ELIMINAR|ANULA|ANULADA", _ALONE),
    _Rule(K.HOLD, re.compile(r"HOLD(?:\s*[-–/*]*\s*)HOLD\b(?:[-–/*\s]*HOLD\b)*")),
    _rule(
        K.ADVANCE,
        "HOLD FOR RELEASE|EMBARGOED(?: UNTIL)?|SOUS EMBARGO|EMBARGADO(?: HASTA)?|SPERRFRIST",
        r"(?=\W|$)",
    ),
    _rule(K.HOLD, "NE PAS UTILISER|DO NOT USE|NO UTILIZAR", _SPACED),
    _rule(K.HOLD, "HOLD|SUSPENDUE", _ALONE, in_slugline=False),
    _rule(K.CORRECTION, "CORRECTED|CORRECTION OFFICIELLE|VERSION CORREGIDA", _JOINED),
    _rule(
        K.CORRECTION,
        "C O R R E C T I O N|CORRECTIONS?|CORRECTIF|RECTIFICATIF|RECTIF|CORR|"
        "CORRECCION|RECTIFICACION|BERICHTIGUNG|KORREKTUR|KORR",
        _SPACED,
    ),
    _rule(K.REFILE, "REFILE", _JOINED),
    _rule(K.REPEAT, "RPT(?: RPT)?|REPEAT", _JOINED),
    _rule(K.REPEAT, "REPETITION|REPETICION|WIEDERHOLUNG", _SPACED),
    _rule(K.FLASH, "APNEWSALERT|APNewsAlert|NEWSBREAK|FLASH|BULLETIN|ALERTE|ALERT|BLITZ", _SPACED),
    _rule(K.URGENT, "URGENTE?|EILMELDUNG|EILEIL|EIL|AVANCE", _SPACED),
    _rule(
        K.WRITETHRU,
        r"(?:LD|Ld|LEAD)[- ](?:WRITETHRU|Writethru)|WRITETHRU|Writethru|RECAST",
        _JOINED,
    ),
    _rule(K.WRAP, "WRAPUP", _JOINED, in_slugline=False),
    _rule(
        K.WRAP,
        "LEAD GENERAL|PAPIER GENERAL|SYNTHESE|ROUNDUP|ZUSAMMENFASSUNG",
        _SPACED,
        in_slugline=False,
    ),
    # With its number a lead needs no separator: "2e LEAD Syrie".
    _Rule(K.LEAD, re.compile(r"(?P<n>\d{1,3})\s?[A-Za-zº.]{0,3}\s+(?:LEAD|LD|Ld)\b")),
    _rule(K.LEAD, "LEAD|LD", _SPACED, in_slugline=False),
    _Rule(K.UPDATE, re.compile(rf"UPDATE\s+(?P<n>\d{{1,3}}){_JOINED}")),
    _rule(
        K.UPDATE,
        "UPDATED?|ACTUALISATION|ACTUALISE|MISE A JOUR|ACTUALIZACION|AKTUALISIERUNG",
        _SPACED,
        in_slugline=False,
    ),
    _Rule(K.ADD, re.compile(rf"(?P<n>\d{{1,3}})\s?[A-Za-zº.]{{0,3}}\s+(?:ADD|Add|TAKE){_SPACED}")),
    _Rule(K.ADD, re.compile(rf"(?:ADD|TAKE)\s+(?P<n>\d{{1,3}}){_SPACED}")),
    _rule(K.SIDEBAR, "FACTBOX|SIDEBAR|TIMELINE", _JOINED, in_slugline=False),
    _rule(K.SIDEBAR, "ENCADRE", _SPACED, in_slugline=False),
    _rule(
        K.ADVISORY,
        "ATTENTION REDACTIONS|AVIS AUX (?:ABONNES|REDACTIONS)|NOTE TO EDITORS|"
        "AVISO A (?:LOS ABONADOS|LAS REDACCIONES)|ADVISORY",
        _SPACED,
    ),
)
# In brackets before the headline agencies say it in sentence case: "(corrige le titre)".
_BRACKETED: tuple[tuple[LifecycleKind, re.Pattern[str]], ...] = (
    (
        K.CORRECTION,
        re.compile(
            r"\((?:bien |Bien )?(?:corrige|corrects|corrected|correction)\b[^)]*\)", re.IGNORECASE
        ),
    ),
    (
        K.UPDATE,
        re.compile(
            r"\((?:actualis[ée]|actualiza|ampl[ií]a|recasts|adds|updates)\b[^)]*\)", re.IGNORECASE
        ),
    ),
)
_CAPITALS = re.compile(r"[A-Z][A-Z ]|\d")
_OPENING = re.compile(r"[\s*(\[+]*")
_BETWEEN = re.compile(r"[\s\-–—:/|*)\](\[,.+]*")
_SEGMENT = re.compile(r"\s*[,/()\[\]]\s*|\s+[-–—]+\s+")


def read_markers(headline: str | None, slugline: str | None = None) -> Lifecycle:
    """What the markers before a headline and in a slugline say of a message.

    A marker is a word of the trade in capitals at the very start of the headline, followed by a
    separator or the end ("URGENT - ", "2e LEAD", "CORRECTED-UPDATE 1-"), several in a row, or a
    segment of the slugline ("BC-Storm, 1st Ld-Writethru"). English, French, Spanish, German.

    Returns:
        Kinds in the order found, the n of "lead n" or "update n", and the markers as written;
        an empty Lifecycle where there are none.
    """
    kinds: dict[LifecycleKind, None] = {}
    ordinals: list[int] = []
    notes: list[str] = []
    if headline:
        _read_headline(headline[:_HEAD_CHARS], kinds, ordinals, notes)
    if slugline:
        _read_slugline(slugline[:_HEAD_CHARS], kinds, ordinals, notes)
    if not kinds:
        return _NO_MARKERS
    return Lifecycle(
        kinds=tuple(kinds), ordinal=ordinals[0] if ordinals else None, note="; ".join(notes)
    )


def _read_headline(
    headline: str, kinds: dict[LifecycleKind, None], ordinals: list[int], notes: list[str]
) -> None:
    plain = headline.translate(_ACCENTS)
    opening = _OPENING.match(plain)
    position = opening.end() if opening else 0
    # Most headlines end here: a capital and then a small letter is no marker.
    if not _CAPITALS.match(plain, position):
        _read_brackets(headline, kinds, notes)
        return
    begin = position
    end = position
    for _ in range(_MAX_MARKERS):
        found = _first(plain, position)
        if found is None:
            break
        kind, match = found
        kinds[kind] = None
        _note_ordinal(match, ordinals)
        end = match.end()
        between = _BETWEEN.match(plain, end)
        position = between.end() if between else end
    if end > begin:
        notes.append(headline[begin:end].strip())
    else:
        _read_brackets(headline, kinds, notes)


def _read_brackets(headline: str, kinds: dict[LifecycleKind, None], notes: list[str]) -> None:
    opened = headline.lstrip()
    if not opened.startswith("("):
        return
    for kind, pattern in _BRACKETED:
        match = pattern.match(opened)
        if match:
            kinds[kind] = None
            notes.append(match.group())


def _read_slugline(
    slugline: str, kinds: dict[LifecycleKind, None], ordinals: list[int], notes: list[str]
) -> None:
    for segment in _SEGMENT.split(slugline):
        plain = segment.strip().translate(_ACCENTS)
        if not plain:
            continue
        for rule in _RULES:
            match = rule.pattern.match(plain)
            if match is None or match.end() != len(plain):
                continue
            numbered = _note_ordinal(match, [])
            # "METALS/LEAD" is about lead; "3rd Lead" is a lead.
            if not rule.in_slugline and not numbered:
                continue
            kinds[rule.kind] = None
            _note_ordinal(match, ordinals)
            notes.append(segment.strip())
            break


def _first(plain: str, position: int) -> tuple[LifecycleKind, re.Match[str]] | None:
    for rule in _RULES:
        match = rule.pattern.match(plain, position)
        if match is not None:
            return rule.kind, match
    return None


def _note_ordinal(match: re.Match[str], ordinals: list[int]) -> bool:
    groups = match.groupdict()
    number = groups.get("n") or groups.get("m")
    if number is None:
        return False
    ordinals.append(int(number))
    return True
