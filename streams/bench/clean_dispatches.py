"""What cleaning removes of dispatches whose every line is known: ``wireroom bench clean``.

It must not judge whether a figure is good enough.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.item import Item
from schemas.raw import RawMessage
from streams.bench.dispatches import Dispatch, Kind, Line, Place, Teaser
from streams.clean import clean, typography
from streams.decode import Decoded, decode

ALL = "all"
# Share of its characters, white space apart, from which a line counts as removed.
_REMOVED = 0.5
# A teaser or link must go as good as whole: what is left of it would be published.
_GONE = 0.95
# Longer ones are articles of the web; agencies seldom send more in one take.
_WIRE_CHARS = 8_000
_NO_ITEM = "no item"


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of a line: how many of its characters (white space apart) went, and why."""

    line: Line
    text: str
    characters: int
    removed: int
    reason: str

    @property
    def share(self) -> float:
        """Share of its characters that were removed."""
        return self.removed / max(self.characters, 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one dispatch.

    Attributes:
        lines: None where decoding changed its characters, so that nothing can be said of them.
        headline: as published, None where there is none.
        seconds: CPU time to decode and clean it.
    """

    dispatch: Dispatch
    lines: tuple[LineOutcome, ...] | None
    headline: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class DispatchFigures:
    """The figures of a group of dispatches: counts, and the shares made of them.

    Attributes:
        unread: of the dispatches, those whose characters decoding changed: not counted below.
        body: true body lines.
        body_lost: those of which no copy is published.
        lost_by_reason: the same, by the reason in the audit; some of these put a line in another
            field of the item (byline, ednote, rights).
        navigation: lines of navigation and section labels.
        characters: of true headlines and body lines, white space apart.
        ms: CPU time to decode and clean a dispatch, in milliseconds, the mean.
    """

    group: str
    dispatches: int
    unread: int
    body: int
    body_lost: int
    lost_by_reason: dict[str, int]
    navigation: int
    navigation_removed: int
    teasers: int
    teasers_removed: int
    headlines: int
    headlines_exact: int
    characters: int
    characters_lost: int
    ms: float

    def shares(self) -> dict[str, float | None]:
        """Shares of what there is, None where there is nothing: what a person reads."""
        return {
            "body_line_loss": _share(self.body_lost, self.body),
            "character_loss": _share(self.characters_lost, self.characters),
            "teaser_removal": _share(self.teasers_removed, self.teasers),
            "navigation_removal": _share(self.navigation_removed, self.navigation),
            "headline_exact": _share(self.headlines_exact, self.headlines),
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def judge(dispatch: Dispatch) -> Outcome:
    """What decoding and cleaning make of one dispatch."""
    raw = RawMessage(body=dispatch.text.encode(), content_type="text/plain")
    before = time.process_time()
    part = decode(raw)[0]
    answer = clean(part) if isinstance(part, Decoded) else part
    seconds = time.process_time() - before
    if not isinstance(part, Decoded) or part.text != dispatch.text:
        return Outcome(dispatch, None, None, seconds)
    item = answer if isinstance(answer, Item) else None
    return Outcome(dispatch, _lines(dispatch, item), item.headline if item else None, seconds)


def _lines(dispatch: Dispatch, item: Item | None) -> tuple[LineOutcome, ...]:
    """Each line with what the audit took of it; of a dispatch without an item, all."""
    reasons = [""] * len(dispatch.text)
    if item is None:
        reasons = [_NO_ITEM] * len(reasons)
    else:
        for span in item.audit.removed:
            reasons[span.start : span.end] = [span.reason] * (span.end - span.start)
    outcomes = []
    for line in dispatch.lines:
        text = dispatch.text[line.start : line.end]
        at = [line.start + place for place, char in enumerate(text) if not char.isspace()]
        taken = Counter(reasons[place] for place in at if reasons[place])
        reason = taken.most_common(1)[0][0] if taken else ""
        outcomes.append(LineOutcome(line, text, len(at), taken.total(), reason))
    return tuple(outcomes)


def figures(outcomes: Sequence[Outcome]) -> list[DispatchFigures]:
    """The figures of all dispatches, then by the teaser: its place and its shape.

    Raises:
        ValueError: there is no dispatch.
    """
    if not outcomes:
        raise ValueError("no dispatch to count")
    groups = {ALL: list(outcomes)}
    for place in Place:
        groups[place if place is Place.NONE else f"teaser {place}"] = [
            one for one in outcomes if one.dispatch.place is place
        ]
    groups["as long as a wire"] = [one for one in outcomes if len(one.dispatch.text) <= _WIRE_CHARS]
    shapes: dict[str, Callable[[Teaser], bool]] = {
        "with an ellipsis": lambda teaser: teaser.is_cut,
        "cut without a mark": lambda teaser: not (teaser.is_cut or teaser.is_whole),
        "of whole paragraphs": lambda teaser: teaser.is_whole,
        "of sentences": lambda teaser: not teaser.has_heading,
        "with a heading in it": lambda teaser: teaser.has_heading,
    }
    with_teaser = [one for one in outcomes if one.dispatch.place is not Place.NONE]
    for shape, fits in shapes.items():
        groups[f"teaser {shape}"] = [one for one in with_teaser if fits(one.dispatch.teaser)]
    return [_figures(name, group) for name, group in groups.items() if group]


def _figures(group: str, outcomes: Sequence[Outcome]) -> DispatchFigures:
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.lines is None:
            counts["unread"] += 1
            continue
        headline = outcome.dispatch.headline
        if headline:
            counts["headlines"] += 1
            counts["headlines_exact"] += outcome.headline == typography.plain(headline)
        counts.update(_counts(outcome.lines, reasons))
    return DispatchFigures(
        group=group,
        dispatches=len(outcomes),
        unread=counts["unread"],
        body=counts["body"],
        body_lost=counts["body_lost"],
        lost_by_reason=dict(reasons.most_common()),
        navigation=counts["navigation"],
        navigation_removed=counts["navigation_removed"],
        teasers=counts["teasers"],
        teasers_removed=counts["teasers_removed"],
        headlines=counts["headlines"],
        headlines_exact=counts["headlines_exact"],
        characters=counts["characters"],
        characters_lost=counts["characters_lost"],
        ms=statistics.fmean(one.seconds for one in outcomes) * 1000,
    )


def _counts(lines: Sequence[LineOutcome], reasons: Counter[str]) -> Counter[str]:
    """What is counted of one dispatch; of equal lines it does not matter which copy stays."""
    counts: Counter[str] = Counter()
    true = Counter(one.text for one in lines if one.line.kind is Kind.BODY)
    kept = Counter(
        one.text
        for one in lines
        if one.line.kind in {Kind.BODY, Kind.TEASER} and one.share < _REMOVED
    )
    missing = true - kept
    for one in lines:
        kind = one.line.kind
        if kind in {Kind.NAVIGATION, Kind.SECTION}:
            counts["navigation"] += 1
            counts["navigation_removed"] += one.share >= _GONE
        elif kind is Kind.TEASER:
            counts["teasers"] += 1
            has_twin = true[one.text] > 0
            is_gone = kept[one.text] <= true[one.text] if has_twin else one.share >= _GONE
            counts["teasers_removed"] += is_gone
        else:
            counts["characters"] += one.characters
            counts["body"] += kind is Kind.BODY
            is_lost = kind is Kind.BODY and one.share >= _REMOVED
            if not is_lost or missing[one.text]:
                counts["characters_lost"] += one.removed
            if is_lost and missing[one.text]:
                missing[one.text] -= 1
                reasons[one.reason] += 1
                counts["body_lost"] += 1
    return counts
