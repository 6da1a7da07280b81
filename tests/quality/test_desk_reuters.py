"""How well the desk links 11,000 real wires of 1987, scored on labelled pairs.

Pairs stand for the population of their stratum of lexical likeness (A most alike, D least), by
weight; `tests/data/reuters_pairs/README.md` says how they were drawn and read. Found means: in one
story. Templates, bulletins of a series and merely related stories must stay apart.
"""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.event import EventKind
from streams.bench.desk import flash_figures
from streams.bench.desk_pairs import PairKind, of_strata, read_flashes, read_pairs
from streams.bench.desk_scores import recall_of_candidates, score_kinds, score_pairs
from streams.bench.desk_wires import decide, read_wires

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data/reuters21578"
LISTS = ROOT / "tests/data/reuters_pairs"

pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not DATA.exists(), reason="the Reuters wires are not beside the project"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def wires():
    return read_wires(DATA / "wire_dev.jsonl.gz")


@pytest.fixture(scope="module")
def pairs(wires):
    lists = [LISTS / "pairs.json", DATA / "pairs_dev.json"]
    return read_pairs(lists, {wire.number: wire for wire in wires})


@pytest.fixture(scope="module")
def said(wires, pairs):
    """What the desk said of each wire, in order of transmission."""
    asked = {pair.second for pair in of_strata(pairs, "ABCD")}
    return decide(wires, asked=asked)


@pytest.fixture(scope="module")
def found(said):
    return lambda pair: said.together(pair.first, pair.second)


# The floors are what was reached on these pairs, less a point: 514 labelled pairs and 183 exact
# ones. Reached: A-C with exact .998 / .975 / .986, A-D with exact .998 / .932 / .964. Of long texts
# a sample is compared, by hash: one pair of D, a cut, has .32 of the phrases in common by it, with
# the hashes of fingerprint version 3 it had .63, and weighs .008 of the F1.
@pytest.mark.parametrize(
    ("strata", "floors"),
    [
        ("ABCX", (0.988, 0.965, 0.976)),
        ("ABCDX", (0.988, 0.922, 0.954)),
        ("ABC", (0.986, 0.95, 0.967)),
    ],
    ids=["alike-and-exact", "all-and-exact", "alike"],
)
def test_copies_and_versions_are_linked(pairs, found, strata, floors, record_property):
    score = score_pairs(of_strata(pairs, strata), found)
    reached = [one.value for one in (score.precision, score.recall, score.f1)]
    record_property("scores", {"precision recall f1": reached, **score.merged})
    assert all(value >= floor for value, floor in zip(reached, floors, strict=True)), reached


# Reached: no template; of merely related stories .089 in A to D, one pair, and .008 in all.
@pytest.mark.parametrize(
    ("strata", "related"), [("ABC", 0.01), ("ABCDE", 0.018)], ids=["alike", "all"]
)
def test_templates_and_related_stories_stay_apart(pairs, found, strata, related):
    merged = score_pairs(of_strata(pairs, strata), found).merged
    assert merged["template"] <= 0.01
    assert merged["related"] <= related


def test_exact_copies_are_all_found(pairs, found):
    assert score_pairs(of_strata(pairs, "X"), found).merged["exact"] == 1.0


def test_no_story_runs_away(said):
    sizes = {}
    for story in said.stories.values():
        sizes[story] = sizes.get(story, 0) + 1
    assert max(sizes.values()) <= 8


# Reached: .952 by weight, .946 pair by pair.
def test_kinds_of_found_pairs_are_right(pairs, found, said):
    kinds = score_kinds(pairs, found, said.kind, said.target)
    assert kinds.pairs >= 150
    assert kinds.accuracy >= 0.942, kinds.confusion
    assert kinds.unweighted >= 0.936, kinds.confusion


def test_versions_with_text_of_their_own_are_published(wires, found, said):
    known = read_pairs([DATA / "pairs_dev.json"], {wire.number: wire for wire in wires})
    for pair in known:
        if pair.kind is PairKind.VERSION and found(pair):
            assert said.kind(pair.second) is not EventKind.DUPLICATE


# Reached: one, a tenth shorter by one sentence.
def test_a_version_is_hardly_ever_passed_over_as_a_copy(pairs, found, said):
    passed_over = [
        pair
        for pair in pairs
        if pair.kind is PairKind.VERSION
        and found(pair)
        and said.kind(pair.second) is EventKind.DUPLICATE
        and said.target(pair.second) == pair.first
    ]
    assert len(passed_over) <= 1


# Reached: .946 by weight, .977 pair by pair, at 21.6 keys an item and 25 at most.
def test_the_earlier_wire_is_a_candidate(pairs, said):
    asked = of_strata(pairs, "ABCD")
    recall, count = recall_of_candidates(asked, said.candidates)
    unweighted, _ = recall_of_candidates(
        [replace(pair, weight=1.0) for pair in asked], said.candidates
    )
    assert count >= 200
    assert (recall >= 0.936, unweighted >= 0.967) == (True, True), (recall, unweighted)
    assert max(said.keys.values()) <= 25


# Reached: 669 of 893, .749. Of 50 read all are right. Of 38 read of those below .65, 33 are still
# made, of which 28 are right.
def test_flashes_get_their_story(wires, said):
    by_number = {wire.number: wire for wire in wires}
    figures = flash_figures(wires, said, read_flashes(LISTS / "flashes.json", by_number))
    assert figures.linked >= 0.739 * figures.flashes
    assert figures.right_linked >= 0.98 * figures.read
    low = flash_figures(wires, said, read_flashes(LISTS / "flashes_low.json", by_number))
    assert low.wrong_linked <= 5
    first = flash_figures(wires, said, read_flashes(LISTS / "flashes_first.json", by_number))
    assert first.right_linked >= 0.96 * first.right
    assert first.wrong_linked == 0


# The half that was held back while the matching was last worked on. Reached, A-D with exact: .968;
# .984 with the hashes of fingerprint version 3, which found one pair more.
def test_pairs_that_were_not_looked_at_do_as_well(wires, found):
    ours = read_pairs([LISTS / "pairs.json"], {wire.number: wire for wire in wires})
    held_back = [
        pair
        for pair in ours
        if pair.stratum == "X" or not zlib.crc32(f"{pair.first}-{pair.second}".encode()) & 1
    ]
    score = score_pairs(of_strata(held_back, "ABCDX"), found)
    assert score.f1.value >= 0.958
