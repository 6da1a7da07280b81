"""The story in English, French, German and Spanish, with each language's own markers.

All of it is invented: the lock and the canal exist, nothing of this happened to them.
"""

from __future__ import annotations

from schemas.item import LifecycleKind
from tests.chains.story import Block, Language, Marker, Prose, Run, Stage, Story, Table, a_story

K = LifecycleKind


def _plain(text: str) -> Prose:
    return Prose((Run(text),))


def _strong(before: str, strong: str, after: str) -> Prose:
    return Prose((Run(before), Run(strong, strong=True), Run(after)))


def _marker(text: str, kind: LifecycleKind, ordinal: int | None = None) -> Marker:
    return Marker(text, frozenset({kind}), ordinal)


def _bodies(
    *, what: Block, who: Block, said: Block, gate: Block, table: Block, canal: Block,
    week: Block, days: Block, losses: Block,
) -> dict[Stage, tuple[Block, ...]]:  # fmt: skip
    """The bodies of the seven messages, of the paragraphs they share."""
    return {
        Stage.FLASH: (what,),
        Stage.URGENT: (what, who),
        Stage.LEAD: (what, who, said, gate, table, canal),
        Stage.SECOND: (what, week, who, said, gate, table, canal),
        Stage.CORRECTION: (what, days, who, said, gate, table, canal),
        Stage.WRAP: (losses, what, days, who, gate, table),
        Stage.KILL: (),
    }


ENGLISH = Language(
    code="en",
    by="By",
    place="Ghent",
    dateline="GHENT, March 12",
    keywords=("canal", "lock", "shipping"),
    markers={
        Stage.FLASH: _marker("FLASH - ", K.FLASH),
        Stage.URGENT: _marker("URGENT - ", K.URGENT),
        Stage.LEAD: _marker("1ST LEAD - ", K.LEAD, 1),
        Stage.SECOND: _marker("2ND LEAD - ", K.LEAD, 2),
        Stage.CORRECTION: _marker("CORRECTED - ", K.CORRECTION),
        Stage.WRAP: _marker("ROUNDUP - ", K.WRAP),
        Stage.KILL: _marker("KILL KILL KILL - ", K.KILL),
    },
    headlines={
        Stage.FLASH: "Lock gate fails at Terneuzen, canal to Ghent closed",
        Stage.URGENT: "Lock gate fails at Terneuzen, 120 barges held up on canal to Ghent",
        Stage.LEAD: "Broken gate at Terneuzen strands 120 barges on canal to Ghent",
        Stage.SECOND: "Canal to Ghent shut for a week after gate breaks at Terneuzen",
        Stage.CORRECTION: "Canal to Ghent shut for ten days after gate breaks at Terneuzen",
        Stage.WRAP: "Port of Ghent counts the cost as broken gate keeps canal shut",
        Stage.KILL: "Port of Ghent counts the cost as broken gate keeps canal shut",
    },
    bodies=_bodies(
        what=_plain(
            "A gate of the sea lock at Terneuzen broke off its hinges on Thursday and closed the "
            "canal to Ghent to all shipping, the canal authority said."
        ),
        who=_plain(
            "About 120 barges are waiting, among them nine of Vermeer & Daan, the largest carrier "
            "on the canal, its manager Ine Claes said."
        ),
        said=_plain(
            '"Nobody was hurt, and that is what counts," Claes told reporters on the quay. "The '
            'rest is steel and money."'
        ),
        gate=_strong(
            "The gate, hung in ",
            "May 2019",
            ", was meant to last fifty years, according to the papers of Ateliers Bélanger, "
            "which built it.",
        ),
        table=Table(
            (("Vessels", "Waiting", "Diverted"), ("Barges", "120", "34"), ("Sea ships", "11", "6"))
        ),
        canal=_plain(
            "The canal, 32 kilometres long, carries steel, grain and cars between the Scheldt and "
            "the port of Ghent."
        ),
        week=_plain(
            "Repairs will take a week, the authority's engineer Joost Hagen said after divers had "
            "seen the hinges."
        ),
        days=_plain(
            "Repairs will take ten days, the authority's engineer Joost Hagen said after divers "
            "had seen the hinges."
        ),
        losses=_plain(
            "The port of Ghent reckons with losses of four million euros for every day without "
            "the canal, its director said on Thursday evening."
        ),
    ),
    corrected="Corrects duration of repairs to ten days in second paragraph.",
    withdrawn="Nordwire withdraws this story. The losses were not confirmed. Do not use it.",
    contact="Nordwire desk Ghent: Tessa Roos, +32 9 555 01 42, tessa.roos@nordwire.example",
)

