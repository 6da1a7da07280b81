"""What is wrong with recorded files, and where: by file, and by offset.

It must not change anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

from backports.zstd import ZstdDecompressor, ZstdError

from streams.errors import ArchiveError
from streams.record.files import FORMATS, partial_files
from streams.record.lines import read_line
from streams.record.manifest import MANIFEST, Listing, Part, read_manifest

__all__ = ["Finding", "Verified", "is_as_listed", "recorded", "recorded_topics", "verify"]

# Two of the largest messages there are as base64; a frame that gives more is none of ours.
_MAX_FRAME_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: "gap" (offsets that no file stands for), "twice" (that two files stand for),
            "missing" (a listed file is not there), "damaged" (bytes are not as they were
            written), "unlisted" (a file that the manifest does not know), "manifest" (damaged
            itself), "unfinished" (left by a recording that was ended in the midst; harmless),
            "purged" (records that were taken out on purpose; harmless), "unpurged" (a purge was
            ended in the midst: what it was to take out is still there).
        topic: the directory of the topic.
        file: relative to that, where it is about one.
        partition: where it is about one.
        first: first offset concerned, where known.
        last: last offset concerned.
        detail: for a person.
    """

    kind: str
    topic: str
    file: str | None = None
    partition: int | None = None
    first: int | None = None
    last: int | None = None
    detail: str = ""

    def as_json(self) -> dict[str, object]:
        """For a program: the fields that say something."""
        return {name: value for name, value in asdict(self).items() if value not in {None, ""}}

    def __str__(self) -> str:
        where = f"{self.topic}/{self.file}" if self.file else self.topic
        if self.file is None and self.partition is not None:
            where += f"[{self.partition}]"
        reach = "" if self.first is None else f", offsets {self.first} to {self.last}"
        return f"{where}: {self.kind}{reach}{f': {self.detail}' if self.detail else ''}"


