"""Which names of one document are the same person or organisation, the whole document at a time.

It must run before places are linked: a surname is never a place, though Kerry is a county and
Jackson a city. Headlines use surnames before the body gives the full name, so nothing here reads
from left to right.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import IntEnum

from schemas.item import EntityType
from streams.enrich import words
from streams.enrich.acronyms import ACRONYM, acronyms_of, defined_anew
from streams.enrich.found import Block, Found, Taken
from streams.enrich.words import canonical
from streams.folding import fold

_PERSON = EntityType.PERSON
_ORGANISATION = EntityType.ORGANISATION
_CAPITAL_WORD = re.compile(rf"(?<![\w\-'’.])[{words.UPPER}][\w\-]+(?![\w\-])")
_NAME_BESIDE_LEFT = re.compile(rf"([{words.UPPER}][\w.\-]*){words.SPACE}$")
_NAME_BESIDE_RIGHT = re.compile(rf"^{words.SPACE}[{words.UPPER}]\w")
_PARTICLES_LEFT = re.compile(
    rf"(?<!\w)(?:(?:{'|'.join(sorted(words.PARTICLES))}){words.SPACE})+$", re.IGNORECASE
)
_PLAIN_WORD = re.compile(r"\b[a-zß-ÿ]{2,}\b")
_LAST_WORD = re.compile(r"(\w+)\W+$")
# A surname of a person named in full elsewhere: 99.4 % of 518 on Reuters text were that person.
_SURNAME_SCORE = 0.9
_ACRONYM_SCORE = 0.85
# Found by what may be wrong: other names of the document may correct them.
_BY_CAPITALS = "capitals"
_GUESSED = frozenset({"model", _BY_CAPITALS})
_LISTED = "gazetteer"
_MIN_SURNAME = 3
# Forms of companies, which the second mention of one leaves out.
_COMPANY_FORMS = words.word_set("ag co corp gmbh inc ltd nv plc sa se spa")


class PlaceRank(IntEnum):
    """How well known a place is."""

    MINOR = 0
    CITY = 1
    LARGE_CITY = 2
    COUNTRY = 3


@dataclass(frozen=True, slots=True)
class People:
    """The people that a document names in full.

    Attributes:
        keys: folded full name to key; several spellings of one person share one.
        by_end: a folded surname, or another end of a full name, to the keys that end in it.
        by_first: a folded first word to the keys that begin with it.
    """

    keys: Mapping[str, str]
    by_end: Mapping[str, frozenset[str]]
    by_first: Mapping[str, frozenset[str]]


def resolve(
    names: Sequence[Found],
    blocks: Sequence[Block],
    place_rank: Callable[[str], PlaceRank],
) -> list[Found]:
    """The names of a document, each person and organisation with its key, by start.

    Args:
        names: the repaired names of all blocks, offsets in the item's text.
        blocks: the headline and the paragraphs.
        place_rank: how well known a place of that name is. A country stays one though someone in
            the document bears its name, and so does a large city after "in" or "à". A name that
            nobody bears in full is a large city at once, another city once it stands after "in".
    """
    names = _with_one_reading(_without_shouted_words(names, blocks))
    people = _people(names)
    majority = _majority_types(names)
    located = {fold(canonical(name.text)) for name in names if _is_after_locative(name, blocks)}

    resolved = [
        _resolved(name, people, majority, blocks, place_rank=place_rank, located=located)
        for name in names
    ]
    resolved = list(_organisations(resolved, blocks))
    resolved.extend(_unmarked(resolved, blocks, people))
    return sorted(resolved, key=lambda name: name.start)


def _without_shouted_words(names: Sequence[Found], blocks: Sequence[Block]) -> Sequence[Found]:
    """The names but those of a text in capitals that the document elsewhere writes as words."""
    shouted = [
        block.text == block.text.upper() and block.text != block.text.lower() for block in blocks
    ]
    if not any(shouted):
        return names
    plain = {
        word
        for block, shouts in zip(blocks, shouted, strict=True)
        if not shouts
        for word in _PLAIN_WORD.findall(block.text)
    }
    return [
        name
        for name in names
        if name.via not in _GUESSED
        or name.text.lower() not in plain
        or not shouted[_block_number(name, blocks)]
    ]


def _with_one_reading(names: Sequence[Found]) -> list[Found]:
    """The names; one that its capitals make an organisation once is nobody's elsewhere.

    "El Adecco Estudiantes" has an article, "gana Adecco Estudiantes" has none.
    """
    named = {
        fold(canonical(name.text))
        for name in names
        if name.via == _BY_CAPITALS and name.type is _ORGANISATION
    }
    return [
        replace(name, type=_ORGANISATION)
        if name.via == _BY_CAPITALS and name.type is _PERSON and fold(canonical(name.text)) in named
        else name
        for name in names
    ]


def _people(names: Sequence[Found]) -> People:
    texts = {canonical(name.text) for name in names if name.type is _PERSON}
    full_names = {fold(text) for text in texts if " " in text} - {""}
    keys: dict[str, str] = {}
    by_end: dict[str, set[str]] = {}
    by_first: dict[str, set[str]] = {}
    by_both: dict[tuple[str, str], set[str]] = {}
    # Longest first: "le pen" joins "marine le pen", "john kerry" joins "john f kerry".
    for full in sorted(full_names, key=lambda folded: (-len(folded.split()), folded)):
        parts = full.split()
        same = by_both.get((parts[0], parts[-1]), set())
        if parts[0] in words.PARTICLES:
            same = same | by_end.get(full, set())
        key = next(iter(same)) if len(same) == 1 else full
        keys[full] = key
        by_both.setdefault((parts[0], parts[-1]), set()).add(key)
        by_first.setdefault(parts[0], set()).add(key)
        for index in range(1, len(parts)):
            by_end.setdefault(" ".join(parts[index:]), set()).add(key)
    return People(
        keys,
        {end: frozenset(found) for end, found in by_end.items()},
        {first: frozenset(found) for first, found in by_first.items()},
    )


def _majority_types(names: Sequence[Found]) -> Mapping[str, EntityType]:
    """What most mentions of a folded name are; the first one's type where as many are another."""
    counts: dict[str, Counter[EntityType]] = {}
    for name in names:
        counts.setdefault(fold(canonical(name.text)), Counter())[name.type] += 1
    return {folded: counter.most_common(1)[0][0] for folded, counter in counts.items()}


