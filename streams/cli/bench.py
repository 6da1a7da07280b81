"""``wireroom bench``: the budgets, measured on this machine, in this run.

It must not judge: figures are printed as they came out, beside their budgets.
"""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter, validators

from streams.cli.bench_clean import CleanOptions, bench_clean
from streams.cli.bench_desk import DeskOptions, bench_desk
from streams.cli.bench_enrich import EnrichOptions, bench_enrich
from streams.cli.bench_figures import figures_table
from streams.cli.bench_kafka import SOAK, WORKER, KafkaOptions, bench_kafka
from streams.cli.bench_replay import bench_replay
from streams.cli.common import Common
from streams.cli.inputs import Inputs
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table

    from schemas.raw import RawMessage
    from streams.bench import Figure
    from streams.bench.formats import FormatFigures, Reading

_FORMATS = "formats"
_CLEAN = "clean"
_DESK = "desk"
_ENRICH = "enrich"
_REPLAY = "replay"
_KAFKA = "kafka"
_BY_THEMSELVES = (_FORMATS, _CLEAN)
_ON_A_BROKER = (WORKER, SOAK)
# The columns of fields, narrow enough for a terminal.
_SHORT = {
    "headline": "head", "version": "vers", "version_created": "made", "first_created": "1st",
    "urgency": "urg", "language": "lang", "slugline": "slug", "ednotes": "note", "subjects": "subj",
}  # fmt: skip
_MOST_WORDS = 12  # of those not reached
# Libraries of linear algebra start a thread a core, and a budget is per core.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def bench(
    *sections: str,
    corpus: str | None = None,
    hot: int = 100_000,
    recover: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    size: Annotated[int, Parameter(validator=validators.Number(gte=1, lte=10_000))] = 50,
    misses: Annotated[bool, Parameter(negative="")] = False,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    clean: CleanOptions = CleanOptions(),  # noqa: B008  (frozen)
    desk: DeskOptions = DeskOptions(),  # noqa: B008  (frozen)
    enrich: EnrichOptions = EnrichOptions(),  # noqa: B008  (frozen)
    kafka: KafkaOptions = KafkaOptions(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Measure this machine against the budgets, in CPU time.

    Sections: stages (decode, clean, sign), desk, enrich, embedded, and kafka,
    which needs a broker: start one with make kafka and name it with --broker.
    Without any: all but kafka.

    formats, by itself, reads a corpus and prints a row a format: files, text
    items, the fields they state, the share of the source's words that reach an
    item (its text, its notes, or what it names as removed), CPU time to decode,
    and what was rejected or dead, and why.

    clean, by itself, cuts pages to their articles and prints how well, by the
    measure of the public article-extraction benchmark: runs of four words that
    are right (P), found (R) and both (F1, with its standard error), exact
    matches, CPU time, beside simple rules and public extractors in the same run.
    Its corpus is JSON Lines of id, url, text, articleBody and, if known, title
    and html.

    desk --wires FILE, by itself, cleans, signs and decides real wires one after
    the other, knowing only what came before, and prints how well: with --pairs
    precision, recall and F1 of pairs being one story, with bootstrap 95 %
    intervals, the share of same-template pairs wrongly merged, whether kinds are
    right, how often the earlier wire was a candidate; beside MinHash-LSH, SimHash
    and exact hashes. Without: flashes that got a story within 3 hours, keys an
    item, and wires a CPU second.

    enrich, by itself, prints what the whole stage costs against spaCy in the same
    run, and the memory and start of a pool process; with --ner DIR, of labelled
    sets, also precision, recall and F1 of names by type with bootstrap 95 %
    intervals, of spaCy and the gazetteer by themselves, of the default chain and
    of the fast recogniser; words alone that were taken for the right person; and
    places that have a link. With --folds the fast one is trained on the sets, and
    with --archive on what is found in an archive besides.

    replay ARCHIVE..., by itself, measures an archive: reading alone, the whole chain
    without enrichment in one process and beside two, what a second process gains
    with enrichment, whether two replays are the same, and memory at two sizes; by
    the clock, and by CPU time as two free cores would. Without an ARCHIVE it measures
    reading, each format against its library alone, and plays dispatches made here.
    --max says how many messages the chain is measured with,
    2,000 by default; memory is measured with ten times as many.

    kafka --backlog N measures flashes while the workers work off N messages.

    worker, by itself, measures what the worker costs besides its stages: how many
    messages a second intake's process passes on, and CPU time from raw to items,
    part by part. soak, by itself, runs intake and desk for long at a steady rate
    and prints delays, and the slopes of memory and descriptors with their error;
    Ctrl-C ends it with what there is. Both start a broker of their own where
    --broker names none.

    Args:
        sections: what to measure.
        corpus: measure with these messages (as for run) instead of those made here.
        hot: how many items the desk holds while it is measured; the budget is for 1,000,000.
        recover: measure instead how long a new desk takes to remember so many decided items,
            from a temporary file, or from Kafka with --broker kafka://host:port.
        size: MB of text in each file that replay makes without an ARCHIVE, in a temporary
            directory.
        misses: print what is wrong: of enrich --ner the names, by class; of desk --wires with
            --pairs the pairs, by id, with what can be measured of them.
        output: a file, or one of text, jsonl.
        inputs: how to read the corpus.
        clean: what cleaning is measured with.
        desk: what the desk's matching is measured with.
        enrich: what enrichment is measured with.
        kafka: what is measured on a broker.
        common: settings.
    """
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    from streams.bench import SECTIONS, measure  # noqa: PLC0415  (numpy reads the above)

    _fits(sections, kafka)
    if sections[:1] == (_REPLAY,):
        bench_replay(sections[1:], inputs, output, size)
        return
    if sections in ((WORKER,), (SOAK,)):
        bench_kafka(sections[0], kafka, common.settings().broker, output)
        return
    there = (*SECTIONS, *_BY_THEMSELVES, *_ON_A_BROKER, _REPLAY)
    unknown = [name for name in sections if name not in there]
    if unknown:
        raise ConfigError(f"{unknown[0]} is not measured; there are {', '.join(there)}")
    if _bench_desk(replace(desk, misses=misses), sections, output, inputs.max):
        return
    if sections == (_ENRICH,):
        _bench_enrich(enrich, corpus, inputs, output, misses=misses)
        return
    if enrich != EnrichOptions():
        raise ConfigError(
            "--ner, --sample, --model, --folds, --archive are for wireroom bench enrich"
        )
    alone = _alone(sections)
    if alone == _CLEAN:
        bench_clean(corpus, clean, output, inputs.max)
        return
    if alone == _FORMATS:
        _bench_formats(tuple(inputs.sources((corpus,))) if corpus else None, output)
        return
    broker = _broker(sections, recover, common)
    messages = tuple(inputs.sources((corpus,))) if corpus else ()
    chosen = sections or tuple(name for name in SECTIONS if name != _KAFKA)
    wanted = measure(
        chosen,
        messages=messages,
        hot=hot,
        recover=recover,
        broker=broker,
        backlog=kafka.backlog,
    )
    _bench_budgets(wanted, output)


def _alone(sections: tuple[str, ...]) -> str | None:
    """The section that has a table of its own, if one was asked for."""
    themselves = (*_BY_THEMSELVES, *_ON_A_BROKER)
    alone = next((name for name in sections if name in themselves), None)
    if alone and len(sections) > 1:
        raise ConfigError(f"{alone} has a table of its own: measure it by itself")
    return alone


def _fits(sections: tuple[str, ...], kafka: KafkaOptions) -> None:
    """Make sure that what was given is for what is measured."""
    if kafka.backlog is not None and sections != (_KAFKA,):
        raise ConfigError("--backlog is for the broker: wireroom bench kafka --backlog N")
    if sections not in ((_KAFKA,), (WORKER,), (SOAK,)) and kafka != KafkaOptions():
        raise ConfigError("--messages is for wireroom bench worker, --minutes ... for bench soak")


def _bench_budgets(wanted: dict[str, Callable[[], list[Figure]]], output: str | None) -> None:
    report = terminal(stderr=True)
    figures: list[Figure] = []
    for name, section in wanted.items():
        report.print(f"measuring {name} ...")
        figures += section()
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(figures_table(figures))
            return
        for figure in figures:
            out.line(orjson.dumps({**asdict(figure), "verdict": figure.verdict}))


def _broker(sections: tuple[str, ...], recover: int | None, common: Common) -> str:
    """The log to measure on, if what is to be measured fits it."""
    if recover is not None and sections != ("desk",):
        raise ConfigError("--recover is for the desk: wireroom bench desk --recover N")
    broker = common.settings().broker
    if _KAFKA in sections and not broker.startswith("kafka://"):
        raise ConfigError(f"kafka is measured on a broker, kafka://host:port, not on {broker}")
    return broker


def _bench_desk(
    desk: DeskOptions, sections: tuple[str, ...], output: str | None, most: int | None
) -> bool:
    """Whether the desk was to be measured on wires, and has been."""
    if desk.wires is None:
        if desk != DeskOptions(misses=desk.misses and sections == (_ENRICH,)):
            raise ConfigError("--pairs, --flashes, --misses, --text, --no-baselines need --wires")
        return False
    if sections != (_DESK,):
        raise ConfigError("--wires is for the desk: wireroom bench desk --wires FILE")
    bench_desk(desk.wires, desk, output, most)
    return True


def _bench_enrich(
    enrich: EnrichOptions, corpus: str | None, inputs: Inputs, output: str | None, *, misses: bool
) -> None:
    if corpus and enrich.sample:
        raise ConfigError("--sample and --corpus both name what the cost is measured with")
    if enrich.archive and not enrich.folds:
        raise ConfigError("--archive is what the models of --folds N learn from: give --folds too")
    path = enrich.sample or corpus
    # What bounds labelled sets must not cut what the cost is measured with.
    messages = tuple(replace(inputs, max=None).sources((path,))) if path else ()
    first = replace(inputs, max=enrich.documents)
    archive = first.sources((enrich.archive,)) if enrich.archive else ()
    bench_enrich(enrich, messages, output, inputs.max, archive=archive, misses=misses)


def _bench_formats(messages: tuple[RawMessage, ...] | None, output: str | None) -> None:
    from streams.bench.formats import figures, made_here, read_one, total  # noqa: PLC0415

    report = terminal(stderr=True)
    if messages is None:
        messages = tuple(made_here())
        report.print("reading dispatches made here; --corpus names real ones")
    readings = [read_one(message) for message in messages]
    if not readings:
        raise ConfigError("the corpus holds no message")
    rows = [*figures(readings), total(readings)]
    with open_output(output) as out:
        if out.format is Format.TEXT:
            out.show(_formats_table(rows))
            for line in _not_items(readings):
                out.show(line)
            return
        for row in rows:
            out.line(orjson.dumps({**asdict(row), "recall": row.recall}))


def _formats_table(rows: list[FormatFigures]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("format")
    fields = list(rows[0].found)
    columns = ["files", "items", *(_SHORT.get(name, name) for name in fields)]
    for column in (*columns, "recall", "ms", "ms/10KB", "rej.", "dead"):
        table.add_column(column, justify="right", overflow="fold")
    for row in rows:
        recall = "" if row.recall is None else f"{row.recall:.4f}"
        scaled = "" if row.ms_per_10_kb is None else f"{row.ms_per_10_kb:.2f}"
        rejected, dead = (sum(counts.values()) for counts in (row.rejected, row.dead))
        found = [str(row.found[name]) for name in fields]
        cells = [row.format, str(row.files), str(row.items), *found, recall]
        table.add_row(*cells, f"{row.decode_ms:.2f}", scaled, str(rejected), str(dead))
    return table


def _not_items(readings: list[Reading]) -> Iterator[str]:
    """Lines that say what is no item, and which words were not reached."""
    for reading in readings:
        name = printable(reading.position)
        if reading.dead:
            yield f"dead      {name}: {', '.join(reading.dead)}"
        if reading.rejected and not reading.found:
            yield f"rejected  {name}: {', '.join(sorted(set(reading.rejected)))}"
        if reading.missing:
            lost = printable(" ".join(reading.missing[:_MOST_WORDS]))
            yield f"missing   {name}: {reading.words - reading.reached} words: {lost}"
