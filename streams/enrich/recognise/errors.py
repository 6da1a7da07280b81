"""The errors of asking for a recogniser that is not there, or whose model cannot be read.

It must not hold anything else.
"""

from __future__ import annotations

from streams.errors import ConfigError


class UnknownRecogniserError(ConfigError):
    """No recogniser of that name, or none of it for that language."""


class ModelFileError(ConfigError):
    """A file of a model cannot be read, is damaged, or is for something else."""
