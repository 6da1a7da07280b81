"""Learns the boilerplate of every source in an archive.

It must not decide what is boilerplate: ``streams.clean.boilerplate`` does.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from types import TracebackType
from typing import Self

from schemas.item import Item, Lifecycle, Paragraph
from schemas.raw import RawMessage
from streams.clean import DEFAULT_RULES, CleaningRules, clean
from streams.clean.boilerplate.judging import (
    LEAST_DAYS,
    LEAST_SHARE,
    LEAST_STORIES,
    MOST_SHARE,
    MOST_SHARE_OF_ANY,
    Refusal,
    judge,
)
from streams.clean.boilerplate.keys import line_hash, source_of
from streams.clean.boilerplate.observing import Mark, observe
from streams.clean.boilerplate.rules import BoilerplateLine
from streams.clean.segments import is_prose, passages
from streams.decode import DEFAULT_PROFILES, Decoded, Profiles, decode
from streams.desk import Desk, DeskConfig
from streams.desk.config import DedupRule
from streams.desk.fingerprint import sign
from streams.learning.sketch import Sketch
from streams.learning.spool import Observed, Spool

# A series of takes may run for days; the desk forgets a text after three.
_WINDOW = timedelta(days=7)
_BATCH = 1_000
# A series of takes may be a third of a small archive, but not on four of five days.
_SHARE_OF_DAYS = 0.8
_FIGURE = re.compile(r"\d+")
_PUBLISHED = int(Mark.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one source taught.

    Attributes:
        messages: that were read, and ``stories`` they tell.
        lines: learned.
        refused: (text, why, stories) of lines that recur and are none, most frequent first.
    """

    source: str
    messages: int
    stories: int
    last: date
    lines: tuple[BoilerplateLine, ...]
    refused: tuple[tuple[str, Refusal, int], ...]


@dataclass(slots=True)
class _Written:
    """How a line is written, and whether with other figures elsewhere."""

    text: str
    varies: bool = False

    def meet(self, text: str) -> None:
        self.varies = self.varies or _FIGURE.findall(self.text) != _FIGURE.findall(text)
        if (len(text), text) < (len(self.text), self.text):
            self.text = text


@dataclass(slots=True)
class Skipped:
    """Messages that could teach nothing, and why."""

    unread: int = 0
    no_text: int = 0
    undated: int = 0


