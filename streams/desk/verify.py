"""Comparing a text with an earlier one: the same again, a version, a correction, or another story.

The measure is rare-phrase containment: the share of the shorter text's rare phrases that the other
one has. Numbers, names, tickers, dates and sessions veto, because markets and courts write the same
sentence about other people every day. It must not look anything up or decide what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from streams.desk.config import DedupRule
from streams.desk.figures import FIGURE_BIT, Agreement, agreement
from streams.desk.fingerprint import SHORT_WORDS, unpack_bytes
from streams.desk.index import HotText
from streams.desk.rarity import RARE_STORIES, Rarity
from streams.desk.words import is_among

_LARGEST = 0xFFFFFFFF
# With fewer names than this in one text, a different one says nothing.
_FEWEST_NAMES = 3
# From this share of numbers among its words on a text is a table ("17.1 mln" is one number and
# three words).
_TABLE = 0.2
# Common phrases seen of a long text's sample, whatever their estimated number.
_LEAST_SEEN = 4
# A statement of figures ("Qtly div six cts vs six cts prior") has few phrases of its own: these
# many numbers, all the same, under one subject stand for them.
_STATED_FIGURES = 4
_STATED_EVIDENCE = 2
# Figures that stand where others stood in an otherwise equal text: more is another day's table.
_CORRECTED_FIGURES = 2
_CORRECTED_SHARE = 0.2
_OTHERWISE_EQUAL = 0.75
# A text of as many words and fewer phrases in common is told anew: talks put off "to Thursday", and
# three days later "to Monday". Of 48 near copies labelled in Reuters wires (half of the list) the
# least alike that is prose has .72.
_COPY = 0.65
# Of many figures under one share: a company states its quarter again.
_RESTATED_SHARE = 0.35
# What one headline over both texts, or one share over both tables, is worth of containment; and
# one share of numbers. Reuters wires: of 18 pairs more that came of it 14 were right, before the
# headline had to be three quarters the same and the text to have twice the evidence.
_SUBJECT_SAYS = 0.1
# The figures of one share, or the names under one headline, besides: an editor wrote it anew.
_MATTER_SAYS = 0.2
_SAME_NAMES = 0.85
_SHARE_SAYS = 0.15
_SAME_HEADLINE = 0.75
_FEWEST_TITLE_WORDS = 3
_MUCH_EVIDENCE = 16
# So many of the same figures, or so many of three digits that are no zeros, say more than the hour
# or the name in the headline; three such hardly agree by chance.
_TELLING_FIGURES = 8
_PRECISE_FIGURES = 3
_PRECISE_DIGITS = 3
# A flash is one paragraph; of two, one word is the news.
_FLASH_PARAGRAPHS = 1
_FLASH_WORDS = 30
# A shorter paragraph is a credit or a mark.
_PARAGRAPH_WORDS = 15


class Likeness(StrEnum):
    """What a text is to an earlier one."""

    EXACT = "exact"
    NEAR = "near"
    VERSION = "version"
    CORRECTION = "correction"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How alike two texts are, and what was measured."""

    likeness: Likeness
    score: float = 0.0
    reasons: tuple[str, ...] = ()


def compare(
    new: HotText, old: HotText, rarity: Rarity, rule: DedupRule, *, corrects: bool = False
) -> Verdict:
    """What ``new`` is to ``old``; ``corrects`` when the item says that it is a correction.

    The reasons are the measures, and of two texts that are not alike also what spoke against it:
    "veto=names 0.20<0.60" (measured, then what the rule asks for).
    """
    if new.exact == old.exact:
        return Verdict(Likeness.EXACT, 1.0, ("exact",))
    pair = _measure(new, old, rarity)
    score = round(pair.containment, 4)
    vetoes = tuple(_vetoes(pair, rule, corrects=corrects or new.corrects))
    if vetoes:
        return Verdict(Likeness.NONE, score, pair.reasons() + vetoes)
    likeness, why = _kind(pair, rule, corrects=corrects or (new.corrects and not old.corrects))
    return Verdict(likeness, score, pair.reasons() + why)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two texts and their measures.

    Attributes:
        evidence: rare phrases in common, estimated of long texts from their sample.
        seen: those in common of the sample.
        figures: agreement of their numbers, each as often as it occurs.
        numbers: share of the smaller set of numbers found in the other.
        precise: how many numbers of three digits or more, ending zeros aside, both have.
    """

    new: HotText
    old: HotText
    containment: float
    evidence: int
    seen: int
    figures: Agreement
    numbers: float
    precise: int
    names: float
    ratio: float

    def reasons(self) -> tuple[str, ...]:
        return (
            f"rare-containment={self.containment:.2f}",
            f"numbers={self.numbers:.2f}",
            f"length-ratio={self.ratio:.2f}",
        )

    @property
    def same_share(self) -> bool:
        """Both are about one share."""
        return bool(_halves(self.new.tickers) & _halves(self.old.tickers))

    @property
    def is_table(self) -> bool:
        """The shorter is mostly figures."""
        return _is_table(min((self.new, self.old), key=lambda text: text.words))

    @property
    def one_subject(self) -> bool:
        """One share's table, or a text of some length under one headline."""
        if self.same_share and self.is_table:
            return True
        return self.evidence >= _MUCH_EVIDENCE and same_headline(self.new, self.old)

    @property
    def one_matter(self) -> bool:
        """One share's table with its figures; or under one headline the same names and figures."""
        if self.same_share and self.is_table and self.figures_tell:
            return True
        named = len(_halves(self.new.names) & _halves(self.old.names)) >= _FEWEST_NAMES
        return (
            self.evidence >= _MUCH_EVIDENCE
            and named
            and self.names >= _SAME_NAMES
            and self.numbers >= 1
            and same_headline(self.new, self.old)
        )

    @property
    def figures_tell(self) -> bool:
        """So many figures are the same that chance is out of the question."""
        return self.figures.common >= _TELLING_FIGURES or self.precise >= _PRECISE_FIGURES

    @property
    def states_the_same(self) -> bool:
        """The same figures, several, of the same subject."""
        figures = self.figures
        if figures.only_new or figures.only_old or figures.common < _STATED_FIGURES:
            return False
        return self.same_share or self.new.title == self.old.title


