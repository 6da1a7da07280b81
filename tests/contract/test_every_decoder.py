"""The same hostile messages through every registered decoder: a new one is tested at once."""

from __future__ import annotations

import os
import pickle

import pytest

from schemas.dead_letter import DEAD_CODES
from schemas.raw import RawMessage
from streams.decode import DEFAULT_PROFILES, Decoded, Decoder, decode, formats
from streams.decode.message import Message
from streams.decode.sniff import message_of
from streams.steps import Fail

CASES: dict[str, bytes] = {
    "empty": b"",
    "white": b" \r\n\t",
    "nul": b"\0",
    "nuls": b"\0" * 1000,
    "random": bytes((i * 7919 + i // 7) % 256 for i in range(5000)),
    "marks-only": b"\xef\xbb\xbf\xff\xfe",
    "latin": "Décès à Genève".encode("latin-1"),
    "utf16": "Décès à Genève".encode("utf-16"),
    "cut": "Décès à Genève, é".encode()[:-1],
    "bidi": "\u202eabc\u2066def".encode(),
    "controls": b"a\x01b\x02c\x03d\x04e\x1b[31mred\x07",
    "escape": b"\x1b]0;title\x07text",
    "text": b"Headline\n\nParagraph one.\n\nParagraph two.\n",
    "html": b"<!DOCTYPE html><html><body><h1>H</h1><p>P</p></body></html>",
    "html-cut": b"<html><body><p>P <b",
    "html-deep": b"<html>" + b"<i>" * 100_000 + b"x",
    "bomb": b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><html>&b;</html>',
    "ninjs": b'{"uri":"u","type":"text","headline":"H","body_html":"<p>B</p>"}',
    "ninjs-no-uri": b'{"headline":"H","body_html":"<p>B</p>"}',
    "ninjs-array": b'[{"uri":"u","headline":"H"},{"uri":"v","headline":"I"},null]',
    "ninjs-unknown-field": b'{"uri":"u","headline":"H","zzz":{"a":[1,2,3]}}',
    "ninjs-nested": b'{"uri":"u","type":"composite","associations":{"a":{"uri":"v","type":"text",'
    b'"headline":"I","body_text":"T","associations":[{"uri":"w","body_text":"U"},null,3]}}}',
    "ap-media": b'{"api_version":"1.1","data":{"items":[{"item":{"altids":{"itemid":"1"},'
    b'"version":0,"type":"text","headline":"H"}},null,{"item":7}]},"nitf":{"body_html":"<p>B</p>"}}',
    "ap-media-wrong": b'{"altids":{"itemid":{}},"bylines":{"a":1},"subject":[1],'
    b'"associations":[[]],"renditions":5,"usageterms":{},"signals":{"x":1},"editorialtypes":[[]],"embargoed":{}}',
    "dpa": b'{"format":"digitalwires@0.9.1","urn":"urn:newsml:dpa.com:1:2","headline":"H",'
    b'"article_html":"<section class="main"><p>B</p></section>"}',
    "dpa-wrong": b'{"format":"digitalwires","urn":[],"ednotes":[1,{"ednote":{}}],"categories":{},'
    b'"associations":[{}],"notepad":[1],"article_html":7,"descriptions":[{"description":1}]}',
    "apple-news": b'{"identifier":"i","title":"H","documentStyle":{},"components":[{"role":"body",'
    b'"text":"B"},{"components":[{"role":[],"text":{"text":1}},3]}]}',
    "json-records": b'{"hits":[{"title":"H","text":"B","date":1581646440000},{"title":5},null]}',
    "json-cut": b'{"uri":"u","headline":"H',
    "json-deep": b'{"uri":' + b"[" * 50_000,
    "json-duplicate": b'{"uri":"u","uri":"v","headline":"H"}',
    "json-surrogate": b'{"uri":"\\ud800","headline":"\\udfff H","body_text":"\\u0000"}',
    "json-scalar": b'"text"',
    "json-empty": b"[]",
    "envelope": b'{"body":"Headline\\n\\nText","provider":"p"}',
    "envelope-wrong": b'{"body":5}',
    "newsml": b'<?xml version="1.0"?><newsItem guid="x" version="1"><p>x</p></newsItem>',
    "newsml-g2": (
        b'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sender>p</sender>'
        b'</header><itemSet><packageItem guid="k"><groupSet><group><itemRef residref="i"/></group>'
        b'</groupSet></packageItem><newsItem guid="i" version="2"><itemMeta><embargoed/><pubStatus '
        b'qcode="stat:canceled"/><signal qcode="edStat:D"/></itemMeta><contentMeta><headline>H'
        b" &amp;amp; H</headline></contentMeta><contentSet><inlineXML><nitf><body><body.content>"
        b"<p>A <b>b</b> c</p></body.content></body></nitf></inlineXML><inlineData>A b</inlineData>"
        b"</contentSet></newsItem><nothing/></itemSet></newsMessage>"
    ),
    "newsml-g2-concept": (
        b"<conceptItem guid='c'><concept><type qcode='cpnat:event'/><name>N</name><eventDetails>"
        b"<dates><start>?</start></dates></eventDetails></concept></conceptItem>"
    ),
    "newsml-g2-cut": b'<newsItem guid="i"><contentSet><inlineXML><p>One <b>two',
    "newsml-g2-deep": b"<newsItem><contentSet><inlineXML>"
    + b"<q>" * 240
    + b"x"
    + b"</q>" * 240
    + (b"</inlineXML></contentSet></newsItem>"),
    "newsml-1": (
        b'<?xml version="1.0"?><NewsML Version="1.2"><NewsItem><Identification><NewsIdentifier>'
        b"<PublicIdentifier>urn:newsml:x:20240305:N1:1</PublicIdentifier></NewsIdentifier>"
        b"</Identification><NewsComponent><NewsLines><HeadLine>H</HeadLine></NewsLines><ContentItem>"
        b"<DataContent><p>One <i>two</i> three.</p></DataContent></ContentItem></NewsComponent>"
        b"</NewsItem><NewsItem/></NewsML>"
    ),
    "newsml-1-empty": b"<NewsML><NewsEnvelope/></NewsML>",
    "newsml-1-deep": b"<NewsML><NewsItem>"
    + b"<NewsComponent>" * 250
    + b"</NewsComponent>" * 250
    + b"</NewsItem></NewsML>",
    "nitf": (
        b'<!DOCTYPE nitf SYSTEM "nitf-3-2.dtd"><nitf><head><docdata management-status="embargoed">'
        b'<doc-id id-string="i"/><date.release norm=""/></docdata></head><body><body.head><hedline>'
        b"<hl1>H</hl1></hedline><note>N</note></body.head><body.content><p>1<note>n</note> two</p>"
        b"<table><tr><td>x</td></tr></table></body.content></body></nitf>"
    ),
    "nitf-empty": b"<nitf/>",
    "nitf-cut": b"<nitf><body><body.content><p>One",
    "iptc7901": b"\x01abc123 4 i 211 x\r\nslug/\r\n\x02Text\r\n\x03131137 GMT Nov 13\r\n\x04",
    "iptc7901-stripped": b"abc123 4 i 211 x\n\nslug/\n1ST LEAD\nH =\n\nText\n131137 GMT Nov 13\n",
    "iptc7901-cut": b"\x01abc123 4 i 211\r\n\x02(Eil \x07\x07",
    "telegrams": b"\x01abc123 4 i 2\r\nslug/\r\n\x02A =\r\n\nB\x03131137 Nov 13\x04" * 300,
    "anpa1312": b"\x16\x01W2870\x1fasian\r\nr i\x13\x11 BC-Slug  11-13 10\r\n\x02^BC-Slug,10<\r\n"
    b"^Headline<\r\n\t   Text.\r\n\x03AP-WF-11-13-13 1509GMT<\r\n\x04",
    "anpa1312-cut": b"\x01W2870\x1fasian\r\nr i\x14\x12 BC-Slug  11-13\r\n\x02^BC-",
    "zczc": b"ZCZC AAP\r$T\r:Slug\r^Headline\r*X\rText.\r\nNNNN\r\n",
    "zczc-many": b"ZCZC\n" * 2000,
    "rss": b"<rss><channel><item><guid>1</guid><title>H</title></item></channel></rss>",
    "rss-cut": b"<rss><channel><item><guid>1</guid><title>H</title></item><item><title>I",
    "rss-bomb": b'<!DOCTYPE rss [<!ENTITY a "aa">]><rss><channel><item>&a;</item></channel></rss>',
    "atom": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id></entry></feed>',
    "mail": b"Message-ID: <1@e.org>\nFrom: a@e.org\nSubject: =?x?Q?=ff?=\n\nText\n-- \nName\n",
    "mail-parts": b"From: a\nSubject: b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n",
    "other-xml": b"<story><id>1</id><title>H</title><body>One &lt;b&gt;two</body></story>",
    "xml-data": b"<scores><team>A</team><points>3</points></scores>",
    "calendar": b"Subject,Start Date,Location\nPrices,3/9/2018,Hall\n",
    "one-line": b"x" * 1_000_000,
    "many-lines": b"x\n" * 20_000,
}
MEDIA_TYPES = [None, "text/plain", "text/html; charset=latin1", "application/json", "a/b; charset="]


def whole(body: bytes, content_type: str | None) -> RawMessage:
    return RawMessage(body=body, content_type=content_type, provider="p", position="f:1")


def check(answers: list[Decoded | Fail]) -> None:
    assert answers
    for answer in answers:
        if isinstance(answer, Fail):
            assert answer.code in DEAD_CODES
        else:
            assert answer.source.position == "f:1"
            spans = [(block.start, block.end) for block in answer.blocks]
            assert spans == sorted(spans)
            assert all(start < end <= len(answer.text) for start, end in spans)
            answer.text.encode()


@pytest.mark.parametrize("decoder", formats(), ids=lambda decoder: decoder.name)
@pytest.mark.parametrize("name", CASES)
def test_no_decoder_raises_even_on_messages_of_another(decoder: Decoder, name: str) -> None:
    message = message_of(whole(CASES[name], None))
    evidence = decoder.sniff(message)
    assert 0 <= evidence.score <= 1
    assert bool(evidence.score) == bool(evidence.reasons)
    answer = decoder.decode(message, DEFAULT_PROFILES)
    if isinstance(answer, Message | Fail):
        return
    check(answer)


@pytest.mark.parametrize("content_type", MEDIA_TYPES)
@pytest.mark.parametrize("name", CASES)
def test_every_message_is_answered(name: str, content_type: str | None) -> None:
    check(decode(whole(CASES[name], content_type)))


@pytest.mark.parametrize("name", CASES)
def test_the_same_message_gives_the_same_answer(name: str) -> None:
    raw = whole(CASES[name], None)
    first = decode(raw)
    assert first == decode(raw)
    assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301


def test_megabytes_of_noise_are_answered() -> None:
    check(decode(whole(os.urandom(3_000_000), None)))
