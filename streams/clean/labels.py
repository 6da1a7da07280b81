"""What each passage is: the headline, a paragraph, or something around the article, and why.

The one place where passages are judged; ``page`` says which of them are the article of a page.
It must not change text, nor drop what it is unsure of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.item import ParagraphKind
from streams.clean import (
    byline,
    dateline,
    endings,
    fences,
    furniture,
    headline,
    opening,
    page,
    teaser,
)
from streams.clean.boilerplate import applying
from streams.clean.boilerplate.applying import Learned
from streams.clean.rules import CleaningRules, RemovalReason
from streams.clean.segments import Passage, is_prose
from streams.decode.decoded import Role
from streams.decode.lifecycle import read_markers

_WORDS_OF_A_MARKER = 6
# What is taken out of the text and stands in another field of the item.
_PUBLISHED_ELSEWHERE = frozenset(
    {RemovalReason.BYLINE, RemovalReason.DATELINE, RemovalReason.LIFECYCLE_MARKER}
)
_LEFT_OPEN = frozenset({Role.UNDECLARED, Role.BODY})
_LINES_ABOVE = 6
_LONGEST_PROVIDER_LINE = 200
# Of links, contacts, links, contacts, ... at the end of a text. Seen: two.
_ROUNDS_AT_THE_END = 8
# Folded. Of 11,000 Reuters headlines none of 60 letters or more opens its text and goes on there.
_LETTERS_OF_A_CUT_LEAD = 100
# A sentence ends and another begins: no headline.
_GLUED = re.compile(r"[a-zà-ÿ]{2}[.!?][\"”»]?\s?[A-ZÀ-Þ]")


@dataclass(slots=True)
class Labels:
    """The judgement: one reason for each passage, None where it is published.

    Attributes:
        headline: number of the passage that is the headline.
        core: where the article lies, when the text is a page.
        markers: numbers of lines such as "URGENT" or "(Adds details)" above it.
    """

    reasons: list[RemovalReason | None]
    headline: int | None = None
    core: range | None = None
    markers: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def remove(self, number: int, reason: RemovalReason) -> None:
        """Give the passage a reason, unless it has one."""
        if self.reasons[number] is None:
            self.reasons[number] = reason

    def paragraphs(self) -> list[int]:
        """Numbers of the passages that are published as paragraphs."""
        return [
            number
            for number, reason in enumerate(self.reasons)
            if reason is None and number != self.headline
        ]


def label(
    text: str,
    passages: Sequence[Passage],
    rules: CleaningRules,
    strip: Sequence[str] = (),
    learned: Learned | None = None,
) -> Labels:
    """Judge every passage.

    Args:
        text: of one message, decoded.
        passages: it, cut.
        rules: which rules are on.
        strip: the provider's patterns of lines that are never text.
        learned: the boilerplate of its source.
    """
    labels = Labels([None] * len(passages))
    for number, passage in enumerate(passages):
        if not passage.text.strip():
            labels.reasons[number] = RemovalReason.FURNITURE  # invisible characters only
    _take_as_declared(passages, labels, rules)
    _fence_off(passages, labels, rules)
    _strip(passages, labels, tuple(strip) if rules.provider_lines else ())
    _take_learned(passages, labels, learned)
    folded = _vouching(passages) if rules.teasers else []
    if rules.teasers:
        _mark_teasers(passages, labels, folded)
    if RemovalReason.TEASER_DUPLICATE in labels.reasons:
        _fence_off(passages, labels, rules)  # what stood below a teaser stands at the top now
    if not any(passage.role is Role.BODY for passage in passages):
        _find_article(text, passages, labels, rules)
    _restore_only_copies(labels, folded)
    if rules.repeated_lines:
        _mark_repeated_headline(passages, labels)
    if rules.bylines:
        _mark_bylines(passages, labels)
    _take_off_the_end(passages, labels, rules)
    labels.markers.sort()
    return labels


def _take_as_declared(passages: Sequence[Passage], labels: Labels, rules: CleaningRules) -> None:
    for number, passage in enumerate(passages):
        role = passage.role
        if role in _LEFT_OPEN or labels.reasons[number] is not None:
            continue
        if role is Role.HEADLINE:
            if labels.headline is None:
                labels.headline = number
        elif (reason := _declared(role, rules)) is not None:
            labels.remove(number, reason)
    if labels.headline is None and RemovalReason.SUMMARY in labels.reasons:
        _restore_summaries(labels)


def _declared(role: Role, rules: CleaningRules) -> RemovalReason | None:
    """Why a block of a role is no paragraph; None where the rule for it is off."""
    reason, wanted = {
        Role.FURNITURE: (RemovalReason.FURNITURE, rules.furniture),
        Role.SUMMARY: (RemovalReason.SUMMARY, rules.furniture),
        Role.BYLINE: (RemovalReason.BYLINE, rules.bylines),
        Role.DATELINE: (RemovalReason.DATELINE, rules.datelines),
        Role.RIGHTS: (RemovalReason.RIGHTS, rules.sign_offs),
        Role.NOTE: (RemovalReason.EDNOTE, True),
    }[role]
    return reason if wanted else None


def _restore_summaries(labels: Labels) -> None:
    """Where they are all the text there is: an item is not rejected for the field it stands in."""
    if labels.paragraphs():
        return
    for number, reason in enumerate(labels.reasons):
        if reason is RemovalReason.SUMMARY:
            labels.reasons[number] = None


def _fence_off(passages: Sequence[Passage], labels: Labels, rules: CleaningRules) -> None:
    """Mark what is for editors, advisories above the text among it; sign-offs stay sign-offs."""
    if not (rules.fences and fences.may_hold(passages)):
        return
    live = labels.paragraphs()
    declared = labels.headline is not None and passages[labels.headline].role is Role.HEADLINE
    if labels.headline is not None and not declared:
        live = sorted({*live, labels.headline})  # as before it was found: it is above the note
    found = fences.find([passages[number] for number in live], is_prose, has_headline=declared)
    found = [index for index in found if live[index] != labels.headline]
    last = len(live) - 1
    for index in reversed(found):
        number = live[index]
        text = passages[number].text
        ending = endings.judge(text) if rules.sign_offs and index == last else None
        labels.remove(number, ending or RemovalReason.EDNOTE)
        if ending is not None:
            last -= 1
        elif text.startswith("(") and read_markers(text).kinds:
            labels.markers.append(number)


def _strip(passages: Sequence[Passage], labels: Labels, strip: tuple[str, ...]) -> None:
    if not strip:
        return
    patterns = [re.compile(pattern) for pattern in strip]
    for number in labels.paragraphs():
        text = passages[number].text
        # Bounded: a pattern of the user's may be slow on long lines, and these are text.
        if len(text) <= _LONGEST_PROVIDER_LINE and any(p.fullmatch(text) for p in patterns):
            labels.remove(number, RemovalReason.PROVIDER_LINE)


def _take_learned(passages: Sequence[Passage], labels: Labels, learned: Learned | None) -> None:
    if learned is not None:
        for number in applying.find(passages, labels.paragraphs(), is_prose, learned):
            labels.remove(number, RemovalReason.BOILERPLATE)


def _mark_teasers(passages: Sequence[Passage], labels: Labels, folded: Sequence[str]) -> None:
    numbers = labels.paragraphs()
    cut = [teaser.is_cut(passages[number].text) for number in numbers]
    live = [passages[number] for number in numbers]
    stays = {
        index
        for index, passage in enumerate(live)
        if not cut[index] and _may_repeat(passage) and not _is_cut_lead(passage, live)
    }
    goes_on = {index for index, below in enumerate(live[1:]) if is_prose(below)}
    compared = [folded[number] for number in numbers]
    for index in teaser.duplicates(compared, cut, stays, goes_on):
        labels.remove(numbers[index], RemovalReason.TEASER_DUPLICATE)


def _vouching(passages: Sequence[Passage]) -> list[str]:
    """Each passage, folded; "" for rows of tables, which may be alike, and so do not count."""
    return ["" if passage.kind is ParagraphKind.TABLE else passage.folded for passage in passages]


def _may_repeat(passage: Passage) -> bool:
    """Whether it is like a headline, which may stand in the text word for word."""
    return headline.could_be(passage) and _GLUED.search(passage.text) is None


def _is_cut_lead(passage: Passage, others: Sequence[Passage]) -> bool:
    """Whether another passage begins with all of a long line and goes on: no headline does that."""
    opening = passage.folded
    return len(opening) >= _LETTERS_OF_A_CUT_LEAD and any(
        len(other.folded) > len(opening) and other.folded.startswith(opening) for other in others
    )


def _restore_only_copies(labels: Labels, folded: Sequence[str]) -> None:
    gone = [
        number
        for number, reason in enumerate(labels.reasons)
        if reason is RemovalReason.TEASER_DUPLICATE
    ]
    if not gone:
        return
    published = [
        number
        for number, reason in enumerate(labels.reasons)
        if reason is None or reason in _PUBLISHED_ELSEWHERE
    ]
    for number in teaser.unvouched(folded, gone, published):
        inside = labels.core is None or number in labels.core
        labels.reasons[number] = None if inside else RemovalReason.FURNITURE


def _find_article(
    text: str, passages: Sequence[Passage], labels: Labels, rules: CleaningRules
) -> None:
    if rules.navigation:
        for number in labels.paragraphs():
            if passages[number].folded in furniture.ANYWHERE:
                labels.remove(number, RemovalReason.FURNITURE)
    live = labels.paragraphs()
    taken = opening.peel(passages, live, rules, has_headline=labels.headline is not None)
    rest = live[len(taken) :]
    below_links = RemovalReason.NAVIGATION in taken
    if rules.core and _cut_to_core(text, passages, labels, rest, below_links=below_links):
        return
    for number, reason in zip(live, taken, strict=False):
        if reason is RemovalReason.LIFECYCLE_MARKER:
            labels.markers.append(number)
        labels.remove(number, reason)
    if labels.headline is None and rest and headline.could_be(passages[rest[0]]):
        labels.headline = rest[0]


def _cut_to_core(
    text: str,
    passages: Sequence[Passage],
    labels: Labels,
    rest: Sequence[int],
    *,
    below_links: bool,
) -> bool:
    """Keep headline and article of a page; False, and nothing done, where it is not clearly one.

    It is a page by the ``rest`` of its lines, without what may be known to stand above an item.
    """
    learned = {n for n, why in enumerate(labels.reasons) if why is RemovalReason.BOILERPLATE}
    # A page whose furniture has been learned is a page none the less.
    lines = [passages[number] for number in sorted(learned.union(rest))]
    if not page.is_page(lines, below_links=below_links):
        return False
    live = labels.paragraphs()
    seen = sorted(learned.union(live))
    core = [number for number in page.article(text, passages, seen) if number not in learned]
    if not core:
        labels.warnings.append("clean-no-core")
        return False
    labels.core = range(core[0], core[-1] + 1)
    above = live[: live.index(core[0])]
    if labels.headline is None:
        labels.headline = headline.best(passages, above, core)
    if labels.headline is None and headline.could_be(passages[core[0]]):
        labels.headline = core[0]
    kept = set(core)
    for number in live:
        if number not in kept and number != labels.headline:
            known = passages[number].folded in furniture.NAVIGATION
            labels.remove(number, RemovalReason.NAVIGATION if known else RemovalReason.FURNITURE)
    return True


def _mark_repeated_headline(passages: Sequence[Passage], labels: Labels) -> None:
    if labels.headline is None:
        return
    folded = passages[labels.headline].folded
    paragraphs = labels.paragraphs()
    for number in paragraphs if len(paragraphs) > 1 else ():
        if is_prose(passages[number]):
            break
        if passages[number].folded == folded:
            labels.remove(number, RemovalReason.REPEATED_LINE)


def _mark_bylines(passages: Sequence[Passage], labels: Labels) -> None:
    """Bylines between headline and text; the furniture of a page may hold them too."""
    start = 0 if labels.headline is None else labels.headline + 1
    paragraphs = labels.paragraphs()
    text = next(
        (number for number in paragraphs if number >= start and is_prose(passages[number])), None
    )
    if labels.headline is None and text is None:
        return
    below = False  # whether the last line that stays is a byline
    for number in range(start, len(passages) if text is None else text):
        line = passages[number].text
        if byline.is_byline(line) or (below and byline.continues(line)):
            if labels.reasons[number] in {None, RemovalReason.FURNITURE}:
                labels.reasons[number] = RemovalReason.BYLINE
                below = True
        elif labels.reasons[number] is None and dateline.alone(line) is None:
            if text is None:
                break  # a list of works names its authors
            below = False


def _take_off_the_end(passages: Sequence[Passage], labels: Labels, rules: CleaningRules) -> None:
    """Sign-offs and links below the text, and what is for editors above those, in turn."""
    for _ in range(_ROUNDS_AT_THE_END):
        before = len(labels.paragraphs())
        _trim_end(passages, labels, rules)
        _fence_off(passages, labels, rules)
        if len(labels.paragraphs()) == before:
            break


def _trim_end(passages: Sequence[Passage], labels: Labels, rules: CleaningRules) -> None:
    if not (rules.sign_offs or rules.navigation):
        return
    paragraphs = labels.paragraphs()
    # The last paragraph stays, but for an end mark: a text that is one has nothing to say.
    while len(paragraphs) > 1 or (paragraphs and not passages[paragraphs[0]].folded):
        passage = passages[paragraphs[-1]]
        reason = endings.judge(passage.text) if rules.sign_offs else None
        if (
            reason is None
            and rules.navigation
            and passage.role is Role.UNDECLARED
            and passage.folded in furniture.NAVIGATION
        ):
            reason = RemovalReason.NAVIGATION
        if reason is None:
            break
        labels.remove(paragraphs.pop(), reason)
