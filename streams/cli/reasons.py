"""The desk's reasons, which are short codes with values, in plain words.

docs/desk.md lists them; a test holds the two together. It must not decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["REASONS", "in_words"]

REASONS: dict[str, str] = {
    "exact": "the same words in the same order",
    "same-key": "sent before under the same key",
    "rare-containment": "{} of the shorter text's rare phrases are in the other",
    "numbers": "{} of the numbers are in the other",
    "names": "{} of the names are in the other",
    "length-ratio": "the shorter is {} of the longer",
    "flash-coverage": "{} of the flash's words are in the opening",
    "veto": "against it: {}",
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
    "by": "by {}",
    "chain-too-long": "alike, but too many versions lie between to be the same story",
    "advisory": "a note to editors",
    "embargo": "under embargo",
    "withheld": "withheld by the agency",
    "hold": "on hold",
    "until": "until {}",
    "hold-ended": "its hold ended",
    "hold-cleared": "the agency lifted the hold",
}
"""By code; {} stands for its value."""


def in_words(reasons: Iterable[str]) -> tuple[str, ...]:
    """Each reason as a person would say it; a code that is not known stays as it is."""
    return tuple(_said(reason) for reason in reasons)


def _said(reason: str) -> str:
    code, equals, value = reason.partition("=")
    words = REASONS.get(code)
    if words is None or ("{}" in words and not equals):
        return reason
    return words.format(value)
