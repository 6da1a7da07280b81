"""The facts a ninjs item states: who it is, which version, when, for whom, of what kind.

It must not lay out text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from schemas.item import (
    AltId,
    EdNote,
    Lifecycle,
    LifecycleKind,
    Link,
    PubStatus,
    Subject,
)
from streams.decode.dates import read_date
from streams.decode.decoded import Facts
from streams.decode.lifecycle import read_markers
from streams.decode.mojibake import mend
from streams.decode.profiles import ProviderProfile

_MAX_FIELD_CHARS = 4000
_MAX_LISTED = 500
_VISUAL = frozenset({"picture", "video", "graphic", "audio"})
_URGENCY = re.compile("0?[1-9]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_CAPTION_ROLES = ("caption", "main", "text", "")
_SIGNALS = {
    "correction": LifecycleKind.CORRECTION,
    "correct": LifecycleKind.CORRECTION,
    "update": LifecycleKind.UPDATE,
    "repeat": LifecycleKind.REPEAT,
    "refile": LifecycleKind.REFILE,
    "writethru": LifecycleKind.WRITETHRU,
    "flash": LifecycleKind.FLASH,
    "kill": LifecycleKind.KILL,
    "cancel": LifecycleKind.KILL,
}
_EDSTAT = {
    "C": LifecycleKind.CORRECTION,
    "U": LifecycleKind.UPDATE,
    "D": LifecycleKind.KILL,
}
_STATUSES = {
    "": PubStatus.USABLE,
    "usable": PubStatus.USABLE,
    "withheld": PubStatus.WITHHELD,
    "canceled": PubStatus.CANCELED,
    "cancelled": PubStatus.CANCELED,
    "killed": PubStatus.CANCELED,
}


class Fields:
    """A ninjs item's fields under one name each, whatever the version calls them."""

    def __init__(self, item: Mapping[str, object], profile: ProviderProfile) -> None:
        self._item = item
        self._profile = profile
        self._folded: dict[str, object] = {}
        for name, value in item.items():
            # 3.x differs from 1.x and 2.x in capitals only.
            self._folded.setdefault(name.lower(), value)
        self.warnings: list[str] = []

    @property
    def stable_id(self) -> str | None:
        """``uri``, else superdesk's ``guid``."""
        return self.word("uri") or self.word("guid")

    @property
    def is_visual(self) -> bool:
        """Whether its text is the caption of something to be seen or heard."""
        return self.word("type") in _VISUAL

    @property
    def headline(self) -> str | None:
        """The main headline, else the title."""
        headlines = self.texts("headlines", "headline")
        main = next((text for role, text in headlines if role in {"main", ""}), None)
        return main or (headlines[0][1] if headlines else None) or self.word("title")

    def get(self, name: str) -> object:
        """The raw value of a field, None where absent."""
        return self._folded.get(name)

    def word(self, name: str) -> str | None:
        """A field of one line: text or number, without control characters; None when empty."""
        return as_word(self._folded.get(name))

    def texts(self, plural: str, singular: str) -> list[tuple[str, str]]:
        """(role, text) of each rendering: 2.x arrays, then 1.x ``name`` and ``name_role``."""
        found: list[tuple[str, str]] = []
        listed = self._folded.get(plural)
        for entry in listed[:_MAX_LISTED] if isinstance(listed, list) else ():
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
            for wanted in _CAPTION_ROLES
            for role, text in descriptions
            if role == wanted
        ]

    def date(self, name: str) -> datetime | None:
        """A date field, in UTC; oddities become warnings."""
        return read_date(
            self._folded.get(name),
            name,
            time_zone=self._profile.time_zone,
            warnings=self.warnings,
        )

    def listed(self, *names: str) -> Iterator[tuple[str, object]]:
        """(name, entry) of every entry of the fields; a single value counts as a list of one."""
        for name in names:
            value = self._folded.get(name)
            entries = value if isinstance(value, list) else [value]
            for entry in entries[:_MAX_LISTED]:
                if entry not in (None, "", {}):
                    yield name, entry

    def urgency(self) -> int | None:
        """1 to 9 as IPTC counts, by the provider's map."""
        stated = self.word("urgency")
        if stated is None:
            return None
        if not _URGENCY.fullmatch(stated):
            self.warnings.append("urgency-invalid")
            return None
        return self._profile.urgency.get(int(stated), int(stated))


def facts_of(fields: Fields) -> Facts:
    """Everything the item says of itself; what it does not say stays None."""
    embargoed_until = _embargo(fields)
    pubstatus = _pubstatus(fields, embargoed_until)
    slugline = fields.word("slugline") or fields.word("slug")
    return Facts(
        stable_id=fields.stable_id,
        alt_ids=_alt_ids(fields),
        version=fields.word("version"),
        version_created=fields.date("versioncreated"),
        first_created=fields.date("firstcreated"),
        language=_language(fields),
        urgency=fields.urgency(),
        pubstatus=pubstatus,
        embargoed_until=embargoed_until,
        genre=next(
            (name for _, entry in fields.listed("genre", "genres") if (name := _name(entry))), None
        ),
        slugline=slugline,
        byline=fields.word("byline") or fields.word("by"),
        dateline_place=fields.word("located"),
        ednotes=_ednotes(fields),
        rights=_rights(fields),
        keywords=_keywords(fields),
        subjects=_subjects(fields),
        links=_links(fields),
        lifecycle=_lifecycle(fields, slugline, pubstatus),
    )


