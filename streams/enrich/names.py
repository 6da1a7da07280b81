"""Repairs the spans of a recogniser: titles, quotation marks, articles, days, lists of people.

It must not compare names with each other (``coreference`` does) or link them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.item import EntityType
from streams.enrich import triggers, triggers_places, words
from streams.enrich.acronyms import with_own_beginning
from streams.enrich.found import Found, without_overlaps
from streams.enrich.names_series import of_one_type
from streams.enrich.organisations import Lexicon
from streams.enrich.recognise.span import Span
from streams.enrich.rows import rows
from streams.folding import fold

_EDGE = re.compile(r"[^\w]+", re.UNICODE)
_TRAILING_POSSESSIVE = re.compile(r"(?<=\w)['’](?:s|S)?$")
_DOTTED = re.compile(r"(?:\b\w\.){2,}$|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|Bros)\.$")
_ABBREVIATION = re.compile(r"\b(?:Inc|Corp|Ltd|Co|Jr|Sr|Bros)$")
_LAST_WORD = re.compile(r"\s*[\w.'’]+$")
_TRAILING_NUMBER = re.compile(r"[\s,]+\d[\d\-/:.]*$")
_FIRST_WORD = re.compile(r"^\w+\.?[\s,]*")
# "du Japon", "de Lille": a model may take the preposition for the first word.
_OF = re.compile(rf"(?:de|du|des){words.SPACE}(?=[{words.UPPER}][\w\-]+$)")
# A score, or a word that is in nobody's name: "Durie 75th", "Yorkshire at Headingley".
_AFTER_A_PERSON = re.compile(
    rf"(?<=\w){words.SPACE}(?:\d|(?!(?:{'|'.join(sorted(words.PARTICLES))}|wa|y|e|i|und)\b)"
    rf"[a-zß-ÿ]+{words.SPACE})"
)
_ARTICLED = frozenset({EntityType.ORGANISATION, EntityType.PLACE, EntityType.OTHER})
_CALLED = frozenset({EntityType.PERSON, EntityType.OTHER})
_UNNUMBERED = frozenset({EntityType.PERSON, EntityType.PLACE})
_LOCATED = re.compile(rf"(?<!\w)(?:en|au|aux|du|dans|in|am|im){words.SPACE}$")
# Code points of the longest of these.
_REACH = 6
# No name is longer; a model may take a whole run of spaces into one.
_MAX_NAME_CHARS = 200
# A title leaves no doubt that a person follows.
_TITLE_SCORE = 0.95
_POWER_SCORE = 0.8


def _is_no_place(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a block beside the spans of its recogniser.

    Attributes:
        places: places found by name: they correct the type of a span and add what was missed.
        is_place: whether a place of any size bears a name.
        via: how the spans were found.
    """

    places: Sequence[Span] = ()
    is_place: Callable[[str], bool] = _is_no_place
    via: str = "model"


_NOTHING = Beside()


def repair(
    text: str, spans: Sequence[Span], language: str, lexicon: Lexicon, beside: Beside = _NOTHING
) -> list[Found]:
    """The names of one block, offsets in the block, by start and without overlaps.

    Args:
        text: the block.
        spans: what a recogniser found in it.
        language: its language, ISO 639-1.
        lexicon: the organisations known by name.
        beside: what else is known of the block.
    """
    trims = [
        trimmed(text, span, language, beside.via)
        for span in triggers_places.parted(text, spans, beside.is_place)
    ]
    guessed = list(
        triggers.retyped(text, [name for name in trims if name], language, beside.is_place)
    )
    found = [
        Found(span.start, span.end, text[span.start : span.end], span.type, span.score, "gazetteer")
        for span in beside.places
    ]
    sure = {(name.start, name.end) for name in found}
    placed = [
        replace(name, type=EntityType.PLACE)
        if (name.start, name.end) in sure and name.type is not EntityType.PERSON
        else name
        for name in guessed
        if name.type is not EntityType.OTHER
    ]
    model = [triggers.whole(text, name, language, beside.is_place) for name in placed]
    model = list(of_one_type(text, model, beside.is_place))
    others = [name for name in guessed if name.type is EntityType.OTHER]
    known = (with_own_beginning(text, name) for name in lexicon.find(text))
    listed = [name for name in known if not _is_inside(name, others)]
    by_name = {name.text for name in found}
    ranked = [
        *rows(text, model, by_name.__contains__),
        # A model's organisation around a listed one is another: "UN Women" is not the UN.
        *(name for name in model if any(_is_part_of(other, name) for other in listed)),
        *listed,
        *_titled(text, model, language),
        *_powers(text, model, language),
        # "Kurdes de Syrie" are no club.
        *triggers.teams(text, model, lambda city: city not in by_name and beside.is_place(city)),
        # "Amérique latine" is more than the model's "Amérique".
        *(name for name in found if any(_is_longer(name, other) for other in model)),
        *model,
        *(name for name in found if _is_placed(text, name) or not _is_inside(name, others)),
        *others,
    ]
    return without_overlaps(ranked, len(text))


def trimmed(text: str, span: Span, language: str, via: str = "model") -> Found | None:
    """A span without what is not of the name; None where nothing is left."""
    start = max(0, min(span.start, len(text)))
    end = max(start, min(span.end, len(text), start + _MAX_NAME_CHARS))
    newline = text.find("\n", start, end)
    if newline > start:
        end = newline
    # "Parti de la Justice (PJ": a model may take the half of a bracket.
    bracket = text.find("(", start, end)
    if bracket > start and ")" not in text[bracket:end]:
        end = bracket
    while True:
        before = (start, end)
        start, end = _without_edges(text, start, end)
        start += _leading(text[start:end], span.type, language)
        end -= _trailing(text[start:end], span.type)
        if (start, end) == before:
            break
    if _ABBREVIATION.search(text, start, end) and text[end : end + 1] == ".":
        end += 1
    name = text[start:end]
    if not _is_name(name):
        return None
    is_called = span.type in _CALLED and words.ROLE_BEFORE.match(text, span.start, end)
    kind = EntityType.PERSON if is_called else span.type
    return Found(start, end, name, kind, span.score, via)


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    if leading := _EDGE.match(text, start, end):
        start = leading.end()
    while end > start and not (text[end - 1].isalnum() or _DOTTED.search(text[start:end])):
        if text[end - 1] == ")" and "(" in text[start:end]:
            break
        end -= 1
    return start, end


