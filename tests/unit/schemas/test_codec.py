"""Records survive the trip through JSON, and broken JSON is told from a record."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import SchemaError, decode, encode
from schemas.dead_letter import DeadLetter
from schemas.item import Item
from schemas.raw import RawMessage


@given(st.binary(max_size=64))
def test_any_bytes_survive_in_a_body(body: bytes) -> None:
    raw = RawMessage(body=body, position="a:1")
    letter = DeadLetter(
        position="a:1", code="json-invalid", stage="decode", detail="", sha256="", size=1, body=body
    )
    assert decode(RawMessage, encode(raw)) == raw
    assert decode(DeadLetter, encode(letter)) == letter
    assert base64.urlsafe_b64decode(json.loads(encode(raw))["body"]) == body


def test_unknown_fields_are_ignored_when_reading() -> None:
    value = b'{"id":"a:1@x","item_key":"a:1","order_key":"x","added_later":[1]}'
    assert decode(Item, value) == Item(id="a:1@x", item_key="a:1", order_key="x")


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"id":1}', b"\xff", b"null"])
def test_what_is_not_the_record_is_a_schema_error(value: bytes) -> None:
    with pytest.raises(SchemaError, match=r"^Item: "):
        decode(Item, value)
