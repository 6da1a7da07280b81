"""Shows that cleaning lost nothing: what was kept, removed and edited is the whole source.

It must not mend anything: it answers what does not add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.item import Edit, Item
from streams.clean import typography


def unaccounted(source: str, item: Item) -> str | None:
    """What is wrong with an item's audit against its decoded source; None when it adds up.

    Removed spans cut out and edits made, the source must read as the item does: headline, then
    paragraphs, white space apart.
    """
    cuts = sorted(item.audit.removed, key=lambda span: span.start)
    # The decoder's own repairs are in the source already.
    edits = sorted(
        (edit for edit in item.audit.edits if source[edit.start : edit.end] != edit.replacement),
        key=lambda edit: edit.start,
    )
    position = 0
    spans = [(cut.start, cut.end) for cut in cuts] + [(edit.start, edit.end) for edit in edits]
    for start, end in sorted(spans):
        if not position <= start <= end <= len(source):
            return f"span [{start}, {end}) overlaps or lies outside"
        position = end
    left: list[str] = []
    position = 0
    for cut in cuts:
        left.append(_read(source, position, cut.start, edits))
        position = cut.end
    left.append(_read(source, position, len(source), edits))
    kept = _squeezed("".join(left))
    headline = _squeezed(item.headline or "")
    body = _squeezed("".join(paragraph.text for paragraph in item.paragraphs))
    for found in _occurrences(kept, headline):
        if kept[:found] + kept[found + len(headline) :] == body:
            return None
    return f"{len(kept)} characters kept in the source, {len(headline) + len(body)} in the item"


def _read(source: str, start: int, end: int, edits: Sequence[Edit]) -> str:
    within = [edit for edit in edits if start <= edit.start and edit.end <= end]
    return typography.apply(source, start, end, within)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _occurrences(text: str, part: str) -> Iterator[int]:
    found = text.find(part)
    while found >= 0:
        yield found
        found = text.find(part, found + 1) if part else -1
