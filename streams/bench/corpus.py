"""Dispatches to measure with: made here, the same on every machine, in the shape of scraped copy.

It must not read the network or need any file; a user's own archive can be given instead.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from schemas.item import AltId, Item, Paragraph
from schemas.raw import RawMessage
from streams.desk.identity import content_hash, item_key, order_key

_SEED = 1987
_START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_ONSETS = ("b", "br", "c", "ch", "d", "f", "g", "gr", "l", "m", "n", "p", "pl", "r", "s", "t", "v")
_VOWELS = ("a", "e", "i", "o", "u", "é", "è", "ai", "ou", "on", "an")
_CODAS = ("", "", "", "n", "r", "s", "t", "l", "nt")
# Function words make the text look French to a language identifier, as they do in real copy.
_FUNCTION = ("le", "la", "les", "de", "des", "du", "et", "à", "en", "que", "dans", "pour", "sur")
_VERBS = ("a déclaré", "a annoncé", "a indiqué", "ont souligné", "a précisé", "a rappelé")
_PEOPLE = ("Jean Marchand", "Claire Dubois", "Karim Benali", "Sofia Lindgren", "Peter Novak")
_PLACES = ("Paris", "Genève", "Bruxelles", "Londres", "Berlin", "Le Caire", "Madrid", "Ottawa")


def _vocabulary(size: int = 12_000) -> list[str]:
    chooser = random.Random(_SEED)  # noqa: S311  (a corpus, not a secret)
    words: set[str] = set()
    while len(words) < size:
        words.add(
            "".join(
                chooser.choice(_ONSETS) + chooser.choice(_VOWELS) + chooser.choice(_CODAS)
                for _ in range(chooser.choice((1, 2, 2, 3, 3, 4)))
            )
        )
    return sorted(words)


class Copywriter:
    """Writes dispatches of a given length; the n-th is the same on every machine."""

    def __init__(self) -> None:
        self._words = _vocabulary()
        size = len(self._words)
        # As ``sentence`` draws them: two of five a function word, the first words more often.
        self._weighted = [
            *(word for word in _FUNCTION for _ in range(2 * size // (3 * len(_FUNCTION)))),
            *(self._words[place * place // size] for place in range(size)),
        ]

    def sentence(self, chooser: random.Random) -> str:
        """One sentence of about 22 words, with a name, a place and a figure now and then."""
        words: list[str] = []
        for _ in range(chooser.randint(14, 24)):
            if chooser.random() < 0.4:
                words.append(chooser.choice(_FUNCTION))
            else:
                # Squaring the draw makes some words common, as in any language.
                words.append(self._words[int(len(self._words) * chooser.random() ** 2)])
        words.insert(chooser.randint(1, len(words)), chooser.choice(_VERBS))
        if chooser.random() < 0.5:
            words.insert(chooser.randint(0, len(words)), chooser.choice(_PEOPLE))
        if chooser.random() < 0.5:
            words.insert(chooser.randint(0, len(words)), "à " + chooser.choice(_PLACES))
        if chooser.random() < 0.5:
            words.insert(chooser.randint(0, len(words)), str(chooser.randint(3, 99_999)))
        text = " ".join(words)
        return text[0].upper() + text[1:] + "."

    def paragraphs(self, number: int, words: int) -> list[str]:
        """Paragraphs of two sentences, about ``words`` words in all."""
        chooser = random.Random(f"{_SEED}/{number}")  # noqa: S311
        written: list[str] = []
        while sum(len(paragraph.split()) for paragraph in written) < words:
            written.append(self.sentence(chooser) + " " + self.sentence(chooser))
        return written

    def scraped(self, number: int, words: int = 360) -> RawMessage:
        """A scraped dispatch: navigation, label, headline, paragraphs, glued and cut teaser."""
        body = self.paragraphs(number, words)
        headline = f"{_PLACES[number % len(_PLACES)]}: {' '.join(body[0].split()[:11])}"
        teaser = (body[0] + body[1])[:376] + "..."
        text = (
            "Rechercher\nRechercher\n\nDernières Infos\n\n"
            f"{headline}\n\n" + "\n\n".join(body) + "\n" + teaser
        )
        return RawMessage(
            body=text.encode(),
            received_at=_START + timedelta(seconds=number),
            position=f"bench:{number}",
        )

    def drawn(self, number: int, words: int) -> list[str]:
        """The same kind of copy a tenth of the cost: every word by one draw, none counted.

        Shingles repeat about as seldom as in real copy; there is a name, a place and a figure
        every other sentence.
        """
        chooser = random.Random(f"{_SEED}/drawn/{number}")  # noqa: S311
        # Names and verbs are of more than one word.
        draws = chooser.choices(self._weighted, k=words * 7 // 8)
        written: list[str] = []
        sentences: list[str] = []
        start = 0
        while start < len(draws):
            sentence = draws[start : start + chooser.randrange(14, 25)]
            start += len(sentence)
            sentence[len(sentence) // 2] = chooser.choice(_VERBS)
            if len(sentences) % 2:
                sentence[-1] = f"{chooser.choice(_PEOPLE)} à {chooser.choice(_PLACES)}"
            else:
                sentence[-1] = str(chooser.randrange(3, 99_999))
            text = " ".join(sentence)
            sentences.append(f"{text[0].upper()}{text[1:]}.")
            if len(sentences) == 2:
                written.append(" ".join(sentences))
                sentences = []
        return [*written, *sentences]

    def item(self, number: int, words: int = 500) -> Item:
        """A clean item of about ``words`` words, of its own key, with ids as agencies give them."""
        body = self.drawn(number, words)
        headline = " ".join(body[0].split()[:9])
        digest = content_hash(headline, body)
        at = _START + timedelta(milliseconds=100 * number)
        key = item_key("bench", f"urn:newsml:bench.example:{at:%Y%m%d}:TX-{number:08d}", digest)
        order = order_key(at, "1")
        return Item(
            id=f"{key}@{order}",
            item_key=key,
            order_key=order,
            alt_ids=(AltId(scheme="usn", value=f"bench-{at:%Y%m%d}-B{number % 10_000:04d}"),),
            provider="bench",
            version="1",
            version_created=at,
            received_at=at,
            language="fr",
            headline=headline,
            paragraphs=tuple(Paragraph(text=text) for text in body),
            content_hash=digest,
        )

    def items(self, count: int, words: int = 500) -> Iterator[Item]:
        """``count`` different items."""
        return (self.item(number, words) for number in range(count))
