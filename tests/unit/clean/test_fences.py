"""What is for editors only becomes notes, and no paragraph; what reads alike stays a paragraph."""

from __future__ import annotations

import pytest

from schemas.item import EdNote, Item, LifecycleKind, ParagraphKind
from streams.clean import CleaningRules, clean, unaccounted
from streams.decode.decoded import Decoded, Facts, Role
from tests.sources import a_plain_source

HEADLINE = "City closes both bridges until spring"
PROSE = "The council voted on Tuesday to close both bridges until the spring, officials said."
MORE = "Engineers had warned since 2019 that the older of the two could not carry heavy lorries."
THIRD = "A ferry will run every half hour, and the fare is to stay below two crowns, they added."
STORY = f"{HEADLINE}\n\n{PROSE}\n\n{MORE}\n\n"


def cleaned(decoded: Decoded, rules: CleaningRules | None = None) -> Item:
    item = clean(decoded, rules) if rules else clean(decoded)
    assert isinstance(item, Item)
    assert unaccounted(decoded.text, item) is None
    return item


def texts(item: Item) -> list[str]:
    return [paragraph.text for paragraph in item.paragraphs]


@pytest.mark.parametrize(
    "block",
    [
        (
            "# Notizblock\n\n## Internet\n- [Stadt](http://stadt.example)\n\n## Orte\n"
            "- [Rathaus](Am Markt 1)\n\n* * * *\n"
            "Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt"
            "\n\n# dpa-Kontakte\n- Autor: Anna Beispiel, +49 30 0000 0000, <anna@agentur.example>"
        ),
        "# dpa NOTEBOOK\n\n## dpa Contacts\n- Reporting by: Ann Example\nTel: +49 30 0000 0000",
        (
            "# Notebook\n\n## Refile\n\n## Note to editors\n- adds the mayor in grafs 3-4 and a "
            "long sentence about the bridge, which has a subject and a verb and ends."
        ),
        "Notizblock\n\nInternet\n\nStadtverwaltung\n\nOrte\n\nAm Markt 1",
        "NOTEBOOK\n\nhttps://city.example/bridges",
        "## Ansprechpartner\n- Anna Beispiel, Sprecherin, 030 0000 0000",
        "## Internet\n- [Stadt](http://stadt.example)",
        "## Orte\n- [Rathaus](Am Markt 1, 00000 Beispielstadt)",
        "## Kontakt\nAnna Beispiel\n030 0000 0000",
        (
            "* * * *\nThe following information is not for publication\n\nAnn Example wrote this "
            "at home and can be called there until the evening, when she will be travelling."
        ),
        "The following information is not intended for publication\nTel: +49 30 0000 0000",
        "Les informations suivantes ne sont pas destinées à la publication\nTél : 01 00 00 00 00",
        "Les informations suivantes ne sont pas destinées à être publiées :\nAnne Exemple",
        "La siguiente información no está destinada a la publicación\nAna Ejemplo, 910 000 000",
        "NOT FOR PUBLICATION\nAnn Example, +1 202 555 0100",
        "Notes to editors\n\nThe council has eleven members, who are elected every four years.",
        "Note aux rédactions : une vidéo suivra dans l'heure, dit le service.",
        "An die Redaktionen: Fotos sind ab 15 Uhr im Bildangebot zu finden.",
        "ATENCIÓN EDITORES: la fotografía se enviará en los próximos minutos.",
        "Atención redacciones - este despacho se actualizará a lo largo de la tarde.",
        "EDITOR'S NOTE _ This is the second of three stories on bridges and those who build them.",
        "Eds: Adds details. With AP Photos.",
        "(Eds: Minor edits. A longer version of this story is available.)",
        "^Eds: With Photos.<",
        "Contact rédaction : Anne Exemple, 01 00 00 00 00",
        "Media contact:\nAnn Example\nHead of Communications\nann@city.example",
        "Media Contact\nAnn Example, ann@city.example",
        "Pressekontakt\nStadtverwaltung\nAnna Beispiel\nTelefon: 030/0000-0000",
        "Service de presse : presse@ville.example",
        "For more information, please contact:\nAnn Example, +1 (202) 555-0100",
        "Rückfragen bitte an:\nAnna Beispiel, anna@stadt.example",
        "Contacto de prensa: Ana Ejemplo, +34 910 000 000",
        "((ann.example@agency.example; +44 20 7000 0000; Agency Messaging))",
        "(Ann Example, +1 202 555 0100)",
        "Tel.: +49 30 0000 0000, Fax: +49 30 0000 0001",
        "(Corrects fare in the third paragraph)",
    ],
)
def test_a_block_for_editors_is_a_note_and_no_paragraph(block: str) -> None:
    source = a_plain_source(STORY + block)
    item = cleaned(source)
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert item.ednotes
    assert not any(note.publishable for note in item.ednotes)
    removed = [span for span in item.audit.removed if span.reason == "ednote"]
    assert removed[0].start == len(STORY)
    assert removed[-1].end == len(source.text)
    said = "".join(note.text for note in item.ednotes).split()
    assert "".join(said) == "".join(block.removeprefix("* * * *").replace("* * * *", "").split())


