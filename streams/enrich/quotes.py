"""Direct quotations of an item, each with who said it.

It must not invent a speaker: one whom the words around a quotation do not tell stays None.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.item import Entity, Quote
from streams.enrich import words as name_words
from streams.enrich.found import Block
from streams.enrich.quotes_cast import Cast, tokens_of
from streams.enrich.quotes_marks import Quoted, quoted_spans
from streams.enrich.quotes_speakers import Attributor, Context, Speaker
from streams.enrich.quotes_words import speech_words

# A quotation of fewer words is a term in quotation marks; so is one of fewer than the second that
# follows an article: "une éventuelle "cessation des hostilités"".
_MIN_WORDS = 3
_MIN_WORDS_AFTER_ARTICLE = 5
_MIN_WORDS_ALONE = 4
# Stretches between marks of one item that are looked at. A long interview has sixty.
_MAX_QUOTES = 500
# Code points read around a quotation; a sentence of a wire has 150.
_MAX_AFTER = 140
_MAX_BEFORE = 300
_MAX_CLAUSES = 4
_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(rf"[.!?…]+[»”\")\]]*\s+(?=[\"«“„‘'(]?\s?[{name_words.UPPER}_])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:MM?|Mmes?|Mlle|Mgr|Mr|Mrs|Ms|Dr|Prof|Sr|Sra|St|Sen|Rep|Gov|Gen|Lt|Col|Maj|Sgt|Jr"
    r"|No|Inc|Corp|Co|Ltd|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec)|\b[A-Z])\.\s+$"
)
_BLANK = "_"


@dataclass(frozen=True, slots=True)
class _Place:
    """A quotation in its sentence: code points of the item's text."""

    quoted: Quoted
    count: int
    sentence_start: int
    sentence_end: int
    clause_start: int


def find_quotes(
    text: str, blocks: Sequence[Block], entities: Sequence[Entity], language: str
) -> tuple[Quote, ...]:
    """The direct quotations, by start, not overlapping, without their marks.

    Speech of several paragraphs is a quotation a paragraph. Terms in quotation marks, titles and
    names are none: a quotation has three words, and a verb of speech or a source beside it, or is
    a sentence or a paragraph of its own. The speaker is the id of one of ``entities``.

    Args:
        text: the item's text.
        blocks: the headline and the paragraphs that are to be read.
        entities: of the item, with their mentions.
        language: ISO 639-1; fr, en, and with fewer words es and de.
    """
    return find_quotes_within(text, blocks, entities, language)[0]


def find_quotes_within(
    text: str, blocks: Sequence[Block], entities: Sequence[Entity], language: str
) -> tuple[tuple[Quote, ...], bool]:
    """The same, and whether there was more to look at than one item's share."""
    counted = ((span, _count_words(text, span)) for span in quoted_spans(blocks))
    long_enough = (pair for pair in counted if pair[1] >= _MIN_WORDS)
    spans = dict(islice(long_enough, _MAX_QUOTES))
    if not spans:
        return (), False
    words = speech_words(language)
    cast = Cast(_blanked(text, spans), entities, [(span.start, span.end) for span in spans], words)
    quotes = tuple(_Reader(text, blocks, cast, spans, entities).read())
    return quotes, next(long_enough, None) is not None


def _count_words(text: str, span: Quoted) -> int:
    inner = text[span.start : span.end]
    return len(_WORD.findall(inner.replace("’", "").replace("'", "")))


def _blanked(text: str, spans: Iterable[Quoted]) -> str:
    """The item's text, what is quoted in it replaced by as many blanks."""
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += [text[position : span.start], _BLANK * (span.end - span.start)]
        position = span.end
    return "".join([*pieces, text[position:]])


