from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.raw import RawMessage
from streams.decode import Decoded, decode, source_of
from streams.decode.decoded import Facts, Role
from streams.steps import Fail

DISPATCH = """Rechercher
Dernières infos

Chili: un séisme fait trois morts

Un séisme a frappé samedi le nord du Chili, d'après l'institut de sismologie.
  Les secours étaient sur place.\t

"C'est fini", a dit le maire.Un séisme a frappé..."""


def only(raw: RawMessage) -> Decoded:
    (decoded,) = decode(raw)
    assert isinstance(decoded, Decoded), decoded
    return decoded


def lines(decoded: Decoded) -> list[str]:
    return [decoded.text[block.start : block.end] for block in decoded.blocks]


def test_each_line_is_an_undeclared_block() -> None:
    decoded = only(RawMessage(body=DISPATCH.encode(), provider="afp", position="a:1"))
    assert decoded.format == "plain-text"
    assert decoded.text == DISPATCH
    assert lines(decoded) == [line.strip() for line in DISPATCH.split("\n") if line.strip()]
    assert {block.role for block in decoded.blocks} == {Role.UNDECLARED}
    assert decoded.facts == Facts()
    assert decoded.edits == ()
    assert decoded.warnings == ()


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_of_any_kind_give_the_same_text(newline: str) -> None:
    decoded = only(RawMessage(body=DISPATCH.replace("\n", newline).encode()))
    assert decoded.text == DISPATCH
    assert [edit.reason for edit in decoded.edits] == ["newlines:8"]


def test_mojibake_is_repaired_and_said() -> None:
    broken = DISPATCH.encode().decode("cp1252").encode()
    decoded = only(RawMessage(body=broken))
    assert decoded.text == DISPATCH
    assert decoded.edits
    for edit in decoded.edits:
        assert decoded.text[edit.start : edit.end] == edit.replacement


def test_the_source_names_the_delivery() -> None:
    when = datetime(2016, 2, 20, 21, 0, tzinfo=UTC)
    raw = RawMessage(body=b"Text", provider="afp", position="feed.jsonl:7", received_at=when)
    decoded = only(raw)
    assert decoded.source == source_of(raw, 0)
    assert decoded.source.position == "feed.jsonl:7"
    assert decoded.source.part == 0
    assert (decoded.provider, decoded.received_at) == ("afp", when)


def test_a_message_without_a_position_gets_one_of_its_bytes() -> None:
    first, again = only(RawMessage(body=b"Text")), only(RawMessage(body=b"Text"))
    other = only(RawMessage(body=b"Other"))
    assert first.source.id == again.source.id != other.source.id
    assert first.source.position.startswith("sha256:")


@pytest.mark.parametrize("body", [b"", b"   \r\n\t ", "\ufeff".encode(), "\u2028 \u00a0".encode()])
def test_an_empty_message_is_a_fail(body: bytes) -> None:
    (answer,) = decode(RawMessage(body=body))
    assert isinstance(answer, Fail)
    assert answer.code == "body-empty"


@pytest.mark.parametrize(
    "text",
    [
        "[URGENT] Paris: une explosion",
        "{Paris} une explosion",
        "<AFP> Paris: une explosion",
        "Le PIB < 2 % et > 1 %, <a@b.fr>",
        "\u202eRIGHT TO LEFT\u202c \u200bzero width \x07\x07 bells",
        "first\u2028second\x0bthird\x0cfourth",
        "x" * 300_000,
        "a\n" * 100_000,
    ],
)
def test_odd_text_is_text_and_kept_exactly(text: str) -> None:
    decoded = only(RawMessage(body=text.encode()))
    assert decoded.format == "plain-text"
    assert decoded.text == text


@pytest.mark.parametrize("name", ["application/json", "text/html", "image/png", "nonsense"])
def test_a_lying_media_type_does_not_cost_a_dispatch(name: str) -> None:
    (answer,) = decode(RawMessage(body=DISPATCH.encode(), content_type=name))
    if name == "application/json":
        assert isinstance(answer, Fail)
        assert answer.code == "json-invalid"
    else:
        assert isinstance(answer, Decoded)
        assert answer.format == "plain-text"
