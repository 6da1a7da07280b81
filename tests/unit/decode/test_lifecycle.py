from __future__ import annotations

import unicodedata

import pytest

from schemas.item import Lifecycle, LifecycleKind
from streams.decode.lifecycle import find_markers, read_markers

K = LifecycleKind

# Each as (headline, kinds in the order of precedence, ordinal).
MARKED = {
    "en": [
        ("FLASH - Queen ends visit", (K.FLASH,), None),
        ("FLASH", (K.FLASH,), None),
        ("FLASH Queen ends visit", (K.FLASH,), None),
        ("SNAP - Queen ends visit", (K.FLASH,), None),
        ("BULLETIN: Queen ends visit", (K.FLASH,), None),
        ("ALERT - Queen ends visit", (K.FLASH,), None),
        ("NEWSBREAK: Queen ends visit", (K.FLASH,), None),
        ("APNewsAlert: Queen ends visit", (K.FLASH,), None),
        ("AP NewsAlert - Queen ends visit", (K.FLASH,), None),
        ("NEWSALERT - Queen ends visit", (K.FLASH,), None),
        ("  URGENT: Quake", (K.URGENT,), None),
        ("URGENT | Quake", (K.URGENT,), None),
        ("[URGENT] Quake", (K.URGENT,), None),
        ("URGENT Quake shakes Lisbon", (K.URGENT,), None),
        ("1ST LEAD / Queen ends visit", (K.LEAD,), 1),
        ("1ST LEAD Queen ends visit", (K.LEAD,), 1),
        ("3RD NET Queen ends visit", (K.LEAD,), 3),
        ("2nd Ld, Queen ends visit", (K.LEAD,), 2),
        ("LEAD 2 - Chile", (K.LEAD,), 2),
        ("LEAD: Chile", (K.LEAD,), None),
        ("NEW LEAD - Chile", (K.LEAD,), None),
        ("2ND LEAD / 3RD NET / Queen ends visit", (K.LEAD, K.LEAD), 2),
        ("UPDATE 2-Oil rises on supply fears", (K.UPDATE,), 2),
        ("UPDATE\n 2-Oil rises on supply fears", (K.UPDATE,), 2),
        ("UPDATE: Oil rises", (K.UPDATE,), None),
        ("UPDATED - Oil rises", (K.UPDATE,), None),
        ("EXTRA", (K.UPDATE,), None),
        ("RPT-UPDATE 3-Oil rises", (K.REPEAT, K.UPDATE), 3),
        ("RPT: Oil rises", (K.REPEAT,), None),
        ("REPEAT - Oil rises", (K.REPEAT,), None),
        ("CORRECTED-UPDATE 1-Oil rises", (K.CORRECTION, K.UPDATE), 1),
        ("UPDATE 1-CORRECTED-Oil rises", (K.CORRECTION, K.UPDATE), 1),
        ("CORRECTED - Oil rises", (K.CORRECTION,), None),
        ("OFFICIAL CORRECTION-Oil rises", (K.CORRECTION,), None),
        ("CORRECTION: Oil rises", (K.CORRECTION,), None),
        ("C O R R E C T I O N: Oil", (K.CORRECTION,), None),
        ("(CORRECTED) - Oil rises", (K.CORRECTION,), None),
        ("(Corrects spelling of name in headline) Oil rises", (K.CORRECTION,), None),
        ("(Recasts, adds quotes) Oil rises", (K.UPDATE,), None),
        ("(Adds details, corrects spelling) Oil rises", (K.CORRECTION, K.UPDATE), None),
        ("(Refiles to fix link) Oil rises", (K.REFILE,), None),
        ("(Repeats to more subscribers) Oil rises", (K.REPEAT,), None),
        ("(2nd lead) Oil rises", (K.LEAD,), 2),
        ("REFILE-Oil rises", (K.REFILE,), None),
        ("REFILE / 1ST LEAD / Queen ends visit", (K.REFILE, K.LEAD), 1),
        ("1st Ld-Writethru: Oil rises", (K.WRITETHRU,), 1),
        ("3rdLd-Writethru", (K.WRITETHRU,), 3),
        ("RECASTS-Oil rises", (K.WRITETHRU,), None),
        ("1st Add - Oil rises", (K.ADD,), 1),
        ("TAKE 2 - Oil rises", (K.ADD,), 2),
        ("Oil rises on supply fears =2", (K.ADD,), 2),
        ("WRAPUP 3-Markets fall", (K.WRAP,), 3),
        ("ROUNDUP: Markets fall", (K.WRAP,), None),
        ("FACTBOX-What the treaty says", (K.SIDEBAR,), None),
        ("TIMELINE-How the crisis grew", (K.SIDEBAR,), None),
        ("Q&A-What the treaty says", (K.SIDEBAR,), None),
        ("HOLD HOLD HOLD Queen ends visit", (K.HOLD,), None),
        ("HOLD", (K.HOLD,), None),
        ("DO NOT USE: Queen ends visit", (K.HOLD,), None),
        ("KILL KILL KILL", (K.KILL,), None),
        ("KILL/KILL/KILL Queen ends visit", (K.KILL,), None),
        ("KILL - Queen ends visit", (K.KILL,), None),
        ("KILL", (K.KILL,), None),
        ("MANDATORY KILL: Queen ends visit", (K.KILL,), None),
        ("STORY WITHDRAWN: Queen ends visit", (K.KILL,), None),
        ("WITHDRAWN-UPDATE 1-Oil rises", (K.KILL, K.UPDATE), 1),
        ("WITHDRAWAL", (K.KILL,), None),
        ('Please kill item dpa 123 "Queen ends visit"', (K.KILL,), None),
        ("KILL dpa 0123", (K.KILL,), None),
        ("Please withdraw our story on the Queen's visit", (K.KILL,), None),
        ("This story has been withdrawn", (K.KILL,), None),
        ("ADVISORY-Oil story withdrawn", (K.KILL,), None),
        ("EMBARGOED UNTIL 1200 GMT: Budget rises", (K.ADVANCE,), None),
        ("EMBARGOED - Budget rises", (K.ADVANCE,), None),
        ("(Embargoed until 1200 GMT) Budget rises", (K.ADVANCE,), None),
        ("HOLD FOR RELEASE at 1200 GMT: Budget rises", (K.ADVANCE,), None),
        ("NOT FOR PUBLICATION BEFORE 1200 GMT Budget rises", (K.ADVANCE,), None),
        ("ADV25: The year in books", (K.ADVANCE,), None),
        ("ADVISORY: coverage plans", (K.ADVISORY,), None),
        ("DIARY-Top events of the week", (K.ADVISORY,), None),
        ("TAKE A LOOK-The storm", (K.ADVISORY,), None),
        ("AP News Coverage Advisory", (K.ADVISORY,), None),
        ("NOTE TO EDITORS: coverage plans", (K.ADVISORY,), None),
    ],
    "fr": [
        ("FLASH - Le président est mort", (K.FLASH,), None),
        ("ALERTE: séisme au large du Chili", (K.FLASH,), None),
        ("ALERTE - Le président est mort", (K.FLASH,), None),
        ("BULLETIN - Le président est mort", (K.FLASH,), None),
        ("URGENT - Un séisme frappe Santiago", (K.URGENT,), None),
        ("URGENT Un séisme frappe Santiago", (K.URGENT,), None),
        ("D'URGENCE: Un séisme frappe Santiago", (K.URGENT,), None),
        ("D’URGENCE: Un séisme frappe Santiago", (K.URGENT,), None),
        ("2e LEAD", (K.LEAD,), 2),
        ("2e LEAD Chili: le bilan monte", (K.LEAD,), 2),
        ("2ème LEAD Chili: le bilan monte", (K.LEAD,), 2),
        ("3EME LEAD - Chili", (K.LEAD,), 3),
        ("1er LEAD: Chili", (K.LEAD,), 1),
        ("ACTUALISATION - Séisme", (K.UPDATE,), None),
        ("ACTUALISÉ: Séisme", (K.UPDATE,), None),
        ("MISE À JOUR - Séisme", (K.UPDATE,), None),
        ("Mettre à jour: Séisme", (K.UPDATE,), None),
        ("(actualisé avec bilan) Séisme", (K.UPDATE,), None),
        ("(ajoute des réactions) Séisme", (K.UPDATE,), None),
        ("LEAD GÉNÉRAL - Séisme", (K.WRAP,), None),
        ("PAPIER GÉNÉRAL: Séisme", (K.WRAP,), None),
        ("SYNTHÈSE - Séisme", (K.WRAP,), None),
        ("ENCADRÉ - Les séismes au Chili", (K.SIDEBAR,), None),
        ("REPÈRES: Les séismes au Chili", (K.SIDEBAR,), None),
        ("REPRISE INTÉGRALE - Séisme", (K.WRITETHRU,), None),
        ("SUITE 2 - Séisme", (K.ADD,), 2),
        ("SUITE - Séisme", (K.ADD,), None),
        ("FORTSETZUNG: Beben in Chile", (K.ADD,), None),
        ("Séisme au Chili (suite)", (K.ADD,), None),
        ("Séisme au Chili (suite et fin)", (K.ADD,), None),
        ("Beben in Chile (Fortsetzung)", (K.ADD,), None),
        ("Quake in Chile (2nd take)", (K.ADD,), 2),
        ("Quake in Chile (take 3)", (K.ADD,), 3),
        ("CORRECTION - Le bilan est de 12 morts", (K.CORRECTION,), None),
        ("RECTIFICATIF: Séisme", (K.CORRECTION,), None),
        ("CORRECTION ET MISE À JOUR - Le réseau", (K.CORRECTION,), None),
        ("CORRECTED AND UPDATED: Quake", (K.CORRECTION,), None),
        ("Rectificatif: Séisme", (K.CORRECTION,), None),
        ("CORR - Séisme", (K.CORRECTION,), None),
        ("(corrige le bilan au 3e paragraphe) Séisme", (K.CORRECTION,), None),
        ("(corrige le titre)", (K.CORRECTION,), None),
        ("(bien lire 12 morts au 2e paragraphe) Séisme", (K.CORRECTION,), None),
        ("URGENT - CORRECTION - Séisme", (K.CORRECTION, K.URGENT), None),
        ("REMETTRE: Séisme", (K.REFILE,), None),
        ("(répétition corrigée) Séisme", (K.REFILE,), None),
        ("RÉPÉTITION - Séisme", (K.REPEAT,), None),
        ("NE PAS UTILISER - Séisme", (K.HOLD,), None),
        ("SUSPENDUE", (K.HOLD,), None),
        ("EFFACEMENT OBLIGATOIRE - Séisme", (K.KILL,), None),
        ("ANNULE ET REMPLACE: Séisme", (K.KILL,), None),
        ("Annule et remplace la dépêche AFP 0123", (K.KILL,), None),
        ("Annulation de la dépêche sur le séisme", (K.KILL,), None),
        ("Prière de ne pas utiliser la dépêche sur le séisme", (K.KILL,), None),
        ("ANNULATION", (K.KILL,), None),
        ("ANNULÉE", (K.KILL,), None),
        ("SOUS EMBARGO jusqu'à 18h00: Budget", (K.ADVANCE,), None),
        ("SOUS EMBARGO - Budget", (K.ADVANCE,), None),
        ("Être soumis(e) à un embargo pour publication jusqu'à 18h00 GMT", (K.ADVANCE,), None),
        ("AVIS AUX RÉDACTIONS: horaires", (K.ADVISORY,), None),
        ("Attention rédactions: horaires", (K.ADVISORY,), None),
        ("Agenda de l'AFP", (K.ADVISORY,), None),
    ],
    "de": [
        ("EIL: Beben", (K.FLASH,), None),
        ("Eil: Beben vor Chile", (K.FLASH,), None),
        ("EIL Beben vor Chile", (K.FLASH,), None),
        ("EILEIL - Beben", (K.FLASH,), None),
        ("(Eil)", (K.FLASH,), None),
        ("(Eil\x07\x07\x07\x07\x07)", (K.FLASH,), None),
        ("(EIL) Beben vor Chile", (K.FLASH,), None),
        ("+++ EILMELDUNG +++ Beben", (K.FLASH,), None),
        ("Blitz: Beben vor Chile", (K.FLASH,), None),
        ("2. LEAD - Beben vor Chile", (K.LEAD,), 2),
        ("(1. Lead) Beben vor Chile", (K.LEAD,), 1),
        ("AKTUALISIERUNG: Beben", (K.UPDATE,), None),
        ("(neu: mehr Details) Beben", (K.UPDATE,), None),
        ("ZUSAMMENFASSUNG - Beben", (K.WRAP,), None),
        ("(1. Zusammenfassung - Neu: Zahl der Toten) Beben", (K.WRAP, K.UPDATE), 1),
        ("(Hintergrund) Beben in Chile", (K.SIDEBAR,), None),
        ("Hintergrund: Beben in Chile", (K.SIDEBAR,), None),
        ("(Stichwort) Die Richterskala", (K.SIDEBAR,), None),
        ("FORTSETZUNG 2 - Beben", (K.ADD,), 2),
        ("BERICHTIGUNG: Die Bilanz", (K.CORRECTION,), None),
        ("Berichtigung: Die Bilanz", (K.CORRECTION,), None),
        ("(Berichtigung: zweiter Absatz) Die Bilanz", (K.CORRECTION,), None),
        ("(Korr-Bericht) Die Bilanz", (K.CORRECTION,), None),
        ("KORREKTUR - Die Bilanz", (K.CORRECTION,), None),
        ("WIEDERHOLUNG - Beben", (K.REPEAT,), None),
        ("(Wiederholung) Beben", (K.REPEAT,), None),
        ("NICHT VERWENDEN: Beben", (K.HOLD,), None),
        ("(Achtung: Sperre)", (K.HOLD,), None),
        ("(Achtung: Rückzug) Beben", (K.KILL,), None),
        ("MELDUNG ZURÜCKGEZOGEN: Beben", (K.KILL,), None),
        ("Rückzug der Meldung dpa 0123", (K.KILL,), None),
        ("Die Meldung dpa 0123 wird zurückgezogen", (K.KILL,), None),
        ("Bitte Meldung dpa 0123 nicht mehr verwenden", (K.KILL,), None),
        ("Sperrfrist: 18.00 Uhr", (K.ADVANCE,), None),
        ("SPERRFRIST - Der Haushalt", (K.ADVANCE,), None),
        ("(Sperrfrist Freitag, 18.00 Uhr) Der Haushalt", (K.ADVANCE,), None),
        ("Impressum", (K.ADVISORY,), None),
        ("Terminvorschau der dpa", (K.ADVISORY,), None),
        ("ACHTUNG REDAKTIONEN: Termine", (K.ADVISORY,), None),
    ],
    "es": [
        ("FLASH - Muere el presidente", (K.FLASH,), None),
        ("URGENTE.- Sismo en Chile", (K.URGENT,), None),
        ("URGENTE - Sismo en Chile", (K.URGENT,), None),
        ("URGENTE Muere el presidente de Chile", (K.URGENT,), None),
        ("AVANCE: Muere el presidente", (K.URGENT,), None),
        ("ACTUALIZACIÓN 1: Sismo", (K.UPDATE,), 1),
        ("AMPLIACIÓN - Sismo", (K.UPDATE,), None),
        ("(Actualiza con nuevo balance) Sismo", (K.UPDATE,), None),
        ("(Amplía con reacciones) Sismo", (K.UPDATE,), None),
        ("RESUMEN: Sismo en Chile", (K.WRAP,), None),
        ("CLAVES - El sismo en Chile", (K.SIDEBAR,), None),
        ("PERFIL: El presidente", (K.SIDEBAR,), None),
        ("CORRECCIÓN: el balance", (K.CORRECTION,), None),
        ("VERSIÓN CORREGIDA - El balance", (K.CORRECTION,), None),
        ("(Corrige el balance en el segundo párrafo) Sismo", (K.CORRECTION,), None),
        ("Fe de erratas: el balance", (K.CORRECTION,), None),
        ("REPETICIÓN - Sismo", (K.REPEAT,), None),
        ("RPT RPT - Sismo", (K.REPEAT,), None),
        ("NO UTILIZAR - Sismo", (K.HOLD,), None),
        ("*** ELIMINAR - ELIMINAR ***", (K.KILL,), None),
        ("ELIMINAR", (K.KILL,), None),
        ('ELIMINAR la noticia EFE 4521 "Sismo en Chile"', (K.KILL,), None),
        ("Anula la información EFE 4521", (K.KILL,), None),
        ("ANULA Y REEMPLAZA: Sismo", (K.KILL,), None),
        ("Por favor eliminen la noticia sobre el sismo", (K.KILL,), None),
        ("EMBARGADO HASTA las 10.00 horas: Presupuesto", (K.ADVANCE,), None),
        ("AVISO A LOS ABONADOS: horarios", (K.ADVISORY,), None),
        ("ATENCIÓN REDACCIONES", (K.ADVISORY,), None),
        ("Previsiones de la agencia EFE", (K.ADVISORY,), None),
    ],
}

ORDINARY = {
    "en": [
        "Kill Bill 3 goes into production",
        "KILL BILL: THE RETURN",
        "KILL Bill",
        "Kill switch for phones proposed",
        "Killing of mayor shocks town",
        "FLASH mob fills station",
        "FLASH MOB FILLS STATION",
        "FLASH Gordon returns to the screen",
        "FLASH-CRASH on Wall Street",
        "Flash: how a comic became a film",
        "Urgent care centers struggle",
        "URGENT Care centers struggle",
        "Urgent appeal for blood donors",
        "Lead prices rise",
        "LEAD prices rise",
        "LEAD POISONING: Flint sues",
        "Lead 2 of the race changed",
        "HOLD steady, says the bank",
        "HOLD-UP IN PARIS",
        "Hold your breath: the final",
        "UPDATE on the storm",
        "Update on the storm",
        "UPDATE 24 HOURS",
        "Updates to the tax code",
        "12 Angry Men returns",
        "3 DEAD - police",
        "2 TAKE gold",
        "Take 5 with the director",
        "Correction territory looms for stocks",
        "Corrections officers strike",
        "Repeat offenders face longer terms",
        "Alert level raised at volcano",
        "ALERT LEVEL RAISED AT VOLCANO",
        "Bulletin board firm sold",
        "Snap election called",
        "SNAP SHARES FALL",
        "Snap: Shares fall",
        "Advisory board named",
        "Travel advisory issued for coast",
        "Embargo on Cuba eased",
        "EMBARGO ON CUBA EASED",
        "Embargoed oil finds a buyer",
        "Please come home, says the mother",
        "Withdrawn from the race, he speaks",
        "The story of a river",
        "The dispatch rider who was killed",
        "This report from the front line",
        "Diary of a war",
        "DIARY OF A WAR",
        "Timeline of the war",
        "Wrapup of the season",
        "(Un)lucky in love",
        "(Almost) everything about tea",
        "E=mc2 explained",
        "EU - China: Gipfel",
        "U",
        "NET profit rises",
        "AP wins prize",
        "Adds up to nothing: the budget",
    ],
    "fr": [
        "Alerte enlèvement déclenchée à Lyon",
        "ALERTE ENLÈVEMENT: une fillette recherchée",
        "ALERTE Enlèvement à Lyon",
        "ALERTE MÉTÉO: quinze départements en orange",
        "Alerte: fausse dans un lycée",
        "Annulation de l'alerte au tsunami",
        "ANNULATION: le concert est reporté",
        "ANNULATION DU CONCERT",
        "Correction maths du bac: les corrigés",
        "CORRECTION MATHS DU BAC",
        "Urgent: cherche témoins",
        "Sous embargo, la Russie s'adapte",
        "Embargo: ce que Cuba attend",
        "HOLD-UP à Paris: trois arrestations",
        "3 MORTS - le bilan",
        "Suite royale à Monaco",
        "SUITE ROYALE: le prix du luxe",
        "Le Ritz loue une suite (royale)",
        "Portrait: une vie de juge",
        "Synthèse des protéines",
        "Fiche de paie: ce qui change",
        "Répétition générale au Bolchoï",
        "Suspendue, la joueuse fait appel",
        "Attention: rédactions en grève",
        "Merci de patienter",
        "Avis aux amateurs",
        "Agenda chargé pour le ministre",
        "(Presque) tout sur le thé",
    ],
    "de": [
        "Eilmeldungen nerven",
        "EILMELDUNGEN nerven",
        "Eile mit Weile",
        "Blitz schlägt in Scheune ein",
        "Blitzer: Tausende zu schnell",
        "Rückzug der Truppen aus Mali",
        "Rückzug von Biden",
        "Sperre für Stürmer verlängert",
        "Sperrfrist: Was bedeutet das?",
        "Korrekturen am Haushalt",
        "Berichtigungen im Grundbuch",
        "Meldung macht den Unterschied",
        "Die Meldung des Tages",
        "Bitte nicht füttern",
        "Hintergrundgespräch im Kanzleramt",
        "Wiederholungstäter gefasst",
        "Zusammenfassung des Spiels auf Video",
        "Achtung, Redaktion gesucht",
        "An die Freude",
        "2. Bundesliga: Aufsteiger siegt",
        "1. FC Köln gewinnt",
        "Lead-Agentur gesucht",
    ],
    "es": [
        "Urgente necesidad de agua en Gaza",
        "URGENTE NECESIDAD DE AGUA",
        "Eliminar la deuda, meta del gobierno",
        "ELIMINAR LA DEUDA",
        "Anular el tratado costará caro",
        "Anula el árbitro dos goles",
        "Retirar la estatua divide al pueblo",
        "Avance de las tropas en el norte",
        "AVANCE DE LAS TROPAS",
        "Perfil bajo del ministro",
        "Claves para entender el conflicto",
        "Resumen de la jornada",
        "Aviso a los navegantes",
        "Atención al cliente mejora",
        "Se ruega silencio",
        "Por favor, no molesten",
        "Embargo preventivo contra el club",
        "Corrección política en debate",
        "(Casi) todo sobre el té",
    ],
}


