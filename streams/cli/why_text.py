"""What is known of two items, as lines for a person.

It must not measure anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from streams.cli.reasons import in_words
from streams.cli.render import KIND_STYLES, printable
from streams.settings.desk import effective

if TYPE_CHECKING:
    from schemas.event import WireEvent
    from streams.cli.why import Answer
    from streams.desk.config import DedupRule
    from streams.desk.explaining import Explanation

__all__ = ["lines"]

_SHOWN = 20


def lines(answer: Answer) -> Iterator[Text]:
    """The answer, the two items, the steps of the desk and what differs."""
    found = answer.explanation
    story = "One story." if answer.same_story else "Two stories."
    yield Text(story, "bold green" if answer.same_story else "bold yellow")
    for label, event in (("earlier", answer.earlier), ("later", answer.later)):
        yield _item(label, event)
    for event in answer.links:
        yield _link(event)
    if not answer.links:
        yield Text("no event of the one is about the other", "dim")
    yield Text()
    yield Text(f"Measured between the two by {answer.how}:", "bold")
    for check in found.checks:
        style = "green" if check.passed else "red"
        line = Text("  yes  " if check.passed else "  no   ", style)
        yield line.append(f"{check.name:<10} ").append(printable(check.measured), "default")
        for reason in in_words(check.reasons):
            yield Text(f"       {'':<10} {printable(reason)}", "dim")
    yield from _decided(found)
    if answer.hidden:
        yield Text("killed: figures and names are shown with --killed", "dim")
    else:
        yield from _differing(found)
    provider = answer.later.source.provider or "no provider"
    yield Text(f"rule for {printable(provider)}: {_rule(found.rule)}", "dim")


def _decided(found: Explanation) -> Iterator[Text]:
    what = f" of {printable(found.parent)}" if found.parent else ""
    line = Text("it makes the later one ", "dim").append(
        f"{found.kind}", KIND_STYLES.get(found.kind, "dim")
    )
    why = "; ".join(in_words(found.reasons))
    yield line.append(f"{what}  {printable(why)}".rstrip(), "dim")


def _differing(found: Explanation) -> Iterator[Text]:
    for label, words in (
        ("figures only in the earlier", found.figures[0]),
        ("figures only in the later", found.figures[1]),
        ("names only in the earlier", found.names[0]),
        ("names only in the later", found.names[1]),
    ):
        if words:
            yield Text(f"{label}: ", "dim").append(_listed(words), "bold")


def _item(label: str, event: WireEvent) -> Text:
    line = Text(f"  {label:<8} ", "dim")
    line.append(f"{event.kind:<10}", KIND_STYLES.get(event.kind, "dim"))
    item = event.item
    line.append(f" {printable(event.source.provider or '-')}  ", "dim")
    line.append(printable((item and item.headline) or "(no headline)"))
    return line.append(f"  {printable(item.id if item else event.id)}", "dim")


def _link(event: WireEvent) -> Text:
    line = Text("joined by ", "dim").append(f"{event.kind}", KIND_STYLES.get(event.kind, "dim"))
    line.append(f" of {printable(event.of or '-')}", "default")
    why = "; ".join(in_words(event.reasons))
    return line.append(f"  {printable(why)}" if why else "", "dim")


def _listed(words: Sequence[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return printable(", ".join(words[:_SHOWN])) + more


def _rule(rule: DedupRule) -> str:
    return ", ".join(f"{name} {value}" for name, value in effective(rule).items())
