"""``wireroom bench enrich``: what enrichment costs, finds and takes, on labelled text.

It must not measure: ``streams.bench.enrich`` does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
from cyclopts import Parameter, validators

from streams.cli.bench_clean import progress
from streams.cli.bench_figures import figures_table
from streams.cli.output import Format, open_output, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.table import Table

    from schemas.item import Item
    from schemas.raw import RawMessage
    from streams.bench.enrich import EnrichReport, SetFigures
    from streams.bench.enrich_folds import FoldFigures
    from streams.bench.enrich_scores import NameScore
    from streams.bench.measure import Figure

__all__ = ["EnrichOptions", "bench_enrich", "report_lines", "report_rows"]

_DISPATCHES = 20  # made here, where no message is given
_SHORT = {"person": "people", "organisation": "orgs.", "place": "places"}


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichOptions:
    """What enrichment is measured with.

    Attributes:
        ner: a directory of labelled text, a file a set, named by its language, as en_NAME.conll or
            .conll.gz: a word a line, its label (B-PER, I-LOC, O) last, an empty line after a
            sentence, -DOCSTART- before a document; --max bounds the documents of each.
        sample: a raw message, as for run, whose cost is measured; without it dispatches made here.
        model: a model of the fast recogniser (wireroom distil), measured and scored too; give it
            several times for several languages.
        folds: train the fast recogniser anew on the other parts of each labelled set that has a
            spaCy model, so many times, and score it on the part left out; some minutes a set.
        archive: a file or directory, as for run, that the models of --folds learn from besides, as
            wireroom distil would: what spaCy and our rules find in it.
        documents: read at most so many messages of the archive.
    """

    ner: Path | None = None
    sample: str | None = None
    model: Annotated[tuple[Path, ...], Parameter(negative="")] = ()
    folds: Annotated[int | None, Parameter(validator=validators.Number(gte=2, lte=20))] = None
    archive: str | None = None
    documents: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 4_000


def bench_enrich(
    options: EnrichOptions,
    messages: Sequence[RawMessage],
    output: str | None,
    most: int | None,
    *,
    archive: Iterable[RawMessage] = (),
    misses: bool,
) -> None:
    """Measure and print.

    Args:
        options: what to measure with.
        messages: whose cost is measured; without any, dispatches made here.
        output: a file or a format.
        most: bounds the documents of each labelled set.
        archive: the messages of ``options.archive``.
        misses: print what is not as labelled.

    Raises:
        ConfigError: a file cannot be read, or what an option needs is not there.
    """
    from streams.bench.enrich import measure_enrichment, steps  # noqa: PLC0415  (loads the models)
    from streams.bench.enrich_figures import figures  # noqa: PLC0415
    from streams.bench.enrich_labelled import read_sets  # noqa: PLC0415

    if options.ner is None and (misses or options.folds):
        raise ConfigError("--misses and --folds need --ner DIR: without labels nothing is wrong")
    sets = read_sets(options.ner, most) if options.ner else []
    models = _models(options.model)
    name, items = _items(messages)
    learned = _learned(options, archive)
    folds = options.folds or 0
    person = terminal(stderr=True)
    if not sets:
        person.print("no F1, no links: --ner names a directory of labelled text")
    person.print("CPU time, one thread; half a minute, and as much for each labelled set")
    with progress("measuring", steps(sets, models, folds)) as step:
        report = measure_enrichment(
            name, items, sets, models=models, folds=folds, archive=learned, step=step
        )
    told = figures(report)
    with open_output(output) as out:
        if out.format is Format.TEXT:
            for line in report_lines(report, told, with_misses=misses):
                out.show(line)
            return
        for row in report_rows(report, told, with_misses=misses):
            out.line(orjson.dumps(row))


def _models(files: Sequence[Path]) -> Mapping[str, Path]:
    from streams.enrich.recognise import ModelFileError  # noqa: PLC0415  (start quickly)
    from streams.enrich.recognise.fast import read_model  # noqa: PLC0415

    try:
        return {read_model(file)[0].language: file for file in files}
    except ModelFileError as error:
        raise ConfigError(str(error)) from None


def _items(messages: Sequence[RawMessage]) -> tuple[str, list[Item]]:
    from streams.bench.corpus import Copywriter  # noqa: PLC0415  (start quickly)
    from streams.bench.stages import cleaned_items  # noqa: PLC0415

    if messages:
        name = Path(messages[0].position).name if len(messages) == 1 else "messages"
        return name, cleaned_items(messages)
    written = [Copywriter().scraped(number) for number in range(_DISPATCHES)]
    return "dispatches made here", cleaned_items(written)


def _learned(options: EnrichOptions, archive: Iterable[RawMessage]) -> list[Item]:
    """What the folds learn from besides their own text.

    Raises:
        ConfigError: there is no text in it.
    """
    from streams.bench.stages import cleaned_items  # noqa: PLC0415  (start quickly)

    items = cleaned_items(archive)
    if options.archive and not items:
        raise ConfigError(f"--archive {options.archive}: no text to learn from")
    return items


def report_rows(
    report: EnrichReport, told: Mapping[str, Sequence[Figure]], *, with_misses: bool
) -> Iterator[dict[str, object]]:
    """For programs: rows of the tables "figures", "names", "folds" and, where asked, "misses"."""
    for of, of_one in told.items():
        for figure in of_one:
            yield {"table": "figures", "of": of, **asdict(figure), "verdict": figure.verdict}
    for labelled in report.sets:
        yield from _score_rows("names", labelled.set, labelled.scores)
    for folded in report.folds:
        yield from _score_rows("folds", folded.set, folded.scores, folded.by_fold)
    for labelled in report.sets if with_misses else ():
        for document, miss in labelled.misses:
            yield {"table": "misses", "set": labelled.set, "document": document, **asdict(miss)}


def _score_rows(
    table: str,
    name: str,
    scores: Mapping[str, Mapping[str, NameScore]],
    by_fold: Mapping[str, Sequence[float]] | None = None,
) -> Iterator[dict[str, object]]:
    for method, by_type in scores.items():
        for kind, one in by_type.items():
            row = {"table": table, "set": name, "method": method, **asdict(one)}
            interval = {"f1": one.f1.value, "low": one.f1.low, "high": one.f1.high}
            folds = {"by_fold": by_fold[method]} if by_fold and kind == "all" else {}
            yield {**row, **interval, **folds}


def report_lines(
    report: EnrichReport, told: Mapping[str, Sequence[Figure]], *, with_misses: bool
) -> Iterator[str | Table]:
    """For people: what ``report_rows`` gives, as tables."""
    for of, of_one in told.items():
        yield figures_table(of_one, of)
        yield ""
    for labelled in report.sets:
        yield _scores_table(f"{labelled.set}, {labelled.documents} documents", labelled.scores)
        yield ""
    for folded in report.folds:
        yield _scores_table(f"{folded.folds} folds of {folded.set}", folded.scores)
        yield from _fold_lines(folded)
        yield ""
    for labelled in report.sets if with_misses else ():
        yield from _miss_lines(labelled)


def _scores_table(title: str, scores: Mapping[str, Mapping[str, NameScore]]) -> Table:
    from rich.table import Table  # noqa: PLC0415  (start quickly)

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column(printable(title), no_wrap=True)
    for column in ("type", "P", "R", "F1", "95 %", "names"):
        table.add_column(column, justify="left" if column == "type" else "right", no_wrap=True)
    for method, by_type in scores.items():
        for kind, one in by_type.items():
            table.add_row(
                method if kind == "all" else "",
                _SHORT.get(kind, kind),
                *(f"{figure:.1f}" for figure in (one.precision, one.recall, one.f1.value)),
                f"{one.f1.low:.1f}-{one.f1.high:.1f}",
                f"{one.names:,}",
            )
    return table


def _fold_lines(folded: FoldFigures) -> Iterator[str]:
    for method, scores in folded.by_fold.items():
        yield f"{method:<30} fold by fold {', '.join(f'{score:.1f}' for score in scores)}"


def _miss_lines(labelled: SetFigures) -> Iterator[str]:
    """How many are wrong in which way, then each: document, place, labelled, found."""
    classes = Counter(
        (str(miss.wrong), str(miss.type or ""), str(miss.found or ""))
        for _, miss in labelled.misses
    )
    yield f"{printable(labelled.set)}, default: {len(labelled.misses):,} wrong"
    for (wrong, kind, found), count in classes.most_common():
        yield f"{count:>6} {wrong:<18} {kind or '-'} -> {found or '-'}"
    for document, miss in labelled.misses:
        yield printable(
            f"{document}:{miss.start}-{miss.end} {miss.wrong}: {miss.type or '-'} {miss.text!r}"
            f" -> {miss.found or '-'} {miss.found_text!r}"
        )
