"""The stage: items in, the same items with their entities out.

It must not read a clock, the environment or a topic; it reads its models and its base of places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from schemas.item import Audit, EntityType, Item, PubStatus
from streams.enrich import coreference, names
from streams.enrich.coreference import PlaceRank
from streams.enrich.entities import assemble
from streams.enrich.found import Block, Found, blocks_of
from streams.enrich.link import LinkedPlace, PlaceKind, PlaceName, PlacesBase, link_places
from streams.enrich.names import canonical
from streams.enrich.organisations import lexicon
from streams.enrich.recognise import (
    RECOGNISERS,
    Recogniser,
    Span,
    has_model,
    load,
    primary_language,
)
from streams.enrich.recognise.cache import CachedRecogniser
from streams.enrich.recognise.gazetteer import GazetteerRecogniser
from streams.folding import fold

# Inhabitants from which a city is too well known to be taken for a surname after "in" or "à".
_LARGE_CITY = 500_000
# And from which it is one where it stands after "in" and nobody bears it as part of a full name.
_CITY = 50_000
_LONG_NAME = 6
# Recognisers kept; no newsroom takes as many languages, but a feed may declare any three letters.
_MAX_LANGUAGES = 32
_NO_MODEL = "enrich-no-model"
_TOO_LONG = "enrich-too-long"
_WORD_BEFORE = re.compile(r"(\w+)[\s'’]*$")


@dataclass(frozen=True, slots=True)
class EnrichConfig:
    """What the stage is told; safe to send to another process.

    Attributes:
        recogniser: "spacy" or "gazetteer".
        places: the file of the base of places, built there if absent; None for the default one.
        cached_paragraphs: paragraphs whose names are remembered; 0 for none.
        max_paragraph_chars: a longer paragraph is not recognised.
        max_item_chars: of a longer item the paragraphs beyond are not recognised.
    """

    recogniser: str = "spacy"
    places: Path | None = None
    cached_paragraphs: int = 4096
    max_paragraph_chars: int = 20_000
    max_item_chars: int = 200_000


@dataclass(frozen=True, slots=True)
class _Work:
    """An item to enrich: ``index`` in the batch; ``chosen`` blocks are within the limits."""

    index: int
    item: Item
    blocks: tuple[Block, ...]
    chosen: tuple[Block, ...]


class Enricher:
    """Enriches items; a language's model is loaded when its first item comes.

    One object serves one thread. An item's result does not depend on what else is in the batch.
    """

    def __init__(self, config: EnrichConfig = EnrichConfig()) -> None:
        self._config = config
        self._places: PlacesBase | None = None
        self._recognisers: dict[str, Recogniser] = {}
        self._countries: dict[str, GazetteerRecogniser] = {}

    @property
    def places(self) -> PlacesBase:
        """The base of places, opened at the first use."""
        if self._places is None:
            self._places = PlacesBase.open(self._config.places)
        return self._places

    def recogniser(self, language: str) -> Recogniser:
        """The recogniser used for a language: the gazetteer where there is no model."""
        found = self._recognisers.pop(language, None)
        if found is None:
            name = self._config.recogniser
            if name in RECOGNISERS and not has_model(name, language):
                name = "gazetteer"
            loaded = load(name, language, places=self.places if name == "gazetteer" else None)
            found = CachedRecogniser(loaded, self._config.cached_paragraphs)
        self._recognisers[language] = found
        if len(self._recognisers) > _MAX_LANGUAGES:
            # The one that was used longest ago.
            del self._recognisers[next(iter(self._recognisers))]
        return found

    def enrich(self, items: Sequence[Item]) -> list[Item]:
        """The items in the same order, each with its entities.

        A canceled item and one without text come back as they are. What could not be done is said
        in the item's audit warnings: "enrich-no-model:es", "enrich-too-long".
        """
        by_language: dict[str, list[_Work]] = {}
        for index, item in enumerate(items):
            if item.pubstatus is not PubStatus.CANCELED and item.text.strip():
                language = primary_language(item.language)
                by_language.setdefault(language, []).append(self._work(index, item))
        enriched = list(items)
        for language, works in by_language.items():
            recogniser = self.recogniser(language)
            spans = iter(
                recogniser.recognise([block.text for work in works for block in work.chosen])
            )
            for work in works:
                found = [(block, next(spans)) for block in work.chosen]
                enriched[work.index] = self._finish(work, recogniser, found)
        return enriched

    def _work(self, index: int, item: Item) -> _Work:
        blocks = tuple(blocks_of(item))
        chosen: list[Block] = []
        left = self._config.max_item_chars
        for block in blocks:
            if len(block.text) <= min(left, self._config.max_paragraph_chars):
                chosen.append(block)
                left -= len(block.text)
        return _Work(index, item, blocks, tuple(chosen))

    def _finish(
        self, work: _Work, recogniser: Recogniser, spans: Sequence[tuple[Block, list[Span]]]
    ) -> Item:
        item, language = work.item, recogniser.language
        known = lexicon(language)
        found = [
            replace(name, start=block.start + name.start, end=block.start + name.end)
            for block, block_spans in spans
            for name in self._names(block.text, block_spans, recogniser)
        ]
        resolved = coreference.resolve(
            found, work.chosen, lambda name: self._place_rank(name, language)
        )
        linked, places = self._linked(resolved, work, language)
        return item.model_copy(
            update={
                "entities": assemble(linked, places, work.blocks, known),
                "audit": _warned(item.audit, self._warnings(work, recogniser)),
            }
        )

    def _names(self, text: str, spans: Sequence[Span], recogniser: Recogniser) -> Sequence[Found]:
        language = recogniser.language
        if recogniser.name != "gazetteer":
            if language not in self._countries:
                self._countries[language] = GazetteerRecogniser(
                    language, self.places, countries_only=True
                )
            (countries,) = self._countries[language].recognise([text])
            return names.repair(text, spans, language, lexicon(language), countries)
        return [
            Found(one.start, one.end, text[one.start : one.end], one.type, one.score, "gazetteer")
            for one in spans
        ]

    def _linked(
        self, found: Sequence[Found], work: _Work, language: str
    ) -> tuple[list[Found], dict[str, LinkedPlace]]:
        """The names, places with their keys, and what the keys of linked places mean."""
        at = [number for number, name in enumerate(found) if name.type is EntityType.PLACE]
        text = work.item.text
        wanted = [
            PlaceName(
                text=canonical(found[number].text),
                before=_word_before(text, found[number].start),
                inside=_container(text, found, number),
            )
            for number in at
        ]
        dateline = work.item.dateline.place if work.item.dateline else None
        chosen = link_places(wanted, self.places, language, hint=dateline)
        linked = list(found)
        places: dict[str, LinkedPlace] = {}
        for number, name, place in zip(at, wanted, chosen, strict=True):
            key = f"place/{place.place.number}" if place else f"place:{fold(name.text)}"
            linked[number] = replace(found[number], key=key)
            if place and (key not in places or places[key].confidence < place.confidence):
                places[key] = place
        return linked, places

    def _place_rank(self, name: str, language: str) -> PlaceRank:
        rank = PlaceRank.MINOR
        for found in self.places.candidates(name, language):
            if found.place.kind is PlaceKind.COUNTRY and not found.is_foreign:
                return PlaceRank.COUNTRY
            is_large = found.place.kind is PlaceKind.CITY and found.place.population >= _LARGE_CITY
            # Short names of cities in other languages are surnames here.
            if is_large and (found.is_primary or len(name) >= _LONG_NAME):
                rank = PlaceRank.LARGE_CITY
            elif found.place.kind is PlaceKind.CITY and found.place.population >= _CITY:
                rank = max(rank, PlaceRank.CITY)
        return rank

    def _warnings(self, work: _Work, recogniser: Recogniser) -> list[str]:
        warnings = []
        if recogniser.name != self._config.recogniser:
            warnings.append(f"{_NO_MODEL}:{recogniser.language}")
        if len(work.chosen) < len(work.blocks):
            warnings.append(_TOO_LONG)
        return warnings


def _word_before(text: str, start: int) -> str:
    match = _WORD_BEFORE.search(text[max(0, start - 20) : start])
    return match[1].lower() if match else ""


def _container(text: str, found: Sequence[Found], number: int) -> str:
    """The place that follows after a comma or in brackets: "Texas" of "Paris, Texas"."""
    if number + 1 >= len(found) or found[number + 1].type is not EntityType.PLACE:
        return ""
    between = text[found[number].end : found[number + 1].start]
    return found[number + 1].text if between in {", ", " (", ","} else ""


def _warned(audit: Audit, warnings: Sequence[str]) -> Audit:
    fresh = [warning for warning in warnings if warning not in audit.warnings]
    return audit.model_copy(update={"warnings": (*audit.warnings, *fresh)}) if fresh else audit
