"""Times for messages that have none: from the command line, a file's name, or its last change.

It must not guess: what was not asked for stays undated, and the wall clock is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.raw import RawMessage
from streams.errors import ConfigError
from streams.ingest.readers import Input

__all__ = ["TimeFrom", "Times", "parse_time_from"]

_MILLISECOND = timedelta(milliseconds=1)
# The directives of strptime that name a time in digits or English months, and what they match.
_DIRECTIVES = {
    "Y": r"\d{4}", "y": r"\d\d", "m": r"\d\d", "d": r"\d\d", "j": r"\d{3}", "H": r"\d\d",
    "M": r"\d\d", "S": r"\d\d", "f": r"\d{1,6}", "z": r"(?:Z|[+-]\d\d:?\d\d)", "%": "%",
}  # fmt: skip
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TimeFrom:
    """Where a file or member states its time.

    Attributes:
        pattern: in its name, as strptime writes it; None: its last change.
    """

    pattern: str | None = None

    def of(self, source: Input) -> datetime | None:
        """The time in UTC; None where it states none. The last match in a name counts."""
        if self.pattern is None:
            return source.modified
        found = [*re.compile(_as_regex(self.pattern)).finditer(source.name)]
        for match in reversed(found):
            try:
                moment = datetime.strptime(match[0], self.pattern)  # noqa: DTZ007  (next line)
            except ValueError:
                continue
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        return None


def parse_time_from(text: str) -> TimeFrom | None:
    """What ``name:%Y%m%d`` or ``mtime`` asks for; None for anything else.

    Raises:
        ConfigError: the name's pattern is none, or states no day.
    """
    if text == "mtime":
        return TimeFrom()
    if not text.startswith("name:"):
        return None
    pattern = text.removeprefix("name:")
    used = set(_DIRECTIVE.findall(pattern))
    day = used & {"Y", "y"} and ({"m", "d"} <= used or "j" in used)
    if not used <= _DIRECTIVES.keys() or not day:
        known = " ".join(f"%{name}" for name in _DIRECTIVES)
        raise ConfigError(f"--time-from {text}: write name:%Y%m%d, of {known}, with year and day")
    if len(_DIRECTIVE.findall(pattern)) != len(used):
        raise ConfigError(f"--time-from {text}: name each part of a time once")
    return TimeFrom(pattern)


def _as_regex(pattern: str) -> str:
    parts = _DIRECTIVE.split(pattern)
    return "".join(
        _DIRECTIVES[part] if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


class Times:
    """Gives undated messages their time, each 1 ms after the message before it."""

    def __init__(self, time_from: datetime | TimeFrom | None) -> None:
        self._from = time_from
        self._without = 0
        self._last: datetime | None = None

    def dated(self, messages: Iterator[RawMessage], source: Input) -> Iterator[RawMessage]:
        """The messages of one stream; with times, where they were asked for."""
        if self._from is None:
            yield from messages
        elif isinstance(self._from, datetime):
            yield from self._after(messages, self._from)
        else:
            yield from self._stated(messages, self._from.of(source))

    def _after(self, messages: Iterator[RawMessage], start: datetime) -> Iterator[RawMessage]:
        for raw in messages:
            if raw.received_at is None:
                self._last = self._last + _MILLISECOND if self._last else start
                yield raw.model_copy(update={"received_at": self._last})
            else:
                self._last = raw.received_at
                yield raw

    def _stated(
        self, messages: Iterator[RawMessage], start: datetime | None
    ) -> Iterator[RawMessage]:
        last: datetime | None = None
        for raw in messages:
            if raw.received_at is None:
                last = last + _MILLISECOND if last else start
                self._without += last is None
                yield raw.model_copy(update={"received_at": last}) if last else raw
            else:
                last = raw.received_at
                yield raw

    def lines(self) -> Iterator[str]:
        """What to tell a person in the end."""
        if self._without:
            yield f"{self._without:,} messages have no time: neither they nor their file state one"
