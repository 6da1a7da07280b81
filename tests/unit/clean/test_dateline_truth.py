"""A truth set of datelines and of what looks like one, in four languages; written for this."""

import pytest

from streams.clean import dateline

REST = {
    "en": "The harbour was opened again on Tuesday, two weeks after the storm.",
    "fr": "Le port a rouvert mardi, deux semaines après la tempête.",
    "de": "Der Hafen ist am Dienstag wieder geöffnet worden.",
    "es": "El puerto reabrió este martes, dos semanas después del temporal.",
}
# The dateline, its place, its date, its agency; "-" for what it does not say.
DATELINES = {
    "en": """
        LONDON, Feb 20 (Reuters) - | LONDON | Feb 20 | Reuters
        GENEVA/NEW YORK, Feb 20 (Reuters) - | GENEVA/NEW YORK | Feb 20 | Reuters
        LONDON/PARIS (Reuters) - | LONDON/PARIS | - | Reuters
        LONDON (Reuters) – | LONDON | - | Reuters
        Feb 20 (Reuters) - | - | Feb 20 | Reuters
        (Reuters) - | - | - | Reuters
        (AFP) - | - | - | AFP
        (AP) — | - | - | AP
        WASHINGTON (AP) — | WASHINGTON | - | AP
        WASHINGTON (AP) _ | WASHINGTON | - | AP
        WASHINGTON (AP) -- | WASHINGTON | - | AP
        SPRINGFIELD, Ill. (AP) — | SPRINGFIELD, Ill. | - | AP
        WINSTON-SALEM, N.C. (AP) — | WINSTON-SALEM, N.C. | - | AP
        BOSTON, Mass. -- | BOSTON, Mass. | - | -
        PORTLAND, Ore. — | PORTLAND, Ore. | - | -
        EL PASO, Texas – | EL PASO, Texas | - | -
        WASHINGTON — | WASHINGTON | - | -
        NEW YORK -- | NEW YORK | - | -
        BRUSSELS/LONDON — | BRUSSELS/LONDON | - | -
        ABOARD AIR FORCE ONE (AP) — | ABOARD AIR FORCE ONE | - | AP
        NEAR KABUL, Afghanistan (AP) — | NEAR KABUL, Afghanistan | - | AP
        ST. PETERSBURG, Russia (AP) — | ST. PETERSBURG, Russia | - | AP
        WASHINGTON, Feb. 20 (UPI) -- | WASHINGTON | Feb. 20 | UPI
        BEIJING, Feb. 20 (Xinhua) -- | BEIJING | Feb. 20 | Xinhua
        UNITED NATIONS, Sept. 5, 2016 (Xinhua) -- | UNITED NATIONS | Sept. 5, 2016 | Xinhua
        KUWAIT, Feb 20 (KUNA) -- | KUWAIT | Feb 20 | KUNA
        TOKYO, Feb. 20, Kyodo - | TOKYO | Feb. 20 | Kyodo
        TOKYO, Feb. 20 Kyodo - | TOKYO | Feb. 20 | Kyodo
        TOKYO, Feb. 20 (Kyodo) -- | TOKYO | Feb. 20 | Kyodo
        SEOUL, Feb. 20 (Yonhap) -- | SEOUL | Feb. 20 | Yonhap
        MOSCOW, January 21. /TASS/. | MOSCOW | January 21 | TASS
        MOSCOW, January 21 (RIA Novosti) – | MOSCOW | January 21 | RIA Novosti
        ANKARA, Feb 20 (Anadolu) - | ANKARA | Feb 20 | Anadolu
        NEW DELHI, Feb 20 (PTI) - | NEW DELHI | Feb 20 | PTI
        Paris, Feb 20, 2016 (AFP) - | Paris | Feb 20, 2016 | AFP
        Juba, South Sudan, Feb 20, 2016 (AFP) - | Juba, South Sudan | Feb 20, 2016 | AFP
        Aleppo (Syria) (AFP) - | Aleppo (Syria) | - | AFP
        LONDON, Friday, Feb. 20 (AP) - | LONDON | Feb. 20 | AP
        LONDON, 20 February 2016 (PA) - | LONDON | 20 February 2016 | PA
        LONDON, 20th February (PA) - | LONDON | 20th February | PA
        SYDNEY (AAP) – | SYDNEY | - | AAP
        SYDNEY, AAP - | - | - | -
        TORONTO (The Canadian Press) - | TORONTO | - | The Canadian Press
        HANOVER, Germany (dpa) - | HANOVER, Germany | - | dpa
        NEW YORK, Feb. 20, 2016 /PRNewswire/ -- | NEW YORK | Feb. 20, 2016 | PRNewswire
        OSAKA, Feb. 1 /PRNewswire-AsiaNet/ -- | OSAKA | Feb. 1 | PRNewswire-AsiaNet
        NEW YORK--(BUSINESS WIRE)-- | NEW YORK | - | BUSINESS WIRE
        LONDON, Feb. 20, 2016 (GLOBE NEWSWIRE) -- | LONDON | Feb. 20, 2016 | GLOBE NEWSWIRE
        WASHINGTON, March 26 - | WASHINGTON | March 26 | -
        LONDON, Feb 20 — | LONDON | Feb 20 | -
    """,
    "fr": """
        PARIS, 19 fév 2016 (AFP) - | PARIS | 19 fév 2016 | AFP
        Paris, 1er août 2019 (AFP) - | Paris | 1er août 2019 | AFP
        Paris, 19 févr. 2016 (AFP) – | Paris | 19 févr. 2016 | AFP
        Genève, vendredi 19 février (AFP) - | Genève | 19 février | AFP
        La Haye, 3 déc (Belga) - | La Haye | 3 déc | Belga
        Le Havre (AFP) - | Le Havre | - | AFP
        Saint-Denis (France), 13 nov 2015 (AFP) - | Saint-Denis (France) | 13 nov 2015 | AFP
        Villefranche-sur-Saône, 2 mai 2017 (AFP) - | Villefranche-sur-Saône | 2 mai 2017 | AFP
        Paris (ats afp) | Paris | - | ats afp
        Berne (ats) | Berne | - | ats
        Genève (Keystone-ATS) - | Genève | - | Keystone-ATS
        LA HAYE (AFP/Reuters) - | LA HAYE | - | AFP/Reuters
        Genève/New York, 19 fév (AFP) - | Genève/New York | 19 fév | AFP
        Paris, le 3 mars 2016 - | Paris | 3 mars 2016 | -
        Paris, le 3 mars – | Paris | 3 mars | -
        Lyon, le 1er avril 2016 — | Lyon | 1er avril 2016 | -
        PARIS, 3 mars - | PARIS | 3 mars | -
        MONTRÉAL (Reuters) - | MONTRÉAL | - | Reuters
        PARIS, 3 mars (Reuters) - | PARIS | 3 mars | Reuters
        Alger, 3 mars 2016 (APS) - | Alger | 3 mars 2016 | APS
        Rabat, 3 mars (MAP) - | Rabat | 3 mars | MAP
        Rabat, 03/03/2016 (MAP) - | Rabat | 03/03/2016 | MAP
        Bruxelles (Belga) - | Bruxelles | - | Belga
        Frontière gréco-macédonienne (Grèce), 3 mars 2016 (AFP) - | - | - | -
        (ANSA) - ROMA, 20 FEB - | ROMA | 20 FEB | ANSA
        (ANSA) - ROMA - | ROMA | - | ANSA
    """,
    "de": """
        Berlin (dpa) - | Berlin | - | dpa
        Berlin (dpa) – | Berlin | - | dpa
        Berlin (dpa). | Berlin | - | dpa
        Berlin (dpa) | Berlin | - | dpa
        Hamburg/München (dpa/lno) - | Hamburg/München | - | dpa/lno
        Frankfurt/Main (dpa) - | Frankfurt/Main | - | dpa
        Frankfurt (Oder) (dpa/bb) - | Frankfurt (Oder) | - | dpa/bb
        Frankfurt am Main (dpa-AFX) - | Frankfurt am Main | - | dpa-AFX
        Berlin, 20. Februar (dpa) - | Berlin | 20. Februar | dpa
        Berlin, 20. Februar 2016 (AFP) - | Berlin | 20. Februar 2016 | AFP
        Berlin, 20. Feb (Reuters) - | Berlin | 20. Feb | Reuters
        Mainz (ots) - | Mainz | - | ots
        Wien (APA) - | Wien | - | APA
        Wien (APA/dpa/Reuters) – | Wien | - | APA/dpa/Reuters
        Wien, 20.2. (APA) - | Wien | 20.2. | APA
        Bern, 20.02.2016 (SDA) - | Bern | 20.02.2016 | SDA
        Bern (sda) | Bern | - | sda
        Köln (SID) - | Köln | - | SID
        Köln (SID) | Köln | - | SID
        München (epd). | München | - | epd
        Bonn (KNA) - | Bonn | - | KNA
        BERLIN (AFP) - | BERLIN | - | AFP
        Bad Neuenahr-Ahrweiler (dpa/lrs) - | Bad Neuenahr-Ahrweiler | - | dpa/lrs
        Rottach-Egern (dpa/lby) - | Rottach-Egern | - | dpa/lby
        Zürich (awp) - | Zürich | - | awp
        BERLIN, 20. Februar – | BERLIN | 20. Februar | -
        Berlin, 20. Februar 2016 - | Berlin | 20. Februar 2016 | -
        Brüssel/Straßburg (AFP) – | Brüssel/Straßburg | - | AFP
    """,
    "es": """
        Madrid, 20 feb (EFE).- | Madrid | 20 feb | EFE
        Madrid, 20 feb 2016 (EFE).- | Madrid | 20 feb 2016 | EFE
        MADRID, 20 feb. (EFE) - | MADRID | 20 feb. | EFE
        Marsella (Francia), 20 feb (EFE).- | Marsella (Francia) | 20 feb | EFE
        Redacción Deportes, 20 feb (EFE).- | - | 20 feb | EFE
        Nueva Delhi, 21 ene (EFE).- | Nueva Delhi | 21 ene | EFE
        Santa Cruz de la Sierra, 3 mar (EFE).- | Santa Cruz de la Sierra | 3 mar | EFE
        (EFE).- | - | - | EFE
        Madrid (EFE).- | Madrid | - | EFE
        Madrid, 20 feb (EFECOM).- | Madrid | 20 feb | EFECOM
        Bogotá, 20 de febrero de 2016 (AFP) - | Bogotá | 20 de febrero de 2016 | AFP
        BUENOS AIRES, 20 feb (Reuters) - | BUENOS AIRES | 20 feb | Reuters
        CIUDAD DE MÉXICO (AP) — | CIUDAD DE MÉXICO | - | AP
        SAN SALVADOR (AP) _ | SAN SALVADOR | - | AP
        MADRID, 20 Feb. (EUROPA PRESS) - | MADRID | 20 Feb. | EUROPA PRESS
        MADRID 20 Feb. (EUROPA PRESS) - | MADRID | 20 Feb. | EUROPA PRESS
        Buenos Aires, 20 febrero (Télam) - | Buenos Aires | 20 febrero | Télam
        La Habana, 20 feb (Prensa Latina) - | La Habana | 20 feb | Prensa Latina
        México, 20 Feb (Notimex).- | México | 20 Feb | Notimex
        MADRID, 20 feb.- | MADRID | 20 feb | -
        Río de Janeiro/São Paulo, 5 ago (EFE).- | Río de Janeiro/São Paulo | 5 ago | EFE
    """,
}
SENTENCES = """
    PARIS - the city of light - is dark tonight.
    PARIS — the city of light — is dark tonight.
    PARIS - Lyon in two hours: the train is back.
    WASHINGTON - ROMA 2-1 was the score that nobody had foreseen.
    Washington (the president, not the city) was born in Virginia.
    Washington (the president, not the city) - was born in Virginia.
    In London (AP's headquarters) the phones rang all night.
    In London (AP) - as the agency writes - it rained.
    The Associated Press (AP) reported it first.
    The Associated Press (AP) - the oldest of them - reported it first.
    Associated Press (AP) - the oldest of them - reported it first.
    Press Association (PA) - The agency was founded in 1868.
    Reuters (LON: TRI) - shares rose.
    The minister (Labour) - who will leave - said so.
    The talks (Feb 20) - and the lunch - went well.
    UPDATE - The talks are over.
    FACTBOX - The main points of the treaty.
    BREXIT — The story so far.
    OPEC — The cartel meets on Friday.
    Feb 20 was a Friday.
    Feb 20 - The talks begin.
    March 26 (Friday) - The talks begin.
    London, which has two rivers (AP is not one of them) - is wet.
    London is wet (AP).
    London (AP) is where the bureau lies.
    London (AP Photo/Jane Doe) - The harbour at dawn.
    May 2016 was warm - The warmest of all.
    LONDON, ONTARIO - the other London - is small.
    The U.S. (AP) - said nobody.
    The Valley of the Sun - A place in Arizona.
    Berlin and Paris - The two capitals agreed.
    BERLIN, 45 Feb (AFP) was never a date.
    Paris (Texas) - The town of that name has 25,000 people.
    New York (Reuters) has more reporters than London.
    NASA, ESA - The agencies agreed.
    Wall Street - The market closed higher.
    Chelsea, 20 points - The best start since 2005.
    PARIS
    PARIS (AFP)
    PARIS (AFP) -
    Par ailleurs (AFP) - comme dit l'agence - il pleut.
    Il a dit (AP) que les ministres partiraient.
    L'Agence France-Presse (AFP) - fondée en 1944 - l'a annoncé.
    Agence France-Presse (AFP) - L'agence a été fondée en 1944.
    Paris, le 3 mars, sera en fête.
    Paris, le 3 mars (un jeudi) - La ville sera en fête.
    Paris, capitale de la France - La ville compte deux millions d'habitants.
    Selon Paris (AFP) - et Berlin - rien n'est décidé.
    À Genève (ATS) - on attend.
    Paris (ats) est en fête.
    Paris Saint-Germain - Lyon, 2-1 : un match à oublier.
    Le président (LR) - qui partira - l'a dit.
    Les ministres (10 juin) - et leurs conseillers - sont partis.
    CORRECTION - Le nom du ministre.
    EURO-2016 - La France en finale.
    Die Deutsche Presse-Agentur (dpa) - Gründungsjahr 1949 - sitzt in Hamburg.
    Deutsche Presse-Agentur (dpa) - Die Agentur sitzt in Hamburg.
    Berlin (dpa) hat einen neuen Chef.
    In Berlin (dpa) - wie es heißt - regnet es.
    Laut Berlin (AFP) - und Paris - ist nichts entschieden.
    Berlin (3,5 Millionen Einwohner) - Die Stadt wächst.
    Berlin - Die Stadt wächst.
    Berlin, 20. Februar: Die Stadt wächst.
    Nach Wien (APA) - und Graz - kam der Regen.
    EM-Finale - Die Aufstellungen.
    Real Madrid (EFE) ganó el partido.
    La Agencia EFE (EFE) - fundada en 1939 - lo anunció.
    Según Madrid (EFE) - y Lisboa - no hay acuerdo.
    En Madrid (EFE).- dijo nadie.
    Madrid - El tiempo cambia.
    Madrid, 20 de febrero, será fiesta.
    Madrid (España) - La ciudad crece.
    EL CLÁSICO - El Barcelona ganó.
    CRISIS — El Gobierno dimite.
"""


