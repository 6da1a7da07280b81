"""What signing promises: the same hashes for the same words, on every machine."""

import unicodedata

import numpy as np
import pytest

from schemas.codec import decode, encode
from schemas.fingerprint import Fingerprint
from schemas.item import Item, Paragraph
from streams.desk.figures import plain_number
from streams.desk.fingerprint import FINGERPRINT_VERSION, sign, unpack
from streams.desk.readying import keys_of
from streams.desk.words import split_words
from streams.folding import fold

FRENCH = (
    "À Genève, l'État n’a pas cédé : « Nous négocions », a déclaré Mme Œuvrard à 17h30.",
    "Deux mille manifestants, selon la police, étaient réunis près du théâtre mercredi soir.",
    "Le gouvernement a promis 3,5 millions d'euros ; la ville en demandait cinq millions.",
)


def an_item(*paragraphs: str, headline: str | None = "Genève : la négociation s'enlise") -> Item:
    return Item(
        id="a:b@c",
        item_key="a:b",
        order_key="c",
        headline=headline,
        paragraphs=tuple(Paragraph(text=text) for text in paragraphs),
    )


def test_signature_is_the_same_on_every_machine():
    signed = sign(an_item(*FRENCH))
    assert signed.version == FINGERPRINT_VERSION
    assert (signed.words, signed.figures) == (49, 3)
    # Changing any of these makes every journal out there worthless: raise the version with it.
    assert signed.exact == "ab0c358a1b5d15a2bda634c2462e5538"
    assert unpack(signed.bands)[:3].tolist() == [1417504583, 261166403, 458406204]
    assert unpack(signed.sentences)[:2].tolist() == [2265818891, 3101434831]
    assert unpack(signed.shingles)[:3].tolist() == [139288740, 290716100, 297368780]
    assert unpack(signed.names).tolist() == [
        555810278,
        2613265313,
        3721360528,
        3765358746,
        3934463090,
    ]
    assert unpack(signed.openings)[:2].tolist() == [4246427121, 2175097813]
    assert unpack(signed.outlines).tolist() == [310889688, 3779019764]
    assert unpack(signed.title)[:2].tolist() == [869268497, 1002131352]
    assert signed.numbers == "17 2e3 3.5e6 30 5e6"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("'", "’"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" ", "  \n"),
        lambda text: text.replace("«", '"').replace("»", '"'),
        lambda text: text.replace("négoc", "n\u00adégoc"),
    ],
    ids=["nfd", "apostrophes", "no-break", "wrapped", "quotes", "soft-hyphen"],
)
def test_typography_does_not_change_the_signature(change):
    assert sign(an_item(*map(change, FRENCH))) == sign(an_item(*FRENCH))


@pytest.mark.parametrize(
    "text", [*FRENCH, "Ætt, Straße, Łódź 2", "A b-c_d e.f", "中文 新闻", "𠀀𠀁 𝐀b", ""]
)
def test_words_are_those_of_folding(text):
    words = split_words(text)
    alone = [split_words(word).hashes for word in fold(text).split()]
    assert words.hashes.tolist() == [value for hashes in alone for value in hashes.tolist()]


def test_a_paragraph_has_the_same_hash_however_far_down_it_stands():
    far = sign(an_item(FRENCH[0], *(f"Ligne {n} du bulletin." for n in range(200)), FRENCH[2]))
    below = sign(an_item("Titre", "mot " * 30_000, FRENCH[2]))
    near = unpack(sign(an_item(*FRENCH)).paragraphs)[-1]
    assert unpack(far.paragraphs)[-1] == near
    assert unpack(below.paragraphs)[-1] == near


def test_one_figure_changes_the_exact_hash_and_the_numbers():
    other = (*FRENCH[:2], FRENCH[2].replace("3,5", "3,6"))
    before, after = sign(an_item(*FRENCH)), sign(an_item(*other))
    assert before.exact != after.exact
    assert set(before.numbers.split()) - set(after.numbers.split()) == {"3.5e6"}