class _Reader:
    """Reads the quotations of one document from first to last."""

    def __init__(
        self,
        text: str,
        blocks: Sequence[Block],
        cast: Cast,
        spans: Mapping[Quoted, int],
        entities: Sequence[Entity],
    ) -> None:
        self._text = text
        self._blocks = blocks
        self._cast = cast
        self._attributor = Attributor(cast)
        self._entities = entities
        self._known_breaks: dict[int, list[int]] = {}
        self._counts = spans
        self._spans = list(spans)
        self._quotes: list[Quote] = []
        self._previous: Entity | None = None
        self._floor = 0
        # Where the last quotation's sentence ends, and whose that quotation was.
        self._adjacent: tuple[int, Entity | None] = (-1, None)

    def read(self) -> list[Quote]:
        """The quotations with their speakers."""
        places = self._places()
        index = 0
        while index < len(places):
            last = index
            while last + 1 < len(places) and places[last].quoted.continues:
                last += 1
            group = places[index : last + 1]
            while last + 1 < len(places) and self._is_same_sentence(places[last], places[last + 1]):
                last += 1
                group.append(places[last])
            self._add(group)
            index = last + 1
        return self._quotes

    @staticmethod
    def _is_same_sentence(left: _Place, right: _Place) -> bool:
        return (
            left.quoted.block == right.quoted.block and left.sentence_start == right.sentence_start
        )

    def _places(self) -> list[_Place]:
        places: list[_Place] = []
        for span in self._spans:
            number = span.block
            breaks = self._breaks(number)
            at = bisect_right(breaks, span.outer_start) - 1
            end = bisect_left(breaks, span.outer_end)
            start = breaks[at]
            before = places[-1].quoted if places and places[-1].quoted.block == number else None
            floor = before.outer_end if before and before.outer_end > start else start
            count = self._counts[span]
            places.append(_Place(span, count, start, breaks[min(end, len(breaks) - 1)], floor))
        return places

    def _breaks(self, number: int) -> list[int]:
        """Where the sentences of a block begin, and its end."""
        known = self._known_breaks.get(number)
        if known is None:
            known = self._known_breaks[number] = self._find_breaks(self._blocks[number], number)
        return known

    def _sentence_before(self, place: _Place) -> int:
        """Where the sentence before a quotation's begins."""
        number = place.quoted.block
        breaks = self._breaks(number)
        at = bisect_left(breaks, place.sentence_start)
        if at:
            return breaks[at - 1]
        earlier = self._breaks(number - 1) if number else []
        return earlier[-2] if len(earlier) > 1 else place.sentence_start

    def _find_breaks(self, block: Block, number: int) -> list[int]:
        stop = block.start + len(block.text)
        breaks = {block.start, stop}
        for match in _BREAK.finditer(self._cast.text, block.start, stop):
            if not _ABBREVIATED.search(
                self._cast.text, max(block.start, match.end() - 8), match.end()
            ):
                breaks.add(match.end())
        for span in self._spans_of(number):
            # The full stop within the marks ends the sentence, if a capital or a mark follows.
            following = self._text[span.outer_end : span.outer_end + 3].strip()
            if self._text[span.end - 1] == "." and following[:1] and not following[0].islower():
                is_mark = following[0] in '"«“„‘'
                if following[0].isupper() or is_mark:
                    breaks.add(span.outer_end)
        return sorted(breaks)

    def _spans_of(self, number: int) -> Sequence[Quoted]:
        first = bisect_left(self._spans, number, key=lambda span: span.block)
        last = bisect_right(self._spans, number, key=lambda span: span.block)
        return self._spans[first:last]

    def _add(self, group: Sequence[_Place]) -> None:
        """Attribute the quotations of one sentence, or of one speech over paragraphs."""
        read = [self._attribution(place) for place in group]
        for number in range(1, len(group)):
            if read[number] is None and read[number - 1] is not None:
                span = group[number].quoted
                start = group[number].clause_start
                read[number] = self._attributor.gapped(start, span.outer_start)
        kept = [place for place, speaker in zip(group, read, strict=True) if speaker is not None]
        is_speech = any(place.quoted.continues for place in group)
        if is_speech and kept:
            kept = list(group)
        speakers: list[Entity | None] = []
        for place, speaker in zip(group, read, strict=True):
            entity = speaker.entity if speaker else None
            if speaker and entity is None and speaker.pronoun:
                entity = next((one for one in speakers if one), None) or self._meant(speaker, place)
            speakers.append(entity)
        shared = is_speech or len(group) > 1
        for number, place in enumerate(group):
            if place not in kept:
                continue
            entity = speakers[number]
            unread = read[number] is None or read[number] == Speaker()
            if entity is None and shared and unread:
                others = [*speakers[:number][::-1], *speakers[number + 1 :]]
                entity = next((one for one in others if one), None)
            self._keep(place, entity)

    def _meant(self, speaker: Speaker, place: _Place) -> Entity | None:
        before = self._sentence_before(place)
        breaks = self._breaks(place.quoted.block)
        at = min(bisect_right(breaks, place.sentence_end), len(breaks) - 1)
        after = (place.sentence_end, breaks[at])
        context = Context(place.sentence_start, before, self._floor, self._previous, after)
        return self._attributor.pronoun(speaker, context)

    def _keep(self, place: _Place, entity: Entity | None) -> None:
        span = place.quoted
        # American style sets the comma of the sentence within the marks.
        text = self._text[span.start : span.end].rstrip(",")
        self._quotes.append(
            Quote(
                start=span.start,
                end=span.start + len(text),
                text=text,
                speaker=entity.id if entity else None,
            )
        )
        self._previous = entity or self._previous
        self._floor = span.outer_end
        self._adjacent = (max(place.sentence_end, span.outer_end), entity)

    def _attribution(self, place: _Place) -> Speaker | None:
        """What is said of the quotation's speaker; None where it is no quotation."""
        span = place.quoted
        before = self._cast.text[place.clause_start : span.outer_start].rstrip()
        is_colon = before.endswith(":")
        is_comma = before.endswith(",")
        is_opening = not _WORD.search(self._cast.text, place.clause_start, span.outer_start)
        floor = max(place.clause_start, span.outer_start - _MAX_BEFORE)
        found: Speaker | None = None
        if not (is_opening or is_colon or is_comma):
            if self._is_term(place):
                return None
            found = self._attributor.before(floor, span.outer_start, is_colon=False)
            return found or self._after(place, most=_MAX_CLAUSES)
        # "Kirby said: ..." goes before, but what follows a quotation goes before a mere comma.
        if is_colon:
            found = self._attributor.before(floor, span.outer_start, is_colon=True)
        found = found if found and found.is_known else self._after(place, most=1) or found
        if found is None and is_comma:
            found = self._attributor.before(floor, span.outer_start, is_colon=False)
        if found is None and is_opening:
            found = self._alone(place)
        return found

    def _is_term(self, place: _Place) -> bool:
        """Whether an article before a few words makes them a term, not speech."""
        if place.count >= _MIN_WORDS_AFTER_ARTICLE:
            return False
        start = max(place.clause_start, place.quoted.outer_start - 40)
        tokens = tokens_of(self._cast.text, start, place.quoted.outer_start)[-2:]
        return any(token.word in self._cast.words.determiners for token in tokens)

    def _after(self, place: _Place, *, most: int) -> Speaker | None:
        """The attribution that follows the quotation, or one of the next ``most`` commas."""
        start = place.quoted.outer_end
        end = min(place.sentence_end, start + _MAX_AFTER)
        inner = self._text[place.quoted.end - 1]
        for number in range(most):
            is_set_off = number > 0 or inner in ",.?!…" or self._text[start : start + 1] == ","
            found = self._attributor.after(start, end, is_set_off=is_set_off)
            if found is not None:
                return found
            comma = self._cast.text.find(",", start + 1, end)
            if comma < 0:
                break
            start = comma
        return None

    def _alone(self, place: _Place) -> Speaker | None:
        """A quotation that is a sentence of its own: said by whoever spoke right before."""
        span = place.quoted
        rest = self._text[span.outer_end : place.sentence_end].strip(" .!?…,")
        opens = not self._text[place.sentence_start : span.outer_start].strip()
        is_sentence = place.count >= _MIN_WORDS_ALONE and not self._text[span.start].islower()
        if place.sentence_start != place.clause_start:
            # A second quotation of the sentence, with nothing but a comma before it.
            return Speaker() if self._quotes and not rest else None
        if rest or not opens or not is_sentence:
            return self._inside(place) if opens and is_sentence else None
        found = self._inside(place)
        if found is not None:
            return found
        edge, entity = self._adjacent
        if edge >= 0 and not self._text[edge : span.outer_start].strip(" \n.!?…"):
            return Speaker(entity)
        return Speaker()

    def _inside(self, place: _Place) -> Speaker | None:
        """The attribution set within the marks: « La paix, a assuré M. Martin, viendra »."""
        inner = Cast(self._text, self._entities, (), self._cast.words)
        end = min(place.quoted.end, place.quoted.start + _MAX_BEFORE)
        return Attributor(inner).incise(place.quoted.start, end)
