from __future__ import annotations

import pytest

from schemas.item import Item, LifecycleKind, PubStatus
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, decode
from streams.decode.lifecycle import headline_reference, number_reference, read_references


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ('Please kill item dpa 123 "Queen ends visit"', ["dpa:0123", "headline:queen ends visit"]),
        ("KILL dpa 0123", ["dpa:0123"]),
        ("KILL KILL KILL\nPlease kill dpa 0123, 0124 and dpa 0125.",
         ["dpa:0123", "dpa:0124", "dpa:0125"]),
        ("Please kill dpa 0123. A corrected version, dpa 0145, will follow.", ["dpa:0123"]),
        ("The item dpa-tns No. 0077 has been withdrawn; see dpa 0099.", ["dpa:0077"]),
        ("Because of an error in our source please kill dpa 0077.", ["dpa:0077"]),
        ('STORY WITHDRAWN: the story slugged USA-WEATHER/ is withdrawn because "it was wrong"',
         ["slugline:usa weather"]),
        ("The item headlined Queen ends visit to Berlin has been withdrawn.",
         ["headline:queen ends visit to berlin"]),
        ("[nL1N14N0FF] is withdrawn.", ["usn:L1N14N0FF"]),
        ("Please kill urn:newsml:dpa.com:20090101:171220-99-357156.",
         ["urn:newsml:dpa.com:20090101:171220-99-357156"]),
        ("Annule et remplace la dépêche AFP FRA0064 intitulée «La reine quitte Berlin»",
         ["afp:FRA0064", "headline:la reine quitte berlin"]),
        ("Prière d'annuler la dépêche n° 0123 du jour.", ["wire:0123"]),
        ("Notre dépêche AFP 0123 est annulée et remplacée par AFP 0140.", ["afp:0123"]),
        ("Rückzug der Meldung dpa 0123 („Königin verlässt heute Berlin“), ersetzt durch dpa 0140",
         ["dpa:0123", "headline:konigin verlasst heute berlin"]),
        ("Die Meldung 0123 wird zurückgezogen.", ["wire:0123"]),
        ("Bitte dpa 0123 nicht mehr verwenden, siehe dpa 0140.", ["dpa:0123"]),
        ('ELIMINAR la noticia EFE 4521 "La reina termina su visita"',
         ["efe:4521", "headline:la reina termina su visita"]),
        ("Queda anulado el despacho EFE 4521, sustituido por EFE 4530.", ["efe:4521"]),
        ("The mayor said dpa 0123 is a good number.", []),
        ("KILL KILL KILL", []),
        ("", []),
        ("Police killed at 10:30 in Paris, item by item.", []),
    ],
)  # fmt: skip
def test_a_kill_names_what_it_kills(text: str, targets: list[str]) -> None:
    assert [link.target for link in read_references(text, "wire")] == targets


def test_a_reference_says_in_which_words() -> None:
    (link,) = read_references("Attention.\nPlease kill item dpa 0123 at once.")
    assert (link.rel, link.reason) == ("kills", "Please kill item dpa 0123 at once.")


def test_numbers_and_headlines_have_one_form() -> None:
    assert number_reference("DPA", "61") == number_reference("dpa-tns", "0061") == "dpa:0061"
    assert headline_reference("La Reine quitte « Berlin »") == "headline:la reine quitte berlin"
    assert headline_reference("Kill") is None
    assert headline_reference(None) is None


@pytest.mark.parametrize("hostile", ["dpa 01, " * 9000, '"' * 9000, "kill " * 9000, "«a" * 9000])
def test_hostile_text_is_read_in_bounded_time(hostile: str) -> None:
    assert len(read_references(f"kill {hostile}", "x")) <= 10


def cleaned(text: str) -> Item:
    (part,) = decode(RawMessage(body=text.encode(), provider="dpa"))
    assert isinstance(part, Decoded)
    item = clean(part)
    assert isinstance(item, Item)
    return item


BODY = (
    "Please kill the item dpa 0123, which we sent this morning; it named the wrong bridge.\n\n"
    "The mayor of Brestava had not spoken of the old bridge at all, her office said on Monday.\n"
)


def test_a_kill_that_names_an_item_in_its_text_is_linked_to_it() -> None:
    item = cleaned(f"KILL KILL KILL\n\nBridge of Brestava closed for a year\n\n{BODY}")
    assert item.pubstatus is PubStatus.CANCELED
    assert [(link.rel, link.target) for link in item.links] == [("kills", "dpa:0123")]


def test_a_kill_that_names_nothing_is_about_its_headline() -> None:
    item = cleaned(
        "KILL: Bridge of Brestava closed for a year\n\n"
        "The mayor had not spoken of the old bridge at all, her office said on Monday.\n"
    )
    assert [link.target for link in item.links] == ["headline:bridge of brestava closed for a year"]


def test_an_ordinary_item_kills_nothing() -> None:
    item = cleaned(f"Bridge of Brestava closed for a year\n\n{BODY}")
    assert (item.links, item.pubstatus) == ((), PubStatus.USABLE)
    assert LifecycleKind.KILL not in item.lifecycle.kinds
