"""The base of every record that travels, and the one way times are written.

It must not know any particular record.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time, aware, in UTC; a naive datetime is refused."""


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC, as headers, positions and ninjs write it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Record(BaseModel):
    """A frozen record; unknown fields are refused when we build one, ignored when we read one."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="null",
        # Bodies are any bytes; pydantic's default would refuse those that are not UTF-8.
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )
