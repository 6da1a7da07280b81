"""What enrichment costs, what it finds, and what its processes take, in one call.

Composes the reading, measuring and scoring. It must not judge whether a figure is good enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from schemas.item import Item
from streams.bench.desk_scores import Interval
from streams.bench.enrich_folds import FoldFigures, bare_pairs, measure_folds
from streams.bench.enrich_labelled import LabelledSet
from streams.bench.enrich_links import SingleWords, linked_share, place_links, single_words
from streams.bench.enrich_process import ProcessFigures, measure_process
from streams.bench.enrich_scores import NameMiss, NameScore, Pair, gain, name_misses, score_names
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.cost import EnrichCost, measure_cost
from streams.enrich.found import blocks_of
from streams.enrich.recognise import has_model, load, load_fast, primary_language
from streams.errors import ConfigError
from streams.pipeline import PipelineConfig
from streams.train.distil import Document
from streams.train.distil_examine import Speed, measure_speed, named

SPACY = "spacy alone"
GAZETTEER = "gazetteer alone"
DEFAULT = "default, with rules"
FAST = "fast alone"
FAST_RULES = "fast, with rules"

# Documents of a set that its cost is taken on, and how often a few messages are measured: with
# fewer a round is over before it is timed, more make the ratio no steadier.
_COST_DOCUMENTS = 30
_COST_COPIES = 20
# Documents of each set that the process of the pool is given to work on.
_PROCESS_DOCUMENTS = 100


@dataclass(frozen=True, slots=True)
class SetFigures:
    """What was found in one labelled set.

    Attributes:
        documents: how many.
        scores: by method and type; "all" is micro.
        base: the method without rules that the default stands on.
        gain: points of F1 of the default above it.
        words: words alone that the default took for people named in full.
        places: labelled places that have a link, per cent, and how many are labelled.
        misses: what the default got wrong, with the number of the document.
    """

    set: str
    language: str
    documents: int
    scores: Mapping[str, Mapping[str, NameScore]]
    base: str
    gain: Interval
    words: SingleWords
    places: tuple[float, int]
    misses: tuple[tuple[int, NameMiss], ...]


@dataclass(frozen=True, slots=True)
class EnrichReport:
    """All that was measured.

    Attributes:
        costs: by what was enriched: the messages first, then sets in a language with a model.
        speeds: of the fast recogniser by what it read.
        process: of a process of the pool.
    """

    costs: Mapping[str, EnrichCost]
    sets: tuple[SetFigures, ...]
    speeds: Mapping[str, Speed]
    folds: tuple[FoldFigures, ...]
    process: ProcessFigures


def measure_enrichment(
    name: str,
    items: Sequence[Item],
    sets: Sequence[LabelledSet] = (),
    *,
    models: Mapping[str, Path] | None = None,
    folds: int = 0,
    archive: Sequence[Item] = (),
    step: Callable[[], None] = lambda: None,
) -> EnrichReport:
    """Measures the cost on ``items``, and all else on labelled sets; CPU time, one thread.

    Args:
        name: of the items, for the report.
        items: cleaned ones, without enrichment.
        sets: labelled text.
        models: files of the fast recogniser by language.
        folds: learn the fast recogniser anew on parts of the sets that have a spaCy model; 0 not.
        archive: cleaned items that the distilled models of the folds learn from besides.
        step: called ``steps(...)`` times.

    Raises:
        ConfigError: no item is in a language that has a model.
    """
    models = models or {}
    with threadpool_limits(1, user_api="blas"):
        costs = {}
        for words, texts in _to_cost(name, items, sets):
            costs[words] = measure_cost(texts, time.process_time)
            step()
        enricher = Enricher()
        scored = []
        for labelled in sets:
            scored.append(score_set(labelled, enricher, models.get(labelled.language)))
            step()
        speeds = {}
        for language, model in models.items():
            of, documents = _unseen(name, items, sets, language)
            speeds[of] = measure_speed(documents, language, model, time.process_time)
            step()
        folded = tuple(
            measure_folds(labelled, folds, time.process_time, archive=archive, step=step)
            for labelled in _foldable(sets, folds)
        )
    process = measure_process(_config(models), _worked(items, sets))
    step()
    return EnrichReport(costs, tuple(scored), speeds, folded, process)


def steps(sets: Sequence[LabelledSet], models: Mapping[str, Path], folds: int) -> int:
    """How many times ``measure_enrichment`` calls ``step``."""
    modelled = sum(has_model("spacy", labelled.language) for labelled in sets)
    folding = folds * len(_foldable(sets, folds))
    return 1 + modelled + len(sets) + len(models) + folding + 1


def score_set(labelled: LabelledSet, enricher: Enricher, model: Path | None = None) -> SetFigures:
    """What the default chain finds in a set, beside the recognisers by themselves.

    Args:
        labelled: the set.
        enricher: the default chain.
        model: a file of the fast recogniser for the set's language.
    """
    language, documents = labelled.language, labelled.documents
    items = enricher.enrich(labelled.items())
    pairs: dict[str, list[Pair]] = {}
    if has_model("spacy", language):
        pairs[SPACY] = bare_pairs(documents, enricher.recogniser(language))
    pairs[GAZETTEER] = bare_pairs(documents, load("gazetteer", language, places=enricher.places))
    base = next(iter(pairs))
    pairs[DEFAULT] = _pairs(documents, items)
    if model is not None:
        pairs[FAST] = bare_pairs(documents, load_fast(language, model))
        fast = Enricher(EnrichConfig(recogniser="fast", models={language: model}))
        pairs[FAST_RULES] = _pairs(documents, fast.enrich(labelled.items()))
    return SetFigures(
        set=labelled.name,
        language=language,
        documents=len(documents),
        scores={method: score_names(of_method) for method, of_method in pairs.items()},
        base=base,
        gain=gain(pairs[DEFAULT], pairs[base]),
        words=single_words(documents, items),
        places=linked_share(place_links(labelled, enricher.places)),
        misses=tuple(
            (number, miss)
            for number, (item, pair) in enumerate(zip(items, pairs[DEFAULT], strict=True))
            for miss in name_misses(item.text, pair)
        ),
    )


def _pairs(documents: Sequence[Document], items: Sequence[Item]) -> list[Pair]:
    return [
        (document.named(), named(item)) for document, item in zip(documents, items, strict=True)
    ]


def _to_cost(
    name: str, items: Sequence[Item], sets: Sequence[LabelledSet]
) -> list[tuple[str, list[Item]]]:
    """What to take the cost on, by name."""
    read = [item for item in items if has_model("spacy", primary_language(item.language))]
    if not read:
        raise ConfigError(f"{name} has no text in a language that has a model of names")
    copies = read * -(-_COST_COPIES // len(read))
    return [
        (name, copies),
        *(
            (labelled.name, labelled.items()[:_COST_DOCUMENTS])
            for labelled in sets
            if has_model("spacy", labelled.language)
        ),
    ]


def _unseen(
    name: str, items: Sequence[Item], sets: Sequence[LabelledSet], language: str
) -> tuple[str, list[Document]]:
    """What the fast recogniser's speed is taken on: a labelled set, else the items."""
    for labelled in sets:
        if labelled.language == language:
            return labelled.name, list(labelled.documents[:_PROCESS_DOCUMENTS])
    own = [item for item in items if primary_language(item.language) == language]
    if not own:
        raise ConfigError(f"no text in {language!r}, the model's language, to measure it on")
    return name, [_document(item) for item in own]


def _document(item: Item) -> Document:
    blocks = tuple(block.text for block in blocks_of(item))
    return Document(item.item_key, None, item.headline, blocks, ((),) * len(blocks))


def _foldable(sets: Sequence[LabelledSet], folds: int) -> list[LabelledSet]:
    return [
        labelled
        for labelled in sets
        if folds and has_model("spacy", labelled.language) and len(labelled.documents) >= folds
    ]


def _worked(items: Sequence[Item], sets: Sequence[LabelledSet]) -> list[Item]:
    """What the process of the pool is given: of every language that a model or a list is for."""
    return [
        *items,
        *(item for labelled in sets for item in labelled.items()[:_PROCESS_DOCUMENTS]),
    ]


def _config(models: Mapping[str, Path]) -> PipelineConfig:
    """As shipped; with models of the fast recogniser where such are given."""
    if not models:
        return PipelineConfig()
    return PipelineConfig(enrich=EnrichConfig(recogniser="fast", models=dict(models)))
