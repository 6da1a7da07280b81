"""The stage: items in, the same items with their entities out.

It must not read a clock, the environment or a topic; it reads its models and its base of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from schemas.item import Audit, Entity, EntityType, Item, PubStatus
from streams.decode.profiles import DEFAULT_PROFILES, Profiles
from streams.enrich import capitals, coreference, names, words
from streams.enrich.capitals import capitalised
from streams.enrich.coreference import PlaceRank
from streams.enrich.dates import find_dates_within, message_day
from streams.enrich.demonyms import countries_of
from streams.enrich.entities import assemble
from streams.enrich.found import Block, Found, blocks_of
from streams.enrich.kb import EMPTY, Overlay, link_names, settle, unify
from streams.enrich.link import LinkedPlace, PlaceKind, PlaceName, PlacesBase, link_places
from streams.enrich.names import Beside
from streams.enrich.names_votes import agreed, places_in_full
from streams.enrich.organisations import Lexicon, lexicon
from streams.enrich.quotes import find_quotes_within
from streams.enrich.recognise import (
    Recogniser,
    Span,
    best_of,
    load,
    primary_language,
)
from streams.enrich.recognise.cache import CachedRecogniser
from streams.enrich.recognise.gazetteer import GazetteerRecogniser
from streams.enrich.recognise.threads import one_thread
from streams.enrich.topics import TopicRules, find_topics
from streams.folding import fold

# Inhabitants from which a city is too well known to be taken for a surname after "in" or "à".
_LARGE_CITY = 500_000
# And from which it is one where it stands after "in" and nobody bears it as part of a full name.
_CITY = 50_000
_LONG_NAME = 6
# Code points before a place's name that may say what it is: "the province of ".
_LEAD = 30
# Recognisers kept; no newsroom takes as many languages, but a feed may declare any three letters.
_MAX_LANGUAGES = 32
# Code points looked back for the end of a word.
_LONGEST_WORD = 200
_NO_MODEL = "enrich-no-model"
_TOO_LONG = "enrich-too-long"
_TOO_MANY = "enrich-too-many-names"
_TOO_MANY_QUOTES = "enrich-too-many-quotes"
_TOO_MANY_DATES = "enrich-too-many-dates"
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD_BEFORE = re.compile(r"(\w+)[\s'’]*$")


@dataclass(frozen=True, slots=True)
class EnrichConfig:
    """What the stage is told; safe to send to another process.

    Attributes:
        recogniser: "spacy", "fast", "gazetteer" or "chain".
        models: the file of the model for "fast" and "chain" by language; a language without one
            is spaCy's.
        homes: pairs of a provider and the country (ISO 3166-1) that it mostly writes of, in place
            of what its profile says.
        places: the file of the base of places, built there if absent; None for the default one.
        cached_paragraphs: paragraphs whose names are remembered; 0 for none.
        max_paragraph_chars: of a longer paragraph the beginning is recognised, in whole words.
        max_item_chars: of a longer item the paragraphs beyond are not recognised.
        max_item_tokens: the same, counted in words and marks: what a recogniser's time is spent on.
        max_item_names: of an item with more names those beyond are left out.
        profiles: of the providers: the time zones that their dates are meant in, their homes.
        topic_rules: by which items get topics; None for the shipped ones.
    """

    recogniser: str = "spacy"
    models: Mapping[str, Path] = field(default_factory=dict)
    homes: tuple[tuple[str, str], ...] = ()
    places: Path | None = None
    cached_paragraphs: int = 4096
    max_paragraph_chars: int = 20_000
    max_item_chars: int = 200_000
    max_item_tokens: int = 50_000
    max_item_names: int = 5_000
    profiles: Profiles = DEFAULT_PROFILES
    topic_rules: TopicRules | None = None


@dataclass(frozen=True, slots=True)
class _Work:
    """An item to enrich: ``index`` in the batch; ``chosen`` blocks are within the limits.

    ``text`` is the item's, put together once: ten thousand paragraphs take a while to join.
    """

    index: int
    item: Item
    text: str
    blocks: tuple[Block, ...]
    chosen: tuple[Block, ...]
    overlay: Overlay

    @property
    def day(self) -> date | None:
        """The item's date: names may hold for a time."""
        made = self.item.version_created or self.item.received_at
        return made.date() if made else None

    @property
    def is_too_long(self) -> bool:
        """Whether some of the text is not read."""
        return sum(len(block.text) for block in self.chosen) < sum(
            len(block.text) for block in self.blocks
        )


