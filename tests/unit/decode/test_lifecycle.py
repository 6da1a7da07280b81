from __future__ import annotations

import pytest

from schemas.item import Lifecycle, LifecycleKind
from streams.decode.lifecycle import read_markers

K = LifecycleKind


@pytest.mark.parametrize(
    ("headline", "kinds", "ordinal"),
    [
        ("FLASH - Le président est mort", (K.FLASH,), None),
        ("FLASH", (K.FLASH,), None),
        ("ALERTE: séisme au large du Chili", (K.FLASH,), None),
        ("URGENT - Un séisme frappe Santiago", (K.URGENT,), None),
        ("  URGENT: Quake", (K.URGENT,), None),
        ("URGENT | Quake", (K.URGENT,), None),
        ("[URGENT] Quake", (K.URGENT,), None),
        ("URGENTE.- Sismo en Chile", (K.URGENT,), None),
        ("EIL: Beben", (K.URGENT,), None),
        ("+++ EILMELDUNG +++ Beben", (K.URGENT,), None),
        ("2e LEAD", (K.LEAD,), 2),
        ("2ème LEAD Chili: le bilan monte", (K.LEAD,), 2),
        ("3EME LEAD - Chili", (K.LEAD,), 3),
        ("1er LEAD: Chili", (K.LEAD,), 1),
        ("LEAD 2 - Chile", (K.LEAD,), 2),
        ("LEAD: Chile", (K.LEAD,), None),
        ("REFILE / 1ST LEAD / Queen ends visit", (K.REFILE, K.LEAD), 1),
        ("UPDATE 2-Oil rises on supply fears", (K.UPDATE,), 2),
        ("ACTUALIZACIÓN 1: Sismo", (K.UPDATE,), 1),
        ("ACTUALISATION - Séisme", (K.UPDATE,), None),
        ("RPT-UPDATE 3-Oil rises", (K.REPEAT, K.UPDATE), 3),
        ("CORRECTED-UPDATE 1-Oil rises", (K.CORRECTION, K.UPDATE), 1),
        ("CORRECTION - Le bilan est de 12 morts", (K.CORRECTION,), None),
        ("C O R R E C T I O N: Oil", (K.CORRECTION,), None),
        ("CORRECCIÓN: el balance", (K.CORRECTION,), None),
        ("BERICHTIGUNG: Die Bilanz", (K.CORRECTION,), None),
        ("(corrige le bilan au 3e paragraphe) Séisme", (K.CORRECTION,), None),
        ("(Recasts, adds quotes) Oil rises", (K.UPDATE,), None),
        ("KILL KILL KILL", (K.KILL,), None),
        ("KILL - Queen ends visit", (K.KILL,), None),
        ("KILL", (K.KILL,), None),
        ("MANDATORY KILL: Queen ends visit", (K.KILL,), None),
        ("EFFACEMENT OBLIGATOIRE - Séisme", (K.KILL,), None),
        ("ANNULE ET REMPLACE: Séisme", (K.KILL,), None),
        ("ANNULATION", (K.KILL,), None),
        ("*** ELIMINAR - ELIMINAR ***", (K.KILL,), None),
        ("HOLD HOLD HOLD Queen ends visit", (K.HOLD,), None),
        ("SOUS EMBARGO jusqu'à 18h00: Budget", (K.ADVANCE,), None),
        ("RÉPÉTITION - Séisme", (K.REPEAT,), None),
        ("WRAPUP 3-Markets fall", (K.WRAP,), 3),
        ("LEAD GÉNÉRAL - Séisme", (K.WRAP,), None),
        ("ADVISORY: coverage plans", (K.ADVISORY,), None),
        ("AVIS AUX RÉDACTIONS: horaires", (K.ADVISORY,), None),
        ("URGENT - CORRECTION - Séisme", (K.URGENT, K.CORRECTION), None),
    ],
)
def test_a_marker_before_the_headline_is_read(
    headline: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    read = read_markers(headline)
    assert (read.kinds, read.ordinal) == (kinds, ordinal)
    assert read.note


@pytest.mark.parametrize(
    "headline",
    [
        None,
        "",
        "   ",
        "Kill Bill 3 en tournage",
        "KILL BILL: LE RETOUR",
        "Alerte enlèvement déclenchée à Lyon",
        "ALERTE ENLÈVEMENT: une fillette recherchée",
        "HOLD-UP à Paris: trois arrestations",
        "FLASH-CRASH à Wall Street",
        "LEAD POISONING: Flint sues",
        "Correction maths du bac: les corrigés",
        "Urgent: cherche témoins",
        "Update on the storm",
        "Lead 2 of the race changed",
        "12 Angry Men returns",
        "3 MORTS - le bilan",
        "ANNULATION: le concert est reporté",
        "U",
        "UPDATE 24 HOURS",
        "EU - China: Gipfel",
        "Advisory board named",
    ],
)
def test_an_ordinary_headline_has_no_marker(headline: str | None) -> None:
    assert read_markers(headline) == Lifecycle()


@pytest.mark.parametrize(
    ("slugline", "kinds", "ordinal"),
    [
        ("BC-US--Storm, 1st Ld-Writethru", (K.WRITETHRU,), 1),
        ("BC-US--Storm, 8th Ld", (K.LEAD,), 8),
        ("USA-WEATHER/ (UPDATE 1, PIX, CORRECTED)", (K.UPDATE, K.CORRECTION), 1),
        ("BC-US--Storm,KILL", (K.KILL,), None),
        ("Syrie-conflit,URGENT", (K.URGENT,), None),
        ("METALS/LEAD", (), None),
        ("FILM-KILL-BILL", (), None),
        ("kill-bill", (), None),
        (",,/()", (), None),
    ],
)
def test_a_segment_of_the_slugline_is_read(
    slugline: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    read = read_markers("Ordinary headline", slugline)
    assert (read.kinds, read.ordinal) == (kinds, ordinal)


@pytest.mark.parametrize("hostile", ["KILL " * 50_000, "2e " * 50_000, "(" * 100_000, "\0" * 9])
def test_hostile_headlines_are_read_in_bounded_time(hostile: str) -> None:
    read_markers(hostile, hostile)
