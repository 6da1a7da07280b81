"""E-mail (RFC 822, MIME): its text, what it says of itself, and the messages attached to it.

It must not read what another decoder reads: a text or an attachment in a wire format goes there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import Message as Mail

from schemas.item import Link
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Block, Decoded, Facts, Role
from streams.decode.email_parts import (
    Attachment,
    Body,
    content_of,
    header,
    sender_names,
)
from streams.decode.json_document import JsonDocument
from streams.decode.json_document import parse as parse_json
from streams.decode.markup import words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.written_dates import read_written_date
from streams.steps import Fail

NAME = "email"
MAX_DEPTH = 4
MAX_ATTACHMENTS = 50
# A mail of a hundred nested parts is no mail; the library recurses into each.
_MAX_BOUNDARIES = 200
_FIELD = re.compile(r"[!-9;-~]{1,80}:.*|[ \t].*|From \S+ .*|>From .*")
# What people also type above a text.
_TYPED = words("from to cc subject date")
# What only machines write.
_CARRIED = words(
    "received return-path delivered-to message-id mime-version content-type dkim-signature "
    "content-transfer-encoding x-mailer x-received reply-to in-reply-to references list-id sender "
    "x-priority authentication-results content-disposition bcc user-agent received-spf"
)
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_SIGNATURE = ("--", "-- ", "\u2014")
_MAIL_TROUBLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)

Reader = Callable[[Message, Profiles], "list[Decoded | Fail] | Message"]
"""The registry's: the parts of a message, or the message inside it."""


def sniff(message: Message) -> Evidence:
    """A block of header fields at the very start, two of them well known."""
    head = message.head
    if not _FIELD.match(head) or ":" not in head[:100] or message.document is not None:
        return NO_EVIDENCE
    names: set[str] = set()
    lines = head.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            break
        if not _FIELD.fullmatch(line):
            if number == len(lines) and len(names) > 1:
                break  # cut within its header fields
            return NO_EVIDENCE
        if line[0] not in " \t":
            names.add(line.partition(":")[0].lower())
    typed, carried = sorted(names & _TYPED), sorted(names & _CARRIED)
    if len(typed) + len(carried) < 2:
        return NO_EVIDENCE
    score = 0.9 if len(carried) > 1 else 0.7 if carried else 0.4
    return Evidence(score, (f"header fields {', '.join((*carried, *typed)[:8])}",))


def decode_email(message: Message, profiles: Profiles, read: Reader) -> list[Decoded | Fail]:
    """The mail's text as one part, then the parts of what is attached and can be read.

    A text that is itself a message of another format is that message, with the mail's id and date
    where it has none of its own. What cannot be read is a link that names it.
    """
    warnings: list[str] = []
    mail = _parsed(message.body, warnings)
    message = message.from_provider(profiles, *_known(sender_names(mail), profiles))
    body, attachments = content_of(mail, message.profile, warnings)
    enclosed: list[tuple[Attachment, list[Decoded | Fail]]] = []
    links: list[Attachment] = []
    for attachment in attachments:
        parts = _enclosed(message, attachment, profiles, read, len(enclosed))
        if parts:
            enclosed.append((attachment, parts))
        else:
            links.append(attachment)
    facts = _facts(mail, message, [*links, *(one for one, _ in enclosed)], warnings)
    inside = _wire_text(message, body, profiles, read)
    if inside:
        answers = _with_mail(inside, header(mail, "subject"), facts, warnings)
    else:
        subject = header(mail, "subject")
        pieces = [Piece(subject, Role.HEADLINE)] if subject else []
        layout = lay_out([*pieces, *_with_signature(body.pieces)])
        answers = [
            message.decoded(
                NAME,
                layout.text,
                layout.blocks,
                facts=facts,
                edits=layout.edits,
                warnings=tuple(warnings),
            )
        ]
    if enclosed and not inside and not body.pieces and not links:
        # Nothing but an envelope around what is attached: its subject goes with the first.
        answers = []
        first = enclosed[0][1]
        first[:1] = [
            _with_subject(one, header(mail, "subject")) if isinstance(one, Decoded) else one
            for one in first[:1]
        ]
    for attachment, parts in enclosed:
        answers += [_attached(part, attachment, facts, number) for number, part in enumerate(parts)]
    return [_numbered(answer, message, number) for number, answer in enumerate(answers)]


