"""The provider profiles of a directory, beside those that ship with the package.

It must not judge them: ``streams.decode.profiles`` does.
"""

from __future__ import annotations

from pathlib import Path

from streams.decode.profiles import DEFAULT_PROFILES, Profiles, load_profiles
from streams.errors import ConfigError

__all__ = ["profile_files", "profiles_of", "read_text"]


def profiles_of(directory: Path | None) -> Profiles:
    """The profiles known to a host; the shipped ones where there is no directory.

    Raises:
        ConfigError: the directory or a file cannot be read, or is no profile.
    """
    if directory is None:
        return DEFAULT_PROFILES
    try:
        return load_profiles({file.stem: read_text(file) for file in profile_files(directory)})
    except ConfigError as error:
        raise ConfigError(f"{directory}: {error}; see wireroom lint") from None


def profile_files(directory: Path) -> list[Path]:
    """The profiles in a directory, by name.

    Raises:
        ConfigError: it is none, or cannot be listed.
    """
    try:
        return sorted(file for file in directory.iterdir() if file.suffix == ".toml")
    except OSError as error:
        raise ConfigError(f"cannot read directory {directory}: {error.strerror}") from None


def read_text(file: Path) -> str:
    """The text of a file in UTF-8.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8: {error.reason}") from None
