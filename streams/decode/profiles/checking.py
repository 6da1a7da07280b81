"""Whether a profile is one: every key and value of its TOML text, each problem with its key.

It must not know a provider.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from streams.desk.identity import Ordering

EmbargoEmpty = Literal["none", "withheld"]
"""What a field for an embargo means that is there and empty."""
Lane = Literal["urgent", "raw"]
"""Where all of a provider's messages go: ahead of everything else, or in their turn."""
DateOrder = Literal["mdy", "dmy", "ymd"]
"""How a date of three numbers is to be read."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")
_LONGEST_PATTERN = 300
# "(a+)+" takes exponential time on a line that it does not match.
_REPEATS_REPEATED = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]")
_URGENCIES = range(1, 10)
_PROVIDER = "provider"
_EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one key; "" where it is the file."""

    key: str
    words: str

    def __str__(self) -> str:
        return f"{self.key}: {self.words}" if self.key else self.words


def check(toml: str, name: str) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of a profile as its text sets them, and everything that is wrong with it.

    Args:
        toml: the text.
        name: its provider, unless the text says another.
    """
    try:
        table = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        return {_PROVIDER: name}, [Problem("", f"not TOML: {error}")]
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in {_PROVIDER: name, **table}.items():
        reader = _READERS.get(key)
        if reader is None:
            close = get_close_matches(key, _READERS, n=1)
            meant = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(_READERS)}"
            problems.append(Problem(key, f"unknown key{meant}"))
            continue
        try:
            fields[key] = reader(value)
        except ValueError as error:
            problems.append(Problem(key, str(error)))
    evidence = fields.get(_EVIDENCE, {})
    problems += [
        Problem(f"{_EVIDENCE}.{key}", "there is no such key" if key not in _READERS else "not set")
        for key in evidence
        if key not in SETTABLE or key not in table
    ]
    return fields, problems


def unproven(toml: str) -> list[str]:
    """The keys that a profile sets without saying where they were seen."""
    try:
        table = tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        return []
    evidence = table.get(_EVIDENCE)
    known = evidence if isinstance(evidence, dict) else {}
    return [key for key in SETTABLE if key in table and key not in {*known, *WISHES}]


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("a short name in small letters, as carriers give it: afp")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError('a list of texts: ["...", "..."]')
    return tuple(value)


def _encodings(value: object) -> tuple[str, ...]:
    encodings = _texts(value)
    for encoding in encodings:
        try:
            "é".encode(encoding, "replace")
        except (LookupError, UnicodeError):
            raise ValueError(f"there is no encoding of text named {encoding!r}") from None
        codecs.lookup(encoding)
    return encodings


def _time_zone(value: object) -> str:
    try:
        ZoneInfo(value if isinstance(value, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"an IANA name like Europe/Paris, not {value!r}") from None
    return str(value)


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {value!r}")
        return value

    return read


def _urgency(value: object) -> dict[int, int]:
    if not isinstance(value, dict) or not all(map(_is_urgency, value.keys(), value.values())):
        raise ValueError("maps the provider's numbers to IPTC's, 1 to 9: 2 = 3")
    return {int(own): iptc for own, iptc in value.items()}


def _is_urgency(own: str, iptc: object) -> bool:
    return own.isdecimal() and int(own) in _URGENCIES and type(iptc) is int and iptc in _URGENCIES


def _pattern(text: str) -> re.Pattern[str]:
    if len(text) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern of more than {_LONGEST_PATTERN} characters")
    if _REPEATS_REPEATED.search(text):
        raise ValueError(f"{text!r} repeats what repeats: it may take for ever")
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None


def _strip(value: object) -> tuple[str, ...]:
    patterns = _texts(value)
    for text in patterns:
        compiled = _pattern(text)
        if compiled.fullmatch("") or compiled.fullmatch("Some words of any text."):
            raise ValueError(f"{text!r} would strip every line")
    return patterns


def _id_version(value: object) -> str:
    if not isinstance(value, str) or "version" not in _pattern(value).groupindex:
        raise ValueError("a regular expression with a group (?P<version>...)")
    if _pattern(value).search(""):
        raise ValueError(f"{value!r} matches in every id")
    return value


def cleaning_off(value: object) -> tuple[str, ...]:
    """The names of rules of cleaning in a list of them.

    Raises:
        ValueError: one is none.
    """
    # Cleaning needs decoding, which loads the shipped profiles; none of them has this key.
    from streams.clean.rules import SWITCHES  # noqa: PLC0415

    return _known(_texts(value), SWITCHES, "rule of cleaning")


def _languages(value: object) -> tuple[str, ...]:
    from streams.clean.rules import LANGUAGES  # noqa: PLC0415  (as above)

    return _known(_texts(value), LANGUAGES, "language told apart")


def _known(names: tuple[str, ...], known: Sequence[str], what: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"there is no {what} named {name!r}; {meant}")
    return names


def _home(value: object) -> str:
    # "UK" is reserved for the United Kingdom and is not its code: it would match no place.
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value) or value == "UK":
        raise ValueError(f"a country of ISO 3166-1 like CH or GB, not {value!r}")
    return value


def _evidence(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(where, str) and where.strip() for where in value.values()
    ):
        raise ValueError("says for each key, in words, where it was seen")
    return dict(value)


_READERS: Mapping[str, Callable[[object], Any]] = {
    _PROVIDER: _name,
    "known_as": _texts,
    "time_zone": _time_zone,
    "encodings": _encodings,
    "ordering": _one_of(*get_args(Ordering)),
    "urgency": _urgency,
    "date_order": _one_of(*get_args(DateOrder)),
    "embargo_empty": _one_of(*get_args(EmbargoEmpty)),
    "strip": _strip,
    "id_version": _id_version,
    "languages": _languages,
    "home": _home,
    "cleaning_off": cleaning_off,
    "lane": _one_of(*get_args(Lane)),
    _EVIDENCE: _evidence,
}
SETTABLE = tuple(key for key in _READERS if key not in {_PROVIDER, _EVIDENCE})
"""The keys that say something of a provider. All but wishes (``WISHES``) need evidence."""
WISHES = frozenset({"cleaning_off", "lane"})
