"""A message on its way to a decoder: its bytes, its text, and whose name its items will bear.

It must not know any format.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from schemas.event import Source
from schemas.raw import RawMessage, derived_position
from streams.decode.blocks import NO_LAYOUT, Layout
from streams.decode.decoded import Decoded, Facts
from streams.decode.encoding import Reading, declared_charset, read_text
from streams.decode.json_document import JsonDocument, opens_like_json, parse
from streams.decode.markup import is_html, root_of
from streams.decode.profiles import Profiles, ProviderProfile
from streams.decode.xml_document import XmlDocument
from streams.decode.xml_document import parse as parse_xml
from streams.desk.identity import source_id
from streams.steps import DropReason, Fail

HEAD_CHARS = 4096
_LONGEST_PROLOGUE = 100_000
_NOT_IN_NAME = re.compile(r"[^\w.]+")
# What may stand before a format's first character.
_LEADING = "\ufeff \t\r\n"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How sure a decoder is that a message is its own: 0 (not at all) to 1, and why."""

    score: float = 0.0
    reasons: tuple[str, ...] = ()


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Origin:
    """The delivery that every part found in it names as its source."""

    provider: str | None
    position: str
    sha256: str

    def source(self, part: int) -> Source:
        """The source of one part, numbered from 0."""
        return Source(
            id=source_id(self.position, self.sha256, part),
            provider=self.provider,
            position=self.position,
            sha256=self.sha256,
            part=part,
        )


def origin_of(raw: RawMessage) -> Origin:
    """Where a message came from; without a position, one made of its bytes and time."""
    sha256 = hashlib.sha256(raw.body).hexdigest()
    return Origin(raw.provider, raw.position or derived_position(sha256, raw.received_at), sha256)


def source_of(raw: RawMessage, part: int = 0) -> Source:
    """The source of one part of a message, the same that ``decode`` gives it."""
    return origin_of(raw).source(part)


@dataclass(frozen=True)
class Message:
    """Bytes to decode, with what their carrier said.

    Attributes:
        depth: envelopes already opened around it.
        warnings: what those envelopes had wrong; every part carries them.
    """

    body: bytes
    origin: Origin
    provider: str | None
    content_type: str | None
    received_at: datetime | None
    profile: ProviderProfile
    depth: int = 0
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def reading(self) -> Reading | Fail:
        """The text, or why there is none."""
        return read_text(
            self.body,
            declared=declared_charset(self.content_type, self.body),
            encodings=self.profile.encodings,
        )

    @cached_property
    def text(self) -> str:
        """The text, "" where there is none."""
        return "" if isinstance(self.reading, Fail) else self.reading.text

    @cached_property
    def head(self) -> str:
        """The first characters, from the first that is not white space."""
        return self.text[:HEAD_CHARS].lstrip(_LEADING)

    @cached_property
    def media_type(self) -> str:
        """The declared media type without parameters, in lower case; "" when undeclared."""
        return (self.content_type or "").partition(";")[0].strip().lower()

    @cached_property
    def declares_json(self) -> bool:
        """Whether the carrier says it is JSON."""
        return self.media_type.endswith(("/json", "+json"))

    @cached_property
    def document(self) -> JsonDocument | Fail | None:
        """The JSON in it; None when it neither begins like JSON nor is declared to be."""
        if not opens_like_json(self.head) and not (self.declares_json and self.head):
            return None
        return parse(self.text.lstrip("\ufeff"))

    @cached_property
    def xml(self) -> XmlDocument | Fail | None:
        """The XML in it; None when it does not begin like XML, or is a page of HTML."""
        root = root_of(self.head)
        if root is None and self.head.startswith("<?xml"):
            # A long comment may stand before the first element.
            prologue = self.text[:_LONGEST_PROLOGUE].lstrip(_LEADING)
            root = root_of(prologue)
            rest = prologue.partition("?>")[2].strip()
            if root is None and (not rest or rest.startswith("<")):
                return Fail("xml-truncated", "no element begins")
        if root is None or is_html(root):
            return None
        found = parse_xml(self.text)
        # "<URGENT> Paris" begins a telegram, not a document.
        if isinstance(found, Fail) and "</" not in self.text and self.head[1] not in "?!":
            return None
        return found

    def from_provider(self, profiles: Profiles, *names: str | None) -> Message:
        """This message as one of the provider it names, unless its carrier named one.

        Args:
            profiles: of every provider known.
            names: as the message has them, the surest first: "afp.com", "AFP", None.
        """
        stated = [name for name in names if name and name.strip()]
        if self.provider is not None or not stated:
            return self
        known = next(filter(None, map(profiles.named, stated)), None)
        provider = known.provider if known else _NOT_IN_NAME.sub("-", stated[0].lower()).strip("-")
        named = replace(self, provider=provider or None, profile=known or self.profile)
        # What was read already need not be read again: a frozen dataclass caches in __dict__.
        for name in ("reading", "document", "xml"):
            if name in self.__dict__:
                named.__dict__[name] = self.__dict__[name]
        return named

    def enclosing(
        self,
        body: bytes,
        *,
        provider: str | None,
        content_type: str | None,
        received_at: datetime | None,
        profile: ProviderProfile,
        warnings: tuple[str, ...] = (),
    ) -> Message:
        """The message inside this one; its parts still name this delivery as their source."""
        return Message(
            body=body,
            origin=replace(self.origin, provider=provider),
            provider=provider,
            content_type=content_type,
            received_at=received_at,
            profile=profile,
            depth=self.depth + 1,
            warnings=(*self.warnings, *warnings),
        )

    def decoded(
        self,
        format_name: str,
        layout: Layout = NO_LAYOUT,
        *,
        part: int = 0,
        facts: Facts | None = None,
        warnings: tuple[str, ...] = (),
        not_text: DropReason | None = None,
        detail: str = "",
    ) -> Decoded:
        """One part of this message, decoded; without a layout it holds no text."""
        reading = self.reading
        declared, used, read_edits, read_warnings = (
            (None, "", (), ())
            if isinstance(reading, Fail)
            else (reading.declared, reading.used, reading.edits, reading.warnings)
        )
        return Decoded(
            source=self.origin.source(part),
            provider=self.provider,
            received_at=self.received_at,
            format=format_name,
            encoding_declared=declared,
            encoding_used=used,
            text=layout.text,
            blocks=layout.blocks,
            facts=facts or Facts(),
            edits=read_edits + layout.edits,
            warnings=(*self.warnings, *read_warnings, *warnings),
            not_text=not_text,
            detail=detail,
            ordering=self.profile.ordering,
            strip=self.profile.strip,
        )