def _parsed(body: bytes, warnings: list[str]) -> Mail:
    """The mail, by the older of the library's policies.

    The newer one raises for header fields that are malformed ("Message-ID: <" is an
    ``IndexError``, a year of twenty digits an ``OverflowError``, six thousand brackets end in a
    ``RecursionError``); ours are read one by one, and their values by decoders of our own.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if b"\n\n" not in body and b"\n\r\n" not in body:
        # Nothing ends the header fields: the last of them may be cut, and the text is missing.
        warnings.append("mail-header-open")
    if body.count(b"boundary=") <= _MAX_BOUNDARIES:
        try:
            return message_from_bytes(body)
        except _MAIL_TROUBLE as error:
            warnings.append(f"mail-structure-unread:{type(error).__name__}")
    else:
        warnings.append("mail-structure-unread:boundaries")
    head, _, rest = body.replace(b"\r\n", b"\n").partition(b"\n\n")
    mail = Mail()
    for found in re.finditer(rb"(?m)^([A-Za-z-]{1,60}):[ \t]*([^\n]{0,2000})$", head[:200_000]):
        if not found[1].lower().startswith(b"content-"):
            mail[found[1].decode()] = found[2].decode("ascii", "surrogateescape")
    mail.set_payload(rest.decode("ascii", "surrogateescape"))
    return mail


def _known(names: tuple[str, ...], profiles: Profiles) -> tuple[str, ...]:
    """A sender is a provider only if it is known as one: anybody writes mail."""
    return tuple(name for name in names if profiles.named(name))


def _facts(
    mail: Mail, message: Message, attachments: list[Attachment], warnings: list[str]
) -> Facts:
    stated = Stated(message.profile)
    own = header(mail, "message-id")
    if own:
        bare = _MESSAGE_ID.search(own)
        stated.put("stable_id", bare[1] if bare else own, "Message-ID")
    date = read_written_date(
        header(mail, "date"), "Date", profile=message.profile, warnings=stated.warnings
    )
    stated.put("version_created", date, "Date")
    language = header(mail, "content-language")
    if language:
        stated.language(language.partition(",")[0].strip(), "Content-Language")
    for word in (header(mail, "keywords") or "").split(","):
        stated.list("keywords", word, "Keywords")
    for name, rel in (("in-reply-to", "in-reply-to"), ("references", "references")):
        for target in _MESSAGE_ID.findall(header(mail, name) or ""):
            stated.link(rel, target, name)
    for name in ("supersedes", "replaces"):
        for target in _MESSAGE_ID.findall(header(mail, name) or ""):
            stated.link("replaces", target, name)
    for attachment in attachments:
        stated.link("attachment", attachment.name, "Content-Disposition", attachment.media_type)
    stated.markers(header(mail, "subject"), None, "Subject")
    warnings += stated.warnings
    return stated.facts()


def _enclosed(
    message: Message, attachment: Attachment, profiles: Profiles, read: Reader, count: int
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
    parts = _resolved(inner, profiles, read)
    if attachment.media_type == "message/rfc822":
        return parts
    formats = {part.format for part in parts if isinstance(part, Decoded)}
    # What is declared to be a document and is none is a file like any other.
    declared = attachment.media_type == "text/plain" or attachment.name.lower().endswith(".txt")
    if not formats or (formats == {"plain-text"} and not declared):
        return []
    return parts


def _wire_text(
    message: Message, body: Body, profiles: Profiles, read: Reader
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
    parts = _resolved(inner, profiles, read)
    formats = {part.format for part in parts if isinstance(part, Decoded)}
    # HTML and text are a mail's own ways; a mail pasted into a mail is read with the outer one.
    if not formats or formats & {"plain-text", "html", NAME}:
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
        answer = _with_line(answer, name if line in said else f"{name}: {line}", Role.FURNITURE)
    return answer


def _resolved(message: Message, profiles: Profiles, read: Reader) -> list[Decoded | Fail]:
    answer = read(message, profiles)
    while isinstance(answer, Message):
        if answer.depth > MAX_DEPTH * 2:
            return []
        answer = read(answer, profiles)
    return answer


def _with_mail(
    answers: list[Decoded | Fail], subject: str | None, facts: Facts, warnings: list[str]
) -> list[Decoded | Fail]:
    """The items in a mail's text; one alone is the mail's own, and bears its id and its date."""
    single = len(answers) == 1
    return [
        answer
        if isinstance(answer, Fail)
        else _with_subject(_of_mail(answer, facts if single else Facts(), warnings), subject)
        if number == 0
        else answer
        for number, answer in enumerate(answers)
    ]


def _of_mail(answer: Decoded, facts: Facts, warnings: list[str]) -> Decoded:
    own = answer.facts
    filled: dict[str, object] = {
        name: getattr(facts, name)
        for name in ("stable_id", "version_created")
        if getattr(own, name) is None
    }
    kept = tuple(origin for origin in facts.origins if origin[0] in {*filled, "links"})
    return replace(
        answer,
        facts=replace(
            own,
            **filled,  # type: ignore[arg-type]  # the fields of Facts under their own names
            links=own.links + facts.links,
            origins=own.origins + kept,
        ),
        warnings=(*answer.warnings, *warnings),
    )


def _with_subject(answer: Decoded, subject: str | None) -> Decoded:
    """The mail's subject after the text, where the text does not say it itself."""
    if not subject or subject in answer.text:
        return answer
    headed = any(block.role is Role.HEADLINE for block in answer.blocks)
    return _with_line(answer, subject, Role.FURNITURE if headed else Role.HEADLINE)


def _with_line(answer: Decoded, line: str, role: Role) -> Decoded:
    line = line.strip()
    if not line:
        return answer
    start = len(answer.text) + 1
    return replace(
        answer,
        text=f"{answer.text}\n{line}",
        blocks=(*answer.blocks, Block(start, start + len(line), role)),
    )


def _with_signature(pieces: list[Piece]) -> Iterator[Piece]:
    """What follows the mark of a signature is a note: names, numbers, disclaimers."""
    signed = False
    for piece in pieces:
        signed = signed or piece.text.rstrip("\n") in _SIGNATURE or piece.text.strip() == "--"
        yield replace(piece, role=Role.NOTE) if signed and piece.role is Role.BODY else piece


def _attached(
    answer: Decoded | Fail, attachment: Attachment, facts: Facts, number: int
) -> Decoded | Fail:
    """What was attached, with an id made of the mail's and its name where it has none."""
    if isinstance(answer, Fail) or facts.stable_id is None:
        return answer
    own = answer.facts
    made = f"{facts.stable_id}/{attachment.name}{f'/{number + 1}' if number else ''}"
    links = (*own.links, Link(rel="attached-to", target=facts.stable_id))
    return replace(
        answer,
        facts=replace(
            own,
            stable_id=own.stable_id or made,
            version_created=own.version_created or facts.version_created,
            links=links,
        ),
    )


def _numbered(answer: Decoded | Fail, message: Message, number: int) -> Decoded | Fail:
    if isinstance(answer, Fail):
        return replace(answer, part=number)
    return replace(answer, source=message.origin.source(number))
