"""Draws pairs of wires to be read and labelled: ``python -m streams.bench.desk_sample WIRES``.

Pairs with three bigrams in common (bigrams of at most 300 wires) and a quarter of the smaller set
of bigrams, within 72 hours, are the population. They are laid in strata by how much of the smaller
set of 5-word shingles the other has: A >= .8, B >= .6, C >= .4, D >= .2, and E below, where bigram
containment is .3 or more; texts equal word for word are apart. Of each stratum some are drawn with
a fixed seed. It must not ask the desk, nor label.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from streams.bench.desk_pairs import WINDOW
from streams.bench.desk_wires import Wire, read_wires

MOST_WIRES = 300
_FEWEST_SHARED = 3
_LEAST_BIGRAMS = 0.25
_LEAST_BIGRAMS_E = 0.3
_LEAST = {"A": 0.8, "B": 0.6, "C": 0.4, "D": 0.2}
_SEED = 21578
SIZES = {"A": 110, "B": 120, "C": 120, "D": 95, "E": 30}

Shingles = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two wires that may be alike: their numbers, the earlier first, and their stratum."""

    first: int
    second: int
    stratum: str


def shingles(words: Sequence[str], size: int) -> Shingles:
    """The runs of ``size`` words; of a shorter text itself, of none nothing."""
    starts = range(max(1, len(words) - size + 1)) if words else ()
    return frozenset(tuple(words[start : start + size]) for start in starts)


def containment(first: Shingles, second: Shingles) -> float:
    """Share of the smaller set that is in the other; 0 where one is empty."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0


def candidates(
    wires: Sequence[Wire], *, step: Callable[[], None] = lambda: None
) -> Iterator[Candidate]:
    """The population: every pair, with its stratum, exact ones left out."""
    words = [wire.words() for wire in wires]
    bigrams = [shingles(one, 2) for one in words]
    fives = [shingles(one, 5) for one in words]
    seen = Counter(bigram for one in bigrams for bigram in one)
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    oldest = 0
    for place, wire in enumerate(wires):
        while wire.at - wires[oldest].at > WINDOW:
            oldest += 1
        shared: Counter[int] = Counter()
        for bigram in bigrams[place]:
            if seen[bigram] <= MOST_WIRES:
                shared.update(places[bigram])
                places[bigram].append(place)
        for other in sorted(shared):
            if other < oldest or shared[other] < _FEWEST_SHARED or words[other] == words[place]:
                continue
            by_bigrams = containment(bigrams[other], bigrams[place])
            by_fives = containment(fives[other], fives[place])
            stratum = _stratum(by_bigrams, by_fives)
            if stratum:
                yield Candidate(wires[other].number, wire.number, stratum)
        step()


def _stratum(by_bigrams: float, by_fives: float) -> str:
    if by_bigrams < _LEAST_BIGRAMS:
        return ""
    for stratum, least in _LEAST.items():
        if by_fives >= least:
            return stratum
    return "E" if by_bigrams >= _LEAST_BIGRAMS_E else ""


def exact_pairs(wires: Sequence[Wire]) -> list[tuple[int, int]]:
    """Neighbouring wires of equal words within 72 hours: each with the one before it."""
    last: dict[tuple[str, ...], Wire] = {}
    pairs = []
    for wire in wires:
        words = tuple(wire.words())
        before = last.get(words)
        if before is not None and wire.at - before.at <= WINDOW:
            pairs.append((before.number, wire.number))
        last[words] = wire
    return pairs


def draw(
    population: Sequence[Candidate],
    known: frozenset[tuple[int, int]],
    sizes: dict[str, int],
) -> list[tuple[Candidate, float]]:
    """Some of each stratum that are not ``known``, with how many pairs each stands for."""
    chooser = np.random.default_rng(_SEED)
    drawn: list[tuple[Candidate, float]] = []
    for stratum, size in sizes.items():
        there = [one for one in population if one.stratum == stratum]
        unread = [one for one in there if (one.first, one.second) not in known]
        count = min(size, len(unread))
        chosen = chooser.choice(len(unread), count, replace=False).tolist() if count else []
        drawn += [(unread[place], len(there) / count) for place in chosen]
    return drawn


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the drawn pairs, unlabelled, as JSON: "population", and "pairs" to be read."""
    parser = argparse.ArgumentParser(
        prog="python -m streams.bench.desk_sample", description=(__doc__ or "").split("\n\n")[1]
    )
    parser.add_argument(
        "wires", type=Path, help="JSON Lines of id, date, title, body, gzipped or not"
    )
    parser.add_argument(
        "--known", type=Path, action="append", default=[], help="lists of pairs read before"
    )
    chosen = parser.parse_args(arguments)
    wires = read_wires(chosen.wires)
    known = frozenset(
        (row["a"], row["b"])
        for path in chosen.known
        for row in orjson.loads(path.read_bytes())["pairs"]
    )
    population = list(candidates(wires))
    digests = {wire.number: wire.digest for wire in wires}
    rows = [
        {
            "a": one.first,
            "b": one.second,
            "a_sha": digests[one.first],
            "b_sha": digests[one.second],
            "stratum": one.stratum,
            "weight": round(weight, 4),
        }
        for one, weight in draw(population, known, SIZES)
    ]
    counts = Counter(one.stratum for one in population)
    counts["exact"] = len(exact_pairs(wires))
    out = {"population": dict(sorted(counts.items())), "pairs": rows}
    sys.stdout.buffer.write(orjson.dumps(out, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
