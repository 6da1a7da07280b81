"""What the steps of enrichment hand to each other: a document's blocks and the names found in it.

It must not hold any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.item import EntityType, Item


@dataclass(frozen=True, slots=True)
class Block:
    """The headline or a paragraph; ``start`` is its first code point in the item's text."""

    start: int
    text: str
    is_headline: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A name in the text: code points [start, end).

    Attributes:
        text: the text of the span.
        via: how it was found: "model", "gazetteer", "honorific", "lexicon", "surname", ...
        key: what it names; names of one document with one key are one entity. Empty until a step
            knows.
        is_told: whether words beside it say its type, which outweighs a model's guesses elsewhere.
    """

    start: int
    end: int
    text: str
    type: EntityType
    score: float
    via: str
    key: str = ""
    is_told: bool = False


def blocks_of(item: Item) -> list[Block]:
    """The headline, then the paragraphs, where ``Item.text`` has them."""
    blocks: list[Block] = []
    position = 0
    texts = [item.headline] if item.headline else []
    texts.extend(paragraph.text for paragraph in item.paragraphs)
    for number, text in enumerate(texts):
        blocks.append(Block(position, text, is_headline=bool(item.headline) and number == 0))
        position += len(text) + 2
    return blocks


class Taken:
    """Which code points of a text of ``length`` belong to a name already."""

    def __init__(self, length: int, names: Iterable[Found] = ()) -> None:
        self._marks = bytearray(length)
        for name in names:
            self.take(name.start, name.end)

    def is_free(self, start: int, end: int) -> bool:
        """Whether none of [start, end) is taken."""
        return self._marks.find(1, start, end) < 0

    def take(self, start: int, end: int) -> None:
        """Mark [start, end)."""
        self._marks[start:end] = b"\x01" * (end - start)


def without_overlaps(names: Sequence[Found], length: int) -> list[Found]:
    """The names by start; of two that overlap, the one that came first in the list stays."""
    taken = Taken(length)
    kept: list[Found] = []
    for name in names:
        if taken.is_free(name.start, name.end):
            taken.take(name.start, name.end)
            kept.append(name)
    return sorted(kept, key=lambda name: name.start)
