"""``wireroom bench formats``: the measure itself is right, and says what is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from schemas.raw import RawMessage
from streams.bench.formats import figures, made_here, read_one, total
from streams.bench.source_text import source_texts, words

NITF = b"""<?xml version="1.0"?><nitf><head><title>not text</title></head><body><body.head><hedline>
<hl1>One two</hl1></hedline></body.head><body.content><p>Three <em>fo</em>ur<br/>five.</p>
<p>Six &amp; seven</p></body.content></body></nitf>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title>
<content type="html">&lt;p&gt;Two&lt;/p&gt;&lt;p&gt;three&lt;/p&gt;</content></entry></feed>"""
NINJS = orjson.dumps(
    {
        "uri": "u",
        "headline": "One two",
        "body_html": "<p>Three</p><p>four</p>",
        "bodies": [{"role": "main", "value": "Five"}],
        "associations": {"main": {"body_text": "of another item"}},
    }
)
G2 = b"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="u"><contentMeta><headline>One
</headline><subject><name>no text</name></subject></contentMeta><contentSet>
<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head><body>
<p>Two</p></body></html></inlineXML></contentSet></newsItem>"""
CASES = {
    "plain": (b"One, two.\n\nThree", ["one two three"]),
    "latin": ("Décès à Genève".encode("latin-1"), ["décès à genève"]),
    "nitf": (NITF, ["one two three four five six seven"]),
    "newsml-g2": (G2, ["one", "two"]),
    "atom": (ATOM, ["one", "two three"]),
    "ninjs": (NINJS, ["one two", "three four", "five"]),
    "iptc-7901": (
        b"\x01abc1 4 i 3 x\r\nslug/\r\n\x02One =\r\nTwo\r\n\x03131137 GMT Nov 13\r\n\x04",
        ["one two"],
    ),
    "zczc": (b"ZCZC AAP\r\n$One\r\nTwo\r\nNNNN\r\n", ["one two"]),
    "email": (b"From: a@b.example\nSubject: One\nTo: c@d.example\n\nTwo\n", ["one", "two"]),
    "html": (b"<html><head><title>no</title></head><p>One</p><p>two</p>", ["one two"]),
    "empty": (b"", []),
}


@pytest.mark.parametrize("name", CASES)
def test_text_content_is_found_without_a_decoder(name: str) -> None:
    body, expected = CASES[name]
    assert [" ".join(words(text)) for text in source_texts(body)] == expected


def test_what_is_removed_with_a_reason_is_reached() -> None:
    reading = read_one(made_here()[0], rounds=1)
    assert reading.words == reading.reached > 300
    assert reading.missing == ()
    assert {"headline", "text"} <= reading.found[0]


def test_words_that_no_field_has_are_missing() -> None:
    body = {"uri": "u", "headline": "One", "body_text": "Two", "teaser": "three four four"}
    reading = read_one(RawMessage(body=orjson.dumps(body), position="p"), rounds=1)
    lost = {"three", "four"} & set(reading.missing)
    assert reading.words - reading.reached == (3 if lost else 0)


def test_figures_add_up() -> None:
    readings = [read_one(message, rounds=1) for message in made_here()[:9]]
    readings.append(read_one(RawMessage(body=b"\x1f\x8b\x08 nothing"), rounds=1))
    rows = figures(readings)
    assert [row.format for row in rows][-1] == "dead"
    everything = total(readings)
    assert everything.files == sum(row.files for row in rows) == 10
    assert everything.items == sum(row.items for row in rows) == 9
    assert everything.dead == {"format-unknown": 1}
    assert everything.recall == 1.0
    assert everything.found["headline"] == 9


def test_the_command_prints_a_row_a_format(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, message in enumerate(made_here()[:3]):
        (corpus / str(number)).write_bytes(message.body)
    (corpus / "empty").write_bytes(b"")
    picture = {"uri": "p", "type": "picture", "headline": "A bridge", "description_text": "One."}
    (corpus / "picture").write_bytes(orjson.dumps(picture))
    command = [sys.executable, "-m", "streams", "bench", "formats", "--corpus", str(corpus)]
    done = subprocess.run([*command, "-o", str(out)], check=True, capture_output=True)
    assert done.stderr == b""
    rows = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert [row["format"] for row in rows][-2:] == ["dead", "all"]
    assert rows[-1]["recall"] == 1.0
    assert rows[-1]["rejected"] == {"picture": 1}
    shown = subprocess.run([*command, "-o", "text"], check=True, capture_output=True)
    assert b"body-empty" in shown.stdout
