"""The parts of a mail: header fields decoded, the text chosen, attachments told from it.

It must not decide what an attachment means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Mail
from email.utils import parseaddr

from streams.decode.blocks import Piece
from streams.decode.decoded import Role
from streams.decode.encoding import read_text
from streams.decode.markup import words
from streams.decode.profiles import ProviderProfile
from streams.decode.rich_text import letters, pieces_of
from streams.steps import Fail

_MAX_HEADER_CHARS = 8_000
_MAX_PARTS = 500
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_HEADER_TROUBLE = (
    AttributeError,
    HeaderParseError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# Of two alternatives the marked-up one stands, unless the plain one says clearly more.
_TEXT_SAYS_MORE = 1.5
# One encoded word (RFC 2047), or several: the white space between two of them is none.
_ENCODED = re.compile(r"=\?[^?\s]{1,40}\?[BbQq]\?[^?]*\?=(?:\s+=\?[^?\s]{1,40}\?[BbQq]\?[^?]*\?=)*")
_WORD = re.compile(r"\w+")
_MESSAGES = words(
    "text/xml application/xml application/json application/rss+xml application/atom+xml "
    "message/rfc822 text/plain text/html text/csv text/calendar application/xhtml+xml"
)
_NAMED = re.compile(
    r"\.(?:xml|json|nitf|newsml|g2|rss|atom|txt|iptc|anpa|html?|eml|csv)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the mail's text.

    Attributes:
        name: its file name, else its content id, else its media type and number.
    """

    name: str
    media_type: str
    content_type: str
    body: bytes

    @property
    def may_be_message(self) -> bool:
        """Whether its type or its name says that it may be a message of some wire format."""
        return (
            self.media_type in _MESSAGES
            or self.media_type.endswith(("+xml", "+json"))
            or (self.media_type == "application/octet-stream" and bool(_NAMED.search(self.name)))
        )


@dataclass(slots=True)
class Body:
    """The text of a mail.

    Attributes:
        plain: the text, where all of the body is one plain text.
    """

    pieces: list[Piece] = field(default_factory=list)
    plain: str | None = None


def header(mail: Mail, name: str) -> str | None:
    """A header field on one line, encoded words decoded; None when absent or empty."""
    raw = _raw(mail, name)
    if raw is None:
        return None
    decoded = raw
    if not decoded.isascii():
        decoded = _unescaped(decoded)
    if "=?" in decoded:
        decoded = _ENCODED.sub(_encoded, decoded)
    return " ".join(_CONTROLS.sub(" ", decoded).split()) or None


def sender_names(mail: Mail) -> tuple[str, ...]:
    """What the sender is called, surest first: domain and its parents, address, name, house."""
    found: list[str] = []
    try:
        name, address = parseaddr(header(mail, "from") or "")
    except _HEADER_TROUBLE:
        name, address = "", ""
    domain = address.rpartition("@")[2].lower()
    labels = domain.split(".") if domain else []
    found += [".".join(labels[number:]) for number in range(max(0, len(labels) - 1))]
    found += [address, name, header(mail, "organization") or ""]
    return tuple(one for one in found if one)


def content_of(
    mail: Mail, profile: ProviderProfile, warnings: list[str]
) -> tuple[Body, list[Attachment]]:
    """The text of the mail, and what is attached to it, in order."""
    body = Body()
    attachments: list[Attachment] = []
    texts: list[str | None] = []
    waiting = [mail]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > _MAX_PARTS:
            warnings.append("mail-parts-many")
            break
        kind = _media_type(part)
        children = _children(part)
        if kind == "message/rfc822" and children:
            attachments.append(_attachment(part, kind, len(attachments), children[0].as_bytes()))
        elif kind == "multipart/alternative" and _are_texts(children):
            body.pieces += _fullest(children, profile, warnings)
            texts += [_plain(one, profile, []) for one in children[:1]]
        elif children:
            waiting += reversed(children)
        elif kind in {"text/plain", "text/html"} and not _is_attached(part, first=not body.pieces):
            pieces, plain = _text_pieces(part, profile, warnings)
            body.pieces += pieces
            texts.append(plain)
        elif not part.is_multipart():
            attachments.append(_attachment(part, kind, len(attachments), _payload(part)))
    if len(texts) == 1:
        body.plain = texts[0]
    return body, attachments


def _fullest(parts: list[Mail], profile: ProviderProfile, warnings: list[str]) -> list[Piece]:
    """The fullest alternative; what only another says stays as furniture."""
    renderings = [
        (_media_type(part) == "text/html", _text_pieces(part, profile, warnings)[0])
        for part in parts
    ]
    sizes = [
        len(letters(pieces)) * (_TEXT_SAYS_MORE if marked else 1.0) for marked, pieces in renderings
    ]
    best = sizes.index(max(sizes))
    chosen = renderings[best][1]
    said = set(_WORD.findall(" ".join(piece.text for piece in chosen)))
    rest = [
        Piece(piece.text, Role.FURNITURE)
        for number, (_, pieces) in enumerate(renderings)
        for piece in pieces
        if number != best and not said.issuperset(_WORD.findall(piece.text))
    ]
    return chosen + rest


