"""What travels on ``wire.decoded``: the one ordered stream the desk reads.

Everything that came in is here once, so that the desk can count it: cleaned items with their
fingerprint, and those that failed or were dropped. It must not hold transport offsets: those are
headers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from schemas.codec import SchemaError
from schemas.dead_letter import DeadCode
from schemas.event import Source
from schemas.fingerprint import Fingerprint
from schemas.item import Item
from schemas.model import Instant, Record


class Cleaned(Record):
    """A cleaned item, signed."""

    type: Literal["cleaned"] = "cleaned"
    source: Source
    item: Item
    fingerprint: Fingerprint


class Dropped(Record):
    """A part that was read and is not news (reason: see ``streams.steps.DropReason``).

    ``sequence`` is its number, as an item has it among its alternative ids: it is not missing.
    """

    type: Literal["dropped"] = "dropped"
    source: Source
    received_at: Instant | None
    reason: str
    sequence: str | None = None


class Failed(Record):
    """A part that could not be read; its bytes are in ``wire.dead``."""

    type: Literal["failed"] = "failed"
    source: Source
    received_at: Instant | None
    code: DeadCode
    stage: str
    detail: str


class Tick(Record):
    """Time passing, as data: the host appends one when a hold falls due."""

    type: Literal["tick"] = "tick"
    now: Instant


DecodedRecord = Annotated[Cleaned | Dropped | Failed | Tick, Field(discriminator="type")]
_ADAPTER: TypeAdapter[Cleaned | Dropped | Failed | Tick] = TypeAdapter(DecodedRecord)


def decode_decoded(value: bytes) -> Cleaned | Dropped | Failed | Tick:
    """The record in ``value``, of whichever type.

    Raises:
        SchemaError: it is none of them.
    """
    try:
        return _ADAPTER.validate_json(value, extra="ignore")
    except ValidationError as error:
        raise SchemaError(f"decoded record: {error.errors(include_url=False)[0]['msg']}") from None