def rows(table: dict[str, list]) -> list:
    return [
        pytest.param(*(row if isinstance(row, tuple) else (row,)), id=f"{language}-{number}")
        for language, listed in table.items()
        for number, row in enumerate(listed)
    ]


def test_the_tables_are_as_large_as_the_languages_need() -> None:
    assert sum(map(len, MARKED.values())) >= 120
    assert sum(map(len, ORDINARY.values())) >= 60
    assert MARKED.keys() == ORDINARY.keys() == {"en", "fr", "de", "es"}


@pytest.mark.parametrize(("headline", "kinds", "ordinal"), rows(MARKED))
def test_a_marker_before_the_headline_is_read(
    headline: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    read = read_markers(headline)
    assert (read.kinds, read.ordinal) == (tuple(dict.fromkeys(kinds)), ordinal)
    assert read.note


@pytest.mark.parametrize(("headline", "kinds", "ordinal"), rows(MARKED))
def test_a_marker_is_the_same_in_every_unicode_form(
    headline: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    read = read_markers(unicodedata.normalize("NFD", headline))
    assert (read.kinds, read.ordinal) == (tuple(dict.fromkeys(kinds)), ordinal)


@pytest.mark.parametrize("headline", rows(ORDINARY))
def test_an_ordinary_headline_has_no_marker(headline: str) -> None:
    assert read_markers(headline) == Lifecycle()


@pytest.mark.parametrize("headline", [None, "", "   ", "()", "((((", "+++", "12", "\0"])
def test_nothing_is_no_marker(headline: str | None) -> None:
    assert read_markers(headline) == Lifecycle()


@pytest.mark.parametrize(
    ("slugline", "kinds", "ordinal"),
    [
        ("BC-US--Storm, 1st Ld-Writethru", (K.WRITETHRU,), 1),
        ("BC-US--Storm,1stLd-Writethru,416", (K.WRITETHRU,), 1),
        ("BC-US--Storm, 8th Ld", (K.LEAD,), 8),
        ("BC-US--Storm, 1st Add", (K.ADD,), 1),
        ("BC-US--APNewsAlert,17", (K.FLASH,), None),
        ("USA-WEATHER/ (UPDATE 1, PIX, CORRECTED)", (K.CORRECTION, K.UPDATE), 1),
        ("BC-US--Storm,KILL", (K.KILL,), None),
        ("BC-US--Storm-KILL", (K.KILL,), None),
        ("BC-AP News Coverage Advisory", (K.ADVISORY,), None),
        ("BC-AP Sports Digest", (K.ADVISORY,), None),
        ("BC-Travel-Trip-Norway, ADV25", (K.ADVANCE,), None),
        ("Syrie-conflit,URGENT", (K.URGENT,), None),
        ("METALS/LEAD", (), None),
        ("FILM-KILL-BILL", (), None),
        ("BC-FILM-A-TIME-TO-KILL", (), None),
        ("BC-US--Travel Advisory", (), None),
        ("kill-bill", (), None),
        (",,/()", (), None),
        ("a," * 100_000, (), None),
    ],
)
def test_a_segment_of_the_slugline_is_read(
    slugline: str, kinds: tuple[LifecycleKind, ...], ordinal: int | None
) -> None:
    read = read_markers("Ordinary headline", slugline)
    assert (read.kinds, read.ordinal) == (kinds, ordinal)


def test_each_marker_is_given_with_its_own_words() -> None:
    found = find_markers("REFILE / 1ST LEAD / Queen ends visit", "USA-QUEEN/ (CORRECTED)")
    assert [(marker.kind, marker.words, marker.origin) for marker in found.found] == [
        (K.CORRECTION, "CORRECTED", "slugline"),
        (K.REFILE, "REFILE", "headline"),
        (K.LEAD, "1ST LEAD", "headline"),
    ]
    assert found.headline == "Queen ends visit"
    assert found.note == "REFILE / 1ST LEAD; CORRECTED"


def test_stacked_markers_keep_their_precedence_in_any_order() -> None:
    for headline in ("UPDATE 1-REFILE-CORRECTED-KILL-Oil", "KILL-CORRECTED-REFILE-UPDATE 1-Oil"):
        read = read_markers(headline.replace("KILL-", "KILL - "))
        assert read.kinds == (K.KILL, K.CORRECTION, K.REFILE, K.UPDATE)


@pytest.mark.parametrize(
    "hostile",
    [
        "KILL " * 50_000,
        "2e " * 50_000,
        "(" * 100_000,
        "(corrige, " * 30_000,
        "EMBARGOED UNTIL " + "12 " * 50_000,
        "The story " + "is " * 50_000,
        "embargo: " + "1" * 60 + "x",
        "Sperrfrist 1" + "1.1" * 60 + "x",
        "\0" * 9,
    ],
)
def test_hostile_headlines_are_read_in_bounded_time(hostile: str) -> None:
    read_markers(hostile, hostile)
