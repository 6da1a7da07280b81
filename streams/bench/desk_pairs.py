"""Labelled pairs of wires: what the desk is scored on.

A pair stands for ``weight`` pairs of its stratum. It must not know what any method says of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import orjson

from streams.bench.desk_wires import Wire
from streams.errors import ConfigError

WINDOW = timedelta(hours=72)
"""Pairs further apart are not scored: the window of near copies."""

EXACT_STRATUM = "X"


class PairKind(StrEnum):
    """What the later wire of a pair is to the earlier, as a reader of both says."""

    EXACT = "exact"  # title and text equal
    NEAR = "near"  # the same text again, trivial differences
    VERSION = "version"  # the same story developed: an update or a cut
    CORRECTION = "correction"  # marked, or an equal text with a figure or a name put right
    FLASH = "flash"  # a flash and its story
    TEMPLATE = "template"  # the same form, other facts
    RELATED = "related"  # the same event, another text
    SERIES = "series"  # bulletins of one series


SAME = frozenset({PairKind.EXACT, PairKind.NEAR, PairKind.VERSION, PairKind.CORRECTION})
"""Kinds whose wires are one story; a flash and its story may be, and count neither way."""

APART = frozenset({PairKind.TEMPLATE, PairKind.RELATED, PairKind.SERIES})
"""Kinds whose wires are not."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two wires, the earlier first, and what the second is to the first.

    Attributes:
        stratum: "A" (most alike) to "E", or "X" for exact ones.
        weight: how many pairs of the stratum it stands for.
    """

    first: int
    second: int
    kind: PairKind
    stratum: str
    weight: float


def read_pairs(paths: Sequence[Path], wires: Mapping[int, Wire]) -> list[Pair]:
    """The pairs of one or several lists, each pair once, of wires that are there within 72 hours.

    A list is an object of "pairs" (a, b, kind, stratum, weight, and perhaps a_sha and b_sha, the
    first digits of the SHA-256 of the bodies) and of "exact" (a, b). Each list estimates the
    population of a stratum by itself; of several the estimates are averaged by the number of pairs.
    A pair without weight stands for nothing: it is in no share, but among the kinds and misses.

    Raises:
        ConfigError: a list cannot be read, names a wire that is not there, or one of other text.
    """
    lists = [_read(path, wires) for path in paths]
    read = Counter(pair.stratum for pairs in lists for pair in pairs if pair.weight)
    every: dict[tuple[int, int], Pair] = {}
    for pairs in lists:
        here = Counter(pair.stratum for pair in pairs if pair.weight)
        for pair in pairs:
            exact = pair.stratum == EXACT_STRATUM
            share = here[pair.stratum] / read[pair.stratum] if pair.weight and not exact else 1.0
            every.setdefault((pair.first, pair.second), replace(pair, weight=pair.weight * share))
    return [pair for pair in every.values() if _is_within(pair, wires)]


def _is_within(pair: Pair, wires: Mapping[int, Wire]) -> bool:
    return wires[pair.second].at - wires[pair.first].at <= WINDOW


def _read(path: Path, wires: Mapping[int, Wire]) -> list[Pair]:
    try:
        listed = orjson.loads(path.read_bytes())
        rows = [*listed.get("pairs", ()), *(_exact(row) for row in listed.get("exact", ()))]
        return [_pair(row, wires) for row in rows]
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} is no list of pairs: {error}") from error


def _exact(row: Mapping[str, object]) -> dict[str, object]:
    return {"kind": PairKind.EXACT.value, "stratum": EXACT_STRATUM, "weight": 1.0, **row}


def _pair(row: Mapping[str, object], wires: Mapping[int, Wire]) -> Pair:
    first, second = (_number(row, name, wires) for name in ("a", "b"))
    if wires[second].at < wires[first].at:
        first, second = second, first
    return Pair(
        first=first,
        second=second,
        kind=PairKind(str(row["kind"])),
        stratum=str(row["stratum"]),
        weight=float(str(row.get("weight", 0.0))),
    )


def _number(row: Mapping[str, object], name: str, wires: Mapping[int, Wire]) -> int:
    number = int(str(row[name]))
    if number not in wires:
        raise ValueError(f"wire {number} is not in the file")
    digest = row.get(f"{name}_sha")
    if digest is not None and not wires[number].digest.startswith(str(digest)):
        raise ValueError(f"wire {number} has another text than the one that was read")
    return number


@dataclass(frozen=True, slots=True)
class ReadFlash:
    """A flash and the story it was linked to, read by a person: whether that is its story."""

    flash: int
    story: int
    right: bool


def read_flashes(path: Path, wires: Mapping[int, Wire]) -> list[ReadFlash]:
    """The links of flashes that were read: an object of "flashes" (flash, story, right).

    Raises:
        ConfigError: it cannot be read, or names a wire that is not there.
    """
    try:
        rows = orjson.loads(path.read_bytes())["flashes"]
        return [
            ReadFlash(
                _number(row, "flash", wires), _number(row, "story", wires), bool(row["right"])
            )
            for row in rows
        ]
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} is no list of flashes that were read: {error}") from error


def of_strata(pairs: Iterable[Pair], strata: str) -> list[Pair]:
    """The pairs of some strata, "ABCX"."""
    return [pair for pair in pairs if pair.stratum in strata]
