"""The figures of enrichment beside their budgets.

It must not measure or judge.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.bench.enrich import EnrichReport, SetFigures
from streams.bench.enrich_folds import FoldFigures
from streams.bench.measure import Figure
from streams.train.distil_examine import Speed

_MB = 1_000_000
# Of labelled places those that have a link: in English wires more are in the lists.
_PLACES_LINKED = {"en": 93.0}
_PLACES_ELSEWHERE = 80.0


def figures(report: EnrichReport) -> Iterator[Figure]:
    """The figures of a report, those with a budget beside it."""
    for name, cost in report.costs.items():
        yield Figure(
            f"whole stage against bare trimmed spaCy, {name}",
            cost.ratio, "x its cost", 1.2, 1.05, larger_is_better=False,
            note=f"{cost.documents} documents, {1 / cost.enrich_s:.0f} per CPU-second",
        )  # fmt: skip
        yield Figure(
            f"whole stage against spaCy as loaded, {name}", cost.speedup, "x as fast", 1.5, 3.0
        )
    for name, speed in report.speeds.items():
        yield from _fast(name, speed)
    for labelled in report.sets:
        yield from _of_set(labelled)
    for folded in report.folds:
        yield from _of_folds(folded)
    process = report.process
    yield Figure(
        "memory of a pool process, all loaded", process.loaded_bytes / _MB, "MB", 600,
        larger_is_better=False,
    )  # fmt: skip
    yield Figure(
        f"memory of a pool process after {process.items:,} items", process.worked_bytes / _MB,
        "MB", 600, larger_is_better=False,
    )  # fmt: skip
    yield Figure(
        "start of a pool process, all loaded", process.start_s, "s", larger_is_better=False,
        note=f"{process.start_cpu_s:.1f} s of CPU time",
    )  # fmt: skip


def _fast(name: str, speed: Speed) -> Iterator[Figure]:
    yield Figure(
        f"fast recogniser, no word known, {name}", speed.fast, "/s", 300, 1_000,
        note=f"of 3,200 characters; spaCy {speed.spacy:.0f}",
    )  # fmt: skip
    yield Figure(
        f"whole stage with the fast recogniser, {name}", speed.stage_fast, "/s",
        note=f"of 3,200 characters; with spaCy {speed.stage_spacy:.0f}",
    )  # fmt: skip


def _of_set(labelled: SetFigures) -> Iterator[Figure]:
    low, high = labelled.gain.low, labelled.gain.high
    yield Figure(
        f"default above {labelled.base}, {labelled.set}", labelled.gain.value, "points of F1", 3,
        note=f"{low:.1f} to {high:.1f}",
    )  # fmt: skip
    words = labelled.words
    if words.resolved:
        yield Figure(
            f"single words that are the person, {labelled.set}", words.precision, "%", 98,
            note=f"{words.right} of {words.resolved}",
        )  # fmt: skip
        yield Figure(
            f"single words labelled people that were resolved, {labelled.set}", words.coverage, "%",
            note=f"of {words.labelled}",
        )  # fmt: skip
    share, count = labelled.places
    if count:
        yield Figure(
            f"places linked, {labelled.set}", share, "%",
            _PLACES_LINKED.get(labelled.language, _PLACES_ELSEWHERE), note=f"of {count:,}",
        )  # fmt: skip


def _of_folds(folded: FoldFigures) -> Iterator[Figure]:
    name = f"{folded.folds} folds of {folded.set}"
    least = 10 if folded.language == "en" else None
    for words, points, budget in (
        ("fast from labels above spaCy's, both alone", folded.above_spacy, least),
        ("fast distilled above its teacher, with rules", folded.above_teacher, -2),
    ):
        yield Figure(
            f"{words}, {name}", points.value, "points of F1", budget,
            note=f"{points.low:.1f} to {points.high:.1f}",
        )  # fmt: skip
    yield from _fast(name, folded.speed)
