"""Every dead-letter code is one that some message gets: the page of errors lists no other."""

from datetime import UTC, datetime

import pytest

from schemas.dead_letter import DEAD_CODES, DeadCode
from schemas.decoded import Failed
from schemas.raw import RawMessage
from streams.log.base import Record
from streams.pipeline import Intake, IntakeStage, PipelineConfig

LIMIT = 4_096
ENTITIES = b'<!DOCTYPE html [<!ENTITY a "b">]><html><body>&a;</body></html>'

# A message that gets the code, from whom the bytes come to what becomes of them.
MESSAGES: dict[DeadCode, RawMessage] = {
    "body-empty": RawMessage(body=b" \r\n"),
    "body-too-large": RawMessage(body=b"x" * (LIMIT + 1)),
    "body-unreadable": RawMessage(body=b"\x05\x06" * 40),
    "charset-undecodable": RawMessage(body=b"\xff\xfe\x00\xd8\x41\x00"),
    "envelope-invalid": RawMessage(body=b'{"body": "text", "body_b64": "dGV4dA=="}'),
    "format-unknown": RawMessage(body=b"\x1f\x8b\x08\x00gzip"),
    "html-no-text": RawMessage(body=b"<html><body><script>x()</script></body></html>"),
    "json-invalid": RawMessage(body=b'{"uri": "a", "headline'),
    "json-too-deep": RawMessage(body=b'{"a":' * 100 + b"1" + b"}" * 100),
    "ninjs-no-uri": RawMessage(body=b'{"pubstatus": "canceled", "urgency": 3}'),
    "ninjs-invalid": RawMessage(body=b'[{"uri": "a", "headline": "A"}, 7]'),
    "no-text": RawMessage(body=b"***\n---\n"),
    "xml-entity-forbidden": RawMessage(body=ENTITIES),
    "xml-invalid": RawMessage(body=b'<?xml version="1.0"?><story x=1>one</story>'),
    "xml-too-deep": RawMessage(body=b"<n>" * 300 + b"x" + b"</n>" * 300),
    "xml-truncated": RawMessage(body=b'<?xml version="1.0"?><newsItem guid="x"><p>Text'),
}
# What the hosts say of a message that took its process with it, or too long.
GIVEN_UP: tuple[DeadCode, ...] = ("stage-crashed", "stage-timeout")


def test_every_code_is_emitted() -> None:
    assert {*MESSAGES, *GIVEN_UP} == set(DEAD_CODES)


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_gets_its_code(code: DeadCode) -> None:
    parts = Intake(PipelineConfig(max_body_bytes=LIMIT)).process(MESSAGES[code])
    assert code in [part.code for part in parts if isinstance(part, Failed)]


@pytest.mark.parametrize("code", GIVEN_UP)
def test_what_a_host_gave_up_keeps_its_bytes(code: DeadCode) -> None:
    record = Record("wire.raw", 0, 7, b"afp", b"bytes", (), datetime(2026, 1, 2, tzinfo=UTC))
    batch = IntakeStage.gave_up(record, code, "why")
    ((part, transport),) = batch.parts
    assert isinstance(part, Failed)
    assert (part.code, transport) == (code, "wire.raw/0/7/0")
    assert batch.outgoing[-1].value == b"bytes"