FRENCH = Language(
    code="fr",
    by="Par",
    place="Gand",
    dateline="GAND, 12 mars 2026",
    keywords=("canal", "écluse", "navigation"),
    markers={
        Stage.FLASH: _marker("FLASH - ", K.FLASH),
        Stage.URGENT: _marker("URGENT - ", K.URGENT),
        Stage.LEAD: _marker("1er LEAD - ", K.LEAD, 1),
        Stage.SECOND: _marker("2e LEAD - ", K.LEAD, 2),
        Stage.CORRECTION: _marker("RECTIFICATIF - ", K.CORRECTION),
        Stage.WRAP: _marker("SYNTHÈSE - ", K.WRAP),
        Stage.KILL: _marker("EFFACEMENT OBLIGATOIRE - ", K.KILL),
    },
    headlines={
        Stage.FLASH: "Une porte d'écluse cède à Terneuzen, le canal de Gand fermé",
        Stage.URGENT: "Une porte d'écluse cède à Terneuzen, 120 péniches bloquées vers Gand",
        Stage.LEAD: "Terneuzen: une porte d'écluse brisée bloque 120 péniches vers Gand",
        Stage.SECOND: "Le canal de Gand fermé une semaine après la rupture d'une porte d'écluse",
        Stage.CORRECTION: "Le canal de Gand fermé dix jours après la rupture d'une porte d'écluse",
        Stage.WRAP: "Canal fermé: le port de Gand compte ses pertes",
        Stage.KILL: "Canal fermé: le port de Gand compte ses pertes",
    },
    bodies=_bodies(
        what=_plain(
            "Une porte de l'écluse maritime de Terneuzen s'est arrachée de ses gonds jeudi, "
            "fermant à toute navigation le canal de Gand, a annoncé l'autorité du canal."
        ),
        who=_plain(
            "Environ 120 péniches attendent, dont neuf de Vermeer & Daan, le premier transporteur "
            "du canal, selon sa gérante Ine Claes."
        ),
        said=_plain(
            "«Personne n'a été blessé, c'est ce qui compte», a déclaré Mme Claes à la presse sur "
            "le quai. «Le reste, c'est de l'acier et de l'argent.»"
        ),
        gate=_strong(
            "La porte, posée en ",
            "mai 2019",
            ", devait durer cinquante ans, d'après les plans des Ateliers Bélanger, qui l'ont "
            "construite.",
        ),
        table=Table(
            (
                ("Bateaux", "En attente", "Déroutés"),
                ("Péniches", "120", "34"),
                ("Navires de mer", "11", "6"),
            )
        ),
        canal=_plain(
            "Le canal, long de 32 kilomètres, porte l'acier, les céréales et les voitures entre "
            "l'Escaut et le port de Gand."
        ),
        week=_plain(
            "Les réparations prendront une semaine, a précisé l'ingénieur Joost Hagen après une "
            "plongée sous les gonds."
        ),
        days=_plain(
            "Les réparations prendront dix jours, a précisé l'ingénieur Joost Hagen après une "
            "plongée sous les gonds."
        ),
        losses=_plain(
            "Le port de Gand s'attend à perdre quatre millions d'euros par jour sans canal, a "
            "indiqué sa direction jeudi soir."
        ),
    ),
    corrected="Corrige au 2e paragraphe la durée des réparations, dix jours.",
    withdrawn="Nordwire retire cette dépêche. Les pertes ne sont pas confirmées. Ne pas utiliser.",
    contact="Rédaction Nordwire Gand: Tessa Roos, +32 9 555 01 42, tessa.roos@nordwire.example",
)

