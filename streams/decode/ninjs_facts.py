"""The facts a ninjs item states: who it is, which version, when, for whom, of what kind.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from schemas.item import LifecycleKind
from streams.decode.lifecycle import read_markers
from streams.decode.stated import MAX_LISTED, Stated, as_word

VISUAL = frozenset({"picture", "image", "photo", "video", "graphic", "audio"})
CAPTION_ROLES = ("caption", "main", "text", "")
# superdesk's own states and operations; ninjs has pubstatus only.
_KILLED = frozenset({"killed", "recalled", "unpublished"})
_CORRECTED = frozenset({"corrected", "correct"})
_ALT_IDS = ("guid", "originaltransmissionreference", "ingest_id", "id", "_id")
# The query that follows is the reader's session and the version's tag, new with every reading.
_AP_ADDRESS = re.compile(r"https?://api\.ap\.org/media/v/content/([0-9a-f]{32})\b")
_NAMED = ("person", "people", "organisation", "organisations", "place", "places")


class Fields:
    """A ninjs item's fields under one name each, whatever the version calls them."""

    def __init__(self, item: Mapping[str, object]) -> None:
        self.warnings: list[str] = []
        self._folded: dict[str, object] = {}
        self._names: dict[str, str] = {}
        for name, value in item.items():
            # 3.x differs from 1.x and 2.x in capitals only.
            if name.lower() not in self._folded:
                self._folded[name.lower()] = value
                self._names[name.lower()] = name

    @property
    def stable_id(self) -> str | None:
        """``uri``, else superdesk's ``guid``; of AP's addresses the item's id in them."""
        word = self.word("uri") or self.word("guid")
        found = _AP_ADDRESS.match(word or "")
        return found[1] if found else word

    @property
    def kind(self) -> str:
        """The ``type`` it declares, in lower case; "" where it declares none."""
        return (self.word("type") or "").lower()

    @property
    def is_visual(self) -> bool:
        """Whether its text is the caption of something to be seen or heard."""
        return self.kind in VISUAL

    @property
    def headline(self) -> str | None:
        """The main headline, else the title; of an event that has only a name, the name."""
        headlines = self.texts("headlines", "headline")
        main = next((text for role, text in headlines if role in {"main", ""}), None)
        named = self.word("name") if self.kind in {"event", "planning"} else None
        return main or (headlines[0][1] if headlines else None) or self.word("title") or named

    def origin(self, name: str) -> str:
        """The field's name as the item writes it."""
        return self._names.get(name, name)

    def get(self, name: str) -> object:
        """The raw value of a field, None where absent."""
        return self._folded.get(name)

    def word(self, name: str) -> str | None:
        """A field of one line: text or number, without control characters; None when empty."""
        return as_word(self._folded.get(name))

    def first(self, *names: str) -> tuple[str | None, str]:
        """The first of the fields that says something, and its name as the item writes it."""
        for name in names:
            if word := self.word(name):
                return word, self.origin(name)
        return None, ""

    def texts(self, plural: str, singular: str) -> list[tuple[str, str]]:
        """(role, text) of each rendering: 2.x arrays, then 1.x ``name`` and ``name_role``."""
        found: list[tuple[str, str]] = []
        listed = self._folded.get(plural)
        for entry in listed[:MAX_LISTED] if isinstance(listed, list) else ():
            value = entry.get("value") if isinstance(entry, dict) else None
            if isinstance(value, str) and value.strip():
                kind = as_word(entry.get("contenttype") or entry.get("contentType")) or ""
                role = as_word(entry.get("role")) or ""
                found.append((f"{role} {kind}".strip() if "ml" in kind else role, value))
        for name, value in self._folded.items():
            named = name == singular or name.startswith(f"{singular}_")
            if named and isinstance(value, str) and value.strip():
                found.append((name[len(singular) + 1 :], value))
        return found

    def captions(self) -> list[tuple[str, str]]:
        """Descriptions by fitness as a caption, credit lines and the like left out."""
        descriptions = self.texts("descriptions", "description")
        return [
            (role, text)
            for wanted in CAPTION_ROLES
            for role, text in descriptions
            if role == wanted
        ]

    def listed(self, *names: str) -> Iterator[tuple[str, object]]:
        """(name, entry) of every entry of the fields; a single value counts as a list of one."""
        for name in names:
            value = self._folded.get(name)
            entries = value if isinstance(value, list) else [value]
            for entry in entries[:MAX_LISTED]:
                if entry not in (None, "", {}):
                    yield name, entry

    def associations(self) -> Iterator[tuple[str, dict[str, object]]]:
        """(name, item) of each associated item: a mapping in 1.x, an array in 2.x and 3.x."""
        value = self._folded.get("associations")
        if isinstance(value, dict):
            pairs = list(value.items())
        elif isinstance(value, list):
            pairs = [(str(number), entry) for number, entry in enumerate(value)]
        else:
            return
        for name, entry in pairs[:MAX_LISTED]:
            if isinstance(entry, dict):
                yield as_word(entry.get("name")) or str(name)[:100], entry


