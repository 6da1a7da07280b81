"""The knowledge base in a worker: read by its process, handed on to the processes of its pool.

What was accepted is appended to a file that the pool reads on from where it stood, so that an edit
costs each of them that edit, and a process that is new all of it. It must not judge a record.
"""

from __future__ import annotations

import asyncio
import struct
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

from schemas.kb import KbAlias, KbEntity
from streams.enrich.kb import EMPTY, Overlay, Rejected, key_of, read_record, write_record
from streams.errors import CorruptionError
from streams.log.base import Record, TopicLog
from streams.observability import metric_defs
from streams.observability.metrics import Metrics
from streams.pipeline import KnowledgeBase

_LENGTHS = struct.Struct(">II")
_NO_VALUE = 0xFFFFFFFF
# A file is begun anew when it holds this many times what is in use, and this many bytes.
_WASTE = 4
_MIN_ANEW = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KbMark:
    """Which knowledge base a batch is to be enriched with: so much of a file, giving a version."""

    path: Path
    length: int
    version: str


class KbTail:
    """All of ``wire.kb``, followed without a group, for as long as a worker runs."""

    def __init__(
        self,
        log: TopicLog,
        topic: str,
        metrics: Metrics,
        logger: structlog.stdlib.BoundLogger,
        fail: Callable[[BaseException], Awaitable[None]],
    ) -> None:
        """Describe it.

        Args:
            log: opened and closed here.
            topic: its full name.
            metrics: counts what was read.
            logger: told of every record that is rejected.
            fail: ends the process: without edits a worker must not go on as if there were none.
        """
        self._log = log
        self._topic = topic
        self._metrics = metrics
        self._logger = logger
        self._fail = fail
        self._kb = KnowledgeBase()
        self._folder = tempfile.TemporaryDirectory(prefix="wireroom-kb-")
        self._generation = 0
        self._file: BinaryIO = self._new_file()
        self._opened = False
        self._following: asyncio.Task[None] | None = None

    @property
    def mark(self) -> KbMark:
        """The knowledge base as it is now."""
        return KbMark(Path(self._file.name), self._file.tell(), self._kb.overlay.version)

    async def start(self) -> None:
        """Read all there is, then follow.

        Raises:
            TransportError: the log cannot be reached, or the topic is missing.
        """
        await self._log.__aenter__()
        self._opened = True
        begin = await self._log.begin_offsets(self._topic)
        end = await self._log.end_offsets(self._topic)
        if begin != end:
            async for records in self._log.read(self._topic, begin, end):
                self._take(records)
        self._logger.info("kb_read", version=self._kb.overlay.version)
        self._following = asyncio.create_task(self._follow(end))

    async def close(self) -> None:
        """Stop following."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})
        if self._opened:
            await self._log.__aexit__(None, None, None)
        self._file.close()
        self._folder.cleanup()

    async def _follow(self, start: dict[int, int]) -> None:
        try:
            async for records in self._log.read(self._topic, start):
                self._take(records)
        except Exception as error:  # noqa: BLE001  (whatever it was, edits would be missed)
            await self._fail(error)

    def _take(self, records: list[Record]) -> None:
        if not records:
            return
        rejected = self._kb.take(records)
        for record, why in rejected:
            self._logger.warning(
                "kb_record_rejected",
                reason=why.fault,
                detail=why.detail,
                topic=self._topic,
                partition=record.partition,
                offset=record.offset,
            )
            self._metrics.add(metric_defs.ENRICH_KB_RECORDS, result=why.fault)
        refused = {(record.partition, record.offset) for record, _ in rejected}
        accepted = [
            (record.key, record.value)
            for record in records
            if record.key is not None and (record.partition, record.offset) not in refused
        ]
        self._metrics.add(metric_defs.ENRICH_KB_RECORDS, len(accepted), result="accepted")
        self._metrics.set(metric_defs.ENRICH_KB_SIZE, len(self._kb.overlay))
        self._write(accepted)

    def _write(self, changes: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in changes:
            size = _NO_VALUE if value is None else len(value)
            self._file.write(_LENGTHS.pack(len(key), size) + key + (value or b""))
        self._file.flush()
        if self._file.tell() > _MIN_ANEW:
            self._begin_anew_if_wasteful()

    def _begin_anew_if_wasteful(self) -> None:
        used = [(key_of(record), write_record(record)) for record in self._kb.overlay.records()]
        size = sum(_LENGTHS.size + len(key) + len(value) for key, value in used)
        if self._file.tell() < _WASTE * size:
            return
        self._file.close()
        # Batches in hand may still read the file before this one, none the one before that.
        (Path(self._folder.name) / str(self._generation - 1)).unlink(missing_ok=True)
        self._generation += 1
        self._file = self._new_file()
        self._write(used)

    def _new_file(self) -> BinaryIO:
        return (Path(self._folder.name) / str(self._generation)).open("wb")


class KbFollower:
    """The overlay in a process of the pool, brought to what each batch asks for."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._position = 0
        self._overlay = EMPTY

    def overlay(self, mark: KbMark) -> Overlay:
        """The overlay of a mark.

        Raises:
            CorruptionError: the file does not give the version it should.
        """
        if mark.path != self._path or mark.length < self._position:
            self._path, self._position, self._overlay = mark.path, 0, EMPTY
        if mark.length > self._position:
            with mark.path.open("rb") as file:
                file.seek(self._position)
                changes = file.read(mark.length - self._position)
            self._overlay = self._overlay.updated(
                (key, None if value is None else _accepted(key, value))
                for key, value in _framed(changes)
            )
            self._position = mark.length
        if self._overlay.version != mark.version:
            raise CorruptionError(f"knowledge base {self._overlay.version}, not {mark.version}")
        return self._overlay


def _accepted(key: bytes, value: bytes) -> KbEntity | KbAlias:
    record = read_record(key, value)
    if isinstance(record, Rejected):
        raise CorruptionError(f"a record accepted before is rejected: {record.detail}")
    return record


def _framed(data: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    at = 0
    while at < len(data):
        key_size, size = _LENGTHS.unpack_from(data, at)
        at += _LENGTHS.size
        key = data[at : at + key_size]
        at += key_size
        if size == _NO_VALUE:
            yield key, None
        else:
            yield key, data[at : at + size]
            at += size