def _text_pieces(
    part: Mail, profile: ProviderProfile, warnings: list[str]
) -> tuple[list[Piece], str | None]:
    text = _plain(part, profile, warnings)
    if _media_type(part) == "text/html":
        return pieces_of(text, Role.BODY, warnings=warnings), None
    return [Piece(line, Role.BODY) for line in text.splitlines()], text


def _plain(part: Mail, profile: ProviderProfile, warnings: list[str]) -> str:
    """The text of a part, whatever it declares its charset to be; flowed lines joined."""
    body = _payload(part)
    if not body.strip():
        return ""
    reading = read_text(body, declared=_parameter(part, "charset"), encodings=profile.encodings)
    if isinstance(reading, Fail):
        warnings.append(f"mail-part-unread:{reading.code}")
        return ""
    warnings += reading.warnings
    text = reading.text.replace("\r\n", "\n").replace("\r", "\n")
    if (_parameter(part, "format") or "").lower() == "flowed":
        joined = "" if (_parameter(part, "delsp") or "").lower() == "yes" else " "
        text = _unflowed(text, joined)
    return text


def _unflowed(text: str, joined: str) -> str:
    """Lines of ``format=flowed`` joined as RFC 3676 has it; "-- " never is a flowed line."""
    lines: list[str] = []
    flowing: list[str] = []
    for line in text.split("\n"):
        own = line.removeprefix(" ")
        flows = own.endswith(" ") and own != "-- "
        if flowing and own == "-- ":
            lines.append(joined.join(flowing))
            flowing = []
        flowing.append(own[:-1] if flows else own)
        if not flows:
            lines.append(joined.join(flowing))
            flowing = []
    return "\n".join([*lines, joined.join(flowing)] if flowing else lines)


def _are_texts(parts: list[Mail]) -> bool:
    return bool(parts) and all(_media_type(part) in {"text/plain", "text/html"} for part in parts)


def _is_attached(part: Mail, *, first: bool) -> bool:
    """Whether a text is attached: it is said to be, or has a name and a text before it."""
    disposition = (_raw(part, "content-disposition") or "").partition(";")[0].strip().lower()
    return disposition == "attachment" or (not first and _filename(part) is not None)


def _attachment(part: Mail, kind: str, number: int, body: bytes) -> Attachment:
    content_id = (_raw(part, "content-id") or "").strip(" <>")
    name = _filename(part) or content_id or f"{kind} {number + 1}"
    charset = _parameter(part, "charset")
    return Attachment(name, kind, f"{kind}; charset={charset}" if charset else kind, body)


def _children(part: Mail) -> list[Mail]:
    # Asked for a single part's payload, the library decodes it by its charset, NUL or not.
    payload = part.get_payload() if part.is_multipart() else []
    return [child for child in payload if isinstance(child, Mail)]


def _payload(part: Mail) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _HEADER_TROUBLE:
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _media_type(part: Mail) -> str:
    try:
        return part.get_content_type()
    except _HEADER_TROUBLE:
        return "text/plain"


def _parameter(part: Mail, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except _HEADER_TROUBLE:
        return None
    # RFC 2231 gives charset, language and value.
    value = value[2] if isinstance(value, tuple) else value
    return value.strip() if isinstance(value, str) and value.isascii() else None


def _filename(part: Mail) -> str | None:
    try:
        name = part.get_filename()
    except _HEADER_TROUBLE:
        return None
    if not name:
        return None
    holder = Mail()
    holder["name"] = " ".join(name.split())
    return header(holder, "name")


def _raw(mail: Mail, name: str) -> str | None:
    value = next((str(text) for own, text in mail.raw_items() if own.lower() == name), None)
    return value[:_MAX_HEADER_CHARS] if value is not None else None


def _encoded(found: re.Match[str]) -> str:
    try:
        decoded = "".join(_chunk(chunk, charset) for chunk, charset in decode_header(found[0]))
    except _HEADER_TROUBLE:
        decoded = ""
    # Broken base64 decodes to nothing; then the word is all there is.
    return decoded or found[0]


def _chunk(chunk: bytes | str, charset: str | None) -> str:
    if isinstance(chunk, str):
        return chunk
    if charset is None:
        return chunk.decode("ascii", "replace")
    reading = read_text(chunk, declared=charset.partition("*")[0], encodings=())
    return reading.text if not isinstance(reading, Fail) else chunk.decode("ascii", "replace")


def _unescaped(text: str) -> str:
    """Bytes that stood in a header field without being encoded, as the text they are."""
    try:
        raw = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8", "replace")
    reading = read_text(raw, declared=None, encodings=())
    return reading.text if not isinstance(reading, Fail) else raw.decode("ascii", "replace")
