"""Records taken out of recorded files, so that no byte of them stays and all else does.

A file is written anew beside the old one, the manifest then lists the new one with what was taken
out, and only then it takes the old one's name: ended anywhere in the midst, what is left can be
told from damage, and doing it again finishes it. It must not know why a record goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from streams.errors import ArchiveError
from streams.log import Record
from streams.log.sqlite_file import WriterLock
from streams.record.files import RecordFile, partial_files, sync_directory
from streams.record.manifest import MANIFEST, Head, Listing, Manifest, Part, read_manifest
from streams.record.reading import records_in
from streams.record.verify import is_as_listed, recorded

__all__ = ["Rewritten", "rewrite"]


@dataclass(slots=True)
class Rewritten:
    """What was done to the files of one topic.

    Attributes:
        records: taken out, now or by a purge that this one has finished.
        files: that were written anew, or removed.
        before: records of this item taken out by earlier purges.
        left: files that could not be looked through, and why.
    """

    records: int = 0
    files: int = 0
    before: int = 0
    left: list[str] = field(default_factory=list)


def rewrite(
    directory: Path, key: str, takes_out: Callable[[Record], bool], *, dry_run: bool = False
) -> Rewritten:
    """Take records out of the files of one recorded topic.

    Args:
        directory: of the topic.
        key: of the item they are of; the manifest keeps it.
        takes_out: whether a record goes; asked of each record once.
        dry_run: only count.

    Raises:
        ArchiveError: the manifest is damaged, or a file cannot be read or written; run it again.
        ConfigError: another process records or purges there.
    """
    work = _Rewriting(directory, key, takes_out)
    try:
        if dry_run:
            work.run(read_manifest(directory / MANIFEST))
            return work.done
        lock = WriterLock(directory / MANIFEST, "recorder")
        try:
            for left in partial_files(directory):
                left.unlink()
            listing = read_manifest(directory / MANIFEST)
            work.manifest = Manifest(directory / MANIFEST, _head(directory, listing))
            work.run(listing)
        finally:
            lock.release()
    except OSError as error:
        raise ArchiveError(f"cannot rewrite {directory}: {error.strerror or error}") from None
    return work.done


def _head(directory: Path, listing: Listing) -> Head:
    if listing.head is None or listing.damaged:
        raise ArchiveError(
            f"the manifest of {directory} is damaged: see wireroom record verify; its files "
            "cannot be purged, remove them"
        )
    return listing.head


@dataclass(slots=True)
class _Rewriting:
    """The files of one topic, one after another; without a manifest nothing is written."""

    directory: Path
    key: str
    takes_out: Callable[[Record], bool]
    manifest: Manifest | None = None
    done: Rewritten = field(default_factory=Rewritten)

    def run(self, listing: Listing) -> None:
        head = _head(self.directory, listing)
        for part in list(listing.parts):
            self.done.before += sum(key == self.key for key, _ in part.purged)
            self._part(part, listing, head.format)
        listed = {name for part in listing.parts for name in (part.file, part.replaces)}
        self.done.left += [
            f"{self.directory.name}/{name} is in no manifest: remove it"
            for name in sorted({*recorded(self.directory)} - listed)
        ]

    def _part(self, part: Part, listing: Listing, format_: str) -> None:
        name = part.file or part.replaces
        if name is None or (part.file is None and not (self.directory / name).exists()):
            return
        if part.file is not None and is_as_listed(self.directory, part):
            gone: dict[int, str] = {}
        elif any(is_as_listed(self.directory, each) for each in listing.replaced.get(name, [])):
            # A purge ended before its file took its place: what it took out goes now.
            gone = {offset: of for of, offset in part.purged}
        else:
            where = f"{self.directory.name}/{name}"
            self.done.left.append(f"{where} is missing or damaged: remove what is left of it")
            return
        for record in records_in(self.directory / name):
            if self.takes_out(record):
                gone.setdefault(record.offset, self.key)
        if gone:
            self.done.records += len(gone)
            self.done.files += 1
            if self.manifest is not None:
                self._write(part, name, gone, format_, self.manifest)

    def _write(
        self, part: Part, name: str, gone: dict[int, str], format_: str, manifest: Manifest
    ) -> None:
        taken = dict.fromkeys((*part.purged, *((of, offset) for offset, of in gone.items())))
        path = self.directory / name
        file: RecordFile | None = None
        try:
            for record in records_in(path):
                if record.offset not in gone:
                    if file is None:
                        file = RecordFile(self.directory, record, part.start, format_, name)
                    file.add(record)
            prepared = Part(None, part.partition, part.start, part.stop)
            if file is not None:
                prepared = file.prepare(part.stop)
            prepared = replace(prepared, replaces=name, purged=tuple(taken))
            if prepared != part:
                manifest.add(prepared)
            if file is None:
                path.unlink()
                sync_directory(path.parent)
            else:
                file.show()
                file = None
        finally:
            if file is not None:
                file.discard()
