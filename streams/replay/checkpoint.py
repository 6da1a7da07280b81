"""How far a replay has come, in a file that survives a crash.

It must not be written before what it counts is safe in the log.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from schemas.codec import encode
from schemas.model import Record
from streams.errors import ArchiveError, ConfigError
from streams.ingest.sources import STDIN, SourceFile
from streams.ingest.topics import SourceTopic

__all__ = ["Checkpoint", "fingerprint", "load_checkpoint", "save_checkpoint"]

_SAMPLE_BYTES = 64 * 1024


class Checkpoint(Record):
    """A position in an archive and in the log it is played into.

    Attributes:
        archive: fingerprint of the files; another archive cannot go on from here.
        reading: how the files were read and chosen from: read otherwise, the same count of
            messages is another place.
        read: messages read so far, played or left out.
        played: of these, the ones appended.
        offsets: ends of the raw topic then: what lies beyond was played and not yet counted.
        topics: of topics that are played, the ranges: what came since is not of this replay.
    """

    archive: str
    reading: str = ""
    log: str
    prefix: str
    replay_id: str
    read: int = 0
    played: int = 0
    offsets: dict[int, int] = {}
    topics: dict[str, dict[int, tuple[int, int]]] = {}


def fingerprint(files: list[SourceFile], topics: Sequence[SourceTopic] = ()) -> str:
    """A hash of names, sizes, times of change, and both ends of every file and topic.

    Raises:
        ConfigError: standard input is among them, or the first records of a topic are gone.
        TransportError: a topic cannot be read.
    """
    digest = hashlib.sha256()
    for file in files:
        if file.name == STDIN:
            raise ConfigError("standard input cannot be resumed: name a file")
        status = file.path.stat()
        size, changed = status.st_size, status.st_mtime_ns
        digest.update(f"{file.name}\n{size}\n{changed}\n".encode("utf-8", "surrogateescape"))
        with file.path.open("rb") as handle:
            digest.update(handle.read(_SAMPLE_BYTES))
            handle.seek(max(0, size - _SAMPLE_BYTES))
            digest.update(handle.read(_SAMPLE_BYTES))
    for topic in topics:
        digest.update(topic.digest().encode())
    return digest.hexdigest()


def load_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint in a file; None where there is no file yet.

    Raises:
        ArchiveError: the file is something else.
    """
    try:
        return Checkpoint.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from None
    except ValidationError:
        raise ArchiveError(f"{path} is not a checkpoint: name another file") from None


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write it so that after a crash the file holds this checkpoint or the one before.

    Raises:
        ArchiveError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as handle:
            handle.write(encode(checkpoint))
            handle.flush()
            os.fsync(handle.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from None
