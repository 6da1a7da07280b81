"""``wireroom bench desk --wires``: pairs are scored as labelled, and what is missing is said."""

from __future__ import annotations

import gzip
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from schemas.event import EventKind
from streams.bench import desk_baselines
from streams.bench.corpus import Copywriter
from streams.bench.desk import flash_figures, misses, on_wires, rounds
from streams.bench.desk_baselines import baselines
from streams.bench.desk_pairs import Pair, PairKind, ReadFlash, read_flashes, read_pairs
from streams.bench.desk_sample import candidates, containment, draw, exact_pairs, main, shingles
from streams.bench.desk_scores import recall_of_candidates, score_kinds, score_pairs
from streams.bench.desk_wires import Wire, decide, linked_flashes, number_of, read_wires
from streams.errors import ConfigError

START = datetime(1987, 3, 2, 9, tzinfo=UTC)
STORY = Copywriter().paragraphs(1, 220)
FLASH = "HARBOUR BOARD OF NORTHWICK VOTES TO CLOSE BRIDGE"
FOLLOWS = (
    "The harbour board of Northwick said it votes to close the old bridge from Monday.",
    "Ferries will carry passengers and cars until the repairs are done.",
    "The chairman told the town council that this may take three years.",
    "Traders along the quay will be paid for what they lose meanwhile, he said.",
)


def a_row(number: int, title: str, texts: tuple[str, ...] | list[str], **other: object) -> dict:
    at = START + timedelta(minutes=10 * number)
    row = {"id": number, "date": at.isoformat(), "title": title, "body": "\n    ".join(texts)}
    return {**row, **other}


def the_rows() -> list[dict]:
    """A story, its cut, the same again and its flash; two payouts of one form, and others."""
    rows = [
        a_row(1, "Council closes bridges", STORY),
        a_row(2, "Council closes bridges", STORY[:-1]),
        a_row(3, "Council closes bridges", STORY),
        a_row(4, FLASH, [f"****** {FLASH}", "Blah blah blah."], typ="BRIEF"),
        a_row(5, "Northwick closes its bridge", FOLLOWS),
        a_row(6, "ACME SETS PAYOUT", ["Qtly div 10 cts vs 10 cts prior", "Pay April 3"]),
        a_row(7, "NADIR SETS PAYOUT", ["Qtly div 12 cts vs 12 cts prior", "Pay April 9"]),
    ]
    return [
        *rows,
        *(a_row(8 + n, f"Other news {n}", Copywriter().paragraphs(50 + n, 120)) for n in range(6)),
    ]


def written(path: Path, rows: list[dict]) -> Path:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


@pytest.fixture
def wires(tmp_path: Path) -> list[Wire]:
    return read_wires(written(tmp_path / "wires.jsonl", the_rows()))


def a_pair(first: int, second: int, kind: str, stratum: str = "A", weight: float = 1.0) -> Pair:
    return Pair(first, second, PairKind(kind), stratum, weight)


PAIRS = [
    a_pair(1, 2, "version", "A", 2.0),
    a_pair(1, 3, "exact", "X"),
    a_pair(4, 5, "flash", "C"),
    a_pair(6, 7, "template", "C", 3.0),
]


def test_wires_are_read_in_both_ways_of_writing_dates_and_gzipped(tmp_path: Path) -> None:
    rows = [
        a_row(1, "One", ["First line\nwrapped.", "Second."]),
        {"id": 2, "date": " 2-MAR-1987 09:30:01.79", "title": "Two", "body": "x", "typ": "BRIEF"},
    ]
    path = tmp_path / "wires.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, rows))))
    first, second = read_wires(path)
    assert first.paragraphs == ("First line wrapped.", "Second.")
    assert (second.at, second.is_flash) == (datetime(1987, 3, 2, 9, 30, 1, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{}", "no wire of id"),
        (b"[]", "no wire of id"),
        (b"not json", "no wire of id"),
        (b'{"id": 1, "date": "soon", "title": "", "body": ""}', "no wire of id"),
        (b"", "holds no wire"),
    ],
)
def test_what_is_no_wire_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "wires.jsonl"
    path.write_bytes(line)
    with pytest.raises(ConfigError, match=words):
        read_wires(path)


def test_two_wires_of_one_id_are_refused(tmp_path: Path) -> None:
    rows = [a_row(1, "One", ["a"]), a_row(1, "Two", ["b"])]
    with pytest.raises(ConfigError, match="two wires of one id"):
        read_wires(written(tmp_path / "wires.jsonl", rows))


