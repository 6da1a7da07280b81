"""What paths on a command line name: files, directories, recorded topics, topics.

It must not read a file.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from streams.errors import ArchiveError
from streams.ingest.readers.registry import STDIN
from streams.ingest.topics import SourceTopic, TopicLogs, find_topic, is_topic

__all__ = ["Recording", "SourceFile", "Unit", "find_files", "find_units"]

# As `wireroom record` names its files: <day>/<partition>+<first offset>.
_RECORDED = re.compile(r"\d{4}-\d\d-\d\d/(\d{1,9})\+(\d{12,19})\.(?:jsonl\.zst|parquet)")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read, and the name its positions carry: relative to what was given."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The files of one recorded topic: each partition's in the order of its offsets."""

    partitions: tuple[tuple[SourceFile, ...], ...]

    @property
    def name(self) -> str:
        """Of its first file."""
        return self.partitions[0][0].name


Unit = SourceFile | Recording | SourceTopic
"""What is read in an order of its own: a file, a recorded topic, a topic."""


def find_files(paths: Sequence[str]) -> list[SourceFile]:
    """Every file the paths name: directories whole, sorted by name, hidden entries left out.

    Raises:
        ArchiveError: a path does not exist, or a directory holds no file.
    """
    return _told_apart([file for given in paths for file in _files(given)])


def find_units(paths: Sequence[str], topics: TopicLogs) -> list[Unit]:
    """What the paths name, in their order; the files of a recording where its first one is.

    Raises:
        ArchiveError: as ``find_files``.
        ConfigError: as ``find_topic``.
        TransportError: a topic's log cannot be read.
    """
    given: list[SourceFile | SourceTopic] = []
    for path in paths:
        given += [find_topic(path, topics)] if is_topic(path) else _files(path)
    named = iter(_told_apart([one for one in given if isinstance(one, SourceFile)]))
    found: list[Unit] = []
    recorded: dict[Path, tuple[int, dict[int, list[tuple[int, SourceFile]]]]] = {}
    for one in given:
        file = next(named) if isinstance(one, SourceFile) else one
        match = None if isinstance(file, SourceTopic) else _recorded(file)
        if isinstance(file, SourceTopic) or match is None:
            found.append(file)
            continue
        root = file.path.absolute().parent.parent
        if root not in recorded:
            recorded[root] = len(found), {}
            found.append(file)
        recorded[root][1].setdefault(int(match[1]), []).append((int(match[2]), file))
    for place, partitions in recorded.values():
        chains = (sorted(chain, key=lambda one: one[0]) for _, chain in sorted(partitions.items()))
        found[place] = Recording(tuple(tuple(file for _, file in chain) for chain in chains))
    return found


def _recorded(file: SourceFile) -> re.Match[str] | None:
    return _RECORDED.fullmatch("/".join(file.path.absolute().parts[-2:]))


def _files(given: str) -> list[SourceFile]:
    path = Path(given)
    if given == STDIN:
        return [SourceFile(path, STDIN)]
    if path.is_dir():
        inside = sorted(_walk(path), key=lambda file: file.name)
        if not inside:
            raise ArchiveError(f"{given}: no file in this directory")
        return inside
    if path.exists():
        return [SourceFile(path, path.name)]
    raise ArchiveError(f"{given}: no such file or directory")


def _told_apart(files: list[SourceFile]) -> list[SourceFile]:
    """The files under names that differ: a position names one place only."""
    times_met: Counter[str] = Counter()
    shared = {name for name, n in Counter(file.name for file in files).items() if n > 1}
    named: list[SourceFile] = []
    for file in files:
        name = file.path.as_posix() if file.name in shared else file.name
        times_met[name] += 1
        again = f"#{times_met[name]}" if times_met[name] > 1 else ""
        named.append(replace(file, name=name + again))
    return named


def _walk(root: Path) -> Iterator[SourceFile]:
    for directory, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(directory, name)
            # is_file: a dangling link, a socket or a pipe left lying about is not a message.
            if not name.startswith(".") and path.is_file():
                yield SourceFile(path, path.relative_to(root).as_posix())
