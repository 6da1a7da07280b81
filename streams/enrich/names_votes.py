"""What a whole document says of the type of a name: its votes, its words, and whether it is sport.

It must not decide which names are the same person or organisation (``coreference`` does).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.item import EntityType
from streams.enrich.coreference import PlaceRank
from streams.enrich.demonyms import countries_of
from streams.enrich.found import Block, Found
from streams.enrich.quotes_words import speech_words
from streams.enrich.words import SPACE, UPPER, canonical
from streams.folding import fold

_PERSON, _ORGANISATION = EntityType.PERSON, EntityType.ORGANISATION
_PLACE, _OTHER = EntityType.PLACE, EntityType.OTHER
# As which a model may take a demonym that stands alone.
_NAMELESS = frozenset({_ORGANISATION, _PLACE})
# Found by what may be wrong.
_GUESSED = "model"
_SCORE = 0.75
# First name and surname, initials between: nothing else is taken for a person by speech.
_FULL_NAME = re.compile(
    rf"[{UPPER}][\w'’\-]*[a-zß-ÿ](?:{SPACE}[{UPPER}]\.?)?{SPACE}[{UPPER}][\w'’\-]*[a-zß-ÿ]"
)
_SMALL_WORD = re.compile(r"(?<![\w'’\-])[a-zß-ÿ]{3,}(?![\w'’\-])")
_BEFORE_SENTENCE = re.compile(r"(?:^|[.!?…:][\"”’»']?|[\"“«])[ \u00a0\u202f]*$")
# Words of reports on sport, where a town's name is its club's. Two of them make it one.
_SPORT = re.compile(
    r"\b(?:soccer|football|cricket|rugby|baseball|basketball|tennis|hockey|golf|innings|wickets?"
    r"|striker|midfielder|goalkeeper|halftime|semifinals?|league|match|matches|cup|championships?"
    r"|club|clubs|coach|tournament|season|player|players)\b",
    re.IGNORECASE,
)
_LEAST_SPORT = 2
_VESSELS = re.compile(r"\b(?:ferry|ship|vessel|tanker|lifeboats?|deck|trawler|freighter|yacht)\b")
_LEAST_VESSELS = 2
_OF_MANY = re.compile(rf"{SPACE}(?:near|in|from|with|on|who|along|around){SPACE}")
# "Rio de Janeiro", "Stratford-upon-Avon"; not "New York".
_BEFORE_OF = re.compile(rf"([{UPPER}][\w'’]+)(?:{SPACE}d(?:e|el|o|a){SPACE}|-(?:upon|on|sur)-)")
# Code points looked at beside a name.
_REACH = 20


@dataclass(frozen=True, slots=True)
class _Document:
    """What is counted once: ``told``, ``lasts`` and ``small`` are by folded name or small word."""

    blocks: Sequence[Block]
    place_rank: Callable[[str], PlaceRank]
    told: Mapping[str, EntityType]
    lasts: Mapping[str, EntityType]
    small: frozenset[str]
    counts: Mapping[tuple[EntityType, str], int]
    is_english: bool
    is_sport: bool
    is_afloat: bool


def agreed(
    names: Sequence[Found],
    blocks: Sequence[Block],
    language: str,
    place_rank: Callable[[str], PlaceRank],
) -> list[Found]:
    """The names, those that a model guessed being what the document says elsewhere that they are.

    Args:
        names: of all blocks, by start, offsets in the item's text.
        blocks: the headline and the paragraphs.
        language: their language, ISO 639-1.
        place_rank: how well known a place of a name is.
    """
    document = _read(names, blocks, language, place_rank)
    kept: list[Found] = []
    for name in names:
        if not _is_guessed(name):
            kept.append(name)
        elif not _is_no_name(name, document):
            kind = _kind(name, document)
            kept.append(name if kind is name.type else replace(name, type=kind, score=_SCORE))
    return kept


def _read(
    names: Sequence[Found],
    blocks: Sequence[Block],
    language: str,
    place_rank: Callable[[str], PlaceRank],
) -> _Document:
    is_english = language == "en"
    return _Document(
        blocks=blocks,
        place_rank=place_rank,
        told=_told(names),
        lasts=_of_last_words(names, blocks, language),
        small=_small_words(blocks) if any(_may_be_word(name) for name in names) else frozenset(),
        counts=Counter((name.type, fold(name.text)) for name in names),
        is_english=is_english,
        is_sport=not is_english or _has(_SPORT, blocks, _LEAST_SPORT),
        is_afloat=is_english and _has(_VESSELS, blocks, _LEAST_VESSELS),
    )


def _is_no_name(name: Found, document: _Document) -> bool:
    """Whether it is a word that opens a sentence, or a demonym."""
    blocks = document.blocks
    if _may_be_word(name) and name.text.lower() in document.small and _opens(name, blocks):
        return True
    if document.is_english and name.type in _NAMELESS and _is_demonym(name, document.place_rank):
        return True
    return name.type is _ORGANISATION and not document.is_sport and _is_many(name, blocks)


def _kind(name: Found, document: _Document) -> EntityType:
    folded = fold(canonical(name.text))
    if told := document.told.get(folded):
        return told
    if name.type is _ORGANISATION:
        return _kind_of_organisation(name, folded, document)
    if document.lasts.get(folded) is _ORGANISATION:
        return _ORGANISATION
    placed, called = (document.counts[kind, fold(name.text)] for kind in (_PLACE, _PERSON))
    is_bare = name.type is _PERSON and " " not in folded
    return _PLACE if is_bare and placed >= called else name.type


def _kind_of_organisation(name: Found, folded: str, document: _Document) -> EntityType:
    last = folded.rsplit(maxsplit=1)[-1] if _FULL_NAME.fullmatch(name.text) else ""
    if document.lasts.get(last) is _PERSON:
        return _PERSON
    if not document.is_sport and document.place_rank(name.text) >= PlaceRank.CITY:
        return _PLACE
    is_vessel = document.is_afloat and _is_on_board(name, document.blocks)
    return _OTHER if is_vessel else _ORGANISATION


def places_in_full(names: Sequence[str]) -> Mapping[str, str]:
    """Of places the short names to the only full one beside: "Santiago", "Santiago de Cuba"."""
    full: dict[str, set[str]] = {}
    for name in set(names):
        if short := _BEFORE_OF.match(name):
            full.setdefault(short[1], set()).add(name)
    return {short: next(iter(longer)) for short, longer in full.items() if len(longer) == 1}


def _is_guessed(name: Found) -> bool:
    return name.via == _GUESSED and not name.is_told and not name.key


def _told(names: Sequence[Found]) -> Mapping[str, EntityType]:
    """The type of each folded name that words beside a mention of it tell, if they agree."""
    votes: dict[str, Counter[EntityType]] = {}
    for name in names:
        if name.is_told:
            votes.setdefault(fold(canonical(name.text)), Counter())[name.type] += 1
    return {folded: next(iter(kinds)) for folded, kinds in votes.items() if len(kinds) == 1}


def _of_last_words(
    names: Sequence[Found], blocks: Sequence[Block], language: str
) -> Mapping[str, EntityType]:
    """What the last words of two-word organisations are by themselves, folded: people, or many.

    A person where it has a title or speaks ("Mr Lisak", "Lisak said"), an organisation after "the"
    ("the Eagles").
    """
    lasts = {
        name.text.split()[-1]
        for name in names
        if name.type is _ORGANISATION and _is_guessed(name) and _FULL_NAME.fullmatch(name.text)
    }
    if not lasts:
        return {}
    verbs = speech_words(language).finite
    alone = re.compile(
        rf"(?:(\w+){SPACE})?(?<![\w\-'’])({'|'.join(map(re.escape, sorted(lasts)))})"
        rf"(?![\w\-'’])(?:{SPACE}(\w+))?"
    )
    kinds: dict[str, EntityType] = {}
    for block in blocks:
        for match in alone.finditer(block.text):
            before, after = match[1] or "", match[3] or ""
            if before[:1].isupper() and before != "The":
                continue
            if before.lower() == "the" and match[2].endswith("s"):
                kinds[fold(match[2])] = _ORGANISATION
            # "said Eagles owner X" is another's speech.
            elif after in verbs or (before in verbs and not after):
                kinds.setdefault(fold(match[2]), _PERSON)
    titled = {fold(name.text) for name in names if name.via == "honorific"}
    return kinds | dict.fromkeys(titled & {fold(last) for last in lasts}, _PERSON)


def _is_demonym(name: Found, place_rank: Callable[[str], PlaceRank]) -> bool:
    return (
        name.text.isalpha()
        and bool(countries_of((name.text,), "en"))
        and place_rank(name.text) is not PlaceRank.COUNTRY
    )


def _may_be_word(name: Found) -> bool:
    return (
        name.type in {_PERSON, _ORGANISATION}
        and _is_guessed(name)
        and name.text.isalpha()
        and name.text[1:].islower()
    )


def _small_words(blocks: Sequence[Block]) -> frozenset[str]:
    return frozenset(word for block in blocks for word in _SMALL_WORD.findall(block.text))


def _opens(name: Found, blocks: Sequence[Block]) -> bool:
    """Whether a sentence begins with the name."""
    return _BEFORE_SENTENCE.search(_beside(name, blocks)[0][-4:]) is not None


def _is_on_board(name: Found, blocks: Sequence[Block]) -> bool:
    """Whether something is on it: "cameras on the X"."""
    return (
        " " in name.text
        and name.text.istitle()
        and _beside(name, blocks)[0].endswith((" on the ", " aboard the "))
    )


def _is_many(name: Found, blocks: Sequence[Block]) -> bool:
    """Whether it is a noun of many that opens a sentence: "Rangers near the lake have"."""
    return (
        name.text.isalpha()
        and name.text[1:].islower()
        and name.text.endswith("s")
        and _OF_MANY.match(_beside(name, blocks)[1]) is not None
        and _opens(name, blocks)
    )


def _beside(name: Found, blocks: Sequence[Block]) -> tuple[str, str]:
    """What stands before a name and after it in its block, a little of it."""
    block = blocks[bisect_right(blocks, name.start, key=lambda one: one.start) - 1]
    start, end = name.start - block.start, name.end - block.start
    return block.text[max(0, start - _REACH) : start], block.text[end : end + _REACH]


def _has(words: re.Pattern[str], blocks: Sequence[Block], least: int) -> bool:
    """Whether a document has so many different of some words."""
    found: set[str] = set()
    for block in blocks:
        found.update(word.lower() for word in words.findall(block.text))
        if len(found) >= least:
            return True
    return False
