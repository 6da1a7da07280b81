"""Pages with their true articles, to measure cleaning with: ``wireroom bench clean``.

It must not read the network, nor keep a page from the sites that are asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import orjson

from streams.errors import ConfigError

_GZIP = b"\x1f\x8b"
_PART = re.compile(r"(\d{1,4})/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a corpus in the layout of the public article-extraction benchmarks.

    Attributes:
        id: the corpus' own.
        url: where it was; "" where the corpus does not say.
        text: the page flattened to lines of text, "" where only its markup is known.
        body: the true article, paragraphs on lines of their own.
        title: what the page calls itself, as the corpus gives it.
        html: its markup, None where it is not known.
    """

    id: str
    url: str
    text: str
    body: str
    title: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Part ``number`` of ``of`` about equal parts of all sites; the first is number 1."""

    number: int
    of: int

    def has(self, url: str) -> bool:
        """Whether the site of an address is in this part."""
        return part_of(url, self.of) == self.number


def parse_part(text: str) -> Part:
    """The part that "2/5" names: the second of five.

    Raises:
        ConfigError: it names none.
    """
    match = _PART.fullmatch(text.strip())
    part = Part(int(match[1]), int(match[2])) if match else None
    if part is None or not 1 <= part.number <= part.of:
        raise ConfigError(f"--held-out {text}: a part is K/N, as 1/5, with K from 1 to N")
    return part


def part_of(url: str, parts: int) -> int:
    """The part, from 1 to ``parts``, that the site of an address falls into.

    By a hash of the registered domain, so that pages of one site, which share their furniture,
    are never on both sides of a split, in any corpus and on any machine.
    """
    digest = hashlib.blake2b(site(url).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % parts + 1


def site(url: str) -> str:
    """The registered domain of an address by the Public Suffix List, else its host as it is."""
    from tld import get_fld  # noqa: PLC0415  (comes with trafilatura; reads its list at once)

    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    domain = get_fld(f"https://{host}", fail_silently=True) if host else None
    return domain or host or url


def read_pages(
    path: Path, *, markup: Path | None = None, part: Part | None = None, most: int | None = None
) -> list[Page]:
    """The pages of a corpus, in its order.

    Args:
        path: JSON Lines, gzipped or not: ``id``, ``text`` (or ``html``), ``articleBody``, and
            ``url`` and ``title`` if known.
        markup: rows of ``id`` and ``html`` for pages of the corpus, in a file of their own.
        part: only pages of the sites in this part.
        most: no more than so many.

    Raises:
        ConfigError: a file that cannot be read, a row that is not a page, or no page at all.
    """
    pages: list[Page] = []
    for where, row in read_rows(path):
        page = _page(row, where)
        if part is None or part.has(page.url):
            pages.append(page)
        if most is not None and len(pages) >= most:
            break
    if markup is not None:
        known = {
            string_of(row, "id", where): string_of(row, "html", where)
            for where, row in read_rows(markup)
        }
        pages = [replace(page, html=known.get(page.id, page.html)) for page in pages]
        if not any(page.html for page in pages):
            raise ConfigError(f"{markup} holds no page of {path} by id")
    if not pages:
        raise ConfigError(f"{path} holds no page" + (" of this part" if part else ""))
    return pages


def _page(row: dict[str, object], where: str) -> Page:
    if "text" not in row and "html" not in row:
        raise ConfigError(f"{where}: neither text nor html; the keys are {', '.join(row)}")
    return Page(
        id=string_of(row, "id", where),
        url=string_of(row, "url", where, needed=False),
        text=string_of(row, "text", where, needed=False),
        body=string_of(row, "articleBody", where),
        title=string_of(row, "title", where, needed=False) or None,
        html=string_of(row, "html", where, needed=False) or None,
    )


def string_of(row: dict[str, object], key: str, where: str, *, needed: bool = True) -> str:
    """The string a row has under a key; "" for null, or where it is not needed and not there.

    Args:
        row: as read.
        key: its name; an ``id`` may be a number.
        where: the row's file and line, for people.
        needed: whether the row must have the key.

    Raises:
        ConfigError: it is not there, or no string.
    """
    value = row.get(key)
    if isinstance(value, str):
        return value
    if value is None and (not needed or key in row):
        return ""
    if value is None:
        raise ConfigError(f"{where}: no {key}; the keys are {', '.join(row)}")
    if key == "id":
        return str(value)
    raise ConfigError(f"{where}: {key} is not a string")


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """The objects of a file of JSON Lines, gzipped or not, each with its file and line.

    Raises:
        ConfigError: the file, or a line of it, cannot be read.
    """
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                where = f"{path}:{number}"
                try:
                    row = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ConfigError(f"{where}: not JSON: {error}") from None
                if not isinstance(row, dict):
                    raise ConfigError(f"{where}: not an object")
                yield where, row
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _opened(path: Path) -> gzip.GzipFile | BinaryIO:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return gzip.open(path) if packed else path.open("rb")