def state_facts(fields: Fields, stated: Stated) -> None:
    """Everything the item says of itself; what it does not say stays unstated."""
    _, origin = fields.first("uri", "guid")
    stated.put("stable_id", fields.stable_id, origin)
    _state_alt_ids(fields, stated)
    stated.put("version", *fields.first("_current_version", "version"))
    stated.date("version_created", fields.get("versioncreated"), fields.origin("versioncreated"))
    stated.date("first_created", fields.get("firstcreated"), fields.origin("firstcreated"))
    stated.language(*fields.first("language"))
    stated.urgency(*fields.first("urgency"))
    _state_status(fields, stated)
    for name, entry in fields.listed("genre", "genres"):
        stated.put("genre", _name(entry), fields.origin(name))
    slugline, slug_origin = fields.first("slugline", "slug")
    stated.put("slugline", slugline, slug_origin)
    stated.put("byline", *fields.first("byline", "by"))
    _state_dateline(fields, stated)
    for name, entry in fields.listed("ednote", "ednotes"):
        _state_note(entry, stated, fields.origin(name))
    notice, origin = fields.first("copyrightnotice", "copyrightholder")
    terms, terms_origin = fields.first("usageterms")
    stated.rights(notice, terms, origin=", ".join(filter(None, (origin, terms_origin))))
    _state_keywords(fields, stated)
    _state_subjects(fields, stated)
    _state_links(fields, stated)
    _state_lifecycle(fields, stated, slugline, slug_origin)


def _state_alt_ids(fields: Fields, stated: Stated) -> None:
    alt_ids = fields.get("altids")
    origin = fields.origin("altids")
    if isinstance(alt_ids, dict):
        for scheme, value in list(alt_ids.items())[:MAX_LISTED]:
            stated.alt_id(str(scheme), as_word(value), f"{origin}/{scheme}"[:100])
    for _, entry in fields.listed("altids"):
        if isinstance(entry, dict):
            role = as_word(entry.get("role"))
            if role or "value" in entry:
                stated.alt_id(role or "altid", as_word(entry.get("value")), origin)
    for name in _ALT_IDS:
        word = fields.word(name)
        if word != fields.stable_id:
            stated.alt_id(name, word, fields.origin(name))


def _state_status(fields: Fields, stated: Stated) -> None:
    """The status; what names an embargo that cannot be dated is withheld, never let through."""
    state = (fields.word("state") or "").lower()
    if state in _KILLED:
        stated.status("killed", fields.origin("state"))
    else:
        stated.status(*fields.first("pubstatus"))
        for name in ("state", "operation"):
            if (word := (fields.word(name) or "").lower()) in _CORRECTED:
                stated.lifecycle(LifecycleKind.CORRECTION, fields.origin(name), word)
    for name in ("embargoeduntil", "embargoed"):
        value = fields.get(name)
        if value is not False and value not in ({}, []):
            stated.embargo(value, fields.origin(name))
    settings = fields.get("schedule_settings")
    if isinstance(settings, dict):
        stated.embargo(settings.get("utc_embargo"), "schedule_settings/utc_embargo")


