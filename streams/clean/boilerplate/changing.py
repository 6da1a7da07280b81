"""What becomes of a set of learned lines: new lessons, lines taken back, and two sets compared.

It must not judge a line: what was learned is learned, and what was revoked stays revoked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from streams.clean.boilerplate.keys import line_id, line_key
from streams.clean.boilerplate.rules import (
    BoilerplateLine,
    BoilerplateRules,
    RevokedLine,
    SourceRules,
)
from streams.errors import ConfigError
from streams.folding import fold


def merged(
    old: Mapping[str, SourceRules], learned: Mapping[str, tuple[BoilerplateLine, ...]]
) -> dict[str, SourceRules]:
    """The lines of both: the new counts where both have a line, and none that was revoked.

    A line that the new archive does not have stays; ``last`` says how long ago it was seen.
    """
    result = dict(old)
    for source, lines in learned.items():
        before = old.get(source, SourceRules())
        revoked = {line.key for line in before.revoked}
        by_key = {line.key: line for line in before.lines}
        for line in lines:
            if line.key not in revoked:
                by_key[line.key] = _joined(by_key.get(line.key), line)
        result[source] = SourceRules(tuple(by_key.values()), before.revoked)
    return {source: rules for source, rules in result.items() if rules.lines or rules.revoked}


def _joined(old: BoilerplateLine | None, new: BoilerplateLine) -> BoilerplateLine:
    if old is None:
        return new
    return replace(
        new, text=old.text, first=min(old.first, new.first), last=max(old.last, new.last)
    )


def revoke(
    rules: BoilerplateRules, line: str, provider: str | None = None
) -> tuple[dict[str, SourceRules], list[tuple[str, str]]]:
    """The sources without a line, and each (source, text) that was revoked now.

    Args:
        rules: the set.
        line: its id, or its text however it is written.
        provider: of this source only.

    Raises:
        ConfigError: no source has it.
    """
    key = line_key(fold(line))
    sources, found, before = dict(rules.sources), [], []
    for source, each in rules.sources.items():
        if provider not in {None, source}:
            continue
        gone = [
            one for one in each.lines if one.key == key or line_id(source, one.key) == line.strip()
        ]
        before += [
            one
            for one in each.revoked
            if one.key == key or line_id(source, one.key) == line.strip()
        ]
        if not gone:
            continue
        kept = tuple(one for one in each.lines if one not in gone)
        revoked = (*each.revoked, *(RevokedLine(one.text) for one in gone))
        sources[source] = SourceRules(kept, revoked)
        found += [(source, one.text) for one in gone]
    if not found:
        whose = f" of {provider}" if provider else ""
        if before:
            raise ConfigError(f"{line!r}{whose} is revoked already")
        raise ConfigError(f"no line {line!r}{whose}: wireroom boilerplate list shows them")
    return sources, found


@dataclass(frozen=True, slots=True)
class Change:
    """One line that two sets treat differently: "added", "gone", "revoked" or "moved"."""

    change: str
    source: str
    line: BoilerplateLine | RevokedLine


def differences(old: BoilerplateRules, new: BoilerplateRules) -> list[Change]:
    """What is removed under one set and not under the other, by source and text; no counts."""
    changes: list[Change] = []
    for source in sorted({*old.sources, *new.sources}):
        before, after = (rules.sources.get(source, SourceRules()) for rules in (old, new))
        were = {line.key: line for line in before.lines}
        are = {line.key: line for line in after.lines}
        revoked = {line.key: line for line in after.revoked}
        for key in sorted({*were, *are}):
            if key not in were:
                changes.append(Change("added", source, are[key]))
            elif key not in are:
                what = "revoked" if key in revoked else "gone"
                changes.append(Change(what, source, were[key]))
            elif were[key].where is not are[key].where:
                changes.append(Change("moved", source, are[key]))
    return changes
