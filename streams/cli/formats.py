"""``wireroom formats``: what can be read.

It must not know any format itself.
"""

from __future__ import annotations

import orjson

from streams.cli.output import Format, OutputOption, open_output


def formats(*, output: OutputOption = None) -> None:
    """The formats that can be read; which one a message is in is found from its content.

    Args:
        output: a file, or one of text, jsonl.
    """
    from streams import decode  # noqa: PLC0415  (start quickly)

    with open_output(output) as out:
        for decoder in decode.formats():
            if out.format is Format.TEXT:
                out.show(f"{decoder.name:<12} {decoder.description}")
            else:
                found = {"format": decoder.name, "description": decoder.description}
                out.line(orjson.dumps(found))
