"""Dead letters sent once more: as they came, each once, whatever was ended in the midst."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.raw import RawMessage, first_position, retried_position
from schemas.topics import CATALOGUE
from streams.dead import Outcome, Reach, Retrier, State, Wanted, batches, drop, letters, tally
from streams.dead.marks import mark_of, mark_record
from streams.errors import ConfigError
from streams.log import NewRecord, Record, TopicLog, open_log
from streams.log.headers import raw_of, raw_record
from streams.log.spool import spooled
from streams.pipeline import IntakeStage, PipelineConfig

WHEN = datetime(2016, 2, 12, 10, tzinfo=UTC)
LIMIT = 4096
OPEN = Wanted()


def message(body: bytes, **fields: object) -> RawMessage:
    given = {"provider": "demo", "position": "feed.jsonl:1", "received_at": WHEN, **fields}
    return RawMessage(body=body, **given)  # type: ignore[arg-type]


@pytest.fixture
async def log(tmp_path: Path):
    async with open_log(f"sqlite:///{tmp_path}/wire.db", durable=False) as opened:
        await opened.create_topics(list(CATALOGUE.values()), prefix="wire.")
        yield opened


async def records(log: TopicLog, topic: str) -> list[Record]:
    end = await log.end_offsets(topic)
    return [record async for batch in log.read(topic, "earliest", end) for record in batch]


async def take_in(log: TopicLog, *records: NewRecord) -> None:
    """Append raw records, and what intake makes of those that are there."""
    placed = await log.append(list(records))
    stage = IntakeStage(PipelineConfig(max_body_bytes=LIMIT))
    for new, (partition, offset) in zip(records, placed, strict=True):
        record = Record(new.topic, partition, offset, new.key, new.value, new.headers, WHEN)
        batch = stage.process(record)
        await log.append([outgoing.record("wire.") for outgoing in batch.outgoing])


async def retried(
    log: TopicLog, wanted: Wanted = OPEN, *, again: bool = False, limit: int = LIMIT
) -> list[tuple[Outcome, str | None]]:
    reach = Reach()
    retrier = Retrier(log, "wire.raw", reach, max_body_bytes=limit, again=again)
    done = []
    async for batch in batches(log, "wire.dead", wanted, reach):
        done += await retrier.retry(batch)
    return [(one.outcome, one.to) for one in done]


async def test_message_goes_out_as_it_came_with_a_position_of_its_own(log):
    said = message(b"{", content_type="application/json", headers=(("traceparent", "00-1"),))
    await take_in(log, raw_record(said, "wire.raw"))
    ((outcome, to),) = await retried(log)
    assert outcome is Outcome.RETRIED
    first, second = await records(log, "wire.raw")
    assert to == f"wire.raw/{second.partition}/{second.offset}"
    assert (second.key, second.value) == (first.key, first.value)
    came = raw_of(second)
    (letter,) = [one for one in await records(log, "wire.dead") if mark_of(one) is None]
    assert came.position == "feed.jsonl:1;retry=1"
    assert (came.received_at, came.content_type) == (said.received_at, said.content_type)
    retry_of = f"wire.dead/{letter.partition}/{letter.offset}"
    assert came.headers == (("traceparent", "00-1"), ("retry-of", retry_of), ("retries", "1"))


async def test_a_letter_is_sent_once_and_then_only_when_asked_again(log):
    await take_in(log, raw_record(message(b""), "wire.raw"))
    assert [outcome for outcome, _ in await retried(log)] == [Outcome.RETRIED]
    assert await retried(log) == []
    assert await retried(log, Wanted(handled=True)) == [(Outcome.REFUSED, None)]
    (again,) = await retried(log, Wanted(handled=True), again=True)
    assert again[0] is Outcome.RETRIED
    positions = [raw_of(record).position for record in await records(log, "wire.raw")]
    assert positions == ["feed.jsonl:1", "feed.jsonl:1;retry=1", "feed.jsonl:1;retry=2"]


async def test_a_retry_that_dies_is_a_letter_of_its_own_and_counted(log):
    await take_in(log, raw_record(message(b""), "wire.raw"))
    await retried(log)
    last = (await records(log, "wire.raw"))[-1]
    await take_in(log, NewRecord("wire.raw", last.key, last.value, last.headers))
    assert [outcome for outcome, _ in await retried(log)] == [Outcome.RETRIED]
    third = raw_of((await records(log, "wire.raw"))[-1])
    assert third.position == "feed.jsonl:1;retry=1.1"
    assert dict(third.headers)["retries"] == "2"
    assert first_position(third.position) == "feed.jsonl:1"


async def test_undated_message_stays_undated(log):
    raw = raw_record(message(b"", received_at=None), "wire.raw")
    undated = NewRecord(raw.topic, raw.key, raw.value, (*raw.headers, ("undated", b"1")))
    await take_in(log, undated)
    await retried(log)
    assert raw_of((await records(log, "wire.raw"))[-1]).received_at is None


async def test_spooled_body_is_sent_when_the_limit_allows_it(log, tmp_path):
    body = b"x" * (LIMIT + 1)
    raw = spooled(raw_record(message(body), "wire.raw"), tmp_path / "spool", max_body_bytes=LIMIT)
    await take_in(log, raw)
    assert await retried(log) == [(Outcome.REFUSED, None)]
    assert [outcome for outcome, _ in await retried(log, limit=2 * LIMIT)] == [Outcome.RETRIED]
    sent = (await records(log, "wire.raw"))[-1]
    assert sent.value == body
    assert not {"spool-path", "sha256", "size"} & {name for name, _ in sent.headers}


async def test_spooled_file_that_is_another_is_refused(log, tmp_path):
    raw = spooled(
        raw_record(message(b"x" * (LIMIT + 1)), "wire.raw"), tmp_path, max_body_bytes=LIMIT
    )
    await take_in(log, raw)
    (path,) = [each for each in tmp_path.iterdir() if len(each.name) == 64]
    path.write_bytes(b"y" * (LIMIT + 1))
    assert await retried(log, limit=2 * LIMIT) == [(Outcome.REFUSED, None)]
    assert len(await records(log, "wire.raw")) == 1


@pytest.mark.parametrize("sent", [False, True], ids=["before sending", "before the mark"])
async def test_a_retry_ended_in_the_midst_is_finished_once(log, sent):
    await take_in(log, raw_record(message(b""), "wire.raw"))
    (letter,) = [one async for one in letters(log, "wire.dead", Wanted())]
    ends = await log.end_offsets("wire.raw")
    await log.append([mark_record(letter.record, State.RETRYING, "the dead one", ends)])
    if sent:
        retrier = Retrier(log, "wire.raw", Reach(), max_body_bytes=LIMIT, again=False)
        await log.append([retrier._message(letter)])
    ((outcome, to),) = await retried(log)
    assert outcome is (Outcome.FINISHED if sent else Outcome.RETRIED)
    raw = await records(log, "wire.raw")
    assert len(raw) == 2
    assert to == f"wire.raw/{raw[-1].partition}/{raw[-1].offset}"
    assert await retried(log) == []


async def test_two_who_retry_at_once_send_it_once(log):
    for number in range(12):
        await take_in(log, raw_record(message(b"", position=f"f:{number}"), "wire.raw"))
    found = await asyncio.gather(*(retried(log) for _ in range(3)))
    positions = [raw_of(record).position for record in await records(log, "wire.raw")]
    assert sorted(positions) == sorted(
        [f"f:{n}" for n in range(12)] + [f"f:{n};retry=1" for n in range(12)]
    )
    outcomes = [outcome for each in found for outcome, _ in each]
    assert outcomes.count(Outcome.RETRIED) == 12


async def test_what_is_no_message_is_not_sent(log):
    headers = (("code", b"envelope-invalid"), ("stage", b"desk"))
    await log.append([NewRecord("wire.dead", b"wire.decoded/0/3", b"{", headers)])
    assert await retried(log) == [(Outcome.REFUSED, None)]
    assert await records(log, "wire.raw") == []


async def test_message_cannot_pass_for_a_mark(log):
    headers = (("letter-state", "dropped"), ("letter-offset", "0"), ("claim", "x"))
    await take_in(log, raw_record(message(b"", headers=headers), "wire.raw"))
    (letter,) = [one async for one in letters(log, "wire.dead", Wanted())]
    assert letter.marks.state is State.OPEN
    assert letter.raw_headers == headers


async def test_dropped_letters_are_listed_no_more(log):
    for number in range(3):
        await take_in(log, raw_record(message(b"", position=f"f:{number}"), "wire.raw"))
    wanted = Wanted(places=frozenset({"f:1"}))
    await drop(log, [one async for one in letters(log, "wire.dead", wanted)])
    left = {one.letter.position async for one in letters(log, "wire.dead", Wanted())}
    assert left == {"f:0", "f:2"}
    counted = await tally(letters(log, "wire.dead", Wanted(handled=True)))
    assert {(one.by, one.name, one.states[State.DROPPED]) for one in counted} == {
        ("code", "body-empty", 1),
        ("provider", "demo", 1),
        ("stage", "decode", 1),
        ("day", "2016-02-12", 1),
    }


async def test_marks_that_are_nonsense_are_passed_over(log):
    await take_in(log, raw_record(message(b""), "wire.raw"))
    (letter,) = [one async for one in letters(log, "wire.dead", Wanted())]
    good = mark_record(letter.record, State.DROPPED, "x")
    for state, offset in ((b"gone", b"0"), (b"dropped", b"-1"), (b"dropped", b"9" * 99)):
        headers = tuple(
            (name, {"letter-state": state, "letter-offset": offset}.get(name, value))
            for name, value in good.headers
        )
        await log.append([NewRecord("wire.dead", good.key, b"\xff", headers, good.partition)])
    found = [one async for one in letters(log, "wire.dead", Wanted())]
    assert letter.place in {one.place for one in found}


@pytest.mark.parametrize(
    "position",
    ["feed.jsonl:1", "a;retry=0", "a;retry=1.", "a;retry=x", ";retry=", "a;retry=1;retry=01"],
)
def test_position_of_no_retry(position):
    assert first_position(position) is None
    assert first_position(retried_position(position, 3)) == position


def test_missing_spool_is_told(tmp_path):
    from schemas.dead_letter import DeadLetter
    from streams.dead import body_of

    gone = DeadLetter(
        position="p",
        code="body-too-large",
        stage="intake",
        detail="",
        sha256="0" * 64,
        size=9,
        spool_path=str(tmp_path / ("0" * 64)),
    )
    with pytest.raises(ConfigError, match="is not there"):
        body_of(gone)
