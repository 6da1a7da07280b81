"""Records of the knowledge base as people and programs read them, and as arguments give them.

It must not write to a log.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from schemas.kb import KbAlias, KbEntity
from schemas.topics import TopicName
from streams.cli.logs import open_settings_log
from streams.cli.output import Format, Output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from streams.enrich.kb import Overlay
    from streams.pipeline import RejectedRecord
    from streams.settings import Settings

__all__ = ["checked", "loaded", "record_words", "show_record", "tell_rejected"]

_RecordT = TypeVar("_RecordT", KbEntity, KbAlias)


def checked(model: type[_RecordT], **fields: object) -> _RecordT:
    """The record of some arguments.

    Raises:
        ConfigError: one of them is not as it should be; says which.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"])
        raise ConfigError(f"{place}: {first['msg']}") from None


async def loaded(settings: Settings) -> Overlay:
    """The knowledge base of the settings' log."""
    from streams.kb import load_kb  # noqa: PLC0415  (the stages)

    async with open_settings_log(settings) as log:
        kb, rejected = await load_kb(log, settings.topic_name(TopicName.KB))
    tell_rejected(rejected)
    return kb.overlay


def tell_rejected(rejected: Iterable[RejectedRecord]) -> None:
    """Say on standard error which records of the topic are broken."""
    for record, why in rejected:
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        words = f"{place} is left out: {why.fault}: {why.detail}"
        terminal(stderr=True).print(printable(words), soft_wrap=True)


def show_record(out: Output, record: KbEntity | KbAlias) -> None:
    """One record: a line for a person, or as it is exported."""
    from streams.enrich.kb import write_record  # noqa: PLC0415  (the stages)

    if out.format is Format.TEXT:
        out.show(record_words(record))
    else:
        out.line(write_record(record))


def record_words(record: KbEntity | KbAlias) -> str:
    """A record on one line, safe for a terminal."""
    if isinstance(record, KbAlias):
        words = f"alias  {record.language}  {record.alias}  ->  {record.entity}  {record.status}"
        words += f"  prior {record.prior:g}" if record.prior != 1 else ""
    else:
        names = ", ".join(f"{language} {name}" for language, name in record.names.items())
        parts = [record.id, record.type, names]
        parts += [f"{scheme}={value}" for scheme, value in record.ids.items()]
        parts += [f"is {record.same_as}"] if record.same_as else []
        if record.valid_from or record.valid_to:
            parts.append(f"from {record.valid_from or '-'} to {record.valid_to or '-'}")
        parts += [record.note] if record.note else []
        words = "  ".join(parts)
    words += f"  ({record.source})" if record.source else ""
    return printable(words)