GERMAN = Language(
    code="de",
    by="Von",
    place="Gent",
    dateline="Gent, 12. März",
    keywords=("Kanal", "Schleuse", "Schifffahrt"),
    markers={
        Stage.FLASH: _marker("BLITZ - ", K.FLASH),
        Stage.URGENT: _marker("EIL - ", K.FLASH),
        Stage.LEAD: _marker("AKTUALISIERUNG: ", K.UPDATE),
        Stage.SECOND: _marker("2. AKTUALISIERUNG: ", K.UPDATE, 2),
        Stage.CORRECTION: _marker("BERICHTIGUNG: ", K.CORRECTION),
        Stage.WRAP: _marker("ZUSAMMENFASSUNG: ", K.WRAP),
        Stage.KILL: _marker("MELDUNG ZURÜCKGEZOGEN: ", K.KILL),
    },
    headlines={
        Stage.FLASH: "Schleusentor in Terneuzen bricht, Kanal nach Gent gesperrt",
        Stage.URGENT: "Schleusentor in Terneuzen bricht, 120 Binnenschiffe sitzen fest",
        Stage.LEAD: "Gebrochenes Schleusentor hält 120 Schiffe vor Gent fest",
        Stage.SECOND: "Kanal nach Gent nach Bruch eines Schleusentors eine Woche gesperrt",
        Stage.CORRECTION: "Kanal nach Gent nach Bruch eines Schleusentors zehn Tage gesperrt",
        Stage.WRAP: "Hafen von Gent zählt die Verluste, der Kanal bleibt gesperrt",
        Stage.KILL: "Hafen von Gent zählt die Verluste, der Kanal bleibt gesperrt",
    },
    bodies=_bodies(
        what=_plain(
            "Ein Tor der Seeschleuse in Terneuzen ist am Donnerstag aus den Angeln gebrochen und "
            "hat den Kanal nach Gent für alle Schiffe gesperrt, teilte die Kanalbehörde mit."
        ),
        who=_plain(
            "Etwa 120 Schiffe warten, darunter neun von Vermeer & Daan, der größten Reederei am "
            "Kanal, sagte deren Leiterin Ine Claes."
        ),
        said=_plain(
            "»Niemand ist verletzt, und das zählt«, sagte Claes auf dem Kai zu Journalisten. "
            "»Alles Übrige ist Stahl und Geld.«"
        ),
        gate=_strong(
            "Das Tor, eingehängt im ",
            "Mai 2019",
            ", sollte fünfzig Jahre halten, heißt es in den Plänen der Ateliers Bélanger, die es "
            "gebaut haben.",
        ),
        table=Table(
            (
                ("Schiffe", "Wartend", "Umgeleitet"),
                ("Binnenschiffe", "120", "34"),
                ("Seeschiffe", "11", "6"),
            )
        ),
        canal=_plain(
            "Auf dem 32 Kilometer langen Kanal werden Stahl, Getreide und Autos zwischen der "
            "Schelde und dem Hafen von Gent gefahren."
        ),
        week=_plain(
            "Die Reparatur dauere eine Woche, sagte der Ingenieur Joost Hagen, nachdem Taucher "
            "die Angeln gesehen hatten."
        ),
        days=_plain(
            "Die Reparatur dauere zehn Tage, sagte der Ingenieur Joost Hagen, nachdem Taucher die "
            "Angeln gesehen hatten."
        ),
        losses=_plain(
            "Der Hafen von Gent rechnet mit vier Millionen Euro Verlust für jeden Tag ohne Kanal, "
            "wie die Leitung am Donnerstagabend mitteilte."
        ),
    ),
    corrected="Berichtigt wird im zweiten Absatz die Dauer der Reparatur: zehn Tage.",
    withdrawn="Nordwire zieht diese Meldung zurück. Die Verluste sind nicht bestätigt.",
    contact="Redaktion Nordwire Gent: Tessa Roos, +32 9 555 01 42, tessa.roos@nordwire.example",
)

