"""What the containers around a block say of it: named for furniture, hidden, made of links.

It must not decide what the article is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

_TAGS = frozenset(("nav", "aside", "footer", "form", "dialog", "select", "menu"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "dialog", "menu"))
# A crosshead in the table of contents is called "toc" and is text; ids of small elements are often
# made of their words: "related-work" above a paragraph on it.
_UNNAMED = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_NAMED_BY_CLASS = frozenset(("p", "li", "a", "span"))
# Words that sites build the names of such containers of, in class and id; each was seen on pages
# of several sites. Only whole words: "related", not "correlated". "ad" is not among them: what is
# called so was text more often than not.
_NAMES = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?:"
    r"(?i:newsletter|sign-?up|subscri(?:be|ption)|cta|call-to-action|promo(?:tion)?|advert\w*"
    r"|sponsor\w*|related|recommend(?:ed|ations?)|read-?more|more-(?:on|from|stories|articles)"
    r"|most-(?:read|popular)|trending|popular|teasers?|share|sharing|social|breadcrumbs?|comments?"
    r"|toc|table-of-contents|side-?bar|pop-?up|modal|cookies?|consent|gdpr|disclaimer|disclosure"
    r"|author-?(?:bio|box|info|card|name|details)?|bio|byline|v-?card|tags|tag-?list|paginat(?:ion|or)"
    r"|footer|navbar|navigation|menu|print-only|screen-reader\w*|sr-only))"
    r"(?![a-z])"
)

_UNSEEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# "Please enable JavaScript"; longer ones hold the article again, for readers without.
_NOTICE_CHARS = 300
# Of the article's letters. Swept from .05 to .4 on the 150 pages of WCXB: F1 .957 to .959.
_LITTLE = 0.2


class Containers:
    """The elements around the blocks of one page, each looked at once.

    What they say holds where little of the article stands in them only: a whole page may be called
    "has-sidebar", a whole text "post tags-politics", and a whole article be hidden until it is
    paid for.
    """

    def __init__(self, mass: Iterable[tuple[etree._Element | None, int]]) -> None:
        """Weigh the containers.

        Args:
            mass: the element each block of the article stands in, and how many letters it has.
        """
        self._mass: dict[etree._Element, int] = {}
        self._total = 0
        for node, letters in mass:
            self._total += letters
            for container in _with_ancestors(node):
                self._mass[container] = self._mass.get(container, 0) + letters
        self._furniture: dict[etree._Element, bool] = {}
        self._hidden: dict[etree._Element, bool] = {}
        self._linked: dict[etree._Element, float] = {}

    def is_furniture(self, node: etree._Element | None) -> bool:
        """Whether a container around a block is furniture by name, tag or role."""
        return self._any_around(node, self._furniture, _names_furniture)

    def is_hidden(self, node: etree._Element | None) -> bool:
        """Whether a container around a block is not to be seen, as far as its attributes say."""
        return self._any_around(node, self._hidden, _is_hidden)

    def linked(self, node: etree._Element | None) -> float:
        """The share of an element's letters that are links."""
        if node is None:
            return 0.0
        known = self._linked.get(node)
        if known is None:
            known = self._linked[node] = _linked(node)
        return known

    def _any_around(
        self,
        node: etree._Element | None,
        known: dict[etree._Element, bool],
        judge: Callable[[etree._Element], bool],
    ) -> bool:
        most = _LITTLE * self._total
        for container in _with_ancestors(node):
            if self._mass.get(container, 0) > most:
                return False
            answer = known.get(container)
            if answer is None:
                answer = known[container] = judge(container)
            if answer:
                return True
        return False


def _with_ancestors(node: etree._Element | None) -> Iterator[etree._Element]:
    while node is not None:
        yield node
        node = node.getparent()


def _names_furniture(node: etree._Element) -> bool:
    if node.tag in _TAGS or node.get("role") in _ROLES:
        return True
    if node.tag == "noscript":
        return sum(map(len, node.itertext())) < _NOTICE_CHARS
    if node.tag in _UNNAMED:
        return False
    names = node.get("class") or ""
    if node.tag not in _NAMED_BY_CLASS:
        names = f"{names} {node.get('id') or ''}"
    return len(names) > 1 and _NAMES.search(names) is not None


def _is_hidden(node: etree._Element) -> bool:
    if node.get("hidden") is not None or node.get("aria-hidden") == "true":
        return True
    style = node.get("style")
    return style is not None and _UNSEEN.search(style) is not None


def _linked(node: etree._Element) -> float:
    if any(container.tag == "a" for container in _with_ancestors(node)):
        return 1.0
    links = sum(len("".join(link.itertext()).strip()) for link in node.iter("a"))
    return links / max(1, len("".join(node.itertext()).strip())) if links else 0.0
