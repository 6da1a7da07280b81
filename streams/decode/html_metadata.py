"""What an HTML page states of itself: language, dates, author, address, title.

It must not infer any of them from the text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

import lxml.html

from schemas.item import AltId
from streams.decode.dates import read_date
from streams.decode.decoded import Facts
from streams.decode.json_document import parse
from streams.decode.mojibake import mend
from streams.steps import Fail

_PUBLISHED = ("article:published_time", "datepublished", "dc.date.issued", "dcterms.created")
_MODIFIED = ("article:modified_time", "datemodified", "dcterms.modified")
_AUTHOR = ("author", "article:author", "dc.creator", "byl")
_TITLE = ("og:title", "twitter:title", "headline")
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report")
_MAX_SCRIPT_CHARS = 200_000
_MAX_FIELD_CHARS = 500


@dataclass(frozen=True, slots=True)
class Stated:
    """The page's own words on itself.

    Attributes:
        titles: what it says its headline is, surest first; the last may name the site too.
        warnings: "date-invalid:..." and "date-no-zone:...".
    """

    facts: Facts
    titles: tuple[str, ...]
    warnings: tuple[str, ...]


def read_metadata(root: lxml.html.HtmlElement, *, time_zone: str) -> Stated:
    """The metadata in ``<html lang>``, ``<meta>``, ``<link rel=canonical>``, JSON-LD, ``<title>``.

    A page that states when it was modified was created as this version then.
    """
    metas = _metas(root)
    article = next(_articles(root), {})
    warnings: list[str] = []
    times = {}
    wheres = {}
    for field, names, key in (
        ("published", _PUBLISHED, "datePublished"),
        ("modified", _MODIFIED, "dateModified"),
    ):
        text, wheres[field] = _stated(metas, names, key, _text(article.get(key)))
        times[field] = read_date(text, field, time_zone=time_zone, warnings=warnings)
    made = "modified" if times["modified"] else "published"
    author, author_where = _stated(metas, _AUTHOR, "author", _name(article.get("author")))
    address = next(
        (
            link.get("href", "").strip()
            for link in root.iter("link")
            if link.get("rel", "").lower() == "canonical"
        ),
        "",
    )
    language = (root.get("lang") or root.get("xml:lang") or "").strip().replace("_", "-")
    facts = Facts(
        alt_ids=(AltId(scheme="url", value=address[:2000]),) if address else (),
        version_created=times[made],
        first_created=times["published"],
        language=language if language.replace("-", "").isalnum() else None,
        # Facebook pages and the like stand in article:author; they are no names.
        byline=author if author and "://" not in author else None,
        origins=(
            ("alt_ids", "link rel=canonical"),
            ("version_created", wheres[made]),
            ("first_created", wheres["published"]),
            ("language", "html lang"),
            ("byline", author_where),
        ),
    )
    facts = replace(
        facts, origins=tuple(origin for origin in facts.origins if getattr(facts, origin[0]))
    )
    titles = [_text(article.get("headline")), _first(metas, _TITLE), _title(root)]
    return Stated(facts, tuple(title for title in titles if title), tuple(warnings))


def _metas(root: lxml.html.HtmlElement) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = _text(meta.get("content"))
        if content:
            metas.setdefault(name.strip().lower(), content)
    return metas


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if name in metas), "")


def _stated(
    metas: dict[str, str], names: tuple[str, ...], key: str, linked: str
) -> tuple[str, str]:
    """What a ``<meta>`` says, else JSON-LD, and which of them it was."""
    name = next((name for name in names if name in metas), None)
    return (metas[name], f"meta {name}") if name else (linked, f"JSON-LD {key}")


def _articles(root: lxml.html.HtmlElement) -> Iterator[dict[str, object]]:
    for script in root.iter("script"):
        text = script.text or ""
        if "ld+json" not in script.get("type", "") or len(text) > _MAX_SCRIPT_CHARS:
            continue
        document = parse(text)
        if isinstance(document, Fail):
            continue
        queue: deque[object] = deque([document.value])
        while queue:
            value = queue.popleft()
            if isinstance(value, list):
                queue.extend(value)
            elif isinstance(value, dict):
                if str(value.get("@type")).strip("[]'").endswith(_ARTICLE_TYPES):
                    yield value
                graph = value.get("@graph")
                if isinstance(graph, list):
                    queue.extend(graph)


def _name(author: object) -> str:
    if isinstance(author, list):
        names = [_name(one) for one in author[:10]]
        return ", ".join(name for name in names if name)
    if isinstance(author, dict):
        return _text(author.get("name"))
    return _text(author)


def _title(root: lxml.html.HtmlElement) -> str:
    title = root.find(".//title")
    return _text(title.text) if title is not None else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return mend(" ".join(value.split())[:_MAX_FIELD_CHARS])
