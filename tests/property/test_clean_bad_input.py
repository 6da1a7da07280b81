"""Hostile and odd input, from bytes to item: a clear outcome, nothing lost, bounded memory.

The time of each is bounded by the suite's time-out only: all of it is linear work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import clean, unaccounted
from streams.decode import Decoded, decode
from streams.steps import Drop, DropReason, Fail

SENTENCE = "The council of the city voted on Tuesday to close both of the bridges."
SECOND = "Officials had warned in March that the older one might not outlast another winter."
HEADLINE = "Council closes bridges"
MENU = ("Home", "World", "Politics", "Sports", "Contact us", "Privacy policy", "Log in")
FOOTER = ("Terms of use", "Cookie policy", "About us")
INVISIBLE = "\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

pytestmark = pytest.mark.timeout(120)


def read(text: str, media_type: str = "text/plain") -> tuple[str, Item | Drop | Fail]:
    """The decoded text and what cleaning makes of it, checked for anything lost unsaid."""
    raw = RawMessage(body=text.encode("utf-8"), content_type=f"{media_type}; charset=utf-8")
    [part] = decode(raw)
    assert isinstance(part, Decoded)
    outcome = clean(part)
    if isinstance(outcome, Item):
        assert unaccounted(part.text, outcome) is None
    return part.text, outcome


def an_item(text: str, media_type: str = "text/plain") -> Item:
    outcome = read(text, media_type)[1]
    assert isinstance(outcome, Item), outcome
    return outcome


def texts(item: Item) -> list[str]:
    return [paragraph.text for paragraph in item.paragraphs]


def a_page(headline: str, blocks: list[str], above: tuple[str, ...], below: tuple[str, ...]) -> str:
    links, ends = (
        "".join(f'<li><a href="/x">{escape(x)}</a></li>' for x in side) for side in (above, below)
    )
    body = "".join(f"<p>{escape(block)}</p>" for block in blocks)
    return (
        f"<!DOCTYPE html><html><body><nav><ul>{links}</ul></nav><h1>{escape(headline)}</h1>"
        f"{body}<footer><ul>{ends}</ul></footer></body></html>"
    )


# Its own process, so that neither this one's memory nor what it has loaded counts.
_FIFTY_MB = """
import resource, sys
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import decode

# Bytes of address space; a tree of such a page would take more than this alone.
resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
paragraph = "The council of the city voted on Tuesday to close bridge %d for one year. " * 14
number = 50_000_000 // (len(paragraph) + 40)
if sys.argv[1] == "html":
    lines = ("<p>" + paragraph.replace("%d", str(n)) + "</p>" for n in range(number))
    text = "<html><body><h1>Council closes bridges</h1>" + "".join(lines) + "</body></html>"
else:
    text = "\\n\\n".join(paragraph.replace("%d", str(n)) for n in range(number))
