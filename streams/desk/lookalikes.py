"""Telling two short texts apart that differ in a word or two: another bank, another verb.

Of 40 words one may be the news, and phrases in common do not say which. It must not touch longer
texts.
"""

from __future__ import annotations

import re
from enum import StrEnum

import numpy as np

from schemas.item import Item
from streams.desk.decision import Signed
from streams.desk.index import HotText
from streams.desk.words import U32, high_half, split_words
from streams.folding import fold

# A shorter one with a capital is an article that opens a sentence more often than a name.
_NAME = re.compile(r"[^\W\d_][^\W_]{3,}")
_AS_LONG = 0.9


class Difference(StrEnum):
    """What is different between two short texts."""

    NONE = "none"
    WORDS = "words"
    SUBJECT = "subject"


def difference(signed: Signed, hot: HotText, words: U32) -> Difference:
    """How an item differs from an earlier text, both so short that all their words are known.

    Nothing does where both are about one share, which states the same figures in other words; where
    the item's text has no word that the other lacks, headlines apart; or the other none that the
    item lacks. The subject does where one of the item's is a name and the other has words of its
    own too: beside its headline, where one is the longer, for an update has a new one.

    Args:
        signed: the item.
        hot: the earlier text.
        words: hashes of all its words, those of the headline too.
    """
    own = np.setdiff1d(signed.lead, words)
    theirs = np.setdiff1d(words, signed.lead)
    text = "\n".join(one.text for one in signed.item.paragraphs) or signed.item.headline or ""
    own_shares, their_shares = (np.frombuffer(one.tickers, "<u2") for one in (signed.text, hot))
    one_share = np.isin(own_shares, their_shares).any()
    if one_share or not len(theirs) or not np.isin(_hashes(text), own).any():
        return Difference.NONE
    if not _is_bare(signed.item) and not _are_as_long(signed.text, hot):
        theirs = theirs[~np.isin(theirs & np.uint32(0xFFFF), np.frombuffer(hot.title, "<u2"))]
    names = [word for word in _NAME.findall(text) if word[0].isupper()]
    is_other = len(theirs) and np.isin(_hashes(" ".join(names)), own).any()
    return Difference.SUBJECT if is_other else Difference.WORDS


def _is_bare(item: Item) -> bool:
    """The headline is all the text there is, said once or twice."""
    text = fold(" ".join(paragraph.text for paragraph in item.paragraphs))
    return not text or text == fold(item.headline or "") or not item.headline


def _are_as_long(one: HotText, other: HotText) -> bool:
    return min(one.words, other.words) >= _AS_LONG * max(one.words, other.words)


def _hashes(text: str) -> U32:
    return high_half(split_words(text).hashes)
