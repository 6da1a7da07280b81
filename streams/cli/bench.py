"""``wireroom bench``: the budgets, measured on this machine, in this run.

It must not judge: figures are printed as they came out, beside their budgets.
"""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import App, Group, Parameter, validators

from streams.cli.bench_clean import CleanOptions, bench_clean
from streams.cli.bench_desk import DeskOptions, bench_desk
from streams.cli.bench_enrich import EnrichOptions, bench_enrich
from streams.cli.bench_figures import print_figures
from streams.cli.bench_replay import bench_replay
from streams.cli.bench_soak import SoakOptions, run_soak
from streams.cli.common import Common
from streams.cli.examples import EXAMPLES
from streams.cli.inputs import InputPath, Inputs
from streams.cli.output import Format, OutputOption, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from schemas.raw import RawMessage
    from streams.bench import Figure
    from streams.bench.formats import FormatFigures, Reading

bench = App(
    name="bench",
    help=(
        "Measure this machine against the budgets, in CPU time.\n\n"
        "Without a command: stages, desk, enrichment and the embedded chain, on dispatches of ours."
    ),
    help_format="plaintext",
    group_commands=Group("Measure", sort_key=0),
    help_epilogue=EXAMPLES["bench"],
)

# The columns of fields, narrow enough for a terminal.
_SHORT = {
    "headline": "head", "version": "vers", "version_created": "made", "first_created": "1st",
    "urgency": "urg", "language": "lang", "slugline": "slug", "ednotes": "note", "subjects": "subj",
}  # fmt: skip
_MOST_WORDS = 12  # of those not reached
_MADE_MB = 50
# Libraries of linear algebra start a thread a core, and a budget is per core.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_Flag = Annotated[bool, Parameter(negative="")]
_AtLeastOne = Annotated[int | None, Parameter(validator=validators.Number(gte=1))]


@bench.default
def budgets(*, hot: int = 100_000, output: OutputOption = None) -> None:
    """All that needs no broker and no data.

    Args:
        hot: how many items the desk holds while it is measured; the budget is for 1,000,000.
        output: a file, or one of text, jsonl.
    """
    _budgets(("stages", "desk", "enrich", "embedded"), output, hot=hot)


@bench.command
def stages(
    *,
    corpus: str | None = None,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
) -> None:
    """Decode, clean and sign, each by itself.

    Args:
        corpus: measure with these messages (as for run) instead of those made here.
        output: a file, or one of text, jsonl.
        inputs: how to read the corpus.
    """
    _budgets(("stages",), output, _messages(corpus, inputs))


@bench.command
def embedded(
    *,
    corpus: str | None = None,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
) -> None:
    """The whole chain in one process, on SQLite, against its bare stages.

    Args:
        corpus: measure with these messages (as for run) instead of those made here.
        output: a file, or one of text, jsonl.
        inputs: how to read the corpus.
    """
    _budgets(("embedded",), output, _messages(corpus, inputs))


@bench.command
def desk(
    *,
    hot: int = 100_000,
    recover: _AtLeastOne = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    output: OutputOption = None,
    options: DeskOptions = DeskOptions(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """The desk: how fast it decides, how fast it remembers, or how well it links real wires.

    With --wires they are cleaned, signed and decided one after the other, each
    knowing only what came before. Printed is, with --pairs, precision, recall and
    F1 of pairs being one story, with bootstrap 95 % intervals, the share of
    same-template pairs wrongly merged, whether kinds are right, how often the
    earlier wire was a candidate; beside MinHash-LSH, SimHash and exact hashes.
    Without: flashes that got a story within 3 hours, keys an item, and wires a CPU
    second.

    Args:
        hot: how many items the desk holds while it is measured; the budget is for 1,000,000.
        recover: measure instead how long a new desk takes to remember so many decided items,
            from a temporary file, or from Kafka with --broker kafka://host:port.
        max: read at most so many of the wires.
        output: a file, or one of text, jsonl.
        options: real wires.
        common: settings.
    """
    if options.wires is not None:
        _one_thread()
        bench_desk(options.wires, options, output, max)
        return
    if options != DeskOptions():
        raise ConfigError("--pairs, --flashes, --misses, --text, --no-baselines need --wires")
    _budgets(("desk",), output, hot=hot, recover=recover, broker=common.settings().broker)


@bench.command
def enrich(
    *,
    misses: _Flag = False,
    output: OutputOption = None,
    options: EnrichOptions = EnrichOptions(),  # noqa: B008  (frozen)
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
) -> None:
    """What enrichment costs, finds and takes.

    Printed is what the whole stage costs against spaCy in the same run, and the
    memory and start of a pool process; with --ner DIR, of labelled sets, also
    precision, recall and F1 of names by type with bootstrap 95 % intervals, of
    spaCy and the gazetteer by themselves, of the default chain and of the fast
    recogniser; words alone that were taken for the right person; and places that
    have a link. With --folds the fast one is trained on the sets, and with
    --archive on what is found in an archive besides.

    Args:
        misses: print the names that are wrong, by class.
        output: a file, or one of text, jsonl.
        options: what it is measured with.
        inputs: how to read the sample and the archive; --max bounds the documents of each set.
    """
    _one_thread()
    if options.archive and not options.folds:
        raise ConfigError("--archive is what the models of --folds N learn from: give --folds too")
    # What bounds labelled sets must not cut what the cost is measured with.
    messages = _messages(options.sample, replace(inputs, max=None))
    first = replace(inputs, max=options.documents)
    archive = first.sources((options.archive,)) if options.archive else ()
    bench_enrich(options, messages, output, inputs.max, archive=archive, misses=misses)


@bench.command
def clean(
    *,
    corpus: str | None = None,
    max: int | None = None,  # noqa: A002  (the word every command uses)
    output: OutputOption = None,
    options: CleanOptions = CleanOptions(),  # noqa: B008  (frozen)
) -> None:
    """How well pages are cut to their articles, beside other methods.

    By the measure of the public article-extraction benchmark: runs of four words
    that are right (P), found (R) and both (F1, with its standard error), exact
    matches, CPU time, beside simple rules and public extractors in the same run.

    Args:
        corpus: JSON Lines of id, url, text, articleBody and, if known, title and html.
        max: read at most so many pages.
        output: a file, or one of text, jsonl.
        options: what it is measured with.
    """
    _one_thread()
    bench_clean(corpus, options, output, max)


@bench.command
def formats(
    *,
    corpus: str | None = None,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
) -> None:
    """How well each format is read.

    A row a format: files, text items, the fields they state, the share of the
    source's words that reach an item (its text, its notes, or what it names as
    removed), CPU time to decode, and what was rejected or dead, and why.

    Args:
        corpus: a file, a directory or an archive, as for run, instead of dispatches made here.
        output: a file, or one of text, jsonl.
        inputs: how to read the corpus.
    """
    _one_thread()
    _bench_formats(_messages(corpus, inputs) if corpus else None, output)


@bench.command
def replay(
    *archives: InputPath,
    size: Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=10_000))] = None,
    output: OutputOption = None,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
) -> None:
    """How fast archives are read and played.

    Reading alone, the whole chain without enrichment in one process and beside
    two, what a second process gains with enrichment, whether two replays are the
    same, and memory at two sizes; by the clock, and by CPU time as two free cores
    would. Without an archive: reading of each format against its library alone,
    and the chain on dispatches made here.

    Args:
        archives: files, directories or topics, as for replay.
        size: MB of text in each file that is made, in a temporary directory, where no archive is
            named: 50 unless said.
        output: a file, or one of text, jsonl.
        inputs: how to read them; --max is how many messages the chain is measured with, 2,000
            unless said, and memory with ten times as many.
    """
    _one_thread()
    if archives and size is not None:
        raise ConfigError("--size is of the files that are made where no archive is named")
    bench_replay(archives, inputs, output, size or _MADE_MB)


@bench.command
def kafka(
    *,
    backlog: Annotated[int | None, Parameter(validator=validators.Number(gte=100))] = None,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """From the raw topic to items on a real broker: start one with make kafka.

    Args:
        backlog: so many messages wait, and flashes sent behind them are measured, instead of a
            steady rate.
        output: a file, or one of text, jsonl.
        common: settings; --broker kafka://host:port.
    """
    broker = common.settings().broker
    if not broker.startswith("kafka://"):
        raise ConfigError(f"kafka is measured on a broker, kafka://host:port, not on {broker}")
    _budgets(("kafka",), output, broker=broker, backlog=backlog)


@bench.command
def worker(
    *,
    messages: Annotated[int, Parameter(validator=validators.Number(gte=2_000))] = 20_000,
    output: OutputOption = None,
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """What the worker costs besides its stages: CPU time from raw to items, part by part.

    It starts a broker of its own where --broker names none.

    Args:
        messages: so many wait for each process that is measured; a quarter of it where the stages
            do their work.
        output: a file, or one of text, jsonl.
        common: settings.
    """
    from streams.bench.worker import overhead  # noqa: PLC0415  (brings Faust)

    print_figures(overhead(common.settings().broker, messages), output)


@bench.command
def soak(
    *,
    output: OutputOption = None,
    options: SoakOptions = SoakOptions(),  # noqa: B008  (frozen)
    common: Common = Common(),  # noqa: B008  (frozen)
) -> None:
    """Intake and desk for long at a steady rate: delays, and slopes of memory and descriptors.

    Ctrl-C ends it with what there is. It starts a broker of its own where --broker
    names none.

    Args:
        output: a file, or one of text, jsonl.
        options: how long, how fast.
        common: settings.
    """
    print_figures(run_soak(options, common.settings().broker), output)


def _one_thread() -> None:
    """Before numpy is imported."""
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")


def _messages(path: str | None, inputs: Inputs) -> tuple[RawMessage, ...]:
    return tuple(inputs.sources((path,))) if path else ()


def _budgets(
    sections: tuple[str, ...],
    output: str | None,
    messages: tuple[RawMessage, ...] = (),
    *,
    hot: int = 0,
    recover: int | None = None,
    broker: str = "",
    backlog: int | None = None,
) -> None:
    """Measure sections of ``streams.bench`` one after another, and print."""
    _one_thread()
    from streams.bench import measure  # noqa: PLC0415  (numpy reads the above)

    report = terminal(stderr=True)
    figures: list[Figure] = []
    wanted = measure(
        sections, messages=messages, hot=hot, recover=recover, broker=broker, backlog=backlog
    )
    for name, section in wanted.items():
        report.print(f"measuring {name} ...")
        figures += section()
    print_figures(figures, output)


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
