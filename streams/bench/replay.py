"""Archives measured: reading alone, the whole chain, enrichment, memory, and two replays compared.

It must not judge, nor leave a file behind.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING

from schemas.raw import RawMessage
from streams.bench.measure import Figure, spread

if TYPE_CHECKING:
    from streams.bench.chain import Chain, Played

__all__ = ["chain_figures", "reading_figure"]

# Messages enriched while the clock runs: some ten seconds of one core with spaCy's models.
_ENRICHED = 288
# And before it runs: each process must get some of every usual language, to load its models.
_WARM = 64
# Times that one process and two are measured, in turn, each with other messages.
_ROUNDS = 3
_READ_S = 2.0
# Messages that memory is measured with, against those of the chain.
_LATE = 10
_PROCESSES = (1, 2)


def reading_figure(read: Callable[[], Iterable[RawMessage]]) -> Figure:
    """Bytes of bodies handed on a CPU second: what is decompressed, less its envelopes.

    Args:
        read: reads the archive, from the beginning each time it is called.
    """
    size = rounds = 0
    began = time.process_time()
    while time.process_time() - began < _READ_S:
        size += sum(len(message.body) for message in read())
        rounds += 1
    spent = time.process_time() - began
    return Figure(
        "reading alone", size / spent / 1e6, "MB/s of bodies", 200, note=f"{rounds} readings"
    )


def chain_figures(
    read: Callable[[], Iterable[RawMessage]],
    *,
    most: int = 2_000,
    say: Callable[[str], None] = lambda _what: None,
) -> Iterator[Figure]:
    """Each figure of playing an archive, as it is measured.

    Args:
        read: reads the archive, from the beginning each time it is called.
        most: messages that the chain is measured with; a smaller archive is played as it is.
            Memory is measured with so many, and again with ten times as many.
        say: told what is measured next.
    """
    messages = list(islice(read(), most))
    say(f"the whole chain without enrichment: {len(messages):,} messages, one process and two")
    played, are_same = _in_turn(messages, enrich=False, say=say)
    yield from _bare_figures(played)
    some = messages[: _WARM + _ENRICHED]
    say(f"with enrichment: {len(some):,} messages, one process and two; loading models")
    enriched, are_same_enriched = _in_turn(some, enrich=True, say=say)
    yield from _enriched_figures(enriched)
    yield Figure(
        "two replays that are not the same", float(not are_same) + (not are_same_enriched), "", 0,
        larger_is_better=False, note="every output topic, byte for byte, 1 and 2 processes",
    )  # fmt: skip
    say(f"memory: after {len(messages):,} messages and after up to {_LATE * most:,}")
    yield _memory(islice(read(), _LATE * most), len(messages))


def _in_turn(
    messages: Sequence[RawMessage], *, enrich: bool, say: Callable[[str], None]
) -> tuple[dict[int, list[Played]], bool]:
    """Each round of each number of processes, and whether all wrote the same.

    A chain lives through all rounds, so that processes start and models load but once, before
    the first of them.
    """
    from streams.bench.chain import opened  # noqa: PLC0415  (the stages)

    warm = min(_WARM, len(messages) // 4)
    share = -(-(len(messages) - warm) // _ROUNDS)
    played: dict[int, list[Played]] = {processes: [] for processes in _PROCESSES}
    with ExitStack() as stack:
        chains: dict[int, Chain] = {}
        for processes in _PROCESSES:
            chains[processes] = stack.enter_context(opened(processes, enrich=enrich))
            chains[processes].play(messages[:warm])
        for start in range(warm, len(messages), max(share, 1)):
            for processes, chain in chains.items():
                one = chain.play(messages[start : start + share])
                played[processes].append(one)
                say(
                    f"  {processes} of 2: {one.messages / one.wall_s:,.0f} messages/s, "
                    f"load {os.getloadavg()[0]:.1f}"
                )
        return played, len({chain.digest() for chain in chains.values()}) == 1


def _bare_figures(played: dict[int, list[Played]]) -> Iterator[Figure]:
    for processes, rounds in played.items():
        rates = [one.messages / one.wall_s for one in rounds]
        parts = sum(one.counts.received for one in rounds)
        # The budget is for two cores.
        least, aim = (900, 2_000) if processes > 1 else (None, None)
        yield Figure(
            f"whole chain without enrichment, {processes} processes", statistics.median(rates),
            "messages/s", least, aim,
            note=f"by the clock, {spread(rates)}; {parts:,} parts; {_load()}",
        )  # fmt: skip
    rounds = played[max(played)]
    rates = [one.messages / one.two_core_s for one in rounds]
    yield Figure(
        "the same by CPU time, as two free cores would", statistics.median(rates), "messages/s",
        900, 2_000, note=f"{spread(rates)}; {_each(rounds)}",
    )  # fmt: skip


def _enriched_figures(played: dict[int, list[Played]]) -> Iterator[Figure]:
    one, two = played[1], played[2]
    by_clock = [a.wall_s / b.wall_s for a, b in zip(one, two, strict=True)]
    by_cpu = [sum(a.cpu_s) / b.two_core_s for a, b in zip(one, two, strict=True)]
    rate = statistics.median(a.messages / a.wall_s for a in one)
    yield Figure(
        "with enrichment, two processes against one", statistics.median(by_clock), "x", 1.6,
        note=f"by the clock, {spread(by_clock)}; {rate:.0f}/s in one; {_load()}",
    )  # fmt: skip
    yield Figure(
        "the same by CPU time, as two free cores would", statistics.median(by_cpu), "x", 1.6,
        note=f"{spread(by_cpu)}; {_each(two)}",
    )  # fmt: skip


def _each(rounds: Sequence[Played]) -> str:
    """Milliseconds of CPU a message: of the busiest process, and of all."""
    busiest = statistics.median(max(one.cpu_s) / one.messages for one in rounds)
    every = statistics.median(sum(one.cpu_s) / one.messages for one in rounds)
    deciding = statistics.median(one.cpu_s[0] / one.messages for one in rounds)
    return (
        f"busiest process {busiest * 1e3:.2f} ms a message, "
        f"the one that decides {deciding * 1e3:.2f}, all {every * 1e3:.2f}"
    )


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _memory(messages: Iterable[RawMessage], early: int) -> Figure:
    """Resident memory that each further message keeps, by two sizes, in a process of its own."""
    from streams.bench.chain import kept_in_memory  # noqa: PLC0415  (as above)

    kept = kept_in_memory(messages, early)
    late_mb, early_mb = kept.late_bytes / 2**20, kept.early_bytes / 2**20
    return Figure(
        "memory for each further message, without the desk's index", kept.each_bytes / 1024, "KB",
        larger_is_better=False,
        note=f"{early_mb:.0f} MB after {kept.early:,}, {late_mb:.0f} MB after {kept.late:,}; "
        f"without it {kept.early_rest / 2**20:.0f} and {kept.late_rest / 2**20:.0f} MB",
    )  # fmt: skip
