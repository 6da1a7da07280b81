"""The file of learned lines: TOML, one line of text a rule, so that people can read and compare it.

Its version is made of its content: a file that was changed by hand is refused, because an audit
that names the version must mean what was in force. It must not open a file.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from streams.clean.boilerplate.keys import line_id, line_key
from streams.clean.boilerplate.rules import (
    BoilerplateLine,
    BoilerplateRules,
    RevokedLine,
    SourceRules,
    Where,
)
from streams.errors import ConfigError
from streams.folding import fold

FORMAT = 1
MARK = "wireroom_boilerplate"
"""The key by which a file is known; its value is the version of the form."""

LONGEST_FILE = 64 * 1024 * 1024
"""Bytes. A line takes about 150."""

_HEADER = """\
# Learned boilerplate: lines of a source that recur across its stories, and are not published.
# Made by `wireroom boilerplate learn`. Take a line back with `wireroom boilerplate forget`; a file
# changed by hand is refused, for the version is made of the content.
"""
_HASH_CHARS = 8
_SOURCE_KEYS = {"lines", "revoked"}
_LINE_KEYS = {"id", "where", "stories", "of", "first", "last", "text"}
_REVOKED_KEYS = {"id", "text"}


def write(sources: Mapping[str, SourceRules], newest: date) -> tuple[str, BoilerplateRules]:
    """The file of these lines, and the rules it holds.

    Args:
        sources: lines by source.
        newest: day of the newest message learned from; never today for its own sake.
    """
    body = _body(sources)
    version = f"{newest.isoformat()}.{_digest(body)}"
    text = f"{_HEADER}\n{MARK} = {FORMAT}\nversion = {_quoted(version)}\n{body}"
    return text, BoilerplateRules(version, dict(sources))


def read(text: str, name: str = "the file") -> BoilerplateRules:
    """The rules in a file.

    Raises:
        ConfigError: it is damaged, no such file, of a later form, or was changed by hand.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is damaged: not TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{name} is damaged: nested too deeply") from None
    if MARK not in table:
        raise ConfigError(f"{name} holds no learned boilerplate: no key {MARK}")
    form = table[MARK]
    if form != FORMAT or isinstance(form, bool):
        later = isinstance(form, int) and form > FORMAT
        why = "written by a later version of Wireroom" if later else "no form there ever was"
        raise ConfigError(f"{name}: {MARK} = {form!r}: {why}; this one reads {FORMAT}")
    version = table.get("version")
    if not isinstance(version, str):
        raise ConfigError(f"{name} is damaged: no version")
    _only(table, {MARK, "version", "source"}, name)
    sources = {
        str(source): _source(str(source), rules, name)
        for source, rules in _table(table.get("source", {}), name).items()
    }
    day, _, digest = version.partition(".")
    if _as_date(day) is None or digest != _digest(_body(sources)):
        raise ConfigError(
            f"{name} was changed by hand, or is damaged: its content is not that of version "
            f"{version}; take lines back with wireroom boilerplate forget"
        )
    return BoilerplateRules(version, sources)


def newest_of(rules: BoilerplateRules) -> date:
    """The day in the version."""
    return date.fromisoformat(rules.version.partition(".")[0])


def _body(sources: Mapping[str, SourceRules]) -> str:
    parts: list[str] = []
    for source, rules in sorted(sources.items()):
        if not (rules.lines or rules.revoked):
            continue
        parts.append(f"\n[source.{_quoted(source)}]\n")
        lines = sorted(rules.lines, key=lambda line: (-line.stories, line.key))
        parts += _array("lines", (_line(source, line) for line in lines))
        revoked = sorted(rules.revoked, key=lambda line: line.key)
        parts += _array("revoked", (_revoked(source, line) for line in revoked))
    return "".join(parts)


def _array(name: str, rows: Iterable[str]) -> list[str]:
    inside = [f"    {{ {row} }},\n" for row in rows]
    return [f"{name} = [\n", *inside, "]\n"] if inside else []


def _line(source: str, line: BoilerplateLine) -> str:
    return (
        f'id = "{line_id(source, line.key)}", where = "{line.where.value}", '
        f"stories = {line.stories}, of = {line.of}, first = {line.first}, last = {line.last}, "
        f"text = {_quoted(line.text)}"
    )


def _revoked(source: str, line: RevokedLine) -> str:
    return f'id = "{line_id(source, line.key)}", text = {_quoted(line.text)}'


def _quoted(text: str) -> str:
    """A TOML string; what does not print is escaped, so that the file shows what it says."""
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isprintable():
        return quoted
    return "".join(
        char
        if char.isprintable() or unicodedata.category(char) == "Zs"
        else f"\\u{ord(char):04X}"
        if ord(char) < 0x10000
        else f"\\U{ord(char):08X}"
        for char in quoted
    )


def _digest(body: str) -> str:
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]


def _source(source: str, given: object, name: str) -> SourceRules:
    table = _table(given, name)
    _only(table, _SOURCE_KEYS, name)
    lines = tuple(_read_line(source, row, name) for row in _rows(table, "lines", name))
    revoked = []
    for row in _rows(table, "revoked", name):
        _only(row, _REVOKED_KEYS, name)
        revoked.append(RevokedLine(_text(source, row, name)))
    return SourceRules(lines, tuple(revoked))


def _read_line(source: str, row: Mapping[str, Any], name: str) -> BoilerplateLine:
    _only(row, _LINE_KEYS, name)
    text = _text(source, row, name)
    stories, of = row.get("stories"), row.get("of")
    first, last = row.get("first"), row.get("last")
    where = row.get("where")
    if where not in set(Where):
        raise ConfigError(f"{name} is damaged: where = {where!r} in source {source!r}")
    if type(stories) is not int or type(of) is not int or not 0 < stories <= of:
        raise ConfigError(f"{name} is damaged: stories of {text[:40]!r} in source {source!r}")
    if type(first) is not date or type(last) is not date or first > last:
        raise ConfigError(f"{name} is damaged: days of {text[:40]!r} in source {source!r}")
    return BoilerplateLine(text, Where(where), stories, of, first, last)


def _text(source: str, row: Mapping[str, Any], name: str) -> str:
    text = row.get("text")
    key = line_key(fold(text)) if isinstance(text, str) else ""
    if not isinstance(text, str) or not key:
        raise ConfigError(f"{name} is damaged: a line without letters in source {source!r}")
    if row.get("id") != line_id(source, key):
        raise ConfigError(f"{name} is damaged: id of {text[:40]!r} in source {source!r}")
    return text


def _rows(table: Mapping[str, Any], key: str, name: str) -> list[Mapping[str, Any]]:
    rows = table.get(key, [])
    if not isinstance(rows, list):
        raise ConfigError(f"{name} is damaged: {key} is no list")
    return [_table(row, name) for row in rows]


def _table(given: object, name: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise ConfigError(f"{name} is damaged: {str(given)[:40]!r} is no table")
    return given


def _only(table: Mapping[str, Any], known: set[str], name: str) -> None:
    for key in table:
        if key not in known:
            raise ConfigError(f"{name}: unknown key {key!r}")


def _as_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
