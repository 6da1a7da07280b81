"""Which other messages a kill is about, by the numbers, headlines and slugs it names.

It must not decide that a message is a kill: it is asked when that is known. A number or a headline
is a reference, not an item: the desk knows whether there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.item import Link
from streams.decode.lifecycle.words import AGENCY, PLAIN
from streams.folding import fold

KILLS = "kills"
_MOST_CHARS = 2_000
_MOST_LINKS = 10
_MOST_SENTENCES = 20
_LONGEST_REASON = 200
_NUMBER_DIGITS = 4

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ\"«“„])|\n+")
_WITHDRAWS = re.compile(
    r"\b(?:kill(?:ed)?|withdr[ae]w[a-z]*|disregard|delete[ds]?|destroy|retract[a-z]*|remove[ds]?|"
    r"not (?:to )?(?:be )?used?|"
    r"annul[a-z]*|suppri[a-z]+|effac[a-z]+|ne pas (?:utiliser|tenir compte)|"
    r"ruckzug|rueckzug|zuru(?:e)?ckgezogen|zuru(?:e)?ckziehen|loschen|loeschen|streichen|"
    r"nicht (?:mehr )?(?:verwenden|zu verwenden|veroffentlichen)|ignorieren|"
    r"elimin[a-z]*|anul[a-z]*|retir[a-z]*|suprim[a-z]*|no (?:utilizar|usar))\b",
    re.IGNORECASE,
)
# What follows is not withdrawn: it takes the place of what is, or says why.
_REPLACED_BY = re.compile(
    r"\b(?:(?:replaced|superseded|substituted) (?:by|with)|(?:will|to) follow|"
    r"corrected (?:version|story|item)|new (?:version|story|item)|please use|instead|see|because|"
    r"remplacee?s? par|sera suivie?|sera remplacee?|voir|utiliser plutot|car|en raison|"
    r"ersetzt durch|siehe|folgt|neue (?:fassung|meldung)|berichtigte|weil|da|wegen|"
    r"sustituid[ao] por|reemplazad[ao] por|vease|sigue|porque|debido)\b",
    re.IGNORECASE,
)
_ID = re.compile(r"\b(?:urn:newsml:|tag:)[^\s\"'<>,;()\[\]]{4,200}")
_AGENCY_NUMBER = re.compile(
    rf"\b(?P<agency>{AGENCY})\b[^\w\n]{{0,3}}"
    r"(?:(?:item|story|meldung|depeche|despacho|noticia|num(?:ber|ero|mer)?|no|nr|n)\b[.°º]?\s*|"
    r"n[°º]\s?|#\s?)?(?P<number>[A-Z]{0,4}\d{2,6})\b(?![.:]\d)",
    re.IGNORECASE,
)
_NOUN_NUMBER = re.compile(
    r"\b(?:items?|stor(?:y|ies)|dispatch|meldung|depeche|despacho|noticia|number|nummer|numero|no|nr)\b"
    r"[^\w\n]{0,3}(?:(?:number|numero|nummer|num|no|nr|n)\b[.°º]?\s*|n?[°º]\s?|#\s?)?"
    r"(?P<number>[A-Z]{0,4}\d{2,6})\b(?![.:]\d)",
    re.IGNORECASE,
)
# Further numbers of a list: "dpa 0123, 0124 and 0125".
_MORE_NUMBERS = re.compile(r"(?:,|\s+(?:and|et|und|y)|\s*&)\s*(?P<number>\d{2,6})\b(?![.:]\d)")
# Reuters' Unique Story Number, bare or as it is quoted in copy: "[nL1N14N0FF]".
_USN = re.compile(r"\bn?(?P<usn>[A-Z]{1,3}\d?N\d[A-Z0-9]{5})\b")
_QUOTED = re.compile(
    r"\"(?P<a>[^\"\n]{4,200})\"|“(?P<b>[^”\n]{4,200})”|„(?P<c>[^“”\"\n]{4,200})[“”\"]|"
    r"«\s?(?P<d>[^»\n]{4,200}?)\s?»|»(?P<e>[^«\n]{4,200})«"
)
_TITLED = re.compile(
    r"\b(?:headlined|headline|titled|entitled|intitulee?|titree?|"
    r"mit der (?:uberschrift|ueberschrift)|mit dem titel|titulad[ao])"
    r"\s*:?\s+(?P<title>[^\"“„«»\n;]{8,150}?)"
    r"(?=\s*(?:$|[.;,](?:\s|$)|\bis withdrawn|\bhas been|\best annul|\bwird zur|\bqueda anul))",
    re.IGNORECASE,
)
_SLUGGED = re.compile(
    r"\b(?:slugged|slugline|slug|stichwort|mot-cle|guia)\s*:?\s*[\"“„«]?\s?"
    r"(?P<slug>[A-Z0-9][\w/&'+-]{2,60})",
    re.IGNORECASE,
)


def read_references(text: str, provider: str | None = None) -> tuple[Link, ...]:
    """What a message that is a kill says it kills: for each reference a link with its sentence.

    Args:
        text: headline, note and first paragraphs, a line each; the first 2,000 characters count.
        provider: whose a number is that stands without an agency's name.

    Returns:
        Links with ``rel`` "kills" and a target "dpa:0123" (agency and number, four digits at
        least), "headline:<folded>", "slugline:<folded>", "usn:<number>" or an id as written. What
        a sentence names as the replacement, or as the reason, is left out.
    """
    found: dict[str, Link] = {}
    for sentence in _SENTENCE.split(text[:_MOST_CHARS])[:_MOST_SENTENCES]:
        plain = sentence.translate(PLAIN)
        if len(plain) != len(sentence):
            continue
        if not _WITHDRAWS.search(plain) and not _AGENCY_NUMBER.match(plain.lstrip()):
            continue
        reason = " ".join(sentence.split())[:_LONGEST_REASON]
        for target in _targets(sentence, plain, provider):
            if len(found) < _MOST_LINKS:
                found.setdefault(target, Link(rel=KILLS, target=target, reason=reason))
    return tuple(found.values())


def headline_reference(headline: str | None) -> str | None:
    """The target that a headline is known by; None for one of less than three words."""
    folded = fold(headline or "")
    return f"headline:{folded}" if folded.count(" ") >= 2 else None


def number_reference(agency: str, number: str) -> str:
    """The target that an agency's number is known by: "dpa" and "123" are "dpa:0123"."""
    name = agency.lower().partition("-")[0].replace(" ", "-")
    return (
        f"{name}:{number.upper().zfill(_NUMBER_DIGITS) if number.isdecimal() else number.upper()}"
    )


