"""What agencies put under the last paragraph: initials, credits, end marks, rights.

It must not judge a line that is not the last.
"""

from __future__ import annotations

import re

from streams.clean.agencies import NAMES
from streams.clean.byline import AGENCY, PEOPLE
from streams.clean.rules import RemovalReason

_LONGEST = 400
# "asl/tib/pid/cac", "mho/dpa/AFP", "EFE abc/def".
_INITIALS = re.compile(
    r"(?:EFE )?(?P<first>[a-z]{2,5}|[A-Z]{2,4})"
    r"(?P<more>(?:[/-](?:[a-z]{2,5}|AFP|AP|EFE)){1,6})/?\.?"
)
_IN_SMALL_LETTERS = frozenset({"apa", "ats", "awp", "dpa", "epd", "ritzau", "sda", "sid"})
# One slash: short groups only, and none of the pairs of words that are written so.
_LONGEST_OF_TWO = 4
_PAIRS = frozenset({
    "and/or", "et/ou", "he/she", "her/his", "him/her", "his/her", "in/out", "ja/nein", "mr/mrs",
    "no/yes", "off/on", "on/off", "oui/non", "pass/fail", "pro/con", "read/write", "she/he",
    "si/no", "und/oder", "up/down", "win/lose", "win/win", "yes/no", "ac/dc", "ado/dis", "ein/aus",
})  # fmt: skip
# "dpa wsz jln npr", "dpa abc yy n1"
_AGENCY_INITIALS = re.compile(
    r"(?:dpa|AAP)(?: [a-z0-9]{2,5}){1,8}|AAP RTV|(?:afp|ats|apa|efe)(?: [a-z0-9]{2,5}){2,6}"
)
_AGENCY_ALONE = re.compile(rf"(?:{AGENCY}|REUTER|Reuter|Agencias|Agences)\.*(?:\^M)?")
_AGENCY_SET_OFF = re.compile(r"\((?P<round>[^()]{2,30})\)\.?|/(?P<slashed>[^/ ]{2,20})/\.?")
_AGENCIES = (
    rf"(?:{AGENCY}|agences|agencias|Agenturen)"
    rf"(?:(?:\s*[,/]\s*|\s+(?:et|und|y|and|e)\s+){AGENCY}){{0,4}}"
)
_WITH_AGENCIES = re.compile(
    r"\(?(?:[Aa]vec|[Mm]it(?: Material)?(?: von| der| des)?"
    r"|[Cc]on(?: (?:información|datos|material) de)?|[Ww]ith(?: files| material| reporting) from"
    r"|Sources?\s?:|Quellen?\s?:|Fuentes?\s?:)"
    rf"\s+(?:l['’])?{_AGENCIES}\)?\.?|\(?[Mm]it Agenturmaterial\)?\.?"
)
_DOING = r"(?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled|[Ww]ritten|[Ee]dited)"
_CREDITS = re.compile(
    rf"\({_DOING} by [^()]{{3,}}\)"
    r"|\((?:[^().]{3,120}[,;] )?[Éée]dité par [^()]{3,}\)"
    r"|\((?:Reportage|Récit) (?:de|par) [^()]{3,}\)|\(Version française [^()]{3,}\)"
    r"|\((?:Bericht(?:et)?|Geschrieben|Mitarbeit|Reporter(?:in|innen)?|Redigiert)(?: von|:)"
    r" [^()]{3,}\)"
    r"|\((?:Reporte(?: adicional)? de|Editado (?:en [\w ]{2,30} )?por|Escrito por|Traducido por)"
    r" [^()]{3,}\)|\([A-Z]{2,4}[\\/][a-z]{2,4}\)"
    # Without brackets nothing but the names may stand there.
    rf"|(?:Additional r|R)eporting by {PEOPLE}(?:[;,.] {_DOING} by {PEOPLE}){{0,4}}\.?"
    rf"|{AGENCY}(?: [A-Za-z]+){{0,2}} (?:[Ww]riters?|[Jj]ournalists?|[Rr]eporters?) {PEOPLE}"
    r" contributed(?: to this (?:report|story))?\.?"
    r"|This report by The Canadian Press was first published .{6,40}"
    rf"|[-–—] ?By {PEOPLE}(?:, with files from {PEOPLE})?\.?|[Ww]ith files from {PEOPLE}\.?"
)
_END_MARK = re.compile(
    r"[-–—]\s?30\s?[-–—]|#(?:\s?#){2,}|N{4}|\*{3,}|_{3,}|={2,}\s?Kyodo|Enditem"
    r"|\((?:END[ES]?|[Ee]nd[es]?|FIN|[Ff]in|more|MORE|à suivre|sigue|folgt)\)\.?"
    r"|MORE|(?:-{1,2}\s?|/\s?)?(?:END|ENDS|ENDE|FIN)(?:\s?-{1,2}|\s?/)?|ends"
    r"|\(END\) Dow Jones Newswires"
    r"|[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d\d:\d\d ET \(\d\d:\d\d GMT\)"
)
_RIGHTS = re.compile(
    r"©.{2,}"
    # "(c)" counts points of a list, too, and copyright is a word.
    rf"|\([cC]\)\s*(?:(?:[Cc]opyright|COPYRIGHT|by|\d{{4}})\b.*|{AGENCY}\b.{{0,80}})"
    rf"|(?:Copyright|COPYRIGHT)\s*(?:©|\([cC]\)|:|by\b|\d{{4}}\b|{AGENCY}\b).*"
    r"|(?:[A-Z][\w&.'’-]*(?: [A-Z][\w&.'’-]*){0,3}\s?[-–—|.,]\s|dpa\s?[-–—|.,]\s)?"
    r"(?:(?i:All rights reserved)|Alle Rechte vorbehalten|Tous droits réservés|"
    r"Droits de reproduction réservés|Derechos reservados|"
    r"Todos los derechos reservados|Reservados todos los derechos)(?:\s*[.;:|©(–-].*)?"
    r"|This (?:material|content|report|story) may not be (?:published|reproduced|copied|broadcast)"
    r"(?:, | or ).*\b(?:rewritten|redistributed|transmitted|reproduced)\b.{0,120}"
    r"|(?:Nachdruck|Vervielfältigung|Weiterverbreitung)(?: und \w+)? (?:verboten|nur mit .+)\.?"
    r"|(?:Toute r|R)eproduction(?: (?:même partielle|totale ou partielle))?"
    r" (?:strictement )?interdite(?: sans .+)?\.?"
    r"|(?:Queda |Está expresamente )?[Pp]rohibida (?:su|la) (?:reproducción|redistribución)"
    r"(?: total o parcial| y la redifusión)?(?: (?:de|sin) .+)?\.?",
    re.DOTALL,
)


