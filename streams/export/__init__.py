"""What a log or a run holds, as Parquet tables for people who analyse.

It must not decide anything about news: it says in columns what events say.
"""

from __future__ import annotations

from streams.export.columns import TABLES, Column
from streams.export.exporter import Exported, export

__all__ = ["TABLES", "Column", "Exported", "export"]
