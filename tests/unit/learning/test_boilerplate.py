"""Learning boilerplate: each guard has a test that fails without it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from schemas.raw import RawMessage
from streams.clean.boilerplate import SourceRules
from streams.clean.boilerplate.file import write
from streams.learning import BoilerplateLearner, Lesson
from streams.learning.sketch import Sketch

BEGIN = datetime(2016, 2, 15, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = (
    "harbour", "minister", "bridge", "budget", "glacier", "orchestra", "refinery", "senator",
    "village", "ferry", "satellite", "tunnel", "archive", "bakery", "colonel", "dentist", "engine",
    "factory", "gardener", "hospital", "inquiry", "journal", "kitchen", "lawyer", "market",
    "novelist", "oyster", "painter", "quarry", "railway", "school", "theatre", "union", "vineyard",
)  # fmt: skip


def sentence(seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311
    words = " ".join(chance.choices(WORDS, k=16))
    return f"The {words} of number {seed} were named on the record by an official."


def story(number: int) -> list[str]:
    """Headline and two paragraphs that no other story has."""
    chance = random.Random(-number)  # noqa: S311
    headline = " ".join(chance.sample(WORDS, 6)).capitalize()
    return [f"{headline} {number}", sentence(2 * number), sentence(2 * number + 1)]


def message(
    lines: Sequence[str], at: datetime = BEGIN, provider: str | None = "nordava"
) -> RawMessage:
    return RawMessage(
        body="\n\n".join(lines).encode(),
        provider=provider,
        received_at=at,
        content_type="text/plain; charset=utf-8",
        position=f"{at.isoformat()}",
    )


def lessons(messages: Iterable[RawMessage]) -> list[Lesson]:
    with BoilerplateLearner() as learner:
        for each in messages:
            learner.add(each)
        return learner.lessons()


def learned(messages: Iterable[RawMessage]) -> dict[str, str]:
    return {line.text: line.where.value for each in lessons(messages) for line in each.lines}


def feed(*around: Sequence[str], count: int = 10, step: timedelta = 8 * HOUR) -> list[RawMessage]:
    """Stories, each with one of the (above | below) in turn; "..." is where the story goes."""
    messages = []
    for number in range(count):
        lines = around[number % len(around)]
        place = lines.index("...")
        whole = [*lines[:place], *story(number), *lines[place + 1 :]]
        messages.append(message(whole, BEGIN + number * step))
    return messages


FOOTER = "Read every story on our site"
PLAIN = ["...", FOOTER]
HEADLINE = "Storm on the coast, as it happened"


def test_lines_around_the_stories_of_a_source_are_learned() -> None:
    found = learned(feed(["News from the Nordava newsroom", "...", FOOTER, "Updated 12:30"]))
    assert found == {
        "News from the Nordava newsroom": "above",
        FOOTER: "below",
        "Updated 12:30": "below",
    }


def test_a_line_says_how_often_and_when_it_was_seen() -> None:
    (lesson,) = lessons(feed(PLAIN))
    (line,) = lesson.lines
    assert (line.stories, line.of, lesson.messages, lesson.stories) == (10, 10, 10, 10)
    assert (line.first.isoformat(), line.last.isoformat()) == ("2016-02-15", "2016-02-18")
    assert lesson.last == line.last


def test_four_stories_teach_nothing() -> None:
    assert learned(feed(PLAIN, count=4)) == {}
    assert learned(feed(PLAIN, count=5)) == {FOOTER: "below"}


def test_one_day_teaches_nothing() -> None:
    assert learned(feed(PLAIN, step=HOUR / 4)) == {}


def test_a_line_of_one_story_in_a_hundred_is_none() -> None:
    few = feed(PLAIN, count=5)
    others = [message(story(n), BEGIN + n * HOUR) for n in range(100, 400)]
    assert learned([*few, *others]) == {}
    assert learned([*few, *others[:50]]) == {FOOTER: "below"}


def test_takes_of_one_story_count_once() -> None:
    series = "The storm on the coast, as it happened"
    texts = [story(1)[0], *(sentence(n) for n in range(900, 924))]
    takes = [message([*texts[: 6 + take], series], BEGIN + take * 3 * HOUR) for take in range(12)]
    assert learned([*takes, *feed(PLAIN, count=12)]) == {FOOTER: "below"}


def test_times_on_every_page_do_not_make_two_stories_of_two_takes() -> None:
    def page(lines: Sequence[str], number: int) -> RawMessage:
        at = BEGIN + number * 5 * HOUR
        return message([f"Updated {at:%H:%M:%S} on {at:%d} February", "7 pages", *lines], at)

    bare = [sentence(n).replace(f" of number {n} ", " ") for n in range(900, 912)]
    takes = [page([HEADLINE, *bare[: 2 + take // 2]], take) for take in range(8)]
    others = [page([*story(n), FOOTER], n) for n in range(12, 36)]
    (lesson,) = lessons([*takes, *others])
    assert lesson.stories == 25


def test_updates_under_one_id_count_once() -> None:
    line = "Watch it live"
    takes = []
    for number in range(8):
        lines = [*story(number), line]
        html = "".join(f"<p>{text}</p>" for text in lines[1:])
        body = (
            f'{{"uri": "urn:nordava:1", "type": "text", "versioncreated": '
            f'"2016-02-{15 + number // 4}T1{number}:00:00Z", "headline": "{lines[0]}", '
            f'"body_html": "{html}"}}'
        )
        takes.append(
            RawMessage(body=body.encode(), provider="nordava", content_type="application/json")
        )
    assert learned(takes) == {}
    ids = [
        each.model_copy(update={"body": each.body.replace(b"nordava:1", b"nordava:1%d" % number)})
        for number, each in enumerate(takes)
    ]
    assert learned(ids) == {line: "below"}


def test_one_story_three_thousand_times_teaches_nothing() -> None:
    lines = [*story(1), FOOTER]
    copies = (message(lines, BEGIN + n * timedelta(minutes=5)) for n in range(3_000))
    assert learned(copies) == {}


@pytest.mark.parametrize(
    "line",
    [
        "By Ilse Brandvik",
        "Par Jeanne Dupont",
        "(Reporting by Ilse Brandvik; Editing by Piet Holloway)",
        "ib/ph/ma",
        "LONDON, March 3",
        "AFP",
        "Mit Material der dpa",
        "Con información de EFE",
        "Source: Reuters",
        "Nordava",
        "© 2016 Nordava Media",
        "Tous droits réservés.",
        "CORRECTION: an earlier version gave the wrong name",
        "Eds: photos are to follow",
        "EMBARGO until noon",
        "Crown 30   4,223.04   -0.39%",
        "Net profit 1,545,160 vs 2,188,933",
        '"We will leave nobody behind in these mountains," she said.',
        "« Nous ne laisserons personne derrière nous », a-t-elle dit.",
    ],
)
def test_protected_lines_are_never_learned(line: str) -> None:
    assert learned(feed([line, "...", line, FOOTER], ["...", FOOTER], count=20)) == {
        FOOTER: "below"
    }


def test_crossheads_within_the_text_are_not_learned() -> None:
    messages = []
    for number in range(20):
        headline, first, second = story(number)
        lines = [headline, first, "What we like", second, FOOTER]
        messages.append(message(lines, BEGIN + number * 8 * HOUR))
    assert learned(messages) == {FOOTER: "below"}


def test_sentences_within_the_text_are_learned_of_most_stories_only() -> None:
    advert = "Story continues below this advertisement"

    def with_advert(every: int) -> list[RawMessage]:
        messages = []
        for number in range(20):
            headline, first, second = story(number)
            inside = [advert] if number % every == 0 else []
            lines = [headline, first, *inside, second]
            messages.append(message(lines, BEGIN + number * 8 * HOUR))
        return messages

    assert learned(with_advert(2)) == {advert: "anywhere"}
    assert learned(with_advert(4)) == {}


def test_what_heads_a_table_is_not_learned() -> None:
    heading = "Prices at the close of the exchange"
    rows = ["Crown 30   4,223.04   -0.39%", "Halvor   1,545.16   +1.20%"]
    messages = [
        message([*story(n), heading, *rows, FOOTER], BEGIN + n * 8 * HOUR) for n in range(20)
    ]
    assert learned(messages) == {FOOTER: "below"}


def test_a_crosshead_below_the_text_is_the_storys() -> None:
    def ending(number: int) -> list[str]:
        light, dear = story(number + 50)[0].split()[:2]
        return ["Pros", f"The {light} is light", "Cons", f"Too much {dear}", FOOTER]

    messages = [
        message([*story(n), *(ending(n) if n % 2 else [FOOTER])], BEGIN + n * 8 * HOUR)
        for n in range(20)
    ]
    assert learned(messages) == {FOOTER: "below"}


def test_a_line_with_a_figure_of_its_own_is_learned_of_most_stories_only() -> None:
    def rated(share: int) -> list[RawMessage]:
        return [
            message(
                [*story(n), *([f"Our rating is {n}"] if n % share == 0 else []), FOOTER],
                BEGIN + n * 8 * HOUR,
            )
            for n in range(20)
        ]

    assert learned(rated(2)) == {FOOTER: "below"}
    assert learned(rated(1)) == {FOOTER: "below", "Our rating is 0": "below"}


def test_a_label_beside_learned_lines_is_learned_with_them() -> None:
    def below(number: int) -> list[str]:
        links = [story(100 + number)[0], story(200 + number)[0]]
        return [FOOTER, "Most seen", *links, "Write to us"]

    messages = [
        message([*story(n), *(below(n) if n % 2 else [])], BEGIN + n * 8 * HOUR) for n in range(20)
    ]
    assert learned(messages) == {FOOTER: "below", "Most seen": "below", "Write to us": "below"}


def test_a_headline_that_is_a_link_elsewhere_stays_a_headline() -> None:
    column = "Morning briefing for the north"
    messages = [
        message([column, *story(n)[1:]] if n % 5 == 0 else story(n), BEGIN + n * 8 * HOUR)
        for n in range(40)
    ]
    assert learned(messages) == {}


def test_sources_are_told_apart() -> None:
    own = feed(["...", "Read it in the Courier"])
    others = [
        message([*story(n), "Read it in the Herald"], BEGIN + n * 8 * HOUR, "herald")
        for n in range(50, 53)
    ]
    assert {each.source: len(each.lines) for each in lessons([*own, *others])} == {
        "nordava": 1,
        "herald": 0,
    }


def test_the_source_of_a_page_without_a_provider_is_its_host() -> None:
    def page(number: int) -> RawMessage:
        lines = "".join(f"<p>{line}</p>" for line in story(number)[1:])
        body = (
            f'<html><head><link rel="canonical" href="https://www.courier.example/{number}">'
            f"</head><body><article><h1>{story(number)[0]}</h1>{lines}</article></body></html>"
        )
        return RawMessage(body=body.encode(), content_type="text/html", received_at=BEGIN)

    nameless = message(story(9), provider=None)
    assert [each.source for each in lessons([page(1), nameless])] == ["courier.example", "unknown"]


def test_the_same_archive_gives_the_same_file_in_any_order() -> None:
    messages = feed(["Nordava newsroom", "...", FOOTER], ["...", FOOTER, "Updated 9:05"], count=30)
    files = set()
    for seed in range(3):
        random.Random(seed).shuffle(messages)  # noqa: S311
        found = lessons(messages)
        rules = {each.source: SourceRules(each.lines) for each in found}
        files.add(write(rules, max(each.last for each in found))[0])
    assert len(files) == 1


def test_messages_without_a_time_teach_nothing_and_are_counted() -> None:
    with BoilerplateLearner() as learner:
        learner.add(message(story(1)).model_copy(update={"received_at": None}))
        assert learner.lessons() == []
        assert learner.skipped.undated == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        bytes(range(256)) * 100,
        b"\x1f\x8b\x08" + bytes(500),
        b"x" * 1_000_000,
        ("\x1b\x07\u202e\u2066\u200b\n" * 5_000).encode(),
        "\n".join(f"Link {n}" for n in range(5_000)).encode(),
        b"<html>" + b"<div>" * 10_000,
    ],
    ids=["empty", "binary", "gzip", "one-long-line", "controls", "links", "deep"],
)
def test_hostile_messages_teach_nothing_and_stop_nothing(body: bytes) -> None:
    hostile = [
        RawMessage(body=body, provider="nordava", received_at=BEGIN + n * 8 * HOUR)
        for n in range(6)
    ]
    assert learned([*hostile, *feed(PLAIN)]) == {FOOTER: "below"}


def test_one_message_alone_teaches_nothing() -> None:
    assert learned([message([*story(1), FOOTER])]) == {}


def test_the_sketch_never_counts_too_few() -> None:
    chance = random.Random(1)  # noqa: S311
    sketch, lines = Sketch(), [chance.getrandbits(64) for _ in range(2_000)]
    for number in range(20):
        sketch.add([*lines[: 100 * (number + 1)], lines[0]])
    assert sketch.count(lines[0]) >= 20
    assert all(sketch.count(line) >= 20 - number // 100 for number, line in enumerate(lines))
    assert sum(sketch.count(chance.getrandbits(64)) for _ in range(1_000)) < 50