def test_sentences_of_a_shortened_text_are_found_in_the_long_one():
    long, short = sign(an_item(*FRENCH)), sign(an_item(*FRENCH[:2], headline=None))
    shared = np.intersect1d(unpack(long.sentences), unpack(short.sentences))
    assert len(shared) >= 2


def test_short_texts_have_no_keys():
    signed = sign(an_item("Deux morts à Lyon", headline=None))
    assert (signed.sentences, signed.bands) == ("", "")
    assert signed.words == 4


def test_paragraph_hashes_count_paragraphs_even_without_words():
    signed = sign(an_item(FRENCH[0], "***", FRENCH[1], headline=None))
    hashes = unpack(signed.paragraphs).tolist()
    assert len(hashes) == 3
    assert hashes[1] == 0
    assert hashes[0] != hashes[2] != 0


def test_names_are_capitals_inside_sentences():
    one = sign(an_item("The mayor met Torvald in Brestava. Yesterday he left.", headline="A B"))
    other = sign(an_item("The mayor met Torvald in Brestava. Tomorrow he left.", headline="C D"))
    assert len(unpack(one.names)) == 2
    assert one.names == other.names


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("17,100,000", "17100000"),
        ("17.100.000", "17100000"),
        ("1.234.567,5", "1234567.5"),
        ("1,234.5", "1234.5"),
        ("3,5", "3,5"),
        ("7-3/4", "7-3/4"),
        ("10:45", "10:45"),
    ],
)
def test_numbers_have_one_plain_spelling(written, plain):
    assert plain_number(written) == plain


def test_spelled_out_numbers_count_as_numbers():
    spelled = sign(an_item("arrange two billion of repurchase agreements", headline=None))
    assert spelled.numbers == "2e9"


@pytest.mark.parametrize(
    "paragraphs",
    [
        (),
        ("",),
        ("\x00\x07\u202e\ufeff",),
        ("\ud800 lone surrogate",),
        ("x" * 1_000_000,),
        ("a " * 200_000,),
        ("🙂👩‍👩‍👧 𠮷野家 " * 1000,),
        ("\u2029\u2029 a \u2029 b",),
        ("é" + "\u0301" * 10_000,),
        tuple("p" for _ in range(5000)),
    ],
)
def test_any_text_can_be_signed(paragraphs):
    signed = sign(an_item(*paragraphs, headline=None))
    assert decode(Fingerprint, encode(signed)) == signed


def test_broken_arrays_are_empty():
    for packed in ("§", "AAA", "AAAA", "AAAAAAA=", "\ud800"):
        assert unpack(packed).tolist() == []


@pytest.mark.parametrize(
    "other",
    [
        (FRENCH[0], FRENCH[1], FRENCH[2], "(suite)"),
        ("GENÈVE, 2 mars (AFP) - " + FRENCH[0], *FRENCH[1:]),
        (*FRENCH, "Bla bla bla bla."),
        ("Genève : la négociation s'enlise", *FRENCH),
    ],
    ids=["more", "dateline", "filler", "headline-again"],
)
def test_marks_and_fillers_leave_the_exact_hash(other):
    assert sign(an_item(*other)).exact == sign(an_item(*FRENCH)).exact


def test_figures_repeated_in_a_table_are_no_filler():
    zeros = sign(an_item("Torvald 0 0 0 Kelda 7 7 7", headline=None))
    assert zeros.words == 8


def test_an_item_has_25_keys_at_most():
    text = " ".join(f"Sentence number {n} speaks of {n * 7} boats at sea." for n in range(90))
    signed = sign(an_item(text, headline="Herring boats counted in Brestava"))
    assert len(keys_of(signed)) == 25


@pytest.mark.parametrize(
    "text", ["0 " * 300_000, "<A>" * 200_000, "1.1 mln " * 100_000, "A" * 40 + ", " * 100_000]
)
def test_signing_is_bounded(text):
    signed = sign(an_item(text, headline=text))
    assert len(signed.numbers.split()) <= 96
    assert len(keys_of(signed)) <= 25
