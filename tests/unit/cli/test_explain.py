"""``wireroom explain`` and ``wireroom formats``, called as a person calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.clean.rules import VERSION, RemovalReason
from streams.cli import main
from streams.cli.explained_text import REASON_STYLES
from streams.decode import formats
from tests.chains.formats import RENDERINGS, a_chain
from tests.chains.rendering import Rendering
from tests.chains.texts import STORIES
from tests.contract.test_every_decoder import CASES

ROOT = Path(__file__).resolve().parents[3]
PLAIN = (
    "Search\n\nURGENT\n\nFlood closes bridge in Riverton\n\nBy Jane Doe\n\n"
    "(Adds mayor's words)\n\n"
    "RIVERTON, Feb 12 (Reuters) - Flooding closed the main bridge on Friday, the mayor said.\n\n"
    "Nobody was hurt, the police said, and schools would stay open through the week.\n\n"
    "# Notizblock\n\n## Kontakt\n- Jane Doe, +1 202 555 0100\n"
)
NINJS = {
    "uri": "urn:x:1",
    "type": "text",
    "version": "2",
    "versioncreated": "2026-03-12T06:30:50Z",
    "pubstatus": "canceled",
    "headline": "Bridge closed",
    "body_text": "The bridge is closed, he said.",
}
LATIN_DECLARED = (
    "<?xml version='1.0' encoding='iso-8859-1'?><nitf><body><body.head><hedline><hl1>Décès à "
    "Genève</hl1></hedline></body.head><body.content><p>Le maire est mort.</p></body.content>"
    "</body></nitf>"
)
Explained = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def explained(folder: Path, capfd: pytest.CaptureFixture[str]) -> Explained:
    def call(body: bytes | str, *options: str) -> list[dict[str, Any]]:
        (folder / "x").write_bytes(body if isinstance(body, bytes) else body.encode())
        assert main(["explain", "x", "-o", "jsonl", *options]) == 0
        return [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    return call


@pytest.fixture
def shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def call(body: bytes | str, *options: str) -> str:
        (folder / "x").write_bytes(body if isinstance(body, bytes) else body.encode())
        assert main(["explain", "x", *options]) == 0
        return re.sub(r"\s+", " ", capfd.readouterr().out)

    return call


def origins(part: dict[str, Any]) -> dict[str, str]:
    return {field["field"]: field["origin"] for field in part["fields"]}


def test_what_cleaning_found_says_so(explained: Explained) -> None:
    (part,) = explained(PLAIN)
    assert part["kind"] == "item"
    where = origins(part)
    for name, how in {
        "headline": "cleaning: headline",
        "byline": "cleaning: byline",
        "dateline": "cleaning: dateline",
        "ednotes": "cleaning: fences",
        "language": "cleaning: language, detected, confidence 1.0",
        "lifecycle": "cleaning: markers",
        "item_key": "provider and the text's hash",
        "order_key": "nothing to order by",
    }.items():
        assert where[name] == how
    assert {fact["kind"] for fact in part["lifecycle"]} == {"urgent", "update"}
    assert all(fact["origin"].startswith("cleaning: ") for fact in part["lifecycle"])
    assert {(span["reason"], span["text"]) for span in part["removed"]} == {
        ("navigation", "Search"),
        ("lifecycle-marker", "URGENT"),
        ("byline", "By Jane Doe"),
        ("ednote", "(Adds mayor's words)"),
        ("ednote", "# Notizblock"),
        ("ednote", "## Kontakt"),
        ("ednote", "- Jane Doe, +1 202 555 0100"),
    }
    (edit,) = part["edits"]
    assert (edit["reason"], edit["text"]) == ("dateline", "RIVERTON, Feb 12 (Reuters) - ")


def test_what_the_message_states_says_where(explained: Explained) -> None:
    (part,) = explained(json.dumps(NINJS))
    where = origins(part)
    assert where["stable_id"] == "uri"
    assert where["version_created"] == "versioncreated"
    assert where["headline"] == "declared as headline"
    assert where["pubstatus"] == "pubstatus"
    assert where["item_key"] == "provider and stable_id"
    assert where["order_key"] == "version_created and version"
    assert part["lifecycle"] == [{"kind": "kill", "origin": "pubstatus", "words": "canceled"}]
    assert [span["reason"] for span in part["removed"]] == ["canceled"]


def test_every_decoder_claims_or_does_not(shown: Callable[..., str]) -> None:
    out = shown(json.dumps(NINJS))
    assert "Format ninjs 0." in out
    assert "not json 0." in out
    for decoder in formats():
        assert decoder.name in out


def test_a_declaration_that_lies_is_belied(explained: Explained, shown: Callable[..., str]) -> None:
    (part,) = explained(LATIN_DECLARED)
    assert part["layers"][0]["encoding"] == {
        "declared": "iso-8859-1",
        "used": "utf-8",
        "belied": True,
    }
    assert "iso-8859-1 declared, utf-8 used: the bytes belie it" in shown(LATIN_DECLARED)
    assert "Décès à Genève" in shown(LATIN_DECLARED)


def test_a_message_inside_an_envelope_is_shown_too(
    explained: Explained, shown: Callable[..., str]
) -> None:
    envelope = json.dumps({"body": json.dumps(NINJS), "provider": "tst"})
    (part,) = explained(envelope)
    assert [layer["claims"][0]["format"] for layer in part["layers"]] == ["envelope", "ninjs"]
    out = shown(envelope)
    assert "Format envelope" in out
    assert "Inside ninjs" in out


def test_each_part_is_explained_the_rejected_and_the_dead_too(
    explained: Explained, shown: Callable[..., str]
) -> None:
    picture = {"uri": "urn:x:2", "type": "picture", "headline": "The bridge, seen from above"}
    body = json.dumps([NINJS, picture, None])
    parts = explained(body)
    assert [(part["part"], part["kind"], part["why"]) for part in parts] == [
        (0, "item", None),
        (1, "rejected", "picture"),
        (2, "dead", "ninjs-invalid"),
    ]
    assert parts[1]["detail"] == "The bridge, seen from above"
    assert origins(parts[1])["stable_id"] == "uri"
    out = shown(body)
    assert "Parts 3" in out
    assert "rejected: picture, The bridge, seen from above" in out
    assert "dead: ninjs-invalid" in out


def test_a_message_nobody_reads_is_dead_with_its_code(explained: Explained) -> None:
    (part,) = explained(b"")
    assert (part["kind"], part["why"]) == ("dead", "body-empty")


def test_the_whole_text_is_shown_with_what_became_of_each_line(
    explained: Explained, shown: Callable[..., str]
) -> None:
    (part,) = explained(PLAIN, "--text")
    assert "".join("".join(line["text"].split()) for line in part["text"]) == "".join(PLAIN.split())
    kept = [line["text"] for line in part["text"] if line["is"] in {"paragraph", "headline"}]
    assert kept[0] == "Flood closes bridge in Riverton"
    assert len(kept) == 3
    out = shown(PLAIN, "--text")
    assert "ednote # Notizblock" in out
    assert "headline Flood closes bridge in Riverton" in out


def on_a_terminal(folder: Path, text: str, **environ: str) -> str:
    (folder / "x").write_text(text)
    process = subprocess.run(
        [sys.executable, "-m", "streams", "explain", "x", "--text"],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **environ},
        timeout=60,
    )
    return process.stdout.decode()


def test_on_a_terminal_each_reason_has_its_colour_and_a_legend_says_which(folder: Path) -> None:
    out = on_a_terminal(folder, PLAIN, FORCE_COLOR="1")
    assert "\x1b[9;96m# Notizblock" in out
    assert "\x1b[9;33mSearch" in out
    assert "Flood closes bridge in Riverton" in re.sub(r"\x1b\[9[^m]*m[^\x1b]*", "", out)
    assert f"Rules {VERSION}: \x1b[9;33mnavigation 1\x1b[0m, " in out
    # The dateline, in the line it was taken off.
    assert "\x1b[9;91mRIVERTON, Feb 12 (Reuters) - \x1b[0mFlooding closed" in out


def test_without_colour_there_is_none(folder: Path) -> None:
    out = on_a_terminal(folder, PLAIN, FORCE_COLOR="1", NO_COLOR="1")
    styles = {
        number for found in re.findall(r"\x1b\[([0-9;]*)m", out) for number in found.split(";")
    }
    assert styles <= {"0", "1", "2", "4", "9"}  # bold, dim, underlined, struck


def test_edits_are_shown_where_they_were_made_and_named(shown: Callable[..., str]) -> None:
    text = PLAIN.replace("main", "ma\u200bin").replace("Nobody", "\u202eNobody\u202c \x07CafÃ©")
    out = shown(text, "--text")
    assert "invisible-character: '<U+200B>' to ''" in out
    assert "mojibake: now 'é'" in out
    # As it was, where it stood: nothing that a terminal obeys.
    assert "the ma<U+200B>in bridge" in out
    assert "<U+202E>Nobody<U+202C> <U+0007>Café was hurt" in out
    assert not set("\x1b\x07\u200b\u202e\u202c") & set(out)


def test_every_reason_has_a_colour_of_its_own() -> None:
    assert {*RemovalReason} <= {*REASON_STYLES}
    assert len({*REASON_STYLES.values()}) == len(REASON_STYLES)


def test_a_text_of_many_edits_is_shown_in_time(shown: Callable[..., str]) -> None:
    out = shown("a\u200bb c\u200bd, he said.\n" * 5_000, "--text")
    assert out.count("<U+200B>") >= 20_000


@pytest.mark.parametrize("rendering", RENDERINGS, ids=str)
def test_every_field_of_every_format_says_where_it_came_from(
    rendering: Rendering, explained: Explained
) -> None:
    raw = a_chain(rendering, STORIES["en"])[0]
    for part in explained(raw.body):
        assert part["kind"] == "item"
        assert part["format"] in rendering.formats
        assert all(field["origin"] for field in part["fields"])
        assert {field["field"] for field in part["fields"]} >= {"headline", "paragraphs"}
        stated = [each for each in part["fields"] if each["origin"] == "stated by the message"]
        assert stated == []
        assert all(fact["origin"] for fact in part["lifecycle"])


@pytest.mark.parametrize("name", CASES)
def test_anything_is_explained(name: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "x").write_bytes(CASES[name])
    for options in (["-o", "text", "--text"], ["-o", "jsonl", "--text"]):
        assert main(["explain", "x", *options]) == 0
        out = capfd.readouterr().out
        assert out
        assert not set("\x1b\x07\x00") & set(out)
        assert "\u202e" not in out or "jsonl" in options
        if "jsonl" in options:
            assert all(json.loads(line)["kind"] for line in out.splitlines())


def test_a_crash_of_ours_is_explained_as_one(
    explained: Explained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("streams.cli.explained.clean", crash)
    (part,) = explained(PLAIN)
    assert (part["kind"], part["why"], part["detail"]) == ("dead", "stage-crashed", "KeyError")
    assert part["layers"][0]["claims"][0]["format"] == "plain-text"


class TestFormats:
    def test_each_says_what_it_is_and_what_it_is_known_by(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["formats", "-o", "jsonl"]) == 0
        rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
        assert [row["format"] for row in rows] == [decoder.name for decoder in formats()]
        assert all(row["description"] and row["recognised_by"] for row in rows)
        assert {row["format"]: row["versions"] for row in rows}["nitf"] == "3.x"
        assert not any("``" in row["recognised_by"] for row in rows)

    def test_for_people_it_is_a_list(self, capfd: pytest.CaptureFixture[str]) -> None:
        assert main(["formats", "-o", "text"]) == 0
        out = capfd.readouterr().out
        for decoder in formats():
            assert re.search(rf"^{decoder.name}\s", out, re.MULTILINE)
        assert out.count("known by:") == len(formats())
