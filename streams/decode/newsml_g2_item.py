"""A NewsML-G2 item with its properties by group and name, each looked up once.

It must not interpret them.
"""

from __future__ import annotations

from lxml import etree

from streams.decode.xml_document import attribute, children, local, text_of

# Groups of properties; an item may state one twice.
_GROUPS = frozenset({"itemMeta", "contentMeta", "contentSet", "rightsInfo", "partMeta", "concept"})


class Item:
    """One item: a newsItem, a packageItem, an event and so on.

    Attributes:
        name: of its element, without namespace.
        members: its children by name; those of ``all`` and ``first`` are one level below.
    """

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.name = local(element)
        self.guid = attribute(element, "guid")
        self.language = attribute(element, "lang")
        self.members: dict[str, list[etree._Element]] = {}
        self._properties: dict[tuple[str, str], list[etree._Element]] = {}
        for child in children(element):
            name = local(child)
            self.members.setdefault(name, []).append(child)
            for inner in children(child) if name in _GROUPS else ():
                self._properties.setdefault((name, local(inner)), []).append(inner)

    def all(self, group: str, *names: str) -> list[etree._Element]:
        """The properties with one of these names in a group, in document order for one name."""
        if len(names) == 1:
            return self._properties.get((group, names[0]), [])
        return [node for name in names for node in self._properties.get((group, name), ())]

    def first(self, group: str, name: str) -> etree._Element | None:
        """The first property of a name in a group."""
        found = self._properties.get((group, name))
        return found[0] if found else None

    def text(self, group: str, name: str) -> str | None:
        """The text of the first property of a name, on one line."""
        return text_of(self.first(group, name))

    def in_language(self, nodes: list[etree._Element]) -> etree._Element | None:
        """Of properties that say the same the one in the item's language, else the first."""
        wanted = (self.language or "").lower()[:2]
        for node in nodes if wanted and len(nodes) > 1 else ():
            if (attribute(node, "lang") or "").lower()[:2] == wanted:
                return node
        return nodes[0] if nodes else None
