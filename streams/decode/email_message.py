"""E-mail (RFC 822, MIME): its text, what it says of itself, and the messages attached to it.

It must not read what another decoder reads: a text or an attachment in a wire format goes there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import Message as Mail

from schemas.item import Link
from streams.decode.blocks import Piece, lay_out
from streams.decode.decoded import Decoded, Facts, Role
from streams.decode.email_enclosed import (
    EMAIL,
    Readers,
    enclosed_parts,
    items_of_text,
    with_line,
)
from streams.decode.email_parts import (
    Attachment,
    content_of,
    header,
    sender_names,
)
from streams.decode.markup import words
from streams.decode.message import NO_EVIDENCE, Evidence, Message
from streams.decode.profiles import Profiles
from streams.decode.stated import Stated
from streams.decode.written_dates import read_written_date
from streams.steps import Fail

NAME = EMAIL
# A mail of hundreds of nested parts is no mail; the library recurses into each.
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


def decode_email(message: Message, profiles: Profiles, readers: Readers) -> list[Decoded | Fail]:
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
        parts = enclosed_parts(message, attachment, profiles, readers, len(enclosed))
        if parts:
            enclosed.append((attachment, parts))
        else:
            links.append(attachment)
    facts = _facts(mail, message, [*links, *(one for one, _ in enclosed)], warnings)
    inside = items_of_text(message, body, profiles, readers)
    if inside:
        answers = _with_mail(inside, header(mail, "subject"), facts, warnings)
    else:
        subject = header(mail, "subject")
        pieces = [Piece(subject, Role.HEADLINE)] if subject else []
        layout = lay_out([*pieces, *_with_signature(body.pieces)])
        answers = [
            message.decoded(
                NAME,
                layout,
                facts=facts,
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
    return with_line(answer, subject, Role.FURNITURE if headed else Role.HEADLINE)


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
