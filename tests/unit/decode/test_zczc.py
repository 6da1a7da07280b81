from __future__ import annotations

import pytest

from schemas.item import LifecycleKind, ParagraphKind
from schemas.raw import RawMessage
from streams.decode import decode
from streams.decode.decoded import Role
from tests.telegrams import by_role, headline, lost_words, only, read

BULLETIN = """ZCZC AAP\r
%A\r
#Port: Strike_1\r
$Dock workers end strike\r
\r
:(MELBOURNE)\r
&AAPIS\\Doej\r
*09000000\r
~AM Service\r
@Vic\r
Dock workers have returned to their cranes.\r
\r
* Forty ships had been waiting.\r
\r
AAP RTV\r
NNNN\r
"""
STORY = (
    "   ZCZC AAP\r$T\r:Port Strike\r=2nd Lead\r^PORT: Strike ends\r*X\r&A\r+09000000\r"
    "MELBOURNE, March 3 AAP - Dock workers are back.\r\n\r\nShips move.\r\n   AAP"
)
PRICES = (
    "ZCZC FMG000\nYY TDR\n:POTTED :Port MARKET DAY\n"
    "    BRISBANE, Oct 12 AAP - Latest prices for tomorrow in the Port\nMarkets.-\n\n"
    "Berth one\n  3.00 Dream\n 31.00 Wonder, Light\n    AAP BETTING\n\n\nNNNN\n"
)
RACING = (
    "ZCZC\n#Port Trot\n:TAB DIVS Friday\nPORT TROT\x0f\nDIVS\x0f\n    Race 1: 6 10.\x19\n"
    "AAP RESULTS\nNNNN"
)


def test_the_signs_of_the_header_are_fields() -> None:
    decoded = only(BULLETIN)
    facts = decoded.facts
    assert decoded.format == "zczc"
    assert decoded.provider == "aap"
    assert decoded.warnings == ()
    assert headline(decoded) == "Dock workers end strike"
    assert facts.slugline == "Port: Strike_1"
    assert facts.dateline_place == "MELBOURNE"
    assert facts.genre == "AM Service"
    assert [(one.scheme, one.code) for one in facts.subjects] == [
        ("iptc-subject-code", "09000000"),
        ("place", "Vic"),
    ]
    assert by_role(decoded, Role.BODY) == [
        "Dock workers have returned to their cranes.",
        "* Forty ships had been waiting.",
    ]


def test_fields_parted_by_carriage_returns_are_read() -> None:
    decoded = only(STORY)
    assert headline(decoded) == "PORT: Strike ends"
    assert decoded.facts.slugline == "Port Strike"
    assert decoded.facts.lifecycle.kinds == (LifecycleKind.LEAD,)
    assert decoded.facts.lifecycle.ordinal == 2
    assert decoded.warnings == ("telegram-no-nnnn",)
    assert by_role(decoded, Role.BODY) == [
        "MELBOURNE, March 3 AAP - Dock workers are back.",
        "Ships move.",
    ]


def test_a_list_of_prices_keeps_its_lines_and_its_wrapped_paragraph() -> None:
    decoded = only(PRICES)
    assert decoded.provider == "aap"
    assert by_role(decoded, Role.BODY) == [
        "BRISBANE, Oct 12 AAP - Latest prices for tomorrow in the Port\nMarkets.-",
        "Berth one",
        "3.00 Dream",
        "31.00 Wonder, Light",
    ]


def test_headings_of_the_racing_desk_end_in_shift_in() -> None:
    decoded = only(RACING)
    assert headline(decoded) == "PORT TROT"
    crossheads = [block for block in decoded.blocks if block.kind is ParagraphKind.CROSSHEAD]
    assert [decoded.text[block.start : block.end] for block in crossheads] == ["DIVS"]


def test_tabular_copy_is_kept_line_by_line() -> None:
    decoded = only("ZCZC AAP\n:Lotto\n*T\nNumbers\nDrawn: 1 2\n\nDivision 1     $5\nNNNN\n")
    kinds = [block.kind for block in decoded.blocks if block.role is Role.BODY]
    assert kinds == [ParagraphKind.TABLE, ParagraphKind.TABLE]


def test_a_headline_above_text_that_is_moved_in_needs_no_sign() -> None:
    decoded = only("ZCZC FMG000\nHH TDCom\nPort comment Saturday\n   First berth.\n\tSecond.\nNNNN")
    assert headline(decoded) == "Port comment Saturday"
    assert by_role(decoded, Role.BODY) == ["First berth.", "Second."]


def test_a_serial_number_is_an_identifier_and_zeros_are_none() -> None:
    numbered = only("ZCZC LBA0123\nText of a telegram.\nNNNN\n")
    assert [(one.scheme, one.value) for one in numbered.facts.alt_ids] == [
        ("transmission", "LBA0123"),
        ("sequence", "LBA/0123"),
    ]
    assert only(PRICES).facts.alt_ids == ()


def test_several_frames_are_several_parts() -> None:
    source = BULLETIN + "between\n" + PRICES
    parts = read(source)
    assert [part.source.part for part in parts] == [0, 1]
    assert "telegram-text-outside" in parts[0].warnings
    assert not lost_words(source, parts)


@pytest.mark.parametrize("source", [BULLETIN, STORY, PRICES, RACING])
def test_no_word_is_lost(source: str) -> None:
    assert not lost_words(source, read(source))


@pytest.mark.parametrize(
    "source",
    [
        "ZCZC",
        "ZCZC\nNNNN",
        "ZCZC\n" * 1000,
        "ZCZC AAP\n" + "^" * 100_000,
        "ZCZC AAP\n$" + "x " * 100_000 + "\nText.",
        "ZCZC\n:\n:\n:\n^\n$\n",
    ],
    ids=len,
)
def test_hostile_frames_are_answered(source: str) -> None:
    assert decode(RawMessage(body=source.encode()))


def test_other_text_is_not_taken_for_a_frame() -> None:
    for text in ("The ZCZC group opens a telegram.", "ZCZCX\n", "NNNN\nText"):
        assert only(text).format == "plain-text"
