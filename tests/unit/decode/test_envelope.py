from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.steps import Fail


def wrap(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_the_message_inside_is_decoded_with_what_the_carrier_knew() -> None:
    body = wrap(
        id="7",
        provider="afp",
        content_type="text/plain",
        received_at="2016-02-20T22:00:00+01:00",
        body="Chili: un séisme\n\nTrois morts.",
        headers={"x": "y"},
    )
    raw = RawMessage(body=body, provider="gateway", position="feed:3")
    (decoded,) = decode(raw)
    assert isinstance(decoded, Decoded)
    assert decoded.format == "plain-text"
    assert decoded.text == "Chili: un séisme\n\nTrois morts."
    assert decoded.provider == decoded.source.provider == "afp"
    assert decoded.received_at == datetime(2016, 2, 20, 21, 0, tzinfo=UTC)
    assert decoded.source.position == "feed:3"
    assert decoded.source.sha256 == hashlib.sha256(body).hexdigest()


def test_base64_keeps_the_bytes() -> None:
    encoded = base64.b64encode("Décès à Genève, très tôt".encode("cp1252")).decode()
    (decoded,) = decode(RawMessage(body=wrap(body_b64=encoded)))
    assert isinstance(decoded, Decoded)
    assert decoded.text == "Décès à Genève, très tôt"


def test_a_body_given_as_text_is_not_decoded_again() -> None:
    body = wrap(body="Décès", content_type="text/plain; charset=iso-8859-1")
    (decoded,) = decode(RawMessage(body=body))
    assert isinstance(decoded, Decoded)
    assert decoded.text == "Décès"
    assert decoded.warnings == ()


def test_parts_and_fails_of_the_message_inside_come_through() -> None:
    inner = json.dumps([{"uri": "a", "headline": "A"}, {"pubstatus": "canceled", "urgency": 1}])
    first, second = decode(RawMessage(body=wrap(body=inner)))
    assert isinstance(first, Decoded)
    assert isinstance(second, Fail)
    assert (second.code, second.part) == ("ninjs-no-uri", 1)


def test_an_envelope_in_an_envelope_is_opened() -> None:
    (decoded,) = decode(RawMessage(body=wrap(body=wrap(body="Text", provider="dpa").decode())))
    assert isinstance(decoded, Decoded)
    assert (decoded.text, decoded.provider) == ("Text", "dpa")


def test_a_repeated_key_of_the_envelope_is_warned_of() -> None:
    (decoded,) = decode(RawMessage(body=b'{"body":"A","body":"B"}'))
    assert isinstance(decoded, Decoded)
    assert decoded.text == "B"
    assert decoded.warnings == ("json-duplicate-key:body",)


def nested(depth: int) -> bytes:
    body = b"Text"
    for _ in range(depth):
        body = wrap(body_b64=base64.b64encode(body).decode())
    return body


@pytest.mark.parametrize(
    "body",
    [
        wrap(body=3),
        wrap(body=None),
        wrap(body="x", body_b64="eA=="),
        wrap(body_b64="not base64!"),
        wrap(body_b64="eA="),
        wrap(body="x", received_at="yesterday"),
        wrap(body="x", received_at="2016-02-20T22:00:00"),
        wrap(body="x", provider=["afp"]),
        wrap(body="x", content_type=1),
        nested(5),
    ],
)
def test_an_envelope_that_is_wrong_is_a_fail(body: bytes) -> None:
    (answer,) = decode(RawMessage(body=body))
    assert isinstance(answer, Fail)
    assert answer.code == "envelope-invalid"


@pytest.mark.parametrize("inner", ["", "   "])
def test_an_empty_body_is_a_fail(inner: str) -> None:
    (answer,) = decode(RawMessage(body=wrap(body=inner)))
    assert isinstance(answer, Fail)
    assert answer.code == "body-empty"


def test_a_lone_surrogate_in_the_body_does_not_raise() -> None:
    (decoded,) = decode(RawMessage(body=b'{"body":"a \\ud800 b"}'))
    assert isinstance(decoded, Decoded)
    assert decoded.text == "a \ufffd b"
