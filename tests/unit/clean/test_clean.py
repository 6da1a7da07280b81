from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.event import Source
from schemas.item import EdNote, Item, Lifecycle, LifecycleKind, ParagraphKind, PubStatus
from streams.clean import CleaningRules, clean, item_of, unaccounted
from streams.decode.decoded import Block, Decoded, Facts, Role
from streams.desk.identity import content_hash
from streams.steps import Drop, DropReason, Fail

PROSE = "The council voted on Tuesday to close both bridges until the spring, officials said."
MORE = "Engineers had warned since 2019 that the older of the two could not carry heavy lorries."
THIRD = "A ferry will run every half hour, and the fare is to stay below two crowns, they added."
HEADLINE = "City closes both bridges until spring"


def scraped(text: str, **facts: object) -> Decoded:
    """Plain text as the decoder hands it over: a block for each line, nothing declared."""
    blocks = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(start, start + len(line)))
        start += len(line) + 1
    return laid_out(text, blocks, **facts)


def declared(*pieces: tuple[str, Role], **facts: object) -> Decoded:
    text, blocks = "", []
    for piece, role in pieces:
        blocks.append(Block(len(text), len(text) + len(piece), role))
        text += piece + "\n"
    return laid_out(text, blocks, **facts)


def laid_out(text: str, blocks: list[Block], **facts: object) -> Decoded:
    return Decoded(
        source=Source(id="s", position="p:1", sha256="0" * 64),
        provider="tst",
        received_at=datetime(2026, 2, 1, tzinfo=UTC),
        format="plain-text",
        encoding_declared=None,
        encoding_used="utf-8",
        text=text,
        blocks=tuple(blocks),
        facts=Facts(**facts),  # type: ignore[arg-type]
    )


def cleaned(decoded: Decoded, rules: CleaningRules | None = None) -> Item:
    item = clean(decoded, rules) if rules else clean(decoded)
    assert isinstance(item, Item)
    assert unaccounted(decoded.text, item) is None
    return item


def texts(item: Item) -> list[str]:
    return [paragraph.text for paragraph in item.paragraphs]


def removed(decoded: Decoded, item: Item) -> list[tuple[str, str]]:
    return [(span.reason, decoded.text[span.start : span.end]) for span in item.audit.removed]


def test_a_scrape_loses_navigation_label_and_glued_teaser() -> None:
    teaser = PROSE + MORE[:40] + "..."
    source = scraped(
        f"Search\nSearch\n\nLatest News\n\n{HEADLINE}\n\n{PROSE}\n\n{MORE}\n\n{THIRD}\n{teaser}"
    )
    item = cleaned(source)
    assert item.headline == HEADLINE
    assert texts(item) == [PROSE, MORE, THIRD]
    assert removed(source, item) == [
        ("navigation", "Search"),
        ("navigation", "Search"),
        ("section-label", "Latest News"),
        ("teaser-duplicate", teaser),
    ]
    assert (item.language, item.byline, item.dateline) == ("en", None, None)
    assert item.content_hash == content_hash(item.headline, texts(item))
    assert item.item_key == f"tst:content-{item.content_hash}"


def test_a_glued_teaser_above_the_text_goes_and_the_paragraphs_stay() -> None:
    source = scraped(f"{HEADLINE}\n\n{PROSE}{MORE[:50]}\n\n{PROSE}\n\n{MORE}")
    item = cleaned(source)
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])


def test_of_two_equal_paragraphs_the_first_stays() -> None:
    item = cleaned(scraped(f"{HEADLINE}\n\n{PROSE}\n\n{MORE}\n\n{PROSE}"))
    assert texts(item) == [PROSE, MORE]
    assert item.audit.removed[0].start > len(HEADLINE) + len(PROSE) + len(MORE)


def test_a_headline_said_again_in_the_text_stays() -> None:
    headline = "Both bridges over the river stay closed until the spring says the council"
    item = cleaned(scraped(f"{headline}\n\n{headline}, after a vote on Tuesday.\n\n{MORE}"))
    assert item.headline == headline
    assert len(item.paragraphs) == 2


