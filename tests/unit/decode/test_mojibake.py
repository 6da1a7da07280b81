from __future__ import annotations

import pytest

from streams.decode.mojibake import is_suspect, mend, repair

FRENCH = "L'Élysée a déclaré samedi à Genève que « la trêve » tiendrait jusqu’à l’été – peut-être."
GERMAN = "Die Bürger müssen für Äpfel größere Beträge zahlen, sagte Österreichs Minister."
SPANISH = "El Niño llegó a España, señaló el ministro de Economía: «mañana será peor»."
POLISH = "Łódź – Gdańsk: Żółć, „gęś”, ćma."
RUSSIAN = "Президент заявил: «Ёлка останется до января», – и уехал."
GREEK = "Ο πρωθυπουργός δήλωσε στη Γενεύη: «Είμαστε έτοιμοι»."
WESTERN = {"fr": FRENCH, "de": GERMAN, "es": SPANISH}
TEXTS = {**WESTERN, "pl": POLISH, "ru": RUSSIAN, "el": GREEK}
LOST = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


def windows(text: str) -> str:
    """UTF-8 read as cp1252, as browsers do: bytes without a character become C1 controls."""
    return "".join(
        chr(code) if code in LOST else bytes([code]).decode("cp1252") for code in text.encode()
    )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_a_whole_text_decoded_wrongly_is_repaired(text: str, wrong: str) -> None:
    broken = windows(text) if wrong == "cp1252" else text.encode().decode(wrong)
    fixed, edits = repair(broken)
    assert fixed == text
    assert all(fixed[edit.start : edit.end] == edit.replacement for edit in edits)
    assert {edit.reason for edit in edits} == {"mojibake"}


def test_a_text_broken_twice_is_repaired() -> None:
    assert mend(windows(windows(FRENCH))) == FRENCH
    assert mend(windows(FRENCH.encode().decode("latin-1"))) == FRENCH


@pytest.mark.parametrize("text", WESTERN.values(), ids=WESTERN)
@pytest.mark.parametrize("wrong", ["mac_roman", "cp437", "cp850"])
def test_what_went_through_a_mac_or_dos_is_repaired(text: str, wrong: str) -> None:
    assert mend(text.encode().decode(wrong)) == text


def test_windows_quotation_marks_read_as_latin_1_are_repaired() -> None:
    broken = "“We’re done…” – 5 €".encode("cp1252").decode("latin-1")
    assert mend(broken) == "“We’re done…” – 5 €"
    assert mend("to come\x85\nnext") == "to come…\nnext"


@pytest.mark.parametrize("mark", ["", "?", "\ufffd"])
def test_a_closing_quotation_mark_that_lost_its_last_byte_is_repaired(mark: str) -> None:
    broken = windows("Il a dit “l’été” hier, “déjà”.").replace("\x9d", mark)
    assert mend(broken) == "Il a dit “l’été” hier, “déjà”."


def test_what_lost_a_byte_that_nobody_can_know_is_left() -> None:
    # Á, Í, Ï, Ð and Ý all come to this.
    assert mend("Ãfrica, MarÃ\xada Ã©tait lÃ\xa0.") == "Ãfrica, María était là."


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("Il va Ã\xa0 Paris", "Il va à Paris"),
        ("Il va Ã  Paris aprÃ¨s", "Il va à Paris après"),
        ("Il va Ã Paris aprÃ¨s", "Il va à Paris après"),
        ("motÂ\xa0: Â«\xa0nonÂ\xa0Â»", "mot\xa0: «\xa0non\xa0»"),
        ("Ã–sterreich, Ã„gypten", "Österreich, Ägypten"),
        ("Ã‰cole, Å“uvre, NÅ“ux", "École, œuvre, Nœux"),
        ("LA CAMPAÃ‘A DE ESPAÃ‘A", "LA CAMPAÑA DE ESPAÑA"),
        ("The companyâ€™s Â® and â„¢", "The company’s ® and ™"),
        ("\xa0ä¸\xadæ\x96\x87 (ç¹\x81é«\x94)".removeprefix("\xa0"), "中文 (繁體)"),
        ("où l’été, the companyâ€™s", "où l’été, the company’s"),
        ("âœ… Open, ðŸ‘‰ now, â˜… and â†’", "✅ Open, 👉 now, ★ and →"),
        ("â”‚ sin(Î¸) Ã— 2", "│ sin(θ) × 2"),
    ],
)
def test_short_texts_are_repaired(broken: str, meant: str) -> None:
    assert mend(broken) == meant


def test_a_text_about_mojibake_is_left_alone() -> None:
    for text in ('They wrote "Ã¤" for it', "« Â » et « Ã »", "(Ã©) &quot;Ã¤&quot;"):
        assert repair(text) == (text, ())


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
        "├── Émile\n│   └── été\n├─ à\nName│Größe│\n────┼─────│\n│Ä │é│ ── Österreich ──",
        "√2, 2√π, k√π, √Ω, √µ, √∞, ±√3, ¬A ∧ ¬B, f≈g, a≈b, ƒ(x)=√x, 5×3, 25 °C ± 2°, 10 µm ½",
        "[ˈfʁɑ̃sɛ] /kɔ̃ʒe/ ˈtʃɛɹi ðə ðɪs ʃi",
        "EUR/USD 1,0934 €¢£¥ ±0.5% 5€ â 5 € 10‰ §5 ¶ £5m–£10m 1º 2ª nº 3",
        "âœ« âœ… âœ» âœ’",
        "Café® «Café®» NESCAFÉ® CAFÉ™ SKÅ® MAÑANÃ® ©2020",
        "Bjørn Å. Østli: Å – en liten å; Å «gå»; «Å»; Å…nei",
        "HÀ NỘI – THÀNH PHỐ “ĐÔ THỊ”, ĐÃ “ĐI”",
        "ΓΈΝΝΗΣΗ ΓΙΑΓΙΆ Γ. Παπανδρέου Γ’ Γυμνασίου",
        "‚Ärzte’ ‚Äpfel‘ „Ä“ „Ö“ ‚Ü‘ Straße «Ä»",
        "GÖKÇE ŞÂH’IN ÂŞIK İÇİN HÂLÂ’; ROMÂNIA: „ROMÂNIA”; Île, ÎLE “Î”",
        "Ñe’ẽ avañe’ẽ; Hawaiʻi, KĀ‘ANAPALI; l·l; AMANHÃ–HOJE; IRMÃ’S; Ã, Õ",
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
