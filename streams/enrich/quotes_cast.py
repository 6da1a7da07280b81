"""The people and organisations of a document as speakers: who stands where, and in which role.

It must not know of quotation marks or verbs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.item import Entity, EntityType
from streams.enrich.quotes_words import SpeechWords
from streams.folding import fold

_TITLES = r"(?:MM?|Mmes?|Mlle|Mgr|Dr|Pr|Me|Mr|Mrs|Ms|Miss|Sir|Sra?|Herrn?|Frau|Don|Doña)"
_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[,;:.!?()–—]")
# The full stop after these, and after an initial, ends no sentence.
_ABBREVIATIONS = frozenset(
    "m mm mme mmes mr mrs ms dr st sen rep gov gen lt col prof sr sra".split()  # noqa: SIM905
)
_TITLE_BEFORE = re.compile(rf"\b{_TITLES}\.?\s*$")
_ARTICLE_BEFORE = re.compile(
    r"(?:\b(?:la|le|les|el|los|las|the|der|die|das|den|dem)\s+|\bl['’])$", re.IGNORECASE
)
_LAST_WORD = re.compile(r"([^\W_]+)['’]?\s*$")
_POSSESSIVE = re.compile(r"['’]s?\s")
_FEMALE = re.compile(r"\b(?:Mme|Mlle|Mrs|Ms|Miss|Lady|Dame|Sra|Doña|Frau)\.?\s*$")
_MALE = re.compile(r"\b(?:M|Mr|Sir|Lord|Sr|Don|Herrn?)\.?\s*$")
_FIRST = frozenset({"premier", "première", "prime", "vice"})
_WORD_BEFORE_CHARS = 30
_ROLE_CHARS = 90
# People of one document who are looked at for a role.
_MAX_PEOPLE = 300
_ENDINGS = re.compile(r"(?:nes?|ns?|es?|s)$")
_MIN_ADJECTIVE = 5
_INDEFINITE = frozenset({"un", "une", "a", "an", "des", "uno", "una", "ein", "eine", "einer"})


class Token(NamedTuple):
    """A word in small letters or a punctuation mark: code points [start, end) of the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """A mention, and whose."""

    start: int
    end: int
    entity: Entity


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words and marks of text[start:end], the full stops of abbreviations left out."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        first, last = match.span()
        word = text[first:last].lower()
        if word == "." and tokens and tokens[-1].end == first:
            before = tokens[-1]
            is_initial = before.end - before.start == 1 and text[before.start].isupper()
            if is_initial or before.word in _ABBREVIATIONS:
                continue
        tokens.append(Token(word, first, last))
    return tokens


