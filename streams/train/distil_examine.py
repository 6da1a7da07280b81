"""How well a distilled model does, against its teacher and against labelled text, and how fast.

It must not own a clock: the caller brings one, of CPU time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from schemas.item import EntityType, Item
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.found import blocks_of
from streams.enrich.recognise import load_fast
from streams.train.distil import Document, Named

ALL = "all"
TYPES = (EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE)
# Characters of a dispatch of eleven paragraphs, the size that speeds are given for.
DISPATCH_CHARS = 3_200
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Whole names with their type, in per cent; ``names`` are those that there truly are."""

    precision: float
    recall: float
    f1: float
    names: int


def score(pairs: Iterable[tuple[AbstractSet[Named], AbstractSet[Named]]]) -> Mapping[str, Figures]:
    """Figures by type, and of all names together.

    Args:
        pairs: of each document, the true names and those found.
    """
    counts = {kind: [0, 0, 0] for kind in (ALL, *TYPES)}
    for true, found in pairs:
        for kind, count in counts.items():
            of_true = {name for name in true if kind in {ALL, name[2]}}
            of_found = {name for name in found if kind in {ALL, name[2]}}
            count[0] += len(of_true & of_found)
            count[1] += len(of_true)
            count[2] += len(of_found)
    return {
        str(kind): Figures(
            precision=100 * right / max(1, found),
            recall=100 * right / max(1, true),
            f1=200 * right / max(1, true + found),
            names=true,
        )
        for kind, (right, true, found) in counts.items()
    }


def named(item: Item) -> set[Named]:
    """The names of an enriched item, as ``Document.named`` gives them."""
    return {
        (mention.start, mention.end, entity.type)
        for entity in item.entities
        for mention in entity.mentions
    }


def examine(documents: Sequence[Document], language: str, model: Path) -> Mapping[str, Figures]:
    """A model with our rules against the teacher with the same rules.

    Args:
        documents: that the model was not trained on.
        language: theirs.
        model: its file.
    """
    items = _student(language, model).enrich([each.item(language) for each in documents])
    return score(
        (document.named(), named(item)) for document, item in zip(documents, items, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Speed:
    """Documents of ``DISPATCH_CHARS`` a CPU-second, medians of interleaved rounds.

    Attributes:
        fast, spacy: the recognisers alone; each round of ``fast`` begins knowing no word.
        stage_fast, stage_spacy: the whole stage with either, without its cache of paragraphs.
    """

    fast: float
    spacy: float
    stage_fast: float
    stage_spacy: float


def measure_speed(
    documents: Sequence[Document], language: str, model: Path, clock: Callable[[], float]
) -> Speed:
    """The speed of a model and of spaCy's on the same documents, one at a time, as they arrive."""
    items = [each.item(language) for each in documents]
    texts = [[block.text for block in blocks_of(item)] for item in items]
    dispatches = sum(len(item.text) for item in items) / DISPATCH_CHARS
    stages = (
        _student(language, model),
        Enricher(EnrichConfig(recogniser="spacy", cached_paragraphs=0)),
    )
    for stage in stages:
        stage.enrich(items[:20])
    spacy = stages[1].recogniser(language)

    def timed(run: Callable[[int], object]) -> float:
        start = clock()
        for number in range(len(items)):
            run(number)
        return dispatches / max(1e-9, clock() - start)

    rounds: list[tuple[float, ...]] = []
    for _ in range(_ROUNDS):
        fast = load_fast(language, model)
        rounds.append(
            (
                timed(lambda number, fast=fast: fast.recognise(texts[number])),  # type: ignore[misc]
                timed(lambda number: spacy.recognise(texts[number])),
                *(
                    timed(lambda number, stage=stage: stage.enrich([items[number]]))  # type: ignore[misc]
                    for stage in stages
                ),
            )
        )
    return Speed(*(median(of_all) for of_all in zip(*rounds, strict=True)))


def _student(language: str, model: Path) -> Enricher:
    config = EnrichConfig(recogniser="fast", models={language: model}, cached_paragraphs=0)
    return Enricher(config)