def _targets(sentence: str, plain: str, provider: str | None) -> Iterator[str]:
    outside = _blank(plain, _QUOTED)
    replaced = _REPLACED_BY.search(outside)
    end = replaced.start() if replaced else len(plain)
    if replaced and not _WITHDRAWS.search(plain, 0, end) and replaced.start() < len(plain) // 2:
        # "Because of an error, kill dpa 0123": the reason stands first.
        end = len(plain)
    ids = [match.group().rstrip(".") for match in _ID.finditer(plain[:end])]
    yield from ids
    outside = _blank(outside[:end], _ID)
    yield from _numbers(outside, provider)
    yield from (f"usn:{match['usn']}" for match in _USN.finditer(outside))
    slugs = [match["slug"] for match in _SLUGGED.finditer(plain[:end])]
    yield from (f"slugline:{fold(slug)}" for slug in slugs)
    for match in _QUOTED.finditer(sentence[:end]):
        title = next(filter(None, match.groups()))
        target = headline_reference(title)
        if target is not None and title.strip() not in slugs:
            yield target
    for match in _TITLED.finditer(outside):
        target = headline_reference(sentence[match.start("title") : match.end("title")])
        if target is not None:
            yield target


def _numbers(text: str, provider: str | None) -> Iterator[str]:
    taken: list[tuple[int, int]] = []
    for match in _AGENCY_NUMBER.finditer(text):
        taken.append(match.span())
        yield number_reference(match["agency"], match["number"])
        yield from _listed(text, match.end(), match["agency"])
    if provider is None:
        return
    for match in _NOUN_NUMBER.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            yield number_reference(provider, match["number"])
            yield from _listed(text, match.end(), provider)


def _listed(text: str, position: int, agency: str) -> Iterator[str]:
    for _ in range(_MOST_LINKS):
        more = _MORE_NUMBERS.match(text, position)
        if more is None:
            return
        yield number_reference(agency, more["number"])
        position = more.end()


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: " " * len(match.group()), text)
