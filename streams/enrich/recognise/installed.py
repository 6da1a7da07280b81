"""spaCy models that a user has installed besides those that come with Wireroom.

It must not import spaCy, which takes a second, only to find that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from schemas.item import EntityType

LABELS: Mapping[str, EntityType] = {
    **dict.fromkeys(("PER", "PERSON", "PRS", "persName"), EntityType.PERSON),
    **dict.fromkeys(("ORG", "orgName"), EntityType.ORGANISATION),
    **dict.fromkeys(("LOC", "GPE", "FAC", "GPE_LOC", "placeName", "geogName"), EntityType.PLACE),
    **dict.fromkeys(
        ("MISC", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW", "EVN", "WRK", "PROD"), EntityType.OTHER
    ),
}
"""What the labels of spaCy's own pipelines mean; the others are dates, numbers and demonyms."""
# Where two models of a language are installed: the larger of those that need no graphics card.
_SIZES = ("lg", "md", "sm")


@cache
def installed_package(language: str) -> str | None:
    """The package of a model of the language, as "de_core_news_sm"; None for none.

    spaCy's packages announce themselves under "spacy_models", their names beginning with the
    language. Pipelines of transformers ("_trf") are left out: they are too slow for a stream.
    """
    names = sorted(
        each.name
        for each in entry_points(group="spacy_models")
        if each.name.split("_")[0] == language and not each.name.endswith("_trf")
    )
    sized = [name for size in _SIZES for name in names if name.endswith(f"_{size}")]
    return next(iter([*sized, *names]), None)
