"""The kill of the invented chain ends what it is about, in every format, language and order."""

import pytest

from schemas.event import ITEM_KINDS, EventKind
from streams.desk import Desk
from tests.chains import faults
from tests.chains.formats import RENDERINGS, a_chain
from tests.chains.rendering import Rendering
from tests.chains.test_chain import cleaned
from tests.chains.texts import STORIES

FORMATS = pytest.mark.parametrize("rendering", RENDERINGS, ids=str)
LANGUAGES = pytest.mark.parametrize("language", sorted(STORIES))


@FORMATS
@LANGUAGES
def test_what_the_kill_names_is_out_in_no_order(rendering: Rendering, language: str) -> None:
    chain = [cleaned(raw) for raw in a_chain(rendering, STORIES[language])]
    *_, wrap, kill = chain
    for seed in range(3):
        order = faults.reordered(chain, seed)
        desk = Desk()
        out: dict[str, bool] = {}
        events = [event for item in [*order, *order[:2]] for event in desk.decide(item)]
        for event in events:
            if event.kind in ITEM_KINDS and event.item is not None:
                out[event.item.item_key] = bool(event.item.paragraphs)
        assert not out.get(wrap.item_key), [item.item_key for item in order]
        assert not out.get(kill.item_key)


@FORMATS
@LANGUAGES
def test_the_kill_says_what_it_ends(rendering: Rendering, language: str) -> None:
    desk = Desk()
    chain = [cleaned(raw) for raw in a_chain(rendering, STORIES[language])]
    events = [desk.decide(item) for item in chain]
    (kill,) = (event for event in events[-1] if event.cause is None)
    assert kill.kind is EventKind.KILL
    assert "unknown-key" not in kill.reasons
    assert not any(reason.startswith("ambiguous") for reason in kill.reasons)
    ended = {event.item.item_key for event in events[-1] if event.kind is EventKind.KILL}
    assert chain[-2].item_key in ended
    assert kill.of == next(e.item.id for e in events[-2] if e.cause is None and e.item)
