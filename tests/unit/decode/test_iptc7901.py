from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.item import LifecycleKind, ParagraphKind, PubStatus
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, Profiles, ProviderProfile, decode
from streams.decode.decoded import Role
from tests.telegrams import by_role, headline, lost_words, only, read

K = LifecycleKind
HEADER = "eca0062 4 i 211 ccccb   dpa 0061"
STACK = "2ND LEAD\nHarbour strike ends after nine days\nBy Anna Weber and Jo Lund, dpa ="
BODY = """
   Kiel (dpa) - Dock workers in the northern port returned to their
cranes on Monday after a strike of nine days that had kept forty
ships waiting, the union said.

   "We are content," its leader Maria Holm told reporters. She called
the nine days - the longest strike since 1974 - a success.

- The first ship is expected at noon.
- The last one leaves on Friday after a long delay that cost its owner
more than a million.
"""
NOTEBOOK = """
# dpa Notebook

## Internet links
- [The union](http://example.org/union)

* * * *
The following information is not intended for publication

## Editorial contacts
- Reporting by: Anna Weber in Kiel and a second reporter who sits
  in Hamburg
- Tel: +49 30 0000 1234; <desk@example.org>

dpa awe jlu
"""


def telegram(
    *, header: str = HEADER, stack: str = STACK, body: str = BODY, ending: str = "041215 GMT Mar 24"
) -> str:
    return (
        f"\x01{header}\r\n\r\nGermany-strike/Kiel/\r\n\x02{stack}\r\n{body}\r\n"
        f"\x03{ending}\r\n\x7f\n\x7f\x04"
    )


def kinds(decoded: Decoded) -> tuple[LifecycleKind, ...]:
    return decoded.facts.lifecycle.kinds


def test_every_field_of_the_frame_is_read() -> None:
    decoded = only(telegram(body=BODY + NOTEBOOK))
    facts = decoded.facts
    assert decoded.format == "iptc7901"
    assert decoded.provider == "dpa"
    assert decoded.warnings == ()
    assert facts.stable_id == "iptc7901:dpa:20240304:eca0062"
    assert {(one.scheme, one.value) for one in facts.alt_ids} == {
        ("transmission", "eca0062"),
        ("sequence", "eca/0062"),
        ("agency-number", "dpa:0061"),
    }
    assert facts.version_created == datetime(2024, 3, 4, 12, 15, tzinfo=UTC)
    assert facts.urgency == 4
    assert facts.slugline == "Germany-strike/Kiel"
    assert facts.keywords == ("Germany-strike", "Kiel")
    assert facts.byline == "By Anna Weber and Jo Lund, dpa"
    assert [(subject.scheme, subject.code) for subject in facts.subjects] == [
        ("iptc7901-category", "i")
    ]
    assert kinds(decoded) == (K.LEAD,)
    assert facts.lifecycle.ordinal == 2
    assert ("version_created", "etx") in facts.origins
    assert headline(decoded) == "Harbour strike ends after nine days"


def test_lines_that_the_width_broke_are_one_paragraph_each() -> None:
    decoded = only(telegram())
    body = [block for block in decoded.blocks if block.role is Role.BODY]
    assert [block.kind for block in body] == [
        ParagraphKind.TEXT,
        ParagraphKind.TEXT,
        ParagraphKind.LIST,
        ParagraphKind.LIST,
    ]
    item = clean(decoded)
    texts = [paragraph.text for paragraph in item.paragraphs]  # type: ignore[union-attr]
    assert texts[0].endswith("forty ships waiting, the union said.")
    assert texts[1].endswith("- the longest strike since 1974 - a success.")
    assert texts[3].endswith("after a long delay that cost its owner more than a million.")
    assert len(texts) == 4


def test_the_notebook_is_never_text() -> None:
    decoded = only(telegram(body=BODY + NOTEBOOK))
    notes = " ".join(by_role(decoded, Role.NOTE))
    text = " ".join(by_role(decoded, Role.BODY, Role.HEADLINE, Role.SUMMARY, Role.UNDECLARED))
    for private in ("+49 30 0000 1234", "desk@example.org", "Reporting by", "Internet links"):
        assert private in notes
        assert private not in text
    assert "dpa awe jlu" in by_role(decoded, Role.FURNITURE)


