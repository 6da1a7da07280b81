"""Learned lines in cleaning, and the file that holds them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date

import pytest

from schemas.item import Item
from streams.clean import CleaningRules, clean, unaccounted
from streams.clean.boilerplate import (
    BoilerplateLine,
    BoilerplateRules,
    RevokedLine,
    SourceRules,
    Where,
    line_id,
    line_key,
)
from streams.clean.boilerplate.changing import differences, merged, revoke
from streams.clean.boilerplate.file import read, write
from streams.clean.boilerplate.protected import Protection, protection
from streams.decode.decoded import Role
from streams.errors import ConfigError
from streams.folding import fold
from tests.sources import a_plain_source

DAY = date(2016, 2, 15)
TEXT = "The ferry to the islands was out of service on Monday, the harbour master said in a note."
MORE = "It will be repaired by the end of the week, and passengers are taken by road until then."
HEADLINE = "Ferry to the islands out of service"


def a_line(text: str, where: Where = Where.BELOW, stories: int = 9) -> BoilerplateLine:
    return BoilerplateLine(text, where, stories, 10, DAY, DAY)


def a_set(*lines: BoilerplateLine, source: str = "unknown") -> BoilerplateRules:
    return write({source: SourceRules(lines)}, DAY)[1]


def cleaned(text: str, rules: BoilerplateRules | None, role: Role = Role.UNDECLARED) -> Item:
    source = a_plain_source(text, role=role)
    item = clean(source, CleaningRules(boilerplate=rules))
    assert isinstance(item, Item)
    assert unaccounted(source.text, item) is None
    return item


def removed(item: Item, text: str) -> list[str]:
    return [
        text[span.start : span.end] for span in item.audit.removed if span.reason == "boilerplate"
    ]


def paged(*lines: str) -> str:
    return "\n\n".join(lines)


def test_a_learned_line_is_removed_and_the_audit_names_the_set() -> None:
    rules = a_set(a_line("Read every story on our site"))
    text = paged(HEADLINE, TEXT, "READ EVERY STORY on our site!")
    item = cleaned(text, rules)
    assert [part.text for part in item.paragraphs] == [TEXT]
    (span,) = item.audit.removed
    assert (text[span.start : span.end], span.reason) == (
        "READ EVERY STORY on our site!",
        "boilerplate",
    )
    assert span.rule == f"boilerplate@{rules.version}"
    assert len(cleaned(text, None).paragraphs) == 2


def test_other_reasons_name_no_version() -> None:
    item = cleaned(paged(HEADLINE, "By Ilse Brandvik", TEXT), a_set(a_line("Read on")))
    assert [(span.reason, span.rule) for span in item.audit.removed] == [("byline", None)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where.ABOVE, ["above"]),
        (Where.BELOW, ["below"]),
        (Where.AROUND, ["above", "below"]),
        (Where.ANYWHERE, ["above", "within", "below"]),
    ],
)
def test_a_line_goes_only_where_it_was_learned_to_stand(where: Where, expected: list[str]) -> None:
    line = "Listen to the latest news"
    text = paged(HEADLINE, line, TEXT, line, MORE, line)
    item = cleaned(text, a_set(a_line(line, where)))
    gone = [span.start for span in item.audit.removed if span.reason == "boilerplate"]
    places = {text.index(line): "above", text.index(TEXT) + len(TEXT) + 2: "within"}
    assert [places.get(start, "below") for start in gone] == expected


def test_boilerplate_of_sentences_is_not_taken_for_the_text() -> None:
    line = "Our correspondents write to you once a week, sign up for the letter, it is free."
    item = cleaned(paged(HEADLINE, TEXT, line, "Read on"), a_set(a_line(line), a_line("Read on")))
    assert [part.text for part in item.paragraphs] == [TEXT]


def test_the_last_line_that_is_left_is_published() -> None:
    line = "Read every story on our site"
    assert cleaned(line, a_set(a_line(line, Where.ANYWHERE))).text == line


def test_a_flash_that_is_a_link_elsewhere_is_published() -> None:
    rules = a_set(a_line(HEADLINE), a_line("Write to us"))
    item = cleaned(paged("By Ilse Brandvik", HEADLINE, "Write to us"), rules)
    assert item.headline == HEADLINE


def test_lines_of_another_source_stay() -> None:
    text = paged(HEADLINE, TEXT, "Write to us")
    item = cleaned(text, a_set(a_line("Write to us"), source="herald"))
    assert removed(item, text) == []


def test_declared_headlines_and_protected_lines_stay_whatever_the_file_says() -> None:
    rows = "Crown 30   4,223.04   -0.39%"
    text = paged(HEADLINE, TEXT, rows)
    assert removed(cleaned(text, a_set(a_line(rows))), text) == []
    text = paged(HEADLINE, TEXT)
    source = a_plain_source(text)
    blocks = (replace(source.blocks[0], role=Role.HEADLINE), source.blocks[1])
    item = clean(
        replace(source, blocks=blocks),
        CleaningRules(boilerplate=a_set(a_line(HEADLINE, Where.ANYWHERE))),
    )
    assert isinstance(item, Item)
    assert item.headline == HEADLINE


def test_declared_text_is_cleaned_of_learned_lines_too() -> None:
    text = paged(TEXT, "Write to us")
    item = cleaned(text, a_set(a_line("Write to us")), role=Role.BODY)
    assert removed(item, text) == ["Write to us"]


def test_numbers_are_one_key_and_lines_without_letters_have_none() -> None:
    assert line_key(fold("Updated 12:30")) == line_key(fold("updated 9:05")) == "updated 0 0"
    assert [line_key(fold(text)) for text in ("12", "* * *", "9:05 h", "")] == [""] * 4
    assert line_key(fold("最新ニュース"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("By Ilse Brandvik", Protection.BYLINE),
        ("-30-", Protection.SIGN_OFF),
        ("LONDON, March 3", Protection.DATELINE),
        ("Crown 30   4,223.04   -0.39%", Protection.ROW),
        ("Arsenal 2:1 Chelsea 0:0", Protection.ROW),
        ("Edited by Piet Holloway", Protection.CREDIT),
        ("Toute reproduction interdite", Protection.RIGHTS),
        ("EILMELDUNG", Protection.NOTICE),
        ('"Nobody stays behind here," she said', Protection.QUOTE),
        ("Avec Reuters", Protection.CREDIT),
        ("AFP / Reuters", Protection.AGENCY),
        ("x" * 1_001, Protection.LONG),
        ("Last updated 20:23, 18 February 2016", None),
        ("More from Reuters", None),
        ('Listen to "The Daily"', None),
        ("Map of the islands", None),
        ("Top 10 of 2025", None),
    ],
)
def test_protected_kinds(text: str, kind: Protection | None) -> None:
    assert protection(text) is kind


TRICKY = 'Say "yes" \\ now \u202e \x7f \t 東京 \U0001f6d1 œuvre'


def test_a_file_says_what_was_written_and_shows_what_does_not_print() -> None:
    lines = (a_line("Read on", Where.ABOVE), a_line(TRICKY))
    sources = {"a.b": SourceRules(lines, (RevokedLine("Most read"),)), 'we"ird': SourceRules(lines)}
    text, rules = write(sources, DAY)
    again = read(text)
    assert (again.version, again.sources) == (rules.version, rules.sources)
    assert write(again.sources, DAY)[0] == text
    assert text.replace("\n", "").isprintable()
    assert rules.version.startswith("2016-02-15.")
    assert pickle.loads(pickle.dumps(rules)) == rules  # noqa: S301


def test_the_version_is_made_of_the_content() -> None:
    one = write({"a": SourceRules((a_line("Read on"), a_line("Go back")))}, DAY)
    same = write({"a": SourceRules((a_line("Go back"), a_line("Read on")))}, DAY)
    other = write({"a": SourceRules((a_line("Read on"), a_line("Go back", Where.ABOVE)))}, DAY)
    assert one[0] == same[0]
    assert one[1].version != other[1].version


GOOD = write({"a": SourceRules((a_line("Read on"),), (RevokedLine("Go back"),))}, DAY)[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no learned boilerplate"),
        ("provider = 'afp'", "holds no learned boilerplate"),
        (GOOD[:-40], "damaged: not TOML"),
        ("a = " + "[" * 5_000, "damaged"),
        (GOOD.replace("boilerplate = 1", "boilerplate = 2"), "later version of Wireroom"),
        (GOOD.replace("boilerplate = 1", "boilerplate = true"), "no form there ever was"),
        (GOOD.replace("boilerplate = 1", "boilerplate = 'x'"), "no form there ever was"),
        (GOOD.replace("stories = 9", "stories = 8"), "changed by hand"),
        (GOOD.replace("2016-02-15.", "2016-02-31."), "changed by hand"),
        (GOOD.replace("version =", "verzion ="), "no version"),
        (GOOD.replace('"below"', '"beneath"'), "where = 'beneath'"),
        (GOOD.replace("stories = 9", "stories = 11"), "stories of"),
        (GOOD.replace("stories = 9", 'stories = "9"'), "stories of"),
        (GOOD.replace("last = 2016-02-15", "last = 2016-02-14"), "days of"),
        (GOOD.replace("last = 2016-02-15", "last = 2016-02-15T01:00:00"), "days of"),
        (GOOD.replace('"Read on"', '"Read off"'), "id of"),
        (GOOD.replace('"Read on"', '"..."'), "without letters"),
        (GOOD.replace('"Read on"', "5"), "without letters"),
        (GOOD.replace("text = ", "txt = "), "unknown key 'txt'"),
        (GOOD.replace("revoked = [", "revoked2 = ["), "unknown key 'revoked2'"),
        (GOOD + "\n[more]\nx = 1\n", "unknown key 'more'"),
        (GOOD.partition("\n[")[0] + "\nsource = 5\n", "no table"),
        (GOOD.partition("\nlines")[0] + "\nlines = 5\n", "no list"),
        (GOOD.partition("\nlines")[0] + "\nlines = [5]\n", "no table"),
    ],
)
def test_a_file_that_is_not_one_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"lines\.toml") as error:
        read(text, "lines.toml")
    assert words in str(error.value)


def test_what_was_revoked_stays_revoked_when_learned_again() -> None:
    rules = a_set(a_line("Read on"), a_line("Go back"))
    sources, found = revoke(rules, "READ on")
    assert found == [("unknown", "Read on")]
    again = merged(sources, {"unknown": (a_line("Read on"), a_line("Go back", stories=10))})
    kept = again["unknown"]
    assert [(line.text, line.stories) for line in kept.lines] == [("Go back", 10)]
    assert [line.text for line in kept.revoked] == ["Read on"]
    text = paged(HEADLINE, TEXT, "Read on", "Go back")
    assert removed(cleaned(text, write(again, DAY)[1]), text) == ["Go back"]


def test_a_line_is_revoked_by_id_and_of_one_source_only() -> None:
    lines = SourceRules((a_line("Read on"),))
    rules = write({"a": lines, "b": lines}, DAY)[1]
    assert revoke(rules, line_id("b", "read on"))[1] == [("b", "Read on")]
    assert revoke(rules, "Read on", "a")[1] == [("a", "Read on")]
    assert len(revoke(rules, "Read on")[1]) == 2


def test_what_cannot_be_revoked_is_said() -> None:
    rules = a_set(a_line("Read on"))
    with pytest.raises(ConfigError, match="boilerplate list shows them"):
        revoke(rules, "Read off")
    with pytest.raises(ConfigError, match="of herald"):
        revoke(rules, "Read on", "herald")
    gone = write(revoke(rules, "Read on")[0], DAY)[1]
    with pytest.raises(ConfigError, match="revoked already"):
        revoke(gone, "Read on")
    with pytest.raises(ConfigError, match="no line"):
        revoke(rules, "...")


def test_lines_that_a_new_archive_lacks_stay_and_days_are_joined() -> None:
    later = replace(a_line("Read on", Where.ABOVE), first=date(2016, 3, 1), last=date(2016, 3, 2))
    old = {"a": SourceRules((a_line("Read on"), a_line("Go back")))}
    after = merged(old, {"a": (later,), "empty": ()})
    assert list(after) == ["a"]
    lines = {line.text: line for line in after["a"].lines}
    assert (lines["Read on"].first, lines["Read on"].last) == (DAY, date(2016, 3, 2))
    assert lines["Read on"].where is Where.ABOVE
    assert lines["Go back"] == a_line("Go back")


def test_two_sets_differ_in_what_they_remove_not_in_counts() -> None:
    old = a_set(a_line("Read on"), a_line("Go back"), a_line("Stay"), a_line("Move"))
    moved = a_line("Move", Where.ABOVE)
    new = write(
        {
            "unknown": SourceRules(
                (a_line("Stay", stories=10), moved, a_line("New one")), (RevokedLine("Read on"),)
            )
        },
        DAY,
    )[1]
    found = [(change.change, change.line.text) for change in differences(old, new)]
    assert found == [
        ("gone", "Go back"),
        ("moved", "Move"),
        ("added", "New one"),
        ("revoked", "Read on"),
    ]
