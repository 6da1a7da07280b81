"""One story as an agency would file it, from flash to kill: the exact truth that formats carry.

All of it is invented. It must not know any format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from schemas.item import LifecycleKind


class Stage(StrEnum):
    """The messages of a chain, in the order in which they were filed."""

    FLASH = "flash"
    URGENT = "urgent"
    LEAD = "lead"
    SECOND = "second"
    CORRECTION = "correction"
    WRAP = "wrap"
    KILL = "kill"


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph; ``strong`` is set apart within it."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    runs: tuple[Run, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Its text."""
        return ("".join(run.text for run in self.runs),)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells."""

    rows: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each row, cells parted by tabs."""
        return tuple("\t".join(row) for row in self.rows)


Block = Prose | Table


@dataclass(frozen=True, slots=True)
class Marker:
    """What a language puts before a headline, and what that says."""

    text: str
    kinds: frozenset[LifecycleKind]
    ordinal: int | None = None


@dataclass(frozen=True, slots=True)
class Language:
    """A story in one language, with that language's own conventions.

    Attributes:
        by: the word that opens a byline.
        dateline: place and date, as they open a text; the agency follows in brackets.
    """

    code: str
    by: str
    place: str
    dateline: str
    keywords: tuple[str, ...]
    markers: dict[Stage, Marker]
    headlines: dict[Stage, str]
    bodies: dict[Stage, tuple[Block, ...]]
    corrected: str
    withdrawn: str
    contact: str


@dataclass(frozen=True, slots=True)
class Version:
    """One message of the chain: what an agency would have filed.

    Attributes:
        number: of the version, from 1.
        note: to editors, never for publication.
        advice: to editors, what the message changes or why it withdraws; "" where nothing.
    """

    language: Language
    stage: Stage
    number: int
    created: datetime
    urgency: int
    headline: str
    body: tuple[Block, ...]
    note: str
    advice: str = ""

    @property
    def marker(self) -> Marker:
        """What stands before the headline, or on a line of its own."""
        return self.language.markers[self.stage]

    @property
    def marked_headline(self) -> str:
        """Marker and headline, as most agencies send them."""
        return f"{self.marker.text}{self.headline}"

    @property
    def is_kill(self) -> bool:
        """Whether it withdraws the story."""
        return self.stage is Stage.KILL

    @property
    def lines(self) -> list[str]:
        """Every line of the body, rows of tables with tabs."""
        return [line for block in self.body for line in block.lines]


PROVIDER = "nordwire"
AGENCY = "Nordwire"
DOMAIN = "nordwire.example"
BYLINE = "Tessa Roos"
SLUG = "CANAL-LOCK"
FIRST_CREATED = datetime(2026, 3, 12, 9, 4, 11, tzinfo=UTC)
SUBJECTS = (("medtop:20000139", "transport accident"), ("medtop:20001259", "waterway"))
# Stage by stage: the time it was filed, and its urgency.
_FILED = (
    (Stage.FLASH, (9, 4, 11), 1),
    (Stage.URGENT, (9, 9, 37), 2),
    (Stage.LEAD, (9, 41, 5), 3),
    (Stage.SECOND, (10, 58, 20), 4),
    (Stage.CORRECTION, (11, 32, 48), 4),
    (Stage.WRAP, (16, 5, 2), 4),
    (Stage.KILL, (17, 20, 59), 3),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A chain in one language.

    Attributes:
        name: last part of every id, different for each language.
    """

    language: Language
    name: str
    versions: tuple[Version, ...]

    @property
    def urn(self) -> str:
        """The id that all versions share, without a version."""
        return f"urn:newsml:{DOMAIN}:20260312:{self.name}"

    def version(self, stage: Stage) -> Version:
        """The message of one stage."""
        return next(version for version in self.versions if version.stage is stage)


def a_story(language: Language) -> Story:
    """The whole chain in a language."""
    versions = tuple(
        Version(
            language=language,
            stage=stage,
            number=number,
            created=datetime(2026, 3, 12, *clock, tzinfo=UTC),
            urgency=urgency,
            headline=language.headlines[stage],
            body=language.bodies[stage],
            note=language.contact,
            advice={Stage.CORRECTION: language.corrected, Stage.KILL: language.withdrawn}.get(
                stage, ""
            ),
        )
        for number, (stage, clock, urgency) in enumerate(_FILED, 1)
    )
    return Story(language, f"lock-{language.code}", versions)
