from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.item import Dateline, DateMention, Item
from streams.enrich.dates import find_dates, message_day

TRUTH = Path(__file__).parents[2] / "data" / "enrich" / "dates.toml"
SUNDAY = date(2016, 2, 14)
_MARK = re.compile(r"\[([\d\-/]+)\|([^\]]*)\]")


def read_marked(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    pieces: list[str] = []
    dates: list[tuple[int, int, str]] = []
    position = length = 0
    for match in _MARK.finditer(marked):
        pieces += [marked[position : match.start()], match[2]]
        start = length + match.start() - position
        length = start + len(match[2])
        dates.append((start, length, match[1]))
        position = match.end()
    return "".join([*pieces, marked[position:]]), dates


def _cases() -> list[Any]:
    with TRUTH.open("rb") as file:
        return [
            pytest.param(
                case["language"],
                case["text"],
                case.get("made", SUNDAY),
                id=f"{case['language']}-{number}{'-held' if case.get('held') else ''}",
            )
            for number, case in enumerate(tomllib.load(file)["case"])
        ]


@pytest.mark.parametrize(("language", "marked", "made"), _cases())
def test_dates_are_the_days_they_mean(language: str, marked: str, made: date) -> None:
    text, wanted = read_marked(marked)
    found = find_dates(text, language, made)
    assert [(one.start, one.end, one.value) for one in found] == wanted
    assert all(text[one.start : one.end] == one.text for one in found)


def values(text: str, language: str = "fr", day: date | None = SUNDAY) -> list[str | None]:
    return [mention.value for mention in find_dates(text, language, day)]


def test_without_the_messages_day_only_full_dates_have_a_value() -> None:
    text = "Samedi 11 février, hier, en mars, le 3 mars 2015, en 2014."
    assert values(text, day=None) == [None] * 3 + ["2015-03-03", "2014-01-01/2014-12-31"]


def test_a_weekday_of_the_message_itself_is_that_day() -> None:
    assert values("Il est mort dimanche.") == ["2016-02-14"]
    assert values("Il est mort dimanche dernier.") == ["2016-02-07"]
    assert values("Il partira dimanche prochain.") == ["2016-02-21"]


def test_days_that_no_calendar_has_are_none() -> None:
    assert values("Le 31 février et le 45 mars 2015, le 30 février 2016.") == []
    assert values("On Feb. 29 it rained.", "en", date(2015, 3, 1)) == ["2016-02-29"]


def test_other_languages_are_not_guessed_at() -> None:
    assert values("sabato 13 febbraio", "it") == []


def test_the_ends_of_the_calendar_are_no_trouble() -> None:
    for day in (date.min, date.max):
        found = values("Hier, demain, samedi prochain, lundi dernier, en mars, le 3 mai.", day=day)
        assert len(found) == 6


def an_item(**fields: Any) -> Item:
    return Item(id="a@1", item_key="a", order_key="1", **fields)


def test_the_messages_day_is_that_of_its_agency() -> None:
    made = an_item(version_created=datetime(2016, 2, 14, 23, 30, tzinfo=UTC))
    assert message_day(made) == SUNDAY
    assert message_day(made, "Europe/Berlin") == date(2016, 2, 15)
    assert message_day(made, "no/such") == SUNDAY


def test_a_dateline_with_a_year_stands_in_for_it() -> None:
    assert message_day(an_item()) is None
    dated = Dateline(place="PARIS", date="21 fév 2016", raw="PARIS, 21 fév 2016 (AFP)")
    assert message_day(an_item(dateline=dated)) == date(2016, 2, 21)
    assert message_day(an_item(dateline=Dateline(date="Feb 21", raw="Feb 21"))) is None


@pytest.mark.parametrize("value", ["2016-02-30", "2016-02-12/2016-02-11", "mars", "2016/2017/2018"])
def test_a_value_is_a_day_or_days_in_order(value: str) -> None:
    with pytest.raises(ValidationError):
        DateMention(start=0, end=1, text="x", value=value)


@pytest.mark.parametrize(
    "text",
    [
        "samedi " * 20_000,
        "1 mars au " * 10_000,
        "2014 " * 20_000,
        "en 2014 " * 20_000,
        "3-" * 50_000,
    ],
    ids=["weekdays", "ranges", "years", "years-told", "digits"],
)
def test_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    found = find_dates(text, "fr", SUNDAY)
    assert len(found) <= 500
    assert all(text[one.start : one.end] == one.text for one in found)
