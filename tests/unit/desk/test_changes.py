"""What changed between two versions: by number for machines, in words for people."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.event import Changes, EventKind
from schemas.item import Item, LifecycleKind, Paragraph, PubStatus
from schemas.journal import Indexed
from streams.desk import Desk, sign
from streams.desk.aligning import align
from streams.desk.changes import changes_between
from streams.desk.identity import content_hash, item_key, order_key
from streams.desk.readying import hot_text
from streams.desk.wording import Edited, Wording, changed_paragraphs, changed_words

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORY = (
    "The harbour council of Brestava voted late on Tuesday to close the northern dock for repairs.",
    "Engineer Milena Torvald told reporters that the quay wall had shifted by 14 centimetres.",
    "Fishing crews said the closure would cost them 320,000 crowns before the herring season ends.",
    "The repairs are expected to last nine weeks, according to a schedule seen by the council.",
    "A spokesman for the port authority said that ferries to Ostholm would sail from the old pier.",
)


def an_item(text, *, key="one", headline="Brestava closes dock", minute=0, kinds=()) -> Item:
    created = T0.replace(minute=minute)
    content = content_hash(headline, text)
    item_id, order = item_key("nordan", key, content), order_key(created, None)
    return Item(
        id=f"{item_id}@{order}",
        item_key=item_id,
        order_key=order,
        provider="nordan",
        version_created=created,
        received_at=created,
        pubstatus=PubStatus.USABLE,
        headline=headline,
        paragraphs=tuple(Paragraph(text=paragraph) for paragraph in text),
        content_hash=content,
        lifecycle={"kinds": kinds},
    )


def hot(text):
    entry = Indexed(
        item_key="k", item_id="k@1", provider="p", novel=False, flash=False,
        fingerprint=sign(an_item(text)),
    )  # fmt: skip
    return hot_text(entry, 1, 0.0)


def changes(old, new) -> Changes:
    return changes_between(hot(new), hot(old), headline=False)


def without(paragraphs, numbers):
    return [text for place, text in enumerate(paragraphs) if place not in numbers]


def partners(old, new, found: Changes):
    """The paragraphs of both that remain, as the documentation says they are found."""
    left, right = without(old, found.removed), without(new, found.added)
    places = [place for place in range(len(new)) if place not in found.added]
    assert len(left) == len(right)
    return list(zip(places, left, right, strict=True))


paragraphs = st.lists(
    st.sampled_from(["Alpha one.", "Beta two.", "Gamma three.", "Delta.", "Epsilon 5."]),
    max_size=12,
)


@given(paragraphs, paragraphs)
@settings(max_examples=300, deadline=None)
def test_the_numbers_account_for_every_paragraph_of_both(old, new) -> None:
    found = changes(old, new)
    for place, before, after in partners(old, new, found):
        assert (before != after) == (place in found.altered)
    assert set(found.altered).isdisjoint(found.added)
    assert found.complete


@given(paragraphs, paragraphs)
@settings(max_examples=200, deadline=None)
def test_words_account_for_every_paragraph_of_both(old, new) -> None:
    found = changed_paragraphs(old, new)
    gone = [change.old for change in found if change.old is not None]
    come = [change.new for change in found if change.new is not None]
    assert len(set(gone)) == len(gone)
    assert len(set(come)) == len(come)
    assert without(old, gone) == without(new, come)
    for change in found:
        if change.what is Edited.MOVED:
            assert old[change.old] == new[change.new]


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_runs_put_together_are_both_texts(old, new) -> None:
    runs = changed_words(old, new)
    after = "".join(run.text for run in runs if run.what is not Wording.REMOVED)
    before = "".join(run.text for run in runs if run.what is not Wording.ADDED)
    assert after == new.rstrip()
    plain = ["".join(unicodedata.normalize("NFC", text).split()) for text in (before, old)]
    assert plain[0] == plain[1]


@given(st.lists(st.integers(0, 3), max_size=9), st.lists(st.integers(0, 3), max_size=9))
@settings(max_examples=300, deadline=None)
def test_nothing_longer_is_in_common_than_what_is_kept(old, new) -> None:
    gaps = list(align(old, new))
    kept = len(old) - sum(gap.old_to - gap.old_from for gap in gaps)
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, left in enumerate(old):
        for j, right in enumerate(new):
            longer = max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = table[i][j] + 1 if left == right else longer
    assert kept == table[-1][-1]


def test_a_cut_removes_the_end() -> None:
    found = changes(STORY, STORY[:3])
    assert (found.added, found.removed, found.altered) == ((), (3, 4), ())


def test_a_paragraph_put_in_the_middle_is_added_there() -> None:
    found = changes(STORY, (*STORY[:2], "Nobody was hurt, she said.", *STORY[2:]))
    assert (found.added, found.removed, found.altered) == ((2,), (), ())


def test_a_corrected_figure_alters_its_paragraph_and_is_named() -> None:
    new = (STORY[0], STORY[1].replace("14", "41"), *STORY[2:])
    found = changes(STORY, new)
    assert (found.added, found.removed, found.altered) == ((), (), (1,))
    assert (found.figures_before, found.figures_after) == (("14",), ("41",))


def test_a_paragraph_is_known_whatever_stands_beside_it() -> None:
    """The desk leaves fillers, and what repeats the headline, out of what it compares by."""
    opening = "Brestava closes dock"
    before, after = an_item((opening, *STORY)), an_item((opening, *STORY), headline="Dock shut")
    texts = [
        hot_text(
            Indexed(
                item_key="k", item_id="k@1", provider="p", novel=False, flash=False,
                fingerprint=sign(item),
            ),
            1,
            0.0,
        )
        for item in (before, after)
    ]  # fmt: skip
    assert changes_between(texts[1], texts[0], headline=True) == Changes(headline=True)


def test_a_figure_rounded_is_no_figure_changed() -> None:
    found = changes(("It cost 12,141,000 crowns.",), ("It cost 12.1 million crowns.",))
    assert (found.altered, found.figures_before, found.figures_after) == ((0,), (), ())


def test_a_moved_paragraph_is_removed_in_one_place_and_added_in_another() -> None:
    found = changes(STORY, (STORY[4], *STORY[:4]))
    assert (found.added, found.removed, found.altered) == ((0,), (4,), ())
    (moved,) = changed_paragraphs(STORY, (STORY[4], *STORY[:4]))
    assert (moved.what, moved.old, moved.new, moved.words) == (Edited.MOVED, 4, 0, ())


@pytest.mark.parametrize("times", [(2, 3), (3, 2), (1, 9), (256, 200)])
def test_repeated_paragraphs_are_counted(times) -> None:
    old, new = (("The same again.",) * n for n in times)
    found = changes(old, new)
    assert len(found.added) == max(times[1] - times[0], 0)
    assert len(found.removed) == max(times[0] - times[1], 0)


class TestLongTexts:
    LONG = tuple(f"Row {number} of the table." for number in range(300))

    def test_what_lies_beyond_is_not_called_removed(self) -> None:
        new = ("One row more.", "And another.", *self.LONG)
        found = changes(self.LONG, new)
        assert found.added == (0, 1)
        assert found.removed == ()
        assert not found.complete

    def test_what_lies_beyond_is_not_called_added(self) -> None:
        found = changes(self.LONG, self.LONG[3:])
        assert (found.added, found.removed) == ((), (0, 1, 2))
        assert not found.complete

    def test_a_cut_below_the_limit_is_told(self) -> None:
        found = changes(self.LONG, self.LONG[:200])
        assert found.removed == tuple(range(200, 256))
        assert not found.complete

    def test_an_altered_row_among_many_is_told(self) -> None:
        new = (*self.LONG[:9], "Another row altogether.", *self.LONG[10:])
        assert changes(self.LONG, new).altered == (9,)

    def test_figures_pushed_out_of_the_list_are_not_called_gone(self) -> None:
        old = ("Seats: " + " ".join(map(str, range(1000, 1096))),)
        found = changes(old, ("Rows 5, 6 and 7.", *old))
        assert found.figures_before == ()
        assert not found.complete

    @pytest.mark.timeout(10)
    def test_texts_made_to_be_slow_are_not(self) -> None:
        old = tuple("ab"[number % 2] for number in range(5000))
        new = tuple("ac"[number % 2] for number in range(5000))
        assert len(list(align(old, new))) > 2000
        assert changed_words(" ".join(old * 5), " ".join(new * 5))


class TestWords:
    def test_a_figure_is_shown_where_it_stood(self) -> None:
        runs = changed_words("It shifted by 14 cm, she said.", "It shifted by 41 cm, she said.")
        assert [(run.what.value, run.text) for run in runs] == [
            ("same", "It shifted by"),
            ("removed", " 14"),
            ("added", " 41"),
            ("same", " cm, she said."),
        ]

    def test_other_unicode_forms_and_spaces_are_no_change(self) -> None:
        assert changed_paragraphs(["Caf\u00e9  is open."], ["Cafe\u0301 is open."]) == ()

    def test_a_paragraph_with_nothing_in_common_is_not_a_version_of_it(self) -> None:
        found = changed_paragraphs(["Rain fell in the north."], ["Shares rose, brokers said"])
        assert [change.what for change in found] == [Edited.REMOVED, Edited.ADDED]


class TestEvents:
    def decided(self, *items: Item):
        desk = Desk()
        return [desk.decide(item)[0] for item in items][-1]

    def test_an_update_under_another_key_says_what_changed(self) -> None:
        more = (*STORY, "Divers would inspect the foundations before the concrete was poured.")
        update = an_item(
            more, key="two", headline="Brestava dock shut", minute=9, kinds=(LifecycleKind.UPDATE,)
        )
        event = self.decided(an_item(STORY), update)
        assert event.kind is EventKind.UPDATE
        assert event.changes == Changes(headline=True, added=(5,))

    def test_a_cut_of_ones_own_says_what_is_gone(self) -> None:
        event = self.decided(an_item(STORY), an_item(STORY[:3], minute=5))
        assert event.changes == Changes(removed=(3, 4), figures_before=("9",))

    def test_a_correction_names_its_figures(self) -> None:
        text = (STORY[0], STORY[1].replace("14", "41"), *STORY[2:])
        item = an_item(text, key="fix", minute=7, kinds=(LifecycleKind.CORRECTION,))
        event = self.decided(an_item(STORY), item)
        assert event.kind is EventKind.CORRECTION
        assert event.changes == Changes(altered=(1,), figures_before=("14",), figures_after=("41",))
