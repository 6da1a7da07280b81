"""One French dispatch, sent again in the ways agencies send things again."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from schemas.event import EventKind
from schemas.item import Item, Lifecycle, LifecycleKind, Paragraph
from streams.desk import Desk
from streams.desk.identity import content_hash

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEADLINE = "Brestava ferme son quai nord, les pêcheurs s'inquiètent"
DISPATCH = (
    (
        "Le conseil portuaire de Brestava a voté mardi soir la fermeture du quai nord, dont le mur "
        "s'est déplacé de 14 centimètres depuis l'automne, selon l'ingénieure Milena Torvald."
    ),
    (
        "« Nous n'avons pas le choix », a-t-elle déclaré à la presse à l'issue d'une réunion de "
        "quatre heures. « La sécurité des équipages passe avant la saison du hareng. »"
    ),
    (
        "Les pêcheurs estiment que cette décision leur coûtera 320.000 couronnes et demandent "
        "un poste d'amarrage provisoire dans le bassin extérieur, jusqu'à la fin de l'été."
    ),
    (
        "Les travaux doivent durer neuf semaines, d'après un calendrier dont la presse locale a pu "
        "prendre connaissance, et commenceront dès que les plongeurs auront vu les fondations."
    ),
    (
        "Un porte-parole de l'autorité portuaire a précisé que les traversiers à destination "
        "d'Ostholm partiraient de l'ancienne jetée, à quelques centaines de mètres de là."
    ),
    (
        "La dernière réparation du quai, il y a onze ans, avait pris deux mois de retard, dit "
        "le syndicat des dockers, qui réclame un fonds d'indemnisation pour ses adhérents."
    ),
)


def an_item(key, minutes, paragraphs=DISPATCH, headline=HEADLINE, kinds=()):
    return Item(
        id=f"nordan:{key}@{minutes}",
        item_key=f"nordan:{key}",
        order_key=str(minutes),
        provider="nordan",
        language="fr",
        received_at=T0 + timedelta(minutes=minutes),
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
        lifecycle=Lifecycle(kinds=kinds),
        content_hash=content_hash(headline, paragraphs),
    )


def typography(text):
    return unicodedata.normalize("NFD", text).replace("'", "’").replace(" »", "\u00a0»")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, EventKind.DUPLICATE),
        ({"paragraphs": tuple(map(typography, DISPATCH))}, EventKind.DUPLICATE),
        ({"headline": "Le quai nord de Brestava est fermé (NDN)"}, EventKind.DUPLICATE),
        ({"paragraphs": DISPATCH[:4]}, EventKind.UPDATE),
        ({"paragraphs": DISPATCH[:2]}, EventKind.UPDATE),
        ({"paragraphs": DISPATCH[2:]}, EventKind.UPDATE),
        (
            {"paragraphs": (DISPATCH[0].replace("14", "41"), *DISPATCH[1:])},
            EventKind.CORRECTION,
        ),
        (
            {
                "paragraphs": (DISPATCH[0].replace("14", "41"), *DISPATCH[1:]),
                "kinds": (LifecycleKind.CORRECTION,),
            },
            EventKind.CORRECTION,
        ),
        ({"kinds": (LifecycleKind.REPEAT,)}, EventKind.DUPLICATE),
    ],
    ids=[
        "again", "typography", "headline", "cut", "short-cut", "lead-cut", "figure",
        "correction", "repeat",
    ],
)  # fmt: skip
def test_each_step_of_the_ladder_is_told_apart(changes, kind):
    desk = Desk()
    desk.decide(an_item("one", 0))
    (event,) = desk.decide(an_item("two", 30, **changes))
    assert event.kind is kind
    assert event.of == "nordan:one@0"
    assert event.story_key == "nordan:one"


def test_growing_dispatch_stays_one_story_told_from_its_latest_version():
    desk = Desk()
    stories = set()
    for step in range(2, len(DISPATCH) + 1):
        (event,) = desk.decide(an_item(f"v{step}", step, paragraphs=DISPATCH[:step]))
        stories.add(event.story_key)
    assert stories == {"nordan:v2"}
