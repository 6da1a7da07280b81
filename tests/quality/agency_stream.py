"""Real articles set again as one agency's pages: what stands around them is ours, and known.

Every line has a label: "boilerplate", "link" (to another story, new every day), or "text" for the
article and for what recurs and means something: crossheads, quotations, table headings, bylines,
sign-offs, background.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.raw import RawMessage

PROVIDER = "nordava"
BEGIN = datetime(2016, 2, 15, 5, 0, tzinfo=UTC)
DAYS = 5

_NAMES = (
    "Ilse Brandvik", "Tomas Okonjo", "Maren Castellane", "Piet Holloway", "Sunniva Aker",
    "Dario Velasco", "Yuki Hartmann", "Claire Bessonov", "Amir Lindqvist", "Greta Moreau",
)  # fmt: skip
_SECTIONS = ("World", "Europe", "Business", "Culture", "Science", "Sport", "Opinion")
_NEWSLETTERS = (
    "Get the stories that matter in your inbox every morning: sign up for the Nordava Daily.",
    "Our correspondents write to you once a week. Sign up for Letters from Nordava, it is free.",
    "Nordava is free to read because its readers pay for it. Support us from 3 crowns a month.",
)
_QUOTES = (
    '"We will not leave anybody behind in these mountains, whatever the weather," he said.',
    '"The figures speak for themselves and we have nothing to add to them," the bank said.',
)
_BACKGROUND = (
    "More than 40 people have died in the avalanches since the beginning of the winter.",
    "The strike at the port of Halvorsund began in January and has cost exporters millions.",
)
_CROSSHEADS = ("What we know so far", "Pros", "Cons", "What we like", "Background", "What is next")


@dataclass(slots=True)
class Page:
    """One message: its lines with their labels."""

    at: datetime
    lines: list[tuple[str, str]] = field(default_factory=list)

    def boilerplate(self, *texts: str) -> None:
        """Add lines that are not the article's."""
        self.lines += [(text, "boilerplate") for text in texts]

    def text(self, *texts: str) -> None:
        """Add lines that are."""
        self.lines += [(text, "text") for text in texts]

    def raw(self) -> RawMessage:
        """As delivered."""
        body = "\n\n".join(text for text, _ in self.lines)
        return RawMessage(
            body=body.encode(),
            provider=PROVIDER,
            received_at=self.at,
            content_type="text/plain; charset=utf-8",
            position=f"{self.at:%Y%m%d%H%M%S}",
        )


def stream(articles: Sequence[tuple[str, str]], seed: int = 5) -> list[Page]:
    """Pages of (title, body), over five days, some of them in several takes."""
    chance = random.Random(seed)  # noqa: S311  (a feed, not a secret)
    step = timedelta(days=DAYS) / len(articles)
    titles = [title for title, _ in articles]
    pages: list[Page] = []
    for number, (title, body) in enumerate(articles):
        at = BEGIN + number * step
        lines = [line.strip() for line in body.split("\n") if line.strip()]
        if not title or not lines:
            continue
        day = (at - BEGIN).days
        links = titles[day * 10 : day * 10 + 10]
        whole = _article(chance, lines)
        takes = chance.randint(6, 12) if chance.random() < 0.03 and len(lines) > 8 else 1
        for take in range(1, takes + 1):
            upto = max(2, len(whole) * take // takes)
            page = Page(at + take * timedelta(minutes=150, seconds=number % 60))
            _page(page, chance, title, whole[:upto], links)
            pages.append(page)
    return sorted(pages, key=lambda page: page.at)


def _article(chance: random.Random, lines: list[str]) -> list[str]:
    """The article with what a newsroom puts into many: each in a few stories of a hundred."""
    lines = list(lines)

    def put(text: str) -> None:
        lines.insert(chance.randint(1, len(lines)), text)

    if chance.random() < 0.12:
        for crosshead in chance.sample(_CROSSHEADS, 2):
            put(crosshead)
    if chance.random() < 0.1:
        put(chance.choice(_QUOTES))
    if chance.random() < 0.1:
        put(chance.choice(_BACKGROUND))
    if chance.random() < 0.08:
        figures = [f"{chance.randint(1000, 9999):,}   {chance.uniform(-3, 3):+.2f}%" for _ in "abc"]
        names = ("Nordava 30   ", "Halvor Index   ", "Crown/euro   ")
        rows = [name + figure for name, figure in zip(names, figures, strict=True)]
        lines += ["Market close", "Index   Last   Change", *rows]
    return lines


def _page(
    page: Page, chance: random.Random, title: str, lines: Sequence[str], links: Sequence[str]
) -> None:
    page.boilerplate("NORDAVA NEWSROOM", "Skip to the story")
    if chance.random() < 0.8:
        page.boilerplate("Today's paper")
    page.boilerplate("Front page | World | Europe | Business | Culture")
    page.boilerplate(chance.choice(_SECTIONS))
    page.boilerplate(f"Last updated {page.at:%H:%M}, {page.at:%d %B}")
    page.text(title)
    if chance.random() < 0.7:
        page.text(f"By {chance.choice(_NAMES)}")
    page.boilerplate("Listen to this story")
    for number, line in enumerate(lines):
        page.text(line)
        if number and number % 6 == 0:
            page.boilerplate("Story continues below this advertisement")
    if chance.random() < 0.5:
        one, other = chance.sample(_NAMES, 2)
        page.text(f"(Reporting by {one}; Editing by {other})")
    page.boilerplate("Tell us what you think of this story")
    if chance.random() < 0.6:
        page.boilerplate(chance.choice(_NEWSLETTERS))
    page.boilerplate("Also in Nordava")
    page.lines += [(link, "link") for link in chance.sample(list(links), 3)]
    page.boilerplate("More from Nordava")
    if chance.random() < 0.9:
        page.boilerplate("Nordava apps for phones and tablets")
    page.boilerplate("How we work and who pays for it", "Write to the newsroom")
    page.text("© 2016 Nordava Media. All rights reserved.")