@pytest.mark.parametrize(
    "opening",
    [
        "# Notizblock",
        "# dpa-Notizblock",
        "## Orte",
        "* * * *",
        "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt",
        "The following information is not for publication",
        "Les informations suivantes ne sont pas destinées à la publication",
        "Las siguientes informaciones no están destinadas a la publicación",
    ],
)
def test_a_notebook_opens_in_every_language(opening: str) -> None:
    decoded = only(telegram(body=f"{BODY}\n{opening}\n\nTel: +49 30 5555\n"))
    assert "Tel: +49 30 5555" in by_role(decoded, Role.NOTE)


def test_no_word_is_lost() -> None:
    source = telegram(body=BODY + NOTEBOOK)
    assert not lost_words(source, read(source))


@pytest.mark.parametrize(
    ("stack", "expected", "title"),
    [
        ("Refile\nPort closed =", (K.REFILE,), "Port closed"),
        ("EXTRA\nPort closed =", (K.UPDATE,), "Port closed"),
        ("1ST LEAD\nPort closed =", (K.LEAD,), "Port closed"),
        ("2ND LEAD\n3RD NET\nPort closed =", (K.LEAD,), "Port closed"),
        ("REFILE\n1ST LEAD\nPort closed\nBy A. Writer, dpa =", (K.REFILE, K.LEAD), "Port closed"),
        ("(Eil \x07\x07\x07\x07\x07)\nHafen geschlossen =", (K.FLASH,), "Hafen geschlossen"),
        ("(Blitz " + "\x07" * 10 + ")\nHafen zu =", (K.FLASH,), "Hafen zu"),
        (
            "(Berichtigung: In der ersten Fassung hieß er anders, er\nheißt Kiel)\nHafen zu =",
            (K.CORRECTION,),
            "Hafen zu",
        ),
        ("(Wiederholung)\nHafen zu =", (K.REPEAT,), "Hafen zu"),
        ("(Zusammenfassung 1330)\nHafen zu =", (K.WRAP,), "Hafen zu"),
        ("VERSIÓN CORREGIDA\nPuerto cerrado =", (K.CORRECTION,), "Puerto cerrado"),
        (
            "D'URGENCE: \x07\x07\x07\x07\x07 Port fermé =",
            (K.URGENT,),
            "D'URGENCE: Port fermé",
        ),
        ("Kill Bill returns to cinemas =", (), "Kill Bill returns to cinemas"),
        ("Alerte enlèvement levée dans l'Ain =", (), "Alerte enlèvement levée dans l'Ain"),
        ("Harbour strike=", (), "Harbour strike"),
    ],
)
def test_stacked_lines_are_markers_and_the_headline_stays_bare(
    stack: str, expected: tuple[LifecycleKind, ...], title: str
) -> None:
    source = telegram(stack=stack)
    decoded = only(source)
    assert kinds(decoded) == expected
    assert headline(decoded) == title
    assert not lost_words(source, [decoded])


def test_a_kill_without_a_headline_is_a_kill() -> None:
    decoded = only(telegram(stack="KILL KILL KILL =", body=""))
    assert kinds(decoded)[0] is K.KILL
    assert headline(decoded) is None


def test_a_headline_broken_by_the_width_is_one_line() -> None:
    long = "Dock workers in the northern port return to their cranes after a very\nlong strike ="
    decoded = only(telegram(stack=f"1ST LEAD\n{long}"))
    assert headline(decoded) == long.replace("\n", " ").removesuffix(" =")


def test_an_advisory_below_the_headline_is_a_note() -> None:
    decoded = only(telegram(stack="Port closed\nEds: Adds reaction of the union ="))
    assert by_role(decoded, Role.NOTE) == ["Eds: Adds reaction of the union"]
    assert headline(decoded) == "Port closed"


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("(Sperrfrist 9. März 14.20 Uhr - Rede)", datetime(2024, 3, 9, 13, 20, tzinfo=UTC)),
        ("(Sperrfrist 2. Januar 06.00 Uhr)", datetime(2025, 1, 2, 5, 0, tzinfo=UTC)),
    ],
)
def test_an_embargo_is_dated_by_the_year_of_the_telegram(line: str, until: datetime) -> None:
    ending = "041215 GMT Mar 24" if "März" in line else "301215 GMT Dez 24"
    berlin = ProviderProfile("dpa", time_zone="Europe/Berlin", known_as=("dpa",))
    profiles = Profiles(by_provider={"dpa": berlin})
    decoded = only(telegram(stack=f"{line}\nRede des Kanzlers =", ending=ending), profiles)
    assert decoded.facts.embargoed_until == until
    assert kinds(decoded) == (K.ADVANCE,)