class Cast:
    """Answers who is named in a stretch of text, and who has a role there.

    Args:
        text: the item's text, what is quoted in it blanked out.
        entities: the item's entities.
        quoted: stretches in which names are not looked for.
        words: the words of the item's language.
    """

    def __init__(
        self,
        text: str,
        entities: Sequence[Entity],
        quoted: Sequence[tuple[int, int]],
        words: SpeechWords,
    ) -> None:
        self.text = text
        self.words = words
        self._entities = entities
        found = [
            Named(mention.start, mention.end, entity)
            for entity in entities
            if entity.type is not EntityType.OTHER
            for mention in entity.mentions
        ]
        found.sort(key=lambda named: (named.start, named.end))
        ends = [end for _, end in quoted]
        self._named = [named for named in found if not _is_within(named, quoted, ends)]
        self._known_holders: dict[str, Sequence[tuple[Entity, str | None]]] = {}
        self._starts = [named.start for named in self._named]

    def within(self, start: int, end: int) -> Sequence[Named]:
        """The mentions that begin in [start, end), by start."""
        return self._named[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def people_before(self, position: int, most: int) -> Iterator[Named]:
        """The last ``most`` mentions of people before a position, nearest first."""
        last = bisect_left(self._starts, position)
        for named in reversed(self._named[max(0, last - 4 * most) : last]):
            if named.entity.type is EntityType.PERSON and not self.is_complement(named, 0):
                yield named
                most -= 1
                if not most:
                    return

    def is_complement(self, named: Named, floor: int) -> bool:
        """Whether a preposition stands before a name, or a genitive ending after it.

        "M. Martin" of "l'avocat de M. Martin" is not who speaks. What is before ``floor`` is not
        looked at.
        """
        if _POSSESSIVE.match(self.text, named.end):
            return True
        before = self.text[max(floor, named.start - _WORD_BEFORE_CHARS) : named.start]
        before = _TITLE_BEFORE.sub("", before)
        contracted = _LAST_WORD.search(before)
        if contracted and contracted[1].lower() in {"du", "des", "au", "aux", "del", "al", "vom"}:
            return True
        last = _LAST_WORD.search(_ARTICLE_BEFORE.sub("", before))
        return last is not None and last[1].lower() in self.words.prepositions

    def role_in(self, tokens: Sequence[Token]) -> tuple[str, bool] | None:
        """The first role among the tokens, and whether it is one that was told of before.

        "le porte-parole" was; "un responsable" was not.
        """
        for index, token in enumerate(tokens):
            if token.word in self.words.roles:
                head = token.word
                if index and tokens[index - 1].word in _FIRST:
                    head = f"{tokens[index - 1].word}-{head}"
                before = [one.word for one in tokens[max(0, index - 3) : index]]
                return head, not _INDEFINITE.intersection(before)
        return None

    def holder(self, role: str, organisation: str | None) -> Entity | None:
        """The one person of whom the document says that role; None for none or several.

        Args:
            role: the role's noun.
            organisation: the id of the organisation that the role is said to be in, if any; a
                holder who is said to be in another is none.
        """
        holders = {
            person.id: person
            for person, other in self._holders(role)
            if not organisation or not other or organisation == other
        }
        return next(iter(holders.values())) if len(holders) == 1 else None

    def _holders(self, role: str) -> Sequence[tuple[Entity, str | None]]:
        """Who is said to have a role, each with the organisation named with it."""
        known = self._known_holders.get(role)
        if known is not None:
            return known
        holders: list[tuple[Entity, str | None]] = []
        noun = role.rpartition("-")[2] if role.partition("-")[0] in _FIRST else role
        people = [one for one in self._named if one.entity.type is EntityType.PERSON]
        for place, named in enumerate(people[:_MAX_PEOPLE]):
            floor = max(people[place - 1].end if place else 0, named.start - _ROLE_CHARS)
            floor = max(floor, self.text.rfind("\n", floor, named.start) + 1)
            ceiling = named.end + _ROLE_CHARS
            if self._has(noun, floor, named.start) and not self.is_complement(named, floor):
                tokens = self._apposed_before(tokens_of(self.text, floor, named.start))
                self._note(role, named, tokens, holders)
            if self.text.startswith(",", named.end) and self._has(noun, named.end, ceiling):
                tokens = self._apposed_after(tokens_of(self.text, named.end, ceiling))
                self._note(role, named, tokens, holders)
        self._known_holders[role] = holders
        return holders

    def _note(
        self,
        role: str,
        named: Named,
        tokens: Sequence[Token],
        holders: list[tuple[Entity, str | None]],
    ) -> None:
        found = self.role_in(tokens)
        if found and found[0] == role:
            holders.append((named.entity, self._organisation_in(tokens)))

    def _has(self, noun: str, start: int, end: int) -> bool:
        return noun in self.text[start:end].lower()

    def _apposed_before(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """The noun phrase right before a name, in which no verb or clause comes between."""
        tokens = list(tokens)
        if tokens and tokens[-1].word == ",":
            tokens.pop()
        start = len(tokens)
        for index in range(len(tokens) - 1, -1, -1):
            word = tokens[index].word
            if not word[0].isalnum() or word in self.words.stops or word in self.words.finite:
                break
            if word in self.words.roles:
                start = max(0, index - 1)
                break
        return tokens[start:]

    def _apposed_after(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """The noun phrase of ", porte-parole du gouvernement," right after a name."""
        if len(tokens) < 2 or tokens[0].word != ",":
            return ()
        if not any(token.word in self.words.roles for token in tokens[1:4]):
            return ()
        end = next((i for i in range(1, len(tokens)) if not tokens[i].word[0].isalnum()), None)
        return tokens[1:end]

    def _organisation_in(self, tokens: Sequence[Token]) -> str | None:
        if not tokens:
            return None
        for named in self.within(tokens[0].start, tokens[-1].end):
            if named.entity.type is EntityType.ORGANISATION:
                return named.entity.id
        return None

    def organisation_of_adjective(self, tokens: Sequence[Token]) -> Entity | None:
        """The one organisation in whose name an adjective is: "européenne", "Union européenne"."""
        stems = {
            _ENDINGS.sub("", fold(token.word))
            for token in tokens
            if len(token.word) >= _MIN_ADJECTIVE and self.text[token.start].islower()
        }
        found = [
            entity
            for entity in self._entities
            if entity.type is EntityType.ORGANISATION
            and " " in entity.name
            and any(_ENDINGS.sub("", word) in stems for word in fold(entity.name).split()[1:])
        ]
        return found[0] if len(found) == 1 else None

    def gender(self, entity: Entity) -> str:
        """What the titles before an entity's name say: "m", "f", or "" for nothing."""
        for mention in entity.mentions[:8]:
            before = self.text[max(0, mention.start - 8) : mention.start]
            if _FEMALE.search(before):
                return "f"
            if _MALE.search(before):
                return "m"
        return ""


def _is_within(named: Named, quoted: Sequence[tuple[int, int]], ends: Sequence[int]) -> bool:
    place = bisect_left(ends, named.end)
    return place < len(quoted) and quoted[place][0] <= named.start
