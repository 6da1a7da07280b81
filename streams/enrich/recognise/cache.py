"""A recogniser that remembers paragraphs: updates and leads repeat most of theirs.

It must not change an answer: with and without it the spans are the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from streams.enrich.recognise.span import Recogniser, Span


class CachedRecogniser:
    """Keeps the spans of the ``size`` paragraphs used last; 0 keeps none."""

    def __init__(self, recogniser: Recogniser, size: int) -> None:
        self._recogniser = recogniser
        self._size = size
        self._spans: OrderedDict[bytes, tuple[Span, ...]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    @property
    def name(self) -> str:
        """The name of the recogniser behind."""
        return self._recogniser.name

    @property
    def language(self) -> str:
        """The language of the recogniser behind."""
        return self._recogniser.language

    @property
    def version(self) -> str:
        """The version of the recogniser behind."""
        return self._recogniser.version

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The spans of each paragraph; those not remembered are recognised in one call."""
        if self._size <= 0:
            return self._recogniser.recognise(paragraphs)
        keys = [self._key(paragraph) for paragraph in paragraphs]
        fresh = {
            key: paragraph
            for key, paragraph in zip(keys, paragraphs, strict=True)
            if key not in self._spans
        }
        self.misses += len(fresh)
        self.hits += len(keys) - len(fresh)
        found = dict(
            zip(
                fresh,
                map(tuple, self._recogniser.recognise(list(fresh.values())) if fresh else []),
                strict=True,
            )
        )
        answer = [list(found[key] if key in found else self._spans[key]) for key in keys]
        for key in keys:
            if key in found:
                self._spans[key] = found[key]
            self._spans.move_to_end(key)
        while len(self._spans) > self._size:
            self._spans.popitem(last=False)
        return answer

    def _key(self, paragraph: str) -> bytes:
        text = f"{self.language}\n{self.version}\n{paragraph}"
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
