"""JSON Schema of every record that travels, and the table of topics.

``python -m schemas.generate`` writes them; with ``--check`` it writes nothing and ends with
status 1 if a committed file has drifted. It must not be imported by anything that runs.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import schemas
from schemas.decoded import DecodedRecord
from schemas.kb import KbRecord
from schemas.model import Record
from schemas.topics import CATALOGUE, DAY_MS, Topic, TopicName

ROOT = Path(__file__).resolve().parents[1]
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NOT_RECORDS = {"schemas.generate", "schemas.model"}
# A topic that carries one of several records has one schema, and its parts none of their own.
_UNIONS: dict[str, tuple[str, Any]] = {
    "schemas.decoded": ("decoded", DecodedRecord),
    "schemas.kb": ("kb_record", KbRecord),
}

# The record a topic carries; None where there is no record of ours in it.
_VALUES: dict[TopicName, str | None] = {
    TopicName.RAW: None,
    TopicName.RAW_URGENT: None,
    TopicName.DECODED: "decoded",
    TopicName.ITEMS: "item",
    TopicName.EVENTS: "wire_event",
    TopicName.ENRICHED: "item",
    TopicName.HELD: "held_record",
    TopicName.DESK: "journal_record",
    TopicName.STATE: "state_record",
    TopicName.KB: "kb_record",
    TopicName.DEAD: None,
}


def generated() -> dict[Path, str]:
    """Every generated file, by its path from the project's root."""
    records = dict(pair for module in _modules() for pair in _module_schemas(module))
    files = {Path(f"schemas/json/{name}.json"): _page(schema) for name, schema in records.items()}
    return {**files, Path("docs/topics.md"): _topics_page()}


def drifted(files: dict[Path, str], root: Path = ROOT) -> list[str]:
    """What a committed tree has wrong: files missing, different, or no longer generated."""
    faults = []
    for path, content in sorted(files.items()):
        there = root / path
        if not there.is_file():
            faults.append(f"{path} is missing")
        elif there.read_text("utf-8") != content:
            faults.append(f"{path} differs")
    known = {root / path for path in files}
    faults += [
        f"{path.relative_to(root)} is no longer generated"
        for path in sorted((root / "schemas/json").glob("*.json"))
        if path not in known
    ]
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or check them; answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, report drift")
    files = generated()
    if parser.parse_args(arguments).check:
        faults = drifted(files)
        for fault in faults:
            sys.stderr.write(f"{fault}: run python -m schemas.generate\n")
        return 1 if faults else 0
    for path, content in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(content, "utf-8")
    return 0


def _modules() -> Iterator[str]:
    for module in pkgutil.iter_modules(schemas.__path__, "schemas."):
        if module.name not in _NOT_RECORDS:
            yield module.name


def _module_schemas(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """File name and schema of each record of a module, parts of others only if a topic has them."""
    if name in _UNIONS:
        title, union = _UNIONS[name]
        schema = TypeAdapter(union).json_schema(mode="serialization")
        yield title, {"title": title, **schema}
        return
    module = importlib.import_module(name)
    records = [
        record
        for _, record in inspect.getmembers(module, inspect.isclass)
        if issubclass(record, Record) and record.__module__ == name
    ]
    whole = {record: record.model_json_schema(mode="serialization") for record in records}
    parts = {part for schema in whole.values() for part in schema.get("$defs", ())}
    for record, schema in whole.items():
        title = re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()
        if record.__name__ not in parts or title in _VALUES.values():
            yield title, schema


def _page(schema: dict[str, Any]) -> str:
    tolerant = {"$schema": DIALECT, **_tolerant(schema)}
    return json.dumps(tolerant, indent=2, ensure_ascii=False) + "\n"


def _tolerant(schema: Any) -> Any:  # noqa: ANN401  (JSON)
    """The schema as a reader should hold it: fields of later versions are no error."""
    if isinstance(schema, dict):
        return {
            key: _tolerant(value)
            for key, value in schema.items()
            if (key, value) != ("additionalProperties", False)
        }
    return [_tolerant(value) for value in schema] if isinstance(schema, list) else schema


def _topics_page() -> str:
    rows = "\n".join(_topic_row(topic) for topic in CATALOGUE.values())
    return f"""# Topics

Generated from `schemas/topics.py` by `python -m schemas.generate`; the prefix `wire.`, and every
partition count and retention, is a setting. Restricted topics hold copy that clients do not read
by default. Original times travel in headers: on Kafka a record's own time is its append time.

| topic | holds | value | partitions | kept | restricted |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def _topic_row(topic: Topic) -> str:
    record = _VALUES[topic.name]
    value = f"[{record}](../schemas/json/{record}.json)" if record else "the original bytes"
    kept = "for ever" if topic.retention_ms is None else f"{topic.retention_ms // DAY_MS} d"
    if topic.compacted:
        kept = f"latest of each key, {kept}"
    cells = (
        f"`{topic.full_name()}`",
        topic.meaning,
        value,
        str(topic.partitions),
        kept,
        "yes" if topic.restricted else "",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
