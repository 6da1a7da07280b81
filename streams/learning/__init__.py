"""Learning from an archive: reads every message once, and answers rules for cleaning.

It must not change how messages are read, nor run while a feed is being cleaned.
"""

from __future__ import annotations

from streams.learning.boilerplate import BoilerplateLearner, Lesson

__all__ = ["BoilerplateLearner", "Lesson"]