_MORE = re.compile(r"\(?(?:more|à suivre|sigue|folgt)\)?\.?", re.IGNORECASE)


def says_more(line: str) -> bool:
    """Whether an end mark says that the text goes on in another take."""
    return _MORE.fullmatch(line) is not None


def is_end_mark(line: str) -> bool:
    """Whether it is "-30-", "###", "NNNN" or the like."""
    return len(line) <= _LONGEST and _END_MARK.fullmatch(line) is not None


def judge(line: str) -> RemovalReason | None:
    """What the last line of an item is, None where it may be text."""
    if len(line) > _LONGEST:
        return None
    if is_end_mark(line):
        return RemovalReason.END_MARK
    if _RIGHTS.fullmatch(line):
        return RemovalReason.RIGHTS
    if _is_sign_off(line):
        return RemovalReason.SIGN_OFF
    return None


def _is_sign_off(line: str) -> bool:
    initials = _INITIALS.fullmatch(line.replace(" / ", "/"))
    if initials is not None:
        return _are_initials(initials["first"], initials["more"])
    if any(
        pattern.fullmatch(line) is not None
        for pattern in (_AGENCY_ALONE, _AGENCY_INITIALS, _WITH_AGENCIES, _CREDITS)
    ):
        return True
    set_off = _AGENCY_SET_OFF.fullmatch(line)
    if set_off is None:
        return False
    bracketed = set_off["round"]
    # "(map)" is a word in brackets; "/map/" is how an agency signs.
    if bracketed and bracketed.islower() and bracketed not in _IN_SMALL_LETTERS:
        return False
    names = (bracketed or set_off["slashed"]).split("/")
    return all(name.casefold() in NAMES for name in names)


def _are_initials(first: str, more: str) -> bool:
    parts = re.split("[/-]", more[1:])
    if len(parts) > 1:
        return first.islower() or parts[0].islower()
    pair = f"{first}/{parts[0]}"
    return (
        more[0] == "/"
        and (max(len(first), len(parts[0])) <= _LONGEST_OF_TWO or parts[0].lower() in NAMES)
        and pair not in _PAIRS
        and not pair.isupper()
    )
