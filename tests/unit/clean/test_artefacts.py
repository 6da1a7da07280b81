"""What becomes of a whole message with datelines, bylines, notes, rights and tables."""

from schemas.item import Item
from streams.clean import clean, unaccounted
from tests.sources import a_plain_source

HEADLINE = "City closes both bridges until spring"
PROSE = "The council voted on Tuesday to close both bridges until the spring, officials said."
MORE = "Engineers had warned since 2019 that the older of the two could not carry heavy lorries."
THIRD = "A ferry will run every half hour, and the fare is to stay below two crowns, they added."


def cleaned(*lines: str, gap: str = "\n\n") -> tuple[Item, list[tuple[str, str]]]:
    """The item, with what was removed of it and why; cleaning it again must change nothing."""
    text = gap.join(lines)
    item = clean(a_plain_source(text))
    assert isinstance(item, Item)
    assert unaccounted(text, item) is None
    again = clean(a_plain_source(item.text))
    assert isinstance(again, Item)
    assert (again.headline, again.paragraphs) == (item.headline, item.paragraphs)
    return item, [(cut.reason, text[cut.start : cut.end]) for cut in item.audit.removed]


def texts(item: Item) -> list[str]:
    return [paragraph.text for paragraph in item.paragraphs]


def test_a_dateline_on_a_line_of_its_own_is_taken_out() -> None:
    line = "Odense (Danmark), 21 feb 2026 (AFP) -"
    item, removed = cleaned(HEADLINE, line, PROSE, MORE)
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.date) == ("Odense (Danmark)", "21 feb 2026")
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert removed == [("dateline", line)]


def test_a_dateline_above_the_headline_is_taken_out() -> None:
    item, removed = cleaned("Paris, le 3 mars 2016", HEADLINE, PROSE, MORE)
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.date) == ("Paris", "3 mars 2016")
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert [reason for reason, _ in removed] == ["dateline"]


def test_where_two_paragraphs_have_datelines_neither_is_taken() -> None:
    for first in (f"ODENSE (AFP) - {PROSE}", "ODENSE, Feb 3 (AFP) -"):
        paragraphs = [first, MORE, f"PARIS (AFP) - {THIRD}"]
        item, _ = cleaned(HEADLINE, *paragraphs)
        assert (item.dateline, texts(item)) == (None, paragraphs)


def test_a_dateline_that_would_move_up_to_be_looked_at_keeps_the_first_where_it_is() -> None:
    paragraphs = ["ODENSE, Feb 3 (AFP) -", PROSE, MORE, f"PARIS (AFP) - {THIRD}"]
    item, _ = cleaned(HEADLINE, *paragraphs)
    assert (item.dateline, texts(item)) == (None, paragraphs)


NOTES_ABOVE = """
    (This story corrects paragraph 3 to say that the fare is two crowns.)
    (This version corrects the spelling of the mayor's name.)
    (Corrects name of the mayor in paragraph 2)
    Corrects name of the mayor in paragraph 2
    Corrects paragraph 3: the fare is two crowns
    (Corrige le prix au troisième paragraphe)
    Corrige le prix au troisième paragraphe
    (Cette version corrige le nom du maire)
    (Corrige en el tercer párrafo el precio)
    Corrige en el tercer párrafo el precio del billete
    (Berichtigt: der Fahrpreis im dritten Absatz)
    Berichtigt im dritten Absatz den Fahrpreis
    Berichtigt: Im 3. Absatz muss es richtig heißen: zwei Kronen.
    (Berichtigung: im dritten Absatz der Fahrpreis)
    Diese Fassung berichtigt den Fahrpreis.
"""
NOTES_BELOW = """
    (This story corrects paragraph 3 to say that the fare is two crowns.)
    This story has been corrected to show that the fare is two crowns.
    (Corrects spelling of the mayor's name)
    Berichtigt: zwei Kronen (nicht drei).
    Corrige en el tercer párrafo el precio.
    (Rectifie le prix au paragraphe 3)
"""
NOTES_FOR_READERS = """
    Correction: An earlier version of this article gave a wrong fare.
    An earlier version of this story misspelled the mayor's name.
    Correction (Feb. 21, 2016): The fare is two crowns, not three.
    Rectificatif : le billet coûte deux couronnes.
    Une première version de cet article donnait un prix erroné.
    Korrektur: Der Fahrpreis beträgt zwei Kronen, nicht drei.
    In einer früheren Version dieses Artikels stand ein falscher Preis.
    Corrección: el billete cuesta dos coronas, no tres.
    En una versión anterior de esta noticia figuraba otro precio.
"""
NO_NOTES = """
    Corrects course, sails north
    Corrected for inflation, the fare has not changed since 1950, they said.
    Correction officers guarded the older of the two bridges on Tuesday.
    This story has been told a hundred times in the pubs of the harbour.
    This version of the bridge was built in 1955, after the great storm.
    An earlier version of the bridge had been made of wood, they said.
    Une première version du pont avait été construite en bois en 1900.
    In einer früheren Fassung des Plans war noch eine Fähre vorgesehen.
    Corrige el rumbo, dijo el capitán, y todos callaron en el puente.
    Berichtigt wurde der Fahrplan, nicht aber der Preis, sagte er am Dienstag.
    (The council corrects its own minutes.)
"""


