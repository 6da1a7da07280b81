"""``wireroom bench soak``: a long run of intake and desk on a broker, and its page.

It must not measure: ``streams.bench.soak`` does.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from streams.cli.output import terminal
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.bench.measure import Figure
    from streams.bench.soak import Plan

__all__ = ["SoakOptions", "run_soak", "soak_page"]

_MOST_RATE = 10_000


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class SoakOptions:
    """How long, how fast, and where the samples go.

    Attributes:
        minutes: how long messages are sent.
        rate: messages a second.
        enrich: run enrichment too; choose a --rate it can keep.
        csv: a file for the samples, one each five seconds.
        page: a Markdown page for the figures, with their plot beside it as .svg.
    """

    minutes: Annotated[float, Parameter(validator=validators.Number(gt=0))] = 30.0
    rate: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=_MOST_RATE))] = 200.0
    enrich: Annotated[bool, Parameter(name="--enrich", negative="")] = False
    csv: Path | None = None
    page: Path | None = None


def run_soak(options: SoakOptions, broker: str) -> list[Figure]:
    """Run it, write its files, answer its figures.

    Raises:
        ConfigError: there is no broker to be had, no folder for a file, or this is not Linux.
        TransportError: a process that was measured ended, or nothing came out in time.
    """
    from streams.bench.soak import Plan, soak  # noqa: PLC0415  (brings the stages)
    from streams.bench.soak_figures import figures  # noqa: PLC0415  (as above)
    from streams.bench.soak_plot import plot  # noqa: PLC0415  (as above)

    for path in (options.csv, options.page):
        # Not after half an hour.
        if path is not None and not path.parent.is_dir():
            raise ConfigError(f"there is no folder {path.parent}")
    report = terminal(stderr=True)
    plan = Plan(
        broker=broker,
        seconds=options.minutes * 60,
        rate=options.rate,
        enrich=options.enrich,
        csv=options.csv,
    )
    ran = soak(plan, lambda line: report.print(line, highlight=False))
    found = figures(ran.samples, ran.waits_ms, plan.rate)
    if options.page is not None:
        picture = options.page.with_suffix(".svg")
        picture.write_text(plot(ran.samples), encoding="utf-8")
        options.page.write_text(soak_page(plan, found, picture.name), encoding="utf-8")
    return found


def soak_page(plan: Plan, figures: Sequence[Figure], picture: str) -> str:
    """The page: how it was measured, the plot, a row a figure."""
    stages = "intake, desk and enrichment" if plan.enrich else "intake and desk"
    command = f"wireroom bench soak --minutes {plan.seconds / 60:g} --rate {plan.rate:g}"
    rows = [
        f"| {figure.name} | {figure.value:,.1f} {figure.unit} | {figure.note} |"
        for figure in figures
    ]
    cores = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
    about = [
        f"`{command}{' --enrich' if plan.enrich else ''}`: {stages} as worker processes on one",
        "Kafka broker, dispatches of 360 words, each a text of its own, whose time runs as if",
        "10,000 came a day: the desk's three days are 30,000 messages, and from then on it forgets",
        f"as much as it learns. {cores}, the broker and what sends and reads among them.",
        "Slopes are of the second half (Theil-Sen; 95 % by block bootstrap).",
    ]
    head = ["# A long run", *about, "", f"![Memory, delays and lag over time]({picture})", ""]
    return "\n".join([*head, "| what | figure | |", "| --- | --: | --- |", *rows, ""])
