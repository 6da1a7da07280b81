"""``wireroom formats``: what can be read.

It must not know any format itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from streams.cli.output import Format, OutputOption, open_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from streams.decode import Decoder


def formats(*, output: OutputOption = None) -> None:
    """The formats that can be read; which one a message is in is found from its content.

    Args:
        output: a file, or one of text, jsonl.
    """
    from streams import decode  # noqa: PLC0415  (start quickly)

    found = decode.formats()
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(_table(found))
            return
        for decoder in found:
            record = {
                "format": decoder.name,
                "description": decoder.description,
                "versions": decoder.versions or None,
                "recognised_by": decoder.recognised_by,
            }
            out.line(orjson.dumps(record))


def _table(found: Sequence[Decoder]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for decoder in found:
        table.add_row(decoder.name, decoder.description)
        if decoder.versions:
            table.add_row("", Text(f"versions: {decoder.versions}"))
        table.add_row("", Text(f"known by: {decoder.recognised_by}", "dim"))
    return table
