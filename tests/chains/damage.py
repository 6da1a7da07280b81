"""Messages damaged at random: bytes, or the values of a document that stays well-formed.

Every damage is seeded: the same format and number make the same bytes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

from lxml import etree

from tests.chains.formats import RENDERINGS
from tests.chains.texts import STORIES

# Of the inputs: those of arbitrary bytes, and those of documents whose values were damaged.
_ARBITRARY = 0.1
_WELL_FORMED = 0.5
_TOKENS = (
    b"\0", b"\x01", b"\x02", b"\x03", b"\x04", b"\x1f", b"\x7f", b"\r\n", b"\t", b"\xff", b"\xe9",
    b"\xef\xbb\xbf", b"&amp;amp;", b"&#0;", b"&#x110000;", b"&nosuch;", b"<", b">", b"<p>", b"</p>",
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b'"', b"'", b"\\",
    b"<?xml version='1.0'?>", b"\\u0000", b"\\ud800", b"{", b"}", b"[", b"]", b"null", b"-1",
    b"99999999999999999999", b"0000-00-00T00:00:00Z", b"20261399T999999Z", b"KILL KILL KILL",
    b"=\r\n", b"NNNN", b"ZCZC", b"^", b"#", b"xmlns=''", b"a:", b"urn:::", b" " * 500, b"%" * 40,
    b"Content-Type: multipart/mixed; boundary=x\r\n", b"charset=utf-7", b"\xe2\x80\xae", b"1e999",
)  # fmt: skip
_TEXTS = (
    "", " ", "\n\n", "0", "-1", "9" * 400, "x" * 3000, "KILL KILL KILL", "\u202e\u2066", "\u2028",
    "2026-13-45T99:99:99Z", "20260312T", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59",
    "12 Mrz 26", "<p>", "&amp;amp;amp;", "<b>" * 300, "urn:newsml:::", "stat:canceled", "embargoed",
    "sig:correction", "text/html; charset=utf-7", "\ufffd" * 50, "é" * 200, "http://[", "::", "%00",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1e300, [], {}, [[]], [None], {"": None}, {"value": 5},
    [{"value": None}], [1, "a", {}, []], *_TEXTS,
)  # fmt: skip
# Lists repeated within lists repeated would be a document of gigabytes.
_MOST_HOLDERS = 2_000
_PARSER = etree.XMLParser(remove_blank_text=False, resolve_entities=False, no_network=True)


@cache
def originals() -> dict[str, list[bytes]]:
    """Every message of the chain in every format."""
    return {
        rendering.name: [
            rendering.render(story, version)
            for story in STORIES.values()
            for version in story.versions
        ]
        for rendering in RENDERINGS
    }


def an_input(name: str, number: int) -> bytes:
    """One damaged message of a format."""
    chooser = random.Random(f"{name}/{number}")  # noqa: S311  (a test)
    original = chooser.choice(originals()[name])
    draw = chooser.random()
    if draw < _ARBITRARY:
        opening = original[: chooser.randint(0, 60)]
        return opening + chooser.randbytes(chooser.randint(0, 2000))
    if draw < _ARBITRARY + _WELL_FORMED:
        if original[:1] == b"{":
            return _other_json(original, chooser)
        if original[:5] == b"<?xml":
            return _other_xml(original, chooser)
    body = bytearray(original)
    for _ in range(chooser.choice((1, 1, 2, 3, 6))):
        chooser.choice(_MUTATIONS)(body, chooser)
    return bytes(body)


def _other_json(original: bytes, chooser: random.Random) -> bytes:
    """The document with a few of its values replaced, repeated or gone."""
    value = json.loads(original)
    for _ in range(chooser.randint(1, 6)):
        holders = _holders(value)
        if len(holders) > _MOST_HOLDERS:
            break
        holder = chooser.choice(holders)
        if isinstance(holder, dict):
            key = chooser.choice(sorted(holder)) if holder else ""
        else:
            key = chooser.randrange(len(holder)) if holder else None
        action = chooser.randrange(4)
        if key is None or (isinstance(holder, dict) and not holder):
            continue
        if action == 0:
            del holder[key]
        elif action == 1 and isinstance(holder, list):
            holder[:] = holder * chooser.choice((2, 50))
        elif action == 2:
            holder[key] = _copy_of_one(holders, chooser)
        else:
            holder[key] = deepcopy(chooser.choice(_VALUES))  # or they grow from input to input
    return json.dumps(value, ensure_ascii=chooser.random() < 0.5).encode()


def _holders(value: Any) -> list[Any]:
    found = [value] if isinstance(value, dict | list) else []
    for holder in found:
        inner = holder.values() if isinstance(holder, dict) else holder
        found += [one for one in inner if isinstance(one, dict | list)]
    return found


def _copy_of_one(holders: list[Any], chooser: random.Random) -> Any:
    """A copy of some part of the document, to be put where it does not belong."""
    return json.loads(json.dumps(chooser.choice(holders)))


def _other_xml(original: bytes, chooser: random.Random) -> bytes:
    """The document with a few of its elements moved, repeated, emptied or gone."""
    root = etree.fromstring(original, _PARSER)
    for _ in range(chooser.randint(1, 6)):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)]
        node = chooser.choice(nodes)
        parent = node.getparent()
        action = chooser.randrange(7)
        if action == 0 and parent is not None:
            parent.remove(node)
        elif action == 1 and parent is not None:
            for _ in range(chooser.choice((1, 30))):
                parent.append(_copy(node))
        elif action == 2:
            chooser.choice(nodes).append(_copy(node))
        elif action == 3:
            node.text = _legal(chooser.choice(_TEXTS))
        elif action == 4 and node.attrib:
            name = chooser.choice(sorted(node.attrib))
            node.set(name, _legal(chooser.choice(_TEXTS)))
        elif action == 5 and node.attrib:
            del node.attrib[chooser.choice(sorted(node.attrib))]
        else:
            other = chooser.choice(nodes)
            node.tag = chooser.choice((other.tag, etree.QName(node).localname, "p", "nitf"))
    encoding = chooser.choice(("utf-8", "utf-8", "iso-8859-1", "utf-16"))
    return etree.tostring(root, encoding=encoding, xml_declaration=True)


def _copy(node: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(node, with_tail=False), _PARSER)


def _legal(text: str) -> str:
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")


def _flipped(body: bytearray, chooser: random.Random) -> None:
    for _ in range(chooser.randint(1, 8)):
        if body:
            body[chooser.randrange(len(body))] = chooser.randrange(256)


def _deleted(body: bytearray, chooser: random.Random) -> None:
    start, end = _slice(body, chooser)
    del body[start:end]


def _repeated(body: bytearray, chooser: random.Random) -> None:
    start, end = _slice(body, chooser, most=60)
    body[start:start] = body[start:end] * chooser.choice((1, 2, 10, 200))


def _moved(body: bytearray, chooser: random.Random) -> None:
    start, end = _slice(body, chooser)
    piece = body[start:end]
    del body[start:end]
    place = chooser.randint(0, len(body))
    body[place:place] = piece


def _inserted(body: bytearray, chooser: random.Random) -> None:
    for _ in range(chooser.randint(1, 4)):
        place = chooser.randint(0, len(body))
        body[place:place] = chooser.choice(_TOKENS)


def _spliced(body: bytearray, chooser: random.Random) -> None:
    other = chooser.choice(originals()[chooser.choice(sorted(originals()))])
    start, end = _slice(other, chooser, most=len(other))
    place = chooser.randint(0, len(body))
    body[place : chooser.choice((place, len(body)))] = other[start:end]


def _truncated(body: bytearray, chooser: random.Random) -> None:
    del body[chooser.randint(0, len(body)) :]


def _overwritten(body: bytearray, chooser: random.Random) -> None:
    start, end = _slice(body, chooser)
    body[start:end] = chooser.randbytes(end - start)


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flipped, _deleted, _repeated, _moved, _inserted, _spliced, _truncated, _overwritten,
)  # fmt: skip


def _slice(body: bytes | bytearray, chooser: random.Random, *, most: int = 400) -> tuple[int, int]:
    start = chooser.randint(0, len(body))
    return start, min(len(body), start + chooser.randint(1, max(most, 1)))
