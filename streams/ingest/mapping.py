"""Which fields of a foreign JSON record hold the body, the date and the headline.

It must not read files, and it composes text only: cleaning belongs to the stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.errors import ConfigError
from streams.well_known import WELL_KNOWN, plain_name

__all__ = ["FieldMap", "compose", "parse_map", "well_known"]

_TARGETS = tuple(WELL_KNOWN)


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Names of the fields to read; None where there is none."""

    body: str
    received_at: str | None = None
    headline: str | None = None
    provider: str | None = None
    content_type: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        """As ``--map`` would take it."""
        pairs = ((target, getattr(self, target)) for target in _TARGETS)
        return ",".join(f"{target}={name}" for target, name in pairs if name)


def parse_map(text: str) -> dict[str, str]:
    """The pairs of ``--map body=text,received_at=date,headline=title``.

    Raises:
        ConfigError: a pair is not ``target=field`` or its target is unknown.
    """
    pairs: dict[str, str] = {}
    for pair in text.split(","):
        target, equals, name = (part.strip() for part in pair.partition("="))
        if not equals or not name or target not in _TARGETS:
            raise ConfigError(
                f"--map {pair.strip()!r}: write TARGET=FIELD with one of {', '.join(_TARGETS)}"
            )
        pairs[target] = name
    return pairs


def well_known(
    records: Iterable[Mapping[str, object]], given: Mapping[str, str]
) -> FieldMap | None:
    """The fields to read, from what was given and from well-known names; None without a body.

    A field counts only if it holds text (or, for dates and ids, a number) in one of ``records``.
    """
    seen: dict[str, str] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, str | int | float):
                seen.setdefault(plain_name(name), name)
    found = dict(given)
    taken = set(found.values())
    for target, names in WELL_KNOWN.items():
        if target not in found:
            match = next((seen[n] for n in names if n in seen and seen[n] not in taken), None)
            if match is not None:
                found[target] = match
                taken.add(match)
    return FieldMap(**found) if "body" in found else None


def compose(headline: object, body: str) -> str:
    """Headline, blank line, body; the body alone when it has the headline already, or has none."""
    title = " ".join(headline.split()) if isinstance(headline, str) else ""
    if (
        not title
        or body.startswith(title)
        or " ".join(body[: 2 * len(title) + 64].split()).startswith(title)
    ):
        return body
    return f"{title}\n\n{body}"
