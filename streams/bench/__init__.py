"""Measuring against the budgets: ``wireroom bench``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.raw import RawMessage
from streams.bench.corpus import Copywriter
from streams.bench.measure import Figure

__all__ = ["SECTIONS", "Figure", "measure"]

SECTIONS = ("stages", "desk", "enrich", "embedded")
_SAMPLES = 300


def measure(
    sections: Sequence[str],
    *,
    messages: Sequence[RawMessage] = (),
    hot: int = 100_000,
) -> dict[str, Callable[[], list[Figure]]]:
    """What to measure, by section, each ready to be called.

    Args:
        sections: names out of ``SECTIONS``.
        messages: raw messages to measure decode, clean, enrichment and the embedded host with;
            without any, dispatches made here.
        hot: items the desk holds while it is measured.
    """
    from streams.bench import stages  # noqa: PLC0415  (loads numpy and the models)

    corpus = list(messages) or [Copywriter().scraped(number) for number in range(_SAMPLES)]
    every = {
        "stages": lambda: stages.decode_clean(corpus),
        "desk": lambda: stages.desk(hot),
        "enrich": lambda: stages.enrich(corpus[:60]),
        "embedded": lambda: stages.embedded(corpus),
    }
    return {name: every[name] for name in sections}
