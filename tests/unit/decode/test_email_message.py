from __future__ import annotations

import base64
import json
import quopri
from datetime import UTC, datetime

import pytest

from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from streams.decode.message import Message
from streams.decode.profiles import DEFAULT_PROFILES
from streams.decode.registry import rank
from streams.decode.sniff import message_of
from streams.steps import DropReason, Fail

HEAD = (
    "Received: from mail.example.org by mx.example.net; Sat, 13 Feb 2016 10:00:01 +0000\n"
    "Message-ID: <1@example.org>\n"
    "Date: Sat, 13 Feb 2016 11:00:00 +0100\n"
    "From: Jo Doe <jo@example.org>\n"
    "To: desk@example.net\n"
    "Subject: Storm closes the port\n"
    "MIME-Version: 1.0\n"
)
PLAIN = HEAD + "Content-Type: text/plain; charset=utf-8\n\nThe port of Gênes is closed.\nMore.\n"
RSS = "<rss><channel><item><guid>g1</guid><title>From a feed</title></item></channel></rss>"


def part(text: str, kind: str = "text/plain; charset=utf-8", *fields: str) -> str:
    return "\n".join(("--b", f"Content-Type: {kind}", *fields, "", text, ""))


def mixed(*parts: str, kind: str = "mixed") -> str:
    return f"{HEAD}Content-Type: multipart/{kind}; boundary=b\n\n" + "".join(parts) + "--b--\n"


def attachment(text: str, kind: str, name: str) -> str:
    return part(text, kind, f'Content-Disposition: attachment; filename="{name}"')


def read(mail: str | bytes, profiles: Profiles = DEFAULT_PROFILES) -> list[Decoded | Fail]:
    body = mail.encode() if isinstance(mail, str) else mail
    return decode(RawMessage(body=body, position="f:1"), profiles)


def only(mail: str | bytes, profiles: Profiles = DEFAULT_PROFILES) -> Decoded:
    (answer,) = read(mail, profiles)
    assert isinstance(answer, Decoded)
    return answer


def by_role(decoded: Decoded, role: Role) -> list[str]:
    return [decoded.text[b.start : b.end] for b in decoded.blocks if b.role is role]


def subject(text: str) -> list[str]:
    return by_role(only(PLAIN.replace("Storm closes the port", text)), Role.HEADLINE)


def test_a_mail_states_its_text_and_its_facts() -> None:
    decoded = only(
        PLAIN.replace("To:", "In-Reply-To: <0@e.org>\nReferences: <a@e.org>\n <0@e.org>\nTo:")
    )
    facts = decoded.facts
    assert decoded.format == "email"
    assert by_role(decoded, Role.HEADLINE) == ["Storm closes the port"]
    assert by_role(decoded, Role.BODY) == ["The port of Gênes is closed.", "More."]
    assert facts.stable_id == "1@example.org"
    assert facts.version_created == datetime(2016, 2, 13, 10, tzinfo=UTC)
    assert [(link.rel, link.target) for link in facts.links] == [
        ("in-reply-to", "0@e.org"),
        ("references", "a@e.org"),
        ("references", "0@e.org"),
    ]
    assert facts.origins[:2] == (("stable_id", "Message-ID"), ("version_created", "Date"))


def test_a_sender_is_neither_byline_nor_provider_unless_known() -> None:
    decoded = only(PLAIN)
    assert decoded.provider is None
    assert decoded.facts.byline is None
    known = ProviderProfile("acme", known_as=("example.org",), time_zone="Asia/Tokyo")
    decoded = only(PLAIN.replace(" +0100", ""), Profiles(by_provider={"acme": known}))
    assert decoded.provider == "acme"
    assert decoded.facts.version_created == datetime(2016, 2, 13, 2, tzinfo=UTC)
    assert "date-no-zone:Date" in decoded.warnings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=?utf-8?B?RMOpY8Oocw==?=", ["Décès"]),
        ("=?iso-8859-1?Q?D=E9c=E8s_=E0_Gen=E8ve?=", ["Décès à Genève"]),
        ("=?utf-8?Q?D=C3=A9?=\n =?utf-8?Q?c=C3=A8s?= soudain", ["Décès soudain"]),
        ("=?utf-8?B?RMOpY8M=?= =?utf-8?B?qHM=?=", ["Décès"]),
        ("=?klingon?Q?D=E9c=E8s?=", ["Décès"]),
        ("=?utf-8?B?!!!?= x", ["=?utf-8?B?!!!?= x"]),
        ("Décès", ["Décès"]),
        ("a\n\tfolded line", ["a folded line"]),
        ("URGENT - Storm", ["URGENT - Storm"]),
        (" ", []),
    ],
    ids=[
        "base64",
        "q",
        "two-words",
        "split-character",
        "unknown",
        "broken",
        "raw",
        "folded",
        "marker",
        "empty",
    ],
)
def test_the_subject_is_decoded_however_it_was_sent(text: str, expected: list[str]) -> None:
    assert subject(text) == expected


