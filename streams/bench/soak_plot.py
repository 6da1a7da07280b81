"""A long run drawn: memory, delays and lag over time, as SVG.

It must not need a library: three panels of lines are all there is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from streams.bench.soak_figures import Sample

_WIDTH, _HEIGHT = 760, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 170, 26, 24
# Told apart by the colour-blind too (Okabe and Ito).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and its points, seconds and value."""

    name: str
    points: tuple[tuple[float, float], ...]


def plot(samples: Sequence[Sample]) -> str:
    """An SVG of a run; of no samples one with empty panels."""
    names = list(samples[-1].resident_bytes) if samples else []
    memory = [
        Line(name, tuple((s.at_s, v / 1e6) for s in samples if (v := s.resident_bytes.get(name))))
        for name in names
    ]
    delays = [
        Line("p50", tuple((s.at_s, s.p50_ms) for s in samples if s.p50_ms is not None)),
        Line("p99", tuple((s.at_s, s.p99_ms) for s in samples if s.p99_ms is not None)),
    ]
    lag = [
        Line("intake", tuple((s.at_s, float(s.lag_intake)) for s in samples)),
        Line("desk", tuple((s.at_s, float(s.lag_desk)) for s in samples)),
    ]
    if any(sample.lag_enrich for sample in samples):
        lag.append(Line("enrich", tuple((s.at_s, float(s.lag_enrich)) for s in samples)))
    until = max((sample.at_s for sample in samples), default=1.0) or 1.0
    panels = [
        ("memory, MB", memory),
        ("raw to items, ms", delays),
        ("lag, records", lag),
    ]
    drawn = [
        f'<g transform="translate(0,{place * _HEIGHT})">{_panel(title, lines, until)}</g>'
        for place, (title, lines) in enumerate(panels)
    ]
    height = _HEIGHT * len(panels)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="11">\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _panel(title: str, lines: Sequence[Line], until: float) -> str:
    top = nice(max((value for line in lines for _, value in line.points), default=1.0))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(at: float, value: float) -> str:
        x = _LEFT + at / until * (right - _LEFT)
        return f"{x:.1f},{bottom - value / top * (bottom - _TOP):.1f}"

    parts = [f'<text x="{_LEFT}" y="16" font-weight="bold">{escape(title)}</text>']
    for number in range(_TICKS + 1):
        share = number / _TICKS
        y = bottom - share * (bottom - _TOP)
        parts.append(f'<path d="M{_LEFT},{y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{top * share:,g}</text>'
        )
        x = _LEFT + share * (right - _LEFT)
        minutes = until / 60 * share
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{minutes:.3g} min</text>'
        )
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(place(at, value) for at, value in line.points)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.3"/>'
        )
        y = _TOP + 10 + 15 * number
        parts.append(f'<text x="{right + 12}" y="{y}" fill="{colour}">{escape(line.name)}</text>')
    return "".join(parts)


def nice(most: float) -> float:
    """The top of an axis: the next of 1, 2, 4, 8 times a power of ten."""
    if most <= 0:
        return 1.0
    power = float(10 ** math.floor(math.log10(most)))
    return next((step * power for step in (1, 2, 4, 8) if step * power >= most), 10 * power)
