"""Measuring: CPU time, interleaved rounds, medians; ratios before absolute figures.

It must not judge: a figure is printed as it came out.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its budget.

    Attributes:
        name: what was measured, with its conditions.
        value: as it came out, in ``unit``.
        least: the budget that must be met; None where there is none.
        aim: the budget aimed at.
        larger_is_better: how to read the budgets.
        note: spread and conditions.
    """

    name: str
    value: float
    unit: str
    least: float | None = None
    aim: float | None = None
    larger_is_better: bool = True
    note: str = ""

    @property
    def verdict(self) -> str:
        """How it stands: "aim", "met", "short", or "" where there is no budget."""
        if self.least is None:
            return ""
        if self.aim is not None and self._reaches(self.aim):
            return "aim"
        return "met" if self._reaches(self.least) else "short"

    def _reaches(self, budget: float) -> bool:
        return self.value >= budget if self.larger_is_better else self.value <= budget


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    before = time.process_time()
    work()
    return time.process_time() - before


def middle_and_tail(ascending: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile of values in ascending order."""
    middle, tail = (ascending[int(len(ascending) * share)] for share in (0.5, 0.99))
    return middle, tail


def interleaved(works: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """CPU seconds of each work, round by round (A B A B ...), after one warm-up of each."""
    for work in works:
        work()
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for column, work in zip(seconds, works, strict=True):
            column.append(cpu_seconds(work))
    return seconds


def spread(values: Sequence[float]) -> str:
    """Least and most of figures, three significant digits: "3.1-4.2"."""
    return f"{min(values):.3g}-{max(values):.3g}"


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[float, str]:
    """The median of the pairwise ratios, and their spread."""
    ratios = [a / b for a, b in zip(numerators, denominators, strict=True)]
    return statistics.median(ratios), spread(ratios)


def resident_bytes() -> int:
    """Resident memory of this process, in bytes (Linux), or its peak elsewhere; no garbage."""
    gc.collect()
    status = Path("/proc/self/statm")
    if status.exists():
        import resource  # noqa: PLC0415

        return int(status.read_text().split()[1]) * resource.getpagesize()
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
