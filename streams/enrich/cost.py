"""What enrichment costs beside the bare model it stands on, for ``wireroom bench``.

It must not own a clock: the caller brings one, best of CPU time, with single-threaded BLAS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from schemas.item import Item
from streams.enrich.enricher import EnrichConfig, Enricher
from streams.enrich.recognise import has_model, primary_language
from streams.enrich.recognise.spacy import BATCH_SIZE, MODELS, load_pipeline


@dataclass(frozen=True, slots=True)
class EnrichCost:
    """Seconds a document, medians of interleaved rounds.

    Attributes:
        enrich_s: the whole stage, without its paragraph cache.
        model_s: spaCy's ``ner`` alone, over whole texts.
        ratio: the median of each round's ratio.
    """

    documents: int
    enrich_s: float
    model_s: float
    ratio: float


def measure_cost(
    items: Sequence[Item],
    clock: Callable[[], float],
    *,
    rounds: int = 5,
    config: EnrichConfig = EnrichConfig(),  # noqa: B008  (frozen)
) -> EnrichCost:
    """The cost of enriching ``items`` whose language has a model, against the model alone.

    Models are loaded and warmed before anything is timed.

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
    pipelines = {language: load_pipeline(MODELS[language].package) for language in texts}

    def run_model() -> None:
        for language, of_language in texts.items():
            for _ in pipelines[language].pipe(of_language, batch_size=BATCH_SIZE):
                pass

    def timed(run: Callable[[], object]) -> float:
        start = clock()
        run()
        return (clock() - start) / len(items)

    enricher.enrich(items)
    run_model()
    pairs = [(timed(lambda: enricher.enrich(items)), timed(run_model)) for _ in range(rounds)]
    return EnrichCost(
        documents=len(items),
        enrich_s=median(enrich for enrich, _ in pairs),
        model_s=median(model for _, model in pairs),
        ratio=median(enrich / max(model, 1e-9) for enrich, model in pairs),
    )
