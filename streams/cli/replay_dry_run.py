"""``wireroom replay --dry-run``: what is there, how long it would take, what cannot be read.

It must not write to a log.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from streams.cli.output import terminal
from streams.cli.render import printable

if TYPE_CHECKING:
    from streams.replay.merging import MergedSources
    from streams.replay.pacing import Pace
    from streams.replay.selection import Chosen

__all__ = ["show_dry_run"]

# Of a dispatch of 3 KB with the recogniser that ships (docs/enrichment.md); for an estimate only.
_ENRICH_S = 0.025


def show_dry_run(sources: MergedSources, wanted: Chosen, pace: Pace, processes: int) -> None:
    """Read, decode and clean the archive, and print what was found."""
    from streams.replay.dry_run import tally  # noqa: PLC0415  (start quickly)

    began = time.perf_counter()
    found = tally(sources, wanted, pace)
    spent = time.perf_counter() - began
    report = terminal()
    for (provider, day), number in sorted(found.by_provider_and_day.items()):
        report.print(f"{day:<10}  {printable(provider):<12} {number:>9,}", soft_wrap=True)
    span = f", {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M}" if found.first else ""
    report.print(
        f"{found.messages:,} messages, {found.size:,} bytes{span}; {found.left_out:,} left out",
        soft_wrap=True,
    )
    work = (spent + found.messages * _ENRICH_S) / processes
    told = timedelta(seconds=round(max(work, found.paced_s)))
    why = "at the pace asked for" if found.paced_s > work else f"on {processes} of its cores"
    report.print(f"takes about {told} {why}", soft_wrap=True)
    total = found.undecodable.total()
    for code, number in found.undecodable.most_common():
        report.print(f"cannot be decoded: {number:,} {code}", soft_wrap=True)
    for position, code in found.where:
        report.print(f"  {printable(position)}  {code}", soft_wrap=True)
    if total > len(found.where):
        report.print(f"  and {total - len(found.where):,} more", soft_wrap=True)
