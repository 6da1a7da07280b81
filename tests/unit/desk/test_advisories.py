"""Notes to editors: shown in events, never an item, and nothing is compared with them."""

from datetime import timedelta

import pytest

from schemas.event import ITEM_KINDS, OUTCOMES, EventKind, Outcome
from schemas.item import Lifecycle, LifecycleKind, PubStatus
from streams.decode.lifecycle import read_markers
from streams.desk import Desk
from tests.unit.desk.test_stories import DOCK, T0, an_item, decided

NOTE = Lifecycle(kinds=(LifecycleKind.ADVISORY,))


def an_advisory(key: str = "note", minute: float = 0, **fields: object):
    return an_item(key, minute=minute, lifecycle=NOTE, headline="ADVISORY - The dock", **fields)


@pytest.mark.parametrize(
    ("headline", "slugline"),
    [
        ("ADVISORY - Coverage of the vote", None),
        ("DIARY-Top events of the week", None),
        ("AGENDA AFP du mardi", None),
        ("Terminvorschau", None),
        ("PREVISIONES EFE para el martes", None),
        ("The day ahead", "BC-AP News Digest"),
        ("The day ahead", "BC-US--Photo Advisory"),
    ],
)
def test_agendas_digests_and_advisories_are_no_items(headline, slugline):
    lifecycle = read_markers(headline, slugline)
    (event,) = decided(an_item("note", headline=headline, slugline=slugline, lifecycle=lifecycle))
    assert event.kind is EventKind.ADVISORY
    assert event.kind not in ITEM_KINDS
    assert OUTCOMES[event.kind] is Outcome.LINKED
    assert event.item is not None


def test_one_sent_again_is_another_advisory_as_nothing_of_it_is_remembered():
    events = decided(an_advisory(), an_advisory("again", 5))
    assert [event.kind for event in events] == [EventKind.ADVISORY] * 2


def test_an_item_with_the_text_of_one_is_news():
    *_, event = decided(an_advisory(), an_item("one", minute=5))
    assert (event.kind, event.story_key) == (EventKind.NEW, "nordan:one")


def test_one_with_the_key_of_a_live_item_leaves_it_as_it_is():
    desk = Desk()
    first = an_item("one")
    _, note = decided(first, an_advisory("one", 5), desk=desk)
    assert (note.kind, note.of, note.story_key) == (EventKind.ADVISORY, first.id, first.item_key)
    (update,) = decided(an_item("one", DOCK[:3], minute=3), desk=desk)
    assert (update.kind, update.of) == (EventKind.UPDATE, first.id)


def test_one_of_a_killed_item_does_not_raise_it():
    kill = an_item("one", (), minute=2, pubstatus=PubStatus.CANCELED)
    events = decided(an_item("one"), kill, an_advisory("one", 5))
    assert not any(event.kind in ITEM_KINDS for event in events[2:])


def test_one_under_an_embargo_is_held_and_then_no_item_either():
    desk = Desk()
    due = T0 + timedelta(hours=1)
    (held,) = decided(an_advisory(embargoed_until=due), desk=desk)
    assert (held.kind, held.item) == (EventKind.HOLD, None)
    (released,) = desk.tick(due)
    assert (released.kind, released.cause) == (EventKind.ADVISORY, held.id)
    assert released.item is not None
    assert desk.tick(due + timedelta(hours=1)) == []
    assert [key for key, kept in desk.drain().held if kept is None] == ["nordan:note"]
