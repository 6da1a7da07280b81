"""The file of learned boilerplate that the settings name.

It must not judge what is in it: ``streams.clean.boilerplate`` does.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from streams.clean.boilerplate import BoilerplateRules
from streams.clean.boilerplate.file import LONGEST_FILE, read
from streams.errors import ConfigError
from streams.settings.profiles import read_text

__all__ = ["DEFAULT_FILE", "load_boilerplate", "save_boilerplate"]

DEFAULT_FILE = Path("boilerplate.toml")
"""Learned into, and listed, where neither an option nor the settings name a file; never applied
unless named."""


def load_boilerplate(file: Path) -> BoilerplateRules:
    """The learned lines in a file.

    Raises:
        ConfigError: it cannot be read, or holds none: see ``streams.clean.boilerplate.file.read``.
    """
    try:
        size = file.stat().st_size
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from None
    if size > LONGEST_FILE:
        raise ConfigError(f"{file} is no set of learned lines: {size:,} bytes")
    return read(read_text(file), str(file))


def save_boilerplate(file: Path, text: str) -> None:
    """Write the file whole or not at all: a worker may start at any time.

    Raises:
        ConfigError: it cannot be written.
    """
    made: str | None = None
    try:
        # Beside the file, so that the last step is one rename.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.resolve().parent, prefix=f".{file.name}.", delete=False
        ) as temporary:
            made = temporary.name
            temporary.write(text)
        Path(made).chmod(file.stat().st_mode & 0o777 if file.exists() else 0o666 & ~_umask())
        Path(made).replace(file.resolve())
    except OSError as error:
        if made is not None:
            Path(made).unlink(missing_ok=True)
        raise ConfigError(f"cannot write {file}: {error.strerror}") from None


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