def test_short_repeats_within_a_text_stay() -> None:
    item = cleaned(scraped(f"{HEADLINE}\n\n{PROSE}\n\nQ: Why?\n\n{MORE}\n\nQ: Why?\n\n{THIRD}"))
    assert texts(item).count("Q: Why?") == 2


def test_a_text_without_headline_gets_none() -> None:
    item = cleaned(scraped(f"{PROSE}\n\n{MORE}"))
    assert item.headline is None
    assert texts(item) == [PROSE, MORE]


def test_a_single_line_is_a_headline() -> None:
    item = cleaned(scraped("Explosion in the harbour of Odense - police"))
    assert (item.headline, item.paragraphs) == ("Explosion in the harbour of Odense - police", ())


@pytest.mark.parametrize("marker", ["URGENT", "FLASH", "1ST LEAD"])
def test_a_marker_line_becomes_lifecycle(marker: str) -> None:
    source = scraped(f"{marker}\n\n{HEADLINE}\n\n{PROSE}")
    item = cleaned(source)
    assert item.headline == HEADLINE
    assert item.lifecycle.kinds
    assert removed(source, item) == [("lifecycle-marker", marker)]


def test_a_declared_lifecycle_is_not_read_again() -> None:
    stated = Lifecycle(kinds=(LifecycleKind.UPDATE,), ordinal=3)
    item = cleaned(scraped(f"URGENT - {HEADLINE}\n\n{PROSE}", lifecycle=stated))
    assert item.lifecycle == stated
    assert item.headline == f"URGENT - {HEADLINE}"


def test_hard_wrapped_lines_are_joined_and_tables_stay_lines() -> None:
    source = scraped(
        "SUGAR QUOTA IMPORTS DETAILED\n\n"
        "The agriculture department said\n"
        "imports from the countries below during the quota year, which\n"
        "began in January, were as follows in short tons of raw value.\n"
        " ARGENTINA        nil          39,130\n"
        " BELIZE           103           7,510\n"
        "    The figures cover the first quarter only and do not include\n"
        "shipments held at ports, it said."
    )
    item = cleaned(source)
    assert item.headline == "SUGAR QUOTA IMPORTS DETAILED"
    assert [(p.kind, p.text[:20]) for p in item.paragraphs] == [
        (ParagraphKind.TEXT, "The agriculture depa"),
        (ParagraphKind.TABLE, "ARGENTINA        nil"),
        (ParagraphKind.TABLE, "BELIZE           103"),
        (ParagraphKind.TEXT, "The figures cover th"),
    ]
    assert "\n" not in item.text.replace("\n\n", "")
    assert {edit.reason for edit in item.audit.edits} == {"line-wrap"}


def test_lines_of_a_page_are_not_joined() -> None:
    item = cleaned(scraped(f"{HEADLINE}\n{PROSE}\n{MORE}\n{THIRD}"))
    assert texts(item) == [PROSE, MORE, THIRD]


def test_a_page_is_cut_to_its_article() -> None:
    links = "Home\nSkip to content\nContact us\nPrivacy policy\nShoes\nHats\nGloves\n"
    source = scraped(
        f"{links}{HEADLINE}\nBy Jane Doe\n{PROSE}\n{MORE}\nWhat comes next\n{THIRD}\n"
        f"Share this\nRelated articles\nTen hats for autumn\nSubscribe\nOur shops"
    )
    item = cleaned(source)
    assert item.headline == HEADLINE
    assert item.byline == "By Jane Doe"
    assert texts(item) == [PROSE, MORE, "What comes next", THIRD]


def test_dateline_is_taken_off_the_first_paragraph() -> None:
    source = scraped(f"{HEADLINE}\n\nODENSE, 21 feb 2026 (TST/AFP) - {PROSE}\n\n{MORE}")
    item = cleaned(source)
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.date) == ("ODENSE", "21 feb 2026")
    assert item.dateline.agency == "TST/AFP"
    assert item.dateline.raw == "ODENSE, 21 feb 2026 (TST/AFP) -"
    assert texts(item) == [PROSE, MORE]
    (edit,) = item.audit.edits
    assert source.text[edit.start : edit.end] == "ODENSE, 21 feb 2026 (TST/AFP) - "


