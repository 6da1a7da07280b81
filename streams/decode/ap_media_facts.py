"""The facts an item of the AP Media API states.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.item import LifecycleKind
from streams.decode.stated import MAX_LISTED, Stated, as_word

# AP's own scale, before its profile maps it to IPTC's: 1 flash, 2 bulletin, 3 urgent, 4 routine,
# 5 daily (api.ap.org media fixtures: "r" goes with 4, "d" with 5).
_PRIORITIES = {"f": "1", "b": "2", "u": "3", "r": "4", "d": "5"}
_PRIORITY_KINDS = {
    "f": LifecycleKind.FLASH,
    "b": LifecycleKind.FLASH,
    "u": LifecycleKind.URGENT,
}
_EDITORIAL_TYPES = {
    "add": LifecycleKind.ADD,
    "advance": LifecycleKind.ADVANCE,
    "advisory": LifecycleKind.ADVISORY,
    "bulletin": LifecycleKind.FLASH,
    "clarification": LifecycleKind.CORRECTION,
    "correction": LifecycleKind.CORRECTION,
    "corrective": LifecycleKind.CORRECTION,
    "flash": LifecycleKind.FLASH,
    "lead": LifecycleKind.LEAD,
    "sub": LifecycleKind.UPDATE,
    "update": LifecycleKind.UPDATE,
    "urgent": LifecycleKind.URGENT,
    "writethru": LifecycleKind.WRITETHRU,
}
_TYPE_STATUSES = {
    "elimination": "canceled",
    "kill": "canceled",
    "withdrawal": "canceled",
    "holdforrelease": "withheld",
    "withhold": "withheld",
}
# "Eds: CORRECTS: name in 3rd graf." "UPDATES:" stands on first versions too, and says nothing.
_CORRECTS = re.compile(r"(?:Eds?:\s*)?(?:CORRECTS|CORRECTION|CORRECTING)\b")
_NAMED = ("person", "organisation", "place", "company", "event")


def provider_names(item: dict[str, object]) -> Iterator[str]:
    """Who sends it; the API is AP's, whoever took the picture."""
    if word := as_word(item.get("provider")):
        yield word
    yield "AP"


def by_lines(item: dict[str, object]) -> list[str]:
    """Who wrote it, or took it, with their titles as they stand below the name."""
    lines = []
    for entry in dictionaries(item.get("bylines")):
        name = as_word(entry.get("by")) or as_word(entry.get("name"))
        title = as_word(entry.get("title"))
        lines.append(", ".join(part for part in (name, title) if part))
    photographer = item.get("photographer")
    if not lines and isinstance(photographer, dict):
        lines.append(as_word(photographer.get("name")) or "")
    return [line for line in lines if line] or [
        line for line in [as_word(item.get("byline"))] if line
    ]


def dictionaries(value: object) -> Iterator[dict[str, object]]:
    """The objects in a list, or among the values of a mapping."""
    values = list(value.values()) if isinstance(value, dict) else value
    for entry in values[:MAX_LISTED] if isinstance(values, list) else ():
        if isinstance(entry, dict):
            yield entry


def state_facts(item: dict[str, object], stated: Stated) -> None:
    """Everything the item says of itself."""
    _state_ids(item, stated)
    stated.put("version", as_word(item.get("version")), "version")  # 0 is a version
    stated.date("version_created", item.get("versioncreated"), "versioncreated")
    stated.date("first_created", item.get("firstcreated"), "firstcreated")
    stated.language(as_word(item.get("language")), "language")
    stated.put("genre", as_word(item.get("profile")), "profile")
    stated.put("slugline", as_word(item.get("slugline")), "slugline")
    stated.put("byline", "; ".join(by_lines(item)), "bylines")
    stated.put("dateline_place", as_word(item.get("located")), "located")
    location = item.get("datelinelocation")
    if isinstance(location, dict):
        stated.put("dateline_place", as_word(location.get("city")), "datelinelocation/city")
    stated.note(as_word(item.get("ednote")), "ednote")
    terms = item.get("usageterms")
    stated.rights(
        as_word(item.get("copyrightnotice")),
        *(as_word(term) for term in (terms[:MAX_LISTED] if isinstance(terms, list) else [terms])),
        origin="copyrightnotice, usageterms",
    )
    _state_subjects(item, stated)
    _state_links(item, stated)
    _state_lifecycle(item, stated)