def _state_lifecycle(
    fields: Fields, stated: Stated, slugline: str | None, slug_origin: str
) -> None:
    for name, entry in fields.listed("signal", "signals"):
        stated.signal(_code(entry), fields.origin(name))
    if fields.kind == "advisory":
        stated.lifecycle(LifecycleKind.ADVISORY, fields.origin("type"), "advisory")
    named = next((name for name in ("headlines", "headline") if fields.get(name)), "title")
    stated.markers(fields.headline, None, fields.origin(named))
    stated.markers(None, slugline, slug_origin)
    take, take_origin = fields.first("anpa_take_key", "takekey")
    # The field says what it is, so that "2nd update" need not be in capitals.
    if take is not None and not read_markers(None, take).kinds:
        take = take.upper()
    stated.markers(None, take, take_origin)


def _state_dateline(fields: Fields, stated: Stated) -> None:
    stated.put("dateline_place", *fields.first("located"))
    dateline = fields.get("dateline")
    if not isinstance(dateline, dict):
        stated.put("dateline_raw", *fields.first("dateline"))
        return
    stated.put("dateline_raw", as_word(dateline.get("text")), "dateline/text")
    located = dateline.get("located")
    if isinstance(located, dict):
        stated.put("dateline_place", as_word(located.get("city")), "dateline/located/city")


def _state_note(entry: object, stated: Stated, origin: str) -> None:
    if isinstance(entry, dict):
        text = as_word(entry.get("ednote") or entry.get("value"))
        stated.note(text, origin, publishable=entry.get("is_publishable") is True)
    else:
        stated.note(as_word(entry), origin)


def _state_keywords(fields: Fields, stated: Stated) -> None:
    for name, entry in fields.listed("keywords", "keyword"):
        for word in (as_word(entry) or _name(entry) or "").split(","):
            stated.list("keywords", word, fields.origin(name))


def _state_subjects(fields: Fields, stated: Stated) -> None:
    """Codes of what it is about: subjects, services, and who and what is named with a code."""
    seen: set[tuple[str, str]] = set()
    for field, entry in fields.listed("subject", "subjects", "service", *_NAMED):
        if not isinstance(entry, dict):
            continue
        name = as_word(entry.get("name"))
        uri = as_word(entry.get("uri"))
        code = _code(entry) or uri or name
        if code is None:
            continue
        scheme = as_word(entry.get("scheme"))
        if scheme is None and uri is not None and uri != code and uri.endswith(code):
            scheme = uri[: -len(code)].rstrip("/#:")
        scheme = scheme or ("subject" if field == "subjects" else field)
        if (scheme, code) not in seen:
            seen.add((scheme, code))
            stated.subject(scheme, code, name, fields.origin(field))


def _state_links(fields: Fields, stated: Stated) -> None:
    for name, entry in fields.listed("evolvedfrom", "rewrite_of", "replacing"):
        rel = "replaces" if name == "replacing" else "evolvedfrom"
        stated.link(rel, as_word(entry), fields.origin(name))
    for name, item in fields.associations():
        target = as_word(item.get("uri")) or as_word(item.get("guid"))
        kind = as_word(item.get("type"))
        stated.link("association", target, f"{fields.origin('associations')}/{name}", kind)
    for _, group in fields.listed("groups"):
        refs = group.get("refs") if isinstance(group, dict) else None
        for ref in refs[:MAX_LISTED] if isinstance(refs, list) else ():
            target = ref.get("residRef") or ref.get("guid") if isinstance(ref, dict) else None
            stated.link("contains", as_word(target), "groups/refs")


def _code(entry: object) -> str | None:
    if isinstance(entry, dict):
        return (
            as_word(entry.get("qcode"))
            or as_word(entry.get("code"))
            or as_word(entry.get("literal"))
        )
    return as_word(entry)


def _name(entry: object) -> str | None:
    if isinstance(entry, dict):
        return as_word(entry.get("name")) or _code(entry)
    return as_word(entry)
