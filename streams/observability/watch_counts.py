"""Counting gaps and silences by provider, under the names of a closed set.

It must not decide what is missing; the desk did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from schemas.event import EventKind, WireEvent
from streams.observability import metric_defs
from streams.observability.metrics import Metrics

__all__ = ["OTHER", "begin_watch", "count_watch"]

OTHER = "other"
"""The label of every provider without a profile: names on the wire must not make metrics."""


def begin_watch(metrics: Metrics, known: frozenset[str]) -> None:
    """Show every provider's counts from the start: alerts are about increases."""
    for provider in (*sorted(known), OTHER):
        for metric in (
            metric_defs.DESK_GAPS,
            metric_defs.DESK_MISSING,
            metric_defs.DESK_FILLED,
            metric_defs.DESK_SILENCES,
        ):
            metrics.begin(metric, provider=provider)


def count_watch(
    metrics: Metrics,
    events: Iterable[WireEvent],
    last_heard: Mapping[str, datetime],
    known: frozenset[str],
) -> None:
    """Count what a batch's events announce, and say when each provider was last heard.

    Args:
        metrics: to count in.
        events: of one batch.
        last_heard: time of the last message of each provider.
        known: providers that have a profile.
    """
    for event in events:
        provider = event.source.provider if event.source.provider in known else None
        label = provider or OTHER
        if event.kind is EventKind.SILENCE:
            metrics.add(metric_defs.DESK_SILENCES, provider=label)
        elif event.kind is EventKind.GAP:
            said = dict(reason.split("=", 1) for reason in event.reasons if "=" in reason)
            if "filled" in said:
                metrics.add(metric_defs.DESK_FILLED, provider=label)
                continue
            metrics.add(metric_defs.DESK_GAPS, provider=label)
            metrics.add(metric_defs.DESK_MISSING, float(said.get("numbers", 0)), provider=label)
    latest: dict[str, float] = {}
    for name, at in last_heard.items():
        label = name if name in known else OTHER
        latest[label] = max(latest.get(label, 0.0), at.timestamp())
    for label, seconds in latest.items():
        metrics.set(metric_defs.DESK_LAST_MESSAGE, seconds, provider=label)
