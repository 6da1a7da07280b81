"""Small models, trained in a second on sentences of ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from schemas.item import EntityType
from streams.enrich.recognise import Span
from streams.enrich.recognise.fast import Header, Model, model_bytes
from streams.train.distil import learn
from streams.train.distil_network import Schedule

PERSON, PLACE, ORGANISATION = EntityType.PERSON, EntityType.PLACE, EntityType.ORGANISATION
_FIRST = ("Anna", "Jean", "Marc", "Lucie", "Omar", "Nadia")
_LAST = ("Morel", "Dupont", "Keller", "Haddad", "Silva", "Novak")
_TOWNS = ("Lyon", "Oslo", "Turin", "Quito", "Gand", "Porto")
SCHEDULE = Schedule(rows=2048, width=16, hidden=16, epochs=12, batch_tokens=100)


def sentences() -> list[tuple[str, list[Span]]]:
    """Who went where, every one of every other."""
    found = []
    for number, first in enumerate(_FIRST):
        for last in _LAST:
            town = _TOWNS[(number + len(last)) % len(_TOWNS)]
            text = f"Le ministre {first} {last} est arrivé mardi à {town}, selon Alpha SA."
            person, place = text.index(first), text.index(town)
            company = text.index("Alpha")
            found.append(
                (
                    text,
                    [
                        Span(person, person + len(first) + 1 + len(last), PERSON, 1.0),
                        Span(place, place + len(town), PLACE, 1.0),
                        Span(company, company + 8, ORGANISATION, 1.0),
                    ],
                )
            )
    return found


@cache
def small_model(seed: int = 1987) -> Model:
    """A model of French that knows these sentences."""
    return learn("fr", sentences(), replace(SCHEDULE, seed=seed))


def content(language: str = "fr") -> bytes:
    """The bytes of its file."""
    header = Header(
        language=language,
        teacher="spacy/test-1",
        archive="0123456789abcdef",
        documents=36,
        held_out=0,
        score={"all": (90.0, 80.0, 84.7)},
    )
    model = small_model()
    return model_bytes(header, model.weights, model.confidence)


def model_file(folder: Path, language: str = "fr") -> Path:
    """The file, in a folder."""
    file = folder / f"{language}.model"
    file.write_bytes(content(language))
    return file
