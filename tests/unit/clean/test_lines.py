"""Bylines, endings, teasers, tables: what single lines are taken for."""

import pytest

from schemas.item import ParagraphKind
from streams.clean import byline, endings, teaser
from streams.clean.rows import is_table_row
from streams.clean.rules import RemovalReason
from streams.clean.wraps import Line, join_wrapped
from streams.decode.decoded import Role


@pytest.mark.parametrize(
    "line",
    [
        "By JOHN SMITH=",
        "By Jane Doe and John Roe",
        "By Manuel Schwarz, dpa =",
        "Par Jeanne Dupont",
        "Par Jean de La Fontaine et Éric Ávila",
        "Von Marco Krefting und Sunrita Sen, dpa",
        "Por María Gómez",
        "De notre envoyée spéciale Jeanne Dupont",
        "By Reuters",
    ],
)
def test_bylines(line: str) -> None:
    assert byline.is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "Par ailleurs, le ministre est parti",
        "By Friday the talks were over",
        "By the river, two bridges are closed.",
        "By",
        "Por fin",
        "Von der Leyen warns of delays.",
    ],
)
def test_lines_that_are_no_bylines(line: str) -> None:
    assert not byline.is_byline(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("asl/tib/pid/cac", RemovalReason.SIGN_OFF),
        ("ab/de/dl/hmw", RemovalReason.SIGN_OFF),
        ("dpa wsz jln npr", RemovalReason.SIGN_OFF),
        ("(Reporting by Jane Doe; Editing by John Roe)", RemovalReason.SIGN_OFF),
        ("(Par Jeanne Dupont, édité par Jean Martin)", RemovalReason.SIGN_OFF),
        ("(SDA\\sj)", RemovalReason.SIGN_OFF),
        ("-30-", RemovalReason.END_MARK),
        ("###", RemovalReason.END_MARK),
        ("NNNN", RemovalReason.END_MARK),
        ("(à suivre)", RemovalReason.END_MARK),
        ("© Agence Test", RemovalReason.RIGHTS),
        ("(c) Copyright Test 2016. Click For Restrictions", RemovalReason.RIGHTS),
        ("et/ou", None),
        ("km/h", None),
        ("Fin de citation", None),
        ("The reporting was by others.", None),
    ],
)
def test_endings(line: str, reason: RemovalReason | None) -> None:
    assert endings.judge(line) is reason


@pytest.mark.parametrize(
    "text",
    ["The end ...", "The end…", "The end [...]", "The end (…)", "Un début... Lire la suite"],
)
def test_cut_texts(text: str) -> None:
    assert teaser.is_cut(text)


def test_an_ellipsis_within_is_no_cut() -> None:
    assert not teaser.is_cut("He said ... nothing at all.")


A, B, C = ("alpha bravo " * 8).strip(), ("charlie delta " * 8).strip(), ("echo fox " * 9).strip()


@pytest.mark.parametrize(
    ("blocks", "gone"),
    [
        ([A, B, C], []),
        ([A, B, A + B[:30]], [2]),
        ([A + B[:30], A, B], [0]),
        ([A, B, A], [2]),
        ([A, A + " " + B, C], [0]),
        (["short", "short", A], []),
        ([A], []),
        ([], []),
    ],
)
def test_duplicates(blocks: list[str], gone: list[int]) -> None:
    assert teaser.duplicates(blocks, [False] * len(blocks)) == gone


def test_of_two_equal_blocks_the_one_cut_short_goes() -> None:
    assert teaser.duplicates([A, B, A], [True, False, False]) == [0]


def test_duplicates_in_a_long_text_are_found_by_their_beginning() -> None:
    long = [f"{number} " * 40 + "tail" for number in range(1000, 1400)]
    assert teaser.duplicates([*long, long[7], long[9][:100]], [False] * 402) == [400, 401]
    assert teaser.unvouched([*long, long[7]], [400], list(range(1, 400))) == []
    assert teaser.unvouched([*long, long[7]], [400], [*range(7), *range(8, 400)]) == [400]


@pytest.mark.parametrize(
    "line",
    [
        "CAC 40\t4.223,04\t-0,39%",
        "ARGENTINA        nil          39,130",
        "Bank borrowings...............680 vs.......425",
        "                 Feb'87   Jan'87    Feb'86",
        "-- wheat  2,615,140 acres",
    ],
)
def test_table_rows(line: str) -> None:
    assert is_table_row(line)


@pytest.mark.parametrize(
    "line",
    ["He said.  But others did not.", "The end .... I do not know", "One, two and 3", "a b"],
)
def test_lines_that_are_no_rows(line: str) -> None:
    assert not is_table_row(line)


@pytest.mark.timeout(20)
def test_any_number_of_lines_is_joined_in_time_that_grows_with_it() -> None:
    # Joined by copying what was joined before, these took a minute.
    lines = 200_000
    groups = [[Line(2 * n, 2 * n + 1, Role.UNDECLARED, ParagraphKind.TEXT)] for n in range(lines)]
    joined = join_wrapped("a\n" * lines, groups)
    assert [len(group) for group in joined] == [lines]
    assert len(groups[0]) == 1