def rows(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def test_the_truth_set_is_as_large_as_it_says() -> None:
    datelines = sum(len(rows(table)) for table in DATELINES.values())
    assert datelines >= 120
    assert len(set(rows(SENTENCES))) >= 70  # and none of them is one


@pytest.mark.parametrize("language", DATELINES)
def test_datelines_are_taken_apart(language: str) -> None:
    wrong = []
    for row in rows(DATELINES[language]):
        raw, *parts = row.split(" | ")
        said = [None if part == "-" else part for part in parts]
        found = dateline.find(f"{raw} {REST[language]}")
        got = [found.place, found.date, found.agency] if found else [None, None, None]
        if got != said or (found and found.raw != raw):
            wrong.append((raw, got, found and found.raw))
    assert wrong == []


def test_sentences_stay_whole() -> None:
    found = [(row, dateline.find(row)) for row in rows(SENTENCES)]
    assert [(row, line) for row, line in found if line is not None] == []


ALONE = """
    PARIS, 19 fév 2016 (AFP) - | PARIS | 19 fév 2016 | AFP
    Paris (AFP) | Paris | - | AFP
    Feb 20 (Reuters) - | - | Feb 20 | Reuters
    Berlin, 20. Februar (dpa) - | Berlin | 20. Februar | dpa
    Madrid, 20 feb (EFE).- | Madrid | 20 feb | EFE
    Marsella (Francia), 20 feb (EFE).- | Marsella (Francia) | 20 feb | EFE
    MOSCOW, January 21. /TASS/. | MOSCOW | January 21 | TASS
    Paris, le 3 mars 2016 | Paris | 3 mars 2016 | -
    BERLIN, 20. Februar 2016 | BERLIN | 20. Februar 2016 | -
"""
NOT_ALONE = """
    (AFP) -
    AFP
    Paris
    Paris, 3 mars
    Paris (Texas)
    Paris, 2016
    The Associated Press (AP)
    London and New York agree on 3 March 2016
    Vienna, Prague, Budapest, 3 March 2016
    Record March 31, 1987
    Year to September 30, 1986
    Odense, 3 March 2016
    By Jane Doe (AP)
    3 March 2016
"""


def test_lines_that_are_datelines_and_nothing_else() -> None:
    for row in rows(ALONE):
        raw, *parts = row.split(" | ")
        found = dateline.alone(raw)
        assert found is not None, raw
        said = [None if part == "-" else part for part in parts]
        assert [found.place, found.date, found.agency] == said, raw
        assert found.length == len(raw)


def test_lines_that_are_no_datelines() -> None:
    assert [row for row in rows(NOT_ALONE) if dateline.alone(row) is not None] == []