body = text.encode()
del text
[part] = decode(RawMessage(body=body, content_type="text/" + sys.argv[1]))
item = clean(part)
assert len(item.paragraphs) == number, len(item.paragraphs)
assert f"bridge {number - 1} " in item.paragraphs[-1].text
print(len(body), item.headline, *item.audit.warnings)
"""


@pytest.mark.parametrize(("kind", "told"), [("html", b"html-too-large"), ("plain", b"")])
def test_a_page_of_50_mb_is_read_whole_in_bounded_memory(kind: str, told: bytes) -> None:
    # Every thread of a library of linear algebra reserves address space of its own.
    single = os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", _FIFTY_MB, kind], capture_output=True, check=False, env=single
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    assert int(done.stdout.split()[0]) > 48_000_000
    assert told in done.stdout


@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
@pytest.mark.parametrize("times", [1, 3_000])
def test_a_page_of_navigation_is_said_to_be_no_article(media_type: str, times: int) -> None:
    links = (*MENU, *FOOTER) * times
    if media_type == "text/html":
        page = "".join(f'<li><a href="/x">{link}</a></li>' for link in links)
        text = f"<html><body><ul>{page}</ul></body></html>"
    else:
        text = "\n".join(links)
    outcome = read(text, media_type)[1]
    assert isinstance(outcome, Drop)
    assert outcome.reason is DropReason.NO_ARTICLE
    assert outcome.detail


@pytest.mark.parametrize("headline", [HEADLINE, ""])
@pytest.mark.parametrize(("above", "below"), [(MENU, FOOTER), ((), ())], ids=["page", "bare"])
@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_an_article_of_one_sentence_is_an_item(
    headline: str, above: tuple[str, ...], below: tuple[str, ...], media_type: str
) -> None:
    if media_type == "text/html":
        item = an_item(a_page(headline, [SENTENCE], above, below), media_type)
    else:
        lines = (*above, "", headline, "", SENTENCE, "", *below)
        item = an_item("\n".join(lines))
    assert SENTENCE in texts(item)
    assert not headline or item.headline == headline


def test_lists_and_calendars_stay_line_by_line() -> None:
    results = [f"{n}. Ann Runner {n} (KEN) 2:0{n % 6}:1{n % 7}" for n in range(1, 60)]
    calendar = [f"Monday {n} March: council, room {n}" for n in range(1, 28)]
    for lines in (results, calendar):
        flat = an_item("\n".join((*MENU, "", HEADLINE, "", SENTENCE, "", *lines)))
        assert texts(flat) == [SENTENCE, *lines]
        listed = "".join(f"<li>{line}</li>" for line in lines)
        page = f"<article><h1>{HEADLINE}</h1><p>{SENTENCE}</p><ul>{listed}</ul></article>"
        assert texts(an_item(f"<html><body>{page}</body></html>", "text/html")) == [
            SENTENCE,
            *lines,
        ]
        bare = an_item("\n".join((HEADLINE, "", *lines)))
        assert bare.text.replace("\n\n", "\n") == "\n".join((HEADLINE, *lines))


JAPANESE = (
    "日銀、政策金利を据え置き",
    "日本銀行は火曜日、金融政策決定会合で政策金利を据え置くことを決めた。",
    "総裁は記者会見で、景気は緩やかに回復していると述べた。",
)
ARABIC = (
    "المجلس يغلق الجسرين",
    "قال المجلس يوم الثلاثاء إن الجسرين سيغلقان لمدة عام كامل بسبب أعمال الصيانة.",
    "وحذر المسؤولون في مارس من أن الجسر الأقدم قد لا يصمد شتاء آخر أمام الفيضانات.",
)


@pytest.mark.parametrize(
    ("lines", "language"), [(JAPANESE, "ja"), (ARABIC, "ar")], ids=["ja", "ar"]
)
@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_other_scripts_keep_all_their_text(
    lines: tuple[str, ...], language: str, media_type: str
) -> None:
    text = whole = "\n\n".join(lines)
    if media_type == "text/html":
        text = a_page(lines[0], list(lines[1:]), (), ())
    item = an_item(text, media_type)
    assert (item.text, item.language) == (whole, language)
    assert item.audit.removed == ()


@pytest.mark.parametrize(
    "text",
    [
        f"{SENTENCE} {SECOND} " * 6_500,
        "word" * 250_000,
        JAPANESE[1] * 30_000,
        ARABIC[1] * 13_000,
        "<" * 1_000_000,
        "a " * 500_000,
    ],
    ids=["sentences", "one word", "japanese", "arabic", "brackets", "letters"],
)
def test_a_million_characters_without_a_line_break_are_kept(text: str) -> None:
    decoded, outcome = read(text)
    if isinstance(outcome, Fail):
        assert outcome.code == "no-text"
        assert not any(map(str.isalnum, text))
        return
    assert isinstance(outcome, Item)
    assert outcome.text == decoded.strip()


def test_invisible_and_bidi_characters_hide_nothing() -> None:
    hidden = ["\u200b".join(link) for link in MENU]
    turned = [f"\u202e{link}\u202c\u2066" for link in FOOTER]
    lines = [*hidden, HEADLINE, "\u2060".join(SENTENCE), SECOND, *turned]
    item = an_item("\n\n".join(lines))
    assert item.headline == HEADLINE
    assert texts(item)[:2] == [SENTENCE, SECOND]
    assert not set(INVISIBLE) & set(item.text)
    assert not set(MENU) & set(texts(item))


def test_a_flood_of_invisible_characters_leaves_the_text() -> None:
    item = an_item("\u202e\u2066\u200b" * 60_000 + SENTENCE)
    assert item.text == SENTENCE


@pytest.mark.parametrize("line", ["word{}", "{}"])
def test_50_000_short_lines_are_kept(line: str) -> None:
    text = "\n".join(line.format(number) for number in range(50_000))
    item = an_item(text)
    assert item.text.split() == text.split()


@pytest.mark.parametrize(
    "opening",
    ["<div>", "<b><i>", "<table><tr><td>", "<ul><li>", "<blockquote>", "<p><span>", "<x:y>"],
)
def test_markup_10_000_deep_gives_its_text(opening: str) -> None:
    page = f"<html><body>{opening * 10_000}<p>{SENTENCE}</p><p>{SECOND}</p>"
    item = an_item(page, "text/html")
    assert texts(item) == [SENTENCE, SECOND]
    closed = "</div>" * 10_000
    again = an_item(f"<html><body>{'<div>' * 10_000}{SENTENCE}{closed}</body></html>", "text/html")
    assert SENTENCE in again.text


articles = st.lists(
    st.sampled_from([SENTENCE, SECOND, "The mayor was not available for comment on Monday evening.",
                     "Le maire a déclaré mardi que les deux ponts seraient fermés pendant un an.",
                     "Der Rat stimmte am Dienstag dafür, beide Brücken für ein Jahr zu sperren."]),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip
links = st.lists(
    st.sampled_from(
        [*MENU, *FOOTER, "Alabama", "Best deals", "Our team", "Newsletters", "©", "2", ">"]
    ),
    max_size=25,
).map(tuple)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(articles, links, links, st.sampled_from(["text/plain", "text/html"]))
def test_no_sentence_is_lost_whatever_stands_around_it(
    sentences: list[str], above: tuple[str, ...], below: tuple[str, ...], media_type: str
) -> None:
    if media_type == "text/html":
        item = an_item(a_page(HEADLINE, sentences, above, below), media_type)
    else:
        item = an_item("\n".join((*above, "", HEADLINE, "", "\n\n".join(sentences), "", *below)))
    for sentence in sentences:
        assert sentence in texts(item)