def test_a_raw_subject_in_latin_is_read() -> None:
    mail = PLAIN.replace("Storm closes the port", "D\u00e9c\u00e8s").encode("latin-1")
    assert by_role(only(mail), Role.HEADLINE) == ["Décès"]


@pytest.mark.parametrize(
    ("charset", "encoding", "codec"),
    [
        ("utf-8", "8bit", "utf-8"),
        ("iso-8859-1", "8bit", "latin-1"),
        ("iso-8859-1", "8bit", "utf-8"),
        ("us-ascii", "8bit", "utf-8"),
        ("x-unknown", "8bit", "cp1252"),
        ("utf-8", "quoted-printable", "utf-8"),
        ("windows-1252", "quoted-printable", "cp1252"),
        ("utf-8", "base64", "utf-8"),
        ("utf-16", "base64", "utf-16"),
    ],
)
def test_a_text_is_read_whatever_its_charset_and_encoding(
    charset: str, encoding: str, codec: str
) -> None:
    body = "Décès à Genève, il y a mars.\n".encode(codec)
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body)
    fields = (
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    assert by_role(only((HEAD + fields).encode() + body), Role.BODY) == [
        "Décès à Genève, il y a mars."
    ]


def test_of_alternatives_the_fullest_is_the_body_and_no_word_is_lost() -> None:
    html = "<html><body><p>One <b>two</b></p><p>three</p></body></html>"
    decoded = only(
        mixed(part("One two\n\nthree\n[logo]"), part(html, "text/html"), kind="alternative")
    )
    assert by_role(decoded, Role.BODY) == ["One two", "three"]
    assert by_role(decoded, Role.FURNITURE) == ["[logo]"]
    poor = mixed(
        part("A whole story of many words stands here."),
        part("<p>See text</p>", "text/html"),
        kind="alternative",
    )
    assert by_role(only(poor), Role.BODY) == ["A whole story of many words stands here."]


def test_a_signature_is_a_note() -> None:
    decoded = only(PLAIN + "-- \nJo Doe\n+41 22 000 00 00\n")
    assert by_role(decoded, Role.NOTE)[-2:] == ["Jo Doe", "+41 22 000 00 00"]
    assert by_role(decoded, Role.BODY) == ["The port of Gênes is closed.", "More."]


def test_flowed_lines_are_joined() -> None:
    flowed = PLAIN.replace("charset=utf-8", "charset=utf-8; format=flowed; delsp=yes")
    text = flowed.replace("is closed.\nMore.", "is clo \nsed. \n More.\n-- \nJo")
    decoded = only(text)
    assert by_role(decoded, Role.BODY) == ["The port of Gênes is closed.More."]
    assert by_role(decoded, Role.NOTE)[-1] == "Jo"


def test_an_attached_document_is_a_part_of_its_own() -> None:
    answers = read(mixed(part("See attached."), attachment(RSS, "application/rss+xml", "w.xml")))
    mail, feed = answers
    assert isinstance(mail, Decoded)
    assert isinstance(feed, Decoded)
    assert (mail.format, feed.format) == ("email", "feed")
    assert feed.facts.stable_id == "g1"
    assert feed.source.part == 1
    assert ("attachment", "w.xml") in [(link.rel, link.target) for link in mail.facts.links]
    assert ("attached-to", "1@example.org") in [
        (link.rel, link.target) for link in feed.facts.links
    ]


def test_an_attached_text_has_an_id_made_of_the_mails() -> None:
    _, text = read(mixed(part("See."), attachment("A text.", "text/plain", "t.txt")))
    assert isinstance(text, Decoded)
    assert text.facts.stable_id == "1@example.org/t.txt"
    assert text.facts.version_created == datetime(2016, 2, 13, 10, tzinfo=UTC)


def test_an_attached_mail_is_a_part_and_what_is_attached_to_it_too() -> None:
    inner = mixed(part("Inner."), attachment(RSS, "text/xml", "w.xml")).replace("1@ex", "2@ex")
    inner = inner.replace("boundary=b", "boundary=c").replace("--b", "--c")
    answers = read(mixed(part("Outer."), part(inner, "message/rfc822")))
    assert [a.facts.stable_id for a in answers if isinstance(a, Decoded)] == [
        "1@example.org",
        "2@example.org",
        "g1",
    ]
    assert [a.source.part for a in answers if isinstance(a, Decoded)] == [0, 1, 2]


def test_what_cannot_be_read_is_a_link_that_names_it() -> None:
    decoded = only(
        mixed(
            part("Text."),
            part(
                base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
                "image/png; name=p.png",
                "Content-Transfer-Encoding: base64",
            ),
            attachment("%PDF-1.4", "application/pdf", "=?utf-8?Q?caf=C3=A9.pdf?="),
            attachment("<r><a>broken", "text/xml", "broken.xml"),
        )
    )
    assert [link.target for link in decoded.facts.links] == ["p.png", "café.pdf", "broken.xml"]


def test_a_mail_that_is_only_an_envelope_is_what_is_in_it() -> None:
    decoded = only(mixed(attachment(RSS, "text/xml", "w.xml")))
    assert decoded.format == "feed"


def test_a_text_in_a_wire_format_is_read_as_that_with_the_mails_id_and_date() -> None:
    story = json.dumps({"headline": "H", "body": "A body in JSON."})
    decoded = only(PLAIN.replace("The port of Gênes is closed.\nMore.", story))
    assert decoded.format == "json"
    assert decoded.facts.stable_id == "1@example.org"
    assert decoded.facts.version_created == datetime(2016, 2, 13, 10, tzinfo=UTC)
    assert by_role(decoded, Role.HEADLINE) == ["H"]
    assert "Storm closes the port" in decoded.text


def test_the_answers_of_a_form_are_its_fields() -> None:
    form = json.dumps(
        {"Headline": ["H", ""], "Body": ["One.\nTwo."], "Colour": ["blue"], "X": [""]}
    )
    decoded = only(PLAIN.replace("The port of Gênes is closed.\nMore.", form))
    assert by_role(decoded, Role.HEADLINE) == ["H"]
    assert by_role(decoded, Role.BODY) == ["One.", "Two."]
    assert "Colour: blue" in by_role(decoded, Role.FURNITURE)


@pytest.mark.parametrize(
    ("text", "is_mail"),
    [
        (PLAIN, True),
        ("\n   \n" + PLAIN, True),
        (PLAIN.replace("\n", "\r\n"), True),
        ("From x@example.org Sat Feb 13 10:00:00 2016\n" + PLAIN, True),
        (PLAIN.replace("To:", "X-Long: " + "word " * 783 + "\nTo:"), True),
        ("From: Jo\nSubject: Storm\n\nText.\n", True),
        ("From: something quite ordinary\n\nParis: rain.\n", False),
        ("Subject: a noun\nA verb follows, and Date: is a fruit.\n", False),
        ("Storm: port closed\nWeather: bad\n\nText.\n", False),
        ('{"Subject": "x", "From": "y"}', False),
        ("<p>From: x</p>", False),
    ],
)
def test_two_header_fields_that_are_known_make_a_mail(text: str, is_mail: bool) -> None:  # noqa: FBT001
    claims = rank(message_of(RawMessage(body=text.encode(), position="f:1")))
    assert ("email" in {decoder.name for decoder, _ in claims}) == is_mail
    assert not is_mail or claims[0][0].name == "email"


@pytest.mark.parametrize(
    "mail",
    [
        HEAD,
        HEAD + "Content-Type: multipart/mixed\n\n--b\n\ntext\n",
        HEAD + "Content-Type: multipart/mixed; boundary=b\n\nno part at all\n",
        HEAD + "Content-Type: =?x?=\n\ntext\n",
        HEAD + "Content-Type: text/plain; charset*0*=''%\n\ntext\n",
        HEAD + 'Content-Type: text/plain; charset="\ntext\n',
        PLAIN.replace("charset=utf-8", "charset=ut\0f-8"),
        HEAD + "Content-Disposition: ;;;\nContent-Transfer-Encoding: base64\n\n!!!\n",
        HEAD + "Content-Transfer-Encoding: quoted-printable\n\n=ZZ=\n",
        HEAD.replace("Jo Doe", "(" * 6_000) + "\ntext\n",
        HEAD.replace("Storm", "=?utf-8?Q?" * 500) + "\ntext\n",
        HEAD.replace("Sat, 13 Feb 2016 11:00:00 +0100", "\x00\x01 99 Foo") + "\ntext\n",
        HEAD.replace("<1@example.org>", "<>") + "\ntext\n",
        PLAIN[:280],
        mixed(*[part("x")] * 700),
        mixed(*[attachment("x", "text/plain", f"{n}.txt") for n in range(120)]),
        HEAD
        + "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(900)),
    ],
    ids=range(17),
)
def test_a_malformed_mail_is_answered(mail: str) -> None:
    answers = read(mail)
    assert answers
    assert answers == read(mail)
    first = answers[0]
    assert isinstance(first, Fail) or "Storm" in first.text or "port" in first.text


def test_mails_in_mails_end_at_a_depth() -> None:
    mail = PLAIN
    for depth in range(12):
        boundary = f"b{depth}"
        mail = (
            f"{HEAD}Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n"
            f"Content-Type: message/rfc822\n\n{mail}\n--{boundary}--\n"
        )
    answers = read(mail)
    assert 1 <= len(answers) <= 8


def test_a_date_that_is_none_stays_none() -> None:
    decoded = only(PLAIN.replace("Sat, 13 Feb 2016 11:00:00 +0100", "Thu, 30 Feb 2016 10:00 +0000"))
    assert decoded.facts.version_created is None
    assert "date-invalid:Date" in decoded.warnings


def test_data_in_a_mail_is_data() -> None:
    decoded = only(PLAIN.replace("The port of Gênes is closed.\nMore.", "<r><a>1</a><b>2</b></r>"))
    assert decoded.not_text is DropReason.DATA
    assert decoded.facts.stable_id == "1@example.org"
    assert clean(decoded)


def test_the_same_mail_is_the_same_for_ever() -> None:
    assert isinstance(message_of(RawMessage(body=PLAIN.encode(), position="f:1")), Message)
    assert read(PLAIN) == read(PLAIN)
