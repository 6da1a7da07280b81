"""``wireroom bench desk --wires``: how well the desk links real wires, beside other methods.

It must not measure: ``streams.bench.desk`` does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter

from streams.cli.bench_clean import progress
from streams.cli.output import Format, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.table import Table

    from streams.bench.desk import DeskReport, Miss
    from streams.bench.desk_scores import Interval
    from streams.bench.desk_wires import Wire

__all__ = ["DeskOptions", "bench_desk"]

_TEXT_CHARS = 400


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class DeskOptions:
    """What the desk's matching is measured with.

    Attributes:
        wires: JSON Lines of id, date, title, body and typ (BRIEF is a flash), in the order they
            were sent, gzipped or not; the desk then decides them one by one, and what it joined
            is scored instead of its speed with items made here.
        pairs: labelled pairs of those wires, a JSON object of "pairs" (a, b, kind, stratum,
            weight) and "exact" (a, b); give it several times for several lists.
        flashes: links of flashes that were read, a JSON object of "flashes" (flash, story, right).
        baselines: run MinHash-LSH and SimHash beside it, where datasketch and simhash are
            installed.
        text: with --misses, the texts of the pairs.
        misses: print the pairs that are wrong, by id, with what can be measured of them.
    """

    wires: Path | None = None
    pairs: Annotated[tuple[Path, ...], Parameter(negative="")] = ()
    flashes: Path | None = None
    baselines: bool = True
    text: Annotated[bool, Parameter(negative="")] = False
    misses: Annotated[bool, Parameter(negative="")] = False


def bench_desk(path: Path, options: DeskOptions, output: str | None, most: int | None) -> None:
    """Measure and print; ``most`` bounds the wires.

    Raises:
        ConfigError: a file cannot be read, or holds what it should not.
    """
    from streams.bench.desk import on_wires, rounds  # noqa: PLC0415  (loads the models)
    from streams.bench.desk_baselines import missing  # noqa: PLC0415
    from streams.bench.desk_pairs import read_flashes, read_pairs  # noqa: PLC0415
    from streams.bench.desk_wires import read_wires  # noqa: PLC0415

    if options.misses and not options.pairs:
        raise ConfigError("--misses needs --pairs: without labels nothing is known to be wrong")
    by_number = {wire.number: wire for wire in read_wires(path)}
    pairs = read_pairs(options.pairs, by_number)
    read = read_flashes(options.flashes, by_number) if options.flashes else []
    wires = list(by_number.values())[:most]
    sent = {wire.number for wire in wires}
    pairs = [pair for pair in pairs if {pair.first, pair.second} <= sent]
    read = [one for one in read if {one.flash, one.story} <= sent]
    report = terminal(stderr=True)
    if pairs and options.baselines and (lacking := missing()):
        report.print(f"no MinHash-LSH and no SimHash beside it: {lacking}")
    passes = rounds(pairs, beside=options.baselines)
    with progress("wires", len(wires) * passes) as step:
        found = on_wires(wires, pairs, read, beside=options.baselines, step=step)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            for line in _report(found):
                out.show(line)
            if options.misses:
                for text in _misses(found, by_number, with_text=options.text):
                    out.show(text)
            return
        for row in _rows(found, with_misses=options.misses):
            out.line(orjson.dumps(row))


def _rows(found: DeskReport, *, with_misses: bool) -> Iterator[dict[str, object]]:
    whole = asdict(found)
    methods, misses = whole.pop("methods"), whole.pop("misses")
    yield {"table": "desk", **whole}
    for row in methods:
        yield {"table": "methods", **row.pop("score"), **row}
    if with_misses:
        for miss in misses:
            yield {"table": "misses", **miss.pop("pair"), **miss}


def _report(found: DeskReport) -> Iterator[str | Table]:
    yield (
        f"{found.wires:,} wires, {found.stories:,} stories of two or more, the largest of "
        f"{found.largest}; {found.pairs:,} labelled pairs"
    )
    if found.methods:
        for strata in dict.fromkeys(row.strata for row in found.methods):
            yield ""
            yield _methods_table(found, strata)
        yield ""
        yield from _kinds(found)
    yield (f"keys an item        {found.keys[0]:.1f} on average, {found.keys[1]} at most")
    yield from _flashes(found)
    yield (
        f"wires a CPU second  clean {found.clean_per_second:,.0f}, sign "
        f"{found.sign_per_second:,.0f}, decide {found.decide_per_second:,.0f}"
    )


def _kinds(found: DeskReport) -> Iterator[str | Table]:
    if found.kinds is not None:
        kinds = found.kinds
        yield _confusion_table(kinds.confusion)
        yield ""
        yield (
            f"kinds right         {_point(kinds.accuracy)} by weight, "
            f"{_point(kinds.unweighted)} pair by pair, of {kinds.pairs} found"
        )
        yield (
            f"                    {_point(kinds.direct)} of the {kinds.direct_pairs} whose later "
            f"wire's event is about the earlier"
        )
    if found.candidate_recall is not None:
        recall, count = found.candidate_recall
        yield f"candidate recall    {_point(recall)} of {count} pairs, A-D without exact"


def _flashes(found: DeskReport) -> Iterator[str]:
    one = found.flashes
    if one.flashes:
        share = one.linked / one.flashes
        yield f"flashes linked      {one.linked} of {one.flashes} within 3 h, {share:.1%}"
    if one.read:
        yield (
            f"flashes read        of {one.read} links read {one.right} were right; still linked: "
            f"{one.right_linked} right, {one.wrong_linked} wrong"
        )


def _methods_table(found: DeskReport, strata: str) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(strata, no_wrap=True)
    for column in ("P", "R", "F1", "95 %", "templates", "95 %", "wires/s"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in found.methods:
        if row.strata != strata:
            continue
        one = row.score
        table.add_row(
            row.method,
            *(_point(figure.value) for figure in (one.precision, one.recall, one.f1)),
            _between(one.f1),
            _point(one.templates.value),
            _between(one.templates),
            f"{row.per_second:,.0f}" if row.per_second else "",
        )
    return table


def _confusion_table(confusion: Mapping[str, Mapping[str, int]]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    said = sorted({event for row in confusion.values() for event in row})
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("found, and is", no_wrap=True)
    for event in said:
        table.add_column(event, justify="right")
    for kind, row in confusion.items():
        table.add_row(kind, *(str(row.get(event, "")) for event in said))
    return table


def _misses(
    found: DeskReport, wires: Mapping[int, Wire], *, with_text: bool
) -> Iterator[str | Table]:
    yield ""
    yield "wrong: pair, stratum, weight, kind -> what it got, then what can be measured"
    for miss in found.misses:
        yield _miss_line(miss)
        if with_text:
            for number in (miss.pair.first, miss.pair.second):
                yield f"    {number} {_text(wires[number])}"


def _miss_line(miss: Miss) -> str:
    pair = miss.pair
    candidate = "" if miss.candidate else " no candidate"
    linked = f" of={miss.target} {miss.score or 0:.2f}" if miss.target is not None else ""
    reasons = f" ({', '.join(miss.reasons)})" if miss.reasons else ""
    return printable(
        f"{pair.first} {pair.second} {pair.stratum} x{pair.weight:.1f} {pair.kind} -> {miss.wrong}:"
        f"{candidate} w3={miss.shingles3:.2f} w5={miss.shingles5:.2f} J3={miss.jaccard3:.2f}"
        f" length={miss.length_ratio:.2f}{linked}{reasons}"
    )


def _text(wire: Wire) -> str:
    text = " / ".join((wire.title, *wire.paragraphs))
    return printable(text[:_TEXT_CHARS] + ("..." if len(text) > _TEXT_CHARS else ""))


def _point(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def _between(figure: Interval) -> str:
    return f"{_point(figure.low)}-{_point(figure.high)}"