def _measure(new: HotText, old: HotText, rarity: Rarity) -> _Pair:
    containment, evidence, seen = _rare_containment(new, old, rarity)
    new_numbers, old_numbers = new.numbers.split(), old.numbers.split()
    new_figures, old_figures = set(new_numbers), set(old_numbers)
    figures = agreement(new_numbers, old_numbers)
    repeat = len(new_figures) < len(new_numbers) or len(old_figures) < len(old_numbers)
    each_once = agreement(new_figures, old_figures) if repeat else figures
    return _Pair(
        new=new,
        old=old,
        containment=containment,
        evidence=evidence,
        seen=seen,
        figures=figures,
        numbers=each_once.share_of_smaller,
        precise=sum(map(_is_precise, new_figures & old_figures)),
        names=_name_share(new, old),
        ratio=min(new.words, old.words) / max(new.words, old.words, 1),
    )


def _vetoes(pair: _Pair, rule: DedupRule, *, corrects: bool) -> Iterator[str]:
    """What speaks against the two being one story, as reasons."""
    stated = pair.states_the_same
    if not stated and _too_short(pair.new, pair.old):
        yield "veto=too-short"
    evidence = _STATED_EVIDENCE if stated else rule.evidence
    if pair.evidence < evidence or pair.seen < min(_LEAST_SEEN, evidence):
        yield f"veto=evidence {pair.evidence}<{evidence}"
    least = rule.correction if corrects else rule.containment
    if pair.one_matter:
        least -= _MATTER_SAYS
    elif pair.one_subject:
        least -= _SUBJECT_SAYS
    if pair.containment < least and not stated:
        yield f"veto=rare-containment {pair.containment:.2f}<{least:.2f}"
    put_right = corrects and pair.containment >= _OTHERWISE_EQUAL
    if _apart(pair.new.tickers, pair.old.tickers) and not put_right:
        yield "veto=tickers"
    if not corrects:
        yield from _other_facts(pair, rule)


def _other_facts(pair: _Pair, rule: DedupRule) -> Iterator[str]:
    """The same words about other figures, names or hours."""
    least = rule.numbers - (_SHARE_SAYS if pair.same_share else 0.0)
    if pair.numbers < least:
        yield f"veto=numbers {pair.numbers:.2f}<{least:.2f}"
    if pair.names < rule.names:
        yield f"veto=names {pair.names:.2f}<{rule.names:.2f}"
    told = pair.figures_tell and pair.figures.share_of_smaller >= least
    if _other_subject(pair.new, pair.old) and not told:
        yield "veto=title-names"
    if _apart(pair.new.moments, pair.old.moments) and not told:
        yield "veto=moment"


def _too_short(new: HotText, old: HotText) -> bool:
    return min(new.words, old.words) < SHORT_WORDS or (is_one_line(new) and is_one_line(old))


def _kind(pair: _Pair, rule: DedupRule, *, corrects: bool) -> tuple[Likeness, tuple[str, ...]]:
    """What a text is that nothing speaks against."""
    if corrects:
        return Likeness.CORRECTION, ()
    figures = pair.figures
    if pair.ratio < rule.copy_ratio or _lacks_paragraphs(pair):
        return Likeness.VERSION, (("cut",) if pair.new.words < pair.old.words else ())
    if not figures.replaced:
        if _is_told_anew(pair):
            return Likeness.VERSION, ("rewritten",)
        # A copy with a figure of its own is never passed over as the same again.
        added = len(set(figures.only_new) - set(pair.old.numbers.split()))
        return (Likeness.VERSION, (f"figures-added={added}",)) if added else (Likeness.NEAR, ())
    changed = (f"figures-changed={figures.replaced}",)
    if _is_put_right(pair):
        return Likeness.CORRECTION, (*changed, "unmarked")
    return Likeness.VERSION, changed