def test_dateline_of_a_wrapped_paragraph_keeps_its_offsets() -> None:
    source = scraped(
        "HARBOUR REOPENS\n\n"
        "    MINATOMACHI AND LITTLE HARBOUR,\n"
        "Feb 3 (Reuters) - The harbour was opened to ships of any size\n"
        "again on Tuesday, two weeks after the storm had filled much of\n"
        "the narrow channel between the islands with sand, officials said."
    )
    item = cleaned(source)
    assert item.dateline is not None
    assert item.dateline.date == "Feb 3"
    assert texts(item)[0].startswith("The harbour was opened")


def test_bylines_signoffs_rights_and_end_marks_become_fields() -> None:
    source = scraped(
        f"{HEADLINE}\n\nPar Jeanne Dupont et Jean Martin\n\n{PROSE}\n\n{MORE}\n\n"
        "abc/def/gh\n\n© Agence Test 2026\n\n-30-"
    )
    item = cleaned(source)
    assert item.byline == "Par Jeanne Dupont et Jean Martin"
    assert item.rights == "© Agence Test 2026"
    assert texts(item) == [PROSE, MORE]
    assert [reason for reason, _ in removed(source, item)] == [
        "byline",
        "sign-off",
        "rights",
        "end-mark",
    ]


def test_an_ordinary_last_line_stays() -> None:
    assert texts(cleaned(scraped(f"{HEADLINE}\n\n{PROSE}\n\net/ou")))[-1] == "et/ou"


def test_declared_blocks_are_taken_as_declared() -> None:
    source = declared(
        ("Search", Role.FURNITURE),
        (HEADLINE, Role.HEADLINE),
        (PROSE, Role.BODY),
        ("Search", Role.BODY),
        (MORE, Role.BODY),
        (PROSE, Role.BODY),
    )
    item = cleaned(source)
    assert item.headline == HEADLINE
    assert texts(item) == [PROSE, "Search", MORE]
    assert removed(source, item) == [("furniture", "Search"), ("teaser-duplicate", PROSE)]


def test_every_declared_role_has_its_place() -> None:
    source = declared(
        ("A shorter headline", Role.SUMMARY),
        (HEADLINE, Role.HEADLINE),
        ("By Jane Doe", Role.BYLINE),
        ("By Jane Doe =", Role.BYLINE),
        ("Odense, 21 feb 2026 (TST) -", Role.DATELINE),
        ("The council closes bridges.", Role.SUMMARY),
        (PROSE, Role.BODY),
        (MORE, Role.BODY),
        ("Call Jane Doe, +45 00 00 00 00", Role.NOTE),
        ("before you print this.", Role.NOTE),
        ("No use after May", Role.RIGHTS),
    )
    item = cleaned(source)
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE, MORE])
    assert item.byline == "By Jane Doe"
    assert item.rights == "No use after May"
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.date, item.dateline.agency) == (
        "Odense",
        "21 feb 2026",
        "TST",
    )
    note = "Call Jane Doe, +45 00 00 00 00\nbefore you print this."
    assert item.ednotes == (EdNote(text=note, publishable=False),)
    reasons = [reason for reason, _ in removed(source, item)]
    assert reasons == [
        "summary", "byline", "byline", "dateline", "summary", "ednote", "ednote", "rights",
    ]  # fmt: skip


def test_what_a_field_states_stands_before_the_block() -> None:
    item = cleaned(
        declared(
            ("By Jane Doe", Role.BYLINE),
            ("ODENSE (TST) -", Role.DATELINE),
            ("(c) Block", Role.RIGHTS),
            (f"AARHUS, Feb 3 (AFP) - {PROSE}", Role.BODY),
            byline="By John Roe",
            dateline_raw="Esbjerg",
            rights="(c) Field",
        )
    )
    assert (item.byline, item.rights) == ("By John Roe", "(c) Field")
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.raw) == ("Esbjerg", "Esbjerg")
    # What it does not say, the dateline of the text does.
    assert (item.dateline.date, item.dateline.agency) == ("Feb 3", "AFP")
    assert texts(item) == [PROSE]


