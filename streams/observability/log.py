"""Structured logs: one JSON object a line, past-tense events with fields, on standard error.

Never article text; nothing from the wire reaches a terminal with its control characters. It must
not decide what is worth saying.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
import unicodedata
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from pathlib import PurePath
from typing import Any, TextIO

import orjson
import structlog

# Libraries that tell at INFO what only their authors want to know.
QUIET = ("aiokafka", "faust", "mode", "asyncio", "kafka", "streams.worker.faust_compat")

# A broker that is away is 300 lines a second otherwise (aiokafka 0.14, two stages).
_SELDOM_S = 10.0
_MAX_KINDS = 1_000

# Packages whose exceptions speak of hosts, offsets, settings and files, never of articles.
_OWN_WORDS = frozenset({"streams", "schemas", "aiokafka", "faust", "mode"})
_MAX_FRAMES = 20

# Whatever some reader takes for the end of a line, or a step to the side.
_BREAKS = frozenset("\t\n\r\v\f\x85\u2028\u2029")

# Longer values are bodies that slipped in, not facts.
_MAX_CHARS = 2_000


class Seldom(logging.Filter):
    """Lets a library say the same thing once in ten seconds, and then how often it would have."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to let it through."""
        if not record.name.startswith(QUIET):
            return True
        kind, now = (record.name, str(record.msg)), self._clock()
        last, unsaid = self._said.get(kind, (-_SELDOM_S, 0))
        if now - last < _SELDOM_S:
            self._said[kind] = (last, unsaid + 1)
            return False
        if len(self._said) >= _MAX_KINDS:
            self._said.clear()
        self._said[kind] = (now, 0)
        if unsaid:
            record.msg = f"{record.msg} (and {unsaid} times since)"
        return True


class Discreet(logging.Filter):
    """Keeps from the log what a library would quote of an exception: articles may be in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace exceptions by what may be told of them; everything is let through."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                shown(each) if isinstance(each, BaseException) else each for each in record.args
            )
        if record.name == "asyncio":
            # The first line says what happened; then come the reprs of tasks and their results.
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return True


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send our events and the libraries' warnings to ``stream`` as JSON lines.

    Args:
        level: of our own events, as Python names it; libraries speak from WARNING.
        stream: standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Seldom())
    handler.addFilter(Discreet())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                _traceback,
                _printable,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def get_log(**fields: str | int) -> structlog.stdlib.BoundLogger:
    """A log whose every event carries these fields."""
    log: structlog.stdlib.BoundLogger = structlog.get_logger("wireroom", **fields)
    return log


def printable(text: str) -> str:
    """The text without control and format characters, cut to a length fit for a line."""
    cut = text if len(text) <= _MAX_CHARS else f"{text[:_MAX_CHARS]}..."
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(
        " " if char in _BREAKS else char
        for char in cut
        if char in _BREAKS or unicodedata.category(char)[0] != "C"
    )


def shown(error: BaseException) -> str:
    """An exception for the log: its type, its words where they cannot quote an article.

    Ours and the transport's are written by us, or of hosts, offsets and files. A library's own
    (``could not convert string to float: 'five dead in'``) may quote what it was given: of those
    only the place is told, and the words at DEBUG.
    """
    if _is_quoting(error):
        return f"{type(error).__name__} at {_raised_at(error)}"
    return f"{type(error).__name__}: {error}"


def _is_quoting(error: BaseException) -> bool:
    """Whether an exception's words may quote what came over the wire."""
    if logging.getLogger().level <= logging.DEBUG:
        return False
    package = type(error).__module__.partition(".")[0]
    return not isinstance(error, OSError) and package not in _OWN_WORDS


def _raised_at(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _traceback(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """An exception as the places it passed, each with its type: no words that may quote."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_chain(error))
    return event


def _chain(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    linked: BaseException | None = error
    while linked is not None and id(linked) not in seen:
        seen.add(id(linked))
        for frame in traceback.extract_tb(linked.__traceback__)[-_MAX_FRAMES:]:
            yield f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
        yield shown(linked)
        linked = linked.__cause__ or (None if linked.__suppress_context__ else linked.__context__)


def _printable(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    """The value, text inside lists and tables printable too."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    if isinstance(value, Mapping):
        return {printable(str(key)): _clean(one) for key, one in value.items()}
    return value


def _to_json(event: Mapping[str, Any], **_options: object) -> str:
    try:
        return orjson.dumps(event, default=_shown).decode()
    except TypeError:
        # Integers beyond 64 bits, lone surrogates: nothing may keep a line from being written.
        return json.dumps(event, default=_shown)


def _shown(value: object) -> str:
    return printable(repr(value))
