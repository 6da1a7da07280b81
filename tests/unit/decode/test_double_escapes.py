"""What was escaped twice is decoded once more; what was meant stays."""

from __future__ import annotations

import pytest

from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Role
from streams.decode.double_escapes import repair, unescape


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("AT&amp;T", "AT&T"),
        ("R&amp;D;", "R&D;"),
        ("&quot;Yes,&quot; she said", '"Yes," she said'),
        ("1&nbsp;000", "1\xa0000"),
        ("o&#8217;clock &#x2014; now", "o’clock — now"),
        ("&amp;amp; &amp;quot;", '& "'),
        ("Caf&eacute; &lt;news@x.org&gt;", "Café <news@x.org>"),
        ("a&#10;b", "a b"),
        ("see ?a=1&amp;copy=2", "see ?a=1&copy=2"),
        ("plain & simple; AT&T; B&B &unknown; &#0; &#xD800; &", None),
        ("&;&amp", None),
    ],
)
def test_references_left_in_text_become_what_they_name(text: str, meant: str | None) -> None:
    wanted = text if meant is None else meant
    assert unescape(text) == wanted
    repaired, edits, _ = repair(text)
    assert repaired == wanted
    assert bool(edits) == (text != wanted)
    assert all(repaired[edit.start : edit.end] == edit.replacement for edit in edits)


def test_offsets_move_with_the_text() -> None:
    repaired, _, moved = repair("a &amp; b &quot;c&quot;")
    assert repaired == 'a & b "c"'
    assert [moved(at) for at in (0, 8, 16)] == [0, 4, 7]


def test_a_layout_records_each_repair_and_keeps_its_blocks() -> None:
    pieces = [Piece("Q&amp;A", Role.HEADLINE), Piece("&nbsp;\nTwo &quot;lines&quot;", Role.BODY)]
    layout = lay_out(pieces, from_markup=True)
    assert [layout.text[block.start : block.end] for block in layout.blocks] == [
        "Q&A",
        'Two "lines"',
    ]
    assert {edit.reason for edit in layout.edits} == {"double-escape"}


def test_mojibake_and_double_escapes_are_mended_in_one_text() -> None:
    layout = lay_out([Piece("A &amp; B"), Piece("DÃ©cÃ¨s &quot;x&quot;")], from_markup=True)
    assert layout.text == 'A & B\nDécès "x"'
    for edit in layout.edits:
        assert layout.text[edit.start : edit.end] == edit.replacement


def test_text_that_was_never_markup_is_left_alone() -> None:
    assert lay_out([Piece("AT&amp;T")]).text == "AT&amp;T"


def test_many_repairs_are_summed_up() -> None:
    text, edits, _ = repair("&amp;" * 10_000)
    assert text == "&" * 10_000
    assert [edit.reason for edit in edits] == ["double-escape:10000"]
