"""Distilling: a small network learns from what spaCy and our rules find in an archive.

It must not read files or settings; ``streams.cli.distil`` does. Nothing of a text is kept but its
words' hashed features.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from schemas.item import EntityType, Item, Paragraph
from streams.enrich import Enricher
from streams.enrich.found import Block, Taken, blocks_of
from streams.enrich.recognise import Span, primary_language
from streams.enrich.recognise.fast import Confidence, FastRecogniser, Model
from streams.enrich.recognise.fast.labels import labels_of
from streams.enrich.recognise.fast.tokens import tokenise
from streams.errors import ConfigError
from streams.train.distil_network import Example, Schedule, train
from streams.train.distil_quantise import quantise

Named = tuple[int, int, EntityType]

LEAST_DOCUMENTS = 50
"""With fewer there is nothing to learn, nor to hold out."""
# Of the documents, the newest: news of tomorrow is what the model will read.
_HELD_OUT = 0.1
_MOST_HELD_OUT = 500
# Of a held-out document's paragraphs: a story told again was seen.
_SHARE_SEEN = 0.5
# Each so many paragraphs one is learned in capitals as well, as headlines are sent.
_ONE_IN_CAPITALS = 20
_STEPS_OF_CONFIDENCE = 8
_LEAST_NAMES_A_STEP = 25


@dataclass(frozen=True, slots=True)
class Document:
    """A text as the teacher labelled it.

    Attributes:
        key: of its item; ``day`` is None where no time is known.
        headline: None for none.
        blocks: headline and paragraphs.
        spans: of each block: people, organisations, places by the whole stage, and the names of
            something else that the bare model found beside them.
    """

    key: str
    day: date | None
    headline: str | None
    blocks: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]

    def item(self, language: str) -> Item:
        """An item with this text, and nothing else."""
        texts = self.blocks[1:] if self.headline else self.blocks
        return Item(
            id="document@1",
            item_key="document",
            order_key="1",
            language=language,
            headline=self.headline,
            paragraphs=tuple(Paragraph(text=text) for text in texts),
        )

    def named(self) -> set[Named]:
        """The people, organisations and places, in code points of the item's text."""
        found: set[Named] = set()
        position = 0
        for block, spans in zip(self.blocks, self.spans, strict=True):
            found |= {
                (position + span.start, position + span.end, span.type)
                for span in spans
                if span.type is not EntityType.OTHER
            }
            position += len(block) + 2
        return found


class Teacher:
    """Labels items of one language as the default chain of enrichment would.

    Raises:
        ConfigError: the language has no trained model. The names of places that the gazetteer knows
            are no lesson: it finds them as quickly itself.
    """

    def __init__(self, language: str, enricher: Enricher | None = None) -> None:
        self._enricher = enricher or Enricher()
        self._recogniser = self._enricher.recogniser(language)
        if self._recogniser.name == "gazetteer":
            raise ConfigError(
                f"no teacher for {language!r}: it needs a spaCy model of the language (the "
                f"gazetteer knows places only, and is quick as it is)"
            )
        self.language = language

    @property
    def version(self) -> str:
        """The version of the model that teaches."""
        return self._recogniser.version

    def label(self, items: Sequence[Item]) -> Iterator[Document]:
        """The items of the language as documents; those of another are left out."""
        own = [item for item in items if self._reads(item)]
        for item, enriched in zip(own, self._enricher.enrich(own), strict=True):
            blocks = blocks_of(item)
            bare = self._recogniser.recognise([block.text for block in blocks])
            at = item.version_created or item.received_at
            yield Document(
                key=item.item_key,
                day=at.date() if at else None,
                headline=item.headline,
                blocks=tuple(block.text for block in blocks),
                spans=_spans(enriched, blocks, bare),
            )

    def _reads(self, item: Item) -> bool:
        return primary_language(item.language) == self.language and bool(item.text.strip())


def _spans(
    enriched: Item, blocks: Sequence[Block], bare: Sequence[Sequence[Span]]
) -> tuple[tuple[Span, ...], ...]:
    """Of each block the names that the stage found, and what the bare model calls others."""
    taken = Taken(len(enriched.text))
    starts = [block.start for block in blocks]
    spans: list[list[Span]] = [[] for _ in blocks]
    for entity in enriched.entities:
        for mention in entity.mentions:
            taken.take(mention.start, mention.end)
            number = bisect_right(starts, mention.start) - 1
            start = starts[number]
            spans[number].append(Span(mention.start - start, mention.end - start, entity.type, 1.0))
    for block, of_block, of_bare in zip(blocks, spans, bare, strict=True):
        of_block += [
            span
            for span in of_bare
            if span.type is EntityType.OTHER
            and taken.is_free(block.start + span.start, block.start + span.end)
        ]
    return tuple(tuple(sorted(each, key=lambda span: span.start)) for each in spans)