def _is_told_anew(pair: _Pair) -> bool:
    """Prose in other words; or few words or a table that the headline gives to somebody else."""
    tabular = pair.is_table or min(pair.new.words, pair.old.words) < _FLASH_WORDS
    if pair.states_the_same or (tabular and pair.same_share):
        return False
    if tabular:
        new, old = _halves(pair.new.title), _halves(pair.old.title)
        return not (new <= old or old <= new)
    return pair.containment < _COPY


def _lacks_paragraphs(pair: _Pair) -> bool:
    """One is the other without a paragraph or more of some length: a cut, not a copy."""
    shorter, longer = sorted((pair.new, pair.old), key=lambda text: text.words)
    return (
        longer.words - shorter.words >= _PARAGRAPH_WORDS
        and len(shorter.paragraphs) < len(longer.paragraphs)
        and _halves(shorter.paragraphs) < _halves(longer.paragraphs)
    )


def _is_put_right(pair: _Pair) -> bool:
    """A few figures stand where others stood, in an otherwise equal text."""
    figures = pair.figures
    share = figures.replaced / (figures.common + figures.replaced)
    if pair.same_share and figures.common >= _TELLING_FIGURES:
        return 0 < share <= _RESTATED_SHARE
    return (
        0 < figures.replaced <= _CORRECTED_FIGURES
        and share <= _CORRECTED_SHARE
        and pair.containment >= _OTHERWISE_EQUAL
    )


def _rare_containment(new: HotText, old: HotText, rarity: Rarity) -> tuple[float, int, int]:
    """Share of the shorter text's rare phrases in the other; how many they have in common, and of
    how many of these the samples know.

    Of a table phrases of figures count too, if that makes it more alike.
    """  # noqa: D205
    first, second = unpack_bytes(new.shingles), unpack_bytes(old.shingles)
    if not len(first) or not len(second):
        return 0.0, 0, 0
    # Long texts keep their smallest phrases only: compare up to where both are complete.
    limit = min(_LARGEST if text.known_to is None else text.known_to for text in (new, old))
    first, second = first[first <= limit], second[second <= limit]
    shorter, longer = (first, second) if new.words <= old.words else (second, first)
    rare = shorter[rarity.count(shorter, new.at_s) <= RARE_STORIES]
    if not len(rare):
        return 0.0, 0, 0
    found = is_among(rare, longer)
    worded = (rare & FIGURE_BIT) == 0
    common, kept = int((found & worded).sum()), int(worded.sum())
    containment = common / kept if kept else 0.0
    if _is_table(min((new, old), key=lambda text: text.words)):
        common = int(found.sum())
        containment = max(containment, common / len(rare))
    return containment, common * (_LARGEST + 1) // (limit + 1), common


def shares_phrases(new: HotText, old: HotText) -> bool:
    """Whether there can be any evidence: a phrase that both keep, rare or not."""
    first, second = unpack_bytes(new.shingles), unpack_bytes(old.shingles)
    return bool(is_among(first, second).any())


def _is_precise(number: str) -> bool:
    return len(number.partition("e")[0].replace(".", "").strip("0")) >= _PRECISE_DIGITS


def _is_table(text: HotText) -> bool:
    return len(text.numbers.split()) >= _TABLE * text.words


def _name_share(new: HotText, old: HotText) -> float:
    first, second = _halves(new.names), _halves(old.names)
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= _FEWEST_NAMES else 1.0


def _other_subject(new: HotText, old: HotText) -> bool:
    """Each headline has a name of its own text that the other text does not know."""
    new_title, old_title = _halves(new.title), _halves(old.title)
    new_names, old_names = _halves(new.names), _halves(old.names)
    return bool(
        (new_title & new_names) - old_title - old_names
        and (old_title & old_names) - new_title - new_names
    )


def same_headline(new: HotText, old: HotText) -> bool:
    """Three quarters of the shorter headline's words are in the other."""
    first, second = _halves(new.title), _halves(old.title)
    common = len(first & second)
    return common >= max(_FEWEST_TITLE_WORDS, _SAME_HEADLINE * min(len(first), len(second)))


def other_shares(new: HotText, old: HotText) -> bool:
    """Each names shares, and none in common."""
    return _apart(new.tickers, old.tickers)


def _apart(new: bytes, old: bytes) -> bool:
    """Both say something, and nothing in common."""
    first, second = _halves(new), _halves(old)
    return bool(first and second) and not first & second


def is_one_line(text: HotText) -> bool:
    """A flash as agencies send it: one short paragraph, and no table or list."""
    return text.words < _FLASH_WORDS and len(_halves(text.paragraphs)) <= _FLASH_PARAGRAPHS


# Of one pair each is asked for up to six times, of the new text once more for every candidate.
@lru_cache(maxsize=256)
def _halves(packed: bytes) -> frozenset[int]:
    return frozenset(np.frombuffer(packed, "<u2").tolist())
