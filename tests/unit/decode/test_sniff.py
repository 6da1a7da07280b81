from __future__ import annotations

import pytest

from schemas.raw import RawMessage
from streams.decode import Decoded, decode, formats
from streams.decode.sniff import explain
from streams.steps import Fail

NINJS = b'{"uri":"urn:x","type":"text","headline":"H","body_text":"B"}'


@pytest.mark.parametrize(
    ("body", "decoder"),
    [
        (b"Paris: une explosion", "plain-text"),
        (b"<p>Paris</p><p>explosion</p>", "html"),
        (b"<!DOCTYPE html><html><body>x", "html"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body>x", "html"),
        (b"Text with <b>three</b> <i>tags", "html"),
        (b"Text with <b>one tag", "plain-text"),
        (NINJS, "ninjs"),
        (b"[" + NINJS + b"]", "ninjs"),
        (b'{"items":[' + NINJS + b"]}", "ninjs"),
        (b'{"body":"x"}', "envelope"),
        (b'{"body":"x","provider":"p","extra":1}', "envelope"),
        (b'{"body":"x","uri":"u","headline":"h","versioncreated":"2020"}', "ninjs"),
        (b'{"body":"x","provider":"p","title":"t"}', "json"),
        (b'{"a":1}', "json"),
        (b'[{"a":"<p>x</p><p>y</p>"}]', "json"),
        (b'{"altids":{"itemid":"1"},"headline":"h","uri":"u"}', "ap-media"),
        (b'{"format":"digitalwires@0.9.1","urn":"u","headline":"h"}', "dpa-digitalwires"),
    ],
)
@pytest.mark.parametrize("content_type", [None, "application/octet-stream"])
def test_the_content_chooses_the_decoder(
    body: bytes, decoder: str, content_type: str | None
) -> None:
    explanation = explain(RawMessage(body=body, content_type=content_type, position="a.xml"))
    assert explanation.verdicts[0].decoder == decoder
    assert explanation.verdicts[0].reasons


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a":', "json-invalid"),
        (b"[" * 5000 + b"{", "json-too-deep"),
        (b"%PDF-1.4", "format-unknown"),
        (b"\x81\x8d\x90", "charset-undecodable"),
    ],
)
def test_what_nothing_reads_says_why(body: bytes, code: str) -> None:
    (answer,) = decode(RawMessage(body=body))
    assert isinstance(answer, Fail)
    assert answer.code == code
    assert answer.detail
    trouble = explain(RawMessage(body=body)).trouble
    assert trouble is not None
    assert trouble.code == code


def test_a_document_without_an_item_is_known_and_has_no_text() -> None:
    raw = RawMessage(body=b"<?xml version='1.0'?><NewsML><x/></NewsML>")
    (answer,) = decode(raw)
    assert isinstance(answer, Fail)
    assert answer.code == "no-text"
    assert explain(raw).verdicts[0].decoder == "newsml-1"


def test_formats_lists_every_decoder_with_a_description() -> None:
    names = [one.name for one in formats()]
    assert len(set(names)) == len(names)
    assert (names[0], names[-1]) == ("envelope", "plain-text")
    assert all(one.description for one in formats())


def test_the_declared_type_decides_only_what_the_content_leaves_open() -> None:
    body = b"Paris <b>explosion"
    (plain,) = decode(RawMessage(body=body))
    (page,) = decode(RawMessage(body=body, content_type="text/html"))
    assert isinstance(plain, Decoded)
    assert isinstance(page, Decoded)
    assert (plain.format, page.format) == ("plain-text", "html")
