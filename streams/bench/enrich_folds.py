"""The fast recogniser learned from part of a labelled set and scored on the rest, fold by fold.

For measuring only: the models are thrown away. It must not own a clock: the caller brings one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from statistics import median

from schemas.item import Item
from streams.bench.desk_scores import Interval
from streams.bench.enrich_labelled import LabelledSet
from streams.bench.enrich_scores import NameScore, Pair, gain, score_names
from streams.enrich import EnrichConfig, Enricher
from streams.enrich.recognise import Recogniser
from streams.enrich.recognise.fast import FastRecogniser, Header, Model, model_bytes
from streams.train.distil import Document, Teacher, learn, lessons_of
from streams.train.distil_examine import Speed, measure_speed, named
from streams.train.distil_network import Schedule

BARE = "spacy alone"
RULES = "spacy with rules"
LABELS = "fast from labels, alone"
LABELS_RULES = "fast from labels, with rules"
DISTILLED = "fast distilled, alone"
DISTILLED_RULES = "fast distilled, with rules"


@dataclass(frozen=True, slots=True)
class FoldFigures:
    """One set, parted into folds; each document was scored by a model that had not seen it.

    Attributes:
        scores: by method and type, over all folds.
        by_fold: by method the F1 of all types of each fold.
        above_spacy: points of F1 of the network learned from labels above spaCy's, both alone.
        above_teacher: points of F1 of the distilled above its teacher, both with rules.
        archive: documents of an archive that the distilled learned from besides.
        speed: of the models on the documents they had not seen, the median of the folds.
    """

    set: str
    language: str
    folds: int
    scores: Mapping[str, Mapping[str, NameScore]]
    by_fold: Mapping[str, tuple[float, ...]]
    above_spacy: Interval
    above_teacher: Interval
    speed: Speed
    archive: int = 0


def measure_folds(
    labelled: LabelledSet,
    folds: int,
    clock: Callable[[], float],
    *,
    archive: Sequence[Item] = (),
    schedule: Schedule = Schedule(),  # noqa: B008  (frozen)
    step: Callable[[], None] = lambda: None,
) -> FoldFigures:
    """Learn and score ``folds`` times; the n-th document is of fold n modulo ``folds``.

    Two models a fold: one of the labels, to tell what the network can do, one of what the default
    chain finds in the same text and in ``archive``, as ``wireroom distil`` would make it of them.

    Args:
        labelled: in a language that has a spaCy model, ``folds`` documents at least.
        folds: 2 or more.
        clock: CPU seconds of this process.
        archive: cleaned items, unlabelled; those in the set's language are learned from.
        schedule: of the training.
        step: called after each fold.

    Raises:
        ConfigError: the language has no teacher.
    """
    enricher = Enricher()
    teacher = Teacher(labelled.language, enricher)
    taught = list(teacher.label(labelled.items()))
    told = list(teacher.label(archive))
    documents = labelled.documents
    pairs: dict[str, list[Pair]] = {
        BARE: bare_pairs(documents, enricher.recogniser(labelled.language)),
        RULES: [(one.named(), of.named()) for one, of in zip(documents, taught, strict=True)],
        **{
            method: [(set(), set())] * len(documents)
            for method in (LABELS, LABELS_RULES, DISTILLED, DISTILLED_RULES)
        },
    }
    speeds: list[Speed] = []
    with tempfile.TemporaryDirectory(prefix="wireroom-") as folder:
        file = Path(folder, "fold.model")
        for fold in range(folds):
            unseen = range(fold, len(documents), folds)
            seen = [number for number in range(len(documents)) if number % folds != fold]
            held_out = [documents[number] for number in unseen]
            for methods, lessons, besides in (
                ((DISTILLED, DISTILLED_RULES), taught, told),
                ((LABELS, LABELS_RULES), documents, []),
            ):
                own = [*besides, *(lessons[number] for number in seen)]
                model = learn(labelled.language, lessons_of(own), schedule)
                file.write_bytes(_content(model))
                alone, ruled = methods
                pairs[alone][fold::folds] = bare_pairs(held_out, FastRecogniser(model))
                pairs[ruled][fold::folds] = _ruled(held_out, labelled.language, file)
            speeds.append(measure_speed(held_out, labelled.language, file, clock))
            step()
    return replace(_figures(labelled, folds, pairs, speeds), archive=len(told))


def _figures(
    labelled: LabelledSet, folds: int, pairs: Mapping[str, list[Pair]], speeds: Sequence[Speed]
) -> FoldFigures:
    return FoldFigures(
        set=labelled.name,
        language=labelled.language,
        folds=folds,
        scores={method: score_names(of_method) for method, of_method in pairs.items()},
        by_fold={
            method: tuple(
                score_names(of_method[fold::folds])["all"].f1.value for fold in range(folds)
            )
            for method, of_method in pairs.items()
        },
        above_spacy=gain(pairs[LABELS], pairs[BARE]),
        above_teacher=gain(pairs[DISTILLED_RULES], pairs[RULES]),
        speed=Speed(*(median(rates) for rates in zip(*map(astuple, speeds), strict=True))),
    )


def bare_pairs(documents: Sequence[Document], recogniser: Recogniser) -> list[Pair]:
    """The labelled names of each document, and what a recogniser finds there without our rules."""
    return [
        (
            document.named(),
            replace(
                document, spans=tuple(map(tuple, recogniser.recognise(document.blocks)))
            ).named(),
        )
        for document in documents
    ]


def _content(model: Model) -> bytes:
    header = Header(
        language=model.language, teacher="", archive="", documents=0, held_out=0, score={}
    )
    return model_bytes(header, model.weights, model.confidence)


def _ruled(documents: Sequence[Document], language: str, model: Path) -> list[Pair]:
    enricher = Enricher(EnrichConfig(recogniser="fast", models={language: model}))
    items = enricher.enrich([document.item(language) for document in documents])
    return [(one.named(), named(item)) for one, item in zip(documents, items, strict=True)]
