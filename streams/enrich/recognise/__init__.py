"""Recognisers: what finds names in paragraphs, one class a file.

It must not link, merge or correct what was found: ``streams.enrich`` does.
"""

from __future__ import annotations

import re
from pathlib import Path

from streams.enrich.link.base import PlacesBase
from streams.enrich.recognise.chain import ChainRecogniser
from streams.enrich.recognise.errors import ModelFileError, UnknownRecogniserError
from streams.enrich.recognise.fast import FastRecogniser, read_model
from streams.enrich.recognise.gazetteer import GazetteerRecogniser
from streams.enrich.recognise.spacy import MODELS, SpacyRecogniser, has_spacy
from streams.enrich.recognise.span import Recogniser, Span

__all__ = [
    "RECOGNISERS",
    "ModelFileError",
    "Recogniser",
    "Span",
    "UnknownRecogniserError",
    "best_of",
    "has_model",
    "load",
    "load_fast",
    "primary_language",
]

_TAG = re.compile(r"[a-z]{2,8}")

RECOGNISERS: tuple[str, ...] = ("spacy", "fast", "gazetteer", "chain")
"""The names that ``load`` knows."""


def primary_language(language: str | None) -> str:
    """The ISO 639 part of a language tag, in small letters: "fr-FR" is "fr"; "und" for none.

    What is no tag (BCP 47: two to eight letters of ASCII) is none, whatever a feed may declare.
    """
    tag = (language or "").replace("_", "-").split("-", 1)[0].strip().lower()
    return tag if _TAG.fullmatch(tag) else "und"


def has_model(name: str, language: str, model: Path | None = None) -> bool:
    """Whether ``load`` would answer, but for what is wrong with a file.

    The gazetteer reads every language; a chain does as well, with it alone if need be.
    """
    match name:
        case "spacy":
            return has_spacy(language)
        case "fast":
            return model is not None
        case _:
            return name in RECOGNISERS


def best_of(name: str, language: str, model: Path | None = None) -> str:
    """The recogniser to load for a language where ``name`` is wanted.

    Where "fast" has no model spaCy's is better than none; where neither has, the gazetteer is left.
    """
    if name not in RECOGNISERS:
        return name
    trained = {"fast": ("fast", "spacy"), "chain": ("fast", "spacy")}.get(name, (name,))
    found = next((each for each in trained if has_model(each, language, model)), "gazetteer")
    return "chain" if name == "chain" and found != "gazetteer" else found


def load(
    name: str,
    language: str,
    *,
    places: PlacesBase | None = None,
    model: Path | None = None,
) -> Recogniser:
    """The recogniser of a name for a language.

    Args:
        name: "spacy" (a trained model: people, organisations, places), "fast" (the same with a
            model that ``wireroom distil`` made, some twenty times as fast), "gazetteer" (places
            only, any language) or "chain" ("fast", or "spacy" without a file, then "gazetteer").
        language: a language tag; only its first part counts.
        places: the base of the gazetteer, the default one if None.
        model: the file of the model for "fast".

    Raises:
        UnknownRecogniserError: there is no such recogniser, or it has no model of that language.
        ModelFileError: the file cannot be read, is damaged, or is of another language.
    """
    if name not in RECOGNISERS:
        raise UnknownRecogniserError(
            f"There is no recogniser {name!r}; there are: {', '.join(RECOGNISERS)}."
        )
    language = primary_language(language)
    match name:
        case "gazetteer":
            return GazetteerRecogniser(language, places or PlacesBase.open())
        case "chain":
            first = best_of("fast", language, model)
            gazetteer = GazetteerRecogniser(language, places or PlacesBase.open())
            if first == "gazetteer":
                return ChainRecogniser([gazetteer])
            return ChainRecogniser([load(first, language, model=model), gazetteer])
        case "fast":
            return load_fast(language, model)
        case _:
            return _load_spacy(language)


def load_fast(language: str, model: Path | None) -> FastRecogniser:
    """The recogniser of a model's file, checked to be of the language."""
    if model is None:
        raise UnknownRecogniserError(
            f"The recogniser 'fast' has no model for the language {language!r}: make one with "
            f"wireroom distil, and name it in enrich.models."
        )
    read, _ = read_model(model)
    if read.language != language:
        raise ModelFileError(
            f"{model} is a model of names for the language {read.language!r}, not {language!r}"
        )
    return FastRecogniser(read)


def _load_spacy(language: str) -> SpacyRecogniser:
    if not has_spacy(language):
        raise UnknownRecogniserError(
            f"The recogniser 'spacy' has no model for the language {language!r}; it has: "
            f"{', '.join(sorted(MODELS))}. The recogniser 'gazetteer' finds places in any language."
        )
    return SpacyRecogniser(language)
