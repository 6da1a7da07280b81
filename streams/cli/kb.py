"""``wireroom kb``: the live knowledge base, edited and shown.

It must not hold rules of editing: ``streams.enrich.kb.editing`` does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from schemas.kb import ANY_LANGUAGE, KbAlias, KbEntity, LinkStatus
from schemas.topics import TopicName
from streams.cli.common import Common, finish
from streams.cli.examples import EXAMPLES
from streams.cli.kb_files import export, import_
from streams.cli.kb_text import checked, loaded, record_words, show_record, tell_rejected
from streams.cli.logs import open_settings_log
from streams.cli.output import Output, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.enrich.kb import Overlay
    from streams.enrich.kb.editing import Change
    from streams.settings import Settings

kb = App(
    name="kb",
    help="Edit the live knowledge base: who and what names mean, at once in every worker.",
    help_format="plaintext",
    help_epilogue=EXAMPLES["kb"],
)

_Flag = Annotated[bool, Parameter(negative="")]
_Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]
_Type = Literal["person", "organisation", "place"]
_ORDER = {LinkStatus.CONFIRMED: 0, LinkStatus.UNCONFIRMED: 1, LinkStatus.REJECTED: 2}


@kb.command
def add(
    type: _Type,  # noqa: A002  (the word items use)
    name: str,
    *,
    id: str | None = None,  # noqa: A002  (the word items use)
    lang: str = ANY_LANGUAGE,
    alias: _Words = (),
    ids: _Words = (),
    same_as: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    note: str | None = None,
    source: str | None = None,
    replace: _Flag = False,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Add an entity, or say more of one: another language's name, ids, aliases.

    Args:
        type: person, organisation or place.
        name: in full, as it is to be shown.
        id: as wikidata:Q42; without one, the id that items give the name already.
        lang: of the name and the aliases, as en; mul is any.
        alias: another name; may be given several times.
        ids: an id elsewhere, as isni=0000000121032683; may be given several times.
        same_as: the id of the entity that it turned out to be.
        valid_from: the first day on which its names mean it, by the item's date.
        valid_to: the last day.
        note: for editors.
        source: who says so.
        replace: write it as it is given, whatever was there.
        dry_run: only show what would be written.
        common: settings.
    """
    from schemas.item import EntityType  # noqa: PLC0415  (start quickly)
    from streams.enrich.kb.editing import entity_id, put, written  # noqa: PLC0415  (the stages)

    identity = id or entity_id(EntityType(type), name)
    entity = checked(
        KbEntity,
        id=identity,
        type=type,
        names={lang: name},
        ids=dict(_pair(each) for each in ids),
        same_as=same_as,
        valid_from=valid_from,
        valid_to=valid_to,
        note=note,
        source=source,
    )
    aliases = [
        checked(KbAlias, alias=each, language=lang, entity=identity, source=source)
        for each in alias
    ]

    def edit(overlay: Overlay) -> list[Change]:
        draft = overlay.draft()
        changes: list[Change] = []
        records: list[KbEntity | KbAlias] = [entity, *aliases]
        for record in records:
            fresh = put(draft, record, replace=replace)
            draft.apply(written(fresh))
            changes += fresh
        return changes

    _edit(common, edit, dry_run=dry_run)


