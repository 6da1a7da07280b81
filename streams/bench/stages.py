"""The budgets of the pure stages and of the embedded host, measured in this process.

It must not start servers; ``kafka.py`` does.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.raw import RawMessage
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure, cpu_seconds, interleaved, median_ratio, spread

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
    """Decisions a second and memory an item, 500-word items, with ``hot`` items held.

    Filling is measured too (it is deciding); the rate is of the last tenth, when all are hot.
    """
    from streams.desk import Desk, sign  # noqa: PLC0415

    writer = Copywriter()
    judge = Desk()
    size = max(min(1_000, hot // 10), 1)
    seconds: list[float] = []
    resident = _resident_bytes()
    numbers = count()
    done = 0
    while done < hot:
        batch = [
            (item, sign(item))
            for item in (writer.item(next(numbers)) for _ in range(min(size, hot - done)))
        ]

        def decide(batch: list[tuple[Item, Fingerprint]] = batch) -> None:
            for item, fingerprint in batch:
                judge.decide(item, fingerprint=fingerprint)
            judge.drain()

        spent = cpu_seconds(decide)
        if done >= hot - max(hot // 10, size):
            seconds.append(len(batch) / spent)
        done += len(batch)
    grown = _resident_bytes() - resident
    return [
        Figure(
            f"desk, 500-word items, {hot:,} hot, per core",
            statistics.median(seconds), "/s", 1_000, 5_000, note=spread(seconds),
        ),
        Figure(
            f"desk memory per hot item, all state, {hot:,} hot",
            grown / hot / 1024, "KB", 1.2, 0.6, larger_is_better=False, note="resident",
        ),
    ]  # fmt: skip


def cleaned_items(messages: Sequence[RawMessage]) -> list[Item]:
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


def _resident_bytes() -> int:
    """Resident memory of this process, in bytes (Linux), or its peak elsewhere."""
    status = Path("/proc/self/statm")
    if status.exists():
        import resource  # noqa: PLC0415

        return int(status.read_text().split()[1]) * resource.getpagesize()
    import resource  # noqa: PLC0415

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