class BoilerplateLearner:
    """Give it messages in any order, then ask for the lessons; the same set gives the same."""

    def __init__(
        self, profiles: Profiles = DEFAULT_PROFILES, rules: CleaningRules = DEFAULT_RULES
    ) -> None:
        self._profiles = profiles
        # Nothing here depends on the language, and telling it takes a third of the time.
        self._rules = replace(rules, boilerplate=None, languages=())
        self._sketch = Sketch()
        self._spool = Spool()
        self._messages: Counter[str] = Counter()
        self.skipped = Skipped()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.__exit__(kind, error, trace)

    def add(self, raw: RawMessage) -> None:
        """Learn from a message; never raises for what it holds."""
        try:
            parts = decode(raw, self._profiles)
        except Exception:  # noqa: BLE001  (as in intake: a crash costs one message)
            self.skipped.unread += 1
            return
        for part in parts:
            if not isinstance(part, Decoded):
                self.skipped.unread += 1
                continue
            try:
                self._add(part)
            except Exception:  # noqa: BLE001  (as above)
                self.skipped.unread += 1

    def _add(self, decoded: Decoded) -> None:
        item = clean(decoded, self._rules)
        if not isinstance(item, Item):
            self.skipped.no_text += 1
            return
        at = item.version_created or item.received_at
        if at is None:
            self.skipped.undated += 1
            return
        source = source_of(decoded)
        lines = observe(passages(decoded, self._rules), item, is_prose, decoded.provider)
        hashes = [line_hash(source, line.key) if line.key else 0 for line in lines]
        digest = hashlib.blake2b(
            f"{decoded.source.sha256}\n{decoded.source.part}".encode(), digest_size=16
        ).digest()
        self._sketch.add(value for value in hashes if value)
        self._messages[source] += 1
        self._spool.add(
            Observed(
                source=source,
                at=at,
                digest=digest,
                item=_bare(item, at),
                hashes=hashes,
                marks=[int(line.marks) for line in lines],
                texts=[line.text for line in lines],
            )
        )

    def lessons(self) -> list[Lesson]:
        """What each source taught, sorted by source."""
        self._spool.sort()
        sources = self._spool.sources()
        stories = {source: self._tell_stories(source) for source in sources}
        self._spool.group()
        return [self._lesson(source, *told) for source, told in stories.items()]

    def _tell_stories(self, source: str) -> tuple[int, date]:
        """Give each message of a source its story; how many there are, and the last day.

        The desk says what belongs together: versions of one item, copies, and takes that tell the
        same story under other ids.
        """
        desk = Desk(DeskConfig(dedup=DedupRule(near_window=_WINDOW)))
        common = self._common(source)
        last = date.min
        told = self._told(desk, source, common)
        while batch := list(islice(told, _BATCH)):
            self._spool.set_stories([(story, message) for story, message, _ in batch])
            last = max(last, batch[-1][2])
        return self._spool.count_stories(source), last

    def _common(self, source: str) -> frozenset[int]:
        """Lines that so many messages have, on so many days, that no story is told by them.

        They would make two stories alike, and their times and dates two takes of one unlike.
        """
        least = MOST_SHARE * self._messages[source]
        every: set[int] = set()
        found: dict[int, set[int]] = {}
        for day, hashes in self._spool.days(source):
            every.add(day)
            for line in hashes:
                if line in found:
                    found[line].add(day)
                elif line and self._sketch.count(line) >= least:
                    found[line] = {day}
        days = max(LEAST_DAYS, _SHARE_OF_DAYS * len(every))
        return frozenset(line for line, seen in found.items() if len(seen) >= days)

    def _told(
        self, desk: Desk, source: str, common: frozenset[int]
    ) -> Iterator[tuple[int, int, date]]:
        for message, at, item, lines in self._spool.items(source):
            told = [text for line, mark, text in lines if mark & _PUBLISHED and line not in common]
            fingerprint = sign(item.model_copy(update={"paragraphs": _paragraphs(told)}))
            events = desk.decide(item, at, fingerprint=fingerprint)
            desk.drain()
            story = next(event.story_key for event in events if event.cause is None)
            yield line_hash("story", story or item.item_key) >> 1, message, at.date()

    def _lesson(self, source: str, stories: int, last: date) -> Lesson:
        least = max(LEAST_STORIES, LEAST_SHARE * stories)
        judged = judge(
            lambda: self._spool.messages(source),
            stories,
            lambda line: self._sketch.count(line) >= least,
        )
        texts = self._texts(source, {*judged.learned, *judged.refused})
        varied = {
            line
            for line, (_, tally) in judged.learned.items()
            if texts[line].varies and tally.stories < MOST_SHARE_OF_ANY * stories
        }
        lines = [
            BoilerplateLine(
                text=texts[line].text,
                where=where,
                stories=tally.stories,
                of=stories,
                first=date.fromordinal(tally.first),
                last=date.fromordinal(tally.last),
            )
            for line, (where, tally) in judged.learned.items()
            if line not in varied
        ]
        refused = [
            (texts[line].text, why, tally.stories) for line, (why, tally) in judged.refused.items()
        ]
        refused += [
            (texts[line].text, Refusal.FIGURES, judged.learned[line][1].stories) for line in varied
        ]
        return Lesson(
            source,
            self._messages[source],
            stories,
            last,
            tuple(sorted(lines, key=lambda line: (-line.stories, line.text))),
            tuple(sorted(refused, key=lambda row: (-row[2], row[0]))),
        )

    def _texts(self, source: str, wanted: set[int]) -> dict[int, _Written]:
        """Each line as it is written somewhere: the shortest way, whatever came first."""
        found: dict[int, _Written] = {}
        if not wanted:
            return found
        for hashes, texts in self._spool.texts(source):
            for line, text in zip(hashes, texts, strict=True):
                if line in wanted:
                    if line not in found:
                        found[line] = _Written(text)
                    else:
                        found[line].meet(text)
        return found


def _paragraphs(texts: Sequence[str]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(text=text) for text in texts)


def _bare(item: Item, at: datetime) -> Item:
    """What the desk needs to tell stories by, and nothing that would hold or kill one."""
    return Item(
        id=item.id,
        item_key=item.item_key,
        order_key=item.order_key,
        provider=item.provider,
        version_created=item.version_created,
        received_at=at,
        lifecycle=Lifecycle(),
        content_hash=item.content_hash,
    )