def test_an_embargo_that_cannot_be_dated_is_withheld() -> None:
    decoded = only(telegram(stack="(Sperrfrist Redebeginn)\nRede des Kanzlers ="))
    assert decoded.facts.embargoed_until is None
    assert decoded.facts.pubstatus is PubStatus.WITHHELD


def test_a_day_time_group_without_gmt_is_of_the_providers_zone() -> None:
    zurich = ProviderProfile("ats", time_zone="Europe/Zurich", known_as=("ats", "etf"))
    body = "\nBerne (ats) Le port est fermé depuis lundi pour neuf jours.\n"
    source = telegram(
        header="bsf025 3 ec 121   etf 967", stack="Le port fermé", body=body, ending="091223 dec 18"
    )
    decoded = only("\x7f\x7f\r\n\x7f" + source, Profiles(by_provider={"ats": zurich}))
    local = datetime(2018, 12, 9, 12, 23, tzinfo=ZoneInfo("Europe/Zurich"))
    assert decoded.provider == "ats"
    assert decoded.facts.version_created == local
    assert decoded.facts.stable_id == "iptc7901:etf:20181209:bsf025"
    assert headline(decoded) == "Le port fermé"


@pytest.mark.parametrize(
    ("header", "stable_id", "agency"),
    [
        ("eca062 4 i 211 ccccb   dpa 061", "iptc7901:dpa:20240304:eca062", "dpa"),
        ("eca0124 3 i 93  dpa 1888", "iptc7901:dpa:20240304:eca0124", "dpa"),
        ("ecp0007 4 s 850  dpa-tns 0908", "iptc7901:dpa-tns:20240304:ecp0007", "dpa-tns"),
        (
            "bkn014 4 pl 171 vvvvb KNA 170123-89-00065#2",
            "iptc7901:KNA:20240304:bkn014",
            "kna",
        ),
        ("FRA0064 1 G 0004 FRA/AFP-RC58", "iptc7901:AFP:20240304:FRA0064", "afp"),
        ("bdt0000 2 pl 41  dpa 0000", None, "dpa"),
        ("bdt0000 2 pl 41  dpa 0123", "iptc7901:dpa:20240304:bdt0000-0123", "dpa"),
    ],
)
def test_the_same_telegram_has_the_same_id_for_ever(
    header: str, stable_id: str | None, agency: str
) -> None:
    body = BODY.replace("(dpa)", f"({agency.upper()})")
    decoded = only(telegram(header=header, body=body))
    assert decoded.facts.stable_id == stable_id
    assert decoded.provider is not None
    assert decoded.provider.startswith(agency.partition("-")[0])


def test_one_story_on_two_services_is_two_items() -> None:
    first, second = read(telegram() + telegram(header="ecp0007 4 i 211  dpa-tns 0908"))
    assert (first.source.part, second.source.part) == (0, 1)
    assert first.facts.stable_id != second.facts.stable_id
    assert by_role(first, Role.BODY) == by_role(second, Role.BODY)


def test_a_copyright_page_is_an_advisory() -> None:
    body = "\nryryryry copyright by dpa ryryryry copyright by dpa\n"
    source = telegram(stack="(Achtung)\nImpressum =", body=body).replace(
        "Germany-strike/Kiel/", "Impressum/"
    )
    assert kinds(only(source)) == (K.ADVISORY,)


def test_marked_tables_keep_their_lines() -> None:
    rows = "Kiel          12  4  2\nHamburg        9  6  3\nRostock: all games were postponed"
    decoded = only(telegram(body=f"{BODY}\n<#>\n{rows}\n<#>\n\nAfter it the text goes on.\n"))
    table = [block for block in decoded.blocks if block.kind is ParagraphKind.TABLE]
    assert [decoded.text[block.start : block.end] for block in table] == [rows]
    assert by_role(decoded, Role.BODY)[-1] == "After it the text goes on."


def test_columns_and_bars_make_rows_without_a_mark() -> None:
    body = f"{BODY}\nPort | Ships | Days\n---|---|---\nKiel | 12 | 9\n\nBrent      80.12   -0.30\n"
    decoded = only(telegram(body=body))
    table = [block for block in decoded.blocks if block.kind is ParagraphKind.TABLE]
    assert [decoded.text[block.start : block.end] for block in table] == [
        "Port\tShips\tDays\nKiel\t12\t9",
        "Brent      80.12   -0.30",
    ]


