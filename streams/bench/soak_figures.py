"""What a long run tells: slopes with their error, of memory, descriptors and delays.

Pure; it must not look at a process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from streams.bench.measure import Figure

# Draws of the bootstrap: its interval's ends move by a hundredth of its width from run to run.
_DRAWS = 500
# Runs of samples that are drawn together, so many in a half: what is near in time is alike (a
# collection of garbage, a table that doubled), and drawn one by one it would look like less noise.
_BLOCKS = 10
_SEED = 1987
_HOUR_S = 3600.0
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Sample:
    """The run at a moment.

    Attributes:
        at_s: seconds since it began.
        sent: messages appended so far.
        seen: of which have come out as items.
        p50_ms: from append until the item can be read, since the sample before; None of none.
        p99_ms: the same.
        lag_intake: messages that intake has not committed.
        lag_desk: decoded records that the desk has not.
        lag_enrich: items that enrichment has not; 0 where it does not run.
        resident_bytes: of each process by its name; None where it has ended.
        descriptors: the same.
        cpu_s: the same, since it began.
    """

    at_s: float
    sent: int
    seen: int
    p50_ms: float | None
    p99_ms: float | None
    lag_intake: int
    lag_desk: int
    lag_enrich: int = 0
    resident_bytes: dict[str, int | None] = field(default_factory=dict)
    descriptors: dict[str, int | None] = field(default_factory=dict)
    cpu_s: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slope:
    """How much something rises in an hour, with a 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_level(self) -> bool:
        """No rise or fall can be told from noise."""
        return self.low <= 0 <= self.high


def slope(points: Sequence[tuple[float, float]]) -> Slope | None:
    """The Theil-Sen slope an hour, of (seconds, value); None of fewer than four points.

    The median of the slopes between all pairs: a sample that is off, as at a collection of
    garbage, moves it little (Sen 1968). The interval is a moving-block bootstrap of the residuals.
    """
    if len(points) < 4:
        return None
    at, values = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    first, second = np.triu_indices(len(at), 1)
    apart = at[second] - at[first]

    def theil_sen(of: np.ndarray) -> float:
        return float(np.median((of[second] - of[first]) / apart)) * _HOUR_S

    value = theil_sen(values)
    fitted = value / _HOUR_S * at
    rest = values - fitted
    size = max(1, len(at) // _BLOCKS)
    chooser = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(_DRAWS):
        starts = chooser.integers(0, len(at) - size + 1, -(-len(at) // size))
        places = (starts[:, None] + np.arange(size)).ravel()[: len(at)]
        drawn.append(theil_sen(fitted + rest[places]))
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Slope(value, float(low), float(high))


def figures(samples: Sequence[Sample], waits_ms: Sequence[float], rate: float) -> list[Figure]:
    """Figures of a run: delays of all of it, slopes of its second half."""
    if not samples:
        return []
    last = samples[-1]
    where = f"raw to items, {rate:g} msg/s for {last.at_s / 60:.1f} min"
    rows = []
    if len(waits_ms):
        p50, p99 = np.percentile(waits_ms, (50, 99))
        note = f"{len(waits_ms):,} messages, most {max(waits_ms):,.0f} ms"
        rows = [
            Figure(f"{where}, p50", float(p50), "ms", larger_is_better=False, note=note),
            Figure(f"{where}, p99", float(p99), "ms", larger_is_better=False, note=note),
        ]
    rows.append(
        Figure(
            "messages sent and not yet out, at the end", last.sent - last.seen, "",
            larger_is_better=False, note=f"of {last.sent:,}",
        )
    )  # fmt: skip
    half = [sample for sample in samples if sample.at_s >= last.at_s / 2]
    rows += _memory(half)
    rows += _descriptors(half)
    rows += _processor(half)
    return rows


def _memory(half: Sequence[Sample]) -> list[Figure]:
    rows = []
    for name, now in half[-1].resident_bytes.items():
        points = [(s.at_s, v / _MB) for s in half if (v := s.resident_bytes.get(name))]
        rising = slope(points)
        if now is not None:
            rows.append(Figure(f"memory, {name}", now / _MB, "MB", larger_is_better=False))
        if rising is not None:
            rows.append(_slope(f"memory slope, {name}", rising, "MB/h"))
    return rows


def _descriptors(half: Sequence[Sample]) -> list[Figure]:
    rows = []
    for name in half[-1].descriptors:
        points = [(s.at_s, float(v)) for s in half if (v := s.descriptors.get(name))]
        rising = slope(points)
        if rising is not None:
            rows.append(
                _slope(f"descriptors slope, {name}", rising, "/h", f"{points[-1][1]:g} now")
            )
    return rows


def _processor(half: Sequence[Sample]) -> list[Figure]:
    first, last = half[0], half[-1]
    done = last.seen - first.seen
    rows = []
    for name, now in last.cpu_s.items():
        before = first.cpu_s.get(name)
        if now is not None and before is not None and done > 0:
            each = (now - before) / done
            share = (now - before) / (last.at_s - first.at_s)
            rows.append(
                Figure(
                    f"CPU a message, {name}", each * 1e6, "us",
                    larger_is_better=False, note=f"{share:.1%} of a core",
                )
            )  # fmt: skip
    return rows


def _slope(name: str, rising: Slope, unit: str, now: str = "") -> Figure:
    said = f"95 % interval {rising.low:.2f} to {rising.high:.2f}"
    level = "level within noise" if rising.is_level else "not level"
    note = "; ".join(part for part in (level, said, now) if part)
    return Figure(name, rising.value, unit, larger_is_better=False, note=note)
