"""One story in every format and four languages: the same headline, text, times and lifecycle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import cache

import pytest

from schemas.event import ITEM_KINDS, EventKind, WireEvent
from schemas.item import Item, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, decode
from streams.decode.message import source_of
from streams.desk import Desk
from streams.steps import Fail
from tests.chains import faults
from tests.chains.formats import RENDERINGS, a_chain, a_message
from tests.chains.rendering import Rendering
from tests.chains.story import (
    BYLINE,
    FIRST_CREATED,
    PROVIDER,
    SLUG,
    SUBJECTS,
    Stage,
    Story,
    Table,
    Version,
)
from tests.chains.texts import STORIES

PHONE = "+32 9 555 01 42"
WITH_IDS = [one for one in RENDERINGS if "id" in one.carries and not one.per_message]
# What the typewriters of some formats make of quotation marks.
_QUOTES = re.compile("``|''|[“”„]")
# A code without the scheme before it, as "medtop:" or as an address.
_NUMBER = re.compile(r".*[:/]")
# Nothing in them says where they end.
ENDLESS = {"plain-text", "email"}
# Of a message that was cut, each part that can still be told is shown; this many places are tried.
LEAST_BYTES = 150
SHARES = [share / 17 for share in range(1, 17)]

per_format = pytest.mark.parametrize("rendering", RENDERINGS, ids=str)
per_language = pytest.mark.parametrize("language", sorted(STORIES))


def as_said(text: str) -> str:
    """Text with one kind of white space and one kind of straight quotation mark."""
    return " ".join(_QUOTES.sub('"', text).split())


def only(answers: list[Decoded | Fail]) -> Decoded:
    (answer,) = answers
    assert isinstance(answer, Decoded), answer
    return answer


def cleaned(raw: RawMessage) -> Item:
    item = clean(only(decode(raw)))
    assert isinstance(item, Item), item
    return item


def told(rendering: Rendering, version: Version) -> str:
    """The headline, as this format has it."""
    return as_said(version.marked_headline if rendering.marked else version.headline)


@dataclass(frozen=True)
class Read:
    """One message of the chain, and the item it became."""

    story: Story
    version: Version
    raw: RawMessage
    item: Item

    @property
    def stage(self) -> Stage:
        return self.version.stage


@cache
def readings(rendering: Rendering, language: str) -> tuple[Read, ...]:
    story = STORIES[language]
    return tuple(
        Read(story, version, raw, cleaned(raw))
        for version in story.versions
        for raw in [a_message(rendering, story, version)]
    )


@per_format
@per_language
class TestOneStory:
    def test_its_format_is_found(self, rendering: Rendering, language: str) -> None:
        for raw in a_chain(rendering, STORIES[language]):
            decoded = only(decode(raw))
            assert decoded.format in rendering.formats
            undeclared = raw.model_copy(update={"content_type": None})
            assert only(decode(undeclared)).format == decoded.format

    def test_headline_and_text_are_the_same(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            found = [read.item.headline or "", *(p.text for p in read.item.paragraphs)]
            truth = [told(rendering, read.version), *read.version.lines]
            assert [read.stage, *map(as_said, found)] == [read.stage, *map(as_said, truth)]

    def test_lifecycle_is_the_same(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            marker, lifecycle = read.version.marker, read.item.lifecycle
            found = (read.stage, frozenset(lifecycle.kinds), lifecycle.ordinal)
            assert found == (read.stage, marker.kinds, marker.ordinal)
            killed = PubStatus.CANCELED if read.version.is_kill else PubStatus.USABLE
            assert read.item.pubstatus is killed

    def test_times_are_the_same(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            created = read.version.created
            if rendering.to_minutes:
                created = created.replace(second=0)
            truth = {"version_created": created, "first_created": FIRST_CREATED}
            for name, moment in truth.items():
                found = getattr(read.item, name)
                assert (read.stage, name, found) == (
                    read.stage,
                    name,
                    moment if name in rendering.carries else None,
                )
                assert found is None or found.tzinfo is UTC

    def test_facts_are_what_the_format_carries(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            found, truth = facts(read.item), truths(read.version)
            carried = rendering.carries & truth.keys()
            assert {"stage": read.stage, **{name: found[name] for name in carried}} == {
                "stage": read.stage,
                **{name: truth[name] for name in carried},
            }

    def test_notes_to_editors_are_kept_and_never_published(
        self, rendering: Rendering, language: str
    ) -> None:
        for read in readings(rendering, language):
            item = read.item
            assert PHONE not in " ".join([item.text, item.byline or "", item.slugline or ""])
            notes = as_said(" ".join(note.text for note in item.ednotes if not note.publishable))
            if "notes" in rendering.carries:
                assert PHONE in notes, read.stage
            if "advice" in rendering.carries:
                assert as_said(read.version.advice) in notes

    def test_tables_are_tables(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            rows = [p.text for p in read.item.paragraphs if p.kind is ParagraphKind.TABLE]
            tables = [block for block in read.version.body if isinstance(block, Table)]
            truth = [line for table in tables for line in table.lines]
            if "table" in rendering.carries:
                assert rows == truth

    def test_the_same_bytes_are_the_same_item(self, rendering: Rendering, language: str) -> None:
        for read in readings(rendering, language):
            assert cleaned(read.raw) == read.item
            elsewhere = {"position": "elsewhere", "received_at": None}
            again = cleaned(read.raw.model_copy(update=elsewhere))
            assert again.model_copy(update={"received_at": read.item.received_at}) == read.item


def facts(item: Item) -> dict[str, object]:
    """What is compared of an item's facts."""
    return {
        "urgency": item.urgency,
        "language": item.language,
        "slugline": SLUG in (item.slugline or ""),
        "keywords": {word.lower() for word in item.keywords},
        "subjects": {_NUMBER.sub("", subject.code) for subject in item.subjects},
        "place": ((item.dateline and item.dateline.place) or "").title(),
        "byline": BYLINE in (item.byline or ""),
    }


