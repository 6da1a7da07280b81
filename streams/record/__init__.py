"""A topic as files that last, checked and resumable, and what is wrong with such files.

It must not know what records mean beyond what a reader of raw messages needs.
"""

from __future__ import annotations

from streams.record.recorder import Asked, Recorded, Recorder
from streams.record.verify import Finding, Verified, verify

__all__ = ["Asked", "Finding", "Recorded", "Recorder", "Verified", "verify"]
