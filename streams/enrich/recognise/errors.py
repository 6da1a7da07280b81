"""The error of asking for a recogniser that is not there.

It must not hold anything else.
"""

from __future__ import annotations

from streams.errors import ConfigError


class UnknownRecogniserError(ConfigError):
    """No recogniser of that name, or none of it for that language."""