def truths(version: Version) -> dict[str, object]:
    """The same of what was filed; without a body there is no line for its author."""
    language = version.language
    truth: dict[str, object] = {
        "urgency": version.urgency,
        "language": language.code,
        "slugline": True,
        "keywords": {word.lower() for word in language.keywords},
        "subjects": {_NUMBER.sub("", code) for code, _ in SUBJECTS},
        "place": language.place,
    }
    return truth | ({"byline": True} if version.body else {})


@per_format
@per_language
def test_identity_is_the_storys_or_the_messages(rendering: Rendering, language: str) -> None:
    items = [read.item for read in readings(rendering, language)]
    assert {item.provider for item in items} == {PROVIDER}
    keys = [item.item_key for item in items]
    assert len({item.id for item in items}) == len(items)
    if "id" not in rendering.carries:
        return
    assert not any(":content-" in key for key in keys)
    if rendering.per_message:
        assert len(set(keys)) == len(keys)
    else:
        assert len(set(keys)) == 1
        order = [item.order_key for item in items]
        assert order == sorted(order)


@per_format
@per_language
def test_who_sent_it_is_in_the_message_where_the_format_names_it(
    rendering: Rendering, language: str
) -> None:
    story = STORIES[language]
    raw = a_message(rendering, story, story.version(Stage.LEAD))
    item = cleaned(raw.model_copy(update={"provider": None}))
    # Two formats are one agency's own, whoever is named in them.
    owner = {"dpa-digitalwires": "dpa", "ap-media": "ap"}.get(rendering.name, "nw")
    assert item.provider is None or item.provider.startswith((PROVIDER, owner))


def final(events: Iterable[WireEvent]) -> dict[str, tuple[EventKind, str, str | None]]:
    """The last published state of each key."""
    last = {}
    for event in events:
        if event.kind in ITEM_KINDS and event.item is not None:
            last[event.item.item_key] = (event.kind, event.item.order_key, event.item.headline)
    return last


@cache
def read_once(body: bytes, media_type: str | None) -> Item:
    return cleaned(RawMessage(body=body, provider=PROVIDER, content_type=media_type, position="p"))


def decided(messages: Iterable[RawMessage]) -> list[WireEvent]:
    """What the desk makes of the messages; one that came before is not decoded again."""
    desk = Desk()
    events: list[WireEvent] = []
    for raw in messages:
        item = read_once(raw.body, raw.content_type)
        arrived = item.model_copy(update={"received_at": raw.received_at})
        events += desk.decide(arrived, source=source_of(raw))
    return events


