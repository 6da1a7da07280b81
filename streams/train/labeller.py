"""Trains the labeller of lines: ``python -m streams.train.labeller CORPUS``.

CORPUS is the WCXB development set (Foley 2026, CC BY 4.0): pages flattened to text, with their
true articles. Pages of the sites in the held-out part are never seen, so that ``wireroom bench
clean --held-out`` measures what nobody has learned.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from schemas.raw import RawMessage
from streams.bench.clean_pages import Page, parse_part, part_of, read_pages, site
from streams.bench.clean_scores import match, score
from streams.bench.dispatches import Dispatch, Kind, make
from streams.clean import labeller
from streams.clean.labeller.sequence import choose
from streams.clean.labeller.trees import Trees
from streams.clean.labeller.vocabulary import NO_SCORE, scores
from streams.clean.rules import DEFAULT_RULES
from streams.clean.segments import Passage, passages
from streams.decode import Decoded, decode
from streams.train import vocabulary
from streams.train.alignment import lines_of_article
from streams.train.boosting import Rows, boost

_TREES = 320
_FOLDS = 5
_SEEDS = (4, 5, 6, 7, 8, 9)  # each makes other dispatches of the pages
_BREAKS = (None, "\n", "\n\n")
_NEXT_SENTENCE = re.compile(r"(?<=[.!?])[\"”]?\s+(?=[A-Z“\"])")
# A page weighs as much as another, however many lines it has; a made dispatch less, for there is
# one of each page and they are all alike; a page without its words' scores less again.
_WEIGHT_OF_DISPATCH = 0.12
_WEIGHT_OF_BARE = 0.3
_WEIGHT_WITHOUT_WORDS = 0.4


@dataclass(frozen=True, slots=True)
class _Example:
    """A text whose lines are known; lines of which nothing is said weigh nothing."""

    site: str
    fold: int
    text: str
    lines: tuple[Passage, ...]
    truth: NDArray[np.bool_]
    weight: NDArray[np.float64]
    article: str = ""  # of a page


def main() -> None:
    """Train, and write weights and words beside the code of the labeller."""
    arguments = _arguments()
    part = parse_part(arguments.held_out)
    pages = [page for page in read_pages(arguments.corpus) if page.text and page.body]
    pages = [page for page in pages if not part.has(page.url)]
    print(f"{len(pages)} pages of the sites not in part {arguments.held_out}", file=sys.stderr)
    examples = [*_pages(pages), *_dispatches(pages), *_bare(pages)]
    if arguments.evaluate:
        _evaluate(examples, arguments.trees)
        return
    words, trees = _train(examples, arguments.trees)
    _write(arguments.out, words, trees, arguments.held_out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("corpus", type=Path, help="JSON Lines (.gz) of url, text, articleBody")
    parser.add_argument(
        "--held-out", default="1/5", help="the part of the sites that is not learned from"
    )
    parser.add_argument("--trees", type=int, default=_TREES, help="how many (default: %(default)s)")
    parser.add_argument(
        "--evaluate",
        action="store_true",
        help="print scores by cross-validation over the rest of the sites, and write nothing",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(labeller.__file__).parent,
        help="folder of weights and words (default: where the labeller reads them)",
    )
    return parser.parse_args()


def _pages(pages: Sequence[Page]) -> Iterator[_Example]:
    for page in pages:
        lines, text = _lines(page.text)
        if lines:
            truth = lines_of_article([line.text for line in lines], page.body)
            yield _example(page, text, lines, truth, 1.0)


def _dispatches(pages: Sequence[Page]) -> Iterator[_Example]:
    """Scraped dispatches made of the articles, as written or as a wire would, set in three ways."""
    for seed in _SEEDS:
        told = pages if seed % 2 else [replace(page, body=_as_wire(page)) for page in pages]
        by_id = {page.id: page for page in told}
        for dispatch in make(told, seed):
            text, kinds = _set(dispatch, _BREAKS[seed % len(_BREAKS)])
            lines, text = _lines(text)
            found = [kinds.get(line.start) for line in lines]
            truth = [kind is Kind.BODY for kind in found]
            example = _example(by_id[dispatch.id], text, lines, truth, _WEIGHT_OF_DISPATCH)
            known = np.array([kind not in {Kind.HEADLINE, None} for kind in found])
            yield replace(example, weight=example.weight * known, article="")


def _as_wire(page: Page) -> str:
    """The article in paragraphs of one sentence or two, as agencies write."""
    chooser = random.Random(page.id)  # noqa: S311  (a corpus, not a secret)
    paragraphs = []
    for paragraph in page.body.split("\n"):
        sentences = _NEXT_SENTENCE.split(paragraph)
        while sentences:
            size = chooser.choice((1, 2))
            paragraphs.append(" ".join(sentences[:size]))
            sentences = sentences[size:]
    return "\n".join(paragraphs)


def _set(dispatch: Dispatch, between: str | None) -> tuple[str, dict[int, Kind]]:
    """A dispatch with the same break between all of its lines, or as it is; kinds by offset."""
    if between is None:
        return dispatch.text, {line.start: line.kind for line in dispatch.lines}
    text, kinds = "", {}
    for line in dispatch.lines:
        kinds[len(text)] = line.kind
        text += dispatch.text[line.start : line.end] + between
    return text, kinds


def _bare(pages: Sequence[Page]) -> Iterator[_Example]:
    """Articles with nothing around them, of which everything is to be kept."""
    for page in pages:
        lines, text = _lines(page.body)
        if lines:
            example = _example(page, text, lines, [True] * len(lines), _WEIGHT_OF_BARE)
            yield replace(example, article="")


def _lines(text: str) -> tuple[tuple[Passage, ...], str]:
    answer = decode(RawMessage(body=text.encode("utf-8", "replace"), content_type="text/plain"))[0]
    if not isinstance(answer, Decoded):
        return (), ""
    return tuple(passages(answer, DEFAULT_RULES)), answer.text


def _example(
    page: Page, text: str, lines: tuple[Passage, ...], truth: Sequence[bool], weight: float
) -> _Example:
    words = np.log1p([line.words for line in lines]) + 0.3
    return _Example(
        site=site(page.url) or page.id,
        fold=part_of(page.url or page.id, _FOLDS),
        text=text,
        lines=lines,
        truth=np.array(truth, dtype=np.bool_),
        weight=100 * weight * words / words.sum(),
        article=page.body,
    )


def _train(examples: Sequence[_Example], trees: int) -> tuple[vocabulary.Vocabulary, Trees]:
    """Words from all, and trees that saw the scores of words learned on other sites."""
    scored: list[tuple[_Example, list[float]]] = []
    for fold in range(1, _FOLDS + 1):
        others = _learn_words([example for example in examples if example.fold != fold])
        scored += [(e, _scores(e, others)) for e in examples if e.fold == fold]
    without = [
        (replace(example, weight=example.weight * _WEIGHT_WITHOUT_WORDS), [NO_SCORE] * len(known))
        for example, known in scored
    ]
    tables = [labeller.features(e.text, e.lines, known) for e, known in (*scored, *without)]
    names = tables[0].names
    rows = Rows(
        np.concatenate([table.rows for table in tables]),
        np.concatenate([example.truth for example, _ in (*scored, *without)]),
        np.concatenate([example.weight for example, _ in (*scored, *without)]),
    )
    return _learn_words(examples), boost(rows, names, trees)


def _learn_words(examples: Sequence[_Example]) -> vocabulary.Vocabulary:
    return vocabulary.learn(
        [
            (e.site, [line.folded for line in e.lines], e.truth.tolist())
            for e in examples
            if e.article
        ]
    )


def _scores(example: _Example, words: vocabulary.Vocabulary) -> list[float]:
    return scores([line.folded for line in example.lines], *words)


def _evaluate(examples: Sequence[_Example], trees: int) -> None:
    matches, without = [], []
    for fold in range(1, _FOLDS + 1):
        others = [example for example in examples if example.fold != fold]
        words, model = _train(others, trees)
        for example in examples:
            if example.fold != fold or not example.article:
                continue
            known = _scores(example, words)
            matches.append(match(example.article, _kept(example, model, known)))
            unknown = [NO_SCORE] * len(known)
            without.append(match(example.article, _kept(example, model, unknown)))
        for name, found in (("with words", matches), ("without", without)):
            figures = score(found)
            print(
                f"after fold {fold}, {name}: {figures.pages} pages, precision "
                f"{figures.precision:.4f} recall {figures.recall:.4f} F1 {figures.f1:.4f}",
                flush=True,
            )


def _kept(example: _Example, trees: Trees, known: list[float]) -> str:
    table = labeller.features(example.text, example.lines, known)
    chances = trees.probabilities(table.of(trees.names))
    words = np.array([line.words for line in example.lines], dtype=np.float64)
    return "\n".join(
        line.text for line, kept in zip(example.lines, choose(chances, words), strict=True) if kept
    )


def _write(folder: Path, words: vocabulary.Vocabulary, trees: Trees, held_out: str) -> None:
    weights = io.BytesIO()
    trees.save(weights)
    table = "".join(f'"{token}" = {weight}\n' for token, weight in words[0].items())
    version = hashlib.sha256(weights.getvalue() + table.encode()).hexdigest()[:8]
    (folder / labeller.WEIGHTS).write_bytes(weights.getvalue())
    (folder / labeller.VOCABULARY).write_text(
        "# Written by `python -m streams.train.labeller`. Learned from the WCXB development set\n"
        "# (Murrough Foley, CC BY 4.0), sites of part " + held_out + " left out.\n"
        f'version = "{version}"\nbias = {words[1]}\n\n[weights]\n{table}',
        encoding="utf-8",
    )
    size = len(weights.getvalue())
    print(f"{version}: {len(trees.roots)} trees in {size} bytes, {len(words[0])} words")


if __name__ == "__main__":
    main()
