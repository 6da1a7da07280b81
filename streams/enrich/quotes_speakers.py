"""Who said what is quoted, from the words around it.

It must not decide what is quoted, nor read what stands between the marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.item import Entity, EntityType
from streams.enrich.quotes_cast import Cast, Named, Token, tokens_of

_INVERTED = re.compile(r"([^\W_-]+)-(?:t-)?(ils?|elles?|on|je|nous)")
_CLITICS = frozenset(
    ["s", "se", "m", "me", "nous", "vous", "lui", "leur", "n", "ne", "y", "l", "également", "aussi"]
)
_HYPHENATED = frozenset({("d", "après"), ("according", "to")})
_AND = frozenset({"et", "and", "y", "und", "mais", "but", "–", "—", "puis"})
_ENDS = frozenset(".;:!?")
_PURE_NAME = re.compile(r"[\s.,()\d]*(?:MM?|Mmes?|Me|Dr|Mr|Mrs|Ms)?[\s.,()\d]*")
_MAX_PARTICIPLE_GAP = 4
_MAX_SUBJECT_TOKENS = 16
_MAX_CANDIDATES = 8
# Code points of indirect speech looked through for who is meant by a pronoun.
_LOOK_BACK = 600
_OPENING_CHARS = 60


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of speech: tokens [first, last); ``pronoun`` is set in "a-t-il dit"."""

    first: int
    last: int
    form: str
    pronoun: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What the words around a quotation say of its speaker.

    Attributes:
        entity: who it is, None where that is not known.
        pronoun: the pronoun that stands for the speaker, "" for none.
        goes_on: the verb says that the same speaker goes on: "ajouté".
    """

    entity: Entity | None = None
    pronoun: str = ""
    goes_on: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is anything to find the speaker by."""
        return self.entity is not None or bool(self.pronoun)


@dataclass(frozen=True, slots=True)
class Context:
    """What came before a quotation: code points of the text.

    Attributes:
        start: where the quotation's sentence begins.
        sentence_before: where the sentence before it begins.
        floor: where the last quotation ends.
        previous: the last speaker so far.
        sentence_after: where the sentence after it in the paragraph begins and ends.
    """

    start: int
    sentence_before: int
    floor: int
    previous: Entity | None
    sentence_after: tuple[int, int]


