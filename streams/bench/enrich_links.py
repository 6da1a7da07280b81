"""What names were taken to mean: words alone that are people named in full, places with a link.

It must not find or link names itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from schemas.item import Entity, EntityType, Item, Mention
from streams.bench.enrich_labelled import LabelledSet
from streams.enrich.link import LinkedPlace, PlaceName, PlacesBase, link_places
from streams.folding import fold
from streams.train.distil import Document

LISTED = "wireroom:org/"
"""How the ids of organisations of our list begin."""

Links = Mapping[tuple[int, int], LinkedPlace | None]

_JOINTS = {", ", " (", ","}


@dataclass(frozen=True, slots=True)
class SingleWords:
    """Words alone that mean a person.

    Attributes:
        labelled: words alone that are labelled as people.
        resolved: words alone that became mentions of a person named in full.
        right: of the resolved, those labelled a person, and that person the only one whose labelled
            full name in the document ends, or begins, with the word.
    """

    labelled: int
    resolved: int
    right: int

    @property
    def precision(self) -> float:
        """Per cent of the resolved that are right."""
        return 100 * self.right / max(1, self.resolved)

    @property
    def coverage(self) -> float:
        """Per cent of the labelled that are resolved, and right."""
        return 100 * self.right / max(1, self.labelled)


def single_words(documents: Sequence[Document], items: Sequence[Item]) -> SingleWords:
    """How words alone were resolved in the enriched items of labelled documents."""
    labelled = resolved = right = 0
    for document, item in zip(documents, items, strict=True):
        spans = {(start, end) for start, end, kind in document.named() if kind is EntityType.PERSON}
        names = [item.text[start:end] for start, end in spans]
        full = {fold(name) for name in names if " " in name}
        labelled += sum(" " not in name for name in names)
        for entity in item.entities:
            if entity.type is not EntityType.PERSON or " " not in entity.name:
                continue
            for mention in entity.mentions:
                if " " not in mention.text:
                    resolved += 1
                    right += (mention.start, mention.end) in spans and _is_only_bearer(
                        fold(entity.name), fold(mention.text), full
                    )
    return SingleWords(labelled, resolved, right)


def _is_only_bearer(name: str, word: str, full: AbstractSet[str]) -> bool:
    """Whether ``name`` is labelled, and nobody else's labelled full name ends with ``word``."""
    bearers = {one for one in full if f" {one}".endswith(f" {word}") or name == one}
    return name in bearers and len({one.split()[0] + one.split()[-1] for one in bearers}) == 1


@dataclass(frozen=True, slots=True)
class NameLink:
    """A mention of a person or an organisation that was taken to mean more than its words say."""

    document: int
    mention: Mention
    entity: Entity


def name_links(items: Sequence[Item]) -> Iterator[NameLink]:
    """The mentions of people and organisations with a link, or another name than their own.

    In the order of the text. Each form of a name comes once a document, and one of an organisation
    of our list or with outer ids once in all.
    """
    seen: set[tuple[int, str, str]] = set()
    for document, item in enumerate(items):
        links = [
            NameLink(document, mention, entity)
            for entity in item.entities
            if entity.type in {EntityType.PERSON, EntityType.ORGANISATION}
            for mention in entity.mentions
            if is_name_link(entity, mention.text)
        ]
        for link in sorted(links, key=lambda each: each.mention.start):
            once = -1 if _is_listed(link.entity) else document
            key = (once, link.entity.id, fold(link.mention.text))
            if key not in seen:
                seen.add(key)
                yield link


def is_name_link(entity: Entity, text: str) -> bool:
    """Whether a mention of these words says more than they do."""
    return _is_listed(entity) or fold(text) != fold(entity.name)


def _is_listed(entity: Entity) -> bool:
    return bool(entity.ids) or entity.id.startswith(LISTED)


def place_links(labelled: LabelledSet, base: PlacesBase) -> list[Links]:
    """Of each document its labelled places by start and end, with what they were linked to."""
    return [_links(document, labelled.language, base) for document in labelled.documents]


def linked_share(links: Iterable[Links]) -> tuple[float, int]:
    """Per cent of the labelled places that have a link, and how many are labelled."""
    every = [link for of_document in links for link in of_document.values()]
    return 100 * sum(link is not None for link in every) / max(1, len(every)), len(every)


def _links(document: Document, language: str, base: PlacesBase) -> Links:
    text = document.item(language).text
    at = sorted((start, end) for start, end, kind in document.named() if kind is EntityType.PLACE)
    joined = [text[left[1] : right[0]] in _JOINTS for left, right in pairwise(at)]
    names = []
    for number, (start, end) in enumerate(at):
        before = re.search(r"(\w+)[\s'’]*$", text[max(0, start - 20) : start])
        follows = number < len(joined) and joined[number]
        names.append(
            PlaceName(
                text=text[start:end],
                before=before[1].lower() if before else "",
                lead=text[max(0, start - 30) : start],
                inside=text[slice(*at[number + 1])] if follows else "",
                after_place=number > 0 and joined[number - 1],
            )
        )
    return dict(zip(at, link_places(names, base, language), strict=True))
