"""A truth set of tables and results, and of texts with figures; all kept line by line."""

from schemas.item import Item, ParagraphKind
from streams.clean import clean, unaccounted
from streams.clean.rows import rows_among
from tests.sources import a_plain_source

# Blocks are set apart by blank lines; lines that open with "|" head the rows and are text.
TABLES = """
CAC 40\t4.223,04\t-0,39%
DAX\t9.388,05\t-0,80%
FTSE 100\t5.950,23\t-0,36%

CAC 40 4.223,04 -0,39%
DAX 9.388,05 -0,80%

Dow Jones 16,391.99 -0.13%
S&P 500 1,917.78 -0.00%
Nasdaq Composite 4,504.43 +0.38%

IBEX 35: 8.194,20 puntos (-1,45%)
Euro Stoxx 50: 2.871,05 puntos (-0,74%)

Gold $1,231.15 +0.4%

Brent 33,01 -1,27
WTI 29,64 -1,13

EUR/USD 1.1130 1.1105
USD/JPY 112.57 113.24

             Feb'87   Jan'87    Feb'86
Wheat        2,615    2,400     2,310
Oats           nil      103       110

Bank borrowings...............680 vs.......425
Float.........................512 vs.......610

wheat 2,615,140 2,400,000
maize 1,200,310 1,100,120

|Premier League results
Arsenal 2 Chelsea 1
Tottenham 1 Leeds 1
West Ham 0 Aston Villa 3

Arsenal 2-1 Chelsea
Tottenham 1-1 Leeds

|Ligue 1, 27e journée :
Lyon - Caen 4-1 (2-0)
Nice - Lorient 2-1
Saint-Étienne - Marseille 1-1

|Bundesliga, 22. Spieltag
Bayern München - Darmstadt 98 3:1 (0:1)
1. FC Köln - Eintracht Frankfurt 3:1 (1:1)
Borussia Dortmund - Hannover 96 1:0 (0:0)

Real Madrid, 2; Barcelona, 1
Sevilla, 0; Valencia, 0

Real Sociedad-Granada 3-0
Málaga-Espanyol 1-1

USD 1,1105 1,1130

Las Palmas 1 - 2 Barcelona
Málaga 1 - 1 Real Madrid

|NBA
Lakers 101, Celtics 99
Warriors 115, Clippers 112 OT

Arsenal v Chelsea (1500 GMT)
Tottenham v Leeds (1730 GMT)

Miami at Milwaukee, 1 p.m.
Phoenix at San Antonio, 7:30 p.m.

20.30 Bayern - Dortmund
18.30 Köln - Schalke

|Men's 100m final:
1. Jane Doe (FRA) 10.81
2. Ann Poe (JAM) 10.83
3. Mary Roe (USA) 10.90

1. John ROE (FRA) 1h02:03
2. Jean DUPONT (BEL) à 0:12

|Grand Prix d'Odense, classement :
1. John Roe (GBR/Test) 1h32:07.986
2. Max Meier (GER/Test) +2.123
3. Jean Dupont (FRA/Essai) +1 tour

1. John Roe 4:12.5
2. Max Meier 4:13,0

|Classement :
1. Paris SG 27 23 4 0 67 13 73
2. Monaco 27 13 10 4 39 29 49

1. FC Bayern München 22 19 2 1 56:9 59
2. Borussia Dortmund 22 16 3 3 55:25 51

Arsenal 26 15 6 5 41 24 51
Leicester 26 15 8 3 48 29 53

Rafael Nadal (ESP/N.5) bat Roger Federer (SUI/N.3) 6-4, 7-6 (7/4)
Jo Dupont (FRA) bat Ann Poe (GBR) 6-3, 6-2

Rafael Nadal (ESP) bt Roger Federer (SUI) 6-4 7-6 (7/4)
John Roe (USA) bt Max Meier (GER) 6-1 6-2

Rafael Nadal - Roger Federer 6:4, 7:6 (7:4)
Max Meier - John Roe 6:1, 6:2

1. Doe, 412 pts
2. Roe, 398 pts
1) Doe 412 pts
2) Roe 398 pts
"""
TEXTS = """
The CAC 40 closed at 4,223.04, down 0.39 percent on the day, after a week of losses.

Le CAC 40 a perdu 0,39% à 4.223,04 points vendredi, après une semaine de baisses.

Der Dax verlor 0,80 Prozent auf 9388,05 Punkte und damit so viel wie seit Januar nicht.

El IBEX 35 perdió un 1,45 % y cerró en 8.194,20 puntos, su peor nivel desde enero.

Arsenal beat Chelsea 2-1 on Saturday and Tottenham drew 1-1 with Leeds.

Arsenal 2 Chelsea 1 was the score that nobody had foreseen on Saturday morning.

Lyon a battu Caen 4-1 et Nice a pris le dessus sur Lorient 2-1.

Nadal beat Federer 6-4, 7-6 (7/4) in a final that took three hours.

In 1987 the fare was 12, in 1997 24 and in 2007 48 crowns.

He was 25 in 2015, 26 in 2016

Turnout was 45.3 percent in 2012 and 51.2 percent in 2016

Tel 01 44 55 66 77
Fax 01 44 55 66 78

Phone: 555 0100

Between 1914 and 1918
From 1939 to 1945

Covid-19 Phase 1-2
Spider-Man 1-3

Article 5
Article 6

1. The bridge
2. The ferry

1. Paris 2024
2. Los Angeles 2028

Chapter 1 of 12

iPhone 6 and iPhone 7

Typical range: $876 - $1,042
Usual range: $900 - $1,100

Test Shoe 6 ($150)

Test Watch 2 ($600 – $700)

5. Odense Security Exchange (OSX) 2026

Season 2, Episode 3
Season 2, Episode 4

The vote: 12 for, 9 against
"""
HEADLINE = "City closes both bridges until spring"
PROSE = "The council voted on Tuesday to close both bridges until the spring, officials said."
MORE = "Engineers had warned since 2019 that the older of the two could not carry heavy lorries."
WRAPPED = (
    "    The agriculture department said on Tuesday that the imports\n"
    "from the countries below during the quota year, which had begun\n"
    "in January, were much smaller than in any of the years before it\n"
    "and that no more were to be expected until the end of summer."
)


