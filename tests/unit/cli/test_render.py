from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from schemas.codec import encode
from schemas.dead_letter import DEAD_CODES
from schemas.event import Dead, EventKind, Source, WireEvent
from schemas.item import Audit, Entity, EntityType, Item, Paragraph, Removed
from streams.cli.card import event_card
from streams.cli.dead import hex_lines
from streams.cli.render import event_line, item_line, json_line, printable
from streams.cli.report import stories_of, story_report

HOSTILE = (
    "a\x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnirts\u202c \u2066x\u2069 \x00\x7f\r\n"
    "\u200b\ufeff\U000e0041 [bold]markup[/bold] :smile: \ud800"
)


def shown(renderable: object) -> str:
    file = io.StringIO()
    # A terminal without colours: every escape that comes out came from the wire.
    console = Console(
        file=file, force_terminal=True, color_system=None, markup=False, emoji=False, width=100
    )
    console.print(renderable)
    return file.getvalue()


def an_event(number: int = 1, kind: EventKind = EventKind.NEW, **changes: object) -> WireEvent:
    item = Item(
        id=f"k{number}@1", item_key=f"k{number}", order_key="1", headline=f"Headline {number}"
    )
    fields: dict[str, object] = {
        "id": f"e{number}",
        "kind": kind,
        "source": Source(id="s", provider="afp", position=f"p:{number}", sha256="0" * 64),
        "item": item,
        "story_key": "story",
    }
    return WireEvent.model_validate(fields | changes)


def a_hostile_event() -> WireEvent:
    text = HOSTILE.replace("\ud800", "")
    item = Item(
        id=text, item_key=text, order_key="1", headline=text, provider=text, language=text,
        byline=text, slugline=text, version=text,
        paragraphs=(Paragraph(text=text),),
        entities=(Entity(id=text, type=EntityType.PERSON, name=text, ids={text: text}),),
        audit=Audit(removed=(Removed(start=0, end=1, reason=text),), warnings=(text,)),
    )  # fmt: skip
    source = Source(id=text, provider=text, position=text, sha256="0" * 64)
    dead = Dead(code=DEAD_CODES[0], stage=text, detail=text)
    return WireEvent(
        id="e", kind=EventKind.NEW, source=source, item=item, reasons=(text,), of=text, dead=dead,
        score=0.5,
    )  # fmt: skip


def obeyed(text: str) -> list[str]:
    """Characters that a terminal would obey, or that hide or reorder others."""
    allowed = "\n\u200c\u200d"
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in allowed]


@pytest.mark.parametrize("lines", [False, True])
def test_nothing_a_terminal_obeys_is_left(*, lines: bool) -> None:
    assert obeyed(printable(HOSTILE, lines=lines)) == []


@given(st.text(st.characters(), max_size=60))
def test_no_text_at_all_leaves_anything_to_obey(text: str) -> None:
    left = obeyed(printable(text))
    # Cf holds a few visible signs (Arabic number signs and the like), which are harmless.
    assert all(unicodedata.category(char) == "Cf" for char in left)
    assert "\x1b" not in printable(text)


def test_ordinary_text_is_untouched() -> None:
    text = "Élysée « Où ? » — 中文 نص עברית e\u0301 👩\u200d🚒 می\u200cخواهم [bold] :smile:"
    assert printable(text) == text


@pytest.mark.parametrize("make", [event_line, event_card])
def test_a_hostile_event_cannot_reach_the_terminal(make: object) -> None:
    text = shown(make(a_hostile_event()))  # type: ignore[operator]
    assert obeyed(text) == []
    assert "[bold]markup[/bold]" in text.replace("\n", "")


def test_a_hostile_item_cannot_reach_the_terminal() -> None:
    item = a_hostile_event().item
    assert item is not None
    assert obeyed(shown(item_line(item, None))) == []


def test_a_hostile_report_cannot_reach_the_terminal() -> None:
    event = a_hostile_event()
    story = [event.model_copy(update={"id": str(n), "story_key": HOSTILE}) for n in range(2)]
    gap = event.model_copy(
        update={"kind": EventKind.GAP, "item": None, "of": None, "reasons": (f"service={HOSTILE}",)}
    )
    assert obeyed(shown(story_report([event, *story, gap]))) == []


def test_json_keeps_its_value_and_is_escaped_for_a_terminal() -> None:
    event = a_hostile_event()
    plain, safe = json_line(encode(event)), json_line(encode(event), terminal=True)
    assert json.loads(plain) == json.loads(safe)
    assert obeyed(safe.decode()) == []
    assert plain == encode(event) + b"\n"


