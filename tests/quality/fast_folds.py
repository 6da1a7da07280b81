"""Five folds of labelled text for the fast recogniser: learned from its labels, or from a teacher.

    python -m tests.quality.fast_folds FILE LANGUAGE [--column 0] [--every 0]
        [--archive JSONL --documents 4000] [--epochs 10] [--folds 01234]

Measuring only: what is trained is thrown away. A fifth of the documents is examined on and not
learned from; of the others "gold" learns the labels, "distilled" what the teacher finds, of the
archive as well. Whole names with their type, F1; "+" is with our rules.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from streams.cli.distil import Counts, labelled_archive
from streams.cli.inputs import Inputs
from streams.enrich import Enricher
from streams.enrich.recognise import Recogniser, Span
from streams.enrich.recognise.fast import FastRecogniser
from streams.settings import load_settings
from streams.train.distil import Document as Labelled
from streams.train.distil import Teacher, learn
from streams.train.distil_network import Schedule
from tests.quality.test_enrich_f1 import (
    Document,
    bare_spans,
    documents_of,
    enriched_spans,
    f1,
)

FOLDS = 5
_AS_WRITTEN = argparse.RawDescriptionHelpFormatter


class _With(Enricher):
    """Enrichment with a recogniser that no file holds."""

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__()
        self._own = recogniser

    def recogniser(self, language: str) -> Recogniser:
        return self._own if language == self._own.language else super().recogniser(language)


def scores(documents: Sequence[Document], enricher: Enricher, language: str) -> tuple[float, float]:
    """F1 of the bare recogniser, and with our rules."""
    recogniser = enricher.recogniser(language)
    items = enricher.enrich([document.item(language) for document in documents])
    bare = [(document.gold(), bare_spans(recogniser, document)) for document in documents]
    ruled = [
        (document.gold(), enriched_spans(item))
        for document, item in zip(documents, items, strict=True)
    ]
    return f1(bare), f1(ruled)


def of_labels(document: Document) -> Iterator[tuple[str, list[Span]]]:
    """A document's paragraphs with the names that its labels tell."""
    for sentence in document.sentences:
        spans = sorted(sentence.spans)
        yield sentence.text, [Span(start, end, kind, 1.0) for start, end, kind in spans]


def main() -> None:
    """Print a line a fold, and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AS_WRITTEN)
    parser.add_argument("file", type=Path)
    parser.add_argument("language")
    parser.add_argument("--column", type=int, default=0)
    parser.add_argument("--every", type=int, default=0)
    parser.add_argument("--archive", action="append", default=[])
    parser.add_argument("--documents", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--folds", default="01234")
    told = parser.parse_args()
    language, schedule = told.language, Schedule(epochs=told.epochs)
    documents = list(documents_of(told.file, told.column, every=told.every))
    enricher = Enricher()
    teacher = Teacher(language, enricher)
    taught = list(teacher.label([document.item(language) for document in documents]))
    archive = _archive(told.archive, told.documents, teacher) if told.archive else []
    _tell(f"{len(documents)} documents, {len(archive)} of the archive")
    _tell(f"fold {'spaCy':>7}{'+':>6}{'gold':>7}{'+':>6}{'distilled':>12}{'+':>6}")
    rows: list[tuple[float, ...]] = []
    for fold in map(int, told.folds):
        examined = documents[fold::FOLDS]
        others = [number for number in range(len(documents)) if number % FOLDS != fold]
        row = scores(examined, enricher, language)
        labelled = [pair for number in others for pair in of_labels(documents[number])]
        own = [*archive, *(taught[number] for number in others)]
        found = [pair for each in own for pair in zip(each.blocks, each.spans, strict=True)]
        for paragraphs in (labelled, found):
            model = learn(language, paragraphs, schedule)
            row += scores(examined, _With(FastRecogniser(model)), language)
        rows.append(row)
        _tell(_line(str(fold), row))
    _tell(_line("mean", [mean(column) for column in zip(*rows, strict=True)]))


def _archive(paths: Sequence[str], documents: int, teacher: Teacher) -> list[Labelled]:
    settings = load_settings(None).settings
    inputs = Inputs(max=documents)
    return labelled_archive(settings, tuple(paths), inputs, teacher, Counts())


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _line(name: str, row: Sequence[float]) -> str:
    return f"{name:<5}" + "".join(
        f"{figure:>{width}.1f}" for figure, width in zip(row, (7, 6, 7, 6, 12, 6), strict=True)
    )


if __name__ == "__main__":
    main()
