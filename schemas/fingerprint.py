"""What intake hashes of a text, so that the desk can compare without reading it again.

It must not hold thresholds or decisions.
"""

from __future__ import annotations

from schemas.model import Record


class Fingerprint(Record):
    """Hashes of one item's text, the same on every machine.

    Arrays of unsigned 32-bit integers are little-endian bytes in base64, to stay small.

    Attributes:
        version: of the method; fingerprints of different versions are never compared.
        exact: 128 bits of the folded words in order, hexadecimal.
        words: folded words in headline and paragraphs.
        figures: how many of them begin with a digit.
        sentences: keys of sentences long enough to mean something, to find candidates by.
        bands: keys of MinHash bands over its phrases, to find candidates by.
        openings: keys of MinHash bands over what its body opens with, likewise.
        outlines: keys of the headline without its figures and of the figures alone, likewise.
        shingles: the smallest hashes of the text's phrases (three words in a row, or two numbers),
            ascending.
        numbers: the text's numbers in one plain spelling, each as often as it occurs, separated
            by spaces.
        names: words written with a capital inside a sentence, ascending.
        title: the headline's words, ascending.
        subject: the first two words, in order: whom a flash is about.
        tickers: the shares that are its subject, ascending.
        moments: dates, clock times, quarters and sessions the headline names, ascending.
        corrects: the headline is marked as a correction.
        lead: the distinct words of headline and opening, ascending.
        paragraphs: one hash a paragraph, in order, to tell versions apart by.
    """

    version: int
    exact: str
    words: int = 0
    figures: int = 0
    sentences: str = ""
    bands: str = ""
    openings: str = ""
    outlines: str = ""
    shingles: str = ""
    numbers: str = ""
    names: str = ""
    title: str = ""
    subject: str = ""
    tickers: str = ""
    moments: str = ""
    corrects: bool = False
    lead: str = ""
    paragraphs: str = ""
