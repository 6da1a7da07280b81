"""What travels on ``wire.kb``: the entities an editor knows, and the names that mean them.

One record is one entity or one link from an alias to an entity, so that two editors at work on one
alias do not overwrite each other. It must not hold rules of matching; ``streams.enrich.kb`` does.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from schemas.codec import SchemaError
from schemas.item import EntityType
from schemas.model import Record

MAX_NAME_CHARS = 200
"""Code points of a name or an alias; the longest name of a place has 193."""
MAX_IDS = 20
MAX_NAMES = 50

ANY_LANGUAGE = "mul"
"""ISO 639-2 for "multiple languages": a name that holds in every language."""

_NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]+$"
Id = Annotated[
    str,
    Field(max_length=200, pattern=r"^[^\s\x00-\x1f\x7f-\x9f:]+:[^\s\x00-\x1f\x7f-\x9f]+$"),
]
"""``scheme:value``, as "wikidata:Q42", "geonames:2643743", "wireroom:org/united-nations"."""
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS, pattern=_NO_CONTROL)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""ISO 639-1 where there is one, as items have it; "mul" is any."""


class LinkStatus(StrEnum):
    """What an editor said of a link from an alias to an entity."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class KbEntity(Record):
    """A person, an organisation or a place; its names are aliases of it.

    Attributes:
        names: the name it is shown under, by language ("mul" where the others have none).
        ids: external ids by scheme.
        same_as: the id of the entity that this one turned out to be.
        valid_from: the first day on which its names mean it, by the item's date; None is always.
        valid_to: the last day.
        note: for editors.
        source: who says so.
    """

    record: Literal["entity"] = "entity"
    id: Id
    type: Literal[EntityType.PERSON, EntityType.ORGANISATION, EntityType.PLACE]
    names: Annotated[dict[Language, Name], Field(min_length=1, max_length=MAX_NAMES)]
    ids: Annotated[dict[Name, Name], Field(max_length=MAX_IDS)] = {}
    same_as: Id | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: Annotated[str, Field(max_length=1000)] | None = None
    source: Name | None = None


class KbAlias(Record):
    """One link: in items of ``language``, ``alias`` means ``entity``; rejected, that it does not.

    Attributes:
        alias: as newsrooms write it. One word in capitals is looked for in capitals only.
        entity: of the knowledge base, of our list of organisations, or "geonames:...".
        prior: above 0 to 1; of several entities with one alias the highest is taken.
    """

    record: Literal["alias"] = "alias"
    alias: Name
    language: Language = ANY_LANGUAGE
    entity: Id
    prior: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0
    status: LinkStatus = LinkStatus.UNCONFIRMED
    source: Name | None = None


KbRecord = Annotated[KbEntity | KbAlias, Field(discriminator="record")]
_ADAPTER: TypeAdapter[KbEntity | KbAlias] = TypeAdapter(KbRecord)


def decode_kb(value: bytes) -> KbEntity | KbAlias:
    """The record in ``value``, of whichever kind; fields this version does not know are ignored.

    Raises:
        SchemaError: it is neither, or a field is wrong: says which.
    """
    try:
        return _ADAPTER.validate_json(value, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "(root)"
        raise SchemaError(f"{place}: {first['msg']}") from None
