"""``wireroom config``: every setting with its origin, secrets masked.

It must not show a secret, not even its length.
"""

from __future__ import annotations

import orjson

from streams.cli.common import Common
from streams.cli.output import Format, OutputOption, open_output
from streams.cli.render import printable


def config(
    *,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Every effective setting, and whether it came from a file, the environment, a flag or none.

    Args:
        output: a file, or one of text, jsonl.
        common: settings.
    """
    loaded = common.load()
    # What the clients will refuse is better refused here.
    loaded.settings.kafka_security()
    with open_output(output) as out:
        if out.format is not Format.TEXT:
            for key, value, origin in loaded.rows():
                out.line(orjson.dumps({"setting": key, "value": value, "origin": origin}))
            return
        from rich.table import Table  # noqa: PLC0415  (start quickly)
        from rich.text import Text  # noqa: PLC0415  (start quickly)

        table = Table.grid(padding=(0, 3))
        for _ in range(3):
            table.add_column(overflow="fold")
        for key, value, origin in loaded.rows():
            style = "dim" if origin == "default" else "bold"
            shown = "-" if value is None else printable(str(value))
            table.add_row(Text(key, style), Text(shown, style), Text(printable(origin), style))
        out.show(table)
