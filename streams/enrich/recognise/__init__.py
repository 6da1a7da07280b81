"""Recognisers: what finds names in paragraphs, one class a file.

It must not link, merge or correct what was found: ``streams.enrich`` does.
"""

from __future__ import annotations

from streams.enrich.link.base import PlacesBase
from streams.enrich.recognise.errors import UnknownRecogniserError
from streams.enrich.recognise.gazetteer import GazetteerRecogniser
from streams.enrich.recognise.spacy import MODELS, SpacyRecogniser
from streams.enrich.recognise.span import Recogniser, Span

__all__ = [
    "RECOGNISERS",
    "Recogniser",
    "Span",
    "UnknownRecogniserError",
    "has_model",
    "load",
    "primary_language",
]

RECOGNISERS: tuple[str, ...] = ("spacy", "gazetteer")
"""The names that ``load`` knows."""


def primary_language(language: str | None) -> str:
    """The ISO 639 part of a language tag, in small letters: "fr-FR" is "fr"; "und" for none."""
    tag = (language or "").replace("_", "-").split("-", 1)[0].strip().lower()
    return tag or "und"


def has_model(name: str, language: str) -> bool:
    """Whether ``load`` would answer; the gazetteer reads every language."""
    return name == "gazetteer" or (name == "spacy" and language in MODELS)


def load(name: str, language: str, *, places: PlacesBase | None = None) -> Recogniser:
    """The recogniser of a name for a language.

    Args:
        name: "spacy" (a trained model: people, organisations, places) or "gazetteer" (places
            only, any language).
        language: a language tag; only its first part counts.
        places: the base of the gazetteer, the default one if None.

    Raises:
        UnknownRecogniserError: there is no such recogniser, or it has no model of that language.
    """
    if name not in RECOGNISERS:
        raise UnknownRecogniserError(
            f"There is no recogniser {name!r}; there are: {', '.join(RECOGNISERS)}."
        )
    language = primary_language(language)
    if name == "gazetteer":
        return GazetteerRecogniser(language, places or PlacesBase.open())
    if language not in MODELS:
        raise UnknownRecogniserError(
            f"The recogniser {name!r} has no model for the language {language!r}; it has: "
            f"{', '.join(sorted(MODELS))}. The recogniser 'gazetteer' finds places in any language."
        )
    return SpacyRecogniser(language)
