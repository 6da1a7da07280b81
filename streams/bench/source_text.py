"""The text content of a message, found without our decoders: what recall is measured against.

Simple on purpose, and generous: whatever looks like text counts. It must not use anything of
``streams.decode``, or a decoder's blind spot would be the measure's as well.
"""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from collections.abc import Iterator
from email.message import EmailMessage

import lxml.html
from lxml import etree


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD = re.compile(r"[^\W_]+")
_MARKUP = re.compile(
    r"</?(?:p|br|div|a|b|i|ul|li|em|strong|table|h\d|span|sup|sub|img|hr|iframe|figure)\b[^<>]*>",
    re.IGNORECASE,
)
# UTF-8 read as Windows-1252: a lead byte, then one to three that only continue.
_MOJIBAKE = re.compile("[Â-ô][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}")
_REFERENCE = re.compile(r"&(?:[a-z]{2,8}|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
_ESCAPES = 2
_PRINTABLE = re.compile("[\x00-\x1f\x7f]+")
_HEADERS = re.compile(r"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3}")
# Elements that hold text in the IPTC's formats, in feeds, and in what agencies made themselves.
# Of nested ones the outermost counts.
_TEXT_ELEMENTS = _names(
    "inlineXML inlineData DataContent body headline HeadLine SubHeadLine NewsLineText ByLine "
    "DateLine CopyrightLine by dateline description edNote title summary content encoded text "
    "strapline subtitle lead ingress hl1 hl2 abstract"
)
_NOT_TEXT = frozenset({"head", "script", "style", "media-object", "object"})
# Elements that part words; others may stand inside one.
_BLOCKS = _names(
    "p br div li ul ol td th tr table h1 h2 h3 h4 h5 h6 hr dt dd dl pre blockquote section article "
    "header footer nav aside figure figcaption caption title body head html block hedline hl1 hl2 "
    "byline byttl distributor dateline location abstract note media tagline option button label"
)
# Beside a text item these are no text: metadata of the feed, of a link, of a code's name.
_ABOUT_OTHERS = _names(
    "link remoteContent remoteInfo itemRef subject conceptSet concept assert image rightsInfo "
    "memberOf RightsMetadata"
)
_TEXT_KEY = re.compile(
    r"(?:body|headline|description|text|lead|article|teaser|kicker|ednote|caption|summary|abstract)"
    r"(?:_\w+)?|bodies|headlines|descriptions|ednotes|caption|edNote",
    re.IGNORECASE,
)
# Fields of an item that speak of other items or of pictures.
_OTHER_ITEMS = frozenset({"associations", "renditions", "links", "subject", "place", "person"})


def words(text: str) -> list[str]:
    """The words of a text, in lower case, without punctuation."""
    return _WORD.findall(text.casefold())


def source_texts(body: bytes) -> list[str]:
    """Every text in a message, each by itself: a headline, a rendering of the body, a note.

    Renderings of one text (plain and marked up) come apart: a decoder must have the words of each
    of them, but not twice.
    """
    text = _read(body)
    head = text.lstrip("\ufeff \t\r\n")
    found: Iterator[str]
    if "\x02" in text or "\x03" in text[-200:]:
        found = _telegrams(text)
    elif head.startswith("ZCZC"):
        found = _zczc(text)
    elif head[:1] in {"{", "["} and (value := _json(head)) is not None:
        found = _of_json(value)
    elif head.startswith("<"):
        found = _of_markup(head)
    elif _HEADERS.match(head):
        found = _of_mail(body)
    else:
        found = iter([text])
    return [one for one in found if words(one)]


def _read(body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return _mended(body.decode(encoding))
        except UnicodeDecodeError:
            continue
    return ""


def _mended(text: str) -> str:
    """Text with characters that were decoded wrong before it was sent: as its readers know it."""
    return _MOJIBAKE.sub(_as_meant, text)


def _as_meant(found: re.Match[str]) -> str:
    # Windows-1252 leaves five bytes out, which old software passes on as they are.
    raw = b"".join(
        sign.encode("latin-1" if "\x80" <= sign <= "\x9f" else "cp1252", "replace")
        for sign in found[0]
    )
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return found[0]


def _telegrams(text: str) -> Iterator[str]:
    for part in re.split("\x01", text):
        inside = part.partition("\x02")[2] or part
        inside = re.split("\x03|\x04", inside.lstrip("\x02"))[0]
        yield _PRINTABLE.sub(" ", inside)


def _zczc(text: str) -> Iterator[str]:
    for part in re.split(r"^\s*NNNN", text, flags=re.MULTILINE):
        yield _PRINTABLE.sub(" ", part.partition("\n")[2])


def _json(text: str) -> object | None:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _of_json(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _of_json(entry)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in _OTHER_ITEMS:
                continue
            if _TEXT_KEY.fullmatch(key):
                yield from _strings(inner)
            else:
                yield from _of_json(inner)


def _strings(value: object) -> Iterator[str]:
    """A text, or the texts of an array of renderings: [{"role": ..., "value": ...}]."""
    if isinstance(value, str):
        yield _stripped(value)
    elif isinstance(value, list):
        marked = [entry for entry in value if not _is_other_format(entry)]
        for entry in marked or value:
            if isinstance(entry, dict):
                for key in ("value", "ednote", "text", "body"):
                    yield from _strings(entry.get(key))
            else:
                yield from _strings(entry)
    elif isinstance(value, dict):
        yield from _of_json(value)


def _is_other_format(entry: object) -> bool:
    """A rendering as NewsML or NITF: it has the text of the others, and metadata between."""
    if not isinstance(entry, dict):
        return False
    kind = str(entry.get("contenttype") or entry.get("contentType"))
    return "xml" in kind and "html" not in kind


def _stripped(text: str, depth: int = 0) -> str:
    """Text without markup; markup that was escaped once more is markup all the same."""
    if text.lstrip().startswith("<?xml"):
        return " ".join(_of_markup(text.lstrip()))
    if not _MARKUP.search(text):
        bare = _mended(html.unescape(text))
    else:
        bare = "".join(_inside(lxml.html.document_fromstring(f"<div>{text}</div>")))
    again = _MARKUP.search(bare) or _REFERENCE.search(bare)
    return _stripped(bare, depth + 1) if again and depth < _ESCAPES else bare


def _of_markup(text: str) -> Iterator[str]:
    body = re.sub(r"^<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL)
    body = re.sub(r"<!DOCTYPE[^<>\[]*(\[.*?\]\s*)?>", "", body, count=1, flags=re.DOTALL)
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    root = None
    if not re.match(r"\s*<(?:html|h\d|p|div)\b", body, re.IGNORECASE):
        try:
            root = etree.fromstring(body, etree.XMLParser(recover=True, **options))
        except (etree.LxmlError, ValueError):
            root = None
    if root is None:
        yield "".join(_inside(lxml.html.document_fromstring(body)))
        return
    yield from _elements(root)


def _elements(node: etree._Element) -> Iterator[str]:
    """The texts of the outermost elements that hold text."""
    for child in node:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in _NOT_TEXT or name in _ABOUT_OTHERS or _is_style_sheet(child):
            continue
        if name in _TEXT_ELEMENTS and not (name == "title" and child.find("../item") is not None):
            yield _stripped("".join(_inside(child)).strip())
        else:
            yield from _elements(child)


def _is_style_sheet(node: etree._Element) -> bool:
    """A NewsML 1 ContentItem that holds CSS beside the text it is for."""
    kinds = (kind.get("FormalName") or "" for kind in node.iterchildren("{*}Format", "{*}MimeType"))
    return any("css" in kind.lower() for kind in kinds)


def _inside(node: etree._Element) -> Iterator[str]:
    """All text inside an element; what stands in blocks of its own is set apart by a space."""
    in_byline = node.tag.rpartition("}")[2] == "byline"
    if node.text:
        yield node.text
    for child in node:
        if isinstance(child.tag, str):
            name = child.tag.rpartition("}")[2]
            apart = name in _BLOCKS or "." in name or in_byline
            if apart:
                yield " "
            if name not in _NOT_TEXT:
                yield from _inside(child)
            if apart:
                yield " "
        if child.tail:
            yield child.tail


def _of_mail(body: bytes) -> Iterator[str]:
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  (the policy makes it so)
    yield str(message["subject"] or "")
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
            continue
        content = part.get_content()
        # A form on a web page may mail its answers as JSON.
        value = _json(content) if content.lstrip().startswith("{") else None
        if value is not None:
            yield from _of_json(value)
        else:
            yield _stripped(content) if part.get_content_subtype() == "html" else content
