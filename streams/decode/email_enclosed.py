"""The messages in a mail: attached to it, or the text itself where that is in a wire format.

It must not lay out the mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from streams.decode.decoded import Block, Decoded, Role
from streams.decode.email_parts import Attachment, Body
from streams.decode.json_document import JsonDocument
from streams.decode.json_document import parse as parse_json
from streams.decode.message import Message
from streams.decode.profiles import Profiles
from streams.steps import Fail

EMAIL = "email"
MAX_DEPTH = 4
MAX_ATTACHMENTS = 50


@dataclass(frozen=True, slots=True)
class Readers:
    """The registry's ways to read what is in a mail.

    Attributes:
        read: the parts of a message, or the message inside it.
        claim: the name of the decoder that would read it.
    """

    read: Callable[[Message, Profiles], list[Decoded | Fail] | Message]
    claim: Callable[[Message], str | None]


def enclosed_parts(
    message: Message, attachment: Attachment, profiles: Profiles, readers: Readers, count: int
) -> list[Decoded | Fail]:
    """The parts of an attachment that is a message of some format; none where it is not."""
    if message.depth >= MAX_DEPTH or count >= MAX_ATTACHMENTS or not attachment.may_be_message:
        return []
    inner = message.enclosing(
        attachment.body,
        provider=message.provider,
        content_type=attachment.content_type,
        received_at=message.received_at,
        profile=message.profile,
    )
    parts = _resolved(inner, profiles, readers)
    if attachment.media_type == "message/rfc822":
        return parts
    formats = {part.format for part in parts if isinstance(part, Decoded)}
    # What is declared to be a document and is none is a file like any other.
    declared = attachment.media_type == "text/plain" or attachment.name.lower().endswith(".txt")
    if not formats or (formats == {"plain-text"} and not declared):
        return []
    return parts


def items_of_text(
    message: Message, body: Body, profiles: Profiles, readers: Readers
) -> list[Decoded | Fail]:
    """The items in a mail whose text is a document or a telegram; none where it is prose."""
    if body.plain is None or message.depth >= MAX_DEPTH:
        return []
    form = _form(body.plain.strip())
    text = json.dumps(form, ensure_ascii=False) if form else body.plain.strip()
    inner = message.enclosing(
        text.encode("utf-8", "replace"),
        provider=message.provider,
        content_type="text/plain; charset=utf-8",
        received_at=message.received_at,
        profile=message.profile,
    )
    # HTML and text are a mail's own ways; a mail pasted into a mail is read with the outer one.
    if readers.claim(inner) in {None, "plain-text", "html", EMAIL}:
        return []
    parts = _resolved(inner, profiles, readers)
    if not any(isinstance(part, Decoded) for part in parts):
        return []
    return [_with_form(part, form) for part in parts]


def _form(text: str) -> dict[str, str]:
    """The answers of a web form, which come as lists ("Headline": ["...", ""]); else nothing."""
    document = parse_json(text) if text.startswith("{") else None
    value = document.value if isinstance(document, JsonDocument) else None
    if not isinstance(value, dict):
        return {}
    form: dict[str, str] = {}
    for name, answers in value.items():
        if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
            return {}
        form[name] = "\n".join(one for one in answers if one.strip())
    return form


def _with_form(answer: Decoded | Fail, form: dict[str, str]) -> Decoded | Fail:
    """With the questions of the form, and the answers that its reader had no place for."""
    if isinstance(answer, Fail):
        return answer
    for name, value in form.items():
        line = " ".join(value.split())
        said = " ".join(answer.text.split())
        answer = with_line(answer, name if line in said else f"{name}: {line}", Role.FURNITURE)
    return answer


def _resolved(message: Message, profiles: Profiles, readers: Readers) -> list[Decoded | Fail]:
    answer = readers.read(message, profiles)
    while isinstance(answer, Message):
        if answer.depth > MAX_DEPTH * 2:
            return []
        answer = readers.read(answer, profiles)
    return answer


def with_line(answer: Decoded, line: str, role: Role) -> Decoded:
    """The answer with one more block after its text."""
    line = line.strip()
    if not line:
        return answer
    start = len(answer.text) + 1
    return replace(
        answer,
        text=f"{answer.text}\n{line}",
        blocks=(*answer.blocks, Block(start, start + len(line), role)),
    )
