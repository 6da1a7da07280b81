"""The clean step: segments, judgement, assembly.

It must not raise for bad input: what holds no text is dropped or fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.item import Item, ParagraphKind, PubStatus
from streams.clean.assemble import assemble, status_of
from streams.clean.boilerplate.applying import learned_lines
from streams.clean.labels import Labels, label
from streams.clean.rules import DEFAULT_RULES, SWITCHES, CleaningRules, RemovalReason
from streams.clean.segments import Passage, is_prose, passages
from streams.decode.decoded import Decoded, Role
from streams.steps import Drop, DropReason, Fail

# Everything as decoded; only characters that no JSON can carry are replaced.
_NO_RULES = DEFAULT_RULES.without(SWITCHES)
_DETAIL_CHARS = 200
# Their text may come from a page: its paragraphs are found, or copied, rather than declared.
_SCRAPED = frozenset({"html", "plain-text", "feed", "email", "json", "other-xml"})


def clean(decoded: Decoded, rules: CleaningRules = DEFAULT_RULES) -> Item | Drop | Fail:
    """The item in a decoded source, with headline, paragraphs and what they were cleaned of.

    Offsets of the audit count code points of ``decoded.text``. Removed spans, edits, kept text
    and white space make up the whole of it (``unaccounted`` checks that).

    Returns:
        A canceled item even when it has no text; else ``Drop`` where there is nothing, only
        furniture or a web page without one sentence, ``Fail("no-text")`` where
        there is not one letter or digit.
    """
    if decoded.not_text is not None:
        return Drop(decoded.not_text, _what_it_is(decoded))
    found = passages(decoded, rules)
    applied = rules if decoded.format in _SCRAPED else _as_set(found, rules)
    learned = learned_lines(decoded, rules.boilerplate)
    labels = label(decoded.text, found, applied, decoded.strip, learned)
    facts = decoded.facts
    if status_of(facts.pubstatus, facts.lifecycle) is not PubStatus.CANCELED:
        if not found:
            return Drop(DropReason.EMPTY, "neither headline nor text")
        if not any(passage.folded for passage in found):
            return Fail("no-text", "not one letter or digit", decoded.source.part)
        if labels.headline is None and not _says_something(found, labels):
            return Drop(DropReason.NO_ARTICLE, f"{len(found)} blocks, all of them furniture")
    item = assemble(decoded, found, labels, rules)
    if _is_bare_page(decoded, found, labels, item):
        return Drop(DropReason.NO_ARTICLE, "a web page without one sentence")
    return item


def _as_set(found: Sequence[Passage], rules: CleaningRules) -> CleaningRules:
    """The rules for a text that its format declares: what it says twice, its agency set twice."""
    declared = rules.teasers and any(passage.role is Role.BODY for passage in found)
    return replace(rules, teasers=False) if declared else rules


def _what_it_is(decoded: Decoded) -> str:
    """What stands instead of a text: its own description, else its headline, caption or id."""
    named = next((block for block in decoded.blocks if block.role is Role.HEADLINE), None)
    block = named or next(iter(decoded.blocks), None)
    words = decoded.text[block.start : block.end] if block else decoded.facts.stable_id or ""
    return " ".join((decoded.detail or words).split())[:_DETAIL_CHARS]


def _says_something(found: Sequence[Passage], labels: Labels) -> bool:
    """Whether a word is left to publish, or was said to editors, which makes a message, too."""
    return any(
        passage.folded and reason in {None, RemovalReason.EDNOTE}
        for passage, reason in zip(found, labels.reasons, strict=True)
    )


def _is_bare_page(decoded: Decoded, found: Sequence[Passage], labels: Labels, item: Item) -> bool:
    """Whether this is a web page of links: no sentence in it, nor said to be a flash or a kill.

    What its decoder found to be an article is one, if only a list of dates or results.
    """
    if decoded.format != "html" or item.lifecycle.kinds or not labels.paragraphs():
        return False
    return not any(
        found[number].role is Role.BODY
        or is_prose(found[number])
        or found[number].ends_sentence
        or found[number].kind is ParagraphKind.TABLE
        for number in labels.paragraphs()
    )


def item_of(decoded: Decoded) -> Item:
    """The item with nothing removed: the declared headline, every other block a paragraph.

    But a note to editors that the format declares is a note: it is never a paragraph.
    """
    found = passages(decoded, _NO_RULES)
    headline = next(
        (number for number, passage in enumerate(found) if passage.role is Role.HEADLINE), None
    )
    labels = Labels(
        [
            RemovalReason.EDNOTE
            if passage.role is Role.NOTE
            else None
            if passage.text
            else RemovalReason.FURNITURE
            for passage in found
        ],
        headline=headline,
    )
    return assemble(decoded, found, labels, _NO_RULES)
