"""Learning boilerplate scored on real text; skipped where that is absent.

``pytest -s`` prints the figures and every line that is learned.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import CleaningRules, clean
from streams.clean.boilerplate import SourceRules
from streams.clean.boilerplate.file import write
from streams.decode import Decoded, decode
from streams.learning import BoilerplateLearner, Lesson
from tests.quality.agency_stream import Page, stream

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
PAGES = SHARED / "clean/wcxb_dev_flat.jsonl.gz"
WIRES = SHARED / "reuters21578/wire_dev.jsonl.gz"
# One wire in so many; 1 is what docs/decisions.md tells of.
EVERY = int(os.environ.get("WIREROOM_TEST_EVERY", "4"))

pytestmark = [pytest.mark.quality, pytest.mark.timeout(180)]


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def lessons(messages: Iterable[RawMessage]) -> list[Lesson]:
    with BoilerplateLearner() as learner:
        for message in messages:
            learner.add(message)
        found = learner.lessons()
    for lesson in found:
        say(f"\n{lesson.source}: {lesson.messages} messages, {lesson.stories} stories")
        for line in lesson.lines:
            say(f"  learned {line.where.value:<8} {line.stories:>5}  {line.text}")
        for text, why, stories in lesson.refused:
            say(f"  refused {why.value} {stories}  {text}")
    return found


def test_pages_of_one_agency_lose_their_furniture_and_nothing_else() -> None:
    pages = stream([(row["title"] or "", row["articleBody"] or "") for row in rows(PAGES)])
    part = len(pages) * 3 // 5
    found = lessons(page.raw() for page in pages[:part])
    rules = write({each.source: SourceRules(each.lines) for each in found}, found[0].last)[1]
    # Links to other stories are new every day; all else stands on every page, or one in seven.
    lines: Counter[str] = Counter()
    chars: Counter[str] = Counter()
    for page in pages[part:]:
        for name, size in judged(page, CleaningRules(boilerplate=rules)):
            lines[name] += 1
            chars[name] += size
    kept, gone, eaten = (lines[name] for name in ("kept", "removed", "eaten"))
    links = lines["link kept"] + lines["link removed"]
    say(f"{len(pages)} messages, {len(pages) - part} of them held out")
    say(f"furniture: {gone} of {gone + kept} lines removed")
    say(f"links: {lines['link removed']} of {links} lines removed")
    say(f"text: {eaten} of {lines['text'] + eaten} lines eaten, {chars['eaten']} characters")
    assert gone >= 0.99 * (gone + kept)
    assert eaten == 0


def judged(page: Page, rules: CleaningRules) -> Iterator[tuple[str, int]]:
    """What became of each line of a page, and its length.

    Furniture may have gone by another rule; text is eaten where a learned line took it.
    """
    (part,) = decode(page.raw())
    assert isinstance(part, Decoded)
    item = clean(part, rules)
    assert isinstance(item, Item)
    removed = item.audit.removed
    end = 0
    for text, label in page.lines:
        start = part.text.find(text, end)
        if start < 0:
            continue  # the decoder mended its characters
        end = start + len(text)
        reasons = {span.reason for span in removed if span.start <= start and end <= span.end}
        gone = "boilerplate" in reasons if label == "text" else bool(reasons)
        if label == "text":
            yield ("eaten" if gone else "text"), len(text)
        else:
            what = "removed" if gone else "kept"
            yield (f"link {what}" if label == "link" else what), len(text)


def wire(row: dict[str, Any]) -> RawMessage:
    stated = row["date"].strip().split(".")[0]
    at = datetime.strptime(f"{stated} +0000", "%d-%b-%Y %H:%M:%S %z")
    return RawMessage(
        body=f"{row['title'] or ''}\n\n{row['body']}".encode(),
        provider="reuters",
        content_type="text/plain; charset=utf-8",
        received_at=at,
        position=f"wire_dev:{row['id']}",
    )


def test_real_wires_teach_nothing_that_is_text() -> None:
    wires = (wire(row) for number, row in enumerate(rows(WIRES)) if number % EVERY == 0)
    (lesson,) = lessons(wires)
    # A placeholder that the archive has below headlines that are all there is. "YEAR", refused,
    # heads a part of a table.
    assert [line.text for line in lesson.lines] == ["Blah blah blah."]
