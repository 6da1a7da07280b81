"""``wireroom lint``: whether profiles, settings and, where asked, the log are right.

It must not judge them itself.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from cyclopts import Parameter

from streams.cli.common import finish
from streams.cli.output import Format, OutputOption, no_option, open_output
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from streams.preflight.finding import Finding
    from streams.settings.linting import Checked

_WRONG = 2
_COLOURS = {"right": "", "other": "yellow", "unknown": "yellow", "wrong": "red"}

_Role = Literal[
    "intake",
    "desk",
    "enrich",
    "ingest",
    "replay",
    "subscribe",
    "record",
    "dead",
    "purge",
    "kb",
]


def lint(
    *paths: Annotated[str, Parameter(allow_leading_hyphen=True, validator=no_option)],
    connect: Annotated[bool, Parameter(negative="")] = False,
    role: Annotated[tuple[_Role, ...], Parameter(negative="", consume_multiple=False)] = (),
    config: Path | None = None,
    output: OutputOption = None,
) -> int:
    """Check profiles, settings, learned lines: what is wrong, without evidence, or default.

    Args:
        paths: profiles, directories of them, settings files, learned lines; without any, all that
            are in force.
        connect: look at the log and at this machine as well, as a worker would use them: broker,
            topics, rights, groups, disk, ports; each line that is not right says what mends it.
        role: with --connect: who is to start, for its topics and rights; may be given several
            times. Without, the three stages of the worker.
        config: settings file; else WIREROOM_CONFIG, else ./wireroom.toml if there is one.
        output: a file, or one of text, jsonl.

    Raises:
        ConfigError: --role without --connect.
    """
    from streams.settings.linting import lint as check  # noqa: PLC0415  (brings the stages)

    if role and not connect:
        raise ConfigError("--role goes with --connect")
    checked = check([Path(path) for path in paths], config=config)
    found = _connect(config, role) if connect else []
    with open_output(output) as out:
        for each in checked:
            if out.format is Format.TEXT:
                for line in _lines(each):
                    out.show(line)
            else:
                out.line(orjson.dumps(_row(each)))
        for finding in found:
            if out.format is Format.TEXT:
                for line in _finding_lines(finding):
                    out.show(line)
            else:
                out.line(orjson.dumps(asdict(finding)))
        if out.format is Format.TEXT:
            out.show(_sum(checked))
            if found:
                out.show(_sum_found(found))
    wrong = any(each.problems for each in checked) or any(map(_is_wrong, found))
    return _WRONG if wrong else 0


def _connect(config: Path | None, roles: Sequence[str]) -> list[Finding]:
    from streams.preflight.finding import Finding, Level  # noqa: PLC0415  (start quickly)
    from streams.preflight.rights import STAGES, Role  # noqa: PLC0415  (as above)
    from streams.preflight.start import check_start  # noqa: PLC0415  (brings the stages)
    from streams.settings import load_settings  # noqa: PLC0415  (start quickly)

    try:
        settings = load_settings(config).settings
        return finish(check_start(settings, [Role(name) for name in roles] or STAGES))
    except ConfigError as error:
        return [Finding("setting", "settings", Level.WRONG, str(error), "as it says")]


def _is_wrong(finding: Finding) -> bool:
    return finding.level == "wrong"


def _finding_lines(finding: Finding) -> list[Text]:
    from rich.text import Text  # noqa: PLC0415  (start quickly)

    words = printable(f"{finding.check} {finding.subject}: {finding.words}")
    lines = [Text(f"{finding.level:<8} {words}", _COLOURS[finding.level])]
    if finding.mend:
        lines.append(Text(f"{'mend:':>8} {printable(finding.mend)}"))
    return lines


def _sum_found(found: Sequence[Finding]) -> str:
    counts = {level: sum(each.level == level for each in found) for level in _COLOURS}
    return ", ".join(f"{count} {level}" for level, count in counts.items() if count)


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
