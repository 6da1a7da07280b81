"""Undoes text that was decoded with the wrong charset before it reached us.

It must not touch typography, nor anything that could be what the writer meant: a Portuguese
heading in capitals may end in Ã and a quotation mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.item import Edit
from streams.decode.misreadings import MISREADINGS, WINDOWS, Misreading

# cp1252 read as latin-1: quotation marks and dashes; controls of C1 are never meant. U+0085 was an
# ellipsis each of the three times it stood in 793 web pages and 2,000 French sentences.
_SIGN_OF_CONTROL = {
    code: sign for code in range(0x80, 0xA0) if (sign := bytes([code]).decode("cp1252", "ignore"))
}
_CONTROL = re.compile("[\x80-\x9f]")
_CONTROLS = tuple(map(chr, range(0x80, 0xA0)))
# ” is the sign that loses a byte: cp1252 has no character for the last of its three.
_LOST = re.compile("â€(?:[?\ufffd])?(?![\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ])")
# Somebody made plain spaces of no-break ones, the second byte of à, Š, Р and of itself.
_LOST_SPACE = re.compile(
    "(?<![A-ZÀ-Þ])(?:(?P<a>Ã )|Å (?=[a-zß-ž])|Â(?: |$))|Ã (?=[,.;:-])|Ð (?=[а-яё])", re.MULTILINE
)
_BEFORE_SPACE = {"Â": "\xa0", "Ã": "à", "Å": "Š", "Ð": "Р"}
# "they wrote "Ã¤" for it": a letter that is quoted may be what the text is about.
_OPENS = frozenset("\"'“‘«([;>")
_CLOSES = frozenset("\"'”’»)]&<,")
_MAX_LAYERS = 3
# Characters of one message that are looked through for broken lines: about 2 s of work.
_LINE_BUDGET = 4_000_000
_MAX_EDITS = 500


def is_suspect(text: str) -> bool:
    """Whether the text has character sequences that only a wrong charset makes."""
    if text.isascii():
        return False
    for misreading in MISREADINGS:
        for lead, evidence in misreading.evidence_from.items():
            # A scan of memory; the pattern is for the few texts that have the character.
            if lead in text and evidence.search(text) is not None:
                return True
    return any(control in text for control in _CONTROLS)


def repair(text: str) -> tuple[str, tuple[Edit, ...]]:
    """The text as it was meant, and what was changed.

    Edits are spans of the repaired text; ``replacement`` is what now stands there, so applying
    them again changes nothing. Text without a suspect sequence comes back as it is.
    """
    if not is_suspect(text):
        return text, ()
    before = text.split("\n")
    whole = _whole(text)
    after = whole.split("\n") if whole is not None else _by_line(before)
    if len(after) != len(before):
        return text, ()
    edits = _edits(before, after)
    if not edits:
        return text, ()
    return "\n".join(after), edits


def mend(text: str) -> str:
    """The repaired text of a single field."""
    return repair(text)[0]


def _whole(text: str) -> str | None:
    """A text of which every character past ASCII went through the same wrong charset."""
    found = _misreading_of(text)
    return None if found is None or found.strangers(text) else _mended(text)


def _by_line(lines: Sequence[str]) -> list[str]:
    budget = _LINE_BUDGET
    fixed = []
    for line in lines:
        if budget > len(line) and is_suspect(line):
            budget -= len(line)
            fixed.append(_mended(line))
        else:
            fixed.append(line)
    return fixed


def _mended(text: str) -> str:
    fixed = text
    for _ in range(_MAX_LAYERS):
        layer = _layer(fixed)
        if layer is None:
            break
        fixed = layer
    if _CONTROL.search(fixed) is not None:
        fixed = fixed.translate(_SIGN_OF_CONTROL)
    return fixed if fixed.count("\n") == text.count("\n") else text


def _layer(text: str) -> str | None:
    """The text with one wrong reading undone; None where there is no evidence of one."""
    misreading = _misreading_of(text)
    if misreading is None:
        return None
    layer = _undone(text, misreading)
    if misreading is WINDOWS:
        layer = _LOST_SPACE.sub(_with_space, _LOST.sub("”", layer))
    return layer if layer != text else None


def _misreading_of(text: str) -> Misreading | None:
    """The wrong reading there is evidence of: one that explains every character, if there is."""
    evident = [misreading for misreading in MISREADINGS if _is_evident(text, misreading)]
    if len(evident) < 2:
        return evident[0] if evident else None
    whole = [each for each in evident if not each.strangers(text)]
    # Charsets of DOS share most of their signs: the wrong one of them makes controls.
    return next(
        (each for each in whole if not _CONTROL.search(_undone(text, each))), (whole or evident)[0]
    )


def _undone(text: str, misreading: Misreading) -> str:
    sequence = misreading.safe if misreading.strangers(text) else misreading.sequence
    return sequence.sub(lambda match: misreading.meant(match[0]), text)


def _is_evident(text: str, misreading: Misreading) -> bool:
    for found in misreading.evidence.finditer(text):
        whole = misreading.sequence.match(text, found.start())
        if not _is_quoted(text, found.start(), whole.end() if whole else found.end()):
            return True
    return misreading is WINDOWS and any(
        _CONTROL.search(found[0])
        for found in (misreading.sequence.finditer(text) if _CONTROL.search(text) else ())
    )


def _is_quoted(text: str, start: int, end: int) -> bool:
    return (
        text[start] in "ÂÃÄÅ"
        and text[start - 1 : start] in _OPENS
        and text[end : end + 1] in _CLOSES
    )


def _with_space(match: re.Match[str]) -> str:
    char = _BEFORE_SPACE[match[0][0]]
    following = match.string[match.end() : match.end() + 1]
    # Of two spaces the first was part of the letter; where there is one, a reader had joined them.
    return f"{char} " if match["a"] and following not in {*" .,;:!?)»-", ""} else char


def _edits(before: Sequence[str], after: Sequence[str]) -> tuple[Edit, ...]:
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
