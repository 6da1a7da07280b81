"""The story as telegrams: IPTC 7901, ANPA 1312 and ZCZC.

Lines are wrapped, times have no seconds, and ids name a message, not the story.
"""

from __future__ import annotations

import textwrap

from tests.chains.rendering import (
    Rendering,
    byline_of,
    carrying,
    dateline_of,
    plain_lines,
    text_of_kill,
)
from tests.chains.story import AGENCY, SLUG, Prose, Stage, Story, Table, Version

_COLUMNS = 69
_SERVICES = {"en": "nwe", "fr": "nwf", "de": "nwd", "es": "nws"}
_MONTHS = {"en": "Mar", "fr": "Mars", "de": "Mär", "es": "Mar"}


def number_of(version: Version) -> int:
    """The service number of a message: they restart every day, and skip other stories."""
    return 40 + 13 * version.number


def iptc_7901(_story: Story, version: Version) -> bytes:
    """IPTC 7901 as dpa sends it, in latin-1: headers one above the other, a notebook, ETX."""
    language = version.language
    header = [version.marker.text.strip(" -:"), version.headline]
    if version.body:
        header.append(byline_of(version))
    header[-1] += " ="
    words = sum(len(line.split()) for line in version.lines)
    prefix = f"{_SERVICES[language.code]}{number_of(version):04d}"
    day = f"{version.created:%d%H%M} GMT {_MONTHS[language.code]} {version.created:%y}"
    body = _wrapped(version) or [*textwrap.wrap(text_of_kill(version), _COLUMNS), ""]
    notebook = [
        f"# {AGENCY} NOTEBOOK" if language.code != "de" else "# Notizblock",
        "",
        "## The following information is not for publication"
        if language.code != "de"
        else "## Die folgenden Informationen sind nicht zur Veröffentlichung",
        *textwrap.wrap(f"* {version.note}", _COLUMNS, break_on_hyphens=False),
        "",
    ]
    text = "\r\n".join(
        [
            f"\x01{prefix} {version.urgency} i {words}  nw {number_of(version):04d}",
            "",
            f"{SLUG}/",
            "\x02" + "\r\n".join(header),
            "",
            *body,
            *notebook,
            f"\x03{day}",
            "\x7f",
            "\x7f\x04",
            "",
        ]
    )
    return text.encode("latin-1")


def _wrapped(version: Version) -> list[str]:
    lines: list[str] = []
    first = True
    for block in version.body:
        if isinstance(block, Table):
            widths = [max(map(len, column)) for column in zip(*block.rows, strict=True)]
            lines += ["<#>"]
            lines += [
                "  ".join(
                    cell.ljust(width) for cell, width in zip(row, widths, strict=True)
                ).rstrip()
                for row in block.rows
            ]
            lines += ["<#>", ""]
            continue
        opening = dateline_of(version) if first else ""
        first = False
        text = opening + block.lines[0]
        lines += textwrap.wrap(text, _COLUMNS, initial_indent="   ", break_on_hyphens=False)
        lines.append("")
    return lines


def anpa_1312(_story: Story, version: Version) -> bytes:
    """ANPA 1312 as AP sends it: a slug line, a headline, bylines, paragraphs behind tabs."""
    language = version.language
    level = {1: "f", 2: "b", 3: "u"}.get(version.urgency, "r")
    words = sum(len(line.split()) for line in version.lines)
    take = {Stage.LEAD: ", 1st Ld", Stage.SECOND: ", 2nd Ld"}.get(version.stage, "")
    take = take if language.code == "en" else ""
    glued = take.replace(", ", " ").replace(" Ld", "Ld")
    slug = f"BC-EU--{SLUG}"
    heads = [
        f"{slug}{take},{words}",
        version.marked_headline,
        f"Eds: {' '.join(filter(None, (version.advice, version.note)))}",
    ]
    lines = [f"^{head}<" for head in heads]
    if version.body:
        lines += [f"^{byline_of(version)}=", f"^{AGENCY}="]
    first = True
    for block in version.body:
        if isinstance(block, Prose):
            opening = dateline_of(version).replace(" - ", " _ ") if first else ""
            lines += [f"\t   {opening}{_quoted(block.lines[0])}", " "]
            first = False
        else:
            lines += [f"\t   {'  '.join(row)}" for row in block.rows]
            lines.append(" ")
    if not version.body:
        lines.append(f"\t   {text_of_kill(version)}")
    number = f"{number_of(version):04d}"
    text = "\r\n".join(
        [
            f"\x16\x16\x01e{number}\x1f{language.code}---",
            f"{level} i \x13\x11 {slug[:21]}{glued} {version.created:%m-%d} {words:04d}",
            "\x02" + lines[0],
            *lines[1:],
            "",
            f"\x03NW-WF-{version.created:%m-%d-%y} {version.created:%H%M}GMT<",
            "\x0c\x04",
        ]
    )
    return text.encode("latin-1")


def _quoted(text: str) -> str:
    parts = text.split('"')
    return "".join(
        part if place == 0 else ("``" if place % 2 else "''") + part
        for place, part in enumerate(parts)
    )


def zczc(_story: Story, version: Version) -> bytes:
    """A ZCZC telegram with the field letters that AAP's systems use."""
    body = plain_lines(version, dateline=True) or [text_of_kill(version)]
    text = "\r\n".join(
        [
            "ZCZC NWR",
            "%I",
            f"#{SLUG}",
            f"${version.marked_headline}",
            f":({version.language.place.upper()})",
            "*04000000",
            f"@{version.language.place}",
            *(f"{line}\r\n" for line in body),
            "NNNN",
            "",
        ]
    )
    return text.encode("latin-1")


RENDERINGS = (
    Rendering(
        "iptc-7901",
        ("iptc-7901", "iptc7901"),
        iptc_7901,
        carrying("id version_created urgency byline slugline notes"),
        marked=False,
        to_minutes=True,
        encoding="latin-1",
        per_message=True,
        text_kill=True,
    ),
    Rendering(
        "anpa-1312",
        ("anpa-1312", "anpa1312"),
        anpa_1312,
        carrying("id version_created urgency byline slugline notes"),
        to_minutes=True,
        encoding="latin-1",
        per_message=True,
        text_kill=True,
    ),
    Rendering(
        "zczc",
        ("zczc",),
        zczc,
        carrying("slugline"),
        encoding="latin-1",
        text_kill=True,
    ),
)
