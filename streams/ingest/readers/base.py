"""What every reader of archives shares: its input, its limits, and the damage it met.

It must not know any format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Protocol

from schemas.raw import RawMessage
from streams.errors import ConfigError
from streams.ingest.readers.chunks import Chunk

__all__ = ["Context", "Damage", "DamageReport", "Input", "Limits", "Reader", "parse_limits"]

_MIB = 1 << 20
_UNITS = {"": 1, "kib": 1 << 10, "mib": _MIB, "gib": 1 << 30, "tib": 1 << 40}
# Kept in words for the report; beyond these, damage is only counted.
_TOLD = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may unpack to; what is beyond is left out and told.

    Attributes:
        member: bytes held at once: a member of a container, a line, a row, a WARC record. 64 MiB is
            eight times the largest body that a topic takes by default.
        total: bytes that one file, with everything inside it, may unpack to.
        ratio: bytes unpacked for each byte of the file, from ``member`` bytes on. Wires compress 3
            to 12 times; deflate ends at 1,032, zstd and bzip2 beyond 10,000.
        depth: containers and compressions within each other; .tar.gz of .jsonl.gz are 3.
    """

    member: int = 64 * _MIB
    total: int = 1 << 40
    ratio: int = 200
    depth: int = 5


def parse_limits(text: str) -> Limits:
    """The limits of ``--limits member=64MiB,total=1TiB,ratio=200``; the others as they are.

    Raises:
        ConfigError: a pair is none of these.
    """
    given: dict[str, int] = {}
    for pair in text.split(","):
        name, _, value = (part.strip() for part in pair.partition("="))
        digits = value.rstrip("kKmMgGtTiIbB")
        unit = _UNITS.get(value[len(digits) :].lower())
        known = name in {"member", "total"} or (name in {"ratio", "depth"} and unit == 1)
        if not known or unit is None or not digits.isascii() or not digits.isdigit():
            raise ConfigError(
                f"--limits {pair.strip()!r}: write member=64MiB, total=1TiB, ratio=200 or depth=5"
            )
        given[name] = int(digits) * unit
    return Limits(**given)


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in an archive that could not be read.

    Attributes:
        position: where, as positions of messages are written.
        code: which kind, kebab-case: see docs/archives.md.
        detail: for a person.
    """

    position: str
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.position}: {self.code}: {self.detail}"


@dataclass(slots=True)
class DamageReport:
    """All damage that was met: counted whole, the first of it in words."""

    counts: Counter[str] = field(default_factory=Counter)
    first: list[Damage] = field(default_factory=list)

    def add(self, damage: Damage) -> None:
        """Take note of one place."""
        self.counts[damage.code] += 1
        if len(self.first) < _TOLD:
            self.first.append(damage)

    def lines(self) -> Iterator[str]:
        """What to tell a person in the end; nothing when all was whole."""
        if not self.counts:
            return
        total = sum(self.counts.values())
        kinds = ", ".join(f"{code} {number:,}" for code, number in sorted(self.counts.items()))
        yield f"not read: {total:,} ({kinds}); all else was"
        yield from (f"  {damage}" for damage in self.first[:10])
        if total > 10:
            yield f"  and {total - 10:,} more"


@dataclass(frozen=True, slots=True)
class Input:
    """A stream of bytes to find messages in: a file, or what is inside one.

    Attributes:
        name: positions begin with it; of a member it is a label only.
        chunks: the bytes, once.
        modified: when the file or member was last changed, as its container states it.
        handle: the same bytes at their beginning, where they can be sought in; None elsewhere.
        depth: containers and compressions around it.
        member: whether a container holds it among others.
    """

    name: str
    chunks: Iterator[Chunk]
    modified: datetime | None = None
    handle: IO[bytes] | None = None
    depth: int = 0
    member: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What readers are told and tell.

    Attributes:
        fields: pairs of ``--map``.
        split: where one text ends and the next begins; None: a text is one message.
        limits: what may be unpacked.
        damaged: told of each place that cannot be read.
        announce: told once a file which fields are read.
        unpacked: told of bytes that were unpacked; answers the code of the limit they pass.
        read: the messages of what is inside, whatever its format.
        dated: the messages of one stream with the times that were asked for.
    """

    fields: Mapping[str, str]
    split: str | None
    limits: Limits
    damaged: Callable[[str, str, str], None]
    announce: Callable[[str], None]
    unpacked: Callable[[int], str | None]
    read: Callable[[Input], Iterator[RawMessage]]
    dated: Callable[[Iterator[RawMessage], Input], Iterator[RawMessage]]


class Reader(Protocol):
    """Finds the messages in a stream of one format; never raises for its bytes."""

    def __call__(self, source: Input, context: Context) -> Iterator[RawMessage]:
        """The messages in order."""