def blocks(table: str) -> list[list[str]]:
    return [block.split("\n") for block in table.strip("\n").split("\n\n")]


def cleaned(text: str) -> Item:
    item = clean(a_plain_source(text))
    assert isinstance(item, Item)
    assert unaccounted(text, item) is None
    again = clean(a_plain_source(item.text))
    assert isinstance(again, Item)
    assert (again.headline, again.paragraphs) == (item.headline, item.paragraphs)
    return item


def test_the_truth_set_is_as_large_as_it_says() -> None:
    assert (len(blocks(TABLES)), len(blocks(TEXTS))) == (33, 26)


def test_rows_are_paragraphs_of_their_own_with_every_space() -> None:
    for block in blocks(TABLES):
        lines = [line.removeprefix("|") for line in block]
        for before, after in ((f"{PROSE}\n\n", "\n\n"), (f"{WRAPPED}\n", "\n    ")):
            item = cleaned(f"{HEADLINE}\n\n{before}" + "\n".join(lines) + f"{after}{MORE}")
            got = [(part.kind, part.text) for part in item.paragraphs[1:-1]]
            kinds = [
                ParagraphKind.TEXT if line.startswith("|") else ParagraphKind.TABLE
                for line in block
            ]
            assert got == list(zip(kinds, map(str.strip, lines), strict=True))


def test_rows_are_no_repeats_and_no_furniture() -> None:
    rows = ["Arsenal 2 Chelsea 1", "Lakers 101, Celtics 99", "CAC 40 4.223,04 -0,39%"]
    item = cleaned("\n\n".join(["Search", HEADLINE, PROSE, *rows, MORE, *rows]))
    assert [part.text for part in item.paragraphs] == [PROSE, *rows, MORE, *rows]


def test_a_score_over_a_text_is_its_headline() -> None:
    item = cleaned(f"Arsenal 2 Chelsea 1\n\n{PROSE}\n\n{MORE}")
    assert item.headline == "Arsenal 2 Chelsea 1"


def test_texts_with_figures_are_no_rows() -> None:
    taken = [block for block in blocks(TEXTS) if any(rows_among(block))]
    assert taken == []
