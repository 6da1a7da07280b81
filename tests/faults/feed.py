"""A feed of our own: stories in several versions, corrections, kills and retransmissions.

Every text is different from every other, so that what happens to it follows from its versions
alone; the same seed gives the same feed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson

from schemas.raw import RawMessage

_BEGAN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_WHO = [
    "minister",
    "mayor",
    "union",
    "court",
    "bank",
    "ministry",
    "council",
    "federation",
    "regulator",
    "port",
]
_DID = [
    "approved",
    "rejected",
    "delayed",
    "announced",
    "cancelled",
    "reviewed",
    "signed",
    "disputed",
]
_WHAT = [
    "budget",
    "bridge",
    "merger",
    "treaty",
    "strike",
    "tariff",
    "stadium",
    "ferry",
    "vaccine",
    "harvest",
]
_WHERE = ["Lisbon", "Oslo", "Dakar", "Lima", "Osaka", "Perth", "Riga", "Quito", "Turin", "Ghent"]


def _paragraph(rng: random.Random) -> str:
    return " ".join(
        f"The {rng.choice(_WHO)} in {rng.choice(_WHERE)} {rng.choice(_DID)} the "
        f"{rng.choice(_WHAT)} number {rng.randrange(10_000, 99_999)}, said source "
        f"{rng.randrange(10_000, 99_999)}."
        for _ in range(3)
    )


def messages(
    stories: int, versions: int = 3, *, seed: int = 7, prefix: str = "feed", providers: int = 1
) -> Iterator[RawMessage]:
    """Version after version of every story, interleaved; each fifth story ends in a kill.

    Of several providers each has stories of its own, and its messages a partition.
    """
    number = 0
    for version in range(1, versions + 1):
        for story in range(stories):
            rng = random.Random(f"{seed}/{prefix}/{story}/{version}")  # noqa: S311
            number += 1
            provider = "oaw" if providers == 1 else f"oaw{story % providers}"
            killed = version == versions and story % 5 == 0
            created = _BEGAN + timedelta(seconds=number)
            document = {
                "uri": f"urn:{prefix}:{story}",
                "version": str(version),
                "versioncreated": created.isoformat(),
                "pubstatus": "canceled" if killed else "usable",
                "type": "text",
                "language": "en",
                "headline": f"{rng.choice(_WHERE)} {rng.choice(_WHAT)} {story} take {version}",
                "body_text": "\n\n".join(_paragraph(rng) for _ in range(3)),
            }
            yield RawMessage(
                body=orjson.dumps(document),
                provider=provider,
                content_type="application/json",
                received_at=created + timedelta(seconds=2),
                position=f"{prefix}:{number}",
            )
            if story % 7 == 0 and version == 1:
                # The agency sent it twice.
                number += 1
                yield RawMessage(
                    body=orjson.dumps(document),
                    provider=provider,
                    content_type="application/json",
                    received_at=created + timedelta(seconds=3),
                    position=f"{prefix}:{number}",
                )
    yield RawMessage(
        body=b"",
        provider="oaw",
        received_at=_BEGAN + timedelta(days=1),
        position=f"{prefix}:poison",
    )