@dataclass(frozen=True, slots=True)
class Split:
    """Documents to learn from, and those to be examined on."""

    learned: tuple[Document, ...]
    held_out: tuple[Document, ...]

    @property
    def digest(self) -> str:
        """A hash of what is learned from, in its order."""
        digest = hashlib.sha256()
        for document in self.learned:
            for text in document.blocks:
                digest.update(text.encode("utf-8", "surrogatepass") + b"\n")
        return digest.hexdigest()[:16]


def split(documents: Iterable[Document]) -> Split:
    """The newest tenth held out, whole days where there are several.

    Of it are left out those that tell what is learned from again: other versions of an item, and
    documents half of whose paragraphs stand there as well. Of an archive without times the last
    tenth is held out.

    Raises:
        ConfigError: there are too few documents.
    """
    ordered = sorted(documents, key=lambda each: each.day or date.min)
    if len(ordered) < LEAST_DOCUMENTS:
        raise ConfigError(
            f"{len(ordered)} documents of that language: distilling needs {LEAST_DOCUMENTS} at "
            f"least, and a thousand or more to be worth while"
        )
    first = len(ordered) - min(_MOST_HELD_OUT, max(1, int(_HELD_OUT * len(ordered))))
    day = ordered[first].day
    whole = next(number for number, each in enumerate(ordered) if each.day == day)
    # A day that is most of the archive is parted.
    if day is not None and whole >= (1 - 3 * _HELD_OUT) * len(ordered):
        first = whole
    learned, newest = ordered[:first], ordered[first:]
    keys = {each.key for each in learned}
    seen = {text for each in learned for text in each.blocks}
    held_out = [
        each
        for each in newest
        if each.key not in keys
        and sum(text in seen for text in each.blocks) <= _SHARE_SEEN * len(each.blocks)
    ]
    return Split(tuple(learned), tuple(held_out[:_MOST_HELD_OUT]))


class Lessons:
    """Paragraphs as numbers; one that comes again is taken once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._seen: set[bytes] = set()
        self.examples: list[Example] = []
        self.tokens = 0

    @property
    def words(self) -> list[str]:
        """What the numbers of the examples mean."""
        return list(self._numbers)

    def add(self, text: str, spans: Sequence[Span]) -> None:
        """Learn from a paragraph and its names."""
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key in self._seen:
            return
        self._seen.add(key)
        self._add(text, spans)
        capitals = text.upper()
        if key[0] % _ONE_IN_CAPITALS == 0 and len(capitals) == len(text):
            self._add(capitals, spans)

    def _add(self, text: str, spans: Sequence[Span]) -> None:
        tokens = tokenise(text)
        if not tokens:
            return
        numbers = [self._numbers.setdefault(token.lstrip(), len(self._numbers)) for token in tokens]
        labels = labels_of(tokens, spans)
        self.examples.append(Example(np.array(numbers, np.int32), np.array(labels, np.int8)))
        self.tokens += len(tokens)


def lessons_of(documents: Iterable[Document]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """The blocks of the documents in their order, each with its names."""
    for document in documents:
        yield from zip(document.blocks, document.spans, strict=True)


def learn(
    language: str,
    paragraphs: Iterable[tuple[str, Sequence[Span]]],
    schedule: Schedule = Schedule(),  # noqa: B008  (frozen)
    *,
    told: Callable[[int, float], None] = lambda _epoch, _share: None,
) -> Model:
    """A model that marks names as the paragraphs' spans do; its confidence is not known yet.

    Raises:
        ConfigError: the paragraphs have no token.
    """
    lessons = Lessons()
    for text, spans in paragraphs:
        lessons.add(text, spans)
    if not lessons.examples:
        raise ConfigError("nothing to learn from: no paragraph has a word")
    net = train(lessons.words, lessons.examples, schedule, told=told)
    return Model(language, "unsaved", quantise(net), Confidence((), (0.5,)))


def with_confidence(
    model: Model, paragraphs: Sequence[str], truth: Sequence[Sequence[Span]]
) -> Model:
    """The model, sure of a name as often as names with such a lead were right here.

    Args:
        model: a trained one.
        paragraphs: that it was not trained on.
        truth: their names.
    """
    answers = FastRecogniser(model).leads(paragraphs)
    told = sorted(
        (lead, (span.start, span.end, span.type) in {(o.start, o.end, o.type) for o in of_text})
        for found, of_text in zip(answers, truth, strict=True)
        for span, lead in found
    )
    steps = max(1, min(_STEPS_OF_CONFIDENCE, len(told) // _LEAST_NAMES_A_STEP))
    bounds = [len(told) * step // steps for step in range(steps + 1)]
    shares: list[float] = []
    for begin, end in pairwise(bounds):
        right = sum(is_right for _, is_right in told[begin:end])
        # Laplace's rule; a larger lead is never less sure.
        share = round((right + 1) / (end - begin + 2), 3)
        shares.append(max(share, shares[-1]) if shares else share)
    leads = tuple(told[number][0] for number in bounds[1:-1])
    return replace(model, confidence=Confidence(leads, tuple(shares)))
