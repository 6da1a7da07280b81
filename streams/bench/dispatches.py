"""Scraped wire dispatches made of true articles, with what each line of them is.

The shape is that of agency copy taken from a portal: real navigation of another page above it and
sometimes below, a section label, the headline, paragraphs set apart by blank lines, and a teaser:
the lead, or the lead and the second paragraph with nothing between them, cut anywhere. In every
other dispatch something is quoted twice, which is no teaser and must stay.

It must not use chance that another run would not repeat.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from streams.bench.clean_pages import Page, site
from streams.decode import mojibake
from streams.folding import fold

_SECTIONS = (
    "World", "Latest news", "Top stories", "Dernières Infos", "Monde", "À la une", "Politik",
    "Schlagzeilen", "Nachrichten", "Última hora", "Internacional", "Portada",
)  # fmt: skip
_ELLIPSES = ("...", "…", " ...", " [...]")
# Lines of a page around its article that are no prose of another story: those have at most so
# many characters. Blurbs of other stories are articles too, and not what a portal sets around one.
_LONGEST_LINK = 60
_MOST_ABOVE = 12
_MOST_BELOW = 8
# A teaser has this many characters, or all there are; shorter ones would be headlines.
_SHORTEST_TEASER = 120
_LONGEST_TEASER = 600
_SHORTEST_PARAGRAPH = 60
_QUOTED_WORDS = range(8, 15)
# Paragraphs of a dispatch. Of 11,000 Reuters wires half have 4 or more, and 95 in 100 up to 14;
# articles of the web are longer, and begin as one.
_FEWEST_PARAGRAPHS = 2
_MOST_PARAGRAPHS = 20
_SENTENCE_ENDS = tuple(".!?:…。！？\"'”’»)")
_SENTENCE = re.compile(r"[^.!?]{40,300}[.!?]")
_QUOTE = re.compile(r"[\"“]([^\"“”]{30,200})[\"”]")


class Kind(StrEnum):
    """What a line of a dispatch is."""

    NAVIGATION = "navigation"
    SECTION = "section-label"
    HEADLINE = "headline"
    BODY = "body"
    TEASER = "teaser"


class Place(StrEnum):
    """Where the teaser stands."""

    NONE = "no teaser"
    END = "at the end"
    TOP = "above the headline"
    NAVIGATION = "in the navigation"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a dispatch: code points [start, end) of its text."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Teaser:
    """The beginning of a text once more.

    Attributes:
        text: "" where the text is too short to have one.
        is_cut: it ends in an ellipsis.
        is_whole: it is a paragraph, or two, to its end.
        has_heading: a line it is made of is a heading rather than a paragraph, as no lead of an
            agency is; articles of the web begin like that, and their descriptions with them.
    """

    text: str = ""
    is_cut: bool = False
    is_whole: bool = False
    has_heading: bool = False


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One made dispatch; the headline is "" where the corpus gives no title."""

    id: str
    text: str
    lines: tuple[Line, ...]
    headline: str
    place: Place
    teaser: Teaser


def make(pages: Sequence[Page], seed: int) -> Iterator[Dispatch]:
    """A dispatch for every page that has two paragraphs of an article; the same for one seed."""
    around = [(site(page.url), navigation(page)) for page in pages]
    for number, page in enumerate(pages):
        chooser = random.Random(f"{seed}/{page.id}")  # noqa: S311  (a corpus, not a secret)
        headline = _mended(page.title or "")
        body = [line for line in map(_mended, page.body.split("\n")) if line]
        while body and headline and fold(body[0]) == fold(headline):
            del body[0]
        body = body[: chooser.randint(_FEWEST_PARAGRAPHS, _MOST_PARAGRAPHS)]
        while body and not body[-1].endswith(_SENTENCE_ENDS):
            del body[-1]  # a heading of what was cut off
        if len(body) > 1:
            furniture = _around(around, number, chooser)
            yield _dispatch(page.id, headline, body, furniture, chooser)


def navigation(page: Page) -> tuple[list[str], list[str]]:
    """The short lines of a flattened page above its article and below it."""
    true = {fold(line) for line in page.body.split("\n")} - {""}
    lines = [_mended(line) for line in page.text.split("\n")]
    inside = [number for number, line in enumerate(lines) if line and fold(line) in true]
    if not inside:
        return [], []
    title = fold(page.title or "")

    def is_link(line: str) -> bool:
        folded = fold(line)
        # Of a page's title with the name of its site, too, the headline is another story's.
        is_title = bool(title) and (title in folded or folded in title)
        return 0 < len(line) <= _LONGEST_LINK and folded not in true and not is_title

    above, below = lines[: inside[0]], lines[inside[-1] + 1 :]
    return list(filter(is_link, above)), list(filter(is_link, below))