class Enricher:
    """Enriches items; a language's model is loaded when its first item comes.

    One object serves one thread. An item's result does not depend on what else is in the batch.
    """

    def __init__(self, config: EnrichConfig = EnrichConfig()) -> None:
        self._config = config
        self._places: PlacesBase | None = None
        self._recognisers: dict[str, CachedRecogniser] = {}
        self._countries: dict[str, GazetteerRecogniser] = {}

    @property
    def places(self) -> PlacesBase:
        """The base of places, opened at the first use."""
        if self._places is None:
            self._places = PlacesBase.open(self._config.places)
        return self._places

    def ready(self, languages: Iterable[str | None]) -> None:
        """Open the base, which is built where there is none, and load the models of languages."""
        _ = self.places
        for language in languages:
            self.recogniser(primary_language(language))

    def recogniser(self, language: str) -> Recogniser:
        """The recogniser used for a language: the gazetteer where there is no model."""
        found = self._recognisers.pop(language, None)
        if found is None:
            model = self._config.models.get(language)
            name = best_of(self._config.recogniser, language, model)
            places = self.places if name in {"gazetteer", "chain"} else None
            loaded = load(name, language, places=places, model=model)
            found = CachedRecogniser(loaded, self._config.cached_paragraphs)
        self._recognisers[language] = found
        if len(self._recognisers) > _MAX_LANGUAGES:
            # The one that was used longest ago.
            del self._recognisers[next(iter(self._recognisers))]
        return found

    @property
    def paragraphs(self) -> tuple[int, int]:
        """Paragraphs whose names were remembered, and recognised, by the models loaded now."""
        loaded = self._recognisers.values()
        return sum(each.hits for each in loaded), sum(each.misses for each in loaded)

    def enrich(self, items: Sequence[Item], overlay: Overlay = EMPTY) -> list[Item]:
        """The items in the same order, each with its entities.

        ``overlay`` is the live knowledge base, which comes before the lists that ship; each
        enriched item says which version of it was used.

        A canceled item and one without text come back as they are. What could not be done is said
        in the item's audit warnings: "enrich-no-model:es", "enrich-too-long",
        "enrich-too-many-names", "enrich-too-many-quotes", "enrich-too-many-dates".
        """
        by_language: dict[str, list[_Work]] = {}
        for index, item in enumerate(items):
            if item.pubstatus is not PubStatus.CANCELED and item.text.strip():
                language = primary_language(item.language)
                by_language.setdefault(language, []).append(self._work(index, item, overlay))
        enriched = list(items)
        for language, works in by_language.items():
            recogniser = self.recogniser(language)
            texts = [block.text for work in works for block in work.chosen]
            with one_thread():
                spans = iter(recogniser.recognise(texts))
            for work in works:
                found = [(block, next(spans)) for block in work.chosen]
                enriched[work.index] = self._finish(work, recogniser, found)
        return enriched

    def _work(self, index: int, item: Item, overlay: Overlay) -> _Work:
        text = item.text
        blocks = tuple(blocks_of(item))
        chosen: list[Block] = []
        left = self._config.max_item_chars
        tokens = self._config.max_item_tokens
        for whole in blocks:
            block = _beginning(whole, self._config.max_paragraph_chars)
            if block is not None and len(block.text) <= left:
                # Whatever has fewer characters than there may be tokens need not be counted.
                count = len(block.text) if len(text) <= tokens else _token_count(block.text)
                if count > tokens:
                    continue
                chosen.append(block)
                left -= len(block.text)
                tokens -= count
        return _Work(index, item, text, blocks, tuple(chosen), overlay)

    def _finish(
        self, work: _Work, recogniser: Recogniser, spans: Sequence[tuple[Block, list[Span]]]
    ) -> Item:
        item, language = work.item, recogniser.language
        known = self._lists(language)
        found = [
            replace(name, start=block.start + name.start, end=block.start + name.end)
            for block, block_spans in spans
            for name in self._names(block.text, block_spans, recogniser)
        ]

        def place_rank(name: str) -> PlaceRank:
            return self._place_rank(name, language)

        found = agreed(found, work.chosen, language, place_rank)
        found = link_names(found, work.chosen, work.overlay, language, work.day)
        limit = self._config.max_item_names
        resolved = coreference.resolve(found[:limit], work.chosen, place_rank)
        resolved = unify(resolved)
        linked, places = self._linked(resolved[:limit], work, language)
        is_over = max(len(found), len(resolved)) > limit
        entities = assemble(linked, places, work.blocks, known)
        entities = settle(entities, work.overlay, language, work.blocks)
        said, cut = self._said(work, entities, language)
        warnings = [*self._warnings(work, recogniser, is_over=is_over), *cut]
        return item.model_copy(
            update={
                "entities": entities,
                "kb_version": work.overlay.version,
                "audit": _warned(item.audit, warnings),
                **said,
            }
        )

    def _lists(self, language: str) -> Lexicon:
        """The names known by list; what is asked first is the first to answer."""
        return lexicon(language)

    def _said(
        self, work: _Work, entities: Sequence[Entity], language: str
    ) -> tuple[dict[str, object], list[str]]:
        """What is quoted by whom, the days that are named, and the topics; and the warnings."""
        item, text = work.item, work.text
        day = message_day(item, self._config.profiles.of(item.provider).time_zone)
        quotes, more_quotes = find_quotes_within(text, work.chosen, entities, language)
        read = text[: self._config.max_item_chars]
        dates, more_dates = find_dates_within(read, language, day)
        topics = find_topics(item, entities, self._config.topic_rules)
        warnings = [_TOO_MANY_QUOTES] * more_quotes + [_TOO_MANY_DATES] * more_dates
        return {"quotes": quotes, "dates": dates, "topics": topics}, warnings

    def _names(self, text: str, spans: Sequence[Span], recogniser: Recogniser) -> Sequence[Found]:
        language = recogniser.language
        if recogniser.name == "gazetteer":
            places, via = spans, "capitals"
            spans = capitalised(text, places) if language in capitals.LANGUAGES else ()
        else:
            (places,) = self._official(language).recognise([text])
            via = "model"
        beside = Beside(places, lambda name: bool(self.places.candidates(name, language)), via)
        return names.repair(text, spans, language, self._lists(language), beside)

    def _official(self, language: str) -> GazetteerRecogniser:
        if language not in self._countries:
            self._countries[language] = GazetteerRecogniser(
                language, self.places, countries_only=True
            )
        return self._countries[language]

    def _linked(
        self, found: Sequence[Found], work: _Work, language: str
    ) -> tuple[list[Found], dict[str, LinkedPlace]]:
        """The names, places with their keys, and what the keys of linked places mean."""
        at = [number for number, name in enumerate(found) if _is_unlinked_place(name)]
        text = work.text
        in_full = places_in_full([found[number].text for number in at])
        wanted = [
            PlaceName(
                text=in_full.get(found[number].text) or words.canonical(found[number].text),
                before=_word_before(text, found[number].start),
                lead=text[max(0, found[number].start - _LEAD) : found[number].start],
                inside=_container(text, found, number),
                after_place=number > 0 and bool(_container(text, found, number - 1)),
            )
            for number in at
        ]
        dateline = work.item.dateline.place if work.item.dateline else None
        chosen = link_places(
            wanted,
            self.places,
            language,
            hint=dateline,
            home=self._home(work.item.provider),
            spoken_of=countries_of([block.text for block in work.chosen], language),
        )
        linked = list(found)
        places: dict[str, LinkedPlace] = {}
        for number, name, place in zip(at, wanted, chosen, strict=True):
            key = f"place/{place.place.number}" if place else f"place:{fold(name.text)}"
            linked[number] = replace(found[number], key=key)
            if place and (key not in places or places[key].confidence < place.confidence):
                places[key] = place
        return linked, places

    def _home(self, provider: str | None) -> str | None:
        own = dict(self._config.homes).get(provider or "")
        return own or self._config.profiles.of(provider).home

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

    def _warnings(self, work: _Work, recogniser: Recogniser, *, is_over: bool) -> list[str]:
        warnings = []
        if recogniser.name == "gazetteer" != self._config.recogniser:
            warnings.append(f"{_NO_MODEL}:{recogniser.language}")
        if work.is_too_long:
            warnings.append(_TOO_LONG)
        if is_over:
            warnings.append(_TOO_MANY)
        return warnings


def _is_unlinked_place(name: Found) -> bool:
    return name.type is EntityType.PLACE and not name.key


def _beginning(block: Block, chars: int) -> Block | None:
    """As much of a block as ``chars`` hold, to the end of a word; None where no word ends there."""
    if len(block.text) <= chars:
        return block
    end = chars
    while end and block.text[end - 1].isalnum() and block.text[end].isalnum():
        end -= 1
        if chars - end > _LONGEST_WORD:
            return None
    return replace(block, text=block.text[:end]) if end else None


def _token_count(text: str) -> int:
    return sum(1 for _ in _TOKEN.finditer(text))


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
