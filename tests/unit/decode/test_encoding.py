from __future__ import annotations

import codecs

import pytest

from streams.decode.encoding import Reading, declared_charset, read_text
from streams.steps import Fail

FRENCH = "Décès à l'hôpital d'un élu « très apprécié », a-t-on appris samedi"
TYPOGRAPHIC = "Élysée : “trêve” – l’accord… 10 €"


def read(body: bytes, declared: str | None = None, encodings: tuple[str, ...] = ()) -> Reading:
    reading = read_text(body, declared=declared, encodings=encodings)
    assert isinstance(reading, Reading), reading
    return reading


@pytest.mark.parametrize("declared", ["iso-8859-1", "latin1", "ISO-8859-15", "windows-1252"])
def test_utf8_bytes_declared_as_latin_come_out_right(declared: str) -> None:
    reading = read(FRENCH.encode(), declared)
    assert reading.text == FRENCH
    assert reading.used == "utf-8"
    assert reading.warnings == (f"encoding-belied:{declared}",)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8", "utf-8"),
        ("cp1252", None),
        ("cp1252", "iso-8859-1"),
        ("cp1252", "windows-1252"),
        ("cp1252", "utf-8"),
        ("cp1252", "iso-8859-15"),
        ("cp1252", "us-ascii"),
        ("cp1252", "no-such-charset"),
        ("utf-8", "no-such-charset"),
        ("utf-8-sig", None),
        ("utf-8-sig", "iso-8859-1"),
        ("utf-16", None),
        ("utf-16-le", None),
        ("utf-16-be", None),
        ("utf-16-le", "utf-16"),
        ("utf-32", None),
    ],
)
def test_what_was_written_is_read(encoding: str, declared: str | None) -> None:
    assert read(TYPOGRAPHIC.encode(encoding), declared).text == TYPOGRAPHIC


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso-8859-15", "L'accord coûte 10 € à l'État, œuvre comprise"),
        ("koi8-r", "Москва, её мэр и всё прочее"),
        ("windows-1251", "Москва, её мэр и всё прочее"),
        ("gb2312", "北京消息"),
        ("shift_jis", "東京の記事です"),
        ("euc-jp", "東京の記事です"),
        ("iso-2022-jp", "東京の記事です"),
        ("big5", "台北消息"),
        ("iso-8859-7", "Αθήνα, νέα κυβέρνηση"),
    ],
)
def test_a_true_declaration_is_believed(encoding: str, text: str) -> None:
    reading = read(text.encode(encoding), encoding)
    assert reading.text == text
    assert reading.warnings == ()


def test_chinese_in_utf8_declared_as_gbk_is_utf8() -> None:
    text = "北京消息，今天的会议已经结束。"
    assert read(text.encode(), "gb2312").text == text


def test_the_providers_encoding_comes_before_cp1252() -> None:
    text = "Żółć gęślą jaźń"
    assert read(text.encode("iso-8859-2"), None, ("iso-8859-2",)).text == text


def test_utf8_with_one_damaged_byte_keeps_its_other_characters() -> None:
    body = (FRENCH * 3).encode()
    damaged = body[:60] + b"\xff" + body[60:]
    reading = read(damaged)
    assert reading.text.count("\ufffd") == 1
    assert "très apprécié" in reading.text
    assert reading.warnings == ("encoding-damaged:1",)


def test_utf8_cut_inside_its_last_character_is_still_utf8() -> None:
    reading = read(f"{FRENCH}, la présidente a été réélue à l'été".encode()[:-1], "utf-8")
    assert reading.text.endswith("ét\ufffd")
    assert reading.warnings == ("encoding-damaged:1",)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\x81\x8d\x8f\x90\x9d" * 10, "charset-undecodable"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8" * 3, "charset-undecodable"),
        (bytes(range(256)) * 4, "charset-undecodable"),
        (bytes(range(1, 32)) * 4, "body-unreadable"),
        (b"\x00" * 100, "body-unreadable"),
        (b"%PDF-1.7\n...", "format-unknown"),
        (b"\x89PNG\r\n\x1a\n", "format-unknown"),
        (b"PK\x03\x04rest", "format-unknown"),
        (b"\x1f\x8b\x08\x00rest", "format-unknown"),
    ],
)
def test_what_is_no_text_is_refused(body: bytes, code: str) -> None:
    answer = read_text(body)
    assert isinstance(answer, Fail)
    assert answer.code == code


def test_a_stray_nul_does_not_cost_the_message() -> None:
    assert read(b"A dispatch " * 20 + b"\0" + b" goes on" * 20).text.count("\0") == 1


def test_wire_framing_is_text() -> None:
    assert "\x02" in read(b"\x01abc123 4 i 211\r\n\x02Body\r\n\x03131137 GMT Nov 13\r\n\x04").text


@pytest.mark.parametrize(
    "declared", ["base64", "rot13", "unicode_escape", "idna", "punycode", "undefined", "../x", ""]
)
def test_a_codec_that_is_no_charset_is_not_used(declared: str) -> None:
    assert read("é\\x41 ".encode("cp1252") * 3, declared).used == "cp1252"


def test_many_byte_order_marks_do_not_recurse() -> None:
    assert read(codecs.BOM_UTF8 * 20_000 + b"text").text.endswith("text")


@pytest.mark.parametrize(
    ("content_type", "body", "charset"),
    [
        ("text/html; charset=ISO-8859-1", b"", "ISO-8859-1"),
        ('text/plain; charset="utf-8"', b"", "utf-8"),
        (None, b'<?xml version="1.0" encoding="iso-8859-15"?>', "iso-8859-15"),
        (None, b'<html><head><meta charset="windows-1252">', "windows-1252"),
        (
            "text/html",
            b'<meta http-equiv="Content-Type" content="text/html; charset=latin1">',
            "latin1",
        ),
        ("text/plain", b"no charset here", None),
        (None, b"charset=utf-16 in a text", None),
    ],
)
def test_the_declared_charset_is_found(
    content_type: str | None, body: bytes, charset: str | None
) -> None:
    assert declared_charset(content_type, body) == charset
