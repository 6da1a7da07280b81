"""``wireroom explain``: how one file is read, and why.

It must not decide anything: it shows what decoding and cleaning say of themselves.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.common import Common
from streams.cli.inputs import InputPath, Inputs
from streams.cli.output import OutputOption, open_output
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from schemas.item import Item
    from schemas.raw import RawMessage
    from streams.decode.decoded import Decoded
    from streams.pipeline import PipelineConfig

_LINE = re.compile(r"(.+):([1-9]\d{0,8})")
# Said beside each field, and with each lifecycle fact.
_SAID_WITH_FIELDS = frozenset({"origins", "evidence"})
_PREVIEW = 70


def explain(
    file: InputPath,
    *,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """The format found and why, the encoding declared and used, the facts, and what is removed.

    Args:
        file: a file, or one line of a .jsonl, as feed.jsonl:12.
        inputs: how to read the file.
        output: a file to write to.
        common: settings.
    """
    config = common.settings().pipeline_config()
    raw = _message(file, inputs)
    with open_output(output or "text") as out:
        for part in _explained(raw, config):
            out.show(part)


def _message(file: str, inputs: Inputs) -> RawMessage:
    line = _LINE.fullmatch(file)
    if line is not None and not Path(file).exists():
        for message in inputs.sources((line[1],)):
            if message.position.endswith(f":{line[2]}"):
                return message
        raise ConfigError(f"{line[1]} has no message on line {line[2]}")
    first = next(iter(inputs.sources((file,))), None)
    if first is None:
        raise ConfigError(f"{file} holds no message")
    return first


def _explained(raw: RawMessage, config: PipelineConfig) -> list[RenderableType]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    from streams.decode import decode  # noqa: PLC0415  (the stages)
    from streams.decode.sniff import explain as sniffed  # noqa: PLC0415  (as above)
    from streams.steps import Fail  # noqa: PLC0415  (start quickly)

    found = sniffed(raw, config.profiles)
    table = _table()
    table.add_row("Message", f"{printable(raw.position)}, {len(raw.body):,} bytes")
    declared = f"{found.encoding_declared} declared, " if found.encoding_declared else ""
    table.add_row("Encoding", printable(f"{declared}{found.encoding_used or 'none'} used"))
    for number, verdict in enumerate(found.verdicts):
        why = printable(f"{verdict.decoder} {verdict.score:.2f}: {'; '.join(verdict.reasons)}")
        table.add_row("Format" if number == 0 else "not", Text(why, "" if number == 0 else "dim"))
    for warning in found.warnings:
        table.add_row("Warning", Text(printable(warning), "yellow"))
    parts: list[RenderableType] = [table]
    if found.trouble is not None:
        table.add_row("Trouble", Text(printable(_words(found.trouble)), "red"))
        return parts
    for answer in decode(raw, config.profiles):
        part = _table()
        if isinstance(answer, Fail):
            part.add_row("Trouble", Text(printable(_words(answer)), "red"))
        else:
            _describe(part, answer, config)
        parts += [Text(), part]
    return parts


def _table() -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _describe(table: Table, decoded: Decoded, config: PipelineConfig) -> None:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    from schemas.item import Item  # noqa: PLC0415  (start quickly)
    from streams.clean import clean  # noqa: PLC0415  (the stages)
    from streams.steps import Fail  # noqa: PLC0415  (the stages)

    table.add_row("Part", f"{decoded.source.part}, read as {decoded.format}")
    table.add_row("Blocks", f"{len(decoded.blocks)} in {len(decoded.text):,} characters")
    stood = [*decoded.facts.origins]
    for name in decoded.facts.__dataclass_fields__:
        value = getattr(decoded.facts, name)
        if name in _SAID_WITH_FIELDS or value in (None, (), "") or _is_default(name, value):
            continue
        origins = dict.fromkeys(origin for field, origin in stood if field == name)
        where = ", ".join(origins) or "the message"
        table.add_row(f"  {name}", f"{printable(_plain(value))}  ({printable(where)})")
    for why in decoded.facts.evidence:
        table.add_row(f"  {why.kind}", printable(f"{why.text}  ({why.origin})"))
    for warning in decoded.warnings:
        table.add_row("Warning", Text(printable(warning), "yellow"))
    outcome = clean(decoded, config.rules)
    if not isinstance(outcome, Item):
        what = outcome.code if isinstance(outcome, Fail) else outcome.reason.value
        table.add_row("Cleaning", Text(printable(f"no item: {what}: {outcome.detail}"), "red"))
        return
    table.add_row("Headline", printable(outcome.headline or "(none found)"))
    table.add_row("Language", printable(outcome.language or "unknown"))
    _show_lifecycle(table, decoded, outcome)
    table.add_row("Paragraphs", str(len(outcome.paragraphs)))
    table.add_row("Item key", printable(outcome.item_key))
    for span in outcome.audit.removed:
        text = printable(decoded.text[span.start : span.end])
        shown = text if len(text) <= _PREVIEW else f"{text[:_PREVIEW]}..."
        table.add_row("Removed", f"{span.start}-{span.end} {printable(span.reason)}: {shown}")
    for edit in outcome.audit.edits:
        before = printable(decoded.text[edit.start : edit.end])
        words = f"{printable(edit.reason)}: {before!r} to {printable(edit.replacement)!r}"
        table.add_row("Repaired", f"{edit.start}-{edit.end} {words}")
    for warning in outcome.audit.warnings:
        table.add_row("Warning", Text(printable(warning), "yellow"))


def _show_lifecycle(table: Table, decoded: Decoded, item: Item) -> None:
    """Each lifecycle fact with its evidence, and what the item points at."""
    from streams.clean.lifecycle import evidence_of  # noqa: PLC0415  (the stages)

    found = evidence_of(decoded.facts, item.headline, ())
    for why in found:
        table.add_row("Lifecycle", printable(f"{why.kind}: {why.text} ({why.origin})"))
    for kind in item.lifecycle.kinds:
        if kind not in {why.kind for why in found}:
            table.add_row("Lifecycle", printable(f"{kind}: {item.lifecycle.note or 'stated'}"))
    for link in item.links:
        table.add_row("Link", printable(f"{link.rel} {link.target}: {link.reason or 'stated'}"))


def _is_default(name: str, value: object) -> bool:
    from streams.decode.decoded import Facts  # noqa: PLC0415  (the stages)

    return bool(value == getattr(Facts(), name))


def _plain(value: object) -> str:
    """A stated fact in words: of a record, what it holds."""
    from schemas.model import Record  # noqa: PLC0415  (start quickly)

    if isinstance(value, Record):
        fields = value.model_dump(mode="json", exclude_defaults=True)
        return ", ".join(f"{name} {_plain(field)}" for name, field in fields.items())
    if isinstance(value, tuple | list):
        return "; ".join(_plain(each) for each in value)
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if isinstance(value, datetime) else str(value)


def _words(fail: object) -> str:
    code, detail = getattr(fail, "code", ""), getattr(fail, "detail", "")
    return f"{code}: {detail}" if detail else str(code)