def _resolved(
    name: Found,
    people: People,
    majority: Mapping[str, EntityType],
    blocks: Sequence[Block],
    *,
    place_rank: Callable[[str], PlaceRank],
    located: AbstractSet[str],
) -> Found:
    if name.key:
        return name
    folded = fold(canonical(name.text))
    if folded in people.keys:
        return replace(name, type=_PERSON, key=_person_key(people.keys[folded]))
    if name.type is not _PERSON:
        if _is_surname_only(name, folded, people) and not _stays_place(name, blocks, place_rank):
            key = next(iter(people.by_end[folded]))
            return replace(
                name, type=_PERSON, score=_SURNAME_SCORE, via="surname", key=_person_key(key)
            )
        kind = majority.get(folded, name.type)
        return name if kind is _PERSON else replace(name, type=kind)
    name, folded = _with_own_particles(name, folded, blocks, people)
    person = _resolved_person(name, folded, people, is_alone=_stands_alone(name, blocks))
    # A name that nobody here bears in full: "accuse Washington" is the capital.
    is_bare = name.via in _GUESSED and person.via in _GUESSED and " " not in folded
    rank = place_rank(name.text) if is_bare else PlaceRank.MINOR
    if rank > PlaceRank.CITY or (rank is PlaceRank.CITY and folded in located):
        return replace(name, type=EntityType.PLACE)
    return person


def _stays_place(
    name: Found, blocks: Sequence[Block], place_rank: Callable[[str], PlaceRank]
) -> bool:
    rank = place_rank(name.text)
    return rank is PlaceRank.COUNTRY or (
        # "En Palma" is the town, however small, where nothing but a list of towns was asked.
        (rank is PlaceRank.LARGE_CITY or name.via == _LISTED) and _is_after_locative(name, blocks)
    )


def _stands_alone(name: Found, blocks: Sequence[Block]) -> bool:
    block = _block_of(name, blocks)
    return _is_alone(block.text, name.start - block.start, name.end - block.start)


def _resolved_person(name: Found, folded: str, people: People, *, is_alone: bool) -> Found:
    """A person's mention; by surname, else by first name, else a person of its own."""
    ends = people.by_end.get(folded) or people.by_end.get(_without_particles(folded), frozenset())
    # "Li In-mo", of which a model marks "Li", is not Li Song-ho.
    firsts = people.by_first.get(folded, frozenset()) if is_alone and not ends else frozenset()
    if len(ends) != 1 and len(firsts) != 1:
        return replace(name, key=_person_key(folded))
    via = "surname" if ends else "first-name"
    return replace(
        name,
        score=max(name.score, _SURNAME_SCORE) if ends else name.score,
        via=name.via if name.via == "honorific" else via,
        key=_person_key(next(iter(ends or firsts))),
    )


def _person_key(full: str) -> str:
    return f"person/{full}"


def _without_particles(folded: str) -> str:
    parts = folded.split()
    while len(parts) > 1 and parts[0] in words.PARTICLES:
        parts.pop(0)
    return " ".join(parts)