def test_fillers_are_no_words(wires: list[Wire]) -> None:
    assert "blah" not in wires[3].words()
    assert wires[3].words().count("northwick") == 2


def test_wires_are_decided_in_order_and_a_flash_gets_its_story(wires: list[Wire]) -> None:
    said = decide(wires, asked={2})
    assert said.kind(2) is EventKind.UPDATE
    assert said.target(2) == 1
    assert said.kind(3) is EventKind.DUPLICATE
    assert said.candidates[2] == {1}
    assert linked_flashes(wires, said) == {4: 5}
    assert not said.together(6, 7)


def test_a_story_after_three_hours_is_not_the_flashs(tmp_path: Path) -> None:
    late = a_row(30, "Northwick closes its bridge", FOLLOWS)
    rows = [row for row in the_rows() if row["id"] != 5]
    wires = read_wires(written(tmp_path / "wires.jsonl", [*rows, late]))
    said = decide(wires)
    said.stories[30] = said.stories[4]
    assert linked_flashes(wires, said) == {}


def test_ids_of_items_lead_back_to_wires() -> None:
    assert number_of("reuters:17@00") == 17
    assert number_of("reuters:17") == 17
    assert number_of("reuters:abc@1") is None


def test_pairs_count_by_weight() -> None:
    pairs = [
        a_pair(1, 2, "version", "A", 3.0),
        a_pair(1, 3, "near", "A", 1.0),
        a_pair(4, 5, "template", "B", 2.0),
        a_pair(6, 7, "flash", "B", 50.0),
    ]
    one = score_pairs(pairs, lambda pair: pair.kind is not PairKind.NEAR)
    assert one.precision.value == pytest.approx(3 / 5)
    assert one.recall.value == pytest.approx(3 / 4)
    assert one.f1.value == pytest.approx(2 / 3)
    assert one.templates.value == 1.0
    assert one.merged == {"near": 0.0, "version": 1.0, "flash": 1.0, "template": 1.0}


def test_intervals_hold_the_figure_and_are_the_same_twice() -> None:
    pairs = [a_pair(n, n + 1, "near" if n % 3 else "template") for n in range(60)]
    one, two = (score_pairs(pairs, lambda pair: pair.first % 5 > 0) for _ in range(2))
    assert one == two
    for figure in (one.precision, one.recall, one.f1, one.templates):
        assert figure.low < figure.value < figure.high


def test_each_stratum_is_drawn_again_by_itself() -> None:
    pairs = [a_pair(1, 2, "near", "A"), a_pair(3, 4, "near", "B", 9.0)]
    one = score_pairs(pairs, lambda pair: pair.first == 1)
    assert (one.recall.low, one.recall.value, one.recall.high) == (0.1, 0.1, 0.1)


def test_nothing_to_score_is_said() -> None:
    with pytest.raises(ValueError, match="no pair"):
        score_pairs([], lambda _: True)


def test_kinds_are_judged_on_found_pairs_only() -> None:
    said = {2: EventKind.UPDATE, 4: EventKind.UPDATE, 6: EventKind.DUPLICATE, 8: EventKind.NEW}
    pairs = [
        a_pair(1, 2, "version", weight=3.0),
        a_pair(3, 4, "near"),
        a_pair(5, 6, "exact", "X"),
        a_pair(7, 8, "correction"),
    ]
    targets = {2: 1, 4: 2}
    one = score_kinds(pairs, lambda pair: pair.first != 7, said.get, targets.get)
    assert (one.pairs, one.accuracy, one.unweighted) == (2, 0.75, 0.5)
    assert (one.direct, one.direct_pairs) == (1.0, 1)
    assert one.confusion == {
        "exact": {"duplicate": 1},
        "near": {"update": 1},
        "version": {"update": 1},
    }


def test_candidates_are_asked_for_by_what_needs_them() -> None:
    pairs = [a_pair(1, 2, "near", weight=3.0), a_pair(1, 3, "version"), a_pair(1, 4, "template")]
    assert recall_of_candidates(pairs, {2: frozenset({1}), 3: frozenset({2})}) == (0.75, 2)


def a_list(path: Path, pairs: list[dict], exact: list[dict] | None = None) -> Path:
    path.write_bytes(orjson.dumps({"pairs": pairs, "exact": exact or []}))
    return path


def labelled(a: int, b: int, kind: str = "near", **other: object) -> dict:
    return {"a": a, "b": b, "kind": kind, "stratum": "A", "weight": 4.0, **other}


