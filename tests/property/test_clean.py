"""What holds for any text: nothing lost, nothing grown, cleaning the clean changes nothing."""

import dataclasses
import unicodedata

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.item import Item, PubStatus
from streams.clean import clean, item_of, typography, unaccounted
from streams.decode.decoded import Facts, Role
from streams.desk.identity import content_hash
from streams.folding import fold
from tests.sources import a_plain_source

SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
WORDS = (
    "ministre", "Lavrov", "ville", "pont", "Paris", "mardi", "été", "règle", "council", "bridges",
    "officials", "government", "2019", "des", "les", "the", "of", "and", "said", "dit", "par",
    "plus", "11-12", "Genève", "EFE", "Mr.", "U.S.", "œuvre", "e\u0301te\u0301",
)  # fmt: skip
FURNITURE = (
    "Rechercher", "Search", "Menu", "Home", "Contact us", "Privacy policy", "Dernières Infos",
    "Monde", "URGENT", "Publicité", "By Jane Doe", "Par Jean Dupont", "abc/def/gh", "© AFP", "###",
    "Lire la suite", "-30-", "KILL KILL KILL", "Share", "Login", "World news",
    "# Notizblock", "## Orte", "* * * *", "Media contact: Ann Example, ann@agency.example",
    "(Adds details)", "Eds: With photos.", "((ann@agency.example; +1 202 555 0100))", "Notebook",
    "PARIS, 21 fév 2016 (AFP) -", "Paris, le 3 mars 2016", "AP Business Writer", "dpa ab cd yy n1",
    "Von unserem Korrespondenten", "Alle Rechte vorbehalten", "(END) Dow Jones Newswires", "EFE",
    "Corrige en el tercer párrafo el precio", "Corrects name in paragraph 2", "(Avec agences)",
    "Correction: An earlier version of this article gave a wrong fare.",
    "Arsenal 2 Chelsea 1", "Tottenham 1 Leeds 1", "CAC 40 4.223,04 -0,39%",
    "Lakers 101, Celtics 99", "1. John Roe (GBR/Test) 1h32:07.986", "DAX\t9.388,05\t-0,80%",
    "The following information is not for publication", "Note aux rédactions : photos à suivre.",
)  # fmt: skip
OPENINGS = ("", "", "", "PARIS, 21 fév 2016 (AFP) - ", "(Reuters) - ", "LONDON, Feb 3 - ",
            "(ANSA) - ROMA, 20 FEB - ", "Marsella (Francia), 20 feb (EFE).- ", "Berlin (dpa). ",
            "WASHINGTON — ")  # fmt: skip

sentences = st.builds(
    lambda opening, words, end: opening + " ".join(words).capitalize() + end,
    st.sampled_from(OPENINGS),
    # Without repeats: of a text that is one word over and over, any part is found in any other.
    st.lists(st.sampled_from(WORDS), min_size=6, max_size=25, unique=True),
    st.sampled_from([".", ".", "?", "", ' "', "..."]),
)
headlines = st.lists(st.sampled_from(WORDS), min_size=2, max_size=10).map(" ".join)
lines = st.one_of(sentences, sentences, headlines, st.sampled_from(FURNITURE))


@st.composite
def wires(draw: st.DrawFn) -> str:
    """Furniture, a headline, paragraphs, and now and then a teaser made of them."""
    body = draw(st.lists(lines, min_size=1, max_size=8, unique=True))
    if draw(st.booleans()):
        glued = "".join(body[:2])
        body.append(glued[: draw(st.integers(60, 400))] + draw(st.sampled_from(["...", "", "…"])))
    return "".join(line + draw(st.sampled_from(["\n", "\n\n", "\n\n", "\n    "])) for line in body)


@SLOW
@given(wires())
@example(
    "Menu\nMenu\n\nURGENT\n\nA headline here\n\nPARIS (AFP) - LONDON (AFP) - It was so, he said."
)
@example("###\n\nLogin\n\n((ann@agency.example; +1 202 555 0100))")
@example("###\n\n((ann@agency.example; +1 202 555 0100))\n\nLogin")
@example("A bridge is closed\n\n(ann@agency.example)\n\nShare")
@example("(Adds details)\n\n((ann@agency.example))\n\n###\n\nShare")
def test_cleaning_the_clean_changes_nothing(text: str) -> None:
    item = clean(a_plain_source(text))
    if not isinstance(item, Item) or not item.text:
        return
    again = clean(a_plain_source(item.text))
    assert isinstance(again, Item)
    assert (again.headline, again.paragraphs) == (item.headline, item.paragraphs)


@SLOW
@given(st.one_of(wires(), st.text(max_size=300)), st.sampled_from(Role))
def test_kept_removed_and_edited_are_the_whole_source(text: str, role: Role) -> None:
    source = a_plain_source(text, role=role)
    for item in (clean(source), item_of(source)):
        if isinstance(item, Item):
            assert unaccounted(text, item) is None
            headline, paragraphs = item.headline, [part.text for part in item.paragraphs]
            assert item.content_hash == content_hash(headline, paragraphs)


@SLOW
@given(
    st.lists(st.tuples(lines, st.sampled_from(Role)), max_size=10),
    st.sampled_from(PubStatus),
    st.sampled_from(["plain-text", "newsml-g2"]),
)
def test_declared_blocks_are_accounted_for(
    pieces: list[tuple[str, Role]], status: PubStatus, name: str
) -> None:
    text = "\n".join(line for line, _ in pieces)
    blank = a_plain_source(text, facts=Facts(pubstatus=status))
    roles = [role for line, role in pieces if line.strip()]
    blocks = [
        dataclasses.replace(block, role=role)
        for block, role in zip(blank.blocks, roles, strict=True)
    ]
    source = dataclasses.replace(blank, blocks=tuple(blocks), format=name)
    for item in (clean(source), item_of(source)):
        if isinstance(item, Item):
            assert unaccounted(text, item) is None
    item = clean(source)
    if isinstance(item, Item):
        # What is declared to be for editors is in the notes, and nowhere else.
        notes = "\n".join(note.text for note in item.ednotes)
        for block in source.blocks:
            if block.role is Role.NOTE and fold(text[block.start : block.end]):
                assert typography.plain(text[block.start : block.end]) in notes
        assert status is not PubStatus.CANCELED or not item.paragraphs


@SLOW
@given(st.one_of(wires(), st.text(max_size=300)))
def test_text_never_grows_and_is_composed(text: str) -> None:
    item = clean(a_plain_source(text))
    if isinstance(item, Item):
        parts = [item.headline or "", *(paragraph.text for paragraph in item.paragraphs)]
        assert sum(map(len, parts)) <= len(unicodedata.normalize("NFC", text))
        assert all(unicodedata.is_normalized("NFC", part) for part in parts)
        assert all(part == part.strip() for part in parts)


@SLOW
@given(wires())
def test_no_grapheme_is_split(text: str) -> None:
    item = clean(a_plain_source(text))
    if isinstance(item, Item):
        for span in (*item.audit.removed, *item.audit.edits):
            for cut in (span.start, span.end):
                assert cut in {0, len(text)} or not unicodedata.combining(text[cut])


@SLOW
@given(st.one_of(wires(), st.text(max_size=300)))
def test_the_same_source_gives_the_same_item(text: str) -> None:
    first, second = clean(a_plain_source(text)), clean(a_plain_source(text))
    assert first == second
