"""The labelled sets that quality is measured on; tests skip where they are absent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from streams.bench.enrich import SetFigures, score_set
from streams.bench.enrich_labelled import LabelledSet, read_sets
from streams.enrich import Enricher

FOLDER = Path(__file__).resolve().parents[2] / "../shared/data/ner"


def labelled(language: str) -> LabelledSet:
    """The set of a language."""
    found = _every().get(language)
    if found is None:
        pytest.skip(f"no labelled text in {language} at {FOLDER}")
    return found


@cache
def scored(language: str) -> SetFigures:
    """What the default chain finds in it."""
    return score_set(labelled(language), enricher())


@cache
def enricher() -> Enricher:
    """The default chain."""
    return Enricher()


@cache
def _every() -> dict[str, LabelledSet]:
    if not FOLDER.is_dir():
        return {}
    return {each.language: each for each in read_sets(FOLDER)}
