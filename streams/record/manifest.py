"""What of a topic was recorded: each file, the offsets it stands for, and its checksums.

One line a file, appended when the file is whole and on the disk under its name, never before. It
must not touch the files it lists.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from streams.errors import ArchiveError, ConfigError

__all__ = ["MANIFEST", "Head", "Listing", "Manifest", "Part", "read_manifest"]

MANIFEST = ".manifest.jsonl"
"""Hidden, as all of ours but the recorded files: readers of archives leave hidden files out."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """What was asked for: a recording is of one topic, one format and one range of times.

    Attributes:
        topic: its full name.
        format: of the files, "jsonl.zst" or "parquet".
        since: original time from which records were taken (RFC 3339), or None.
        until: original time up to which.
        version: of this manifest.
    """

    topic: str
    format: str
    since: str | None = None
    until: str | None = None
    version: int = _VERSION


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or none where a range held nothing that was asked for.

    Attributes:
        file: relative to the topic's directory, "2016-02-12/0+000000000000.jsonl.zst", or None.
        partition: of the topic.
        start: first offset that it stands for.
        stop: the offset after the last one it stands for. Offsets between without a record are
            compaction's, or were left out by the times asked for.
        records: how many are in it.
        size: of the file, in bytes.
        sha256: of the file, hexadecimal.
        blocks: for each piece that can be read alone its place and its first offset; the place is
            the byte at which a zstd frame begins, or the number of a Parquet row group.
        last: offset of the last record, or None.
        last_sha256: of the last record's line, hexadecimal.
        replaces: the file whose earlier entry this one takes the place of: it was rewritten, or
            is gone where ``file`` is None. Absent from the lines of others.
        purged: the records that were taken out: item key, offset. Absent likewise.
    """

    file: str | None
    partition: int
    start: int
    stop: int
    records: int = 0
    size: int = 0
    sha256: str = ""
    blocks: tuple[tuple[int, int], ...] = ()
    last: int | None = None
    last_sha256: str = ""
    replaces: str | None = None
    purged: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class Listing:
    """A manifest as read.

    Attributes:
        head: None where its line is not there or is damaged.
        parts: in the order they were recorded; an entry that was replaced is not among them.
        replaced: the former entries of each file that was purged, oldest first.
        damaged: numbers of the lines, from 1, that are not as they were written.
        torn: bytes of a last line that was not written to its end; 0 for none.
    """

    head: Head | None = None
    parts: list[Part] = field(default_factory=list)
    replaced: dict[str, list[Part]] = field(default_factory=dict)
    damaged: list[int] = field(default_factory=list)
    torn: int = 0


def read_manifest(path: Path) -> Listing:
    """What a manifest lists; an absent one lists nothing.

    Raises:
        ArchiveError: it cannot be read.
    """
    listing = Listing()
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return listing
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            listing.torn = len(line)
        elif (entry := _entry(line)) is None:
            listing.damaged.append(number)
        elif isinstance(entry, Head):
            listing.head = entry
        elif entry.replaces is None:
            listing.parts.append(entry)
        else:
            _replace(listing, entry)
    return listing


def _replace(listing: Listing, entry: Part) -> None:
    for place, part in enumerate(listing.parts):
        if entry.replaces in {part.file, part.replaces}:
            listing.replaced.setdefault(str(entry.replaces), []).append(part)
            listing.parts[place] = entry
            return
    listing.parts.append(entry)


def _line(entry: Head | Part) -> bytes:
    kind = "recording" if isinstance(entry, Head) else "part"
    fields = asdict(entry)
    for name in ("replaces", "purged"):
        if not fields.get(name, True):
            del fields[name]
    inside = orjson.dumps(fields)
    return orjson.dumps(
        {kind: orjson.Fragment(inside), "crc32": zlib.crc32(inside)},
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _entry(line: bytes) -> Head | Part | None:
    try:
        found = orjson.loads(line)
        kind = "recording" if "recording" in found else "part"
        inside = found[kind]
        if zlib.crc32(orjson.dumps(inside)) != found["crc32"]:
            return None
        if kind == "recording":
            return Head(**inside)
        blocks = tuple((place, first) for place, first in inside.pop("blocks"))
        purged = tuple((key, offset) for key, offset in inside.pop("purged", ()))
        return Part(**inside, blocks=blocks, purged=purged)
    except (ValueError, KeyError, TypeError):
        return None


class Manifest:
    """The manifest of a recording that is being made; one process at a time writes it."""

    def __init__(self, path: Path, head: Head) -> None:
        """Go on with the manifest, or begin it.

        Raises:
            ConfigError: what was recorded there before was asked for in other words.
            ArchiveError: it is damaged, or cannot be written.
        """
        self._path = path
        listing = read_manifest(path)
        if listing.damaged:
            raise ArchiveError(
                f"{path} is damaged in line {listing.damaged[0]}: see wireroom record verify, "
                "and record into another directory"
            )
        _check_same(path, listing.head, head, listing.parts)
        self.parts: Sequence[Part] = listing.parts
        self.reached: dict[int, int] = {}
        for part in listing.parts:
            self.reached[part.partition] = max(part.stop, self.reached.get(part.partition, 0))
        if listing.torn:
            os.truncate(path, path.stat().st_size - listing.torn)
        if listing.head is None:
            self._append(head)

    def add(self, part: Part) -> None:
        """List a part, for good.

        Raises:
            OSError: it could not be written; the manifest is as it was.
        """
        self._append(part)
        self.reached[part.partition] = part.stop

    def _append(self, entry: Head | Part) -> None:
        with self._path.open("ab", buffering=0) as file:
            before = file.tell()
            line = _line(entry)
            try:
                # A disk that is nearly full takes the beginning, and refuses the rest.
                while line:
                    line = line[file.write(line) :]
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), before)
                raise


def _check_same(path: Path, old: Head | None, new: Head, parts: Sequence[Part]) -> None:
    if old is None:
        if parts:
            raise ArchiveError(
                f"{path} lists files, but not of what: record into another directory"
            )
        return
    for name in ("version", "topic", "format", "since", "until"):
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            raise ConfigError(
                f"{path.parent} was recorded with {name} {before}, not {now}: "
                "ask for the same, or name another directory"
            )
