"""A truth set of bylines, sign-offs, end marks and rights, and of lines that look like them."""

import pytest

from streams.clean import byline, endings
from streams.clean.rules import RemovalReason

BYLINES = """
    By Jane Doe
    By JANE DOE
    By JANE DOE=
    By Jane Doe and John Roe
    By Jane Doe, John Roe and Ann Poe
    By Jane Doe in London and John Roe in Paris
    By JANE DOE, Associated Press
    By JANE DOE and JOHN ROE, Associated Press
    By Jane Doe, AP Business Writer
    By JANE DOE AP Business Writer
    By Jane Doe | Reuters
    By Jane Doe (AP)
    By J. R. O'Neil
    By Ahmed al-Khatib
    By Jane Doe, jane.doe@agency.example
    By Jane Doe <jane.doe@agency.example>
    By The Associated Press
    By Reuters Staff
    By our correspondent
    By our own correspondent in Odense
    AP Business Writer
    AP Sports Writers
    Associated Press Writer
    Par Jeanne Dupont
    Par Jean d'Ormes
    Par Jeanne Dupont et Éric Ávila
    Par Jean de La Tour avec Anne Martin à Londres
    Par Jeanne DUPONT
    Par Jeanne Dupont (AFP)
    Par Jeanne Dupont, avec AFP
    Par l'AFP
    Par Jean Martin (avec AFP)
    De notre correspondante permanente à New York
    By Jane Doe, Special to The Test
    Par AFP
    Par la rédaction
    De notre correspondant
    de notre correspondant
    De notre correspondante à Berlin
    De notre envoyée spéciale Jeanne Dupont
    De notre correspondant à Rome, Jean Dupont
    De nos envoyés spéciaux
    Von Anna Schmidt
    Von Anna Schmidt, dpa
    Von Anna Schmidt (dpa)
    Von Anna Schmidt und Max Meier, dpa =
    Von Karl-Heinz von der Heide
    Von unserem Korrespondenten
    Von unserer Korrespondentin Anna Schmidt
    Von unserem Korrespondenten Max Meier, Brüssel
    Von unserer Redaktion
    Von dpa
    Por María Gómez
    Por María Gómez y Juan Pérez
    Por María Gómez (EFE)
    Por María de la Fuente
    Por EFE
    De nuestro corresponsal
    De nuestra enviada especial María Gómez
    Por la redacción
"""
NOT_BYLINES = """
    By
    By Friday the talks were over
    By the river, two bridges are closed.
    By Train Through Europe
    By The Numbers
    By Land And Sea
    By Monday Morning Everything Had Changed
    By Design Not By Chance
    Par
    Par ailleurs, le ministre est parti
    Par Toutatis
    Par exemple
    Par Décret Du 3 Mars
    Por fin
    Por San Valentín
    Por Ley
    Por ejemplo, el puerto
    Von
    Von der Leyen warns of delays.
    Von Montag an gilt ein neuer Fahrplan
    Von Berlin nach Paris
    Von Hand gemacht
    Von unserem Geld bleibt nichts
    De notre avis, il faut attendre
    De nuestra parte no hay nada
    AP Courses for Business
    Business Writer
    The AP Business Writer was there.
"""
SIGN_OFFS = """
    asl/tib/pid/cac
    ab/de/dl/hmw
    bur-abc/de/fgh
    abc/def
    tm/jm/ob
    ABC/def
    EFE abc/def/gh
    EFE
    EFE.
    AFP
    (AFP)
    dpa
    (dpa)
    (ANSA).
    Reuters
    REUTER...
    Reuter
    dpa wsz jln npr
    dpa ab cd yy n1
    dpa abc
    (SDA\\sj)
    mho/dpa
    mho/dpa/AFP
    (Reporting by Jane Doe)
    (Reporting by Jane Doe; Editing by John Roe)
    (Reporting by Jane Doe in London; writing by John Roe; editing by Ann Poe)
    Reporting by Jane Doe; Editing by John Roe
    Reporting by Jane Doe and John Roe; editing by Ann Poe
    Additional reporting by Jane Doe in Paris; Editing by Ann Poe
    (Writing by Jane Doe)
    (Compiled by Jane Doe; Edited by John Roe)
    AP writer Jane Doe in Paris contributed to this report.
    Associated Press writers Jane Doe and John Roe contributed to this report.
    (Par Jeanne Dupont, édité par Jean Martin)
    (Jeanne Dupont, édité par Jean Martin)
    (Reportage de Jane Doe; version française Jean Dupont, édité par Anne Martin)
    (Version française Jeanne Dupont)
    (avec AFP)
    Avec AFP
    Avec AFP et Reuters
    (Avec agences)
    Avec l'AFP
    jlk / sda
    Avec agences
    Source : AFP
    Mit Material von dpa
    mit Material von dpa und AFP
    (mit Material der dpa)
    Mit Agenturmaterial
    Quelle: dpa
    (Bericht von Anna Schmidt, redigiert von Max Meier)
    (Reporter: Anna Schmidt; redigiert von Max Meier)
    (Reporte de María Gómez; Editado por Juan Pérez)
    (Reporte de María Gómez, editado por Juan Pérez)
    (Editado por Juan Pérez)
    Con información de EFE
    Con información de AP y Reuters.
    (Con información de EFE)
    Fuente: EFE
    /ritzau/
    (BusinessDesk)
    AAP gfr
    AAP RTV
    This report by The Canadian Press was first published March 27, 2020.
    — By Jane Doe in Odense, with files from John Roe in Paris.
    (Con datos de EFE)
"""
END_MARKS = """
    -30-
    - 30 -
    –30–
    ###
    # # #
    #####
    NNNN
    ENDE
    (Ende)
    - ENDE -
    FIN
    (FIN)
    -FIN-
    ENDS
    ends
    (ends)
    -ENDS-
    -- END --
    END
    (END)
    (END) Dow Jones Newswires
    February 20, 2016 12:34 ET (17:34 GMT)
    Enditem
    ==Kyodo
    (more)
    MORE
    (à suivre)
    (sigue)
    (folgt)
    ***
"""
RIGHTS = """
    © 2016 AFP
    © Agence Test
    © dpa-infocom, dpa:160220-99-123456/3
    ©2016 Agency Test. All rights reserved.
    (c) 2016 Agency Test
    (c) AFP
    (C) Copyright Test 2016. Click For Restrictions
    Copyright 2016 The Associated Press. All rights reserved.
    Copyright © 2016 Agency Test
    Copyright (c) 2016, Agency Test
    Copyright AFP
    Copyright: dpa
    COPYRIGHT 2016 TEST
    Copyright by dpa
    All rights reserved.
    All Rights Reserved
    Derechos reservados
    Droits de reproduction réservés
    All rights reserved. No part of it may be copied.
    This material may not be published, broadcast, rewritten or redistributed.
    Alle Rechte vorbehalten
    Alle Rechte vorbehalten. Nachdruck nur mit Genehmigung.
    dpa - Alle Rechte vorbehalten
    Nachdruck verboten
    Tous droits réservés
    Tous droits réservés. Reproduction interdite.
    AFP - Tous droits réservés
    Reproduction interdite
    Todos los derechos reservados
    Todos los derechos reservados. Prohibida su reproducción.
    EFE - Reservados todos los derechos
    Prohibida su reproducción
"""
TEXT = """
    et/ou
    km/h
    and/or
    oui/non
    ja/nein
    he/she
    (map)
    (in Paris)
    /etc/
    This report by the council was first published in 1950.
    With files from the archive, the council made its case.
    Fin de citation
    End of the line
    ends meet
    More to follow on the vote in Odense
    The reporting was by others.
    Reporting by the ministry was late, the court said.
    Reporting by Jane Doe on the fires won a prize last year.
    Writing by hand is good for the memory.
    (Writing)
    (The figures are preliminary)
    (AFP has its seat in Paris)
    AFP was founded in 1944.
    EFE, fundada en 1939
    dpa was founded in Hamburg
    Copyright law has to change, the minister said.
    Copyright is a right of authors.
    Copyright reform fails in parliament
    (c) the third condition is that the bridge is safe.
    (c) The bridge stays closed until the spring, the council decided.
    The sign read "All rights reserved" and nobody laughed.
    All rights reserved to the states were lifted, the court said.
    Alle Rechte vorbehalten hatte sich auch der Verlag, sagte er.
    Tous droits réservés aux riverains ont été supprimés, dit le maire.
    Todos los derechos reservados a los vecinos se suprimieron, dijo.
    Avec AFP et Reuters, le ministre a parlé de la presse.
    Avec agences et bureaux, la banque compte mille employés.
    Mit Material von der Baustelle wurde der Damm gebaut.
    Con información de los vecinos, la policía halló el coche.
    Source: the ministry's own figures for 2015, as of June.
    Quelle: Statistisches Bundesamt, eigene Berechnungen
    Editado por una casa pequeña, el libro vende mucho.
    30
    -30 degrees
    # 1
    February 20, 2016
    This report may not be published or broadcast before May, he said.
    This material may not be brought on board, the airline said.
    A writer contributed to this report on poverty, he said.
    Reproduction interdite aux mineurs, dit la loi.
    Prohibida su reproducción en cautividad, la especie desaparece.
"""
REASONS = {
    RemovalReason.SIGN_OFF: SIGN_OFFS,
    RemovalReason.END_MARK: END_MARKS,
    RemovalReason.RIGHTS: RIGHTS,
    None: TEXT,
}


def rows(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def test_bylines_are_told_from_what_begins_like_them() -> None:
    assert [row for row in rows(BYLINES) if not byline.is_byline(row)] == []
    assert [row for row in rows(NOT_BYLINES) if byline.is_byline(row)] == []


@pytest.mark.parametrize("reason", REASONS, ids=str)
def test_last_lines_are_what_they_are(reason: RemovalReason | None) -> None:
    judged = [(row, endings.judge(row)) for row in rows(REASONS[reason])]
    assert [(row, got) for row, got in judged if got is not reason] == []
