"""Reading records of the knowledge base: each is taken whole or rejected with a reason.

It must not look at other records: whether one is accepted never depends on which came before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.codec import SchemaError, encode_short
from schemas.kb import KbAlias, KbEntity, decode_kb
from streams.enrich import words
from streams.folding import fold

# Bytes. The largest record the schema allows has some 40,000, all of them names of 200 letters.
MAX_RECORD_BYTES = 64 * 1024
_MIN_ALIAS = 2
# Words. The longest name of a place in the base has 12.
MAX_WORDS = 16
_COMMON = words.OPENERS | words.NO_NAMES | words.DAYS | words.MONTHS
_ENTITY_KEY = "entity"
_ALIAS_KEY = "alias"


class KbFault(StrEnum):
    """Why a record was rejected; also the metric's label."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    WRONG_KEY = "wrong-key"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON_WORD = "common-word"
    WRONG_DATES = "wrong-dates"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that changes nothing; ``detail`` is for people and holds none of its text."""

    fault: KbFault
    detail: str


def key_of(record: KbEntity | KbAlias) -> bytes:
    """The record's key on ``wire.kb``: the same for what replaces it.

    An alias is folded, so that "Etat" and "État" are one; it is keyed with its entity, so that of
    two editors at once neither undoes the other's link.
    """
    if isinstance(record, KbEntity):
        return f"{_ENTITY_KEY}:{record.id}".encode()
    return f"{_ALIAS_KEY}:{record.language}:{fold(record.alias)}:{record.entity}".encode()


def is_exact(alias: str) -> bool:
    """Whether an alias is looked for as it is written: one word in capitals, or with a digit."""
    return (
        (len(fold(alias).split()) == 1 or "." in alias.rstrip("."))
        and (alias == alias.upper() != alias.lower())
        and " " not in alias
    )


def check(record: KbEntity | KbAlias) -> Rejected | None:
    """What is wrong with a record by itself; None if nothing is."""
    names = [record.alias] if isinstance(record, KbAlias) else list(record.names.values())
    for name in names:
        if rejected := _check_name(name):
            return rejected
    if (
        isinstance(record, KbEntity)
        and record.valid_from is not None
        and record.valid_to is not None
        and record.valid_to < record.valid_from
    ):
        return Rejected(KbFault.WRONG_DATES, "valid_to is before valid_from")
    return None


def _check_name(name: str) -> Rejected | None:
    folded = fold(name)
    if len(folded) < _MIN_ALIAS:
        return Rejected(KbFault.TOO_SHORT, "a name has two letters or digits at least")
    parts = folded.split()
    if len(parts) > MAX_WORDS:
        return Rejected(KbFault.TOO_LONG, f"a name has {MAX_WORDS} words at most")
    if not is_exact(name) and all(part in _COMMON or len(part) == 1 for part in parts):
        return Rejected(
            KbFault.COMMON_WORD, "a common word names nothing; an acronym is written in capitals"
        )
    return None


def read_record(key: bytes | None, value: bytes) -> KbEntity | KbAlias | Rejected:
    """The record of a key and a value as they stand on the log; never raises, whatever they are."""
    if len(value) > MAX_RECORD_BYTES:
        return Rejected(KbFault.TOO_LARGE, f"{len(value)} bytes; at most {MAX_RECORD_BYTES}")
    try:
        record = decode_kb(value)
    except SchemaError as error:
        return Rejected(KbFault.MALFORMED, str(error))
    if rejected := check(record):
        return rejected
    if key != key_of(record):
        return Rejected(KbFault.WRONG_KEY, "the key is not the one of this record")
    return record


def write_record(record: KbEntity | KbAlias) -> bytes:
    """The canonical JSON of a record, as it travels and as it is counted in the version."""
    # ``record`` says which kind it is and stands at its default.
    kind = f'{{"record":"{record.record}",'.encode()
    return kind + encode_short(record)[1:]
