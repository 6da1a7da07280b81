"""What others do on the same wires in the same run: exact hashes, MinHash-LSH and SimHash.

MinHash is datasketch's, with its LSH index; SimHash is the package of that name, as Google's paper
of 2007 uses it. Both see title and text in lower case. They are asked pair by pair, which is
kinder than what a chain of such pairs would merge. It must not score.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from streams.bench.desk_pairs import Pair
from streams.bench.desk_scores import Found
from streams.bench.desk_wires import Wire
from streams.errors import ConfigError

_PERMUTATIONS = 128
_BITS = 64
_INSTALL = "install what they are made with: pip install datasketch==2.0.0 simhash==2.1.2"


@dataclass(frozen=True, slots=True)
class Baseline:
    """One method, ready to be asked.

    Attributes:
        found: whether it would link the two wires of a pair.
        cpu_s: CPU seconds to sign and index every wire.
    """

    name: str
    found: Found
    cpu_s: float


def missing() -> str:
    """What to install for the baselines, "" when nothing is missing."""
    there = all(importlib.util.find_spec(name) for name in ("datasketch", "simhash"))
    return "" if there else _INSTALL


def baselines(
    wires: Sequence[Wire],
    exact: Mapping[int, str],
    *,
    step: Callable[[], None] = lambda: None,
) -> Iterator[Baseline]:
    """Every baseline over all wires; ``step`` after each wire of each of the three that sign.

    Raises:
        ConfigError: datasketch or simhash is not installed.
    """
    if lacking := missing():
        raise ConfigError(f"the baselines cannot run: {lacking}")
    yield Baseline("exact hash", lambda pair: _equal(exact, pair), 0.0)
    yield _minhash(wires, size=3, least=0.5, step=step)
    yield _minhash(wires, size=5, least=0.8, step=step)
    yield _simhash(wires, most_bits=3, step=step)


def _equal(exact: Mapping[int, str], pair: Pair) -> bool:
    return pair.first in exact and exact[pair.first] == exact.get(pair.second)


def _minhash(
    wires: Sequence[Wire], *, size: int, least: float, step: Callable[[], None]
) -> Baseline:
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  (an extra, and slow to load)

    started = time.process_time()
    index = MinHashLSH(threshold=least, num_perm=_PERMUTATIONS)
    sketches: dict[int, MinHash] = {}
    near: dict[int, frozenset[int]] = {}
    for wire in wires:
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in _shingles(wire.words(), size)])
        alike = (other for other in index.query(sketch) if sketches[other].jaccard(sketch) >= least)
        near[wire.number] = frozenset(alike)
        index.insert(wire.number, sketch)
        sketches[wire.number] = sketch
        step()
    return Baseline(
        f"MinHash w{size} J>={least}",
        lambda pair: pair.first in near.get(pair.second, frozenset()),
        time.process_time() - started,
    )


def _simhash(wires: Sequence[Wire], *, most_bits: int, step: Callable[[], None]) -> Baseline:
    from simhash import Simhash  # noqa: PLC0415  (an extra)

    started = time.process_time()
    hashes = {}
    for wire in wires:
        hashes[wire.number] = Simhash(_shingles(wire.words(), 3), f=_BITS)
        step()
    return Baseline(
        f"SimHash w3 k<={most_bits}",
        lambda pair: hashes[pair.first].distance(hashes[pair.second]) <= most_bits,
        time.process_time() - started,
    )


def _shingles(words: Sequence[str], size: int) -> list[str]:
    """Runs of words, each once, in order of the text; a shorter text is one."""
    starts = range(max(1, len(words) - size + 1))
    return list(dict.fromkeys(" ".join(words[start : start + size]) for start in starts))