@kb.command
def alias(
    name: str,
    entity: str,
    *,
    lang: str = ANY_LANGUAGE,
    prior: float = 1.0,
    source: str | None = None,
    replace: _Flag = False,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Give an entity another name.

    Args:
        name: as newsrooms write it; one word in capitals is looked for in capitals only.
        entity: its id, or its name.
        lang: in items of this language only; mul is any.
        prior: how likely it is meant where several entities have the name, above 0 to 1.
        source: who says so.
        replace: write it as it is given, whatever was there.
        dry_run: only show what would be written.
        common: settings.
    """
    from streams.enrich.kb.editing import entity_named, put  # noqa: PLC0415  (the stages)

    def edit(overlay: Overlay) -> list[Change]:
        target = entity_named(overlay, entity)
        record = checked(
            KbAlias, alias=name, language=lang, entity=target, prior=prior, source=source
        )
        return put(overlay, record, replace=replace)

    _edit(common, edit, dry_run=dry_run)


@kb.command
def confirm(
    name: str,
    entity: str,
    *,
    lang: str = ANY_LANGUAGE,
    source: str | None = None,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Say that a name means an entity: it comes before every other, with a confidence of 0.99.

    Args:
        name: as newsrooms write it.
        entity: its id, or its name.
        lang: in items of this language only; mul is any.
        source: who says so.
        dry_run: only show what would be written.
        common: settings.
    """
    _judge(
        common,
        entity,
        dry_run=dry_run,
        alias=name,
        language=lang,
        status=LinkStatus.CONFIRMED,
        source=source,
    )


@kb.command
def reject(
    name: str,
    entity: str,
    *,
    lang: str = ANY_LANGUAGE,
    source: str | None = None,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Say that a name does not mean an entity: items no longer link it so.

    Args:
        name: as newsrooms write it.
        entity: its id as items give it, as geonames:2643743, or its name.
        lang: in items of this language only; mul is any.
        source: who says so.
        dry_run: only show what would be written.
        common: settings.
    """
    _judge(
        common,
        entity,
        dry_run=dry_run,
        alias=name,
        language=lang,
        status=LinkStatus.REJECTED,
        source=source,
    )


@kb.command
def remove(
    what: str,
    entity: str | None = None,
    *,
    dry_run: _Flag = False,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Remove an entity with its aliases, or an alias; what was rejected may be linked again.

    Args:
        what: the id of an entity, or an alias.
        entity: of an alias, only its link to this id.
        dry_run: only show what would be removed.
        common: settings.
    """
    from streams.enrich.kb.editing import removed  # noqa: PLC0415  (the stages)

    _edit(common, lambda overlay: removed(overlay, what, entity), dry_run=dry_run)


@kb.command(name="list")
def list_(
    *,
    type: _Type | None = None,  # noqa: A002  (the word items use)
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Every entity with its aliases, and every link that was confirmed or rejected.

    Args:
        type: only persons, organisations or places.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    overlay = _load(common.settings())
    with open_output(output) as out:
        for entity in sorted(overlay.entities.values(), key=lambda each: each.id):
            if type is None or entity.type.value == type:
                _show(out, overlay, entity)
        unknown = [
            record
            for record in overlay.records()
            if isinstance(record, KbAlias) and record.entity not in overlay.entities
        ]
        if type is None:
            for record in unknown:
                show_record(out, record)
    terminal(stderr=True).print(f"version {overlay.version}", soft_wrap=True)


@kb.command
def show(
    name: str,
    *,
    lang: str = ANY_LANGUAGE,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """What a name or an id means, likeliest first.

    Args:
        name: an alias, a name or an id.
        lang: of the items it stands in.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    overlay = _load(common.settings())
    links = [
        link
        for link in overlay.links(name)
        if ANY_LANGUAGE in {lang, link.language} or link.language == lang
    ]
    links.sort(key=lambda link: (_ORDER[link.status], -link.prior, link.entity))
    wanted = dict.fromkeys([name, *(link.entity for link in links)])
    known = [overlay.entities[each] for each in wanted if each in overlay.entities]
    if not known and not links:
        raise ConfigError(f"the knowledge base has no {name!r}: see wireroom kb list")
    with open_output(output) as out:
        for entity in known:
            _show(out, overlay, entity)
        for record in overlay.records():
            if (
                isinstance(record, KbAlias)
                and record.entity in wanted
                and record.entity not in overlay.entities
            ):
                show_record(out, record)


kb.command(import_, name="import")
kb.command(export)


def _edit(common: Common, edit: Callable[[Overlay], list[Change]], *, dry_run: bool) -> None:
    """Read what there is, work the edit out, write it and say what was written."""
    settings = common.settings()
    finish(_edited(settings, edit, dry_run=dry_run))


async def _edited(
    settings: Settings, edit: Callable[[Overlay], list[Change]], *, dry_run: bool
) -> None:
    from streams.enrich.kb.editing import EditError, clashes, written  # noqa: PLC0415  (the stages)
    from streams.kb import load_kb, write_kb  # noqa: PLC0415  (the stages)

    report = terminal()
    async with open_settings_log(settings) as log:
        kb, rejected = await load_kb(log, settings.topic_name(TopicName.KB))
        tell_rejected(rejected)
        try:
            changes = edit(kb.overlay)
        except EditError as error:
            raise ConfigError(str(error)) from None
        if not dry_run:
            await write_kb(log, settings.prefix, changes)
    for change in changes:
        verb = "removed" if change.removed else "changed" if change.former else "added"
        words = f"{'would be ' if dry_run else ''}{verb}  {record_words(change.record)}"
        report.print(words, soft_wrap=True)
        for other in () if change.removed else clashes(kb.overlay, change.record):
            report.print(f"  also so called: {printable(other)}", soft_wrap=True)
    if not changes:
        report.print("nothing to write: it is so already")
    report.print(f"version {kb.overlay.updated(written(changes)).version}", soft_wrap=True)


def _judge(
    common: Common, entity: str, *, dry_run: bool, **fields: str | LinkStatus | None
) -> None:
    from streams.enrich.kb.editing import entity_named, judged  # noqa: PLC0415  (the stages)

    def edit(overlay: Overlay) -> list[Change]:
        target = entity_named(overlay, entity)
        return judged(overlay, checked(KbAlias, entity=target, **fields))

    _edit(common, edit, dry_run=dry_run)


def _pair(text: str) -> tuple[str, str]:
    scheme, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"--ids {text!r}: wanted is SCHEME=VALUE, as isni=0000000121032683")
    return scheme, value


def _load(settings: Settings) -> Overlay:
    return finish(loaded(settings))


def _show(out: Output, overlay: Overlay, entity: KbEntity) -> None:
    show_record(out, entity)
    for record in overlay.records():
        if isinstance(record, KbAlias) and record.entity == entity.id:
            show_record(out, record)
