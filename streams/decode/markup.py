"""HTML to pieces of text, block by block: every word of the page but scripts and styles.

It must not judge which piece is the article.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

import lxml.html
from lxml import etree

from schemas.item import ParagraphKind

# Characters of markup that lxml may build a tree of; a tree takes about ten times as much memory.
MAX_TREE_CHARS = 2_000_000


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


_BLOCKS = words(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend "
    "li main menu nav noscript ol optgroup option p pre section select summary table tbody td "
    "textarea tfoot th thead title tr ul "
    # NITF's own
    "abstract block body.content body.end body.head bq byline dateline distributor hedline hl1 hl2 "
    "media media-caption media-producer nitf-table note tagline"
)
FRAGMENT_ROOTS = words(
    "a article b blockquote body br center div em figure footer h1 h2 h3 h4 h5 h6 head header hr "
    "i img li link main meta nav ol p pre script section small span strong style table title ul"
)
_SKIPPED = words("script style template svg head noembed noframes media-object")
# Common elements that only run along in a line.
_INLINE = words(
    "a abbr b br cite code em font i img input label link meta small span strong sub sup u"
)
_KNOWN = _BLOCKS | _SKIPPED | _INLINE
_KINDS = {
    "li": ParagraphKind.LIST,
    "dt": ParagraphKind.LIST,
    "dd": ParagraphKind.LIST,
    "figcaption": ParagraphKind.CAPTION,
    "caption": ParagraphKind.CAPTION,
    "media-caption": ParagraphKind.CAPTION,
    "blockquote": ParagraphKind.QUOTE,
    "bq": ParagraphKind.QUOTE,
    **dict.fromkeys(("hl2", "h2", "h3", "h4", "h5", "h6"), ParagraphKind.CROSSHEAD),
}
# Only what HTML collapses: a no-break space is the writer's.
_WHITE = re.compile("[ \t\n\r\f]+")
_TO_COLLAPSE = ("\n", "  ", "\t", "\r", "\f")
_BREAK = "\u2028"
_EDGES = f" {_BREAK}"
_BREAKS = re.compile(f"[ ]?{_BREAK}[ ]?")
_PARAGRAPH = re.compile(f"{_BREAK}[ ]?(?:{_BREAK}[ ]?)+")
# A table with a longer cell, or with a table inside, only lays the page out.
_MAX_CELL_CHARS = 300

_DROPPED = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|svg|noembed|noframes)\b.*?(?:</\1\s*>|\Z)"
    r"|<!\[CDATA\[|\]\]>|<[!?][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_BREAKING_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))}|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


# Atomic and possessive, or white space and comments could be parted in ever more ways.
_ROOT = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)*+<([A-Za-z][\w:.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_SUBSET = re.compile(r"<!DOCTYPE[^<>\[]*\[", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)


def root_of(head: str) -> str | None:
    """The name of the first element of a text that begins as markup, else None."""
    found = _ROOT.match(head) if head.startswith("<") else None
    return found.group(1) if found else None


def is_html(root: str) -> bool:
    """Whether an element of this name begins HTML, a page or a fragment."""
    return root.lower() == "html" or root.lower() in FRAGMENT_ROOTS


def declares_entities(markup: str) -> bool:
    """Whether a document type declares entities: the way of bombs and of files read from disk."""
    declared = _ENTITY.search(markup)
    if declared is None:
        return False
    subset = _SUBSET.search(markup)
    before = markup[: declared.start()]
    return not before.strip() or (
        subset is not None and _ENTITY.search(markup, subset.end()) is not None
    )


@dataclass(frozen=True, slots=True)
class Element:
    """The text of one block element: its tag, and how it is to be set.

    Attributes:
        node: the element it stood in directly, None outside every block.
    """

    text: str
    tag: str
    kind: ParagraphKind = ParagraphKind.TEXT
    node: etree._Element | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A page flattened.

    Attributes:
        root: the tree, None when the page was too large or too deep for one.
        why_no_tree: "html-too-large" or "html-too-deep" then.
    """

    elements: list[Element]
    root: lxml.html.HtmlElement | None
    why_no_tree: str | None = None


