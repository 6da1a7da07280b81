"""Where a command writes: readable on a terminal, JSON Lines in a pipe, or as ``-o`` says.

It must not decide what is written.
"""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from streams.cli.render import json_line
from streams.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

__all__ = ["Format", "Output", "OutputOption", "no_option", "open_output", "terminal"]


def no_option(_kind: object, value: object) -> None:
    """Refuse a misspelt option where a name is wanted; "-" alone is a name.

    Raises:
        ConfigError: it begins like an option.
    """
    for name in value if isinstance(value, tuple) else (value,):
        if isinstance(name, str) and len(name) > 1 and name.startswith("-"):
            raise ConfigError(f"no option {name}: see --help (a file of that name is ./{name})")


OutputOption = Annotated[
    str | None,
    Parameter(name=["--output", "-o"], allow_leading_hyphen=True, validator=no_option),
]
"""``-o``: a format, a file, or - for standard output."""


class Format(StrEnum):
    """How records are written."""

    TEXT = "text"
    JSONL = "jsonl"
    NINJS = "ninjs"


@dataclass(slots=True)
class Output:
    """An open destination.

    Attributes:
        is_stdout: False for a file, so that the report may go to standard output.
        is_terminal: a person is looking.
    """

    format: Format
    stream: IO[bytes]
    is_stdout: bool
    is_terminal: bool

    @property
    def is_coloured(self) -> bool:
        """Whether what is shown for a person can carry colours."""
        if not (self.is_stdout and self.is_terminal):
            return False
        console = terminal()
        return console.color_system is not None and not console.no_color

    def line(self, value: bytes) -> None:
        """Write one record of JSON."""
        self.stream.write(json_line(value, terminal=self.is_terminal))

    def show(self, renderable: RenderableType) -> None:
        """Write something for a person."""
        console = terminal() if self.is_stdout else _plain(self.stream)
        # Lines stay lines in a pipe; cards and tables are set to the width there is.
        is_line = isinstance(renderable, str) or hasattr(renderable, "plain")
        console.print(renderable, soft_wrap=is_line and not self.is_terminal)

    def flush(self) -> None:
        """Hand on what was written."""
        self.stream.flush()


@contextmanager
def open_output(wanted: str | None) -> Iterator[Output]:
    """The destination ``-o`` names: a format, a file, ``-``, or by what standard output is.

    Raises:
        ConfigError: the file cannot be written.
    """
    is_terminal = sys.stdout.isatty()
    if wanted is None or wanted == "-":
        chosen = Format.TEXT if is_terminal else Format.JSONL
        yield Output(chosen, sys.stdout.buffer, is_stdout=True, is_terminal=is_terminal)
        return
    if wanted in set(Format):
        yield Output(Format(wanted), sys.stdout.buffer, is_stdout=True, is_terminal=is_terminal)
        return
    chosen = Format.TEXT if wanted.endswith((".txt", ".text")) else Format.JSONL
    try:
        with Path(wanted).open("wb") as stream:
            yield Output(chosen, stream, is_stdout=False, is_terminal=False)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        if error.filename != wanted:
            raise
        known = ", ".join(Format)
        raise ConfigError(f"-o {wanted}: {error.strerror}; name a file or one of {known}") from None


def terminal(*, stderr: bool = False) -> Console:
    """A console that takes text as it is: no markup, no emoji codes, no highlighting."""
    return _console(stderr=stderr)


def _plain(stream: IO[bytes]) -> Console:
    return _console(file=_Text(stream), width=100)


def _console(**options: Any) -> Console:  # noqa: ANN401  (passed on as they are)
    from rich.console import Console  # noqa: PLC0415  (start quickly)

    class Quiet(Console):
        """Leaves a closed pipe to the command, which ends quietly; rich would exit with 1."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Quiet(markup=False, emoji=False, highlight=False, **options)


class _Text(io.StringIO):
    """Text that goes into a binary stream."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(text.encode("utf-8", "replace"))
        return len(text)
