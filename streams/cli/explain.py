"""``wireroom explain``: how one file is read, and why.

It must not decide anything: it shows what decoding and cleaning say of themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from streams.cli.common import WithRules
from streams.cli.inputs import InputPath, Inputs
from streams.cli.output import Format, OutputOption, open_output
from streams.cli.render import counted, printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from schemas.item import Edit
    from schemas.raw import RawMessage
    from streams.cli.explained import Part, Reading
    from streams.decode.sniff import Explanation

_LINE = re.compile(r"(.+):([1-9]\d{0,8})")
_PREVIEW = 70
_BELIED = "encoding-belied"
_STYLES = {"item": "green", "rejected": "yellow", "dead": "red"}


def explain(
    file: InputPath,
    *,
    text: bool = False,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    output: OutputOption = None,
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """The format found and why, the encoding, every field with its origin, what is removed.

    Args:
        file: a file, or one line of a .jsonl, as feed.jsonl:12.
        text: show the whole text too, each line with what became of it: removed text is struck
            through in the colour of its reason, repairs are marked where they were made.
        inputs: how to read the file.
        output: a file, or one of text, jsonl (a line for each part).
        common: settings.
    """
    from streams.cli.explained import gather  # noqa: PLC0415  (the stages)

    reading = gather(message_of(file, inputs), common.settings().pipeline_config())
    with open_output(output or "text") as out:
        if out.format is Format.TEXT:
            for shown in _shown(reading, whole=text):
                out.show(shown)
        else:
            for part in reading.parts:
                out.line(orjson.dumps(_record(reading, part, whole=text)))


def message_of(file: str, inputs: Inputs) -> RawMessage:
    """The message in a file, or on one line of a .jsonl, as feed.jsonl:12.

    Raises:
        ConfigError: there is none.
        ArchiveError: there is no such file.
    """
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


def _shown(reading: Reading, *, whole: bool) -> Iterator[RenderableType]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    from streams.cli.explained_text import legend, whole_text  # noqa: PLC0415  (only here)

    table = _table()
    raw = reading.raw
    table.add_row("Message", f"{printable(raw.position)}, {len(raw.body):,} bytes")
    if raw.content_type:
        table.add_row("Declared", printable(raw.content_type))
    for depth, layer in enumerate(reading.layers):
        _describe_layer(table, layer, inside=depth > 0)
    if len(reading.parts) > 1:
        table.add_row("Parts", str(len(reading.parts)))
    yield table
    for part in reading.parts:
        yield Text()
        yield _describe_part(part)
        if whole and part.labels:
            yield Text()
            yield legend(part)
            yield whole_text(part, _table())


def _describe_layer(table: Table, layer: Explanation, *, inside: bool) -> None:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    from streams.decode import formats  # noqa: PLC0415  (the stages)

    declared = f"{layer.encoding_declared} declared, " if layer.encoding_declared else ""
    used = f"{layer.encoding_used} used" if layer.encoding_used else "none found"
    belied = ": the bytes belie it" if _is_belied(layer) else ""
    table.add_row("Encoding", printable(f"{declared}{used}{belied}"))
    for number, verdict in enumerate(layer.verdicts):
        why = printable(f"{verdict.decoder} {verdict.score:.2f}: {'; '.join(verdict.reasons)}")
        first = number == 0
        label = ("Inside" if inside else "Format") if first else "not"
        table.add_row(label, Text(why, "" if first else "dim"))
    claiming = {verdict.decoder for verdict in layer.verdicts}
    others = [decoder.name for decoder in formats() if decoder.name not in claiming]
    if layer.verdicts:
        table.add_row("no claim", Text(", ".join(others), "dim"))
    for warning in layer.warnings:
        table.add_row("Warning", Text(printable(warning), "yellow"))


def _is_belied(layer: Explanation) -> bool:
    return any(warning.startswith(_BELIED) for warning in layer.warnings)


def _table() -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _describe_part(part: Part) -> Table:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    from streams.cli.explained import evidence  # noqa: PLC0415  (the stages)
    from streams.cli.explained_text import removed_style  # noqa: PLC0415  (as above)

    table = _table()
    became = f"{part.kind}: {part.why}" if part.why else part.kind
    table.add_row(
        f"Part {part.number}",
        Text.assemble(
            (printable(became), _STYLES[part.kind]),
            printable(f", {part.detail}" if part.detail else ""),
            f", read as {printable(part.read_as)}" if part.read_as else "",
        ),
    )
    for field in part.fields:
        label = field.name.capitalize() if field.name in {"headline", "paragraphs"} else field.name
        value = printable(field.value)
        table.add_row(label, Text.assemble(value, (f"  ({printable(field.origin)})", "dim")))
    for kind, origin, words in evidence(part.lifecycle):
        said = f": {printable(words)}" if words else ""
        table.add_row("Lifecycle", f"{kind}, by {printable(origin)}{said}")
    for span in part.removed:
        line = printable(" ".join(part.text[span.start : span.end].split()))
        shown = _short(line)
        where = f"{span.start}-{span.end} {printable(span.reason)}: "
        table.add_row("Removed", Text.assemble(where, (shown, removed_style(span.reason))))
    for edit in part.edits:
        if _shows(part.text, edit):
            table.add_row("Repaired", _edit_in_words(part.text, edit))
    unseen = Counter(edit.reason for edit in part.edits if not _shows(part.text, edit))
    if unseen:
        table.add_row("Repaired", printable(counted(unseen.most_common())))
    if part.rules:
        table.add_row("Rules", printable(part.rules))
    for warning in part.warnings:
        table.add_row("Warning", Text(printable(warning), "yellow"))
    return table


def _shows(text: str, edit: Edit) -> bool:
    """Whether a reader could tell: a line end for a space, one cannot."""
    return bool(text[edit.start : edit.end].strip() or edit.replacement.strip())


def _short(line: str) -> str:
    return line if len(line) <= _PREVIEW else f"{line[:_PREVIEW]}..."


def _edit_in_words(text: str, edit: Edit) -> str:
    from streams.cli.explained_text import named  # noqa: PLC0415  (start quickly)

    before, after = (
        _short(named(each[: _PREVIEW + 1]))
        for each in (text[edit.start : edit.end], edit.replacement)
    )
    # What the decoder repaired stands in its text already.
    words = f"'{before}' to '{after}'" if before != after else f"now '{after}'"
    return f"{edit.start}-{edit.end} {printable(edit.reason)}: {words}"


def _record(reading: Reading, part: Part, *, whole: bool) -> dict[str, object]:
    """One part as a line of JSON."""
    from streams.cli.explained import evidence  # noqa: PLC0415  (the stages)

    raw = reading.raw
    found: dict[str, object] = {
        "message": {
            "position": raw.position,
            "bytes": len(raw.body),
            "provider": raw.provider,
            "content_type": raw.content_type,
            "received_at": raw.received_at,
        },
        "layers": [
            {
                "encoding": {
                    "declared": layer.encoding_declared,
                    "used": layer.encoding_used,
                    "belied": _is_belied(layer),
                },
                "claims": [
                    {"format": claim.decoder, "score": claim.score, "reasons": claim.reasons}
                    for claim in layer.verdicts
                ],
                "warnings": layer.warnings,
            }
            for layer in reading.layers
        ],
        "part": part.number,
        "format": part.read_as or None,
        "kind": part.kind,
        "why": part.why or None,
        "detail": part.detail or None,
        "fields": [
            {"field": each.name, "value": each.value, "origin": each.origin} for each in part.fields
        ],
        "lifecycle": [
            {"kind": kind, "origin": origin, "words": words}
            for kind, origin, words in evidence(part.lifecycle)
        ],
        "removed": [
            {**span.model_dump(), "text": _sendable(part.text[span.start : span.end])}
            for span in part.removed
        ],
        "edits": [
            {**edit.model_dump(), "text": _sendable(part.text[edit.start : edit.end])}
            for edit in part.edits
        ],
        "rules": part.rules,
        "warnings": part.warnings,
    }
    if whole:
        found["text"] = [
            {"start": start, "end": end, "is": label or "paragraph",
             "text": _sendable(part.text[start:end])}
            for start, end, label in part.labels
        ]  # fmt: skip
    return found


def _sendable(text: str) -> str:
    """Text without lone surrogates, which no JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