def test_bytes_are_dumped_so_that_nothing_is_obeyed() -> None:
    (line,) = hex_lines(b"\x1b[2J caf\xe9")
    assert line.startswith("00000000  1b 5b 32 4a 20 63 61 66 e9")
    assert line.endswith(".[2J caf.")


class TestReport:
    def test_copies_are_folded_under_the_version_they_copy(self) -> None:
        events = [
            an_event(1),
            an_event(2, EventKind.UPDATE),
            an_event(3, EventKind.DUPLICATE, of="k1@1", score=1.0),
            an_event(4, EventKind.DUPLICATE, of="k1@1", score=0.9),
            an_event(5, EventKind.REPRINT, of="k2@1", score=0.95),
        ]
        lines = shown(story_report(events)).splitlines()
        text = "\n".join(lines)
        assert text.index("Headline 1") < text.index("duplicate") < text.index("update")
        assert "×2" in text
        assert "0.90 to 1.00" in text
        assert text.index("Headline 2", text.index("update")) < text.index("reprint")

    def test_versions_stand_in_order_under_the_latest_headline(self) -> None:
        events = [an_event(1), an_event(2, EventKind.CORRECTION), an_event(3, EventKind.KILL)]
        (story,), loose = stories_of(events)
        assert story.headline == "Headline 3"
        assert story.is_killed
        assert not loose

    def test_a_late_old_version_does_not_bring_a_killed_story_back(self) -> None:
        events = [an_event(1, EventKind.KILL), an_event(2, EventKind.STALE)]
        (story,), _ = stories_of(events)
        assert story.is_killed
        assert story.headline == "Headline 1"

    def test_what_has_no_story_is_told_apart(self) -> None:
        dead = an_event(
            1, EventKind.DEAD, item=None, story_key=None,
            dead=Dead(code="body-empty", stage="decode", detail="0 bytes"),
        )  # fmt: skip
        text = shown(story_report([dead]))
        assert "Not published" in text
        assert "body-empty: 0 bytes" in text

    def test_gaps_and_silences_are_told_apart_from_what_was_not_published(self) -> None:
        gap = an_event(
            kind=EventKind.GAP, item=None, story_key=None, reasons=("service=eca", "missing=0124")
        )
        text = shown(story_report([gap]))
        assert "Missing and silent" in text
        assert "gap        afp service eca: 0124 missing" in text
        assert "Not published" not in text

    def test_nothing_is_nothing(self) -> None:
        assert shown(story_report([])).strip() == ""

    def test_every_kind_can_be_shown(self) -> None:
        events = [an_event(n, kind) for n, kind in enumerate(EventKind)]
        assert shown(story_report(events))
        for event in events:
            assert shown(event_line(event))
            assert shown(event_card(event))


@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_card_shows_the_whole_headline_and_ends_its_line(width: int) -> None:
    headline = " ".join(f"word{n}" for n in range(40))
    event = an_event(item=Item(id="k@1", item_key="k", order_key="1", headline=headline))
    file = io.StringIO()
    Console(file=file, width=width).print(event_card(event))
    lines = file.getvalue().splitlines(keepends=True)
    assert all(line.endswith("\n") for line in lines)
    assert max(len(line.rstrip()) for line in lines) <= width
    words = " ".join(line.strip("│╭╮╰╯─ \n") for line in lines)
    assert headline in " ".join(words.split())


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        (EventKind.HOLD, {"reasons": ("embargo",)}, "(withheld)"),
        (EventKind.REJECTED, {"reasons": ("no-article",)}, "no-article"),
        (EventKind.STALE, {"of": "k@2", "reasons": ("killed",)}, "of k@2"),
        (EventKind.SUPERSEDED, {"of": "k@1", "cause": "e0"}, "of k@1"),
        (
            EventKind.GAP,
            {"reasons": ("service=eca", "missing=0124-0126", "missing=0130", "numbers=4")},
            "service eca: 0124-0126, 0130 missing",
        ),
        (
            EventKind.GAP,
            {"reasons": ("service=eca", "filled=0125")},
            "service eca: 0125 came late",
        ),
        (
            EventKind.SILENCE,
            {"reasons": ("since=2026-03-02T09:00:00Z", "minutes=45", "expected=20")},
            "nothing for 45 minutes, since 2026-03-02T09:00:00Z",
        ),
    ],
)
def test_an_event_without_its_item_says_what_stands_for_it(
    kind: EventKind, changes: dict[str, object], words: str
) -> None:
    line = shown(event_line(an_event(kind=kind, item=None, **changes)))
    assert words in line
    assert ("withheld" in line) is (kind is EventKind.HOLD)
