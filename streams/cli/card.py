"""One message on a card: what it is, what was kept, what was removed, who and where.

It must not print.
"""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.event import WireEvent
from schemas.item import Entity, EntityType, Item
from streams.cli.render import KIND_STYLES, counted, printable

__all__ = ["event_card"]

_TYPES = (
    (EntityType.PERSON, "People"),
    (EntityType.PLACE, "Places"),
    (EntityType.ORGANISATION, "Organisations"),
)
# A card is for a glance; JSON Lines has them all.
_MAX_ENTITIES = 12


def event_card(event: WireEvent) -> RenderableType:
    """An event and its item as a card."""
    item = event.item
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    body: list[RenderableType] = []
    if item is not None:
        body += [Text(printable(item.headline or "(no headline)"), style="bold"), Text()]
        _describe(rows, item)
    _explain(rows, event)
    body.append(rows)
    title = Text.assemble(
        (event.kind.value, KIND_STYLES.get(event.kind, "")),
        f"  {printable((item.language if item else None) or 'language unknown')}",
        f"  {printable(event.source.position)}",
    )
    return Panel(Group(*body), title=title, title_align="left", padding=(1, 2))


def _describe(rows: Table, item: Item) -> None:
    words = sum(len(paragraph.text.split()) for paragraph in item.paragraphs)
    rows.add_row("Paragraphs", f"{len(item.paragraphs)} kept, {words:,} words")
    removed = Counter(span.reason for span in item.audit.removed)
    rows.add_row("Removed", printable(counted(removed.most_common())) or "nothing")
    if item.audit.edits:
        edits = Counter(edit.reason for edit in item.audit.edits)
        rows.add_row("Repaired", printable(counted(edits.most_common())))
    for label, value in (
        ("Provider", item.provider),
        ("Version", item.version),
        ("Created", item.version_created and f"{item.version_created:%Y-%m-%d %H:%M:%S} UTC"),
        ("Slugline", item.slugline),
        ("Byline", item.byline),
        ("Dateline", item.dateline and item.dateline.raw),
        ("Urgency", item.urgency and str(item.urgency)),
    ):
        if value:
            rows.add_row(label, printable(value))
    for kind, label in _TYPES:
        found = [entity for entity in item.entities if entity.type is kind]
        if found:
            rows.add_row(label, entity_lines(found))
    for warning in item.audit.warnings:
        rows.add_row("Warning", Text(printable(warning), style="yellow"))


def _explain(rows: Table, event: WireEvent) -> None:
    if event.dead is not None:
        rows.add_row("Code", Text(event.dead.code, style="red"))
        rows.add_row("Stage", printable(event.dead.stage))
        rows.add_row("Detail", printable(event.dead.detail))
    if event.of:
        rows.add_row("Of", printable(event.of))
    if event.score is not None:
        rows.add_row("Score", f"{event.score:.2f}")
    if event.reasons:
        rows.add_row("Reasons", printable(", ".join(event.reasons)))


def entity_lines(entities: list[Entity]) -> Text:
    """Entities by salience, each with its ids and how often it is named."""
    ranked = sorted(entities, key=lambda entity: (-entity.salience, -entity.count, entity.name))
    lines = Text()
    for entity in ranked[:_MAX_ENTITIES]:
        ids = " ".join(f"{scheme}:{code}" for scheme, code in sorted(entity.ids.items()))
        if lines:
            lines.append("\n")
        lines.append(printable(entity.name))
        if entity.count > 1:
            lines.append(f" ×{entity.count}")
        if ids:
            lines.append(f"  {printable(ids)}", style="dim")
    if len(ranked) > _MAX_ENTITIES:
        lines.append(f"\nand {len(ranked) - _MAX_ENTITIES} more", style="dim")
    return lines
