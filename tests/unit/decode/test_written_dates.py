from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.decode.profiles import ProviderProfile
from streams.decode.written_dates import read_written_date

PARIS = ProviderProfile("p", time_zone="Europe/Paris")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 29 Jul 2013 16:03:54 +0000", "2013-07-29T16:03:54"),
        ("Mon, 29 Jul 2013 16:03:54 +02:00", "2013-07-29T14:03:54"),
        ("29 Jul 13 16:03 EST", "2013-07-29T21:03:00"),
        ("Mon, 29 Jul 2013 16:03:54 -0800 (PST)", "2013-07-30T00:03:54"),
        ("29 Jul 2013 16:03:54 GMT+2", "2013-07-29T14:03:54"),
        ("Wrongday, 29 July 2013 16:03:54 Z", "2013-07-29T16:03:54"),
        ("Feb 13, 2016 10:05 PM EST", "2016-02-14T03:05:00"),
        ("Sat Feb 13 10:00:00 UTC 2016", "2016-02-13T10:00:00"),
        ("2.4.2019 16:02:09 CEST", "2019-04-02T14:02:09"),
        ("20160213T101500Z", "2016-02-13T10:15:00"),
        ("2016-02-13 10:00:00 +0100", "2016-02-13T09:00:00"),
        ("2016-02-13T10:00:00.123+01:00", "2016-02-13T09:00:00.123000"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59"),
    ],
)
def test_a_date_with_a_zone_is_that_moment(text: str, expected: str) -> None:
    warnings: list[str] = []
    moment = read_written_date(text, "d", profile=PARIS, warnings=warnings)
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mer., 13 févr. 2016 10:00", "2016-02-13T09:00:00"),
        ("13 août 2016 10h00", "2016-08-13T08:00:00"),
        ("Sa, 05 Mär 2016 10:00:00", "2016-03-05T09:00:00"),
        ("13 de febrero de 2016 10:00", "2016-02-13T09:00:00"),
        ("11.07.2019 12:17", "2019-07-11T10:17:00"),
        ("11/18/2016 10:35:10", "2016-11-18T09:35:10"),
        ("18/11/2016 10:35:10", "2016-11-18T09:35:10"),
        ("2018-01-31T18:45:36.73", "2018-01-31T17:45:36.730000"),
        ("Sat, 13 Feb 2016 10:00:00 XYZ", "2016-02-13T09:00:00"),
    ],
)
def test_a_date_without_a_zone_is_the_providers_time_and_says_so(text: str, expected: str) -> None:
    warnings: list[str] = []
    moment = read_written_date(text, "d", profile=PARIS, warnings=warnings)
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert warnings == ["date-no-zone:d"]


def test_numbers_are_read_in_the_providers_order() -> None:
    british = ProviderProfile("p", date_order="dmy")
    for profile, month in ((british, 5), (ProviderProfile("p"), 4)):
        moment = read_written_date("04/05/2019 10:00 GMT", "d", profile=profile, warnings=[])
        assert moment is not None
        assert moment.month == month


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 07 Jul 3013 15:06:01 +0000",
        "Thu, 30 Feb 2016 10:00:00 GMT",
        "13 Feb 2016 25:00:00 GMT",
        "13 Foo 2016 10:00:00 GMT",
        "13 Feb 2016 10:00:00 +9900",
        "0001-01-01T00:00:00",
        "99/99/2016",
        "now",
        "1" * 5000,
        "13 Feb 2016 " * 300,
        "٩٩/٩٩/٢٠١٦",
    ],
)
def test_what_is_no_date_is_none_with_a_warning(text: str) -> None:
    warnings: list[str] = []
    assert read_written_date(text, "d", profile=PARIS, warnings=warnings) is None
    assert "date-invalid:d" in warnings


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_nothing_is_no_date_and_no_warning(text: str | None) -> None:
    warnings: list[str] = []
    assert read_written_date(text, "d", profile=PARIS, warnings=warnings) is None
    assert warnings == []
