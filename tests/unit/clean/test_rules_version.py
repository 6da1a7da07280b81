"""The audit names the version of the rules, which is raised when they clean otherwise."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import clean, item_of
from streams.clean.rules import VERSION
from streams.decode import Decoded, decode
from tests.sources import a_plain_source

FEED = Path(__file__).resolve().parents[3] / "deploy/demo/feed.jsonl"
# What the version makes of the demo feed. A change of decoding or cleaning changes it: then raise
# VERSION in streams/clean/rules.py, once items of that version were published, and put the new
# digest in the place of the last.
DIGESTS = {"clean/1": "b49652833967ada4"}
CLEANED = ("headline", "byline", "dateline", "paragraphs", "ednotes", "rights", "language")


def test_what_the_version_makes_of_the_demo_feed() -> None:
    digest = hashlib.sha256()
    for number, line in enumerate(FEED.read_bytes().splitlines()):
        for decoded in decode(RawMessage(body=line, position=f"feed:{number}")):
            item = clean(decoded) if isinstance(decoded, Decoded) else decoded
            if isinstance(item, Item):
                told = item.model_dump(mode="json")
                audit = {name: told["audit"][name] for name in ("removed", "edits", "warnings")}
                cleaned = [audit, *(told[name] for name in CLEANED)]
                digest.update(json.dumps(cleaned, sort_keys=True).encode())
            else:
                digest.update(type(item).__name__.encode())
    assert {VERSION: digest.hexdigest()[:16]} == DIGESTS


def test_every_item_names_the_version() -> None:
    source = a_plain_source("Search\n\nFlood closes bridge\n\nThe bridge is closed, he said.")
    for item in (clean(source), item_of(source)):
        assert isinstance(item, Item)
        assert item.audit.rules == VERSION
