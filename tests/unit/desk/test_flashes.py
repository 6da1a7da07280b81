"""Flashes that correct or repeat a flash, and the stories that are no flash's."""

import numpy as np
import pytest

from schemas.event import EventKind
from streams.desk import Desk
from streams.desk.flashes import FlashWatch
from tests.unit.desk.building import a_kill, an_item, at, decide_all

FLASH = "Torvald Lines receives 41.6 mln crowns from government to cut emissions 50 pct - official"


def a_flash(name="a", headline=FLASH, made=0, **fields):
    return an_item(name, headline=headline, text=fields.pop("text", ()), made=made, **fields)


def corrected(name="b", made=20, **fields):
    words = "CORRECTED - " + FLASH.replace("41.6", "83.2").replace("government", "governments")
    return a_flash(name, words, made, **fields)


def test_a_flash_that_says_so_corrects_the_one_before():
    desk = Desk()
    desk.decide(a_flash("o", "Kelda Foods names Ines Karvela chief executive from May", -5))
    (first,) = desk.decide(a_flash())
    event = desk.decide(corrected())[0]
    assert (event.kind, event.of) == (EventKind.CORRECTION, first.item.id)
    assert event.story_key == first.story_key
    assert event.reasons == ("flash-words=0.80",)


def test_a_desk_restored_from_its_journal_corrects_the_same_flash():
    desk, other = Desk(), Desk()
    desk.decide(a_flash())
    changes = desk.drain()
    other.restore(changes.state, [], changes.journal)
    assert other.decide(corrected()) == desk.decide(corrected())


@pytest.mark.parametrize(
    ("later", "kind"),
    [
        (a_flash("b", FLASH + " sources", 4), "update"),
        (a_flash("b", FLASH + " says no such payment was made", 4), "new"),
        (a_flash("b", FLASH.replace("Torvald", "Kelda"), 4), "new"),
        (a_flash("b", FLASH.replace("41.6", "83.2"), 4), "new"),
        (a_flash("b", FLASH + " sources", 60 * 4), "new"),
        (a_flash("b", FLASH + " sources", 4, provider="sudan"), "new"),
        (corrected(made=60 * 4), "new"),
        (corrected(provider="sudan"), "new"),
    ],
    ids=[
        "a-word-more", "a-sentence-more", "other-name", "other-figure", "too-late",
        "other-agency", "correction-too-late", "correction-of-another-agency",
    ],
)  # fmt: skip
def test_what_a_later_flash_is_to_one_before(later, kind):
    assert decide_all(Desk(), a_flash(), later) == ["new", kind]


def test_a_killed_flash_is_corrected_by_nothing():
    kinds = decide_all(Desk(), a_flash(), a_kill("a", made=5), corrected())
    assert kinds[-1] == "new"


def test_of_two_funds_with_equal_dividends_neither_is_passed_over():
    terms = ("Mthly div 7.1 crowns vs 7.1 crowns prior", "Pay March 31", "Record March 16")
    one = a_flash("a", "NORDHAVN INSURED INCOME SETS PAYOUT", text=terms)
    two = a_flash("b", "NORDHAVN HIGH-YIELD INCOME SETS PAYOUT", 4, text=terms)
    assert decide_all(Desk(), one, two) == ["new", "update"]


def test_one_companys_dividend_in_other_words_is_the_same_again():
    one = ("Qtrly div eight cts vs eight cts prior", "Pay June 1", "Record May 15")
    two = ("Qtly div eight cts vs eight cts", "Pay June one", "Record May 15")
    first = a_flash("a", "NORDHAVN PUBLICATIONS INC <NHP> SETS PAYOUT", text=one)
    second = a_flash("b", "NORDHAVN PUBLICATIONS INC <NHP> SETS DIVIDEND", 90, text=two)
    assert decide_all(Desk(), first, second) == ["new", "duplicate"]


def words(*hashes: int) -> np.ndarray:
    return np.array(sorted(hashes), np.uint32)


def test_of_a_flashs_first_words_the_common_one_is_not_its_subject():
    watch = FlashWatch(window_s=3600)
    corp, nordhavn = 7, 8
    for slot in range(1, 5):
        watch.add(slot, 0.0, 12, words(corp, *range(100 * slot, 100 * slot + 8)), words(corp))
    watch.add(9, 0.0, 12, words(corp, nordhavn, *range(900, 908)), words(corp, nordhavn))
    body = range(900, 906)
    (other,) = watch.best(words(corp, *body), 100, 10.0, 3600)
    (own,) = watch.best(words(nordhavn, *body), 100, 10.0, 3600)
    assert (other.slot, other.subject, own.subject) == (9, False, True)


def test_flashes_that_are_alike_come_likest_and_newest_first():
    watch = FlashWatch(window_s=3600)
    for slot, extra in ((1, 50), (2, 10), (3, 10), (4, 60)):
        watch.add(slot, 0.0, 12, words(1, 2, 3, 4, 5, 6, extra), words(1))
    watch.add(5, 0.0, 12, words(*range(20, 28)), words(20))
    found = watch.alike(words(1, 2, 3, 4, 5, 6, 10), 10.0, 3600)
    assert [one.slot for one in found] == [3, 2, 4, 1]
    assert (found[0].share, found[0].added, found[0].dropped) == (1.0, 0, 0)
    assert watch.alike(words(), 10.0, 3600) == []
    assert watch.alike(words(1, 2, 3, 4, 5, 6), 4000.0, 3600) == []


def test_the_candidates_of_a_flash_and_of_its_story_hold_it():
    desk = Desk()
    flash = a_flash()
    desk.decide(flash)
    story = an_item(
        "s", made=10, headline="Aid for Torvald", text=(FLASH + ". " + "It is so. " * 30,)
    )
    assert flash.id in desk.candidates(corrected())
    assert flash.id in desk.candidates(story)
    desk.tick(at(60 * 4))
    assert flash.id not in desk.candidates(corrected())
