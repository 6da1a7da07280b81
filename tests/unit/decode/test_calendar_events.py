from __future__ import annotations

from schemas.item import PubStatus
from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.steps import DropReason, Fail

TABLE = (
    '\ufeff"Subject","Start Date","End Date","Location"\r\n'
    '"Prices, ""June"" quarter","3/9/2018",,"Hall\r\nOne"\r\n'
    '"Trade","4/9/2018",,\r\n'
)
ICALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@e.org\r\nSEQUENCE:2\r\n"
    "DTSTAMP:20160213T100000Z\r\nDTSTART:20160301T100000Z\r\n"
    "SUMMARY;LANGUAGE=fr:Conseil\\, à\r\n  Genève\r\nSTATUS:CANCELLED\r\n"
    "BEGIN:VALARM\r\nSUMMARY:Alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nSUMMARY:Cut"
)


def read(text: str) -> list[Decoded]:
    answers = decode(RawMessage(body=text.encode(), position="f:1"))
    assert all(isinstance(answer, Decoded) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Decoded)]


def headlines(answers: list[Decoded]) -> list[str]:
    return [answer.text[answer.blocks[0].start : answer.blocks[0].end] for answer in answers]


def test_every_row_of_a_table_is_an_event() -> None:
    answers = read(TABLE)
    assert headlines(answers) == ['Prices, "June" quarter', "Trade"]
    assert [answer.not_text for answer in answers] == [DropReason.EVENT] * 2
    assert "Hall\nOne" in answers[0].text.replace("\r", "")
    assert answers[1].source.part == 1


def test_icalendar_states_id_version_and_status_of_each_event() -> None:
    first, second = read(ICALENDAR)
    assert "Conseil, à Genève" in first.text
    assert first.facts.stable_id == "1@e.org"
    assert first.facts.version == "2"
    assert first.facts.version_created is not None
    assert first.facts.pubstatus is PubStatus.CANCELED
    assert "Alarm" not in first.text
    assert second.text == "Cut"


def test_a_calendar_without_events_is_data() -> None:
    (answer,) = read("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert answer.not_text is DropReason.DATA
    assert answer.detail == "a calendar without events"


def test_a_sentence_with_commas_is_no_table() -> None:
    (answer,) = read("The subject, the title and the start, he said, are all open.\n\nMore.\n")
    assert answer.format == "plain-text"


def test_an_endless_cell_and_too_many_rows_do_no_harm() -> None:
    head = "Subject,Start Date,x\n"
    assert read(head + '"' + "a" * 200_000)
    answers = decode(RawMessage(body=(head + "a,b,c\n" * 6_000).encode(), position="f:1"))
    assert len(answers) == 5_001
    assert isinstance(answers[-1], Fail)
