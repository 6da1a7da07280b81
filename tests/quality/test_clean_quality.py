"""Cleaning scored on real text by the measures of ``wireroom bench clean``; skipped without it.

The floors stand a little under what was reached, so that a change that costs text is seen. Raise
them when a change reaches more: a failing test prints what was reached.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from schemas.item import Item
from streams.bench.clean import Truth, on_html, on_text
from streams.bench.clean_dispatches import figures, judge
from streams.bench.clean_methods import ON_HTML, ON_TEXT, OURS, TRAFILATURA
from streams.bench.clean_pages import Page, Part, read_pages
from streams.bench.clean_texts import paragraphs, repairs
from streams.bench.dispatches import make
from streams.clean import clean, unaccounted
from streams.steps import Drop, Fail
from tests.sources import a_plain_source

SHARED = Path(__file__).resolve().parents[2] / "../shared"
SAMPLE = SHARED / "samples/afp-syrie.txt"
PAGES = SHARED / "data/clean/wcxb_dev_flat.jsonl.gz"
MARKUP = SHARED / "data/clean/wcxb_dev_html150.jsonl.gz"
WIRES = SHARED / "data/reuters21578/wire_dev.jsonl.gz"

# The 135 pages of the sites that the labeller has not learned from, bodies: reached P .919, R .967,
# F1 .943, words .948.
HELD_OUT = Part(1, 5)
ON_FLATTENED_TEXT = {"precision": 0.912, "recall": 0.962, "f1": 0.938, "word_f1": 0.943}
# Every third of the 150 pages with markup: P .962, R .975, F1 .969, 11 of 50 exact.
ON_MARKUP = {"precision": 0.955, "recall": 0.97, "f1": 0.964, "exact": 0.18}
# Dispatches made of the pages held out. Shares that must not be passed: reached .0082 and .0033.
MOST_LOST = {"body_line_loss": 0.01, "character_loss": 0.0045}
# Shares that must be reached. Of all: .984, .937, .842; with a teaser of sentences only: .978.
REMOVED = {"teaser_removal": 0.975, "navigation_removal": 0.93, "headline_exact": 0.83}
REMOVED_OF_SENTENCES = {"teaser_removal": 0.97}
SEED = 1987
# Shares of the damaged paragraphs of every eighth page that come out as they were: reached .926,
# .988, .992 and .926; of the first and the last "™", "×" and "✅" are not repaired.
REPAIRED = {
    "utf-8 read as cp1252": 0.99,
    "utf-8 read as latin-1": 0.99,
    "cp1252 read as latin-1": 0.995,
    "utf-8 read as cp1252, twice": 0.99,
    "utf-8 read as mac-roman": 0.98,
    "utf-8 read as cp437": 0.985,
    "utf-8 read as cp850": 0.965,
}

pytestmark = [pytest.mark.quality, pytest.mark.timeout(180)]


def pages(step: int, markup: Path | None = None) -> list[Page]:
    if not PAGES.exists() or not (markup is None or markup.exists()):
        pytest.skip("the pages are not here")
    return read_pages(PAGES, markup=markup)[::step]


def held_out() -> list[Page]:
    return [page for page in pages(1) if HELD_OUT.has(page.url)]


def negative(floors: dict[str, float]) -> dict[str, float]:
    return {name: -most for name, most in floors.items()}


def assert_reached(reached: dict[str, Any], floors: dict[str, float]) -> None:
    short = {
        name: (reached[name], least) for name, least in floors.items() if reached[name] < least
    }
    assert not short, f"reached, floor: {short}"


def rows(path: Path, step: int) -> Iterator[dict[str, Any]]:
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % step == 0:
                yield json.loads(line)


def outcome(text: str) -> Item | Drop | Fail:
    return clean(a_plain_source(text))


def cleaned(text: str) -> Item:
    item = outcome(text)
    assert isinstance(item, Item)
    assert unaccounted(text, item) is None
    return item


def test_the_sample_comes_out_exactly() -> None:
    if not SAMPLE.exists():
        pytest.skip("the sample is not here")
    text = SAMPLE.read_text(encoding="utf-8")
    item = cleaned(text)
    paragraphs = [line for line in text.split("\n") if line][4:15]
    assert item.headline == text.split("\n")[5]
    assert [paragraph.text for paragraph in item.paragraphs] == paragraphs
    assert [(span.start, span.end, span.reason) for span in item.audit.removed] == [
        (0, 10, "navigation"),
        (11, 21, "navigation"),
        (23, 38, "section-label"),
        (2714, 3094, "teaser-duplicate"),
    ]
    assert item.audit.edits == ()
    assert item.language == "fr"
    assert (item.byline, item.dateline, item.version_created) == (None, None, None)


def test_true_articles_lose_almost_nothing() -> None:
    removed = characters = again = articles = 0
    for page in pages(3):
        text = page.body
        if not text.strip():
            continue
        item = cleaned(text)
        articles += 1
        removed += sum(span.end - span.start for span in item.audit.removed)
        characters += len(text)
        second = cleaned(item.text)
        again += (second.headline, second.paragraphs) == (item.headline, item.paragraphs)
    # All 791 articles: 0.23 % of the characters.
    assert removed <= 0.003 * characters
    assert again >= 0.99 * articles


def test_flattened_pages_are_cut_to_their_articles() -> None:
    reached = on_text(held_out(), Truth.BODY, methods={OURS: ON_TEXT[OURS]})[0]
    assert_reached(asdict(reached.score), ON_FLATTENED_TEXT)


def test_pages_with_markup_are_cut_no_worse_than_by_trafilatura() -> None:
    known = [page for page in pages(1, MARKUP) if page.html]
    ours, theirs = on_html(known[::3], Truth.BODY, methods=ON_HTML)
    assert (ours.method, theirs.method) == (OURS, TRAFILATURA)
    assert_reached(asdict(ours.score), ON_MARKUP)
    assert ours.score.f1 >= theirs.score.f1 + 0.01


def test_scraped_dispatches_lose_their_furniture_and_keep_their_text() -> None:
    groups = {one.group: one for one in figures([judge(made) for made in make(held_out(), SEED)])}
    reached = groups["all"].shares()
    assert groups["all"].unread == 0
    assert_reached({name: -(reached[name] or 0.0) for name in MOST_LOST}, negative(MOST_LOST))
    assert_reached(reached, REMOVED)
    assert_reached(groups["teaser of sentences"].shares(), REMOVED_OF_SENTENCES)


def test_damaged_paragraphs_are_repaired_and_others_left() -> None:
    unharmed, *damaged = repairs(list(paragraphs(pages(8))))
    assert unharmed.texts > 1_000
    # One page writes "WireGuardÂ®" three times: damaged as it is.
    assert unharmed.wrong <= sum("WireGuardÂ®" in example for example in unharmed.examples)
    assert_reached({one.damage: one.right / one.texts for one in damaged}, REPAIRED)


def test_wires_keep_headline_and_paragraphs() -> None:
    wires = headlines = paragraphs = same = 0
    for row in rows(WIRES, 10):
        title = row["title"] or ""
        item = cleaned(f"{title}\n\n{row['body']}")
        wires += 1
        headlines += not title or item.headline == title.strip()
        openings = 1 + len(re.findall(r"^ {3,}\S", row["body"], re.MULTILINE))
        paragraphs += openings == sum(part.kind != "table" for part in item.paragraphs)
        second = cleaned(item.text)
        same += (second.headline, second.paragraphs) == (item.headline, item.paragraphs)
    # All 11,000: headline 99.9 %, as many paragraphs as indents 97.4 %, the same again 100 %.
    assert headlines >= 0.997 * wires
    assert paragraphs >= 0.96 * wires
    assert same == wires
