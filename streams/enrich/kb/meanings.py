"""What one name means, of all that the records of the knowledge base say of it.

It must not look a name up in a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from schemas.kb import ANY_LANGUAGE, KbAlias, KbEntity, LinkStatus
from streams.enrich.kb.records import is_exact
from streams.folding import fold

# Links of a name that are weighed, the likeliest: with 5,000 entities of one name each mention of
# it would cost 5,000 looks.
_MAX_LINKS = 64


@dataclass(frozen=True, slots=True)
class Link:
    """What one alias means in one language, as one record says.

    Attributes:
        alias: as written; ``exact`` where it is looked for as written.
    """

    alias: str
    exact: bool
    language: str
    entity: str
    prior: float
    status: LinkStatus


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a name means in one language on one day, however it is written.

    Attributes:
        ranked: the entities with the links that say so, likeliest first, 64 at most.
        rejected: ids of entities that an editor said it does not mean.
    """

    ranked: tuple[tuple[KbEntity, Link], ...]
    rejected: frozenset[str]


def links_of(record: KbEntity | KbAlias) -> list[tuple[str, Link]]:
    """The links that a record makes, each with its folded name."""
    if isinstance(record, KbAlias):
        named = [(record.language, record.alias)]
        entity, prior, status = record.entity, record.prior, record.status
    else:
        named = list(record.names.items())
        entity, prior, status = record.id, 1.0, LinkStatus.UNCONFIRMED
    return [
        (fold(name), Link(name, is_exact(name), language, entity, prior, status))
        for language, name in named
    ]


def meanings_of(
    links: Iterable[Link],
    language: str,
    day: date | None,
    entity_of: Callable[[str], KbEntity | None],
) -> Meanings:
    """The meanings of a name with these links.

    Args:
        links: of the name.
        language: of the text, ISO 639-1.
        day: of the item, for entities of which the names hold for a time; None is any.
        entity_of: the entity that an id means, None where nobody knows it.
    """
    mine = [link for link in links if link.language in {language, ANY_LANGUAGE}]
    rejected = frozenset(link.entity for link in mine if link.status is LinkStatus.REJECTED)
    ranked: list[tuple[KbEntity, Link]] = []
    for link in sorted(mine, key=_rank):
        entity = entity_of(link.entity)
        if (
            entity is not None
            and link.entity not in rejected
            and entity.id not in rejected
            and _holds(entity, day)
        ):
            ranked.append((entity, link))
            if len(ranked) == _MAX_LINKS:
                break
    return Meanings(tuple(ranked), rejected)


def _rank(link: Link) -> tuple[bool, float, bool, str]:
    """Confirmed ones first, then the likelier, then those of the very language."""
    return (
        link.status is not LinkStatus.CONFIRMED,
        -link.prior,
        link.language == ANY_LANGUAGE,
        link.entity,
    )


def _holds(entity: KbEntity, day: date | None) -> bool:
    if day is None:
        return True
    return (entity.valid_from is None or entity.valid_from <= day) and (
        entity.valid_to is None or day <= entity.valid_to
    )


def is_written(link: Link, surface: str, *, shouts: bool) -> bool:
    """Whether a text writes the alias as a name is written."""
    if link.exact:
        # In a text of capitals only, "WHO" is more often the word.
        return not shouts and surface.rstrip(".") == link.alias.rstrip(".")
    return surface != surface.lower() or link.alias == link.alias.lower()
