"""Which lane a message takes, told from its bytes: flashes do not wait behind what came before.

It must not decode: whatever is taken for urgent wrongly costs nothing but its place in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from schemas.item import LifecycleKind
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.decode.anpa1312_facts import FIRST_LINE
from streams.decode.lifecycle.words import phrases
from streams.decode.profiles import DEFAULT_PROFILES, Profiles, ProviderProfile

__all__ = ["Lanes", "is_marked_urgent"]

# IPTC's urgency 1 and 2: dpa's Blitz and Eilmeldung, AP's flash and bulletin, AFP's flash and
# alerte. What agencies call urgent without haste ("3") is a tenth of some feeds.
_URGENT = 2
_FLASH_LETTERS = b"fb"
# Telegram headers and headlines stand at the beginning; a field for urgency may come behind the
# text in JSON. To look through so much costs 0.1 ms.
_HEAD_BYTES = 4096
_FIELDS_BYTES = 256 * 1024
_MOST_HEAD_LINES = 12

# SOH, then service and number, priority, category: IPTC 7901. Without SOH the word count follows.
_IPTC7901 = re.compile(
    rb"[\x00\x7f\s]*(?:\x01\s*[A-Za-z][\w/-]{0,18}?\s?\d{1,5}[ \t]+([0-9])[ \t]+[A-Za-z]{1,8}\b"
    rb"|[A-Za-z][\w/-]{0,18}?\s?\d{1,5}[ \t]+([0-9])[ \t]+[A-Za-z]{1,8}[ \t]+\d{1,6}\b)"
)
_ANPA1312 = re.compile(
    rb"[\x00\x16\x7f\s]*(?:\x01\s*)?"
    + FIRST_LINE.encode()
    + rb"[ \t\r]{0,8}\n\s{0,8}([a-z])[ \t][a-z0-9]\b"
)
# ninjs "urgency": 1, NewsML-G2 <urgency>1<, NITF ed-urg="1", NewsML 1 Urgency FormalName="1".
_FIELD = re.compile(
    rb"(?:rgency|ed-urg)(?:\s{1,8}FormalName)?[\"']?\s{0,8}[:=>]\s{0,8}[\"']?0?([1-9])(?!\d)",
    re.IGNORECASE,
)
_FIELD_WORDS = (b"rgency", b"RGENCY", b"ed-urg")
_AP_PRIORITY = re.compile(rb"ditorialpriority[\"']?\s{0,8}[:>]\s{0,8}[\"']?([fb])\b", re.IGNORECASE)
# A line, a field or an element that begins with the word; "BC-FLASH" and "***URGENT***" too.
_WORD = re.compile(
    rb"(?:^|[>\"'])[^\w\n<>\"]{0,6}(?:[A-Z]{2,3}-)?(?:"
    + b"|".join(
        re.escape(phrase.encode()).replace(rb"\ ", rb"[ \t]+") + (rb"(?=\s?:)" if colon else b"")
        for phrase, colon in phrases({LifecycleKind.FLASH, LifecycleKind.URGENT})
    )
    + rb")(?!\w)",
    re.MULTILINE,
)


def is_marked_urgent(body: bytes, profile: ProviderProfile) -> bool:
    """Whether a message says itself that it is a flash, a bulletin or as urgent as these.

    UTF-16 is not seen through: such a message takes its turn.

    Args:
        body: as delivered; 256 KiB of it are looked at, in time that grows with that alone.
        profile: maps the provider's urgencies to IPTC's.
    """
    head = body[:_HEAD_BYTES]
    if match := _ANPA1312.match(head):
        if match[1] in _FLASH_LETTERS:
            return True
    elif (match := _IPTC7901.match(head)) and _is_urgent(match[1] or match[2], profile):
        return True
    fields = body[:_FIELDS_BYTES]
    if any(word in fields for word in _FIELD_WORDS) and any(
        _is_urgent(found[1], profile) for found in _FIELD.finditer(fields)
    ):
        return True
    if _AP_PRIORITY.search(fields):
        return True
    lines = head.split(b"\n", _MOST_HEAD_LINES)[:_MOST_HEAD_LINES]
    return _WORD.search(b"\n".join(lines)) is not None


def _is_urgent(number: bytes, profile: ProviderProfile) -> bool:
    own = int(number)
    return 1 <= profile.urgency.get(own, own) <= _URGENT


@dataclass(frozen=True, slots=True)
class Lanes:
    """What goes ahead of everything else.

    Attributes:
        profiles: with the lane of providers that have one of their own.
        providers: whose messages are all urgent, by name.
        sources: patterns of positions whose messages are: ``flash/*``.
        markers: whether a message may say so itself.
    """

    profiles: Profiles = DEFAULT_PROFILES
    providers: frozenset[str] = field(default_factory=frozenset)
    sources: tuple[str, ...] = ()
    markers: bool = True

    def topic(self, message: RawMessage) -> TopicName:
        """The topic that a message goes to."""
        return TopicName.RAW_URGENT if self._is_urgent(message) else TopicName.RAW

    def _is_urgent(self, message: RawMessage) -> bool:
        provider = message.provider or ""
        profile = self.profiles.named(provider) or self.profiles.default
        if provider in self.providers or profile.provider in self.providers:
            return True
        position = message.position or ""
        if any(fnmatchcase(position, pattern) for pattern in self.sources):
            return True
        if profile.lane is not None:
            return profile.lane == "urgent"
        return self.markers and is_marked_urgent(message.body, profile)
