"""The facts an entry of dpa digitalwires states.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.item import LifecycleKind, PubStatus
from streams.decode.stated import MAX_LISTED, Stated, as_word

# A field of its own, as it stood before the text: place, agency in brackets, a dash.
_DATELINE = re.compile(r"(?P<place>[^()]{2,100}?)\s*\((?P<agency>[^()]{2,40})\)\s*[-–—]?\s*")
# Facts said elsewhere, or of no one's business outside dpa.
_SILENT = frozenset({"signal", "pubstatus", "urgency", "creator", "contributor", "provider"})


def provider_names(entry: dict[str, object]) -> Iterator[str]:
    """Whom the categories name as provider, then dpa, whose format it is."""
    for kind, one in _categories(entry):
        if kind == "provider" and (word := as_word(one.get("name"))):
            yield word
    yield "dpa"


def state_facts(entry: dict[str, object], stated: Stated) -> None:
    """Everything the entry says of itself."""
    stated.put("stable_id", as_word(entry.get("urn")), "urn")
    if stated.get("stable_id") is None:
        stated.put("stable_id", as_word(entry.get("entry_id")), "entry_id")
        stated.warnings.append("dpa-no-urn")
    else:
        stated.alt_id("entry_id", as_word(entry.get("entry_id")), "entry_id")
    stated.put("version", as_word(entry.get("version")), "version")
    stated.date("version_created", entry.get("version_created"), "version_created")
    stated.date("version_created", entry.get("updated"), "updated")
    stated.language(as_word(entry.get("language")), "language")
    stated.urgency(as_word(entry.get("urgency")), "urgency")
    stated.status(as_word(entry.get("pubstatus")), "pubstatus")
    if entry.get("embargoed") is not False:
        stated.embargo(entry.get("embargoed"), "embargoed")
    stated.signal(as_word(entry.get("signal")), "signal")
    stated.put("byline", as_word(entry.get("byline")), "byline")
    _state_dateline(as_word(entry.get("dateline")), stated)
    stated.rights(
        as_word(entry.get("copyrightnotice")),
        as_word(entry.get("usageterms")),
        origin="copyrightnotice, usageterms",
    )
    _state_notes(entry, stated)
    _state_categories(entry, stated)
    associations = entry.get("associations")
    for one in associations[:MAX_LISTED] if isinstance(associations, list) else ():
        if isinstance(one, dict) and one.get("urn") != entry.get("urn"):
            kind = as_word(one.get("type"))
            stated.link("association", as_word(one.get("urn")), "associations", kind)
    stated.markers(as_word(entry.get("headline")), None, "headline")


def _state_dateline(dateline: str | None, stated: Stated) -> None:
    stated.put("dateline_raw", dateline, "dateline")
    found = _DATELINE.fullmatch(dateline or "")
    if found:
        stated.put("dateline_place", found["place"], "dateline")


def _state_notes(entry: dict[str, object], stated: Stated) -> None:
    notes = entry.get("ednotes")
    for one in notes[:MAX_LISTED] if isinstance(notes, list) else ():
        if not isinstance(one, dict):
            continue
        role = (as_word(one.get("role")) or "").rpartition(":")[2]
        origin = f"ednotes/{role or 'ednote'}"[:100]
        text = as_word(one.get("ednote"))
        stated.note(text, origin, publishable=one.get("is_publishable") is True)
        # One of up to three notes that go with a correction; with a retraction they say why.
        if role.startswith("correction") and stated.get("pubstatus") is not PubStatus.CANCELED:
            stated.lifecycle(LifecycleKind.CORRECTION, origin, (text or "")[:200])


def _state_categories(entry: dict[str, object], stated: Stated) -> None:
    seen: set[tuple[str, str]] = set()
    for kind, one in _categories(entry):
        name = as_word(one.get("name"))
        if kind in _SILENT:
            continue
        if kind == "genre":
            stated.put("genre", name, "categories/genre")
        if kind == "keyword":
            stated.list("keywords", name, "categories/keyword")
            continue
        scheme, colon, code = (as_word(one.get("qcode")) or "").partition(":")
        subject = (scheme, code) if colon and code else (kind, name or "")
        if subject[1] and subject not in seen:
            seen.add(subject)
            stated.subject(*subject, name, f"categories/{kind}"[:100])


def _categories(entry: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    categories = entry.get("categories")
    for one in categories[:MAX_LISTED] if isinstance(categories, list) else ():
        if isinstance(one, dict):
            yield (as_word(one.get("type")) or "category").rpartition(":")[2], one