def _state_ids(item: dict[str, object], stated: Stated) -> None:
    alt_ids = item.get("altids")
    known = alt_ids if isinstance(alt_ids, dict) else {}
    stated.put("stable_id", as_word(known.get("itemid")), "altids/itemid")
    # The query of the address is the reader's, and changes with every reading.
    address = (as_word(item.get("uri")) or "").partition("?")[0]
    if stated.get("stable_id") is None:
        stated.put("stable_id", address, "uri")
        stated.warnings.append("ap-no-itemid")
    for scheme, value in list(known.items())[:MAX_LISTED]:
        if scheme != "itemid":
            stated.alt_id(str(scheme), as_word(value), f"altids/{scheme}"[:100])
    if address != stated.get("stable_id"):
        stated.alt_id("uri", address, "uri")


def _state_subjects(item: dict[str, object], stated: Stated) -> None:
    keywords = item.get("keywords")
    for word in keywords[:MAX_LISTED] if isinstance(keywords, list) else [keywords]:
        stated.list("keywords", as_word(word), "keywords")
    seen: set[tuple[str, str]] = set()
    for field in ("subject", *_NAMED):
        for entry in dictionaries(item.get(field)):
            name = as_word(entry.get("name"))
            code = as_word(entry.get("code")) or name
            rels = entry.get("rels")
            rel = as_word(rels[0]) if isinstance(rels, list) and rels else None
            category = rel if rel in {"category", "suppcategory"} else None
            scheme = as_word(entry.get("scheme")) or category or field
            if code and (scheme, code) not in seen:
                seen.add((scheme, code))
                stated.subject(scheme, code, name, field)


def _state_links(item: dict[str, object], stated: Stated) -> None:
    for entry in dictionaries(item.get("associations")):
        alt_ids = entry.get("altids")
        target = as_word(alt_ids.get("itemid")) if isinstance(alt_ids, dict) else None
        address = (as_word(entry.get("uri")) or "").partition("?")[0]
        kind = as_word(entry.get("type"))
        stated.link("association", target or address, "associations", kind)
    for entry in dictionaries(item.get("links")):
        stated.link(as_word(entry.get("rel")) or "link", as_word(entry.get("href")), "links")


def _state_lifecycle(item: dict[str, object], stated: Stated) -> None:
    types = item.get("editorialtypes")
    words = [as_word(entry) or "" for entry in types[:20]] if isinstance(types, list) else []
    for word in words:
        stated.status(_TYPE_STATUSES.get(word.lower()), f"editorialtypes/{word}"[:100])
    stated.status(as_word(item.get("pubstatus")), "pubstatus")
    embargo = item.get("embargoed")
    if embargo is not False:
        stated.embargo(embargo, "embargoed")
    priority = (as_word(item.get("editorialpriority")) or "").lower()
    stated.urgency(as_word(item.get("urgency")), "urgency")
    if stated.get("urgency") is None:
        stated.urgency(_PRIORITIES.get(priority), "editorialpriority")
    if kind := _PRIORITY_KINDS.get(priority):
        stated.lifecycle(kind, "editorialpriority", priority)
    for word in words:
        if kind := _EDITORIAL_TYPES.get(word.lower()):
            stated.lifecycle(kind, "editorialtypes", word)
    signals = item.get("signals")
    for entry in signals[:MAX_LISTED] if isinstance(signals, list) else [signals]:
        stated.signal(as_word(entry), "signals")
    note = as_word(item.get("ednote"))
    if note and _CORRECTS.match(note):
        stated.lifecycle(LifecycleKind.CORRECTION, "ednote", note[:200])
    stated.markers(as_word(item.get("headline")), None, "headline")
    stated.markers(None, as_word(item.get("slugline")), "slugline")