def orders(chain: list[RawMessage]) -> list[list[RawMessage]]:
    """The chain reordered, repeated, with its kill first and with each message last."""
    disorder = [faults.reordered(chain, seed) for seed in range(4)]
    disorder += [faults.duplicated(faults.reordered(chain, seed), seed) for seed in range(4)]
    disorder += [faults.late(chain, place) for place in range(len(chain))]
    return [*disorder, faults.first(chain, len(chain) - 1)]


@pytest.mark.parametrize("rendering", WITH_IDS, ids=str)
@per_language
def test_a_killed_story_stays_killed_in_any_order(rendering: Rendering, language: str) -> None:
    chain = a_chain(rendering, STORIES[language])
    (truth,) = final(decided(chain)).values()
    assert truth[0] is EventKind.KILL
    for messages in orders(chain):
        events = decided(messages)
        (state,) = final(events).values()
        assert state == truth
        killed = False
        for event in events:
            assert not (killed and event.kind in ITEM_KINDS), event.kind
            killed = killed or event.kind is EventKind.KILL


@pytest.mark.parametrize("rendering", WITH_IDS, ids=str)
@per_language
def test_the_last_version_wins_in_any_order(rendering: Rendering, language: str) -> None:
    chain = a_chain(rendering, STORIES[language])[:-1]
    (truth,) = final(decided(chain)).values()
    assert as_said(truth[2] or "") == told(rendering, STORIES[language].version(Stage.WRAP))
    for messages in orders(chain):
        (state,) = final(decided(messages)).values()
        assert state[1:] == truth[1:]


def damages(rendering: Rendering) -> list[Callable[[bytes], bytes]]:
    """Encodings that are not what they say, or say nothing."""
    if rendering.encoding == "latin-1":
        return [faults.as_utf8, lambda body: faults.byte_order_mark(faults.as_utf8(body))]
    wrong = [
        faults.declared_wrong,
        faults.undeclared,
        faults.byte_order_mark,
        lambda body: faults.byte_order_mark(faults.declared_wrong(body)),
    ]
    if rendering.name != "email":  # its bytes are ASCII
        wrong += [
            faults.as_latin,
            lambda body: faults.as_latin(faults.declared_wrong(body)),
            lambda body: faults.as_latin(faults.undeclared(body)),
        ]
    return wrong


@per_format
@per_language
def test_a_wrong_encoding_is_read_right(rendering: Rendering, language: str) -> None:
    story = STORIES[language]
    for stage in (Stage.FLASH, Stage.LEAD, Stage.KILL):
        raw = a_message(rendering, story, story.version(stage))
        item = cleaned(raw)
        for number, damage in enumerate(damages(rendering)):
            again = cleaned(raw.model_copy(update={"body": damage(raw.body)}))
            same = (number, again.headline, again.paragraphs, again.ednotes, again.item_key)
            assert same == (number, item.headline, item.paragraphs, item.ednotes, item.item_key)


@per_format
@per_language
@pytest.mark.parametrize("stage", [Stage.LEAD, Stage.KILL], ids=str)
def test_a_cut_message_is_never_another_text(
    rendering: Rendering, language: str, stage: Stage
) -> None:
    story = STORIES[language]
    version = story.version(stage)
    raw = a_message(rendering, story, version)
    whole = only(decode(raw))
    lines = [as_said(whole.text[block.start : block.end]) for block in whole.blocks]
    for share in SHARES:
        body = faults.cut(raw.body, share)
        # The first lines of a telegram may be anything's.
        if len(body) < LEAST_BYTES:
            continue
        for answer in decode(raw.model_copy(update={"body": body})):
            if isinstance(answer, Fail):
                continue
            if rendering.name == "email" and b"\r\n\r\n" not in body:
                assert "mail-header-open" in answer.warnings
                continue
            for block in answer.blocks:
                text = as_said(answer.text[block.start : block.end]).rstrip("\ufffd ")
                # Cut markup and cut quotes leave a stump of their own.
                assert any(text[:-8] in line for line in lines), (share, text)
            words = len(whole.text.split())
            if len(answer.text.split()) < words - 3 and rendering.name not in ENDLESS:
                assert answer.warnings, share