class Attributor:
    """Reads attributions around positions of one document."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._words = cast.words

    def after(self, start: int, end: int, *, is_set_off: bool) -> Speaker | None:
        """The attribution that text[start:end] opens with; None where there is none.

        ", a expliqué M. Kirby", "a-t-il ajouté", ", selon X", "said Mr Kirby"; where a comma or the
        like sets it off also ", Kirby said".
        """
        tokens = tokens_of(self._cast.text, start, end)
        at = 0
        while at < len(tokens) and (tokens[at].word == "," or tokens[at].word in _AND):
            is_set_off = True
            at += 1
        if at == len(tokens):
            return None
        source = self._source_at(tokens, at, self._words.sources)
        if source:
            return self._after_words(tokens, source, end, Speaker())
        place = at
        while place < min(at + 3, len(tokens)) and tokens[place].word in _CLITICS:
            place += 1
        verb = self._verb_at(tokens, place) if place < len(tokens) else None
        if verb:
            return self._by_verb(tokens, verb, end)
        return self._subject_then_verb(tokens, at) if is_set_off else None

    def _by_verb(self, tokens: Sequence[Token], verb: Verb, end: int) -> Speaker:
        base = Speaker(pronoun=verb.pronoun, goes_on=verb.form in self._words.continuing)
        if verb.pronoun:
            return base if verb.pronoun in self._words.pronouns else Speaker()
        return self._after_words(tokens, verb.last, end, base)

    def _after_words(self, tokens: Sequence[Token], place: int, end: int, base: Speaker) -> Speaker:
        """The speaker named by the tokens from ``place`` on."""
        region = list(tokens[place:])
        stop = next(
            (
                index
                for index, token in enumerate(region)
                if token.word in _ENDS or (token.word in self._words.stops)
            ),
            len(region),
        )
        region = region[:stop]
        if not region:
            return base
        if region[0].word in self._words.pronouns:
            return Speaker(None, region[0].word, base.goes_on)
        limit = min(end, region[-1].end)
        return Speaker(self._phrase(region, region[0].start, limit), "", base.goes_on)

    def incise(self, start: int, end: int) -> Speaker | None:
        """The attribution set within a quotation: ", a assuré M. Martin, "; None for none."""
        tokens = tokens_of(self._cast.text, start, end)
        for index, token in enumerate(tokens[:-1]):
            if token.word != ",":
                continue
            place = index + 1
            while place < min(index + 4, len(tokens) - 1) and tokens[place].word in _CLITICS:
                place += 1
            verb = self._verb_at(tokens, place)
            if verb and (verb.pronoun or verb.last - verb.first > 1):
                found = self._by_verb(tokens, verb, end)
                if found.is_known:
                    return found
        return None

    def _subject_then_verb(self, tokens: Sequence[Token], at: int) -> Speaker | None:
        for index in range(at, min(at + _MAX_SUBJECT_TOKENS, len(tokens))):
            if tokens[index].word in _ENDS:
                return None
            verb = self._verb_at(tokens, index)
            if verb and index > at:
                goes_on = verb.form in self._words.continuing
                return self._subject(tokens[at:index], goes_on=goes_on)
        return None

    def before(self, start: int, end: int, *, is_colon: bool) -> Speaker | None:
        """The attribution in text[start:end], which stands before a quotation; None for none.

        "X a déclaré: ", "X said ", "Selon X, ", "Et X d'ajouter: ", and "X: " with a colon alone.
        """
        tokens = tokens_of(self._cast.text, start, end)
        for index in range(len(tokens) - 1, -1, -1):
            verb = self._verb_at(tokens, index)
            if verb and not self._is_noun(tokens, verb):
                return self._governed(tokens, verb, end)
            words = self._words.sources | (self._words.openers if index == 0 else frozenset())
            source = self._source_at(tokens, index, words)
            if source:
                return self._after_words(_to_comma(tokens, source), source, end, Speaker())
            if is_colon and self._is_infinitive(tokens, index):
                found = self._subject(tokens[: index - 1], goes_on=True)
                return found if found.is_known else Speaker(None, "il", goes_on=True)
        if is_colon and tokens:
            found = self._subject(tokens, goes_on=False)
            return found if found.is_known else None
        return None

    def gapped(self, start: int, end: int) -> Speaker | None:
        """Who stands in text[start:end] without a verb, which was said of the quotation before.

        «X a salué "...", et le maire Y "..."»: an "and" or a comma, then a person's name right
        before the marks.
        """
        tokens = tokens_of(self._cast.text, start, end)
        if len(tokens) < 2 or (tokens[0].word != "," and tokens[0].word not in _AND):
            return None
        rest = tokens[1:]
        if any(self._verb_at(rest, index) for index in range(len(rest))):
            return None
        named = self._cast.within(rest[0].start, end)
        if len(named) != 1 or named[0].end < rest[-1].end:
            return None
        is_person = named[0].entity.type is EntityType.PERSON
        is_subject = is_person and not self._cast.is_complement(named[0], start)
        return Speaker(named[0].entity) if is_subject else None

    def _governed(self, tokens: Sequence[Token], verb: Verb, end: int) -> Speaker:
        """The subject of a verb that stands before a quotation."""
        goes_on = verb.form in self._words.continuing
        if verb.pronoun:
            return self._by_verb(tokens, verb, end)
        first = 0
        for index in range(verb.first - 1, -1, -1):
            token = tokens[index]
            if token.word in self._words.subordinators or token.word in _ENDS:
                first = index + 1
                break
        found = self._subject(tokens[first : verb.first], goes_on=goes_on)
        return found if found.is_known else self._after_words(tokens, verb.last, end, found)

    def pronoun(self, speaker: Speaker, context: Context) -> Entity | None:
        """Who the pronoun that was read around a quotation means; None where nobody fits.

        The person whom the sentence before opens with, unless the verb goes on ("ajouté"); else
        whoever spoke last, directly or not; else the person named last; where nobody was named yet,
        the person whose name is the next sentence's first word but a title. Titles veto.
        """
        gender = self._words.pronouns.get(speaker.pronoun, "")
        start = context.start
        candidates: list[Entity | None] = []
        if not speaker.goes_on:
            candidates.append(self._opening_person(context.sentence_before, start))
        low = max(context.floor, start - _LOOK_BACK)
        spoken = self.before(low, start, is_colon=False) if low < start else None
        candidates += [spoken.entity if spoken else None, context.previous]
        candidates += [one.entity for one in self._cast.people_before(start, _MAX_CANDIDATES)]
        candidates.append(self._first_word_person(*context.sentence_after))
        for entity in candidates:
            if entity is None or (gender and entity.type is not EntityType.PERSON):
                continue
            if not gender or self._cast.gender(entity) in {"", gender}:
                return entity
        return None

    def _opening_person(self, opening: int, start: int) -> Entity | None:
        """The person whom the sentence at ``opening`` begins with."""
        for named in self._cast.within(opening, min(start, opening + _OPENING_CHARS)):
            is_person = named.entity.type is EntityType.PERSON
            if is_person and not self._cast.is_complement(named, opening):
                return named.entity
        return None

    def _first_word_person(self, start: int, end: int) -> Entity | None:
        """The person whose name text[start:end] begins with, after a title at most."""
        person = self._opening_person(start, end)
        for named in self._cast.within(start, end)[:1]:
            if named.entity is person and _PURE_NAME.fullmatch(self._cast.text, start, named.start):
                return person
        return None

    def _subject(self, tokens: Sequence[Token], *, goes_on: bool) -> Speaker:
        """The subject that the tokens before a verb name."""
        segments = _segments(tokens)
        if not segments:
            return Speaker(goes_on=goes_on)
        order = [segments[-1], *segments[:-1]]
        if not segments[-1]:
            # A comma right before the verb: "le porte-parole, John Kirby, a dit", "John Kirby, who
            # met Lavrov, said".
            inner = segments[-2] if len(segments) > 1 else []
            outer = segments[:-2][::-1]
            order = [inner, *outer] if self._is_pure_name(inner) else [*outer, inner]
        for segment in order:
            if not segment:
                continue
            entity = self._phrase(segment, segment[0].start, segment[-1].end)
            if entity is not None:
                return Speaker(entity, "", goes_on)
            found = next((one.word for one in segment if one.word in self._words.pronouns), "")
            if found:
                return Speaker(None, found, goes_on)
            if segment is order[0] and self._cast.role_in(segment):
                break
        return Speaker(goes_on=goes_on)

    def _is_pure_name(self, tokens: Sequence[Token]) -> bool:
        if not tokens:
            return False
        start, end = tokens[0].start, tokens[-1].end
        named = self._cast.within(start, end)
        return (
            len(named) == 1
            and named[0].entity.type is EntityType.PERSON
            and bool(_PURE_NAME.fullmatch(self._cast.text, start, named[0].start))
            and bool(_PURE_NAME.fullmatch(self._cast.text, min(named[0].end, end), end))
        )

    def _phrase(self, tokens: Sequence[Token], start: int, end: int) -> Entity | None:
        """Whom a noun phrase names, by name or by role."""
        named = self._cast.within(start, end)
        others: list[Named] = []
        complements: list[Named] = []
        role = self._cast.role_in(tokens)
        for one in named:
            is_complement = self._cast.is_complement(one, start)
            if one.entity.type is EntityType.PERSON:
                if not is_complement and (role or not self._has_comma(tokens, one)):
                    return one.entity
            else:
                (complements if is_complement else others).append(one)
        organisation = next(
            (
                one.entity
                for one in [*others, *complements]
                if one.entity.type is EntityType.ORGANISATION
            ),
            None,
        )
        if role is not None:
            noun, is_told = role
            holder = self._cast.holder(noun, organisation.id if organisation else None)
            if holder is not None and is_told:
                return holder
            return organisation if noun in self._words.spokes else None
        if others and not self._has_comma(tokens, others[0]):
            return others[0].entity
        if any(token.word in self._words.papers for token in tokens):
            return organisation or self._cast.organisation_of_adjective(tokens)
        return None

    @staticmethod
    def _has_comma(tokens: Sequence[Token], named: Named) -> bool:
        return any(token.word == "," and token.start < named.start for token in tokens)

    def _verb_at(self, tokens: Sequence[Token], index: int) -> Verb | None:
        words, word = self._words, tokens[index].word
        inverted = _INVERTED.fullmatch(word) if "-" in word else None
        base = inverted[1] if inverted else word
        pronoun = inverted[2] if inverted else ""
        if base in words.auxiliaries or (
            base in words.reflexive and index and tokens[index - 1].word in {"s", "se"}
        ):
            last = min(index + 1 + _MAX_PARTICIPLE_GAP, len(tokens))
            for place in range(index + 1, last):
                form = tokens[place].word
                if form in words.participles:
                    return Verb(index, place + 1, form, pronoun)
                if form == "fait" and self._follows(tokens, place, words.after_fait):
                    return Verb(index, place + 2, form, pronoun)
                if not form[0].isalnum():
                    break
            return None
        if base == "fait" and self._follows(tokens, index, words.after_fait):
            return Verb(index, index + 2, base, pronoun)
        return Verb(index, index + 1, base, pronoun) if base in words.finite else None

    @staticmethod
    def _follows(tokens: Sequence[Token], index: int, words: frozenset[str]) -> bool:
        return index + 1 < len(tokens) and tokens[index + 1].word in words

    def _is_noun(self, tokens: Sequence[Token], verb: Verb) -> bool:
        """Whether an article stands before a form that may be a noun: "la demande"."""
        before = tokens[verb.first - 1].word if verb.first else ""
        return before in self._words.determiners and verb.last == verb.first + 1

    def _is_infinitive(self, tokens: Sequence[Token], index: int) -> bool:
        is_after_de = index > 0 and tokens[index - 1].word in {"d", "de"}
        return is_after_de and tokens[index].word in self._words.infinitives

    @staticmethod
    def _source_at(tokens: Sequence[Token], index: int, words: frozenset[str]) -> int:
        """The place after a source word ("selon") at ``index``, 0 where there is none."""
        if tokens[index].word in words:
            return index + 1
        if index + 1 < len(tokens):
            pair = (tokens[index].word, tokens[index + 1].word)
            if pair in _HYPHENATED and "-".join(pair) in words:
                return index + 2
        return 0


def _segments(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens between commas; the last one is empty where the last token is a comma."""
    segments: list[list[Token]] = [[]]
    for token in tokens:
        if token.word == ",":
            segments.append([])
        else:
            segments[-1].append(token)
    return segments if tokens else []


def _to_comma(tokens: Sequence[Token], first: int) -> Sequence[Token]:
    """The tokens up to the last comma, before which a source's name ends."""
    commas = [place for place in range(first, len(tokens)) if tokens[place].word == ","]
    return tokens[: commas[-1]] if commas else tokens
