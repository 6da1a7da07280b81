"""An HTML page: all of its text, block by block, with the role its markup gives each.

It must not drop furniture; cleaning does, and says so.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections import Counter
from difflib import SequenceMatcher
from itertools import islice

import lxml.html
import trafilatura
from lxml import etree
from trafilatura.settings import Document

from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Facts, Role
from streams.decode.html_metadata import read_metadata
from streams.decode.markup import (
    FRAGMENT_ROOTS,
    Element,
    declares_entities,
    flatten,
    root_of,
)
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.steps import Fail

# It warns of every page it finds no article on; we say so in the item's audit.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

NAME = "html"
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|h[1-6]|ul|ol|li|table)\b[^>]*>", re.IGNORECASE
)
_OPENED = re.compile(r"<html\b", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:html|body)\b", re.IGNORECASE)
_HEAD_OF_PAGE = 4096
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_SITE = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{2,60}$")
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


def sniff(message: Message) -> Evidence:
    """A page by its first element, a fragment by a tag at its start or tags declared as HTML."""
    head = message.head
    if message.document is not None:
        return NO_EVIDENCE
    root = root_of(head)
    if root is not None:
        return _by_root(root.lower(), head)
    if head[:14].lower() == "<!doctype html":
        return Evidence(0.9, ("document type html",))
    if head.startswith("<!--"):
        return Evidence(0.4, ("begins with a comment",))
    tags = len(_TAG.findall(head)) if "<" in head else 0
    if tags and message.media_type in {"text/html", "application/xhtml+xml"}:
        return Evidence(0.6, (f"declared {message.media_type}", f"{tags} tags"))
    return Evidence(0.3, (f"{tags} tags",)) if tags >= 3 else NO_EVIDENCE


def _by_root(name: str, head: str) -> Evidence:
    if name == "html" or head[:14].lower() == "<!doctype html":
        return Evidence(0.95, (f"first element <{name}>",))
    if name in FRAGMENT_ROOTS:
        return Evidence(0.7, (f"begins with <{name}>",))
    return NO_EVIDENCE


def decode_html(message: Message) -> list[Decoded | Fail]:
    """One part: headline, body as trafilatura chooses it, and the rest as furniture.

    Where trafilatura finds no article, or the page is too large for it, roles stay undeclared.
    """
    if declares_entities(message.text):
        return [Fail("xml-entity-forbidden", "the document type declares entities")]
    page = flatten(message.text)
    facts = Facts()
    titles: tuple[str, ...] = ()
    warnings: list[str] = []
    if page.root is not None:
        stated = read_metadata(page.root, time_zone=message.profile.time_zone)
        facts, titles = stated.facts, stated.titles
        warnings.extend(stated.warnings)
    if page.why_no_tree:
        warnings.append(page.why_no_tree)
    if _is_cut(message.text):
        warnings.append("html-not-closed")
    kept = _article_lines(page.root, message.text, page.elements, warnings)
    pieces = _pieces(page.elements, titles, kept)
    layout = lay_out(pieces)
    if not layout.blocks:
        return [Fail("html-no-text", f"{len(message.body)} bytes of markup, no text")]
    return [
        message.decoded(
            NAME,
            layout.text,
            layout.blocks,
            facts=facts,
            edits=layout.edits,
            warnings=tuple(warnings),
        )
    ]


def _is_cut(markup: str) -> bool:
    """Whether a page begins and does not end; HTML allows that, and so does a broken line."""
    opened = _OPENED.search(markup, 0, _HEAD_OF_PAGE)
    return opened is not None and _CLOSED.search(markup, opened.end()) is None


def _article_lines(
    root: lxml.html.HtmlElement | None,
    markup: str,
    elements: list[Element],
    warnings: list[str],
) -> list[str]:
    """The keys of the lines trafilatura keeps, in its standard configuration; none without one."""
    if root is None:
        return []
    if markup.count("<") > _MAX_TAGS or len(elements) > _MAX_ELEMENTS:
        warnings.append("html-too-large")
        return []
    try:
        article = trafilatura.bare_extraction(root, include_comments=False)
    except _EXTRACTOR_TROUBLE as error:
        warnings.append(f"html-extractor-failed:{type(error).__name__}")
        return []
    text = article.text if isinstance(article, Document) else None
    lines = [key for line in (text or "").split("\n") if (key := _key(line))]
    if not lines:
        warnings.append("html-no-article")
    return lines


def _pieces(elements: list[Element], titles: tuple[str, ...], kept: list[str]) -> list[Piece]:
    keys = [_key(element.text) for element in elements]
    body = _kept_elements(keys, kept)
    headline = _headline(elements, keys, titles)
    rest = Role.FURNITURE if kept else Role.UNDECLARED
    pieces = list(_title_pieces(titles, needed=headline is None))
    for number, element in enumerate(elements):
        role = Role.HEADLINE if number == headline else Role.BODY if number in body else rest
        # The headline again, above or below it, is not a paragraph.
        if headline is not None and number != headline and keys[number] == keys[headline] and kept:
            role = Role.FURNITURE
        text = element.text.replace("\n", " ") if role is Role.HEADLINE else element.text
        pieces.append(Piece(text, role, element.kind))
    return pieces


def _kept_elements(keys: list[str], kept: list[str]) -> set[int]:
    """The elements that are lines of the article.

    Alignment finds the longest common runs first, so that a paragraph that also stands in a
    teaser, or a crosshead that is also a menu entry, is found inside the article.
    """
    if not kept:
        return set()
    counts = Counter(kept)
    likely = sum(counts[key] for key in keys)
    if len(keys) * len(kept) > _ALIGNED_PAIRS or likely > _LIKELY_PAIRS:
        return {number for number, key in enumerate(keys) if key in counts}
    matches = SequenceMatcher(None, keys, kept, autojunk=False).get_matching_blocks()
    found = {match.a + step for match in matches for step in range(match.size)}
    used = {match.b + step for match in matches for step in range(match.size)}
    left = [key for number, key in enumerate(kept) if number not in used and len(key) >= _LONG_KEY][
        :_MAX_SEARCHED
    ]
    if not left:
        return found
    # What is left was cut or joined otherwise than our blocks.
    starts, position = [], 0
    for key in keys:
        starts.append(position)
        position += len(key) + 1
    joined = "\n".join(keys)
    for key in left:
        place = joined.find(key)
        if place >= 0:
            found.add(bisect_right(starts, place) - 1)
    joined = "\n".join(left)
    unfound = (n for n, key in enumerate(keys) if n not in found and len(key) >= _LONG_KEY)
    found.update(number for number in islice(unfound, _MAX_SEARCHED) if keys[number] in joined)
    return found


def _headline(elements: list[Element], keys: list[str], titles: tuple[str, ...]) -> int | None:
    """The element that is the headline: an ``<h1>`` or another that the page's title names."""
    wanted = [_key(title) for title in titles]
    tops = [number for number, element in enumerate(elements) if element.tag == "h1"]
    for candidates in (tops, range(len(keys))):
        for title in wanted:
            for number in candidates:
                if keys[number] and keys[number] == title:
                    return number
    for candidates in (tops, [n for n, element in enumerate(elements) if element.tag != "a"]):
        for number in candidates:
            if len(keys[number]) >= 15 and any(title.startswith(keys[number]) for title in wanted):
                return number
    words = {word for title in titles for word in title.casefold().split()}
    for number in tops:
        own = elements[number].text.casefold().split()
        shared = sum(word in words for word in own)
        if len(own) >= 3 and (not titles or shared * 10 >= len(own) * 6):
            return number
    return next((n for n in tops if len(tops) == 1 and len(elements[n].text.split()) >= 4), None)


def _title_pieces(titles: tuple[str, ...], *, needed: bool) -> list[Piece]:
    """The page's ``<title>``: furniture, unless no element is the headline."""
    if not titles:
        return []
    title = titles[-1]
    if not needed:
        return [Piece(title, Role.FURNITURE)]
    first = titles[0]
    if len(titles) > 1 and not title.startswith(first):
        return [Piece(first, Role.HEADLINE), Piece(title, Role.FURNITURE)]
    headline = first if len(titles) > 1 else _SITE.sub("", title)
    return [Piece(headline, Role.HEADLINE), Piece(title[len(headline) :], Role.FURNITURE)]


def _key(text: str) -> str:
    if text.isascii():
        return text.encode().translate(None, _ASCII_SIGNS).decode().lower()
    return _NOT_ALPHANUMERIC.sub("", text).casefold()
