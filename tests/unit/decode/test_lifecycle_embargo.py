from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.item import Item, LifecycleKind, PubStatus
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, ProviderProfile, decode
from streams.decode.lifecycle import embargo_time, names_embargo
from streams.decode.stated import Stated

MADE = datetime(2016, 5, 20, 9, 0, tzinfo=UTC)  # a Friday


def at(day: int, hour: int, minute: int = 0, month: int = 5) -> datetime:
    return datetime(2016, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "zone", "until"),
    [
        ("EMBARGOED UNTIL 1200 GMT", None, at(20, 12)),
        ("EMBARGOED UNTIL 12:30 BST", None, at(20, 11, 30)),
        ("EMBARGOED UNTIL 0001 Saturday GMT", None, at(21, 0, 1)),
        ("EMBARGOED UNTIL 10 a.m. EDT 21 May 2016", None, at(21, 14)),
        ("EMBARGOED UNTIL noon ET", None, at(20, 16)),
        ("(EMBARGOED FOR RELEASE AT 1130 GMT THURS JUNE 9)", None, at(9, 11, 30, 6)),
        ("EMBARGOED TO 9 SEPTEMBER 0001", "UTC", at(9, 0, 1, 9)),
        ("Sperrfrist: 18.00 Uhr", "Europe/Berlin", at(20, 16)),
        ("Sperrfrist: Samstag, 18.30 Uhr", "Europe/Berlin", at(21, 16, 30)),
        ("SPERRFRIST 22.05., 06.00 Uhr", "Europe/Berlin", at(22, 4)),
        ("Sperrfrist: 21. Mai 2016, 6 Uhr", "Europe/Berlin", at(21, 4)),
        ("SOUS EMBARGO jusqu'à 18h00", "Europe/Paris", at(20, 16)),
        ("SOUS EMBARGO jusqu'au 21 mai à 6 heures", "Europe/Paris", at(21, 4)),
        ("EMBARGADO HASTA las 10:00 horas del 21 de mayo de 2016", "Europe/Madrid", at(21, 8)),
        # Without a zone, passed on the day, or without a time: open.
        ("Sperrfrist: 18.00 Uhr", None, None),
        ("EMBARGOED UNTIL 0700 GMT", None, None),
        ("EMBARGOED UNTIL FRIDAY", "UTC", None),
        ("EMBARGOED UNTIL 21 May 2016", "UTC", None),
        ("EMBARGOED UNTIL 2599 GMT", None, None),
        ("EMBARGOED UNTIL 31 February 1200 GMT", None, None),
        ("EMBARGOED", "UTC", None),
        ("", "UTC", None),
    ],
)
def test_the_words_of_an_embargo_tell_its_end(
    words: str, zone: str | None, until: datetime | None
) -> None:
    assert embargo_time(words, made=MADE, time_zone=zone) == until


def test_without_a_day_of_the_message_only_a_whole_date_is_a_time() -> None:
    assert embargo_time("EMBARGOED UNTIL 1200 GMT") is None
    assert embargo_time("EMBARGOED UNTIL 1200 GMT May 21") is None
    assert embargo_time("EMBARGOED UNTIL 1200 GMT May 21 2016") == at(21, 12)


def test_the_day_of_an_advance_is_no_embargo() -> None:
    assert names_embargo("SOUS EMBARGO")
    assert names_embargo("Sperrfrist: 18 Uhr")
    assert names_embargo("HOLD FOR RELEASE")
    assert not names_embargo("ADV25")


BERLIN = ProviderProfile("dpa", time_zone="Europe/Berlin")


def test_an_embargo_in_the_header_is_dated_by_the_day_of_the_message() -> None:
    stated = Stated(BERLIN)
    stated.markers("(Sperrfrist: 18.00 Uhr) Der Haushalt", None, "header")
    stated.put("version_created", MADE, "trailer")
    facts = stated.facts()
    assert facts.embargoed_until == at(20, 16)
    assert facts.pubstatus is PubStatus.USABLE
    assert ("embargoed_until", "header") in facts.origins
    assert facts.evidence[0].text == "(Sperrfrist: 18.00 Uhr)"


def test_an_embargo_that_cannot_be_dated_withholds() -> None:
    stated = Stated(ProviderProfile("unknown"))
    stated.markers("Sperrfrist: 18.00 Uhr", None, "header")
    stated.put("version_created", MADE, "trailer")
    assert stated.facts().pubstatus is PubStatus.WITHHELD


def test_a_stated_embargo_stands_before_its_words() -> None:
    stated = Stated(BERLIN)
    stated.markers("Sperrfrist: Freitag", None, "header")
    stated.date("embargoed_until", "2016-05-21T04:00:00Z", "date.release")
    facts = stated.facts()
    assert (facts.embargoed_until, facts.pubstatus) == (at(21, 4), PubStatus.USABLE)


TEXT = (
    "\n\nThe town council of Brestava will spend a tenth more on bridges, the budget says.\n\n"
    "The mayor is to present it on Friday, her office said, and the council votes in June.\n"
)


def cleaned(headline: str, received_at: datetime | None = MADE) -> Item:
    raw = RawMessage(body=(headline + TEXT).encode(), received_at=received_at)
    (part,) = decode(raw)
    assert isinstance(part, Decoded)
    item = clean(part)
    assert isinstance(item, Item)
    return item


def test_an_embargo_before_a_plain_headline_is_enforced() -> None:
    item = cleaned("EMBARGOED UNTIL 1200 GMT: Budget of Brestava rises")
    assert item.embargoed_until == at(20, 12)
    assert item.lifecycle.kinds == (LifecycleKind.ADVANCE,)


def test_an_embargo_without_a_time_withholds_plain_text_too() -> None:
    item = cleaned("EMBARGOED: Budget of Brestava rises")
    assert item.pubstatus is PubStatus.WITHHELD
    assert "embargo-undated" in item.audit.warnings


def test_copy_for_a_day_is_not_withheld() -> None:
    item = cleaned("ADV25: The bridges of Brestava in the year")
    assert (item.pubstatus, item.lifecycle.kinds) == (PubStatus.USABLE, (LifecycleKind.ADVANCE,))
