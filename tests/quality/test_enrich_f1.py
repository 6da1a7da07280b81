"""Scores recognition against labelled sentences: the bare model, and with our rules.

Whole spans with their type, people, places and organisations, micro F1.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from schemas.item import EntityType, Item, Paragraph
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.link import PlacesBase
from streams.enrich.recognise import load

pytestmark = pytest.mark.quality

DATA = Path(__file__).resolve().parents[2] / "../shared/data/ner"
TYPES = {
    "PER": EntityType.PERSON,
    "LOC": EntityType.PLACE,
    "ORG": EntityType.ORGANISATION,
}
KINDS = set(TYPES.values())
NO_SPACE_BEFORE = frozenset({".", ",", ";", ")", "]", "%", "'s", "'", "’", "''"})
NO_SPACE_AFTER = frozenset({"(", "[", "l'", "d'", "L'", "D'", "qu'", "n'", "s'", "c'", "j'", "m'"})


@dataclass
class Sentence:
    text: str = ""
    spans: set[tuple[int, int, EntityType]] = field(default_factory=set)


@dataclass
class Document:
    sentences: list[Sentence] = field(default_factory=list)

    def item(self, language: str) -> Item:
        return Item(
            id="test@1",
            item_key="test",
            order_key="1",
            language=language,
            paragraphs=tuple(Paragraph(text=sentence.text) for sentence in self.sentences),
        )

    def gold(self) -> set[tuple[int, int, EntityType]]:
        position, gold = 0, set()
        for sentence in self.sentences:
            gold |= {(start + position, end + position, kind) for start, end, kind in sentence.spans}
            position += len(sentence.text) + 2
        return gold


def read(path: Path, column: int, *, every: int = 0) -> Iterator[Document]:
    """Documents of a CoNLL file; without marks, ``every`` sentences are one."""
    document, tokens = Document(), []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in [*file, "\n"]:
            fields = line.split()
            if fields and fields[0] == "-DOCSTART-":
                if document.sentences:
                    yield document
                document = Document()
            elif fields:
                tokens.append((fields[column], fields[-1]))
            elif tokens:
                document.sentences.append(sentence_of(tokens))
                tokens = []
                if every and len(document.sentences) == every:
                    yield document
                    document = Document()
    if document.sentences:
        yield document


def sentence_of(tokens: list[tuple[str, str]]) -> Sentence:
    sentence = Sentence()
    opened: tuple[int, int, str] | None = None
    previous = ""
    for token, label in tokens:
        glued = token in NO_SPACE_BEFORE or previous in NO_SPACE_AFTER or not sentence.text
        sentence.text += ("" if glued else " ") + token
        start, end = len(sentence.text) - len(token), len(sentence.text)
        prefix, _, kind = label.partition("-")
        if opened and prefix == "I" and kind == opened[2]:
            opened = (opened[0], end, kind)
        else:
            close(sentence, opened)
            opened = (start, end, kind) if kind else None
        previous = token
    close(sentence, opened)
    return sentence


def close(sentence: Sentence, opened: tuple[int, int, str] | None) -> None:
    if opened and opened[2] in TYPES:
        sentence.spans.add((opened[0], opened[1], TYPES[opened[2]]))


def f1(pairs: list[tuple[set, set]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for gold, found in pairs:
        for kind in KINDS:
            of_gold = {span for span in gold if span[2] is kind}
            of_found = {span for span in found if span[2] is kind}
            for name in ("all", kind.value):
                counts[f"{name} right"] += len(of_gold & of_found)
                counts[f"{name} gold"] += len(of_gold)
                counts[f"{name} found"] += len(of_found)
    return {
        name: round(
            200 * counts[f"{name} right"]
            / max(1, counts[f"{name} gold"] + counts[f"{name} found"]),
            1,
        )
        for name in ("all", *sorted(kind.value for kind in KINDS))
    } | {"precision " + kind.value: round(100*counts[f"{kind.value} right"]/max(1,counts[f"{kind.value} found"]),1) for kind in KINDS}


def scores(name: str, language: str, documents: list[Document]) -> dict[str, dict[str, float]]:
    recogniser = load(name, language)
    bare = []
    for document in documents:
        spans = recogniser.recognise([sentence.text for sentence in document.sentences])
        position, found = 0, set()
        for sentence, of_sentence in zip(document.sentences, spans, strict=True):
            found |= {(span.start + position, span.end + position, span.type) for span in of_sentence}
            position += len(sentence.text) + 2
        bare.append((document.gold(), found))
    enricher = Enricher(EnrichConfig(recogniser=name))
    items = enricher.enrich([document.item(language) for document in documents])
    ruled = [
        (
            document.gold(),
            {
                (mention.start, mention.end, entity.type)
                for entity in item.entities
                for mention in entity.mentions
            },
        )
        for document, item in zip(documents, items, strict=True)
    ]
    return {"bare": f1(bare), "with rules": f1(ruled)}