def as_word(value: object) -> str | None:
    """Text or a number on one line, without control characters; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return None
    line = " ".join(_CONTROLS.sub(" ", mend(value[:_MAX_FIELD_CHARS])).split())
    return line or None


def _embargo(fields: Fields) -> datetime | None:
    return fields.date("embargoeduntil") or fields.date("embargoed")


def _pubstatus(fields: Fields, embargoed_until: datetime | None) -> PubStatus:
    """The status; what names an embargo that cannot be dated is withheld, never let through."""
    stated = (fields.word("pubstatus") or "").lower().rpartition(":")[2]
    state = (fields.word("state") or "").lower()
    if state in {"killed", "recalled", "unpublished"}:
        return PubStatus.CANCELED
    status = _STATUSES.get(stated)
    undated = embargoed_until is None and (
        stated == "embargoed"
        or fields.word("embargoed") is not None
        or fields.word("embargoeduntil") is not None
    )
    if status is None:
        if stated != "embargoed":
            fields.warnings.append(f"pubstatus-unknown:{stated[:40]}")
        status = PubStatus.USABLE
    return PubStatus.WITHHELD if undated and status is PubStatus.USABLE else status


def _lifecycle(fields: Fields, slugline: str | None, pubstatus: PubStatus) -> Lifecycle:
    marked = read_markers(fields.headline, slugline)
    take = read_markers(None, fields.word("anpa_take_key") or fields.word("takekey"))
    kinds: dict[LifecycleKind, None] = {}
    if pubstatus is PubStatus.CANCELED:
        kinds[LifecycleKind.KILL] = None
    elif pubstatus is PubStatus.WITHHELD:
        kinds[LifecycleKind.HOLD] = None
    for _, entry in fields.listed("signal", "signals"):
        scheme, _, code = (_code(entry) or "").rpartition(":")
        kind = _EDSTAT.get(code) if scheme.lower() == "edstat" else _SIGNALS.get(code.lower())
        if kind is not None:
            kinds[kind] = None
    kinds.update(dict.fromkeys((*marked.kinds, *take.kinds)))
    notes = [note for note in (marked.note, take.note) if note]
    ordinal = marked.ordinal if marked.ordinal is not None else take.ordinal
    return Lifecycle(kinds=tuple(kinds), ordinal=ordinal, note="; ".join(notes) or None)


def _language(fields: Fields) -> str | None:
    stated = fields.word("language")
    if stated is None:
        return None
    if not _LANGUAGE.fullmatch(stated):
        fields.warnings.append("language-invalid")
        return None
    return stated.replace("_", "-")


def _alt_ids(fields: Fields) -> tuple[AltId, ...]:
    found: dict[tuple[str, str], None] = {}
    alt_ids = fields.get("altids")
    if isinstance(alt_ids, dict):
        for scheme, value in alt_ids.items():
            if word := as_word(value):
                found[str(scheme)[:100], word] = None
    for _, entry in fields.listed("altids"):
        if isinstance(entry, dict) and (word := as_word(entry.get("value"))):
            found[as_word(entry.get("role")) or "altid", word] = None
    for name in ("guid", "originaltransmissionreference", "ingest_id"):
        word = fields.word(name)
        if word and word != fields.stable_id:
            found[name, word] = None
    return tuple(AltId(scheme=scheme, value=value) for scheme, value in found)


def _ednotes(fields: Fields) -> tuple[EdNote, ...]:
    notes: dict[str, bool] = {}
    for _, entry in fields.listed("ednote", "ednotes"):
        if isinstance(entry, dict):
            text = as_word(entry.get("ednote") or entry.get("value"))
            publishable = entry.get("is_publishable") is True
        else:
            text, publishable = as_word(entry), False
        if text:
            notes[text] = notes.get(text, False) or publishable
    return tuple(EdNote(text=text, publishable=publishable) for text, publishable in notes.items())


def _rights(fields: Fields) -> str | None:
    notice = fields.word("copyrightnotice") or fields.word("copyrightholder")
    terms = fields.word("usageterms")
    return "\n".join(part for part in (notice, terms) if part) or None


def _keywords(fields: Fields) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for _, entry in fields.listed("keywords", "keyword"):
        for word in (as_word(entry) or _name(entry) or "").split(","):
            if word.strip():
                found[word.strip()] = None
    return tuple(found)


def _subjects(fields: Fields) -> tuple[Subject, ...]:
    found: dict[tuple[str, str], Subject] = {}
    for field, entry in fields.listed("subject", "subjects", "service"):
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
        scheme = scheme or ("service" if field == "service" else "subject")
        found.setdefault((scheme, code), Subject(scheme=scheme, code=code, name=name))
    return tuple(found.values())


def _links(fields: Fields) -> tuple[Link, ...]:
    found: dict[tuple[str, str], None] = {}
    for name, entry in fields.listed("evolvedfrom", "rewrite_of", "replacing"):
        target = as_word(entry)
        if target:
            found["replaces" if name == "replacing" else "evolvedfrom", target] = None
    return tuple(Link(rel=rel, target=target) for rel, target in found)


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
