"""What enrichment costs beside the bare model it stands on, for ``wireroom bench``.

It must not own a clock: the caller brings one, best of CPU time, with single-threaded BLAS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from schemas.item import Item
from streams.enrich.enricher import EnrichConfig, Enricher
from streams.enrich.recognise import has_model, primary_language
from streams.enrich.recognise.spacy import MODELS, load_pipeline, load_whole_pipeline

# Whole texts at a time; 8 to 64 cost the same, more is slower on a busy machine.
_TEXTS_AT_A_TIME = 64
_TICK_S = 1e-9


@dataclass(frozen=True, slots=True)
class EnrichCost:
    """Seconds a document, medians of interleaved rounds.

    Attributes:
        enrich_s: the whole stage, without its paragraph cache.
        model_s: spaCy's ``ner`` alone, over whole texts.
        loaded_s: spaCy's pipeline as its package loads it, over whole texts.
        ratio: ``enrich_s`` to ``model_s``, the median of each round's.
        speedup: ``loaded_s`` to ``enrich_s``, the median of each round's.
    """

    documents: int
    enrich_s: float
    model_s: float
    loaded_s: float
    ratio: float
    speedup: float


def measure_cost(
    items: Sequence[Item],
    clock: Callable[[], float],
    *,
    rounds: int = 5,
    config: EnrichConfig = EnrichConfig(),  # noqa: B008  (frozen)
) -> EnrichCost:
    """The cost of enriching ``items`` whose language has a model, against spaCy by itself.

    Both bare pipelines run as spaCy runs them, with its own matrix products. Models are loaded and
    warmed before anything is timed.

    Raises:
        ValueError: none of the items is in a language that has a model.
    """
    items = [item for item in items if has_model("spacy", primary_language(item.language))]
    if not items:
        raise ValueError("the cost of enrichment needs items in a language that has a model")
    enricher = Enricher(replace(config, recogniser="spacy", cached_paragraphs=0))
    texts: dict[str, list[str]] = {}
    for item in items:
        texts.setdefault(primary_language(item.language), []).append(item.text)
    trimmed = {language: load_pipeline(MODELS[language].package) for language in texts}
    loaded = {language: load_whole_pipeline(MODELS[language].package) for language in texts}

    def run(pipelines: Mapping[str, Any]) -> None:
        for language, of_language in texts.items():
            for _ in pipelines[language].pipe(of_language, batch_size=_TEXTS_AT_A_TIME):
                pass

    def timed(work: Callable[[], object]) -> float:
        start = clock()
        work()
        return (clock() - start) / len(items)

    works = (lambda: enricher.enrich(items), lambda: run(trimmed), lambda: run(loaded))
    for work in works:
        work()
    seconds = [tuple(map(timed, works)) for _ in range(rounds)]
    return EnrichCost(
        documents=len(items),
        enrich_s=median(enrich for enrich, _, _ in seconds),
        model_s=median(model for _, model, _ in seconds),
        loaded_s=median(whole for _, _, whole in seconds),
        ratio=median(enrich / max(model, _TICK_S) for enrich, model, _ in seconds),
        speedup=median(whole / max(enrich, _TICK_S) for enrich, _, whole in seconds),
    )
