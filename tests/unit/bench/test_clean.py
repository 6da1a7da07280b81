"""``wireroom bench clean``: the measure is the public benchmark's, and counts what it says."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from streams.bench.clean import Truth, on_html, on_text
from streams.bench.clean_dispatches import DispatchFigures, figures, judge
from streams.bench.clean_methods import OURS, TRAFILATURA, c4_lines, justext_lines, long_lines
from streams.bench.clean_pages import Page, Part, parse_part, part_of, read_pages, site
from streams.bench.clean_scores import match, score
from streams.bench.clean_texts import DAMAGES, languages, repairs
from streams.bench.corpus import Copywriter
from streams.bench.dispatches import Dispatch, Kind, Line, Place, Teaser, make
from streams.errors import ConfigError

MENU = ("Home", "World news", "Contact us", "Privacy policy", "Log in")


def a_page(number: int, *, words: int = 200) -> Page:
    """A page of its own site, with navigation above and below a written article."""
    body = Copywriter().paragraphs(number, words)
    headline = " ".join(body[0].split()[:8])
    above = [f"{link} {number}" for link in MENU]
    lines = (*above, headline, *body, "Share this", f"Terms of use {number}")
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return Page(
        id=str(number),
        url=f"https://www.site{number}.example/{number}",
        text="\n".join(lines),
        body="\n\n".join(body),
        title=headline,
        html=f"<html><title>{headline}</title><body><h1>{headline}</h1>{paragraphs}</body></html>",
    )


def written(path: Path, pages: list[Page]) -> Path:
    keys = {"id": "id", "url": "url", "text": "text", "title": "title", "articleBody": "body"}
    rows = [{key: getattr(page, name) for key, name in keys.items()} for page in pages]
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


@pytest.mark.parametrize(
    ("article", "extracted", "precision", "recall"),
    [
        ("one two three four five", "one two three four five", 1.0, 1.0),
        ("one two three four five six", "zero one two three four five", 2 / 3, 2 / 3),
        ("a b c d", "x", 0.0, 0.0),
        ("a b", "a, b!", 1.0, 1.0),  # fewer than four words are one shingle
        ("a b c", "a b", 0.0, 0.0),
        ("a a a a a", "a a a a", 1.0, 1 / 2),  # shingles count as often as they occur
        ("a b c d", "A b c d", 0.0, 0.0),  # case counts
        ("a b c d", "", None, 0.0),
        ("", "a b c d", 0.0, None),
    ],
)
def test_shingles_are_matched_as_the_public_benchmark_does(
    article: str, extracted: str, precision: float | None, recall: float | None
) -> None:
    one = match(article, extracted)
    assert (one.precision, one.recall) == (precision, recall)


def test_means_leave_out_what_has_no_extraction_or_no_article() -> None:
    matches = [match("a b c d e", "a b c d"), match("a b c d", ""), match("", "")]
    figures_ = score(matches)
    assert (figures_.precision, figures_.recall) == (1.0, 0.25)
    assert figures_.f1 == pytest.approx(0.4)
    assert (figures_.empty, figures_.exact) == (2, pytest.approx(1 / 3))


def test_the_error_is_that_of_the_mean_over_pages() -> None:
    same = [match("a b c d e f g h", "a b c d e f")] * 50
    assert score(same).f1_error == 0
    mixed = [match("a b c d", text) for text in ("a b c d", "w x y z") * 50]
    # The standard error of a mean of 100 ones and zeros is 0.05; here P, R and F1 are equal.
    assert score(mixed).f1_error == pytest.approx(0.05, abs=0.006)
    assert score(mixed) == score(mixed)


def test_word_f1_folds_case_and_an_exact_match_does_not() -> None:
    one = match("The bridge", "the bridge")
    assert (one.word_f1, one.exact) == (1.0, False)
    assert match("The bridge, he said", "The bridge: he said!").exact


def test_parts_are_split_by_site() -> None:
    addresses = [f"https://{host}.bbc.co.uk/{n}" for host in ("www", "news") for n in range(9)]
    assert {site(address) for address in addresses} == {"bbc.co.uk"}
    assert len({part_of(address, 7) for address in addresses}) == 1
    parts = [part_of(f"https://site{number}.example", 4) for number in range(400)]
    assert all(60 < parts.count(number) < 140 for number in (1, 2, 3, 4))
    assert part_of("https://www.site1.example/x", 4) == part_of("http://site1.example", 4)


@pytest.mark.parametrize(
    "address", ["", "nowhere", "http://[broken", "https://127.0.0.1/x", "file:"]
)
def test_any_address_has_a_part(address: str) -> None:
    assert part_of(address, 5) in range(1, 6)


@pytest.mark.parametrize("text", ["0/5", "6/5", "1", "a/b", "1/0", "-1/3", "1/2/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="K/N"):
        parse_part(text)


def test_pages_are_read_by_part_and_joined_with_their_markup(tmp_path: Path) -> None:
    pages = [a_page(number, words=40) for number in range(12)]
    path = written(tmp_path / "pages.jsonl", pages)
    markup = tmp_path / "html.jsonl.gz"
    markup.write_bytes(gzip.compress(b'{"id":"3","html":"<p>x</p>"}\n\n{"id":"99","html":""}'))
    read = read_pages(path, markup=markup)
    assert [page.id for page in read] == [page.id for page in pages]
    assert [page.id for page in read if page.html] == ["3"]
    split = [read_pages(path, part=Part(number, 2)) for number in (1, 2)]
    assert sorted((page.id for part in split for page in part), key=int) == [
        str(n) for n in range(12)
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no page"),
        (b"[]", "not an object"),
        (b"{", "not JSON"),
        (b'{"id":"1","articleBody":"x"}', "neither text nor html"),
        (b'{"id":"1","text":"x"}', "no articleBody"),
        (b'{"id":"1","text":3,"articleBody":"x"}', "text is not a string"),
        (b"\x1f\x8b\x08 nothing", "pages.jsonl"),
    ],
)
def test_a_corpus_that_is_none_is_one_error(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        read_pages(path)


def test_baselines_keep_what_their_rules_say() -> None:
    prose = "The council of the city said on Tuesday that both of the bridges would be closed. " * 3
    rows = (
        "Home",
        prose.strip(),
        "Please enable Javascript to read this page here.",
        "Read on ...",
    )
    page = Page("1", "", "\n".join(rows), "")
    assert c4_lines(page).body == long_lines(page).body == justext_lines(page).body == rows[1]


def test_every_method_is_scored_on_every_page() -> None:
    pages = [a_page(number) for number in range(3)]
    done: list[None] = []
    text = on_text(pages, Truth.BODY, step=lambda: done.append(None))
    html = on_html(pages, Truth.WHOLE)
    assert len(done) == 3
    assert text[0].method == OURS
    assert text[-1].score.recall == 1.0 > text[-1].score.precision
    assert text[0].score.f1 > text[-1].score.f1
    assert [row.method for row in html] == [OURS, TRAFILATURA]
    assert html[0].cost_ratio
    assert html[1].cost_ratio is None
    assert html[0].score.precision < 1 == html[0].score.recall  # the headline is not in the truth
    assert html[0].other_f1 == 1.0


def test_dispatches_are_what_their_lines_say() -> None:
    pages = [a_page(number) for number in range(40)]
    made = list(make(pages, 1))
    assert made == list(make(pages, 1)) != list(make(pages, 2))
    assert {dispatch.place for dispatch in made} >= {Place.END, Place.TOP, Place.NAVIGATION}
    for dispatch, page in zip(made, pages, strict=True):
        text = dict.fromkeys(Kind, "")
        end = 0
        for line in dispatch.lines:
            assert dispatch.text[end : line.start].strip() == ""
            text[line.kind] += dispatch.text[line.start : line.end] + "\n"
            end = line.end
        assert end == len(dispatch.text)
        assert text[Kind.HEADLINE].strip() == page.title
        body = page.body.split("\n\n")
        told = [line for line in body if line in text[Kind.BODY]]
        assert told == body[: len(told)]  # from its beginning, as long as a wire
        assert len(told) > 1
        own = {f"{link} {page.id}" for link in MENU}
        assert text[Kind.NAVIGATION]
        assert not own & set(text[Kind.NAVIGATION].split("\n"))
        assert "".join(page.body.split("\n\n")).startswith(text[Kind.TEASER].strip(" \n.…[]"))


def judged(text: str, kinds: str) -> DispatchFigures:
    """Figures of a dispatch of the lines of ``text``; n, h, b, t say what each is."""
    names = {"n": Kind.NAVIGATION, "h": Kind.HEADLINE, "b": Kind.BODY, "t": Kind.TEASER}
    lines, start = [], 0
    headline = ""
    for line, kind in zip(text.split("\n"), kinds, strict=True):
        lines.append(Line(names[kind], start, start + len(line)))
        headline = line if kind == "h" else headline
        start += len(line) + 1
    place = Place.END if "t" in kinds else Place.NONE
    outcome = judge(Dispatch("1", text, tuple(lines), headline, place, Teaser()))
    return figures([outcome])[0]


LEAD = "The council voted on Tuesday to close both bridges across the river for a year, it said."
NEXT = "Officials had warned in March that the older of the two might not outlast another winter."


def test_what_goes_and_what_stays_is_counted() -> None:
    text = "\n".join(
        ["Contact us", "Council closes bridges", LEAD, NEXT, (LEAD + NEXT)[:140] + "..."]
    )
    figures_ = judged(text, "nhbbt")
    assert figures_.shares() == {
        "body_line_loss": 0.0,
        "character_loss": 0.0,
        "teaser_removal": 1.0,
        "navigation_removal": 1.0,
        "headline_exact": 1.0,
    }


def test_what_is_taken_for_a_teaser_counts_as_lost_where_it_is_none() -> None:
    text = "\n".join(["Council closes bridges", LEAD, NEXT, (LEAD + NEXT)[:140] + "..."])
    figures_ = judged(text, "hbbb")
    assert (figures_.body, figures_.body_lost) == (3, 1)
    assert figures_.lost_by_reason == {"teaser-duplicate": 1}
    assert figures_.characters_lost > 100


def test_of_a_teaser_that_is_a_whole_paragraph_either_copy_may_go() -> None:
    text = f"{LEAD}\nCouncil closes bridges\n{LEAD}\n{NEXT}"
    figures_ = judged(text, "thbb")
    assert (figures_.teasers_removed, figures_.body_lost) == (1, 0)


def test_damage_is_repaired_and_unharmed_text_left() -> None:
    rows = repairs(["Genève, l’été: «déjà vu»", "plain", "Ã la carte"])
    assert [row.damage for row in rows][1:] == [damage.name for damage in DAMAGES]
    assert (rows[0].texts, rows[0].right, rows[0].wrong) == (2, 2, 0)
    assert rows[1].right >= 1
    assert all(row.texts == row.right + row.untouched + row.wrong for row in rows)


def test_only_openings_of_seven_words_are_told() -> None:
    french = "Le ministre a annoncé mardi que le pont serait fermé pendant un an"
    rows = languages([("fr", french), ("en", french), ("en", "Too short to tell")])
    assert [(row.language, row.texts, row.right) for row in rows] == [
        ("en", 1, 0),
        ("fr", 1, 1),
        ("all", 2, 1),
    ]
    assert rows[0].mistaken == {"fr": 1}


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "streams", "bench", "clean", *arguments]
    return subprocess.run(command, check=False, capture_output=True)


def test_the_command_prints_lines_for_programs_and_tables_for_people(tmp_path: Path) -> None:
    pages = [a_page(number) for number in range(4)]
    corpus = written(tmp_path / "pages.jsonl", pages)
    markup = tmp_path / "html.jsonl"
    markup.write_bytes(orjson.dumps({"id": "2", "html": pages[2].html}))
    told = tmp_path / "languages.jsonl"
    told.write_bytes(
        orjson.dumps({"language": "fr", "text": "Le pont a été fermé mardi soir, dit-il"})
    )
    options = ("--corpus", str(corpus), "--html", str(markup), "--languages", str(told))
    piped = run(*options)
    assert piped.returncode == 0, piped.stderr
    rows = [orjson.loads(line) for line in piped.stdout.splitlines()]
    tables = [row["table"] for row in rows]
    assert list(dict.fromkeys(tables)) == ["pages", "dispatches", "mojibake", "language"]
    assert tables.count("pages") == 7
    shown = run(*options, "-o", "text")
    for word in (
        b"everything kept",
        b"trafilatura",
        b"teasers",
        b"unharmed",
        b"openings of 7 words",
    ):
        assert word in shown.stdout


def test_the_command_says_what_it_lacks(tmp_path: Path) -> None:
    assert b"--corpus PATH" in run().stderr
    missing = run("--corpus", str(tmp_path / "none.jsonl"))
    assert (missing.returncode, b"No such file" in missing.stderr) == (2, True)
