"""Labelled text to score names on: files in the form of CoNLL, as documents.

It must not enrich anything.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.item import EntityType, Item
from streams.enrich.recognise import Span
from streams.errors import ConfigError
from streams.train.distil import Document

SENTENCES = 20
"""Sentences taken for a document where a file marks none."""

_MARK = "-DOCSTART-"
_TYPES = {
    "PER": EntityType.PERSON,
    "LOC": EntityType.PLACE,
    "ORG": EntityType.ORGANISATION,
    "MISC": EntityType.OTHER,
}
_NO_SPACE_BEFORE = frozenset({".", ",", ";", ")", "]", "%", "'s", "'", "’", "''"})
_NO_SPACE_AFTER = frozenset({"(", "[", "l'", "d'", "L'", "D'", "qu'", "n'", "s'", "c'", "j'", "m'"})
_SUFFIXES = (".conll", ".conll.gz")

Token = tuple[str, str]  # a word and its label


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Documents whose people, organisations and places are known.

    Attributes:
        name: of its file, without the ending.
        documents: with the labelled names as their spans; names of something else are OTHER.
    """

    name: str
    language: str
    documents: tuple[Document, ...]

    def items(self) -> list[Item]:
        """Each document as an item with nothing but its text."""
        return [document.item(self.language) for document in self.documents]


def read_sets(folder: Path, most: int | None = None) -> list[LabelledSet]:
    """The files ``<language>_<name>.conll`` of a folder, gzipped or not, by name.

    Args:
        folder: where they are.
        most: documents read of each.

    Raises:
        ConfigError: there is none, or one cannot be read.
    """
    paths = sorted(path for path in _listed(folder) if path.name.endswith(_SUFFIXES))
    if not paths:
        raise ConfigError(
            f"{folder} has no labelled text: files en_NAME.conll or .conll.gz, the language first, "
            f"a word a line, its label (B-PER, I-LOC, O) last, an empty line after each sentence"
        )
    return [
        LabelledSet(
            path.name.split(".", 1)[0],
            path.name.split("_", 1)[0].lower(),
            tuple(read_documents(path))[:most],
        )
        for path in paths
    ]


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise ConfigError(f"{folder} cannot be read: {error.strerror}") from None


def read_documents(path: Path) -> Iterator[Document]:
    """The documents of a CoNLL file, their sentences as paragraphs.

    The label is the last field of a line. The word is the first, or the second where the first only
    counts. ``-DOCSTART-`` begins a document; in a file without, each ``SENTENCES`` are one.

    Raises:
        ConfigError: it cannot be read, or a line has no label.
    """
    rows = list(_rows(path))
    sentences = [row for row in rows if row]
    if not sentences:
        raise ConfigError(f"{path} holds no sentence")
    is_counted = all(
        fields[0] == str(number) and len(fields) > 2
        for sentence in sentences
        for number, fields in enumerate(sentence)
    )
    every = 0 if len(sentences) < len(rows) else SENTENCES
    together: list[tuple[str, tuple[Span, ...]]] = []
    number = 0
    for row in [*rows, []]:
        if together and (not row or len(together) == every):
            yield _document(number, together)
            together, number = [], number + 1
        if row:
            together.append(_sentence([(fields[is_counted], fields[-1]) for fields in row]))


def _rows(path: Path) -> Iterator[list[list[str]]]:
    """The sentences, a list of fields a word; an empty one for each mark of a document."""
    sentence: list[list[str]] = []
    for number, line in enumerate([*_lines(path), ""], 1):
        fields = line.split()
        if fields and fields[0] != _MARK:
            prefix, _, kind = fields[-1].partition("-")
            if len(fields) == 1 or ((prefix not in {"B", "I"} or not kind) and fields[-1] != "O"):
                raise ConfigError(
                    f"{path}:{number}: a line is a word and its label, as in B-PER, I-PER or O"
                )
            sentence.append(fields)
            continue
        if sentence:
            yield sentence
            sentence = []
        if fields:
            yield []


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            body = file.read()
        return (gzip.decompress(body) if path.suffix == ".gz" else body).decode().split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None


def _document(number: int, sentences: Sequence[tuple[str, tuple[Span, ...]]]) -> Document:
    return Document(
        key=str(number),
        day=None,
        headline=None,
        blocks=tuple(text for text, _ in sentences),
        spans=tuple(spans for _, spans in sentences),
    )


def _sentence(tokens: Sequence[Token]) -> tuple[str, tuple[Span, ...]]:
    """The text, words set apart as in print, and its names: I- goes on with a name of its type."""
    text, previous, last = "", "", ""
    spans: list[Span] = []
    for word, label in tokens:
        is_joined = word in _NO_SPACE_BEFORE or previous in _NO_SPACE_AFTER or not text
        text += ("" if is_joined else " ") + word
        start, end = len(text) - len(word), len(text)
        prefix, _, kind = label.partition("-")
        if kind in _TYPES:
            if prefix == "I" and last.partition("-")[2] == kind:
                start = spans.pop().start
            spans.append(Span(start, end, _TYPES[kind], 1.0))
        previous, last = word, label
    return text, tuple(spans)