@pytest.mark.parametrize(
    "paragraph",
    [
        "The mayor gave out a number, +46 40 000 000, which residents may call, she said.",
        "Contact with the ferry was lost at noon, the harbour office said on Tuesday evening.",
        "Contact: the word was on everybody's lips after the ferry had come so close to them.",
        "Notebook makers said on Tuesday that they would go on shipping over both the bridges.",
        "Notebook",
        "Internet",
        "# Internet",
        '"The following information is not for publication," the letter to the mayor began.',
        '"Not for publication." The note had been pinned to the door of the council in May.',
        "The following information is for drivers of lorries that weigh more than ten tonnes.",
        "Editor's note: this article was changed on Tuesday to give the right name of the bridge.",
        "Note to self: never cross a bridge on a Tuesday, the driver of the lorry had written.",
        "For more information on the ferry, see the council's page, or call 202-555-0100.",
        "Press relations between the two towns had been poor for years, said a former mayor.",
        "Die Redaktion der Zeitung liegt am anderen Ufer, und wer dort arbeitet, nimmt die Fähre.",
        "Tel Aviv, which lent the ferry, wants it back in May at the latest, the council said.",
        "Mobile cranes were brought in to carry off the railings, which had come loose in June.",
        "(Adds up to nothing, the opposition said.) The council will vote on it once more in May.",
        "(The ferry was built in 1957 and rebuilt twice; it carries twelve lorries at a time.)",
        "Readers can write to ferry@city.example with what they saw, the police said on Tuesday.",
        "Media inquiries have doubled since Tuesday, said the woman who answers them alone.",
        "EDITORS' NOTEBOOKS FULL OF BRIDGES",
        "- Call 202-555-0100 before you take a lorry of more than ten tonnes over the bridge.",
    ],
)
@pytest.mark.parametrize("role", [Role.UNDECLARED, Role.BODY])
def test_an_ordinary_paragraph_stays(paragraph: str, role: Role) -> None:
    lines = [PROSE, paragraph, THIRD]
    item = cleaned(a_plain_source("\n\n".join(lines), role=role))
    assert texts(item) == lines
    assert item.ednotes == ()


def test_an_ordinary_last_line_stays() -> None:
    for line in ("Notebook", "(Photo: Ann Example)", "Call 202-555-0100."):
        assert texts(cleaned(a_plain_source(STORY + line)))[-1] == line


@pytest.mark.parametrize(
    ("advisory", "kind"),
    [
        ("(Adds mayor's reaction in paragraph 3)", LifecycleKind.UPDATE),
        ("(Recasts, adds quotes)", LifecycleKind.UPDATE),
        ("(In Jan. 3 story, corrects last paragraph to reflect the fare in crowns)", None),
        ("(Corrects spelling of the mayor's name)", LifecycleKind.CORRECTION),
        ("(Actualisé avec le maire)", LifecycleKind.UPDATE),
        ("(Amplía con declaraciones)", LifecycleKind.UPDATE),
    ],
)
@pytest.mark.parametrize("glued", [False, True])
def test_an_advisory_above_the_text_is_a_note(
    advisory: str, kind: LifecycleKind | None, *, glued: bool
) -> None:
    text = f"{HEADLINE}\n\n{advisory}{' ' if glued else chr(10) * 2}{PROSE}\n\n{MORE}"
    item = cleaned(a_plain_source(text))
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert item.ednotes == (EdNote(text=advisory),)
    assert kind is None or kind in item.lifecycle.kinds


