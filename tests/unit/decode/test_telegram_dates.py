from __future__ import annotations

import pytest

from streams.decode.telegram_dates import day_time_group, in_numbers, moment, month_of, year_of


@pytest.mark.parametrize(
    ("names", "number"),
    [
        (("Jan", "janv", "Januar", "ene", "gennaio", "JAN"), 1),
        (("Feb", "fév", "fev", "febrero", "febbraio"), 2),
        (("Mar", "Mär", "März", "mars", "marzo", "Mrz"), 3),
        (("Apr", "avr", "abr", "aprile"), 4),
        (("May", "Mai", "mayo", "maggio"), 5),
        (("Jun", "juin", "junio", "giugno"), 6),
        (("Jul", "juil", "julio", "luglio"), 7),
        (("Aug", "aou", "août", "AOU", "ago"), 8),
        (("Sep", "sept", "set", "settembre"), 9),
        (("Oct", "Okt", "ottobre"), 10),
        (("Nov", "noviembre"), 11),
        (("Dec", "déc", "Dez", "dic"), 12),
        (("Xyz", "m", "ju"), None),
    ],
)
def test_months_are_known_in_five_languages(names: tuple[str, ...], number: int | None) -> None:
    assert {month_of(name) for name in names} == {number}


@pytest.mark.parametrize(
    ("text", "iso", "day"),
    [
        ("131137 GMT Nov 13 ", "2013-11-13T11:37:00+00:00", "20131113"),
        ("071341 GMT Okt 15", "2015-10-07T13:41:00+00:00", "20151007"),
        ("211259 Nov 18", "2018-11-21T12:59:00", "20181121"),
        ("091223 dec 18", "2018-12-09T12:23:00", "20181209"),
        ("AFP 310544 AOU 97", "1997-08-31T05:44:00", "19970831"),
        ("251037 MESZ Sep 24", "2024-09-25T10:37:00+02:00", "20240925"),
        ("010000 GMT Jan 2024", "2024-01-01T00:00:00+00:00", "20240101"),
    ],
)
def test_a_day_time_group_is_a_moment(text: str, iso: str, day: str) -> None:
    assert day_time_group(text) == (iso, day)


@pytest.mark.parametrize(
    "text", ["", "300000 GMT Feb 24", "012460 GMT Mar 24", "131137 GMT Nov", "131137 GMT Foo 13"]
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert day_time_group(text) is None


def test_two_digits_from_seventy_are_of_the_last_century() -> None:
    assert [year_of(year) for year in (70, 99, 0, 69)] == [1970, 1999, 2000, 2069]


def test_the_order_of_numbers_gives_way_to_what_can_be_a_date() -> None:
    assert in_numbers(3, 4, "mdy") == (3, 4)
    assert in_numbers(3, 4, "dmy") == (4, 3)
    assert in_numbers(31, 10, "mdy") == (10, 31)
    assert in_numbers(10, 31, "dmy") == (10, 31)
    assert moment(2024, 13, 1, 0, 0) is None