@dataclass(slots=True)
class Verified:
    """What was looked at: topics, files, records in whole files, and their bytes."""

    topics: int = 0
    files: int = 0
    records: int = 0
    size: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Nothing is lost or in doubt; leftovers of an ended recording, and purges, are neither."""
        return all(finding.kind in {"unfinished", "purged"} for finding in self.findings)


def verify(directory: Path) -> Verified:
    """Read every recorded file under a directory, or under that of one topic.

    Raises:
        ArchiveError: nothing was recorded there, or a file cannot be opened.
    """
    topics = recorded_topics(directory)
    found = Verified(topics=len(topics))
    try:
        for topic in topics:
            _verify_topic(topic, found)
    except OSError as error:
        raise ArchiveError(f"cannot read {error.filename}: {error.strerror}") from None
    return found


def recorded_topics(directory: Path) -> list[Path]:
    """The directories of recorded topics, this one itself or those in it.

    Raises:
        ArchiveError: nothing was recorded there.
    """
    if (directory / MANIFEST).exists():
        return [directory]
    found = sorted(
        path
        for path in (directory.iterdir() if directory.is_dir() else ())
        if path.is_dir() and ((path / MANIFEST).exists() or any(recorded(path)))
    )
    if not found:
        raise ArchiveError(f"{directory}: nothing was recorded here")
    return found


def recorded(topic: Path) -> Iterator[str]:
    """The files that look like recorded ones, listed or not."""
    for format_ in FORMATS:
        for path in topic.glob(f"[0-9]*/[0-9]*+[0-9]*.{format_}"):
            yield path.relative_to(topic).as_posix()


def _verify_topic(topic: Path, found: Verified) -> None:
    listing = read_manifest(topic / MANIFEST)
    found.findings += _of_manifest(topic.name, listing)
    found.findings += _coverage(topic.name, listing.parts)
    listed = {part.file for part in listing.parts if part.file}
    for part in _last_of_each_name(listing.parts):
        found.files += 1
        findings = list(_file(topic, part, listing.replaced.get(str(part.file), ())))
        found.findings += findings
        if not findings:
            found.records += part.records
            found.size += part.size
    for name in sorted({*recorded(topic)} - listed):
        former = listing.replaced.get(name, [])
        whole = any(is_as_listed(topic, part) for part in former)
        found.findings.append(_unpurged(topic, former[-1]) if whole else _unlisted(topic, name))
    found.findings += [each for part in listing.parts for each in _purged(topic.name, part)]
    found.findings += [
        Finding("unfinished", topic.name, path.name, detail="the next recording removes it")
        for path in partial_files(topic)
    ]


def _last_of_each_name(parts: Iterable[Part]) -> Iterable[Part]:
    return {part.file: part for part in parts if part.file}.values()


def _of_manifest(topic: str, listing: Listing) -> Iterator[Finding]:
    if listing.head is None:
        yield Finding("manifest", topic, MANIFEST, detail="what was recorded is not said")
    for number in listing.damaged:
        yield Finding("manifest", topic, MANIFEST, detail=f"line {number} is damaged")
    if listing.torn:
        yield Finding("unfinished", topic, MANIFEST, detail="its last line is cut")


def _coverage(topic: str, parts: Iterable[Part]) -> Iterator[Finding]:
    by_partition: dict[int, list[Part]] = {}
    for part in parts:
        by_partition.setdefault(part.partition, []).append(part)
    for partition, listed in sorted(by_partition.items()):
        listed.sort(key=lambda part: (part.start, part.stop))
        for before, after in pairwise(listed):
            if after.start > before.stop:
                detail = "the log no longer had them, or the manifest lost a line"
                yield Finding("gap", topic, None, partition, before.stop, after.start - 1, detail)
            elif after.start < before.stop:
                last = min(before.stop, after.stop) - 1
                yield Finding("twice", topic, after.file, partition, after.start, last)


def _purged(topic: str, part: Part) -> Iterator[Finding]:
    """One finding for each item that was taken out of a file."""
    offsets: dict[str, list[int]] = {}
    for key, offset in part.purged:
        offsets.setdefault(key, []).append(offset)
    for key, taken in offsets.items():
        detail = f"{len(taken)} records of {key}"
        yield Finding(
            "purged", topic, part.replaces, part.partition, min(taken), max(taken), detail
        )


def _unpurged(topic: Path, part: Part) -> Finding:
    detail = "a purge was ended in the midst: run it again"
    return Finding("unpurged", topic.name, part.file, part.partition, detail=detail)


def is_as_listed(topic: Path, part: Part) -> bool:
    """Whether a file is, byte for byte, the one that the manifest means."""
    path = topic / str(part.file)
    if not path.is_file() or path.stat().st_size != part.size:
        return False
    return _sha256(path) == part.sha256


def _file(topic: Path, part: Part, former: Sequence[Part] = ()) -> Iterator[Finding]:
    assert part.file is not None  # noqa: S101  (for the type)
    path = topic / part.file
    first, last = part.blocks[0][1] if part.blocks else part.start, part.last
    if not path.is_file():
        yield Finding("missing", topic.name, part.file, part.partition, first, last)
        return
    size = path.stat().st_size
    if size == part.size and _sha256(path) == part.sha256:
        return
    if any(is_as_listed(topic, each) for each in former):
        yield _unpurged(topic, part)
        return
    bad = list(_bad_blocks(path, part))
    detail = "" if size == part.size else f"{size:,} bytes, not {part.size:,}"
    for begin, end in bad:
        yield Finding("damaged", topic.name, part.file, part.partition, begin, end, detail)
    if not bad:
        detail = detail or "its bytes are not those written, but every record can be read"
        yield Finding("damaged", topic.name, part.file, part.partition, detail=detail)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bad_blocks(path: Path, part: Part) -> Iterator[tuple[int, int]]:
    """First and last offsets of the pieces that cannot be read; neighbours in one."""
    firsts = [first for _, first in part.blocks]
    lasts = [first - 1 for first in firsts[1:]] + [part.stop - 1]
    is_good = _good_rows if part.file and part.file.endswith("parquet") else _good_frames
    begin: int | None = None
    for first, last, good in zip(firsts, lasts, is_good(path, part), strict=True):
        if good and begin is not None:
            yield begin, first - 1
            begin = None
        elif not good and begin is None:
            begin = first
        end = last
    if begin is not None:
        yield begin, end


def _good_frames(path: Path, part: Part) -> Iterator[bool]:
    places = [place for place, _ in part.blocks]
    with path.open("rb") as file:
        for (place, first), after in zip(part.blocks, [*places[1:], part.size], strict=True):
            file.seek(place)
            lines = _frame(file.read(after - place))
            yield lines is not None and _begins_with(lines, part.partition, first)


def _frame(packed: bytes) -> bytes | None:
    """What a whole frame holds; None of one that is not whole, or that its checksum denies."""
    decompressor = ZstdDecompressor()
    try:
        lines = decompressor.decompress(packed, _MAX_FRAME_BYTES)
    except ZstdError:
        return None
    return lines if decompressor.eof and not decompressor.unused_data else None


def _begins_with(lines: bytes, partition: int, offset: int) -> bool:
    try:
        record = read_line(lines.partition(b"\n")[0])
    except ArchiveError:
        return False
    return (record.partition, record.offset) == (partition, offset)


def _good_rows(path: Path, part: Part) -> Iterator[bool]:
    import pyarrow as pa  # noqa: PLC0415  (a second to import)
    import pyarrow.parquet as pq  # noqa: PLC0415  (as above)

    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError):
        # The footer says where everything is: without it nothing can be read.
        yield from (False for _ in part.blocks)
        return
    with file:
        for group, first in part.blocks:
            try:
                rows = file.read_row_group(group)
                yield rows.column("offset")[0].as_py() == first
            except (pa.ArrowException, OSError, IndexError, KeyError):
                yield False


def _unlisted(topic: Path, name: str) -> Finding:
    """A file without an entry, with the offsets that can be read in it."""
    partition = int(Path(name).name.partition("+")[0])
    try:
        offsets = list(_first_and_last(topic / name))
    except (ArchiveError, ZstdError, OSError, ValueError):
        offsets = []
    detail = "recorded again if the log still has it"
    first, last = (offsets[0], offsets[-1]) if offsets else (None, None)
    return Finding("unlisted", topic.name, name, partition, first, last, detail)


def _first_and_last(path: Path) -> Iterator[int]:
    if path.name.endswith("parquet"):
        import pyarrow.parquet as pq  # noqa: PLC0415  (a second to import)

        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=["offset"]):
                column = batch.column(0)
                yield from (column[0].as_py(), column[len(column) - 1].as_py())
        return
    from backports.zstd import ZstdFile  # noqa: PLC0415  (beside its only use)

    with ZstdFile(path) as lines:
        last: int | None = None
        # No line of ours is longer; what has none at all must not fill the memory.
        for line in iter(lambda: lines.readline(_MAX_FRAME_BYTES), b""):
            offset = read_line(line).offset
            if last is None:
                yield offset
            last = offset
        if last is not None:
            yield last