def _is_surname_only(name: Found, folded: str, people: People) -> bool:
    return (
        " " not in folded
        and len(folded) >= _MIN_SURNAME
        and folded not in words.MONTHS
        and len(people.by_end.get(folded, ())) == 1
        and name.via in _GUESSED | {_LISTED}
    )


def _is_after_locative(name: Found, blocks: Sequence[Block]) -> bool:
    block = _block_of(name, blocks)
    before = _LAST_WORD.search(block.text[: name.start - block.start][-20:])
    return before is not None and before[1].lower() in words.LOCATIVES


def _organisations(names: Sequence[Found], blocks: Sequence[Block]) -> Iterator[Found]:
    """The names, each organisation with its key, and those that an acronym in brackets names."""
    keyed = [
        replace(name, key=f"organisation:{_without_company_ending(name.text)}")
        if name.type is _ORGANISATION and not name.key
        else name
        for name in names
    ]
    acronyms = acronyms_of(keyed, blocks)
    anew = defined_anew(keyed, blocks)
    for name in keyed:
        key = acronyms.get(name.text)
        if key and (name.text in anew or not name.key.startswith("organisation/")):
            yield replace(name, type=_ORGANISATION, via="acronym", key=key)
        else:
            yield name
    taken = Taken(_length(blocks), keyed)
    for block in blocks if acronyms else ():
        for match in ACRONYM.finditer(block.text):
            # "the ABC." ends a sentence, "the U.N." is written so.
            short = match[0] if match[0] in acronyms else match[0].rstrip(".-")
            start = block.start + match.start()
            end = start + len(short)
            if short in acronyms and taken.is_free(start, end):
                key = acronyms[short]
                yield Found(start, end, short, _ORGANISATION, _ACRONYM_SCORE, "acronym", key)


def _unmarked(names: Sequence[Found], blocks: Sequence[Block], people: People) -> Iterator[Found]:
    """Surnames that the recogniser did not mark, of people that the document names in full."""
    surnames = {
        end: next(iter(keys))
        for end, keys in people.by_end.items()
        if len(keys) == 1
        and " " not in end
        and len(end) >= _MIN_SURNAME
        and end not in words.MONTHS
        and end not in words.NO_NAMES
    }
    if not surnames:
        return
    taken = Taken(_length(blocks), names)
    for block in blocks:
        for match in _CAPITAL_WORD.finditer(block.text):
            folded = fold(match[0])
            if folded not in surnames:
                continue
            first = _with_particles(block.text, *match.span(), people)
            if not _is_alone(block.text, first, match.end()):
                continue
            start, end = block.start + first, block.start + match.end()
            if taken.is_free(start, end):
                name, key = block.text[first : match.end()], _person_key(surnames[folded])
                yield Found(start, end, name, _PERSON, _SURNAME_SCORE, "surname", key)


def _without_company_ending(text: str) -> str:
    """The folded name; "Corvane Group Inc." is Corvane Group, and "Inc." itself."""
    parts = fold(canonical(text)).split()
    while len(parts) > 2 and parts[-1] in _COMPANY_FORMS:
        parts.pop()
    return " ".join(parts)


def _with_own_particles(
    name: Found, folded: str, blocks: Sequence[Block], people: People
) -> tuple[Found, str]:
    """A model's "Silva" is "de Silva" where somebody is named so in full; and that folded."""
    if folded not in people.by_end or name.via not in _GUESSED:
        return name, folded
    block = _block_of(name, blocks)
    end = name.end - block.start
    start = _with_particles(block.text, name.start - block.start, end, people)
    text = block.text[start:end]
    return replace(name, start=block.start + start, text=text), fold(canonical(text))


def _with_particles(text: str, start: int, end: int, people: People) -> int:
    """Where the surname begins whose last word is [start, end): "de Silva", "van der Bellen"."""
    particles = _PARTICLES_LEFT.search(text[max(0, start - 40) : start])
    if particles is None:
        return start
    first = start - len(particles[0])
    return first if fold(text[first:end]) in people.by_end else start


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether no capitalised word stands beside: "Bob Kerry" and "Kerry County" are others."""
    if text == text.upper():
        return True
    before = _NAME_BESIDE_LEFT.search(text[max(0, start - 40) : start])
    if before and fold(before[1]) not in words.OPENERS:
        return False
    return not _NAME_BESIDE_RIGHT.match(text[end : end + 3])


def _block_of(name: Found, blocks: Sequence[Block]) -> Block:
    return blocks[_block_number(name, blocks)]


def _block_number(name: Found, blocks: Sequence[Block]) -> int:
    return bisect_right(blocks, name.start, key=lambda block: block.start) - 1


def _length(blocks: Sequence[Block]) -> int:
    return blocks[-1].start + len(blocks[-1].text) if blocks else 0
