from __future__ import annotations

from datetime import UTC, datetime

from schemas.event import EventKind, Source, WireEvent
from streams.observability.metrics import Metrics
from streams.observability.watch_counts import count_watch

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KNOWN = frozenset({"dpa", "afp"})


def an_event(kind: EventKind, provider: str, *reasons: str) -> WireEvent:
    source = Source(id="s", provider=provider, position="p", sha256="00")
    return WireEvent(id="e", kind=kind, source=source, reasons=reasons, cause="c")


def page_after(*events: WireEvent) -> str:
    metrics = Metrics()
    count_watch(metrics, events, {"dpa": T0, "made-up": T0, "made-up-2": T0}, KNOWN)
    return metrics.page().decode()


def test_gaps_and_missing_numbers_are_counted_by_provider() -> None:
    gap = an_event(EventKind.GAP, "dpa", "service=eca", "missing=0124-0126", "numbers=3")
    page = page_after(gap, gap, an_event(EventKind.GAP, "dpa", "service=eca", "filled=0125"))
    assert 'wireroom_desk_gaps_total{provider="dpa"} 2.0' in page
    assert 'wireroom_desk_missing_numbers_total{provider="dpa"} 6.0' in page
    assert 'wireroom_desk_filled_numbers_total{provider="dpa"} 1.0' in page


def test_silences_and_last_messages_are_shown_by_provider() -> None:
    page = page_after(an_event(EventKind.SILENCE, "afp", "minutes=45"))
    assert 'wireroom_desk_silences_total{provider="afp"} 1.0' in page
    seconds = f"{T0.timestamp():.6e}".replace("e+0", "e+0")
    assert 'wireroom_desk_last_message_timestamp_seconds{provider="dpa"}' in page
    assert float(page.split('timestamp_seconds{provider="dpa"} ')[1].split()[0]) == float(seconds)


def test_names_from_the_wire_make_no_metrics() -> None:
    page = page_after(an_event(EventKind.SILENCE, "made-up"))
    assert "made-up" not in page
    assert 'wireroom_desk_silences_total{provider="other"} 1.0' in page
