"""The desk: identity, versions, holds, kills and copies. Pure: time comes in as data.

It must not know Kafka, Faust, asyncio, clocks or settings.
"""

from streams.desk.config import DedupRule, DeskConfig, WatchRule
from streams.desk.desk import Desk
from streams.desk.fingerprint import sign
from streams.desk.journal import DeskChanges

__all__ = ["DedupRule", "Desk", "DeskChanges", "DeskConfig", "WatchRule", "sign"]
