"""Takes as agencies send them, from bytes to the whole text: four languages, three formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.event import EventKind
from schemas.item import TEXT_CONTINUES, LifecycleKind
from schemas.raw import RawMessage
from streams.decode.message import source_of
from streams.desk import Desk
from tests.chains.formats import BY_NAME, a_message
from tests.chains.rendering import Rendering
from tests.chains.story import Marker, Prose, Run, Stage, Version
from tests.chains.test_chain import as_said, cleaned
from tests.chains.texts import STORIES

MORE = {"en": "(more)", "fr": "(à suivre)", "de": "(folgt)", "es": "(sigue)"}
NEXT = {"en": "TAKE 2 - ", "fr": "(suite) ", "de": "FORTSETZUNG 1 - ", "es": "TAKE 2 - "}


def in_takes(rendering: Rendering, language: str) -> tuple[list[RawMessage], Version]:
    """The second lead cut in two, and the whole of it."""
    story = STORIES[language]
    whole = story.version(Stage.SECOND)
    cut = ((*whole.body[:4], Prose((Run(MORE[language]),))), whole.body[4:])
    add = Marker(NEXT[language], frozenset({LifecycleKind.ADD}))
    marked = replace(story.language, markers={**story.language.markers, Stage.SECOND: add})
    messages = []
    for number, (body, spoken) in enumerate(zip(cut, (story.language, marked), strict=True)):
        created = whole.created + timedelta(minutes=number)
        version = replace(whole, language=spoken, number=40 + number, created=created, body=body)
        messages.append(a_message(rendering, story, version))
    return messages, whole


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
@pytest.mark.parametrize("name", ["plain-text", "email", "html"])
@pytest.mark.parametrize("language", sorted(STORIES))
def test_a_text_in_two_takes_comes_out_whole(name: str, language: str, *, backwards: bool) -> None:
    takes, whole = in_takes(BY_NAME[name], language)
    first = cleaned(takes[0])
    assert TEXT_CONTINUES in first.audit.warnings
    assert TEXT_CONTINUES not in cleaned(takes[1]).audit.warnings
    desk = Desk()
    order = reversed(takes) if backwards else takes
    events = [event for raw in order for event in desk.decide(cleaned(raw), source=source_of(raw))]
    (joined,) = [event for event in events if event.cause is not None]
    assert joined.kind is EventKind.UPDATE
    assert joined.item is not None
    assert joined.item.item_key == first.item_key
    said = [as_said(paragraph.text) for paragraph in joined.item.paragraphs]
    assert said == [as_said(line) for line in whole.lines]
