"""How well the desk links real wires, beside other methods in the same run.

Composes the reading, deciding and scoring of wires. It must not judge whether a figure is good
enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from streams.bench.desk_baselines import baselines, missing
from streams.bench.desk_pairs import APART, SAME, Pair, PairKind, ReadFlash, of_strata
from streams.bench.desk_sample import containment, shingles
from streams.bench.desk_scores import (
    RIGHT_KIND,
    Found,
    KindScore,
    PairScore,
    recall_of_candidates,
    score_kinds,
    score_pairs,
)
from streams.bench.desk_wires import Decisions, Wire, decide, flashes, linked_flashes

OURS = "desk"
STRATA = {"A-C and exact": "ABCX", "A-D and exact": "ABCDX"}
_SCORED = "ABCD"


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """How one method found the pairs of some strata.

    Attributes:
        per_second: wires a CPU second: of the desk cleaned, signed and decided; of the others
            signed and indexed. 0 where it was not measured.
    """

    method: str
    strata: str
    score: PairScore
    per_second: float


@dataclass(frozen=True, slots=True)
class FlashFigures:
    """Flashes that got a story within 3 hours, and what a reader said of some of those links.

    Attributes:
        read: links that were read.
        right: of them, those called right.
        right_linked: right ones that are still made.
        wrong_linked: wrong ones that are still made.
    """

    flashes: int
    linked: int
    read: int = 0
    right: int = 0
    right_linked: int = 0
    wrong_linked: int = 0


@dataclass(frozen=True, slots=True)
class Miss:
    """A labelled pair the desk got wrong, and what can be measured of it.

    Attributes:
        wrong: "missed", "merged", or the event that its later wire got instead of its own.
        candidate: whether the earlier wire was among those the later was compared with.
        shingles3: share of the smaller set of 3-word shingles in the other; shingles5 likewise.
        jaccard3: shared 3-word shingles of all.
        length_ratio: words of the shorter against the longer.
        reasons: the desk's, of the later wire.
        target: the wire the later was linked to, if any.
    """

    pair: Pair
    wrong: str
    candidate: bool
    shingles3: float
    shingles5: float
    jaccard3: float
    length_ratio: float
    score: float | None
    target: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskReport:
    """All that was measured on one file of wires.

    Attributes:
        methods: the desk first; without pairs, none.
        kinds: None without pairs, as the next.
        candidate_recall: share and number of pairs.
        keys: mean keys an item is found by, and the most of any.
        stories: stories of two wires or more.
        largest: wires of the largest story.
        clean_per_second: wires a CPU second; sign and decide likewise.
    """

    wires: int
    pairs: int
    methods: tuple[MethodFigures, ...]
    kinds: KindScore | None
    candidate_recall: tuple[float, int] | None
    keys: tuple[float, int]
    flashes: FlashFigures
    stories: int
    largest: int
    clean_per_second: float
    sign_per_second: float
    decide_per_second: float
    misses: tuple[Miss, ...]


def on_wires(
    wires: Sequence[Wire],
    pairs: Sequence[Pair],
    read: Sequence[ReadFlash] = (),
    *,
    beside: bool = True,
    step: Callable[[], None] = lambda: None,
) -> DeskReport:
    """Decides every wire and scores what was decided.

    Args:
        wires: in the order they were sent.
        pairs: labelled.
        read: links of flashes that were read.
        beside: run the baselines too, where what they need is installed.
        step: called after each wire of each method, ``rounds(...)`` times as often as wires.
    """
    said = decide(wires, asked=frozenset(pair.second for pair in pairs), step=step)
    methods = list(_ours(wires, pairs, said))
    if pairs and beside and not missing():
        for one in baselines(wires, said.exact, step=step):
            rate = len(wires) / one.cpu_s if one.cpu_s else 0.0
            methods += _scored(one.name, pairs, one.found, rate)
    sizes = _story_sizes(said)
    return DeskReport(
        wires=len(wires),
        pairs=len(pairs),
        methods=tuple(methods),
        kinds=score_kinds(pairs, _found(said), said.kind, said.target) if pairs else None,
        candidate_recall=recall_of_candidates(of_strata(pairs, _SCORED), said.candidates)
        if pairs
        else None,
        keys=_keys(said),
        flashes=flash_figures(wires, said, read),
        stories=sum(size > 1 for size in sizes),
        largest=max(sizes, default=0),
        clean_per_second=_rate(wires, said.clean_s),
        sign_per_second=_rate(wires, said.sign_s),
        decide_per_second=_rate(wires, said.decide_s),
        misses=tuple(misses(wires, pairs, said)),
    )


def rounds(pairs: Sequence[Pair], *, beside: bool = True) -> int:
    """How many times ``on_wires`` passes over the wires."""
    return 4 if pairs and beside and not missing() else 1


def _ours(wires: Sequence[Wire], pairs: Sequence[Pair], said: Decisions) -> list[MethodFigures]:
    spent = said.clean_s + said.sign_s + said.decide_s
    return _scored(OURS, pairs, _found(said), _rate(wires, spent)) if pairs else []


def _found(said: Decisions) -> Found:
    return lambda pair: said.together(pair.first, pair.second)


def _scored(name: str, pairs: Sequence[Pair], found: Found, rate: float) -> list[MethodFigures]:
    rows = []
    for words, strata in STRATA.items():
        chosen = of_strata(pairs, strata)
        if chosen:
            rows.append(MethodFigures(name, words, score_pairs(chosen, found), rate))
    return rows


def _rate(wires: Sequence[Wire], seconds: float) -> float:
    return len(wires) / seconds if seconds else 0.0


def _keys(said: Decisions) -> tuple[float, int]:
    counts = said.keys.values()
    return (sum(counts) / len(counts), max(counts)) if counts else (0.0, 0)


def _story_sizes(said: Decisions) -> list[int]:
    sizes: dict[str, int] = {}
    for story in said.stories.values():
        sizes[story] = sizes.get(story, 0) + 1
    return list(sizes.values())


def flash_figures(
    wires: Sequence[Wire], said: Decisions, read: Sequence[ReadFlash] = ()
) -> FlashFigures:
    """How many flashes got a story, and how those that were read fare."""
    linked = linked_flashes(wires, said)
    still = [one for one in read if said.together(one.flash, one.story)]
    return FlashFigures(
        flashes=sum(1 for _ in flashes(wires)),
        linked=len(linked),
        read=len(read),
        right=sum(one.right for one in read),
        right_linked=sum(one.right for one in still),
        wrong_linked=sum(not one.right for one in still),
    )


def misses(wires: Sequence[Wire], pairs: Sequence[Pair], said: Decisions) -> Iterator[Miss]:
    """The pairs the desk got wrong, those that weigh most first."""
    by_number = {wire.number: wire for wire in wires}
    for pair in sorted(pairs, key=lambda pair: (-pair.weight, pair.first, pair.second)):
        wrong = _wrong(pair, said)
        if wrong:
            yield _miss(pair, wrong, by_number, said)


def _wrong(pair: Pair, said: Decisions) -> str:
    if not said.together(pair.first, pair.second):
        return "missed" if pair.kind in SAME or pair.kind is PairKind.FLASH else ""
    if pair.kind in APART:
        return "merged"
    kind = said.kind(pair.second)
    expected = RIGHT_KIND.get(pair.kind)
    return "" if expected is None or kind is expected else str(kind.value if kind else "none")


def _miss(pair: Pair, wrong: str, wires: Mapping[int, Wire], said: Decisions) -> Miss:
    first, second = (wires[number].words() for number in (pair.first, pair.second))
    threes = [shingles(words, 3) for words in (first, second)]
    fives = [shingles(words, 5) for words in (first, second)]
    event = said.primary.get(pair.second)
    return Miss(
        pair=pair,
        wrong=wrong,
        candidate=pair.first in said.candidates.get(pair.second, frozenset()),
        shingles3=containment(*threes),
        shingles5=containment(*fives),
        jaccard3=len(threes[0] & threes[1]) / max(len(threes[0] | threes[1]), 1),
        length_ratio=min(len(first), len(second)) / max(len(first), len(second), 1),
        score=event.score if event else None,
        target=said.target(pair.second),
        reasons=event.reasons if event else (),
    )