def test_of_two_lists_each_pair_counts_once_and_estimates_are_averaged(
    tmp_path: Path, wires: list[Wire]
) -> None:
    by_number = {wire.number: wire for wire in wires}
    one = a_list(tmp_path / "one.json", [labelled(1, 2), labelled(2, 1)], [{"a": 1, "b": 3}])
    two = a_list(tmp_path / "two.json", [labelled(5, 4), labelled(6, 7)], [{"a": 1, "b": 3}])
    pairs = read_pairs([one, two], by_number)
    assert [(pair.first, pair.second) for pair in pairs] == [(1, 2), (1, 3), (4, 5), (6, 7)]
    assert [pair.weight for pair in pairs] == [2.0, 1.0, 2.0, 2.0]


def test_a_pair_without_weight_stands_for_nothing(tmp_path: Path, wires: list[Wire]) -> None:
    row = labelled(1, 2)
    del row["weight"]
    path = a_list(tmp_path / "more.json", [row, labelled(4, 5)])
    pairs = read_pairs([path], {wire.number: wire for wire in wires})
    assert [pair.weight for pair in pairs] == [0.0, 4.0]


def test_pairs_more_than_three_days_apart_are_not_scored(tmp_path: Path) -> None:
    rows = [a_row(1, "One", ["a"]), a_row(2 + 72 * 6, "Two", ["b"])]
    by_number = {w.number: w for w in read_wires(written(tmp_path / "wires.jsonl", rows))}
    path = a_list(tmp_path / "pairs.json", [labelled(1, 434)])
    assert read_pairs([path], by_number) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (labelled(1, 99), "wire 99 is not in the file"),
        (labelled(1, 2, "twin"), "twin"),
        (labelled(1, 2, a_sha="000000000000"), "another text"),
        ({"a": 1}, "no list of pairs"),
    ],
)
def test_a_list_that_does_not_fit_the_wires_is_refused(
    tmp_path: Path, wires: list[Wire], row: dict, words: str
) -> None:
    path = a_list(tmp_path / "pairs.json", [row])
    with pytest.raises(ConfigError, match=words):
        read_pairs([path], {wire.number: wire for wire in wires})


def test_read_flashes_are_followed(tmp_path: Path, wires: list[Wire]) -> None:
    path = tmp_path / "flashes.json"
    rows = [{"flash": 4, "story": 5, "right": True}, {"flash": 4, "story": 1, "right": False}]
    path.write_bytes(orjson.dumps({"flashes": rows}))
    read = read_flashes(path, {wire.number: wire for wire in wires})
    assert read == [ReadFlash(4, 5, right=True), ReadFlash(4, 1, right=False)]
    figures = flash_figures(wires, decide(wires), read)
    assert (figures.flashes, figures.linked, figures.read, figures.right) == (1, 1, 2, 1)
    assert (figures.right_linked, figures.wrong_linked) == (1, 0)
    path.write_bytes(b"{}")
    with pytest.raises(ConfigError, match="no list of flashes"):
        read_flashes(path, {})


def test_misses_say_what_was_wrong(wires: list[Wire]) -> None:
    pairs = [*PAIRS, a_pair(8, 9, "near", weight=9.0), a_pair(1, 3, "version")]
    found = list(misses(wires, pairs, decide(wires, asked={3, 9})))
    assert [(miss.pair.first, miss.wrong) for miss in found] == [(8, "missed"), (1, "duplicate")]
    assert found[1].length_ratio == 1.0
    assert not found[0].candidate


def test_baselines_find_what_is_alike(wires: list[Wire]) -> None:
    methods = {one.name: one.found for one in baselines(wires, {1: "a", 3: "a", 2: "b"})}
    same, cut, payouts = a_pair(1, 3, "exact"), a_pair(1, 2, "version"), a_pair(6, 7, "template")
    assert [found(same) for found in methods.values()] == [True] * 4
    assert not methods["exact hash"](cut)
    assert methods["MinHash w3 J>=0.5"](cut)
    assert not methods["SimHash w3 k<=3"](payouts)


