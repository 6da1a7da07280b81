"""Which blocks of a page are its article: what trafilatura keeps, and what it loses inside of it.

It must not look at the words of a block, only at where it stands and how it is made.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

import lxml.html
import trafilatura
from lxml import etree
from trafilatura.settings import Document

from schemas.item import ParagraphKind
from streams.decode.html_containers import Containers
from streams.decode.markup import Element

# It warns of every page it finds no article on; we say so in the item's audit.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
# Letters and digits from which a match inside a longer line is no accident.
_LONG_KEY = 25
# Past these trafilatura may take seconds (0.8 s measured for 19,000 links); the page's text is had
# without it.
_MAX_TAGS = 40_000
_MAX_ELEMENTS = 6_000
# Past these alignment is not worth its quadratic cost (pages of news have 300 blocks, 40 kept).
_ALIGNED_PAIRS = 2_000_000
_LIKELY_PAIRS = 50_000
_MAX_SEARCHED = 500
_EXTRACTOR_TROUBLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
)
_SENTENCE_ENDS = tuple(".!?:;\u2026\"'»”’)。！？")
_SHORTEST_SENTENCE = 20
_SENTENCE_CHARS = 40
# What teasers of other stories seldom reach, and paragraphs do.
_PARAGRAPH_LETTERS = 120
_SHORTEST_CAPTION = 15
# Of the letters of all paragraphs on the page. Below the first, the fast extraction may have missed
# the article, and the whole cascade is run; below the second, the whole cascade has missed it.
_DOUBTFUL = 0.5
_IMPLAUSIBLE = 1 / 3
_MOSTLY_LINKS = 0.5


@dataclass(frozen=True, slots=True)
class Article:
    """The article of a page.

    Attributes:
        body: numbers of the elements that are its paragraphs.
        furniture: whether all others are furniture; else nobody knows what they are.
        warnings: "html-too-large", "html-no-article", "html-little-article", "html-no-sentence",
            "html-extractor-failed:...".
    """

    body: frozenset[int] = frozenset()
    furniture: bool = False
    warnings: tuple[str, ...] = ()


def find_article(
    root: lxml.html.HtmlElement, markup: str, elements: Sequence[Element], keys: Sequence[str]
) -> Article:
    """The article of a page, as far as its markup tells.

    Where trafilatura finds none, or little of the sentences on the page, or the page is too
    large for it, nothing is declared and cleaning judges by the text alone.

    Args:
        root: the page.
        markup: its source.
        elements: all of its blocks.
        keys: ``key_of`` each element's text.
    """
    if markup.count("<") > _MAX_TAGS or len(elements) > _MAX_ELEMENTS:
        return Article(warnings=("html-too-large",))
    page = _Page(elements, keys)
    try:
        body, containers, prose = _kept(page, root, fast=True)
        if page.letters(body) < _DOUBTFUL * prose or not body:
            body, containers, prose = _kept(page, root, fast=False)
    except _EXTRACTOR_TROUBLE as error:
        return Article(warnings=(f"html-extractor-failed:{type(error).__name__}",))
    if not body:
        return Article(warnings=("html-no-article",))
    if page.letters(body) < _IMPLAUSIBLE * prose:
        return Article(warnings=("html-little-article",))
    return _judged(page, _completed(page, body, containers), containers)


def key_of(text: str) -> str:
    """The letters and digits of a text, in lower case: what is compared of it."""
    if text.isascii():
        return text.encode().translate(None, _ASCII_SIGNS).decode().lower()
    return _NOT_ALPHANUMERIC.sub("", text).casefold()


def _extract(root: lxml.html.HtmlElement, *, fast: bool) -> list[str]:
    """Keys of the lines trafilatura keeps; the tree stays as it is."""
    article = trafilatura.bare_extraction(root, include_comments=False, fast=fast)
    text = article.text if isinstance(article, Document) else None
    return [key for line in (text or "").split("\n") if (key := key_of(line))]


@dataclass(frozen=True, slots=True)
class _Page:
    elements: Sequence[Element]
    keys: Sequence[str]

    def letters(self, numbers: Iterable[int]) -> int:
        """Letters and digits of the elements with these numbers."""
        return sum(len(self.keys[number]) for number in numbers)

    def prose(self, containers: Containers) -> int:
        """Letters of the long paragraphs, less what containers declare to be furniture."""
        return self.letters(
            number
            for number, element in enumerate(self.elements)
            if len(self.keys[number]) >= _PARAGRAPH_LETTERS
            and _is_sentence(element)
            and not containers.is_furniture(element.node)
            and containers.linked(element.node) <= _MOSTLY_LINKS
        )


def _kept(
    page: _Page, root: lxml.html.HtmlElement, *, fast: bool
) -> tuple[set[int], Containers, int]:
    """The elements trafilatura keeps, what contains them, and the letters of prose on the page."""
    body = _aligned(page.keys, _extract(root, fast=fast))
    containers = Containers((page.elements[number].node, len(page.keys[number])) for number in body)
    return body, containers, page.prose(containers)


def _judged(page: _Page, body: set[int], containers: Containers) -> Article:
    """The article, unless it is a list of links; one without a sentence may be a table or list."""
    if any(_ends_sentence(page.elements[number]) for number in body):
        return Article(frozenset(body), furniture=True)
    linked = sum(
        len(page.keys[number]) * containers.linked(page.elements[number].node) for number in body
    )
    if linked > _MOSTLY_LINKS * page.letters(body):
        return Article(warnings=("html-no-article",))
    return Article(frozenset(body), furniture=True, warnings=("html-no-sentence",))


def _ends_sentence(element: Element) -> bool:
    return len(element.text) >= _SHORTEST_SENTENCE and element.text.endswith(_SENTENCE_ENDS)


def _is_sentence(element: Element) -> bool:
    return len(element.text) >= _SENTENCE_CHARS and element.text.endswith(_SENTENCE_ENDS)


def _aligned(keys: Sequence[str], lines: list[str]) -> set[int]:
    """The elements that are lines of the article.

    Alignment finds the longest common runs first, so that a paragraph that also stands in a
    teaser, or a crosshead that is also a menu entry, is found inside the article.
    """
    if not lines:
        return set()
    counts = Counter(lines)
    likely = sum(counts[key] for key in keys)
    if len(keys) * len(lines) > _ALIGNED_PAIRS or likely > _LIKELY_PAIRS:
        return {number for number, key in enumerate(keys) if key in counts}
    matches = SequenceMatcher(None, keys, lines, autojunk=False).get_matching_blocks()
    found = {match.a + step for match in matches for step in range(match.size)}
    used = {match.b + step for match in matches for step in range(match.size)}
    left = [key for n, key in enumerate(lines) if n not in used and len(key) >= _LONG_KEY]
    if left:
        found |= _cut_otherwise(keys, left[:_MAX_SEARCHED], found)
    return found


def _cut_otherwise(keys: Sequence[str], left: list[str], found: set[int]) -> set[int]:
    """The elements of lines that were cut or joined otherwise than our blocks."""
    starts, position = [], 0
    for key in keys:
        starts.append(position)
        position += len(key) + 1
    joined = "\n".join(keys)
    more = {bisect_right(starts, place) - 1 for key in left if (place := joined.find(key)) >= 0}
    joined = "\n".join(left)
    unfound = (n for n, key in enumerate(keys) if n not in found and len(key) >= _LONG_KEY)
    more.update(number for number in islice(unfound, _MAX_SEARCHED) if keys[number] in joined)
    return more


def _completed(page: _Page, body: set[int], containers: Containers) -> set[int]:
    """The article without furniture that was kept, and with what was lost between its parts."""
    elements, keys = page.elements, page.keys
    kept = {number for number in body if not _stands_beside(elements[number], containers)}
    while kept and elements[max(kept)].kind is ParagraphKind.CROSSHEAD:
        kept.remove(max(kept))  # nothing stands below it
    if not kept:
        return body
    own = {keys[number] for number in kept}
    follows = False
    # Upwards: a crosshead belongs to the article where what stands below it does.
    for number in range(max(kept), min(kept), -1):
        if number in kept:
            follows = True
            continue
        key = keys[number]
        # A longer text twice is a teaser, or the same for another width of screen.
        if not key or (len(key) >= _LONG_KEY and key in own):
            continue
        follows = _may_belong(elements[number], containers, follows=follows)
        if follows:
            kept.add(number)
    return kept


def _may_belong(element: Element, containers: Containers, *, follows: bool) -> bool:
    """Whether a block between two of the article's is of it too, by its make and its containers."""
    kind = element.kind
    if kind is ParagraphKind.CROSSHEAD:
        fits = follows
    elif kind is ParagraphKind.CAPTION:
        fits = len(element.text) >= _SHORTEST_CAPTION
    else:
        fits = kind is not ParagraphKind.TEXT or _is_sentence(element)
    return (
        fits
        and (kind is ParagraphKind.CROSSHEAD or containers.linked(element.node) <= _MOSTLY_LINKS)
        and not _stands_beside(element, containers)
    )


def _stands_beside(element: Element, containers: Containers) -> bool:
    return containers.is_furniture(element.node) or containers.is_hidden(element.node)
