"""Everything hostile at once, through the workers, between messages that must not notice."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.event import EventKind, WireEvent
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.counts import Counts
from streams.log import open_log
from streams.log.base import TopicLog
from streams.log.headers import raw_record
from streams.pipeline import letter_of
from tests.faults.feed import messages
from tests.faults.running import Worker, create_topics, drained, every_record

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

# The worker's own limit; a message beyond it that still fits the topic is spooled by intake.
LIMIT = 200_000


@dataclass(frozen=True)
class Message:
    """A record for ``wire.raw`` as a careless or malicious producer may write it.

    Attributes:
        code: of the dead letter it must become; None: it must be published.
        warning: one that the published item's audit must carry.
    """

    name: str
    value: bytes | None
    code: str | None
    key: bytes | None = b"oaw"
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    warning: str | None = None


def ninjs(name: str, **fields: object) -> bytes:
    document = {
        "uri": f"urn:hostile:{name}",
        "version": "1",
        "versioncreated": "2026-03-02T06:00:00Z",
        "pubstatus": "usable",
        "language": "en",
        "headline": f"Number {name} is what this is about",
        "body_text": f"Of {name} alone this speaks, in words like {name * 3}.",
        **fields,
    }
    return orjson.dumps({key: value for key, value in document.items() if value is not None})


def of_type(content_type: str) -> list[tuple[str, bytes | None]]:
    return [("content-type", content_type.encode())]


ENTITY_BOMB = b"".join(
    [
        b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">',
        *(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)),
        b"]><html><body><article><h1>Bomb</h1><p>&j;&j;&j;</p></article></body></html>",
    ]
)
FRENCH = "Le président à Genève a été réélu dimanche. La séance a été levée à midi, dit-on."

HOSTILE = [
    Message("every-byte", bytes(range(256)) * 40, "charset-undecodable"),
    Message("no-charset", b"\x81\x8d\x8f\x90\x9d" * 200, "charset-undecodable"),
    Message("picture", b"\x89PNG\r\n\x1a\n" + bytes(500), "format-unknown"),
    Message("wrong-charset", FRENCH.encode(), None, headers=of_type("text/plain; charset=utf-16")),
    Message(
        "belied-charset",
        (FRENCH.replace("Genève", "Zoé")).encode("latin-1"),
        None,
        headers=of_type("text/plain; charset=utf-8"),
        warning="encoding-belied:utf-8",
    ),
    Message("entity-bomb", ENTITY_BOMB, "xml-entity-forbidden", headers=of_type("text/html")),
    Message("nested", b'{"uri":"x","a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "json-too-deep"),
    Message("cut-off", ninjs("cutoff")[:120], "json-invalid"),
    Message("too-large", b"A line of text.\n" * 20_000, "body-too-large"),
    Message("empty", b"", "body-empty"),
    Message("blank", b" \r\n\t ", "body-empty"),
    Message("without-uri", ninjs("nouri", uri=None), None, warning="ninjs-no-uri"),
    Message("kill-of-nothing", b'{"pubstatus":"canceled","urgency":3}', "ninjs-no-uri"),
    Message(
        "twice-a-key",
        ninjs("twice")[:-1] + b',"headline":"The second headline"}',
        None,
        warning="json-duplicate-key:headline",
    ),
    Message(
        "no-such-date",
        ninjs("nodate", versioncreated="31st of Never, 25:61", firstcreated=-1e300),
        None,
        warning="date-invalid:versioncreated",
    ),
    Message("lying-type", ninjs("lies"), None, headers=of_type("text/html; charset=klingon")),
    Message(
        "lying-headers",
        ninjs("headers"),
        None,
        headers=[
            ("received-at", b"\xff\xfe yesterday"),
            ("content-type", b"\x00\xff" * 200),
            ("sha256", b"0"),
            ("size", b"-1"),
            ("", b"no name"),
            ("traceparent", None),
        ],
    ),
    Message("megabyte-header", ninjs("header"), None, headers=[("provider", b"x" * 100_000)]),
    Message("no-headers-no-key", ninjs("keyless"), None, key=None),
    Message("binary-key", ninjs("binarykey"), None, key=b"\xff\x00\xfe"),
    Message("tombstone", None, "body-empty"),
    # Who claims to have spooled a body elsewhere has sent one all the same.
    Message(
        "claims-a-spool",
        ninjs("spool"),
        None,
        headers=[("spool-path", b"/etc/passwd"), ("sha256", b"f" * 64), ("size", b"7")],
    ),
    Message(
        "names-a-file",
        b"",
        "body-too-large",
        headers=[("spool-path", b"/etc/passwd"), ("sha256", b"f" * 64), ("size", b"7")],
    ),
]
LARGE = os.urandom(9_000_000)
LARGE_LINE = orjson.dumps({"body_b64": base64.b64encode(LARGE).decode()}) + b"\n"
GOOD = [message for message in messages(20, versions=1, prefix="good") if message.body]


async def send(log: TopicLog, bootstrap: str, topic: str) -> None:
    """Hostile messages, each between two good ones, in one partition."""
    good = iter(GOOD)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for hostile in HOSTILE:
            if (neighbour := next(good, None)) is not None:
                await log.append([raw_record(neighbour, topic)])
            own = [("source-id", hostile.name.encode())]
            headers = hostile.headers if hostile.key is None else [*own, *hostile.headers]
            await producer.send_and_wait(
                topic, hostile.value, key=hostile.key, partition=0, headers=headers
            )
        await log.append([raw_record(neighbour, topic) for neighbour in good])


@dataclass
class Found:
    """What came out, by where it came from."""

    events: dict[str, WireEvent]
    letters: dict[str, DeadLetter]

    def of(self, hostile: Message) -> WireEvent:
        """The event of a message; one without headers is known by its bytes alone."""
        if hostile.name in self.events:
            return self.events[hostile.name]
        sha256 = hashlib.sha256(hostile.value or b"").hexdigest()
        return next(event for event in self.events.values() if event.source.sha256 == sha256)


@pytest.fixture
async def found(kafka_broker: str, kafka_prefix: str, tmp_path: Path) -> Found:
    """All of it through one worker, which is up at the end and was never restarted."""
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        limit = {"MAX_BODY_BYTES": LIMIT}
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake", "desk"], settings=limit)
        try:
            await send(log, kafka_broker, kafka_prefix + TopicName.RAW)
            (tmp_path / "large.jsonl").write_bytes(LARGE_LINE)
            # By a command whose limit is the default: 8 MiB.
            worker.settings["MAX_BODY_BYTES"] = 8 * 1024 * 1024
            await asyncio.to_thread(worker.command, "ingest", str(tmp_path / "large.jsonl"))
            await drained(log, kafka_prefix, 60, enrich=False)
            assert worker.process.poll() is None
        finally:
            status = worker.stop()
        raw, events, dead = [
            await every_record(log, kafka_prefix + name)
            for name in (TopicName.RAW, TopicName.EVENTS, TopicName.DEAD)
        ]
    assert status == 0, worker.log.read_text()[-2000:]
    assert worker.said("stage_started") == 2
    assert worker.said("pool_rebuilt") == worker.said("stage_crashed") == 0
    counts = Counts()
    for record in events:
        counts.add(decode(WireEvent, record.value or b""))
    counts.received = len(raw)
    assert counts.received == len(HOSTILE) + len(GOOD) + 1
    assert counts.adds_up(), counts.line()
    found = Found(
        {event.source.position: event for event in (decode(WireEvent, r.value) for r in events)},
        {letter.position: letter for letter in map(letter_of, dead)},
    )
    assert len(found.events) == len(raw), "one outcome for each that came in"
    assert len(found.letters) == len(dead)
    return found


async def test_each_gets_its_code_and_nobody_else_notices(found: Found, tmp_path: Path) -> None:
    for hostile in HOSTILE:
        event = found.of(hostile)
        if hostile.code is None:
            assert event.item is not None, (hostile.name, event)
            assert hostile.warning is None or hostile.warning in event.item.audit.warnings
            continue
        assert event.dead is not None, (hostile.name, event)
        letter = found.letters.pop(event.source.position)
        assert (event.dead.code, letter.code) == (hostile.code, hostile.code), hostile.name
        if letter.spool_path is None:
            assert letter.body == (hostile.value or b""), hostile.name
            assert letter.size == len(hostile.value or b"")
        elif hostile.name == "too-large":
            assert_spooled(letter, hostile.value or b"", tmp_path / "spool")
    ((position, letter),) = found.letters.items()
    assert position == "large.jsonl:1"
    assert_spooled(letter, LARGE, tmp_path / "spool")
    assert len(list((tmp_path / "spool").iterdir())) == 2

    good = [found.events[message.position] for message in GOOD]
    assert [event.kind for event in good] == [expected_kind(message) for message in GOOD]
    for event, message in zip(good, GOOD, strict=True):
        if event.kind is EventKind.DUPLICATE:
            continue
        assert event.item is not None
        assert event.item.headline == orjson.loads(message.body)["headline"]


def assert_spooled(letter: DeadLetter, body: bytes, folder: Path) -> None:
    """The letter names path, hash and size, and the file holds the whole."""
    assert letter.code == "body-too-large"
    assert letter.size == len(body)
    assert letter.sha256 == hashlib.sha256(body).hexdigest()
    path = Path(letter.spool_path or "")
    assert path.parent.samefile(folder)
    assert path.read_bytes() == body


def expected_kind(message: RawMessage) -> EventKind:
    first = next(each for each in GOOD if each.body == message.body)
    if first.position != message.position:
        return EventKind.DUPLICATE
    killed = orjson.loads(message.body)["pubstatus"] == "canceled"
    return EventKind.KILL if killed else EventKind.NEW
