"""What an edit of the knowledge base writes: records, worked out from those there are.

Doing an edit twice writes nothing the second time. It must not write anything itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.item import EntityType
from schemas.kb import KbAlias, KbEntity, LinkStatus
from streams.enrich.entities import minted_id
from streams.enrich.kb.overlay import KbRecord, Overlay
from streams.enrich.kb.records import Rejected, check, key_of
from streams.enrich.organisations import listed_organisations
from streams.folding import fold


class EditError(ValueError):
    """An edit that would be wrong: the text says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Change:
    """A record to write, or to remove; ``former`` is what its key held."""

    record: KbRecord
    former: KbRecord | None = None
    removed: bool = False


def entity_id(kind: EntityType, name: str) -> str:
    """The id of an entity that nobody has given one: the one it has in items already."""
    return minted_id(kind, name)


def put(overlay: Overlay, record: KbRecord, *, replace: bool = False) -> list[Change]:
    """Write a record whole; nothing where it is there already.

    An entity that is there gains names in other languages, ids and what was not said of it. What
    contradicts it is refused unless ``replace``, which writes the record as it is.

    Raises:
        EditError: the record is wrong by itself, contradicts the one that is there, makes a loop
            of ``same_as``, or links to an entity that nobody knows.
    """
    former = overlay.get(key_of(record))
    if isinstance(record, KbEntity) and isinstance(former, KbEntity) and not replace:
        record = _joined(former, record)
    if rejected := check(record):
        raise EditError(f"{rejected.fault}: {rejected.detail}")
    if record == former:
        return []
    if isinstance(record, KbEntity):
        _check_same_as(overlay, record)
        return [Change(record, former)]
    if isinstance(former, KbAlias) and not replace and former.status is not record.status:
        raise EditError(f"this link is {former.status}: see wireroom kb confirm and reject")
    return [*_known(overlay, record), Change(record, former)]


def judged(overlay: Overlay, alias: KbAlias) -> list[Change]:
    """Write what an editor says of a link, keeping what was known of it.

    Raises:
        EditError: the record is wrong by itself, or confirms a link to what nobody knows.
    """
    former = overlay.get(key_of(alias))
    if isinstance(former, KbAlias):
        alias = former.model_copy(
            update={"status": alias.status, "source": alias.source or former.source}
        )
    if rejected := check(alias):
        raise EditError(f"{rejected.fault}: {rejected.detail}")
    if alias == former:
        return []
    return [*_known(overlay, alias), Change(alias, former)]


def removed(overlay: Overlay, what: str, entity: str | None = None) -> list[Change]:
    """Remove an entity with every link to it, or the links of an alias (to one entity).

    Removing what is not there is nothing.
    """
    records = overlay.records()
    known = overlay.entities.get(what)
    if known is not None and entity is None:
        gone: list[KbRecord] = [
            record for record in records if isinstance(record, KbAlias) and record.entity == what
        ]
        gone.append(known)
    else:
        folded = fold(what)
        gone = [
            record
            for record in records
            if isinstance(record, KbAlias)
            and fold(record.alias) == folded
            and entity in {None, record.entity}
        ]
    return [Change(record, record, removed=True) for record in gone]


def written(changes: Iterable[Change]) -> list[tuple[bytes, KbRecord | None]]:
    """The changes as an overlay takes them."""
    return [
        (key_of(change.record), None if change.removed else change.record) for change in changes
    ]


def undone(changes: Sequence[Change]) -> list[tuple[bytes, KbRecord | None]]:
    """What takes the changes back, for an overlay that has them."""
    return [
        (key_of(change.record), change.record if change.removed else change.former)
        for change in reversed(changes)
    ]


def entity_named(overlay: Overlay, text: str) -> str:
    """The id that an editor means: an id as it is, or the name of one entity.

    Raises:
        EditError: no entity, or several, have the name.
    """
    if text in overlay.entities or text in listed_organisations():
        return text
    found = {
        link.entity for link in overlay.links(text) if link.status is not LinkStatus.REJECTED
    } or {
        identity
        for identity, names in listed_organisations().items()
        if any(fold(name) == fold(text) for of_language in names.values() for name in of_language)
    }
    if len(found) == 1:
        return found.pop()
    if found:
        raise EditError(f"several entities are called so: {', '.join(sorted(found))}: give the id")
    if ":" in text:
        return text
    raise EditError("no entity is called so: add it with wireroom kb add, or give its id")


def clashes(overlay: Overlay, record: KbRecord) -> Sequence[str]:
    """Ids of other entities that bear the names of a record: a text cannot tell them apart."""
    own = record.id if isinstance(record, KbEntity) else record.entity
    names = record.names.values() if isinstance(record, KbEntity) else (record.alias,)
    others = {
        overlay.canonical(link.entity)
        for name in names
        for link in overlay.links(name)
        if link.status is not LinkStatus.REJECTED
    }
    return sorted(others - {own, overlay.canonical(own)})


def _joined(former: KbEntity, fresh: KbEntity) -> KbEntity:
    """Both records of one entity in one."""
    for field in ("type", "same_as", "valid_from", "valid_to", "note", "source"):
        old, new = getattr(former, field), getattr(fresh, field)
        if new is not None and old is not None and old != new:
            raise EditError(f"{former.id} has another {field} ({old}): --replace to change it")
    for field in ("names", "ids"):
        old, new = getattr(former, field), getattr(fresh, field)
        for key in old.keys() & new.keys():
            if old[key] != new[key]:
                raise EditError(
                    f"{former.id} has another of {field}, {key} ({old[key]}): --replace to change "
                    "it, or wireroom kb alias to add a name"
                )
    update = {name: value for name, value in dict(fresh).items() if value is not None}
    update["names"] = {**former.names, **fresh.names}
    update["ids"] = {**former.ids, **fresh.ids}
    return former.model_copy(update=update)


def _check_same_as(overlay: Overlay, record: KbEntity) -> None:
    seen, after = {record.id}, record.same_as
    while after is not None:
        if after in seen:
            raise EditError(f"same_as would lead back to {after}")
        seen.add(after)
        known = overlay.entities.get(after)
        after = known.same_as if known else None


def _known(overlay: Overlay, alias: KbAlias) -> list[Change]:
    """What makes the entity of a link known: nothing, or its entry in our list of organisations.

    What is rejected need not be ours: a link to a place of the base is taken away by its id.
    """
    if alias.status is LinkStatus.REJECTED or alias.entity in overlay.entities:
        return []
    names = listed_organisations().get(alias.entity)
    if names is None:
        raise EditError(f"{alias.entity} is not known: wireroom kb add --id {alias.entity} first")
    entity = KbEntity(
        id=alias.entity,
        type=EntityType.ORGANISATION,
        names={language: of_language[0] for language, of_language in names.items()},
    )
    rejected = check(entity)
    if isinstance(rejected, Rejected):
        raise EditError(f"{rejected.fault}: {rejected.detail}")
    return [Change(entity)]
