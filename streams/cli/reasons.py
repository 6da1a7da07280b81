"""The desk's reasons, which are short codes with values, in plain words.

docs/desk.md lists them; a test holds the two together. It must not decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["REASONS", "VETOES", "in_words"]

_VETO = "veto="
_COUNTED = "numbers"

REASONS: dict[str, str] = {
    "exact": "the same words in the same order",
    "same-key": "sent before under the same key",
    "rare-containment": "{} of the shorter text's rare phrases are in the other",
    "numbers": "{} of the numbers are in the other",
    "names": "{} of the names are in the other",
    "length-ratio": "the shorter is {} of the longer",
    "flash-coverage": "{} of the flash's words are in the opening",
    "flash-words": "{} of the flash's words are in the other one",
    "figures-added": "{} figures are new",
    "figures-changed": "{} figures stand where others stood",
    "cut": "shorter than what it repeats",
    "unmarked": "a correction that does not say so",
    "body-changed": "the text changed",
    "headline-changed": "the headline changed",
    "urgency-changed": "the urgency changed",
    "embargo-changed": "the embargo changed",
    "pubstatus-changed": "the status changed",
    "older-version": "older than what is out",
    "lost-tie": "of two with one version number the other counts",
    "killed": "the item was killed",
    "held": "a newer version is held",
    "canceled": "withdrawn by the agency",
    "unknown-key": "never seen before",
    "newer-than-kill": "made after the kill",
    "target-killed": "what it repeats was killed",
    "repeats": "repeats {}",
    "copied-by": "copied by {}",
    "named": "named as {}",
    "named-by": "named by {}",
    "ambiguous": "the name fits {} stories",
    "unknown": "nothing known is named {}",
    "take": "take {} of a text",
    "takes": "{} takes joined",
    "after-its-story": "a flash that came after its fuller story",
    "service": "service {}",
    "missing": "missing {}",
    "filled": "{} has come after all",
    "jump": "the count went on from {}",
    "retry-of": "a dead letter sent once more, first at {}",
    "silent-for": "the first after a silence of {}",
    "since": "nothing since {}",
    "minutes": "{} minutes",
    "expected": "{} messages were to be expected",
    "by": "by {}",
    "same-slugline": "of the same slugline that day",
    "same-headline": "of the same headline that day",
    "same-id": "of the same id or address that day",
    "evolvedfrom": "evolved from {}, says the agency",
    "replaces": "in the place of {}, says the agency",
    "derived_from": "derived from {}, says the agency",
    "wraps": "a round-up that uses {} stories",
    "related": "beside {} stories",
    "chain-too-long": "alike, but too many versions lie between to be the same story",
    "untold-headline": "a text like another's, but nothing of the headline is in it",
    "other-subject": "a short text like another's, with another name in it",
    "words-changed": "a short text of which some words changed",
    "advisory": "a note to editors",
    "embargo": "under embargo",
    "withheld": "withheld by the agency",
    "hold": "on hold",
    "until": "until {}",
    "hold-ended": "its hold ended",
    "hold-cleared": "the agency lifted the hold",
}
"""By code; {} stands for its value."""


VETOES: dict[str, str] = {
    "too-short": "too short to be alike unless equal",
    "evidence": "too few rare phrases in common",
    "tickers": "other shares",
    "rare-containment": "too few of the rare phrases are in the other",
    "numbers": "too few of the numbers are in the other",
    "names": "too few of the names are in the other",
    "title-names": "other names in the headlines",
    "moment": "another day or hour in the headlines",
}
"""What speaks against two texts being one story, by the code behind ``veto=``."""


def in_words(reasons: Iterable[str]) -> tuple[str, ...]:
    """Each reason as a person would say it; a code that is not known stays as it is."""
    return tuple(_said(reason) for reason in reasons)


def _said(reason: str) -> str:
    if reason.startswith(_VETO):
        code, _, measured = reason.removeprefix(_VETO).partition(" ")
        words = f"against it: {VETOES.get(code, code)}"
        return f"{words} ({measured})" if measured else words
    code, equals, value = reason.partition("=")
    if code == _COUNTED and value.isdecimal():
        # Of missing messages; a share has a point.
        return f"{value} numbers"
    words_of_code = REASONS.get(code)
    if words_of_code is None or ("{}" in words_of_code and not equals):
        return reason
    return words_of_code.format(value)