@pytest.mark.parametrize(
    ("raw", "place"), [("Somewhere on 4 the road", None), ("Paris, 21 jan 2019 (AFP) -", "Paris")]
)
def test_a_stated_dateline_keeps_its_words(raw: str, place: str | None) -> None:
    item = cleaned(declared((PROSE, Role.BODY), dateline_raw=raw))
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.raw) == (place, raw)


def test_a_stated_dateline_of_white_space_is_none() -> None:
    assert cleaned(declared((PROSE, Role.BODY), dateline_raw=" \n ")).dateline is None


def test_an_alert_declared_as_text_stays_text() -> None:
    item = cleaned(declared(("Mayor of Odense resigns", Role.BODY)))
    assert (item.headline, texts(item)) == (None, ["Mayor of Odense resigns"])


def test_a_dateline_is_taken_off_a_declared_alert() -> None:
    item = cleaned(declared(("ODENSE, 3 fév (AFP) - Mayor of Odense resigns", Role.BODY)))
    assert (item.headline, texts(item)) == (None, ["Mayor of Odense resigns"])
    assert item.dateline is not None


@pytest.mark.parametrize("line", ["Home", "Contact us", "World news", "Advertisement", "Share"])
def test_declared_text_is_not_taken_for_furniture(line: str) -> None:
    pieces = [(line, Role.BODY), (PROSE, Role.BODY), (line, Role.BODY), (MORE, Role.BODY)]
    assert texts(cleaned(declared(*pieces))) == [line, PROSE, line, MORE]


def test_a_structured_format_may_say_it_twice() -> None:
    pieces = [(HEADLINE, Role.HEADLINE), (PROSE, Role.BODY), (MORE, Role.BODY), (PROSE, Role.BODY)]
    source = replace(declared(*pieces), format="newsml-g2")
    assert texts(cleaned(source)) == [PROSE, MORE, PROSE]


def test_a_summary_is_the_text_where_there_is_no_other() -> None:
    assert texts(cleaned(declared((PROSE, Role.SUMMARY)))) == [PROSE]
    assert texts(cleaned(declared((HEADLINE, Role.HEADLINE), (PROSE, Role.SUMMARY)))) == []


@pytest.mark.parametrize("role", Role)
def test_a_canceled_item_has_no_paragraphs_whatever_is_declared(role: Role) -> None:
    source = declared(
        (HEADLINE, Role.HEADLINE), (PROSE, role), (MORE, role), pubstatus=PubStatus.CANCELED
    )
    item = cleaned(source)
    assert (item.headline, item.paragraphs) == (HEADLINE, ())


def test_a_declared_note_is_no_paragraph_even_with_nothing_removed() -> None:
    item = item_of(declared((PROSE, Role.BODY), ("Call Jane", Role.NOTE), (MORE, Role.SUMMARY)))
    assert texts(item) == [PROSE, MORE]
    assert item.ednotes == (EdNote(text="Call Jane"),)


def test_an_element_with_line_ends_is_one_paragraph() -> None:
    item = cleaned(
        declared((HEADLINE, Role.HEADLINE), (PROSE.replace(" to ", "\n to "), Role.BODY))
    )
    assert texts(item) == [PROSE]


def test_a_declared_headline_above_undeclared_text_stays() -> None:
    source = declared(
        ("Menu", Role.UNDECLARED), (HEADLINE, Role.HEADLINE), (PROSE, Role.UNDECLARED)
    )
    item = cleaned(source)
    assert (item.headline, texts(item)) == (HEADLINE, [PROSE])


def test_a_canceled_item_keeps_headline_and_note_only() -> None:
    note = EdNote(text="Withdrawn, see later version")
    source = declared(
        (HEADLINE, Role.HEADLINE),
        (PROSE, Role.BODY),
        pubstatus=PubStatus.CANCELED,
        ednotes=(note,),
        stable_id="x1",
    )
    item = cleaned(source)
    assert (item.headline, item.paragraphs, item.ednotes) == (HEADLINE, (), (note,))
    assert removed(source, item) == [("canceled", PROSE)]


