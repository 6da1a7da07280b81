"""Everything Wireroom raises.

WireroomError
├── ConfigError        a setting or an argument is wrong: say which, and what would be right
├── TransportError     the log could not be reached or refused (``retryable`` says which)
├── ArchiveError       an archive or input file cannot be read as what it is said to be
└── CorruptionError    our own data contradicts itself: stop the process

Bad upstream data is never an exception: it is a ``Fail`` (see ``streams.steps``).
"""

from __future__ import annotations

__all__ = ["ArchiveError", "ConfigError", "CorruptionError", "TransportError", "WireroomError"]


class WireroomError(Exception):
    """The root: its text is fit to be shown to a person."""


class ConfigError(WireroomError):
    """A setting or an argument is wrong."""


class TransportError(WireroomError):
    """The log could not be reached, or refused."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class ArchiveError(WireroomError):
    """An archive or input file cannot be read."""


class CorruptionError(WireroomError):
    """Our own data contradicts itself."""
