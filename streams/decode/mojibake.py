"""Undoes text that was decoded with the wrong charset before it reached us.

It must not touch typography, nor anything that could be what the writer meant: a Portuguese
heading in capitals may end in Ã and a quotation mark.
"""

from __future__ import annotations

import re

import ftfy

from schemas.item import Edit

# The characters that UTF-8's continuation bytes (0x80 to 0xBF) become in cp1252 and latin-1,
# without those that may follow a letter in print: quotation marks, dashes, dots, signs of
# currency, no-break space. C1 controls are never meant.
_FOLLOWERS = "\x80-\x84\x86-\x9fƒ†‡ˆ‰ŠŒŽ˜šœžŸ¡-ª¬-º¼-¿"
_CERTAIN = re.compile(
    f"[ÂÃÄÅÎÏÐÑØÙâãð](?:[{_FOLLOWERS}]|(?<=â)€|(?<=â)‚(?=¬))"
    "|[\x80-\x84\x86-\x9f]"
    "|√[©®†¢£§•¶ß™´¨≠±≤≥¥∂∑∏∫ªºΩ]|├[^\\s─-╿]|ΓÇ[ÖöôûÿÜÉ]|‚Ä[ôúù¶ìî]"
)
# Substring search is a hundred times faster than the pattern: on the text of most messages only
# this is done (about 1 us for 3,000 characters).
# Single characters, for which it is a scan of memory; pairs only where one is past latin-1, so
# that they cost nothing in text that is not.
_LEADS = (*"ÂÃÄÅÎÏÐÑØÙãð√├", "â€", "â‚", "ΓÇ", "‚Ä")
_CONTROLS = tuple(chr(code) for code in (*range(0x80, 0x85), *range(0x86, 0xA0)))
_WHOLE = ("sloppy-windows-1252", "latin-1")
_MAX_LAYERS = 3
# ftfy reads about 1,600 messages of 3 kB a second: what it may see of one message, in characters.
_LINE_BUDGET = 400_000
_MAX_EDITS = 500


def is_suspect(text: str) -> bool:
    """Whether the text has character sequences that only a wrong charset makes."""
    if text.isascii():
        return False
    for lead in _LEADS:
        if lead in text:
            return _CERTAIN.search(text) is not None
    return any(control in text for control in _CONTROLS)


def repair(text: str) -> tuple[str, tuple[Edit, ...]]:
    """The text as it was meant, and what was changed.

    Edits are spans of the repaired text; ``replacement`` is what now stands there, so applying
    them again changes nothing. Text without a suspect sequence comes back as it is, and so does
    a line that cannot be repaired completely.
    """
    if not is_suspect(text):
        return text, ()
    whole = _whole(text)
    before = text.split("\n")
    after = whole.split("\n") if whole is not None else _by_line(before)
    edits = _edits(before, after)
    if not edits:
        return text, ()
    return "\n".join(after), edits


def mend(text: str) -> str:
    """The repaired text of a single field."""
    return repair(text)[0]


def _whole(text: str) -> str | None:
    """A text of which every character past ASCII went through the same wrong charset."""
    fixed = text
    for _ in range(_MAX_LAYERS):
        layer = _layer(fixed)
        if layer is None:
            return None
        if not is_suspect(layer):
            return layer
        fixed = layer
    return None


def _layer(text: str) -> str | None:
    for codec in _WHOLE:
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return None


def _by_line(lines: list[str]) -> list[str]:
    budget = _LINE_BUDGET
    fixed = []
    for line in lines:
        if budget > len(line) and is_suspect(line):
            budget -= len(line)
            candidate = ftfy.fix_encoding(line)
            fixed.append(line if is_suspect(candidate) or "\n" in candidate else candidate)
        else:
            fixed.append(line)
    return fixed


def _edits(before: list[str], after: list[str]) -> tuple[Edit, ...]:
    edits = []
    position = 0
    for old, new in zip(before, after, strict=True):
        if old != new:
            start, end = _changed(old, new)
            edits.append(
                Edit(
                    start=position + start,
                    end=position + end,
                    replacement=new[start:end],
                    reason="mojibake",
                )
            )
        position += len(new) + 1
    if len(edits) > _MAX_EDITS:
        return (Edit(start=0, end=0, replacement="", reason=f"mojibake:{len(edits)} lines"),)
    return tuple(edits)


def _changed(old: str, new: str) -> tuple[int, int]:
    """The span of ``new`` that differs, between what both begin and end with."""
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(new) - end
