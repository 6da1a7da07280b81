from __future__ import annotations

import pytest

from schemas.item import ParagraphKind
from streams.decode.decoded import Role
from streams.decode.rich_text import one_line, pieces_of


def texts(text: str, *, lines_count: bool = False) -> list[str]:
    pieces = pieces_of(text, Role.BODY, warnings=[], lines_count=lines_count)
    return [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One\nTwo", ["One", "Two"]),
        ("<p>One</p>\n<p>Two <b>bold</b> tail</p>", ["One", "Two bold tail"]),
        ("&lt;p&gt;One&lt;/p&gt;", ["One"]),
        ("A &amp;amp; B", ["A & B"]),
        ("<p>A &amp;amp;apos;B&amp;amp;apos;</p>", ["A 'B'"]),
        ("2 < 3 and 5 > 4", ["2 < 3 and 5 > 4"]),
        ("R&D; and AT&T", ["R&D; and AT&T"]),
        ("Lead of\n      a text that was\n      indented", ["Lead of a text that was indented"]),
        ("<b>One</b>\n\nTwo", ["One", "Two"]),
        ("", []),
    ],
    ids=[
        *("lines", "markup", "escaped", "amp-amp", "apos", "signs", "no-reference"),
        *("indented", "blank-line", "empty"),
    ],
)
def test_text_is_read_whatever_it_is_set_in(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_line_ends_count_where_they_are_said_to() -> None:
    assert texts("<em>One</em>\ntwo\n\nThree", lines_count=True) == ["One\ntwo", "Three"]


def test_tables_and_headings_keep_their_kind() -> None:
    markup = "<h1>H</h1><table><tr><td>a</td><td>b</td></tr></table>"
    pieces = pieces_of(markup, Role.BODY, warnings=[])
    assert [(piece.text, piece.kind) for piece in pieces] == [
        ("H", ParagraphKind.CROSSHEAD),
        ("a\tb", ParagraphKind.TABLE),
    ]


def test_a_line_has_neither_markup_nor_line_ends() -> None:
    assert one_line("<i>Tom</i> &amp;\n Jerry") == "Tom & Jerry"
