"""The countries that a text speaks of by demonym: "le régime syrien", "the Syrian regime".

It must not find places: a demonym is no mention of its country, it tells what names beside it mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("demonyms.toml")
# The shortest demonyms have four letters, as "Thai".
_WORD = re.compile(r"[^\W\d_][\w\-]{3,}")
# "syrien, syrienne, syriens, syriennes", "japonais, japonaise", "turque, turques".
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "fr": ("", "s", "e", "es", "ne", "nes"),
    "en": ("", "s"),
}


def countries_of(texts: Iterable[str], language: str) -> frozenset[str]:
    """The ISO 3166-1 countries whose demonyms are in the texts; none in an unlisted language.

    Args:
        texts: the blocks of one document.
        language: their language, ISO 639-1; French and English are listed.
    """
    forms = _forms(language)
    if not forms:
        return frozenset()
    return frozenset(
        forms[word] for text in texts for word in forms.keys() & set(_WORD.findall(text))
    )


@cache
def _forms(language: str) -> Mapping[str, str]:
    """Every form, as an adjective and as a noun, to its country."""
    with _FILE.open("rb") as file:
        table = tomllib.load(file)
    return {
        form + ending: country
        for country, by_language in table.items()
        for demonym in by_language.get(language, "").split()
        for form in (demonym, demonym[:1].upper() + demonym[1:])
        for ending in _ENDINGS[language]
    }
