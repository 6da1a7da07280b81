"""Every decoder, in one list; which one reads a message is found by what the message holds.

It must not decide by file name, and by the declared type only where the content leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams.decode import (
    anpa1312,
    ap_media,
    apple_news,
    asianet,
    calendar_events,
    dpa_digitalwires,
    email_enclosed,
    email_message,
    envelope,
    feed,
    html,
    iptc7901,
    newsml_1,
    newsml_g2,
    ninjs,
    nitf,
    other_json,
    other_xml,
    plain_text,
    zczc,
)
from streams.decode.decoded import Decoded
from streams.decode.message import Evidence, Message
from streams.decode.profiles import Profiles
from streams.steps import Fail

Answer = list[Decoded | Fail]


@dataclass(frozen=True, slots=True)
class Decoder:
    """One format.

    Attributes:
        sniff: how sure it is that a message is its own; must be quick for messages that are not.
        decode: the parts of the message, never none; or the message it found inside.
        mends_xml: whether it reads XML that is not well-formed, or cut.
        versions: of the format, where it has any.
    """

    name: str
    description: str
    sniff: Callable[[Message], Evidence]
    decode: Callable[[Message, Profiles], Answer | Message | Fail]
    mends_xml: bool = False
    versions: str = ""

    @property
    def recognised_by(self) -> str:
        """What its messages are known by, as its ``sniff`` says of itself."""
        said = (self.sniff.__doc__ or "").strip().partition("\n\n")[0]
        return " ".join(said.replace("``", "").split())


# A new format is a module with ``sniff`` and ``decode`` and one entry here. Equal scores go to
# the earlier entry, so the particular stands before the general.
DECODERS: tuple[Decoder, ...] = (
    Decoder(
        envelope.NAME,
        "raw envelope: JSON with body or body_b64 and what the carrier knew",
        envelope.sniff,
        envelope.unwrap,
    ),
    Decoder(
        ap_media.NAME,
        "AP Media API: an item or a feed as JSON",
        ap_media.sniff,
        ap_media.decode_ap_media,
        versions="1.x",
    ),
    Decoder(
        dpa_digitalwires.NAME,
        "dpa digitalwires: JSON with its notebook",
        dpa_digitalwires.sniff,
        dpa_digitalwires.decode_dpa_digitalwires,
        versions="0.9",
    ),
    Decoder(
        apple_news.NAME,
        "Apple News Format: an article as components",
        apple_news.sniff,
        apple_news.decode_apple_news,
    ),
    Decoder(
        ninjs.NAME,
        "IPTC ninjs 1.x, 2.x, 3.x and superdesk's dialect, one item or an array",
        ninjs.sniff,
        ninjs.decode_ninjs,
        versions="1.x, 2.x, 3.x",
    ),
    Decoder(
        other_json.NAME,
        "other JSON: records of news by well-known field names; the rest is data",
        other_json.sniff,
        other_json.decode_other_json,
    ),
    Decoder(
        newsml_g2.NAME,
        "IPTC NewsML-G2: news messages and single items of every kind, NITF or XHTML inside",
        newsml_g2.sniff,
        newsml_g2.decode_newsml_g2,
        versions="2.x",
    ),
    Decoder(
        anpa1312.NAME,
        "ANPA 1312 telegrams of AP, CP and Kyodo",
        anpa1312.sniff,
        anpa1312.decode_anpa1312,
    ),
    Decoder(
        iptc7901.NAME,
        "IPTC 7901 telegrams, framed by SOH, STX, ETX and EOT or stripped of them",
        iptc7901.sniff,
        iptc7901.decode_iptc7901,
    ),
    Decoder(
        zczc.NAME,
        "telegrams between ZCZC and NNNN, of AAP and the old Reuters wires",
        zczc.sniff,
        zczc.decode_zczc,
    ),
    Decoder(
        asianet.NAME,
        "media releases of AsiaNet and Medianet as text",
        asianet.sniff,
        asianet.decode_asianet,
    ),
    Decoder(
        newsml_1.NAME,
        "NewsML 1.0 to 1.2: AFP, EFE, ATS, TASS, Kyodo, ANP, Belga and others",
        newsml_1.sniff,
        newsml_1.decode_newsml_1,
        versions="1.0 to 1.2",
    ),
    Decoder(
        nitf.NAME,
        "NITF 3.x, with any namespace or none",
        nitf.sniff,
        nitf.decode_nitf,
        versions="3.x",
    ),
    Decoder(
        feed.NAME,
        "RSS 0.9x, 1.0, 2.0, Atom, WordPress export (WXR)",
        feed.sniff,
        feed.decode_feed,
        mends_xml=True,
        versions="RSS 0.9x, 1.0, 2.0; Atom 0.3, 1.0; WXR 1.x",
    ),
    Decoder(
        email_message.NAME,
        "e-mail (RFC 822, MIME), with the messages in it",
        email_message.sniff,
        lambda message, profiles: email_message.decode_email(
            message, profiles, email_enclosed.Readers(read, _claimant)
        ),
    ),
    Decoder(
        calendar_events.NAME,
        "calendar: iCalendar, or a table of events (CSV)",
        calendar_events.sniff,
        lambda message, _: calendar_events.decode_calendar(message),
        versions="iCalendar 2.0",
    ),
    Decoder(
        other_xml.NAME,
        "XML of no standard, read by the names of its fields",
        other_xml.sniff,
        other_xml.decode_other_xml,
    ),
    Decoder(
        html.NAME,
        "HTML page or fragment",
        html.sniff,
        lambda message, _: html.decode_html(message),
    ),
    Decoder(
        plain_text.NAME,
        "plain text, scraped or typed",
        plain_text.sniff,
        lambda message, _: plain_text.decode_plain_text(message),
    ),
)


def rank(message: Message) -> list[tuple[Decoder, Evidence]]:
    """The decoders that claim the message, surest first."""
    claims = [(decoder, decoder.sniff(message)) for decoder in DECODERS]
    return sorted(
        ((decoder, evidence) for decoder, evidence in claims if evidence.score > 0),
        key=lambda claim: -claim[1].score,
    )


def _claimant(message: Message) -> str | None:
    return next((decoder.name for decoder, _ in rank(message)), None)


def read(message: Message, profiles: Profiles) -> Answer | Message:
    """The parts of a message, or the message inside it."""
    if isinstance(message.reading, Fail):
        return [message.reading]
    if not message.text.strip("\ufeff\0 \t\r\n") or message.text.isspace():
        return [Fail("body-empty", f"{len(message.body)} bytes, no text")]
    if isinstance(message.document, Fail):
        return [message.document]
    claims = rank(message)
    if isinstance(message.xml, Fail):
        claims = [(decoder, evidence) for decoder, evidence in claims if decoder.mends_xml]
        if not claims:
            return [message.xml]
    if not claims:
        return [Fail("format-unknown", _what_it_is(message))]
    answer = claims[0][0].decode(message, profiles)
    return [answer] if isinstance(answer, Fail) else answer


def _what_it_is(message: Message) -> str:
    document = message.document
    if document is None or isinstance(document, Fail):
        return f"begins {message.head[:60]!r}"
    if isinstance(document.value, dict):
        return f"JSON object with keys {sorted(document.value)[:20]!r}"[:300]
    return f"JSON {type(document.value).__name__}"
