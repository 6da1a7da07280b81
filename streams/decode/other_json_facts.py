"""The facts a record of JSON states by names that such fields go by.

It must not lay out text, or read a name that means different things to different houses.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from streams.decode.stated import MAX_LISTED, Stated, as_word
from streams.well_known import WELL_KNOWN, Named

SUMMARY = (
    "summary", "lead", "teaser", "abstract", "description", "standfirst", "intro", "excerpt",
    "descriptiontext", "snippet", "subtitle", "subheadline",
)  # fmt: skip
NOTES = ("ednote", "editorialinfo", "editorsnote", "instructions", "specialinstructions")
AUTHORS = ("byline", "author", "photographer", "creator", "writer")
_NAMES: dict[str, tuple[str, ...]] = {
    "stable_id": (
        "uri", "urn", *WELL_KNOWN["id"], "newsitemid", "newsobjectid", "itemid", "imageid",
        "systemidentifier", "identifier", "articleid", "storyid",
    ),
    "version": ("version", "revision"),
    "version_created": (
        "versioncreated", "datemodified", "modified", "modifiedat", "lastmodified", "updated",
        "updatedat", "updateddate", "lasteditdateutc", "lasteditdate", "validatedate",
        *WELL_KNOWN["received_at"], "createdate", "createddate",
    ),
    "first_created": (
        "firstcreated", "datecreated", "createdate", "createddateutc", "createddate", "created",
        "createdat", "datepublished",
    ),
    "slugline": ("slugline", "slug", "topic"),
    "dateline_place": ("located", "city"),
    "genre": ("genre",),
    "urgency": ("urgency",),
    "status": ("pubstatus", "status"),
    "embargo": ("embargoed", "embargoeduntil", "embargo", "embargotime", "embargodate"),
    "rights": ("copyrightnotice", "copyright", "credit", "creditline", "rights"),
}  # fmt: skip
_PROVIDERS = (*WELL_KNOWN["provider"], "source", "credit", "publisher")
_NOBODY = frozenset({"none", "null", "unknown", "n/a"})
_STATUSES = frozenset({"usable", "withheld", "canceled", "cancelled", "killed", "embargoed"})
_MILLISECONDS = range(10**11, 10**14)
_SECONDS = range(10**8, 10**11)


def names_of(named: Named, fact: str) -> list[str]:
    """The plain names under which the record holds a fact, the surest first."""
    return named.present(dict.fromkeys(_NAMES[fact]))


def provider_names(named: Named) -> Iterator[str]:
    """Whom the record names as its sender or source."""
    for name in named.present(_PROVIDERS):
        value = named.get(name)
        word = as_word(value.get("name") if isinstance(value, dict) else value)
        if word and word.lower() not in _NOBODY:
            yield word


def state_facts(named: Named, stated: Stated) -> None:
    """Everything the record says of itself under a name that is known."""
    _state_ids(named, stated)
    for fact in ("version", "slugline", "dateline_place", "genre"):
        for name in names_of(named, fact):
            stated.put(fact, as_word(named.get(name)), named.origin(name))
    for fact in ("version_created", "first_created"):
        for name in names_of(named, fact):
            if stated.get(fact) is None:
                stated.date(fact, _date(named.get(name)), named.origin(name))
    _state_status(named, stated)
    for name in names_of(named, "rights")[:1]:
        stated.rights(as_word(named.get(name)), origin=named.origin(name))
    stated.language(as_word(named.get("language")), named.origin("language"))
    stated.markers(None, _word(stated.get("slugline")), "slugline")
    _state_people(named, stated)
    for name in named.present(NOTES):
        stated.note(as_word(named.get(name)), named.origin(name))
    _state_keywords(named, stated)


def _state_ids(named: Named, stated: Stated) -> None:
    for name in names_of(named, "stable_id"):
        word = as_word(named.get(name))
        if stated.get("stable_id") is None:
            stated.put("stable_id", word, named.origin(name))
        elif word != stated.get("stable_id"):
            stated.alt_id(named.origin(name), word, named.origin(name))


def _state_status(named: Named, stated: Stated) -> None:
    for name in names_of(named, "urgency"):
        stated.urgency(as_word(named.get(name)), named.origin(name))
    for name in names_of(named, "status"):
        word = (as_word(named.get(name)) or "").lower()
        if word in _STATUSES or name == "pubstatus":
            stated.status(word, named.origin(name))
    for name in names_of(named, "embargo"):
        if named.get(name) is not False:
            stated.embargo(_date(named.get(name)), named.origin(name))


def _state_people(named: Named, stated: Stated) -> None:
    for name in named.present(AUTHORS):
        stated.put("byline", _person(named.get(name)), named.origin(name))
    authors = named.get("authors")
    entries = authors[:MAX_LISTED] if isinstance(authors, list) else []
    people = [person for entry in entries if (person := _person(entry))]
    stated.put("byline", ", ".join(people), "authors")


def _person(value: object) -> str | None:
    if isinstance(value, dict):
        # Belga lists its editors with its authors.
        return None if as_word(value.get("type")) == "EDITOR" else as_word(value.get("name"))
    return as_word(value)


def _state_keywords(named: Named, stated: Stated) -> None:
    for field in ("keywords", "tags"):
        value = named.get(field)
        entries = value[:MAX_LISTED] if isinstance(value, list) else (_word(value) or "").split(",")
        for entry in entries:
            word = entry.get("name") if isinstance(entry, dict) else entry
            stated.list("keywords", as_word(word), named.origin(field))


def _date(value: object) -> object:
    """A date as stated; seconds or milliseconds since 1970 as the date they count to."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    if value in _MILLISECONDS:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat()
    return datetime.fromtimestamp(value, UTC).isoformat() if value in _SECONDS else value


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
