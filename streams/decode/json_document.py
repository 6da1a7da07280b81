"""JSON as wires send it: read tolerantly, with what was odd about it.

It must not know what the objects mean.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from streams.steps import Fail

MAX_DEPTH = 64
MAX_WARNINGS = 20
# A bracket that opens prose ("[URGENT] Paris") does not open JSON.
_OPENING = re.compile(r'\{\s*["}]|\[\s*[\[{"\]]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
_NAME_LENGTH = 60
# Strings whole, so that their brackets do not count; an open one runs to the end.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A parsed document: dicts, lists, strings, numbers, booleans, None."""

    value: object
    warnings: tuple[str, ...] = ()


def opens_like_json(head: str) -> bool:
    """Whether a text begins as a JSON object or array does."""
    return _OPENING.match(head) is not None


def parse(text: str) -> JsonDocument | Fail:
    """The document in ``text``: of a key that is repeated, the last value stands.

    Warnings: "json-duplicate-key:<name>", "json-lone-surrogate" (replaced by U+FFFD).

    Returns:
        The document, ``json-invalid``, or ``json-too-deep`` beyond ``MAX_DEPTH``.
    """
    repeated: dict[str, None] = {}

    def collect(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs) and len(repeated) < MAX_WARNINGS:
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    repeated[_printable(name)] = None
                seen.add(name)
        return members

    if _is_deep(text):
        return Fail("json-too-deep", f"nested deeper than {MAX_DEPTH}")
    try:
        value = json.loads(
            text, strict=False, object_pairs_hook=collect, parse_constant=_refuse_constant
        )
    except ValueError as error:
        return Fail("json-invalid", _printable(str(error), 200))
    warnings = [f"json-duplicate-key:{name}" for name in repeated]
    if _SURROGATE.search(text):
        value, replaced = _without_lone_surrogates(value)
        if replaced:
            warnings.append("json-lone-surrogate")
    return JsonDocument(value, tuple(warnings[:MAX_WARNINGS]))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _is_deep(text: str) -> bool:
    """Whether brackets outside strings nest deeper than allowed; the same on every interpreter."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _STRUCTURE.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif token[0] in "]}":
            depth -= 1
    return False


def _without_lone_surrogates(value: object) -> tuple[object, bool]:
    """Recursion is bounded by ``MAX_DEPTH``, checked before."""
    if isinstance(value, str):
        if _LONE.search(value):
            return _LONE.sub("\ufffd", value), True
        return value, False
    if isinstance(value, list):
        results = [_without_lone_surrogates(child) for child in value]
        return [result for result, _ in results], any(replaced for _, replaced in results)
    if isinstance(value, dict):
        replaced = False
        members = {}
        for name, child in value.items():
            clean, odd = _without_lone_surrogates(child)
            members[_LONE.sub("\ufffd", name)] = clean
            replaced = replaced or odd
        return members, replaced
    return value, False


def _printable(text: str, length: int = _NAME_LENGTH) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:length])
