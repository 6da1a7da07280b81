"""The budgets of the pure stages and of the embedded host, measured in this process.

It must not start servers; ``kafka.py`` does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.event import EventKind
from schemas.item import Item
from schemas.raw import RawMessage
from streams.bench.corpus import Copywriter
from streams.bench.measure import (
    Figure,
    cpu_seconds,
    interleaved,
    median_ratio,
    middle_and_tail,
    resident_bytes,
    spread,
)

if TYPE_CHECKING:
    from streams.desk import Desk

_ROUNDS = 5


def _per_second(seconds: Sequence[float], units: int) -> tuple[float, str]:
    rates = [units / value for value in seconds]
    return statistics.median(rates), spread(rates)


def decode_clean(messages: Sequence[RawMessage]) -> list[Figure]:
    """Decode and clean, sample-size dispatches, per core; signing apart."""
    from streams.desk import sign  # noqa: PLC0415

    items = cleaned_items(messages)
    words = sum(len(item.text.split()) for item in items)

    def signing() -> None:
        for item in items:
            sign(item)

    cleaning, signed = interleaved([lambda: cleaned_items(messages), signing], _ROUNDS)
    rate, rates = _per_second(cleaning, len(messages))
    size = sum(len(message.body) for message in messages) // len(messages)
    per_500 = [seconds / words * 500 * 1e6 for seconds in signed]
    return [
        Figure(
            f"decode + clean, {size:,} bytes a dispatch, per core",
            rate, "/s", 1_000, 3_000, note=rates,
        ),
        Figure(
            "sign, per 500 words",
            statistics.median(per_500), "us", 250, None,
            larger_is_better=False, note=spread(per_500),
        ),
    ]  # fmt: skip


def desk(hot: int) -> list[Figure]:
    """Decisions a second and memory an item, distinct 500-word items, with ``hot`` items held.

    Filling is measured too (it is deciding); the rate is of the last tenth, when all are hot. The
    memory of an item is the slope from half to all of them: what the desk takes before the first
    (counters of phrases, for the most part) does not grow, and is named apart.
    """
    from streams.desk import Desk  # noqa: PLC0415

    writer, judge = Copywriter(), Desk()
    empty = resident_bytes()
    size = max(min(1_000, hot // 10), 1)
    last: list[list[float]] = []
    resident: list[tuple[int, int]] = []
    new = done = 0
    while done < hot:
        count = min(size, hot - done)
        seconds, novel = _decide(judge, writer, range(done, done + count))
        done += count
        new += novel
        if done > hot - max(hot // 10, size):
            last.append(seconds)
        if done >= hot // 2 and (not resident or done == hot):
            resident.append((done, resident_bytes()))
    (half, before), (_, after) = resident[0], resident[-1]
    each = (after - before) / max(hot - half, 1)
    fixed = (before - empty - each * half) / 2**20
    decisions = sorted(seconds for batch in last for seconds in batch)
    rates = [len(batch) / sum(batch) for batch in last]
    p50, p99 = (seconds * 1e6 for seconds in middle_and_tail(decisions))
    return [
        Figure(
            f"desk, 500-word items, {hot:,} hot, per core",
            statistics.median(rates), "/s", 1_000, 5_000,
            note=f"{spread(rates)}, {new / hot:.1%} new",
        ),
        Figure(
            f"desk, one decision, {hot:,} hot, p50", p50, "us",
            larger_is_better=False, note=f"p99 {p99:,.0f} us, most {decisions[-1] * 1e6:,.0f} us",
        ),
        Figure(
            f"desk memory per hot item, all state, {hot:,} hot",
            each / 1024, "KB", 1.2, 0.6, larger_is_better=False,
            note=f"resident, slope from {half:,}; {fixed:.0f} MB fixed apart",
        ),
    ]  # fmt: skip


def _decide(judge: Desk, writer: Copywriter, numbers: range) -> tuple[list[float], int]:
    """CPU seconds of each decision on new items, draining shared out, and how many were new."""
    from streams.desk import sign  # noqa: PLC0415

    signed = [(item, sign(item)) for item in map(writer.item, numbers)]
    seconds: list[float] = []
    new = 0
    for number, (item, fingerprint) in zip(numbers, signed, strict=True):
        before = time.process_time()
        events = judge.decide(item, fingerprint=fingerprint, transport=f"decoded/0/{number}/0")
        seconds.append(time.process_time() - before)
        new += events[-1].kind is EventKind.NEW
    drained = cpu_seconds(judge.drain) / len(signed)
    return [spent + drained for spent in seconds], new


def cleaned_items(messages: Iterable[RawMessage]) -> list[Item]:
    """The items in the messages, decoded and cleaned."""
    from streams.clean import clean  # noqa: PLC0415
    from streams.decode import Decoded, decode  # noqa: PLC0415

    return [
        cleaned
        for message in messages
        for part in decode(message)
        if isinstance(part, Decoded) and isinstance(cleaned := clean(part), Item)
    ]


def enrich(messages: Sequence[RawMessage]) -> list[Figure]:
    """Enrichment against bare trimmed spaCy over the same texts, same run."""
    from streams.enrich.cost import measure_cost  # noqa: PLC0415

    cost = measure_cost(cleaned_items(messages), time.process_time, rounds=_ROUNDS)
    return [
        Figure(
            "enrichment against bare trimmed spaCy, same run",
            cost.ratio, "x its cost", 1.2, 1.05, larger_is_better=False,
            note=f"{cost.documents} documents, {1 / cost.enrich_s:.0f} per CPU-second",
        ),
        Figure(
            "enrichment against spaCy as loaded, same run",
            cost.speedup, "x as fast", 1.5, 3.0,
        ),
    ]  # fmt: skip


def embedded(messages: Sequence[RawMessage]) -> list[Figure]:
    """The embedded run with ``--stop-after desk`` against the bare cost of its stages."""
    from streams.desk import Desk  # noqa: PLC0415
    from streams.embedded.runner import EmbeddedRunner  # noqa: PLC0415
    from streams.log.sqlite import SqliteStore  # noqa: PLC0415
    from streams.pipeline import Intake, PipelineConfig, StopAfter  # noqa: PLC0415

    config = PipelineConfig()

    def bare() -> None:
        intake, judge = Intake(config), Desk(config.desk)
        for message in messages:
            for part in intake.process(message):
                judge.decide(part.item, fingerprint=part.fingerprint, source=part.source)  # type: ignore[union-attr]
        judge.drain()

    def hosted() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "bench.db")
            runner = EmbeddedRunner(store, config, stop_after=StopAfter.DESK)
            runner.ingest(messages)
            runner.run()
            store.close()

    ours, theirs = interleaved([hosted, bare], _ROUNDS)
    ratio, ratios = median_ratio(ours, theirs)
    return [
        Figure(
            "embedded run --stop-after desk against its bare stages",
            ratio, "x", 1.3, 1.1, larger_is_better=False, note=ratios,
        ),
    ]  # fmt: skip
