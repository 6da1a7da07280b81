"""Structured logs: one JSON object a line, past-tense events with fields, on standard error.

Never article text; nothing from the wire reaches a terminal with its control characters. It must
not decide what is worth saying.
"""

from __future__ import annotations

import json
import logging
import sys
import unicodedata
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import orjson
import structlog

# Libraries that tell at INFO what only their authors want to know.
QUIET = ("aiokafka", "faust", "mode", "asyncio", "kafka", "streams.worker.faust_compat")

# Longer values are bodies that slipped in, not facts.
_MAX_CHARS = 2_000


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send our events and the libraries' warnings to ``stream`` as JSON lines.

    Args:
        level: of our own events, as Python names it; libraries speak from WARNING.
        stream: standard error by default.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
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