def test_without_their_packages_the_baselines_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch, wires: list[Wire]
) -> None:
    monkeypatch.setattr(desk_baselines.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pip install datasketch"):
        next(baselines(wires, {}))
    report = on_wires(wires, PAIRS)
    assert {row.method for row in report.methods} == {"desk"}
    assert rounds(PAIRS) == 1


def test_the_report_holds_all_figures(wires: list[Wire]) -> None:
    report = on_wires(wires, PAIRS, beside=False)
    assert (report.wires, report.pairs, report.largest) == (len(wires), 4, 3)
    assert report.candidate_recall == (1.0, 1)
    assert report.keys[0] <= report.keys[1] <= 28
    assert report.misses == ()
    assert report.methods[0].score.f1.value == 1.0
    assert on_wires(wires, []).methods == ()


def test_strata_are_by_the_share_of_five_word_runs(wires: list[Wire]) -> None:
    found = {(one.first, one.second): one.stratum for one in candidates(wires)}
    assert found[1, 2] == "A"
    assert (1, 3) not in found  # equal word for word: apart
    assert exact_pairs(wires) == [(1, 3)]
    assert (1, 8) not in found


def test_containment_is_of_the_smaller_set() -> None:
    assert containment(shingles(list("abcdef"), 2), shingles(list("cde"), 2)) == 1.0
    assert containment(shingles([], 2), shingles(["a"], 2)) == 0.0


def test_a_draw_is_the_same_twice_and_leaves_out_what_is_known(wires: list[Wire]) -> None:
    population = list(candidates(wires))
    known = frozenset({(1, 2)})
    first, second = (draw(population, known, {"A": 5, "B": 5}) for _ in range(2))
    assert first == second
    assert (1, 2) not in {(one.first, one.second) for one, _ in first}
    everything = draw(population, frozenset(), {"A": 99})
    assert {weight for _, weight in everything} == {1.0}


def test_the_drawing_program_writes_pairs_to_be_read(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = written(tmp_path / "wires.jsonl", the_rows())
    assert main([str(path)]) == 0
    out = orjson.loads(capfdbinary.readouterr().out)
    assert out["population"]["exact"] == 1
    assert {"a", "b", "a_sha", "b_sha", "stratum", "weight"} == set(out["pairs"][0])


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "streams", "bench", *arguments]
    return subprocess.run(command, check=False, capture_output=True)


def test_the_command_prints_lines_for_programs_and_tables_for_people(tmp_path: Path) -> None:
    wires = written(tmp_path / "wires.jsonl", the_rows())
    listed = [labelled(1, 2, "version"), labelled(6, 7, "near")]
    pairs = a_list(tmp_path / "pairs.json", listed, [{"a": 1, "b": 3, "kind": "exact"}])
    options = ("desk", "--wires", str(wires), "--pairs", str(pairs), "--misses")
    piped = run(*options)
    assert piped.returncode == 0, piped.stderr
    rows = [orjson.loads(line) for line in piped.stdout.splitlines()]
    assert [row["table"] for row in rows] == ["desk", *["methods"] * 10, "misses"]
    shown = run(*options, "--text", "--no-baselines", "-o", "text").stdout.decode()
    for words in ("A-C and exact", "kinds right", "candidate recall", "keys an item", "6 7 A"):
        assert words in shown
    assert "NADIR SETS PAYOUT" in shown
    assert "MinHash" not in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("desk", "--misses"), b"need --wires"),
        (("stages", "--wires", "x.jsonl"), b"--wires"),
        (("desk", "--wires", "none.jsonl"), b"cannot be read"),
    ],
)
def test_the_command_says_what_it_lacks(arguments: tuple[str, ...], words: bytes) -> None:
    done = run(*arguments)
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("name", ["pairs", "more"])
def test_the_lists_hold_ids_kinds_and_no_text(name: str) -> None:
    lists = Path(__file__).resolve().parents[2] / "data/reuters_pairs"
    listed = orjson.loads((lists / f"{name}.json").read_bytes())
    for row in [*listed["pairs"], *listed.get("exact", ())]:
        assert set(row) <= {"a", "b", "a_sha", "b_sha", "kind", "stratum", "weight"}
        assert row["kind"] in set(PairKind)
        assert row["a"] < row["b"]
        assert len(row["a_sha"]) == len(row["b_sha"]) == 12
    seen = [(row["a"], row["b"]) for row in listed["pairs"]]
    assert len(set(seen)) == len(seen)


def test_weights_of_a_stratum_add_up_to_its_population() -> None:
    lists = Path(__file__).resolve().parents[2] / "data/reuters_pairs"
    listed = orjson.loads((lists / "pairs.json").read_bytes())
    for stratum, count in listed["population"].items():
        weights = [row["weight"] for row in listed["pairs"] if row["stratum"] == stratum]
        there = sum(weights) if weights else len(listed[stratum])
        assert there == pytest.approx(count, abs=0.01), stratum