def test_an_advisory_and_the_dateline_behind_it_are_both_taken_off() -> None:
    text = f"{HEADLINE}\n\n(Adds quotes) ODENSE, Feb 3 (Reuters) - {PROSE}\n\n{MORE}"
    item = cleaned(a_plain_source(text))
    assert texts(item) == [PROSE, MORE]
    assert item.dateline is not None
    assert item.dateline.raw == "ODENSE, Feb 3 (Reuters) -"
    first, second = item.audit.edits
    assert text[first.start : first.end] == "(Adds quotes) "
    assert text[second.start : second.end] == "ODENSE, Feb 3 (Reuters) - "
    assert (first.reason, second.reason) == ("ednote", "dateline")


def test_sign_offs_below_a_notebook_are_sign_offs() -> None:
    text = STORY + "# Notizblock\n\n## Internet\n- http://stadt.example\n\ndpa abc def gh"
    reasons = [span.reason for span in cleaned(a_plain_source(text)).audit.removed]
    assert reasons == ["ednote", "ednote", "ednote", "sign-off"]


def test_two_blocks_are_two_notes_and_lines_stay_lines() -> None:
    text = (
        f"{HEADLINE}\n\nEds: With photos.\n\n{PROSE}\n\n{MORE}\n\nMedia contact:\nAnn\na@b.example"
    )
    notes = cleaned(a_plain_source(text)).ednotes
    assert [note.text for note in notes] == [
        "Eds: With photos.",
        "Media contact:\nAnn\na@b.example",
    ]


def test_a_headline_to_editors_stays_the_headline() -> None:
    item = cleaned(a_plain_source(f"ATTENTION EDITORS - Programme for Tuesday\n\n{PROSE}"))
    assert item.headline == "ATTENTION EDITORS - Programme for Tuesday"


def test_an_alert_of_a_few_words_loses_its_notebook_too() -> None:
    source = a_plain_source("Mayor resigns\n\n# Notizblock\n\n## Orte\n- Am Markt 1")
    item = cleaned(source)
    assert (item.headline, item.paragraphs) == ("Mayor resigns", ())
    assert len(item.ednotes) == 1


def test_a_message_that_is_a_note_only_is_an_item_without_text() -> None:
    item = cleaned(a_plain_source("Eds: The story on bridges will move at noon."))
    assert (item.headline, item.paragraphs) == (None, ())
    assert item.ednotes == (EdNote(text="Eds: The story on bridges will move at noon."),)


def test_contacts_between_paragraphs_go_only_where_they_are_the_press_s() -> None:
    item = cleaned(a_plain_source(f"{STORY}Media contact:\nAnn, a@b.example\n\n{THIRD}"))
    assert texts(item) == [PROSE, MORE, THIRD]
    item = cleaned(a_plain_source(f"{STORY}Contact:\nAnn, a@b.example\n\n{THIRD}"))
    assert texts(item) == [PROSE, MORE, "Contact:", "Ann, a@b.example", THIRD]


def test_with_the_rule_off_nothing_is_fenced() -> None:
    text = f"{HEADLINE}\n\n(Adds quotes)\n\n{PROSE}\n\n# Notizblock\n\n## Orte\n- Am Markt 1"
    item = cleaned(a_plain_source(text), CleaningRules(fences=False))
    assert item.ednotes == ()
    assert "# Notizblock" in texts(item)


def test_a_note_said_in_a_field_is_not_said_twice() -> None:
    facts = Facts(ednotes=(EdNote(text="Eds: With photos.", publishable=True),))
    item = cleaned(a_plain_source(f"{HEADLINE}\n\nEds: With photos.\n\n{PROSE}", facts=facts))
    assert item.ednotes == facts.ednotes


def test_tables_and_lists_within_a_notebook_go_with_it() -> None:
    text = STORY + "# Notebook\n\n Home      12      4\n Away      11      5"
    item = cleaned(a_plain_source(text))
    assert not any(paragraph.kind is ParagraphKind.TABLE for paragraph in item.paragraphs)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line",
    [
        "Contact: 202 555 0100", "# Kontakt", "Notebook", "Media contact", "* * * *", "(Adds x)",
        "Notes to editors", "Eds: x", "((a@b.example))", "Tel: 0000000", "The following", "((((",
        "An die Redaktionen: x", "Contact", "@" * 50, "1" * 50,
    ],
)  # fmt: skip
def test_any_number_of_fences_is_judged_in_time(line: str) -> None:
    for text in (f"{PROSE}\n" + f"{line}\n" * 8_000 + THIRD, f"{PROSE}\n" + line * 20_000):
        outcome = clean(a_plain_source(text))
        assert not isinstance(outcome, Item) or unaccounted(text, outcome) is None
