"""What is compared: our cleaning, and the simple and the public methods beside it.

It must not score them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import trafilatura
from justext import get_stoplist
from justext.core import classify_paragraphs, revise_paragraph_classification
from justext.paragraph import Paragraph

from schemas.item import Item
from schemas.raw import RawMessage
from streams.bench.clean_pages import Page
from streams.clean import DEFAULT_RULES, clean
from streams.clean.language import detect
from streams.decode import Decoded, decode

OURS = "wireroom"
TRAFILATURA = "trafilatura"
_LONG_LINE = 80
_C4_WORDS = 5
_C4_ENDS = (".", "?", "!", '"')
_STOPLISTS = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hu": "Hungarian", "it": "Italian", "ko": "Korean", "nl": "Dutch",
    "no": "Norwegian_Bokmal", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
}  # fmt: skip
_READ_FOR_LANGUAGE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a method takes a page's article to be.

    Attributes:
        headline: "" where the method does not tell it from the text.
    """

    headline: str
    body: str

    @property
    def whole(self) -> str:
        """Headline and body."""
        return f"{self.headline}\n{self.body}" if self.headline else self.body


Method = Callable[[Page], Extraction]


def ours_on_text(page: Page) -> Extraction:
    """Our decoding and cleaning of the flattened page."""
    return _ours(RawMessage(body=page.text.encode("utf-8", "replace"), content_type="text/plain"))


def ours_on_html(page: Page) -> Extraction:
    """Our decoding and cleaning of its markup."""
    markup = page.html or ""
    return _ours(
        RawMessage(body=markup.encode("utf-8", "replace"), content_type="text/html; charset=utf-8")
    )


def _ours(raw: RawMessage) -> Extraction:
    items = [
        item
        for part in decode(raw)
        if isinstance(part, Decoded) and isinstance(item := clean(part), Item)
    ]
    return Extraction(
        "\n".join(item.headline for item in items if item.headline),
        "\n".join(paragraph.text for item in items for paragraph in item.paragraphs),
    )


def everything(page: Page) -> Extraction:
    """The page as it is."""
    return Extraction("", page.text)


def long_lines(page: Page) -> Extraction:
    """Lines of 80 characters or more."""
    return _lines(page, lambda line: len(line) >= _LONG_LINE)


def c4_lines(page: Page) -> Extraction:
    """The line rule of the C4 corpus (Raffel et al. 2020, section 2.2).

    Lines that end in a terminal mark but not in an ellipsis, of five words or more, without the
    word Javascript. Its rules for whole documents are left out: a dispatch is never dropped.
    """
    return _lines(
        page,
        lambda line: (
            line.endswith(_C4_ENDS)
            and not line.endswith("...")
            and len(line.split()) >= _C4_WORDS
            and "javascript" not in line.lower()
        ),
    )


def _lines(page: Page, is_kept: Callable[[str], bool]) -> Extraction:
    lines = (line.strip() for line in page.text.split("\n"))
    return Extraction("", "\n".join(line for line in lines if is_kept(line)))


def justext_lines(page: Page) -> Extraction:
    """Classes that jusText gives the lines, in its default settings, by stop words and length.

    The language is the one we detect, else English. A flattened line has no link density.
    """
    paragraphs = []
    for line in page.text.split("\n"):
        if line.strip():
            paragraph = Paragraph(_FLAT)
            paragraph.append_text(line)
            paragraphs.append(paragraph)
    language = detect(page.text[:_READ_FOR_LANGUAGE], DEFAULT_RULES.languages)
    classify_paragraphs(paragraphs, _stoplist(_STOPLISTS.get(language or "en", "English")))
    revise_paragraph_classification(paragraphs)
    return Extraction("", "\n".join(one.text for one in paragraphs if not one.is_boilerplate))


class _FlatPath:
    """The place of a line that has no markup around it, as jusText asks for it."""

    dom = "html.body.p"
    xpath = "/html/body/p"


_FLAT = _FlatPath()


@lru_cache(maxsize=32)
def _stoplist(name: str) -> frozenset[str]:
    words: frozenset[str] = get_stoplist(name)
    return words


def trafilatura_on_html(page: Page) -> Extraction:
    """Trafilatura in its standard configuration, without comments, as the public benchmark does."""
    return Extraction("", trafilatura.extract(page.html or "", include_comments=False) or "")


def trafilatura_headline(page: Page) -> str:
    """The headline trafilatura finds in a page's metadata; apart, since ``extract`` gives none."""
    metadata = trafilatura.extract_metadata(page.html or "")
    return (metadata.title if metadata else None) or ""


ON_TEXT: dict[str, Method] = {
    OURS: ours_on_text,
    "jusText on lines": justext_lines,
    "C4 line rule": c4_lines,
    "lines >= 80 chars": long_lines,
    "everything kept": everything,
}
"""Methods that see only the flattened text."""

ON_HTML: dict[str, Method] = {OURS: ours_on_html, TRAFILATURA: trafilatura_on_html}
"""Methods that see the markup."""

# It warns of every page it finds nothing on; the table says so.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