def flatten(markup: str) -> Page:
    """Every block of the markup, in order; without a tree where one would cost too much."""
    if len(markup) > MAX_TREE_CHARS:
        return Page(strip_tags(markup), None, "html-too-large")
    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=False,
    )
    try:
        root = lxml.html.document_fromstring(markup.replace("\0", "\ufffd").encode(), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return Page(strip_tags(markup), None, "html-no-tree")
    # Past its limits libxml2 stops without an exception, and what follows is missing.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return Page(strip_tags(markup), None, "html-too-deep")
    return Page(elements_of(root), root)


def strip_tags(markup: str) -> list[Element]:
    """The blocks of markup too large or too deep for a tree, in time linear in its length."""
    lines = _BREAKING_TAG.sub("\n", _DROPPED.sub(" ", markup))
    return [
        Element(text, "")
        for line in lines.split("\n")
        if (text := _collapse(html.unescape(_TAG.sub("", line))).strip())
    ]


@dataclass(slots=True)
class _Walk:
    """What a walk over the tree has found, and what it has gathered of the block it is in."""

    found: list[Element] = field(default_factory=list)
    buffer: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    nodes: list[etree._Element] = field(default_factory=list)
    kinds: list[ParagraphKind] = field(default_factory=lambda: [ParagraphKind.TEXT])
    tables: list[bool] = field(default_factory=list)
    row: list[str] | None = None

    def flush(self) -> None:
        """End the block gathered so far: one element, or more where line breaks part it."""
        text = "".join(self.buffer)
        self.buffer.clear()
        if not text or text.isspace():
            return
        tag = "h1" if "h1" in self.tags else self.tags[-1] if self.tags else ""
        kind = self.kinds[-1]
        node = self.nodes[-1] if self.nodes else None
        if "pre" in self.tags:
            lines = text.replace(_BREAK, "\n").splitlines()
            self.found += [Element(line, tag, kind, node) for line in lines if line.strip()]
            return
        text = _collapse(text)
        for paragraph in _PARAGRAPH.split(text) if _BREAK in text else (text,):
            inner = paragraph.strip(_EDGES)
            if _BREAK in inner:
                inner = _BREAKS.sub("\n", inner)
            if inner:
                self.found.append(Element(inner, tag, kind, node))

    def start(self, tag: str, node: etree._Element) -> None:
        """Begin a block element."""
        if self.row is not None:
            # Inside a data table paragraphs are only a cell's way of being set.
            self.buffer.append(" ")
        elif self.buffer:
            self.flush()
        if tag == "table":
            self.tables.append(self.row is None and _is_data_table(node))
        elif tag == "tr" and self.tables and self.tables[-1]:
            self.row = []
        self.tags.append(tag)
        self.nodes.append(node)
        self.kinds.append(_KINDS.get(tag) or self.kinds[-1])

    def end(self, tag: str) -> None:
        """End a block element."""
        if self.row is None:
            if self.buffer:
                self.flush()
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        else:
            self.buffer.append(" ")
        if tag == "table" and self.tables:
            self.tables.pop()
        self.tags.pop()
        self.nodes.pop()
        self.kinds.pop()

    def _end_cell(self) -> None:
        text = _collapse("".join(self.buffer).replace(_BREAK, " ")).strip()
        self.buffer.clear()
        if self.row is not None:
            self.row.append(text)

    def _end_row(self) -> None:
        if "".join(self.buffer).strip():
            self._end_cell()
        self.buffer.clear()
        text = "\t".join(self.row or ())
        self.row = None
        if text.strip():
            self.found.append(Element(text, "tr", ParagraphKind.TABLE, self.nodes[-1]))


def elements_of(root: etree._Element) -> list[Element]:
    """The blocks of a tree, in order; a row of a data table is one block, cells parted by tabs.

    The walk is iterative and visits each node once.
    """
    walk = _Walk()
    events = etree.iterwalk(root, events=("start", "end"))
    for event, node in events:
        tag = node.tag
        if tag not in _KNOWN:
            tag = _local(tag)
        if event == "start":
            if tag in _SKIPPED:
                events.skip_subtree()
                continue
            if tag in _BLOCKS:
                walk.start(tag, node)
            elif tag == "br":
                walk.buffer.append(_BREAK)
            text = node.text
        else:
            if tag in _BLOCKS:
                walk.end(tag)
            text = node.tail
        if text:
            walk.buffer.append(text)
    walk.flush()
    return walk.found


def _local(tag: object) -> str:
    """The name of an element without namespace or prefix, in lower case; "" for what is none."""
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _collapse(text: str) -> str:
    """Runs of white space as one space; most texts have none, and the pattern is slow."""
    if any(white in text for white in _TO_COLLAPSE):
        return _WHITE.sub(" ", text)
    return text


def _is_data_table(table: etree._Element) -> bool:
    if table.find(".//{*}table") is not None:
        return False
    return not any(
        sum(map(len, cell.itertext())) > _MAX_CELL_CHARS for cell in table.iter("{*}td", "{*}th")
    )
