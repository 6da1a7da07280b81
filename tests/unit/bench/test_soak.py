"""What a long run tells: slopes and their error, the plot, the page, and messages that are ours."""

from __future__ import annotations

import random

import pytest
from lxml import etree

from schemas.topics import TopicName
from streams.bench.corpus import Copywriter
from streams.bench.processes import usage
from streams.bench.soak import message, number_of
from streams.bench.soak_figures import Sample, figures, slope
from streams.bench.soak_plot import nice, plot
from streams.bench.worker import Spent, between
from streams.bench.worker_parts import drop, pass_on
from streams.cli import main
from streams.errors import TransportError
from streams.log.base import Record, instant_of_ms
from streams.log.headers import raw_record
from streams.pipeline import DecodedEntry, IntakeStage


def noise(count: int, rising_an_hour: float) -> list[tuple[float, float]]:
    chooser = random.Random(7)  # noqa: S311  (noise, not a secret)
    return [
        (5.0 * n, 200 + rising_an_hour * 5.0 * n / 3600 + chooser.gauss(0, 0.3))
        for n in range(count)
    ]


def test_noise_alone_is_level() -> None:
    found = slope(noise(180, 0.0))
    assert found is not None
    assert found.is_level


def test_a_leak_is_found_in_noise() -> None:
    found = slope(noise(180, 12.0))
    assert found is not None
    assert not found.is_level
    assert 10 < found.low < 12 < found.high < 14


def test_one_sample_that_is_off_moves_nothing() -> None:
    points = noise(180, 0.0)
    points[170] = (points[170][0], 900.0)
    found = slope(points)
    assert found is not None
    assert abs(found.value) < 2


def test_of_three_points_there_is_no_slope() -> None:
    assert slope(noise(3, 1.0)) is None


def samples(count: int, *, ended_from: int | None = None) -> list[Sample]:
    def memory(n: int) -> int | None:
        return None if ended_from is not None and n >= ended_from else 200_000_000 + n

    return [
        Sample(
            at_s=5.0 * n,
            sent=100 * n,
            seen=100 * n - (n == count),
            p50_ms=None if n == 1 else 20.0,
            p99_ms=None if n == 1 else 60.0,
            lag_intake=n % 3,
            lag_desk=0,
            resident_bytes={"intake": 120_000_000, "intake pool <1>": memory(n)},
            descriptors={"intake": 36, "intake pool <1>": 11},
            cpu_s={"intake": 0.5 * n, "intake pool <1>": 1.0 * n},
        )
        for n in range(1, count + 1)
    ]


def test_figures_of_a_run() -> None:
    found = {figure.name: figure for figure in figures(samples(40), [20.0, 30.0], 20)}
    assert found["messages sent and not yet out, at the end"].value == 1
    assert found["memory, intake"].value == 120
    assert found["memory slope, intake"].value == 0
    assert "level within noise" in found["descriptors slope, intake"].note
    assert found["CPU a message, intake"].value == pytest.approx(5_000, rel=0.01)


def test_a_process_that_ended_has_no_memory_at_the_end() -> None:
    found = {figure.name for figure in figures(samples(40, ended_from=30), [1.0], 20)}
    assert "memory, intake pool <1>" not in found
    assert "memory, intake" in found


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_run_cut_short_has_what_there_is(count: int) -> None:
    figures(samples(count), [], 20)
    etree.fromstring(plot(samples(count)))


def test_the_plot_has_a_line_a_process_and_is_xml() -> None:
    drawn = etree.fromstring(plot(samples(40, ended_from=30)))
    lines = drawn.findall(".//{*}polyline")
    assert len(lines) == 2 + 2 + 2
    assert len((lines[0].get("points") or "").split()) == 40
    assert "intake pool <1>" in {text.text for text in drawn.findall(".//{*}text")}


@pytest.mark.parametrize(("most", "top"), [(0, 1), (0.3, 0.4), (8, 8), (9, 10), (214, 400)])
def test_axes_end_at_round_numbers(most: float, top: float) -> None:
    assert nice(most) == pytest.approx(top)


def test_a_message_is_an_item_whose_headline_holds_its_number() -> None:
    writer = Copywriter()
    for number in (0, 7, 359_999):
        record = read_record(raw_record(message(writer, number), "wire.raw").value or b"", number)
        (out,) = IntakeStage().process(record).outgoing
        assert out.topic is TopicName.DECODED
        entry = DecodedEntry.of(read_record(out.value or b"", 0))
        item = entry.record.item  # type: ignore[union-attr]
        assert number_of(b'{"headline":"%s"}' % (item.headline or "").encode()) == number
        assert len(item.paragraphs) > 3
    assert number_of(b'{"headline":null}') is None


def read_record(value: bytes, number: int) -> Record:
    return Record("t", 0, number, None, value, (), instant_of_ms(0))


def test_a_stage_that_does_nothing_passes_everything_on() -> None:
    records = [read_record(b"x%d" % n, n) for n in range(3)]
    assert [answer[0].value for answer in pass_on(records)] == [b"x0", b"x1", b"x2"]
    assert drop(records) == [(), (), ()]


def test_what_a_record_took_is_counted_between_the_edges() -> None:
    seen = [(n * 100, Spent(own=0.02 * n, pool=0.01 * n, wall=0.05 * n)) for n in range(1, 11)]
    # Starting up took long: it is before the first edge.
    seen[0] = (100, Spent(own=-5.0, pool=-5.0, wall=-5.0))
    found = between(seen)
    assert found.own == pytest.approx(0.0002)
    assert found.wall == pytest.approx(0.0005)


def test_what_was_done_at_once_cannot_be_measured() -> None:
    with pytest.raises(TransportError, match="too few"):
        between([(1000, Spent(1.0, 1.0, 1.0))])


def test_a_process_that_has_ended_takes_nothing() -> None:
    assert usage(2**22 + 1) is None


@pytest.mark.parametrize(
    "arguments",
    [
        ["desk", "--backlog", "500"],
        ["stages", "--minutes", "2"],
        ["soak", "--csv", "/nowhere/at/all.csv"],
        ["soak", "worker"],
        ["kafka", "--backlog", "500", "--broker", "sqlite:///a.db"],
        ["replay", "a.jsonl", "--size", "5"],
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_started(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *arguments]) == 2
    assert "Traceback" not in capfd.readouterr().err