def test_a_kill_marker_cancels_and_its_text_is_the_note() -> None:
    item = cleaned(scraped(f"KILL KILL KILL\n\n{HEADLINE}\n\n{PROSE}"))
    assert item.pubstatus is PubStatus.CANCELED
    assert item.paragraphs == ()
    assert item.ednotes[-1].text == PROSE


@pytest.mark.parametrize(
    "facts",
    [
        {"pubstatus": PubStatus.CANCELED},
        {"lifecycle": Lifecycle(kinds=(LifecycleKind.KILL,))},
    ],
)
def test_a_kill_without_any_text_is_an_item(facts: dict[str, object]) -> None:
    item = cleaned(scraped("", stable_id="x1", **facts))
    assert item.item_key == "tst:x1"
    assert item.pubstatus is PubStatus.CANCELED


def test_nothing_at_all_is_dropped() -> None:
    assert clean(scraped(" \n\t\n")) == Drop(DropReason.EMPTY, "neither headline nor text")


def test_furniture_only_is_dropped() -> None:
    outcome = clean(scraped("Search\nMenu\n\nLatest news"))
    assert isinstance(outcome, Drop)
    assert outcome.reason is DropReason.NO_ARTICLE


@pytest.mark.parametrize("text", ["\x00\x01\x02", "-- !! --", "\u200b\ufeff"])
def test_no_letter_fails(text: str) -> None:
    outcome = clean(scraped(text))
    assert isinstance(outcome, Fail)
    assert outcome.code == "no-text"


def test_item_of_removes_nothing() -> None:
    source = scraped(f"Search\n\n{HEADLINE}\n\nODENSE (AFP) - {PROSE}\n\n{PROSE}")
    item = item_of(source)
    assert item.headline is None
    assert texts(item) == ["Search", HEADLINE, f"ODENSE (AFP) - {PROSE}", PROSE]
    assert item.audit.removed == item.audit.edits == ()
    assert unaccounted(source.text, item) is None


def test_item_of_keeps_the_body_of_a_canceled_item() -> None:
    source = declared((HEADLINE, Role.HEADLINE), (PROSE, Role.BODY), pubstatus=PubStatus.CANCELED)
    assert texts(item_of(source)) == [PROSE]


@pytest.mark.parametrize(
    "rule",
    ["navigation", "teasers", "datelines", "bylines", "sign_offs", "line_wraps", "typography"],
)
def test_every_rule_can_be_switched_off(rule: str) -> None:
    source = scraped(
        f"Search\n\n{HEADLINE}\n\nBy Jane Doe\n\nODENSE (AFP) - {PROSE}\n\n{MORE}\x07\n\n"
        f"{MORE[:80]}...\n\n"
        "The council which met behind doors that were\nclosed to all reporters\n\n"
        "abc/def/gh"
    )
    everything = cleaned(source)
    less = cleaned(source, CleaningRules(**{rule: False}))  # type: ignore[arg-type]
    assert len(less.audit.removed) + len(less.audit.edits) < len(everything.audit.removed) + len(
        everything.audit.edits
    )


def test_times_and_facts_reach_the_item() -> None:
    when = datetime(2026, 1, 31, 12, tzinfo=UTC)
    item = cleaned(
        declared(
            (HEADLINE, Role.HEADLINE),
            (PROSE, Role.BODY),
            stable_id="a\u200b1",
            version="2",
            version_created=when,
            language="en-GB",
            slugline="city-bridges\x00",
            dateline_place="Odense",
        )
    )
    assert item.item_key == "tst:a1"
    assert item.id == f"{item.item_key}@{item.order_key}"
    assert (item.version, item.version_created, item.language) == ("2", when, "en")
    assert item.slugline == "city-bridges"
    assert item.dateline is not None
    assert (item.dateline.place, item.dateline.raw) == ("Odense", "Odense")
