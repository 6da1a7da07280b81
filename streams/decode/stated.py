"""The facts a message states, gathered one by one, each with where it stood.

It must not read a message: decoders hand it what they found.
"""

from __future__ import annotations

import re
from datetime import datetime

from schemas.item import AltId, EdNote, Lifecycle, LifecycleKind, Link, PubStatus, Subject
from streams.decode.dates import read_date
from streams.decode.decoded import Facts, FactValue, LifecycleEvidence
from streams.decode.lifecycle import embargo_time, find_markers, names_embargo
from streams.decode.mojibake import mend
from streams.decode.profiles import ProviderProfile

MAX_WORD_CHARS = 4000
MAX_LISTED = 500
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_URGENCY = re.compile("0?[1-9]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# IPTC's words (pubstatusg2, NewsML 1 "status", NITF management-status) and the houses' own.
_STATUSES = {
    "usable": PubStatus.USABLE,
    "withheld": PubStatus.WITHHELD,
    "canceled": PubStatus.CANCELED,
    "cancelled": PubStatus.CANCELED,
    "killed": PubStatus.CANCELED,
    "recalled": PubStatus.CANCELED,
    "unpublished": PubStatus.CANCELED,
}
_EMBARGOED = "embargoed"
# IPTC signals ("sig:"), and what agencies write for them.
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
# Reuters' edStat: N new, U update, C correction, D delete.
_EDSTAT = {"C": LifecycleKind.CORRECTION, "U": LifecycleKind.UPDATE, "D": LifecycleKind.KILL}


class Stated:
    """What a message states. The first value of a field stands; lists keep every one, once."""

    def __init__(self, profile: ProviderProfile) -> None:
        self.warnings: list[str] = []
        self._profile = profile
        self._fields: dict[str, FactValue] = {}
        self._lists: dict[str, dict[object, None]] = {}
        self._origins: list[tuple[str, str]] = []
        self._evidence: list[LifecycleEvidence] = []
        self._ordinal: int | None = None
        self._notes: dict[str, None] = {}
        self._id_version: tuple[str, str] | None = None
        self._embargo_undated = False
        self._embargo_words: dict[str, str] = {}

    def get(self, name: str) -> FactValue | None:
        """What was stated of a field so far."""
        return self._fields.get(name)

    def put(self, name: str, value: FactValue | None, origin: str) -> None:
        """State a field that holds one value; nothing happens for None, "" and a second value.

        Args:
            name: of a field of ``Facts``.
            value: text is put on one line, its mojibake mended.
            origin: where it stood, as the format names it: "itemMeta/versionCreated".
        """
        # A status is text too, and stays the status it is.
        if isinstance(value, str) and not isinstance(value, PubStatus):
            value = as_word(value)
        if value is None or name in self._fields:
            return
        if name == "stable_id" and isinstance(value, str):
            value = self._without_version(value, origin)
        self._fields[name] = value
        self._origins.append((name, origin))

    def _without_version(self, stated: str, origin: str) -> str:
        """The id without the version that the provider writes into it; both are kept."""
        bare, version = self._profile.split_id(stated)
        if version is not None:
            self.alt_id("versioned", stated, origin)
            self._id_version = (version, origin)
        return bare

    def date(self, name: str, text: object, origin: str) -> datetime | None:
        """State a date in ISO 8601; what is none becomes a warning."""
        moment = read_date(text, origin, time_zone=self._profile.time_zone, warnings=self.warnings)
        self.put(name, moment, origin)
        return moment

    def urgency(self, text: str | None, origin: str) -> None:
        """State an urgency from 1 to 9, by the provider's map."""
        word = as_word(text)
        if word is None:
            return
        if not _URGENCY.fullmatch(word):
            self.warnings.append("urgency-invalid")
            return
        self.put("urgency", self._profile.urgency.get(int(word), int(word)), origin)

    def language(self, text: str | None, origin: str) -> None:
        """State the language, a BCP 47 tag."""
        word = as_word(text)
        if word is None:
            return
        if not _LANGUAGE.fullmatch(word):
            self.warnings.append("language-invalid")
            return
        self.put("language", word.replace("_", "-"), origin)

    def status(self, text: str | None, origin: str) -> None:
        """State the publishing status; a scheme before a colon does not count."""
        word = (as_word(text) or "").lower().rpartition(":")[2]
        if not word:
            return
        if word == _EMBARGOED:
            self._embargo_undated = True
            return
        status = _STATUSES.get(word)
        if status is None:
            self.warnings.append(f"pubstatus-unknown:{word[:40]}")
            return
        if status is not PubStatus.USABLE:
            kill = status is PubStatus.CANCELED
            self.lifecycle(LifecycleKind.KILL if kill else LifecycleKind.HOLD, origin, word)
        self.put("pubstatus", status, origin)

    def embargo(self, text: object, origin: str) -> None:
        """State an embargo: what names one that cannot be dated is withheld, never let through.

        Whether an empty field is an embargo is the provider's habit.
        """
        if text is None:
            return
        if isinstance(text, str) and not text.strip():
            self._embargo_undated |= self._profile.embargo_empty == "withheld"
        elif self.date("embargoed_until", text, origin) is None:
            self._embargo_undated = True

    def list(self, name: str, value: object, origin: str) -> None:
        """Add to a field that holds several; repetitions and None are passed over."""
        if isinstance(value, str):
            value = as_word(value)
        if value is None:
            return
        entries = self._lists.setdefault(name, {})
        if value not in entries and len(entries) < MAX_LISTED:
            entries[value] = None
            self._origins.append((name, origin))

    def alt_id(self, scheme: str, value: str | None, origin: str) -> None:
        """Another identifier of the item."""
        word = as_word(value)
        if word:
            self.list("alt_ids", AltId(scheme=scheme[:100], value=word), origin)

    def note(self, text: str | None, origin: str, *, publishable: bool = False) -> None:
        """A note to editors."""
        word = as_word(text)
        if word:
            self.list("ednotes", EdNote(text=word, publishable=publishable), origin)

    def rights(self, *lines: str | None, origin: str) -> None:
        """State notice and terms, a line each."""
        words = [word for line in lines if (word := as_word(line))]
        if words and "rights" not in self._fields:
            self._fields["rights"] = "\n".join(words)
            self._origins.append(("rights", origin))

    def subject(self, scheme: str, code: str | None, name: str | None, origin: str) -> None:
        """A code of a vocabulary; a qcode's scheme may stand before its colon."""
        word = as_word(code)
        if word:
            self.list("subjects", Subject(scheme=scheme, code=word, name=as_word(name)), origin)

    def link(self, rel: str, target: str | None, origin: str, reason: str | None = None) -> None:
        """A relation to another item."""
        word = as_word(target)
        if word:
            self.list("links", Link(rel=rel, target=word, reason=as_word(reason)), origin)

    def lifecycle(
        self, kind: LifecycleKind, origin: str, text: str | None, ordinal: int | None = None
    ) -> None:
        """A lifecycle fact with its evidence: structured fields before markers."""
        self._evidence.append(LifecycleEvidence(kind, origin, as_word(text) or ""))
        if self._ordinal is None:
            self._ordinal = ordinal

    def signal(self, text: str | None, origin: str) -> None:
        """A signal ("sig:correction", "edStat:C"); one that is none of ours says nothing."""
        scheme, _, code = (as_word(text) or "").rpartition(":")
        known = _EDSTAT.get(code) if scheme.lower() == "edstat" else _SIGNALS.get(code.lower())
        if known is not None:
            self.lifecycle(known, origin, text)

    def markers(self, headline: str | None, slugline: str | None, origin: str) -> None:
        """What the markers of a headline and of a slugline (or take key) say."""
        found = find_markers(headline, slugline)
        for marker in found.found:
            self.lifecycle(marker.kind, origin, marker.words, marker.ordinal)
            if marker.kind is LifecycleKind.ADVANCE and names_embargo(marker.words):
                self._embargo_words.setdefault(marker.words, origin)
        if found.note:
            self._notes[found.note] = None

    def _embargo_in_words(self) -> None:
        """Date the embargo that only words state, by the day the message was made."""
        made = self._fields.get("version_created")
        for words, origin in self._embargo_words.items():
            until = embargo_time(
                words,
                made=made if isinstance(made, datetime) else None,
                time_zone=self._profile.known_time_zone,
            )
            if until is None:
                self._embargo_undated = True
            else:
                self.put("embargoed_until", until, origin)

    def facts(self) -> Facts:
        """Everything stated so far."""
        self._embargo_in_words()
        if self._id_version is not None:
            self.put("version", *self._id_version)
        stated = self._fields.get("pubstatus")
        status = stated if isinstance(stated, PubStatus) else PubStatus.USABLE
        undated = self._embargo_undated and "embargoed_until" not in self._fields
        if undated and status is PubStatus.USABLE:
            status = PubStatus.WITHHELD
            self.lifecycle(LifecycleKind.HOLD, "embargo", "without a date")
        kinds = dict.fromkeys(evidence.kind for evidence in self._evidence)
        single = {name: value for name, value in self._fields.items() if name != "pubstatus"}
        return Facts(
            **single,  # type: ignore[arg-type]  # names and types were checked by put's callers
            **{name: tuple(entries) for name, entries in self._lists.items()},  # type: ignore[arg-type]
            pubstatus=status,
            lifecycle=Lifecycle(
                kinds=tuple(kinds), ordinal=self._ordinal, note="; ".join(self._notes) or None
            ),
            evidence=tuple(dict.fromkeys(self._evidence)),
            origins=tuple(self._origins),
        )


def as_word(value: object) -> str | None:
    """Text or a number on one line, without control characters; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return None
    line = " ".join(_CONTROLS.sub(" ", mend(value[:MAX_WORD_CHARS])).split())
    return line or None
