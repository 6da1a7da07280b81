"""An HTML page: all of its text, block by block, with the role its markup gives each.

It must not drop furniture; cleaning does, and says so.
"""

from __future__ import annotations

import re

from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Facts, Role
from streams.decode.html_article import Article, find_article, key_of
from streams.decode.html_metadata import read_metadata
from streams.decode.markup import FRAGMENT_ROOTS, Element, declares_entities, flatten, root_of
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.steps import Fail

NAME = "html"
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|em|strong|h[1-6]|ul|ol|li|table)\b[^>]*>", re.IGNORECASE
)
_OPENED = re.compile(r"<html\b", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:html|body)\b", re.IGNORECASE)
_HEAD_OF_PAGE = 4096
_SITE = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{2,60}$")


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
    keys = [key_of(element.text) for element in page.elements]
    article = Article()
    if page.root is not None:
        article = find_article(page.root, message.text, page.elements, keys)
        warnings.extend(article.warnings)
    pieces = _pieces(page.elements, keys, titles, article)
    layout = lay_out(pieces, apart=True)
    if not layout.blocks:
        return [Fail("html-no-text", f"{len(message.body)} bytes of markup, no text")]
    return [
        message.decoded(
            NAME,
            layout,
            facts=facts,
            warnings=tuple(warnings),
        )
    ]


def _is_cut(markup: str) -> bool:
    """Whether a page begins and does not end; HTML allows that, and so does a broken line."""
    opened = _OPENED.search(markup, 0, _HEAD_OF_PAGE)
    return opened is not None and _CLOSED.search(markup, opened.end()) is None


def _pieces(
    elements: list[Element], keys: list[str], titles: tuple[str, ...], article: Article
) -> list[Piece]:
    headline = _headline(elements, keys, titles)
    rest = Role.FURNITURE if article.furniture else Role.UNDECLARED
    pieces = list(_title_pieces(titles, needed=headline is None))
    for number, element in enumerate(elements):
        role = Role.BODY if number in article.body else rest
        if number == headline:
            role = Role.HEADLINE
        # The headline again, above or below it, is not a paragraph.
        elif headline is not None and keys[number] == keys[headline] and article.furniture:
            role = Role.FURNITURE
        text = element.text.replace("\n", " ") if role is Role.HEADLINE else element.text
        pieces.append(Piece(text, role, element.kind, line=element.tag == "pre"))
    return pieces


def _headline(elements: list[Element], keys: list[str], titles: tuple[str, ...]) -> int | None:
    """The element that is the headline: an ``<h1>`` or another that the page's title names."""
    wanted = [key_of(title) for title in titles]
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
    return next((n for n in tops if len(tops) == 1 and _is_long(elements[n].text)), None)


def _is_long(text: str) -> bool:
    """Whether a heading may be a headline: four words, or as much where nothing parts words."""
    words = len(text.split())
    return words >= 4 or (not text.isascii() and len(text) >= max(12, 12 * words))


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
