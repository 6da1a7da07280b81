from __future__ import annotations

import pytest

from streams.decode.json_document import MAX_DEPTH, JsonDocument, opens_like_json, parse
from streams.steps import Fail


@pytest.mark.parametrize("text", ['{"a":1}', '[{"a":1}]', " {}", "[]", '["x"]', '{\n  "a": 1}'])
def test_json_is_told_by_its_opening(text: str) -> None:
    assert opens_like_json(text.strip())


@pytest.mark.parametrize("text", ["[URGENT] Paris", "{Paris}", "[1] A note", "(a)", "", "["])
def test_a_bracket_in_prose_opens_no_json(text: str) -> None:
    assert not opens_like_json(text)


def test_a_repeated_key_is_warned_of_and_the_last_value_stands() -> None:
    document = parse('{"uri":"a","x":{"y":1,"y":2},"uri":"b"}')
    assert document == JsonDocument(
        {"uri": "b", "x": {"y": 2}}, ("json-duplicate-key:y", "json-duplicate-key:uri")
    )


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    document = parse('{"a\\ud800":["\\udfff x", "\\ud83d\\ude00"]}')
    assert isinstance(document, JsonDocument)
    assert document.value == {"a\ufffd": ["\ufffd x", "😀"]}
    assert document.warnings == ("json-lone-surrogate",)


def test_an_escaped_backslash_before_u_is_no_surrogate() -> None:
    assert parse('{"a":"\\\\ud800"}') == JsonDocument({"a": "\\ud800"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "json-too-deep"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "json-too-deep"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "json-too-deep"),
        ('{"a":1', "json-invalid"),
        ('{"a":NaN}', "json-invalid"),
        ('{"a":' + "9" * 5000 + "}", "json-invalid"),
        ("", "json-invalid"),
    ],
)
def test_what_is_no_json_is_a_fail(text: str, code: str) -> None:
    answer = parse(text)
    assert isinstance(answer, Fail)
    assert answer.code == code


def test_as_deep_as_is_allowed_is_read() -> None:
    assert isinstance(parse("[" * MAX_DEPTH + "]" * MAX_DEPTH), JsonDocument)


def test_control_characters_in_strings_are_tolerated() -> None:
    assert parse('{"a":"x\ty\nz"}') == JsonDocument({"a": "x\ty\nz"})
