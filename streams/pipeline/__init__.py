"""The one place the stages are composed: records in, records out, for every host.

Intake, desk and enrichment as pure functions over batches. It must not read or write a log, a
file or a clock.
"""

from __future__ import annotations

from streams.log.outgoing import Outgoing, letter_of
from streams.pipeline.config import PipelineConfig, StopAfter
from streams.pipeline.desk import DecodedEntry, DeskBatch, DeskStage, StageCrashedError
from streams.pipeline.enrich import Enriched, EnrichStage, enrich_stage, is_copied, unenriched
from streams.pipeline.intake import Intake, IntakeBatch, IntakeStage, Part
from streams.pipeline.kb import KnowledgeBase, RejectedRecord, kb_outgoing
from streams.pipeline.reading import before_desk, read, with_items

__all__ = [
    "DecodedEntry",
    "DeskBatch",
    "DeskStage",
    "EnrichStage",
    "Enriched",
    "Intake",
    "IntakeBatch",
    "IntakeStage",
    "KnowledgeBase",
    "Outgoing",
    "Part",
    "PipelineConfig",
    "RejectedRecord",
    "StageCrashedError",
    "StopAfter",
    "before_desk",
    "enrich_stage",
    "is_copied",
    "kb_outgoing",
    "letter_of",
    "read",
    "unenriched",
    "with_items",
]