SPANISH = Language(
    code="es",
    by="Por",
    place="Gante",
    dateline="Gante, 12 mar",
    keywords=("canal", "esclusa", "navegación"),
    markers={
        Stage.FLASH: _marker("FLASH - ", K.FLASH),
        Stage.URGENT: _marker("URGENTE - ", K.URGENT),
        Stage.LEAD: _marker("ACTUALIZACIÓN: ", K.UPDATE),
        Stage.SECOND: _marker("2ª ACTUALIZACIÓN: ", K.UPDATE, 2),
        Stage.CORRECTION: _marker("VERSIÓN CORREGIDA - ", K.CORRECTION),
        Stage.WRAP: _marker("RESUMEN: ", K.WRAP),
        Stage.KILL: _marker("*** ELIMINAR - ELIMINAR *** ", K.KILL),
    },
    headlines={
        Stage.FLASH: "Cede una compuerta en Terneuzen y se cierra el canal de Gante",
        Stage.URGENT: "Cede una compuerta en Terneuzen y 120 barcazas quedan paradas",
        Stage.LEAD: "Una compuerta rota en Terneuzen detiene 120 barcazas hacia Gante",
        Stage.SECOND: "El canal de Gante, cerrado una semana tras romperse una compuerta",
        Stage.CORRECTION: "El canal de Gante, cerrado diez días tras romperse una compuerta",
        Stage.WRAP: "El puerto de Gante cuenta sus pérdidas con el canal cerrado",
        Stage.KILL: "El puerto de Gante cuenta sus pérdidas con el canal cerrado",
    },
    bodies=_bodies(
        what=_plain(
            "Una compuerta de la esclusa marítima de Terneuzen se salió este jueves de sus "
            "goznes y cerró a la navegación el canal de Gante, según la autoridad del canal."
        ),
        who=_plain(
            "Unas 120 barcazas esperan, entre ellas nueve de Vermeer & Daan, la mayor naviera "
            "del canal, dijo su gerente Ine Claes."
        ),
        said=_plain(
            "«Nadie está herido, y eso es lo que cuenta», dijo Claes a los periodistas en el "
            "muelle. «¿Lo demás? Acero y dinero.»"
        ),
        gate=_strong(
            "La compuerta, instalada en ",
            "mayo de 2019",
            ", debía durar cincuenta años, según los planos de los Ateliers Bélanger, que la "
            "construyeron.",
        ),
        table=Table(
            (("Buques", "En espera", "Desviados"), ("Barcazas", "120", "34"), ("De mar", "11", "6"))
        ),
        canal=_plain(
            "El canal, de 32 kilómetros, lleva acero, cereales y coches entre el Escalda y el "
            "puerto de Gante."
        ),
        week=_plain(
            "La reparación durará una semana, señaló el ingeniero Joost Hagen después de que los "
            "buzos vieran los goznes."
        ),
        days=_plain(
            "La reparación durará diez días, señaló el ingeniero Joost Hagen después de que los "
            "buzos vieran los goznes."
        ),
        losses=_plain(
            "El puerto de Gante calcula pérdidas de cuatro millones de euros por cada día sin "
            "canal, informó su dirección el jueves por la noche."
        ),
    ),
    corrected="Corrige en el segundo párrafo la duración de la reparación, diez días.",
    withdrawn="Nordwire retira esta noticia. Las pérdidas no se han confirmado. No debe usarse.",
    contact="Redacción Nordwire Gante: Tessa Roos, +32 9 555 01 42, tessa.roos@nordwire.example",
)

STORIES: dict[str, Story] = {
    language.code: a_story(language) for language in (ENGLISH, FRENCH, GERMAN, SPANISH)
}
