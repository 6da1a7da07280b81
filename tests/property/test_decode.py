from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.raw import RawMessage
from streams.decode import Decoded, decode
from streams.decode.lifecycle import read_markers
from streams.decode.mojibake import repair
from streams.steps import Fail

HEADS = st.sampled_from(
    [
        b"",
        b"<html>",
        b"<!DOCTYPE html>",
        b'{"uri":"u","headline":"',
        b'{"body":"',
        b"[{",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"<p>",
        b"<table><tr><td>",
        b"URGENT - ",
        b"\x01\x02",
    ]
)
MEDIA_TYPES = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "text/html; charset=iso-8859-1",
            "application/json",
            "text/plain; charset=utf-16",
            "application/ninjs+json",
            "text/html;charset=gb2312",
        ]
    ),
    st.text(max_size=40),
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "uri",
                    "guid",
                    "headline",
                    "headlines",
                    "bodies",
                    "body_html",
                    "value",
                    "role",
                    "body",
                    "body_b64",
                    "subject",
                    "versioncreated",
                    "type",
                    "embargoed",
                    "altids",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


def check(answers: list[Decoded | Fail]) -> None:
    assert answers
    for answer in answers:
        if isinstance(answer, Fail):
            continue
        end = 0
        for block in answer.blocks:
            assert end <= block.start < block.end <= len(answer.text)
            gap = answer.text[end : block.start]
            assert not gap or gap.isspace()
            inside = answer.text[block.start : block.end]
            assert inside == inside.strip()
            end = block.end
        rest = answer.text[end:]
        assert not rest or rest.isspace()
        for edit in answer.edits:
            assert answer.text[edit.start : edit.end] == edit.replacement
        answer.text.encode()
        assert answer.encoding_used


@settings(deadline=None, max_examples=150)
@given(HEADS, st.binary(max_size=400), MEDIA_TYPES)
def test_any_bytes_are_answered(head: bytes, tail: bytes, content_type: str | None) -> None:
    check(decode(RawMessage(body=head + tail, content_type=content_type)))


@settings(deadline=None, max_examples=150)
@given(HEADS, st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_text_is_answered(head: bytes, text: str, encoding: str) -> None:
    check(decode(RawMessage(body=head + text.encode(encoding, "replace"))))


@settings(deadline=None, max_examples=120)
@given(ANY_JSON)
def test_any_json_is_answered(value: object) -> None:
    check(decode(RawMessage(body=json.dumps(value).encode())))


@settings(deadline=None, max_examples=120)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<br>",
                "<table>",
                "<tr>",
                "<td>",
                "</table>",
                "<ul><li>",
                "<h1>",
                "</h1>",
                "<pre>",
                "</pre>",
                "text",
                " é ",
                "\n",
                "&amp;",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "<head>",
                "<title>",
                "</title>",
                "\u2028",
                "\u00a0",
                "Ã©",
            ]
        ),
        max_size=40,
    )
)
def test_any_markup_is_answered(pieces: list[str]) -> None:
    check(decode(RawMessage(body=("<html>" + "".join(pieces)).encode(), content_type="text/html")))


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=60)))
def test_any_headline_is_read(headline: str, slugline: str | None) -> None:
    read = read_markers(headline, slugline)
    assert bool(read.kinds) == (read.note is not None)


@settings(max_examples=150)
@given(st.text(alphabet="aeiouéèàçœ«»“”’–… \nÃÂâ", max_size=80))
def test_repair_is_idempotent(text: str) -> None:
    fixed, _ = repair(text)
    assert repair(fixed)[0] == fixed


@settings(max_examples=120)
@given(st.text(alphabet="abc éèêàâçîôûùœÉÀ«»’…–", min_size=1, max_size=120))
def test_text_of_ordinary_letters_is_never_repaired(text: str) -> None:
    assert repair(text) == (text, ())


@settings(deadline=None)
@given(st.text(alphabet="abc éèàçœ«»’\n", max_size=200))
def test_decoding_is_the_inverse_of_encoding(text: str) -> None:
    for answer in decode(RawMessage(body=text.encode())):
        assert isinstance(answer, Fail) or answer.text == text