def _mended(line: str) -> str:
    # Else the decoder would repair it, and the lines would not stand where they were put.
    return mojibake.mend(" ".join(line.split()))


def _around(
    around: Sequence[tuple[str, tuple[list[str], list[str]]]], number: int, chooser: random.Random
) -> tuple[list[str], list[str]]:
    """Navigation of a page of another site, from above and below its article."""
    shift = chooser.randrange(len(around))
    for further in range(len(around)):
        other, (above, below) = around[(number + shift + further) % len(around)]
        if other != around[number][0] and above:
            # Furniture begins at the top and ends at the bottom of a page.
            first = above[: chooser.randint(1, _MOST_ABOVE)]
            wanted = chooser.choice((0, chooser.randint(1, _MOST_BELOW)))
            return first, below[len(below) - wanted :] if wanted else []
    return [], []


def _dispatch(
    name: str,
    headline: str,
    body: list[str],
    furniture: tuple[list[str], list[str]],
    chooser: random.Random,
) -> Dispatch:
    above, below = furniture
    teaser = _teaser(body, chooser)
    places = [place for place in Place if place is not Place.NONE]
    # At the end in half of them, as in the sample; in the navigation only where there is some.
    place = chooser.choice([Place.END, Place.END, *places]) if teaser.text else Place.NONE
    if place is Place.NAVIGATION and not above:
        place = Place.TOP
    body = _quoting_again(body, chooser)
    own = {fold(line) for line in body}
    parts = [(Kind.NAVIGATION, line) for line in above if fold(line) not in own]
    if place is Place.NAVIGATION:
        parts.insert(chooser.randint(0, len(parts)), (Kind.TEASER, teaser.text))
    parts.append((Kind.SECTION, chooser.choice(_SECTIONS)))
    if place is Place.TOP:
        parts.append((Kind.TEASER, teaser.text))
    if headline:
        parts.append((Kind.HEADLINE, headline))
    parts += [(Kind.BODY, line) for line in body]
    if place is Place.END:
        parts.append((Kind.TEASER, teaser.text))
    parts += [(Kind.NAVIGATION, line) for line in below if fold(line) not in own]
    text, lines = _laid_out(parts)
    return Dispatch(name, text, lines, headline, place, teaser)


def _laid_out(parts: Sequence[tuple[Kind, str]]) -> tuple[str, tuple[Line, ...]]:
    """Blank lines between all but navigation, and none before a teaser at the end, as scraped."""
    text = ""
    lines = []
    before: Kind | None = None
    for kind, line in parts:
        if before is not None:
            is_close = kind is before is Kind.NAVIGATION or (
                kind is Kind.TEASER and before is Kind.BODY
            )
            text += "\n" if is_close else "\n\n"
        lines.append(Line(kind, len(text), len(text) + len(line)))
        text += line
        before = kind
    return text, tuple(lines)


def _teaser(body: Sequence[str], chooser: random.Random) -> Teaser:
    """The lead, or the lead and the second paragraph glued to it, cut anywhere or not at all."""
    lead, glued = body[0], body[0] + body[1]
    source = chooser.choice((lead, glued)) if len(lead) >= _SHORTEST_TEASER else glued
    if len(source) < _SHORTEST_TEASER:
        return Teaser()
    has_heading = any(map(_is_heading, body[: 1 + (source is glued)]))
    longest = min(len(source), _LONGEST_TEASER)
    size = chooser.choice((longest, chooser.randint(_SHORTEST_TEASER, longest)))
    cut = source[:size].rstrip()
    if size == len(source):
        return Teaser(cut, is_whole=True, has_heading=has_heading)
    if chooser.random() < 0.25:
        return Teaser(cut, has_heading=has_heading)
    return Teaser(cut + chooser.choice(_ELLIPSES), is_cut=True, has_heading=has_heading)


def _is_heading(line: str) -> bool:
    return len(line) < _SHORTEST_PARAGRAPH or not line.endswith(_SENTENCE_ENDS)


def _quoting_again(body: list[str], chooser: random.Random) -> list[str]:
    """The body, in every other dispatch with a later paragraph that repeats some of its words."""
    if chooser.random() < 0.5 or len(body) < 3:
        return body
    number = chooser.randrange(len(body) - 1)
    match = _QUOTE.search(body[number]) or _SENTENCE.search(body[number])
    if match is None:
        return body
    words = (match[1] if match.re is _QUOTE else match[0]).strip().split()
    said = " ".join(words[: chooser.choice(_QUOTED_WORDS)]).rstrip(".,;:!?")
    again = f'"{said}", the spokesman said once more when he was asked about it on Tuesday.'
    at = chooser.randint(number + 1, len(body) - 1)
    return [*body[:at], again, *body[at:]]
