"""``wireroom distil``: train the fast recogniser on an archive, and say how good and fast it is.

It must not train or judge itself: ``streams.train`` does.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from streams.cli.common import WithRules
from streams.cli.inputs import InputPath, Inputs, batches, progress
from streams.cli.output import no_option, terminal
from streams.cli.render import printable
from streams.errors import ConfigError

if TYPE_CHECKING:
    from schemas.item import Item
    from schemas.raw import RawMessage
    from streams.pipeline.intake import Intake
    from streams.settings import Settings
    from streams.train.distil import Document, Split, Teacher
    from streams.train.distil_examine import Figures, Speed

_BATCH = 20
# Held-out documents that the speed is taken on; as many more make it no steadier.
_TIMED = 100
_FEW = 1_000

ModelOption = Annotated[
    Path, Parameter(name=["--output", "-o"], allow_leading_hyphen=True, validator=no_option)
]


@dataclass(slots=True)
class Counts:
    """What became of the messages."""

    documents: int = 0
    other_languages: int = 0
    unread: int = 0


def distil(
    *paths: InputPath,
    language: str,
    output: ModelOption,
    epochs: int = 10,
    seed: int = 1987,
    inputs: Inputs = Inputs(),  # noqa: B008  (frozen)
    common: WithRules = WithRules(),  # noqa: B008  (frozen)
) -> None:
    """Train the fast recogniser on an archive, with spaCy and our rules as its teacher.

    Reads and cleans the archive, has the teacher name the people, organisations and places in it,
    and trains a small network on nine tenths of it: some minutes for some thousand dispatches, on
    one core. Prints how well it agrees with the teacher on the newest tenth, which it has not seen,
    and its speed beside spaCy's. Until it ends nothing is written; Ctrl-C leaves no trace. The same
    archive and seed give the same model on the same machine.

    Args:
        paths: files, directories, .jsonl, or - for standard input.
        language: of which the items are learned from, as in fr; spaCy needs a model of it.
        output: the file of the model, for enrich.models in the settings.
        epochs: times that each paragraph is learned from.
        seed: of all that is drawn.
        inputs: how to read the archive.
        common: settings.
    """
    from streams.train.distil import Teacher, split  # noqa: PLC0415  (the stages)

    if epochs < 1:
        raise ConfigError("--epochs counts from 1")
    if not output.resolve().parent.is_dir():
        raise ConfigError(f"cannot write {output}: there is no directory {output.parent}")
    settings = common.settings()
    person = terminal(stderr=True)
    teacher = Teacher(language)
    counts = Counts()
    documents = labelled_archive(settings, paths, inputs, teacher, counts)
    person.print(
        f"{counts.documents:,} documents in {language}, labelled by {teacher.version} with our "
        f"rules; {counts.other_languages:,} in other languages, {counts.unread:,} without text"
    )
    parts = split(documents)
    if len(parts.learned) < _FEW:
        person.print(f"few to learn from: expect much less than the teacher's, below {_FEW:,}")
    with _training(epochs) as told, tempfile.TemporaryDirectory(prefix="wireroom-") as folder:
        draft = Path(folder, "model")
        report = _learn(language, teacher, parts, (epochs, seed), told=told, draft=draft)
        _save(output, draft.read_bytes())
    for line in report:
        print(line)
    print(
        f"{printable(str(output))}: {output.stat().st_size:,} bytes. To use it:\n\n"
        f'[enrich]\nrecogniser = "fast"\nmodels.{language} = "{printable(str(output))}"'
    )


def labelled_archive(
    settings: Settings,
    paths: tuple[str, ...],
    inputs: Inputs,
    teacher: Teacher,
    counts: Counts,
) -> list[Document]:
    """The archive's items in the teacher's language as it labels them; ``counts`` is added to."""
    from streams.pipeline.intake import Intake  # noqa: PLC0415  (the stages)

    intake = Intake(settings.pipeline_config())
    documents: list[Document] = []
    sources = inputs.sources(paths, settings=settings)
    with progress("labelling", sources) as show:
        for number, batch in enumerate(batches(sources, _BATCH)):
            items = [item for raw in batch for item in _items(intake, raw, counts)]
            labelled = list(teacher.label(items))
            counts.documents += len(labelled)
            counts.other_languages += len(items) - len(labelled)
            documents += labelled
            show(number * _BATCH + len(batch))
    return documents


def _items(intake: Intake, raw: RawMessage, counts: Counts) -> Iterator[Item]:
    from schemas.decoded import Cleaned  # noqa: PLC0415  (start quickly)

    for part in intake.process(raw):
        if isinstance(part, Cleaned) and part.item.text.strip():
            yield part.item
        else:
            counts.unread += 1


def _learn(
    language: str,
    teacher: Teacher,
    parts: Split,
    drawn: tuple[int, int],
    *,
    told: Callable[[int, float], None],
    draft: Path,
) -> list[str]:
    """Train, examine, and write the model to ``draft``; answers what to tell of it."""
    from streams.enrich.recognise.fast import Header, model_bytes  # noqa: PLC0415  (the stages)
    from streams.train import distil as lessons  # noqa: PLC0415  (the stages)
    from streams.train import distil_examine as examining  # noqa: PLC0415  (the stages)
    from streams.train.distil_network import Schedule  # noqa: PLC0415  (the stages)

    epochs, seed = drawn
    paragraphs = lessons.lessons_of(parts.learned)
    model = lessons.learn(language, paragraphs, Schedule(epochs=epochs, seed=seed), told=told)
    model = lessons.with_confidence(
        model,
        [text for document in parts.held_out for text in document.blocks],
        [spans for document in parts.held_out for spans in document.spans],
    )
    header = Header(
        language=language,
        teacher=teacher.version,
        archive=parts.digest,
        documents=len(parts.learned),
        held_out=len(parts.held_out),
        score={},
    )
    draft.write_bytes(model_bytes(header, model.weights, model.confidence))
    figures = examining.examine(parts.held_out, language, draft)
    speed = examining.measure_speed(parts.held_out[:_TIMED], language, draft, process_time)
    told_score = {
        kind: (round(each.precision, 1), round(each.recall, 1), round(each.f1, 1))
        for kind, each in figures.items()
    }
    scored = replace(header, score=told_score)
    draft.write_bytes(model_bytes(scored, model.weights, model.confidence))
    return [*_score_lines(figures, parts), *_speed_lines(speed)]


def _score_lines(figures: Mapping[str, Figures], parts: Split) -> Iterator[str]:
    yield (
        f"against the teacher, on {len(parts.held_out):,} newer documents not learned from "
        f"({len(parts.learned):,} were), both with our rules:"
    )
    yield f"{'':<14}{'precision':>10}{'recall':>8}{'F1':>7}{'names':>9}"
    for kind, each in figures.items():
        yield f"{kind:<14}{each.precision:>10.1f}{each.recall:>8.1f}{each.f1:>7.1f}{each.names:>9,}"


def _speed_lines(speed: Speed) -> Iterator[str]:
    yield "documents of 3,200 characters a CPU-second, both in this run:"
    yield f"  recogniser alone   fast {speed.fast:>6,.0f}   spaCy, trimmed {speed.spacy:>6,.0f}"
    yield f"  whole enrichment   fast {speed.stage_fast:>6,.0f}   spaCy {speed.stage_spacy:>15,.0f}"


@contextmanager
def _training(epochs: int) -> Iterator[Callable[[int, float], None]]:
    """A bar on a terminal's standard error; Ctrl-C still ends the command."""
    if not sys.stderr.isatty():
        yield lambda _epoch, _share: None
        return
    from rich.progress import (  # noqa: PLC0415  (start quickly)
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal(stderr=True), transient=True) as bars:
        task = bars.add_task("training", total=1.0)

        def show(epoch: int, share: float) -> None:
            words = f"training, {epoch + 1} of {epochs}" if epoch < epochs else "examining"
            bars.update(task, completed=share, description=words)

        yield show


def _save(file: Path, content: bytes) -> None:
    """Write the file whole or not at all: a worker may start at any time.

    Raises:
        ConfigError: it cannot be written.
    """
    made: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=file.resolve().parent, prefix=f".{file.name}.", delete=False
        ) as temporary:
            made = temporary.name
            temporary.write(content)
        umask = os.umask(0)
        os.umask(umask)
        Path(made).chmod(0o666 & ~umask)
        Path(made).replace(file.resolve())
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}") from None
    finally:
        if made is not None:
            Path(made).unlink(missing_ok=True)
