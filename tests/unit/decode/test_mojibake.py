from __future__ import annotations

import pytest

from streams.decode.mojibake import is_suspect, mend, repair

FRENCH = "L'Élysée a déclaré samedi à Genève que « la trêve » tiendrait jusqu’à l’été – peut-être."
GERMAN = "Die Bürger müssen für Äpfel größere Beträge zahlen, sagte Österreichs Minister."
SPANISH = "El Niño llegó a España, señaló el ministro de Economía: «mañana será peor»."


@pytest.mark.parametrize("text", [FRENCH, GERMAN, SPANISH, "Łódź – Gdańsk: Żółć"])
@pytest.mark.parametrize("wrong", ["sloppy-windows-1252", "latin-1"])
def test_a_whole_text_decoded_wrongly_is_repaired(text: str, wrong: str) -> None:
    broken = text.encode().decode(wrong)
    fixed, edits = repair(broken)
    assert fixed == text
    assert all(fixed[edit.start : edit.end] == edit.replacement for edit in edits)
    assert {edit.reason for edit in edits} == {"mojibake"}


def test_a_text_broken_twice_is_repaired() -> None:
    broken = FRENCH.encode().decode("sloppy-windows-1252").encode().decode("sloppy-windows-1252")
    assert mend(broken) == FRENCH


def test_one_broken_line_among_good_ones_is_repaired_alone() -> None:
    broken = "Où ? Déjà « là »\nCafÃ© crÃ¨me Ã  Paris\nÀ suivre…"
    fixed, edits = repair(broken)
    assert fixed.split("\n")[1].startswith("Café crème")
    assert fixed.split("\n")[0] == "Où ? Déjà « là »"
    assert len(edits) == 1
    assert fixed[edits[0].start : edits[0].end] == edits[0].replacement


@pytest.mark.parametrize(
    "text",
    [
        FRENCH,
        GERMAN,
        SPANISH,
        "«AMANHû, disse o MAÇû e o «IRMû",
        "“NÃO” e “MAÇÔ. Também: SÃO PAULO – AMANHÃ…",
        "ESPAÑA – MAÑANA: Ñandú®",
        "Åland, Ärzte, Øresund, Ðakovo, Île-de-France, Ïambe, âge, ÂGÉ, Þór",
        "Москва – «всё»: ёлка",
        "Αθήνα: Γένοβα «ΝΈΑ»",
        "東京の記事です。「はい」",
        "Tiếng Việt: ĐÃ CÓ “ÂM NHẠC”, Ấn Độ",
        "Une racine √2 et 3 × 4 ÷ 2; ½ ° § ¶ ½ ™ ®",
        "┌──┐\n├──┤\n└──┘",
        "plain ascii",
        "",
    ],
)
def test_what_the_writer_meant_is_left_alone(text: str) -> None:
    assert repair(text) == (text, ())


def test_a_suspect_that_cannot_be_repaired_is_left_alone() -> None:
    text = "ok\nÃ\x81\x00 Ã© ł\n"
    fixed, _ = repair(text)
    assert fixed.startswith("ok\n")
    assert isinstance(is_suspect(fixed), bool)


def test_a_very_long_broken_text_gets_one_edit() -> None:
    broken = ("à l'été\n" * 2000).encode().decode("latin-1")
    fixed, edits = repair(broken)
    assert fixed == "à l'été\n" * 2000
    assert len(edits) == 1
    assert edits[0].start == edits[0].end == 0