def lines_of(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def test_corrections_above_the_text_are_notes_for_editors() -> None:
    for note in lines_of(NOTES_ABOVE):
        item, removed = cleaned(HEADLINE, note, PROSE, MORE)
        assert (note, item.headline, texts(item)) == (note, HEADLINE, [PROSE, MORE])
        assert [(kept.text, kept.publishable) for kept in item.ednotes] == [(note, False)]
        assert removed == [("ednote", note)]


def test_corrections_below_the_text_are_notes_too() -> None:
    for note in lines_of(NOTES_BELOW):
        item, _ = cleaned(HEADLINE, PROSE, MORE, note, "abc/def/gh")
        assert (note, texts(item)) == (note, [PROSE, MORE])
        assert [(kept.text, kept.publishable) for kept in item.ednotes] == [(note, False)]


def test_corrections_for_readers_are_publishable_notes() -> None:
    for note in lines_of(NOTES_FOR_READERS):
        item, _ = cleaned(HEADLINE, PROSE, MORE, note)
        assert (note, texts(item)) == (note, [PROSE, MORE])
        assert [(kept.text, kept.publishable) for kept in item.ednotes] == [(note, True)]


def test_what_only_begins_like_a_correction_stays() -> None:
    for line in lines_of(NO_NOTES):
        for order in ((PROSE, line, MORE), (PROSE, MORE, line)):
            item, _ = cleaned(HEADLINE, *order)
            assert (texts(item), item.ednotes) == (list(order), ())


def test_a_correction_that_is_the_whole_message_stays_its_text() -> None:
    note = "Correction: The fare named in our report of Tuesday is two crowns, not three."
    item, _ = cleaned(HEADLINE, note)
    assert (texts(item), item.ednotes) == ([note], ())


def test_the_headline_of_a_correction_stays_the_headline() -> None:
    for marked in (f"Correction: {HEADLINE}", "Berichtigt: Stadt sperrt beide Brücken"):
        item, _ = cleaned("Search", marked, PROSE, MORE)
        assert (item.headline, texts(item)) == (marked, [PROSE, MORE])


def test_an_address_under_a_byline_goes_with_it_and_elsewhere_stays() -> None:
    address = "jane.doe@agency.example"
    item, _ = cleaned(HEADLINE, "By Jane Doe", "AP Business Writer", address, PROSE, MORE)
    assert item.byline == f"By Jane Doe; AP Business Writer; {address}"
    assert texts(item) == [PROSE, MORE]
    item, _ = cleaned(HEADLINE, address, PROSE, MORE)
    assert (item.byline, texts(item)) == (None, [address, PROSE, MORE])


def test_everything_under_a_text_finds_its_field() -> None:
    item, removed = cleaned(
        HEADLINE,
        PROSE,
        MORE,
        "(Reportage de Jane Doe; version française Jean Dupont, édité par Anne Martin)",
        "Alle Rechte vorbehalten",
        "dpa ab cd yy n1",
        "(END) Dow Jones Newswires",
        "February 20, 2016 12:34 ET (17:34 GMT)",
    )
    assert item.rights == "Alle Rechte vorbehalten"
    assert texts(item) == [PROSE, MORE]
    assert [reason for reason, _ in removed] == [
        "sign-off", "rights", "sign-off", "end-mark", "end-mark",
    ]  # fmt: skip


def test_a_dateline_taken_out_vouches_for_the_teaser_that_begins_with_it() -> None:
    line = "ODENSE, 21 feb 2026 (AFP) -"
    item, removed = cleaned(line, PROSE, MORE, f"{line}{PROSE}...")
    assert texts(item) == [PROSE, MORE]
    assert [reason for reason, _ in removed] == ["dateline", "teaser-duplicate"]