def _leading(name: str, kind: EntityType, language: str) -> int:
    """How many characters at the start are a title, an article, a day or what the place is."""
    if kind is EntityType.PERSON and (title := words.leading_honorific(language).match(name)):
        rest = name[title.end() :]
        if rest[:1].isupper() and title.end() and not name[: title.end()][-1].isalpha():
            return title.end()
    if kind in _ARTICLED and (article := words.ARTICLES.match(name)):
        rest = name[article.end() :]
        # "Las Vegas" and "La Haye" keep theirs: a name's own article is written large.
        if rest[:1].isupper() and (
            not name[0].isupper() or (name[:4].lower() == "the " and language == "en")
        ):
            return article.end()
    if said := _said_before(name, kind, language):
        return said.end()
    if (word := _FIRST_WORD.match(name)) and word.end() < len(name):
        folded = fold(word[0])
        if folded in words.DAYS and len(folded) > 3:
            return word.end()
    return 0


def _said_before(name: str, kind: EntityType, language: str) -> re.Match[str] | None:
    """A role, a preposition, or what a place is, at the start."""
    if kind in _CALLED and (role := words.ROLE_BEFORE.match(name)):
        return role
    if kind in _UNNUMBERED and (preposition := _OF.match(name)):
        return preposition
    return triggers.what_it_is(language).match(name) if kind is EntityType.PLACE else None


def _trailing(name: str, kind: EntityType) -> int:
    """How many characters at the end are a possessive, a day, or the score or date beside."""
    if kind in _UNNUMBERED and (number := _TRAILING_NUMBER.search(name)):
        return len(number[0])
    if kind is EntityType.PERSON and (after := _AFTER_A_PERSON.search(name)):
        return len(name) - after.start()
    if possessive := _TRAILING_POSSESSIVE.search(name):
        return len(possessive[0])
    if (word := _LAST_WORD.search(name)) and word.start() > 0:
        folded = fold(word[0])
        if folded in words.DAYS and len(folded) > 3:
            return len(word[0])
    return 0


def _is_name(name: str) -> bool:
    """Whether it has a letter, a capital if its script has any, and is no day, month or role."""
    if not any(char.isalpha() for char in name) or words.ROLE.match(name):
        return False
    if name == name.lower() and name != name.upper():
        return False
    folded = fold(name).split()
    return bool(folded) and not all(
        word in words.DAYS or word in words.MONTHS or word in words.NO_NAMES or word.isdigit()
        for word in folded
    )


def _titled(text: str, model: Sequence[Found], language: str) -> Iterator[Found]:
    """People named with a title; a model's longer name of the same person is taken."""
    for match in words.titled_names(language).finditer(text):
        start = match.start(1)
        for separator in [*words.joint(language).finditer(match[1]), None]:
            end = match.start(1) + separator.start() if separator else match.end(1)
            yield from _person(text, start, end, (), language)
            if separator:
                start = match.start(1) + separator.end()
    for match in words.titled_name(language).finditer(text):
        yield from _person(text, match.start(1), match.end(1), model, language)


def _person(
    text: str, start: int, end: int, model: Sequence[Found], language: str
) -> Iterator[Found]:
    for other in model:
        if other.type is EntityType.PERSON and other.start == start:
            end = other.end
    span = Span(start, end, EntityType.PERSON, _TITLE_SCORE)
    person = trimmed(text, span, language, via="honorific")
    if person is not None:
        yield person


def _powers(text: str, model: Sequence[Found], language: str) -> Iterator[Found]:
    """The person in "régime Assad", unless the model says that it is a place."""
    pattern = words.power_of(language)
    for match in pattern.finditer(text) if pattern else ():
        start, end = match.span(1)
        same = [name for name in model if name.start < end and start < name.end]
        if same and all(name.type is EntityType.ORGANISATION for name in same):
            person = trimmed(text, Span(start, end, EntityType.PERSON, _POWER_SCORE), language)
            if person is not None:
                yield person


def _is_inside(name: Found, others: Sequence[Found]) -> bool:
    """Whether a name is a part of a product, an event or a work: "Google Earth"."""
    return any(
        other.start <= name.start
        and name.end <= other.end
        and (other.start, other.end) != (name.start, name.end)
        for other in others
    )


def _is_placed(text: str, name: Found) -> bool:
    """Whether a place is where something is: "Jeux de 2016 au Brésil", not "Tour de France"."""
    return _LOCATED.search(text[max(0, name.start - _REACH) : name.start]) is not None


def _is_longer(name: Found, other: Found) -> bool:
    return (
        other.type is EntityType.PLACE
        and name.start <= other.start
        and other.end <= name.end
        and other.end - other.start < name.end - name.start
    )


def _is_part_of(inner: Found, outer: Found) -> bool:
    return (
        outer.type is EntityType.ORGANISATION
        and outer.start <= inner.start
        and inner.end <= outer.end
        and (outer.start, outer.end) != (inner.start, inner.end)
        # "département d'État américain" is the same department; "UN Women" has a name of its own.
        and outer.text[inner.end - outer.start :].strip()[:1].isupper()
    )