def test_a_teaser_above_the_dateline_stands_beside_the_text() -> None:
    decoded = only(telegram(body=f"\nA teaser of the story.\n{BODY}"))
    assert by_role(decoded, Role.SUMMARY) == ["A teaser of the story."]


@pytest.mark.parametrize("cut", ["SOH", "STX", "ETX", "all"])
def test_a_frame_that_was_stripped_is_a_warning(cut: str) -> None:
    source = telegram(body=BODY + NOTEBOOK)
    codes = {"SOH": "\x01", "STX": "\x02", "ETX": "\x03", "all": "\x01\x02\x03\x04\x7f"}
    for code in codes[cut]:
        source = source.replace(code, "")
    decoded = only(source)
    assert decoded.format == "iptc7901"
    assert decoded.facts.stable_id == "iptc7901:dpa:20240304:eca0062"
    assert headline(decoded) == "Harbour strike ends after nine days"
    assert decoded.facts.version_created == datetime(2024, 3, 4, 12, 15, tzinfo=UTC)
    assert decoded.facts.slugline == "Germany-strike/Kiel"
    assert any(warning.startswith("telegram-no-") for warning in decoded.warnings)
    assert not lost_words(source, [decoded])


def test_a_telegram_without_its_header_line_keeps_its_headings() -> None:
    source = f"2ND LEAD\n3RD NET\nPort closed\nBy A. Writer, dpa =\n{BODY}\n041215 GMT Mar 24\n"
    decoded = only(source)
    assert decoded.format == "iptc7901"
    assert headline(decoded) == "Port closed"
    assert decoded.facts.stable_id is None
    assert decoded.provider == "dpa"
    assert kinds(decoded) == (K.LEAD,)


@pytest.mark.parametrize("length", range(0, 700, 37))
def test_a_telegram_cut_anywhere_is_read_as_far_as_it_came(length: int) -> None:
    whole = telegram(body=BODY + NOTEBOOK)
    answers = decode(RawMessage(body=whole[: len(whole) - length].encode()))
    assert isinstance(answers[0], Decoded)
    assert answers[0].format == "iptc7901"


def test_a_giant_header_line_does_no_harm() -> None:
    decoded = only(telegram(header=HEADER + " x" * 100_000))
    assert "telegram-header-invalid" in decoded.warnings
    assert headline(decoded) == "Harbour strike ends after nine days"


@pytest.mark.parametrize(
    "ending", ["991299 GMT Mar 24", "321215 GMT Mar 24", "041215 GMT Xyz 24", ""]
)
def test_a_date_that_cannot_be_is_none_and_a_warning(ending: str) -> None:
    decoded = only(telegram(ending=ending))
    assert decoded.facts.version_created is None
    assert decoded.facts.stable_id is None
    assert "date-invalid:etx" in decoded.warnings


def test_text_around_a_telegram_is_kept_for_the_audit() -> None:
    source = "Line noise\n" + telegram() + "trailing noise\n"
    decoded = only(source)
    assert "telegram-text-outside" in decoded.warnings
    assert not lost_words(source, [decoded])


def test_bytes_of_the_eight_bit_days_are_read() -> None:
    source = telegram(stack="Décès à Genève =").encode("latin-1", "replace")
    assert headline(only(source)) == "Décès à Genève"


def test_padding_never_makes_a_telegram_binary() -> None:
    source = telegram().encode()
    fill = source.replace(b"\r\n", b"\r\n\0\0")
    for padded in (b"\0" * 99 + source, source + b"\x1a" * 99, b"\x16" * 999 + source, fill):
        assert only(padded).format == "iptc7901"


def test_other_text_is_not_taken_for_a_telegram() -> None:
    for text in (
        "\x01NEWS: DOOMBEN\x1f6\x1fN\r\n\r\nText.",
        "E = mc2 =\n\nText.",
        "abc 4 i\n\nText.",
    ):
        assert only(text).format == "plain-text"


def test_framing_is_read_before_characters_are_repaired() -> None:
    """In the body as in the frame: a repair that came first would take SOH, STX and ETX away."""
    body = BODY.replace("content", "tr\u00c3\u00a8s contents, \x93d\u00c3\u00a9j\u00c3\u00a0\x94")
    decoded = only(telegram(body=body))
    assert decoded.format == "iptc7901"
    assert headline(decoded) == "Harbour strike ends after nine days"
    assert "très contents, “déjà”" in decoded.text
    assert not set("\x01\x02\x03\x04") & set(decoded.text)
    assert [edit.reason for edit in decoded.edits] == ["mojibake"]
