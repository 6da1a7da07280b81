"""The live knowledge base: what editors know, laid over the lists that ship.

It must not read a topic or a file.
"""

from __future__ import annotations

from streams.enrich.kb.linking import link_names, settle, unify
from streams.enrich.kb.overlay import EMPTY, EMPTY_VERSION, Change, Overlay, overlay_of
from streams.enrich.kb.records import KbFault, Rejected, check, key_of, read_record, write_record

__all__ = [
    "EMPTY",
    "EMPTY_VERSION",
    "Change",
    "KbFault",
    "Overlay",
    "Rejected",
    "check",
    "key_of",
    "link_names",
    "overlay_of",
    "read_record",
    "settle",
    "unify",
    "write_record",
]
