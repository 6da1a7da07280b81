"""``wireroom lint``: whether the provider profiles and the settings are right.

It must not judge them itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from streams.cli.output import Format, OutputOption, no_option, open_output
from streams.cli.render import printable

if TYPE_CHECKING:
    from rich.text import Text

    from streams.settings.linting import Checked

_WRONG = 2


def lint(
    *paths: Annotated[str, Parameter(allow_leading_hyphen=True, validator=no_option)],
    config: Path | None = None,
    output: OutputOption = None,
) -> int:
    """Check profiles, settings, learned lines: what is wrong, without evidence, or default.

    Args:
        paths: profiles, directories of them, settings files, learned lines; without any, all that
            are in force.
        config: settings file; else WIREROOM_CONFIG, else ./wireroom.toml if there is one.
        output: a file, or one of text, jsonl.
    """
    from streams.settings.linting import lint as check  # noqa: PLC0415  (brings the stages)

    checked = check([Path(path) for path in paths], config=config)
    with open_output(output) as out:
        for each in checked:
            if out.format is Format.TEXT:
                for line in _lines(each):
                    out.show(line)
            else:
                out.line(orjson.dumps(_row(each)))
        if out.format is Format.TEXT:
            out.show(_sum(checked))
    return _WRONG if any(each.problems for each in checked) else 0


def _row(checked: Checked) -> dict[str, object]:
    return {
        "file": checked.file,
        "provider": checked.provider,
        "errors": [{"key": each.key or None, "words": each.words} for each in checked.problems],
        "warnings": [{"key": each.key or None, "words": each.words} for each in checked.warnings],
        "no_evidence": list(checked.unproven),
        "defaults": list(checked.defaults),
    }


def _lines(checked: Checked) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    file = printable(checked.file)
    lines = [Text(f"{file}: {printable(str(each))}", "red") for each in checked.problems]
    lines += [Text(f"{file}: {printable(str(each))}", "yellow") for each in checked.warnings]
    if checked.unproven:
        lines.append(Text(f"{file}: no evidence for {', '.join(checked.unproven)}", "yellow"))
    if checked.defaults:
        lines.append(Text(f"{file}: by default {', '.join(checked.defaults)}", "dim"))
    return lines or [Text(f"{file}: right")]


def _sum(checked: list[Checked]) -> str:
    wrong = sum(len(each.problems) for each in checked)
    bare = sum(len(each.unproven) for each in checked)
    doubtful = sum(len(each.warnings) for each in checked)
    warned = f", {doubtful} doubtful" if doubtful else ""
    return f"{len(checked)} checked, {wrong} wrong, {bare} without evidence{warned}"
