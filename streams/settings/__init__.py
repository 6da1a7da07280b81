"""Every setting, from its file, the environment and the command line, each with its origin.

It must not be imported by the pure stages: hosts hand them what they need.
"""

from __future__ import annotations

from streams.settings.loading import DEFAULT_FILE, Loaded, Origin, load_settings
from streams.settings.settings import Settings

__all__ = ["DEFAULT_FILE", "Loaded", "Origin", "Settings", "load_settings"]
