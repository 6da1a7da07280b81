"""Recognisers one after the other: what the first leaves free, the next may name.

It must not weigh one against another.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.enrich.recognise.span import Recogniser, Span


class ChainRecogniser:
    """The spans of several recognisers; of two that overlap, the earlier recogniser's stays."""

    name = "chain"

    def __init__(self, recognisers: Sequence[Recogniser]) -> None:
        self._recognisers = tuple(recognisers)

    @property
    def language(self) -> str:
        """The language of the first."""
        return self._recognisers[0].language

    @property
    def version(self) -> str:
        """The versions of all of them, in order."""
        return "chain/" + "+".join(each.version for each in self._recognisers)

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The names in each paragraph."""
        first, *others = (each.recognise(paragraphs) for each in self._recognisers)
        return [_joined(*spans) for spans in zip(first, *others, strict=True)]


def _joined(*lists: Sequence[Span]) -> list[Span]:
    joined = list(lists[0])
    for spans in lists[1:]:
        joined = sorted([*joined, *_free(spans, joined)], key=lambda span: span.start)
    return joined


def _free(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """The spans that overlap none of ``taken``; both are by start."""
    free: list[Span] = []
    number = 0
    for span in spans:
        while number < len(taken) and taken[number].end <= span.start:
            number += 1
        if number == len(taken) or taken[number].start >= span.end:
            free.append(span)
    return free
