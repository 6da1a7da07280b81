"""Structured logs: one JSON object a line, past-tense events with fields, on standard error.

Never article text; nothing from the wire reaches a terminal with its control characters. It must
not decide what is worth saying.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

import orjson
import structlog

# Libraries that tell at INFO what only their authors want to know.
QUIET = ("aiokafka", "faust", "mode", "asyncio", "kafka", "streams.worker.faust_compat")

# A broker that is away is 300 lines a second otherwise (aiokafka 0.14, two stages).
_SELDOM_S = 10.0
_MAX_KINDS = 1_000

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


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send our events and the libraries' warnings to ``stream`` as JSON lines.

    Args:
        level: of our own events, as Python names it; libraries speak from WARNING.
        stream: standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Seldom())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.format_exc_info,
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
        " " if char in "\t\n\r" else char
        for char in cut
        if char in "\t\n\r" or unicodedata.category(char)[0] != "C"
    )


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
