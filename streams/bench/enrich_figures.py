"""The figures of enrichment beside their budgets, by what they are of.

It must not measure or judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from streams.bench.enrich import EnrichReport, SetFigures
from streams.bench.enrich_folds import FoldFigures
from streams.bench.enrich_process import ProcessFigures
from streams.bench.measure import Figure
from streams.enrich.cost import EnrichCost
from streams.train.distil_examine import DISPATCH_CHARS, Speed

PROCESS = "a pool process"

_MB = 1_000_000
# Of labelled places those that have a link: in English wires more are in the lists.
_PLACES_LINKED = {"en": 93.0}
_PLACES_ELSEWHERE = 80.0
# Points of F1 of the network, learned from labels, above spaCy's small model; of English news only.
_ABOVE_SPACY = {"en": 10.0}
_OF_FAST = f"{DISPATCH_CHARS:,} characters each, no word known"


def figures(report: EnrichReport) -> Mapping[str, list[Figure]]:
    """The figures by what they are of: the messages, a set, folds of a set, a process."""
    told: dict[str, list[Figure]] = {}
    for name, cost in report.costs.items():
        told.setdefault(name, []).extend(_cost(cost))
    for name, speed in report.speeds.items():
        told.setdefault(name, []).extend(_fast(speed))
    for labelled in report.sets:
        told.setdefault(labelled.set, []).extend(_of_set(labelled))
    for folded in report.folds:
        told.setdefault(f"{folded.folds} folds of {folded.set}", []).extend(_of_folds(folded))
    told[PROCESS] = list(_process(report.process))
    return told


def _cost(cost: EnrichCost) -> Iterator[Figure]:
    yield Figure(
        "stage against bare trimmed spaCy", cost.ratio, "x its cost", 1.2, 1.05,
        larger_is_better=False,
        note=f"{cost.documents} texts, {1 / cost.enrich_s:.0f} a CPU-second",
    )  # fmt: skip
    yield Figure("stage against spaCy as loaded", cost.speedup, "x as fast", 1.5, 3.0)


def _fast(speed: Speed) -> Iterator[Figure]:
    yield Figure(
        "fast recogniser", speed.fast, "a CPU-second", 300, 1_000,
        note=f"{_OF_FAST}; spaCy {speed.spacy:.0f}",
    )  # fmt: skip
    yield Figure(
        "stage with fast", speed.stage_fast, "a CPU-second",
        note=f"with spaCy {speed.stage_spacy:.0f}",
    )  # fmt: skip


def _of_set(labelled: SetFigures) -> Iterator[Figure]:
    gain, words, (share, count) = labelled.gain, labelled.words, labelled.places
    yield Figure(
        f"F1 above {labelled.base}", gain.value, "points", 3,
        note=f"95 %: {gain.low:.1f} to {gain.high:.1f}",
    )  # fmt: skip
    if words.resolved:
        yield Figure(
            "single words, the right person", words.precision, "%", 98,
            note=f"{words.right} of {words.resolved} resolved",
        )  # fmt: skip
        yield Figure(
            "single words of people resolved", words.coverage, "%",
            note=f"of {words.labelled} labelled",
        )  # fmt: skip
    if count:
        least = _PLACES_LINKED.get(labelled.language, _PLACES_ELSEWHERE)
        yield Figure("places linked", share, "%", least, note=f"of {count:,} labelled")


def _of_folds(folded: FoldFigures) -> Iterator[Figure]:
    least = _ABOVE_SPACY.get(folded.language)
    besides = f"; {folded.archive:,} of the archive" if folded.archive else ""
    for name, points, budget, more in (
        ("from labels, F1 above spaCy's, alone", folded.above_spacy, least, ""),
        ("distilled, F1 above its teacher's", folded.above_teacher, -2.0, besides),
    ):
        note = f"95 %: {points.low:.1f} to {points.high:.1f}{more}"
        yield Figure(name, points.value, "points", budget, note=note)
    yield from _fast(folded.speed)


def _process(process: ProcessFigures) -> Iterator[Figure]:
    yield Figure(
        "memory, all loaded", process.loaded_bytes / _MB, "MB", 600, larger_is_better=False
    )
    yield Figure(
        f"memory after {process.items:,} items", process.worked_bytes / _MB, "MB", 600,
        larger_is_better=False,
    )  # fmt: skip
    yield Figure(
        "start, all loaded", process.start_s, "s", larger_is_better=False,
        note=f"{process.start_cpu_s:.1f} s of CPU time",
    )  # fmt: skip
