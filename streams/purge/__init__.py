"""An item's text taken out of the topics and the recorded archives that can give it up.

It must not decide that an item is wrong: a kill says so to readers, a purge only removes.
"""

from __future__ import annotations

from streams.purge.archives import purge_archive, sources_in
from streams.purge.holding import Sources, role_of
from streams.purge.log import Purge
from streams.purge.survey import Copies, Survey, survey

__all__ = [
    "Copies",
    "Purge",
    "Sources",
    "Survey",
    "purge_archive",
    "role_of",
    "sources_in",
    "survey",
]
