"""Files of an archive merged by the times of their messages, a few of them open at once.

It must not change a message, nor the order within a file.
"""

from __future__ import annotations

import heapq
import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime

from schemas.raw import RawMessage
from streams.errors import ArchiveError
from streams.ingest.sources import STDIN, SourceFile, Sources

__all__ = ["MOST_OPEN", "MergedSources"]

MOST_OPEN = 200
"""Files that may overlap in time. Each is a handle and its buffers, about 0.5 MB; shells allow
1,024 handles, often 256."""

_NO_TIME = datetime.min.replace(tzinfo=UTC)


class MergedSources:
    """The messages of several files, oldest first; iterate once.

    A message without a time, or with one before its predecessor's, comes right after that
    predecessor: a file keeps its own order. Files that begin without a time come first, in the
    order they were named. A file is opened when the merge reaches its first message and closed
    after its last, so that a file a day needs no more than two open at once.

    Attributes:
        files: in the order of the paths.
        bytes_read: of ``total_bytes``: progress.
    """

    def __init__(
        self,
        whole: Sources,
        alone: Callable[[str], Sources],
        most: int | None = None,
        *,
        in_file_order: bool = False,
    ) -> None:
        """Take what is to be merged.

        Args:
            whole: the files, not yet read, without a bound of its own.
            alone: one file by itself, read as the whole would be.
            most: messages to give.
            in_file_order: do not merge: one file after the other.
        """
        self._whole = whole
        self._alone = alone
        self._most = most
        self._in_file_order = in_file_order
        self.files: list[SourceFile] = self._whole.files
        self.total_bytes = self._whole.total_bytes
        self._closed_bytes = 0
        self._open: dict[int, Sources] = {}

    @property
    def bytes_read(self) -> int:
        """Bytes of the files as they lie on disk."""
        return self._closed_bytes + sum(each.bytes_read for each in self._open.values())

    def __iter__(self) -> Iterator[RawMessage]:
        for number, message in enumerate(self._merged()):
            if self._most is not None and number >= self._most:
                return
            yield message

    def _merged(self) -> Iterator[RawMessage]:
        # Standard input can be read once only: its first time cannot be looked up beforehand.
        has_stdin = any(file.name == STDIN for file in self.files)
        if self._in_file_order or has_stdin or len(self.files) == 1:
            self._open[0] = self._whole
            yield from self._whole
            return
        waiting = [(self._first_time(number), number) for number in range(len(self.files))]
        heapq.heapify(waiting)
        readers: dict[int, Iterator[RawMessage]] = {}
        heads: dict[int, RawMessage] = {}
        while waiting:
            at, number = waiting[0]
            if number not in readers:
                readers[number] = self._opened(number)
            else:
                yield heads.pop(number)
            message = next(readers[number], None)
            if message is None:
                heapq.heappop(waiting)
                del readers[number]
                self._closed_bytes += self._open.pop(number).bytes_read
                continue
            heads[number] = message
            heapq.heapreplace(waiting, (max(at, message.received_at or at), number))

    def _first_time(self, number: int) -> datetime:
        # It is read again when its time has come, and says then which fields it was read by.
        with redirect_stderr(io.StringIO()):
            first = next(iter(self._alone(str(self.files[number].path))), None)
        return (first.received_at if first else None) or _NO_TIME

    def _opened(self, number: int) -> Iterator[RawMessage]:
        file = self.files[number]
        if len(self._open) >= MOST_OPEN:
            raise ArchiveError(
                f"more than {MOST_OPEN} files overlap in time at {file.name}: "
                "replay fewer at a time, or join them"
            )
        one = self._open[number] = self._alone(str(file.path))
        own = one.files[0].name
        for message in one:
            # Under the name the file has among all of them: a position names one place only.
            position = file.name + message.position.removeprefix(own)
            yield message.model_copy(update={"position": position})
