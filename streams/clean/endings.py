"""What agencies put under the last paragraph: initials, credits, end marks, rights.

It must not judge a line that is not the last.
"""

from __future__ import annotations

import re

from streams.clean.rules import RemovalReason

_LONGEST = 400
# "asl/tib/pid/cac": two slashes at least, for "et/ou" and "km/h" are words.
_INITIALS = re.compile(r"[a-z]{2,5}(?:[/-][a-z]{2,5}){2,6}/?\.?")
# "dpa wsz jln npr"
_AGENCY_INITIALS = re.compile(r"(?:dpa|afp|ats|apa|efe)(?: [a-z0-9]{2,5}){2,6}")
_CREDITS = re.compile(
    r"\((?:(?:Additional )?[Rr]eporting|Writing|Edit(?:ing|ed)|Compiled|Written) by [^()]{3,}\)"
    r"|\(Par [^()]{3,80}, édité par [^()]{3,80}\)"
    r"|\((?:Reportage|Édité|Edité) (?:de|par) [^()]{3,}\)"
    r"|\(Reporte de [^()]{3,}\)|\([A-Z]{2,4}[\\/][a-z]{2,4}\)"
)
_END_MARK = re.compile(
    r"-\s?30\s?-|#{3,}|N{4}|\*{3,}|_{3,}|={2,}\s?Kyodo"
    r"|\((?:END|FIN|ENDE|ends|more|à suivre|sigue|folgt)\)"
    r"|MORE|END|ENDS|-ENDS-|- ENDS -"
)
_RIGHTS = re.compile(r"(?:©|\([cC]\)\s|Copyright\b|COPYRIGHT\b).{2,}", re.DOTALL)


def judge(line: str) -> RemovalReason | None:
    """What the last line of an item is, None where it may be text."""
    if len(line) > _LONGEST:
        return None
    if _END_MARK.fullmatch(line):
        return RemovalReason.END_MARK
    if _INITIALS.fullmatch(line) or _AGENCY_INITIALS.fullmatch(line) or _CREDITS.fullmatch(line):
        return RemovalReason.SIGN_OFF
    if _RIGHTS.fullmatch(line):
        return RemovalReason.RIGHTS
    return None
