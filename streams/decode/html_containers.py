"""What the containers around a block say of it: named for furniture, hidden, made of links.

It must not decide what the article is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

_TAGS = frozenset(("nav", "aside", "footer", "form", "dialog", "select", "menu"))
_ROLES = frozenset(("navigation", "complementary", "contentinfo", "search", "dialog", "menu"))
# Their ids are often made of the words they hold: "related-work" above a paragraph on it.
_NAMED_BY_TEXT = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "a", "span"))
# Words that sites build the names of such containers of, in class and id; each was seen on pages
# of several sites. Only whole words: "related", not "correlated". "ad" is not among them: what is
# called so was text more often than not.
_NAMES = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?:"
    r"(?i:newsletter|sign-?up|subscri(?:be|ption)|cta|call-to-action|promo(?:tion)?|advert\w*"
    r"|sponsor\w*|related|recommend(?:ed|ations?)|read-?more|more-(?:on|from|stories|articles)"
    r"|most-(?:read|popular)|trending|popular|teasers?|share|sharing|social|breadcrumbs?|comments?"
    r"|toc|table-of-contents|side-?bar|pop-?up|modal|cookies?|consent|gdpr|disclaimer|disclosure"
    r"|author-?(?:bio|box|info|card|name|details)|bio|byline|tags|tag-?list|pagination|paginator"
    r"|footer|navbar|navigation|menu|print-only|screen-reader\w*|sr-only))"
    r"(?![a-z])"
)


class Containers:
    """The elements around the blocks of one page, each looked at once.

    What a name says holds for containers with little of the article in them only: a whole page may
    be called "has-sidebar", and a whole text "post tags-politics".
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
        self._named: dict[etree._Element, bool] = {}
        self._linked: dict[etree._Element, float] = {}

    def is_furniture(self, node: etree._Element | None, share: float) -> bool:
        """Whether a container around a block is furniture by name, tag, role or style.

        Args:
            share: of the article's letters; what holds more is no furniture, whatever its name.
        """
        most = share * self._total
        for container in _with_ancestors(node):
            if self._mass.get(container, 0) > most:
                return False
            named = self._named.get(container)
            if named is None:
                named = self._named[container] = _names_furniture(container)
            if named:
                return True
        return False

    def linked(self, node: etree._Element | None) -> float:
        """The share of an element's letters that are links."""
        if node is None:
            return 0.0
        known = self._linked.get(node)
        if known is None:
            known = self._linked[node] = _linked(node)
        return known


def _with_ancestors(node: etree._Element | None) -> Iterator[etree._Element]:
    while node is not None:
        yield node
        node = node.getparent()


def _names_furniture(node: etree._Element) -> bool:
    if node.tag in _TAGS or node.get("role") in _ROLES or node.get("aria-hidden") == "true":
        return True
    names = node.get("class") or ""
    if node.tag not in _NAMED_BY_TEXT:
        names = f"{names} {node.get('id') or ''}"
    return len(names) > 1 and _NAMES.search(names) is not None


def _linked(node: etree._Element) -> float:
    if any(container.tag == "a" for container in _with_ancestors(node)):
        return 1.0
    links = sum(len("".join(link.itertext()).strip()) for link in node.iter("a"))
    return links / max(1, len("".join(node.itertext()).strip())) if links else 0.0
