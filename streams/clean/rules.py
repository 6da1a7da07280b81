"""What cleaning may do, and the words it gives as reasons.

It must not hold the doing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streams.clean.boilerplate import BoilerplateRules

VERSION = "clean/1"
"""The version of the rules, in every item's audit.

Raised whenever the same source is cleaned otherwise than before: a test compares.
"""
# Languages of the wires told apart by default. Fewer are told apart better: restricting the
# model lifts seven-word headlines from .943 to .973 right on ten languages.
LANGUAGES = (
    "ar", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko",
    "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip


class RemovalReason(StrEnum):
    """Why a span of the source is not published, or not as a paragraph."""

    NAVIGATION = "navigation"  # a link or button of the page
    SECTION_LABEL = "section-label"  # the name of the section or list the item stood in
    FURNITURE = "furniture"  # outside the article, says the markup or the shape of the page
    TEASER_DUPLICATE = "teaser-duplicate"  # text that is in the other paragraphs already
    REPEATED_LINE = "repeated-line"  # the headline once more
    LIFECYCLE_MARKER = "lifecycle-marker"  # "URGENT" on a line of its own: now in lifecycle
    BYLINE = "byline"  # now in byline
    DATELINE = "dateline"  # declared as such: now in dateline
    SUMMARY = "summary"  # an abstract, a teaser or another headline: beside the text, not of it
    EDNOTE = "ednote"  # to editors, not for publication: now in ednotes
    SIGN_OFF = "sign-off"  # initials or names of reporters and editors at the end
    END_MARK = "end-mark"  # "-30-", "###", "NNNN"
    RIGHTS = "rights"  # now in rights
    BOILERPLATE = "boilerplate"  # learned: it recurs across the stories of its source
    PROVIDER_LINE = "provider-line"  # never text, says the provider's profile
    CANCELED = "canceled"  # the body of a canceled item, which is not to be used


class EditReason(StrEnum):
    """Why characters of the source were replaced in the published text."""

    CONTROL = "control-character"
    INVISIBLE = "invisible-character"
    BIDI = "bidi-control"
    SURROGATE = "lone-surrogate"
    NORMAL_FORM = "normal-form"
    LINE_WRAP = "line-wrap"
    DATELINE = "dateline"
    EDNOTE = "ednote"  # an advisory in brackets before the text: now in ednotes


@dataclass(frozen=True, slots=True)
class CleaningRules:
    """Which rules are on; with one off, what it would have removed or changed is published.

    Attributes:
        navigation: remove navigation, section labels and marker lines above the headline, and
            navigation below the end.
        core: find the article within a page that is mostly furniture.
        furniture: remove what the markup declares to be outside the article, and summaries.
        teasers: remove blocks whose text the other paragraphs hold.
        repeated_lines: remove repetitions of the headline above the text.
        line_wraps: join lines that were broken at a fixed width.
        typography: composed characters (NFC), no control and no invisible characters.
        datelines: take the dateline off the first paragraph, into ``Item.dateline``.
        bylines: take byline lines out, into ``Item.byline``.
        fences: take notebooks, contacts and notes to editors out, into ``Item.ednotes``, not
            publishable. What the format itself declares to be such a note is one in any case.
        sign_offs: take sign-offs, end marks and rights lines off the end.
        provider_lines: remove the lines that the provider's profile says are never text.
        boilerplate: the learned lines to remove; None removes none. The audit names its version.
        canceled: publish no paragraphs of a canceled item.
        languages: codes of the languages told apart; empty switches detection off.
        usual_languages: what the source usually writes in; those are expected the more.
    """

    navigation: bool = True
    core: bool = True
    furniture: bool = True
    teasers: bool = True
    repeated_lines: bool = True
    line_wraps: bool = True
    typography: bool = True
    datelines: bool = True
    bylines: bool = True
    fences: bool = True
    sign_offs: bool = True
    provider_lines: bool = True
    boilerplate: BoilerplateRules | None = None
    canceled: bool = True
    languages: tuple[str, ...] = LANGUAGES
    usual_languages: tuple[str, ...] = ()

    def without(self, names: Iterable[str]) -> CleaningRules:
        """The same, with the named rules of ``SWITCHES`` off."""
        return replace(self, **{name: _OFF[name] for name in names})


def _off(default: object) -> object:
    if isinstance(default, bool):
        return False
    return () if isinstance(default, tuple) else None


_OFF: dict[str, Any] = {
    field.name: _off(field.default)
    for field in fields(CleaningRules)
    if field.name != "usual_languages"
}
SWITCHES = tuple(_OFF)
"""The rules that can be switched off, by name."""
DEFAULT_RULES = CleaningRules()
