"""What a buyer would try first: the sample, files of every format, real wires on both logs.

The data is not ours: it is read beside the project, and skipped where absent.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.dead_letter import DEAD_CODES
from schemas.event import OUTCOMES, EventKind, Outcome, WireEvent
from schemas.item import Entity, EntityType, Item
from schemas.raw import RawMessage
from schemas.topics import TopicName
from streams.ingest.sources import SourceOptions, Sources
from streams.log import open_log
from streams.log.headers import raw_record
from tests.faults.running import Worker, create_topics, drained, every_record
from tests.kafka.test_worker_end_to_end import embedded_records, last_items
from wireroom import read

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "../shared"
SAMPLE = SHARED / "samples/afp-syrie.txt"
FORMATS = SHARED / "data/formats"
REUTERS = SHARED / "data/reuters21578/wire_dev.jsonl.gz"

needs_sample = pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample is not here")
needs_formats = pytest.mark.skipif(not FORMATS.is_dir(), reason="the files are not here")
needs_reuters = pytest.mark.skipif(not REUTERS.is_file(), reason="the wires are not here")
pytestmark = [pytest.mark.quality, pytest.mark.timeout(180)]

HEADLINE = "Syrie: Kerry plaide auprès de Lavrov pour un cessez-le-feu le plus tôt possible"
PLACES = {
    "Syria": ("163843", "SY"),
    "Russia": ("2017370", "RU"),
    "London": ("2643743", "GB"),
    "Amman": ("250441", "JO"),
    "Geneva": ("2660646", "CH"),
    "Munich": ("2867714", "DE"),
    "Brussels": ("2800866", "BE"),
    "Damascus": ("170654", "SY"),
    "United States": ("6252001", "US"),
}
PEOPLE = {
    "John Kerry": 7,
    "Sergueï Lavrov": 3,
    "John Kirby": 2,
    "Federica Mogherini": 1,
    "Assad": 1,
}
ORGANISATIONS = {
    "ONU": 1,
    "Union européenne": 2,
    "département d'État": 2,
    "Groupe international de soutien à la Syrie": 3,
}


def wireroom(*arguments: str | Path, seed: str = "0") -> subprocess.CompletedProcess[bytes]:
    """The program as a person starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "streams", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done


@cache
def sample_run() -> subprocess.CompletedProcess[bytes]:
    return wireroom("run", SAMPLE)


@needs_sample
class TestSample:
    @pytest.fixture
    def event(self) -> WireEvent:
        (line,) = sample_run().stdout.splitlines()
        return decode(WireEvent, line)

    @pytest.fixture
    def item(self, event: WireEvent) -> Item:
        assert event.item is not None
        return event.item

    def test_headline_paragraphs_and_language_are_exact(self, item: Item) -> None:
        lines = SAMPLE.read_text("utf-8").splitlines()
        assert item.headline == HEADLINE == lines[5]
        body = [line for line in lines[7:] if line]
        assert len(item.paragraphs) == 11
        # The last line carries the teaser glued to the last paragraph.
        assert [paragraph.text for paragraph in item.paragraphs[:-1]] == body[:10]
        assert body[10].startswith(item.paragraphs[-1].text)
        assert item.paragraphs[-1].text.endswith("a-t-il ajouté.")
        assert item.language == "fr"

    def test_what_it_does_not_say_stays_null(self, event: WireEvent, item: Item) -> None:
        unsaid = ["provider", "byline", "dateline", "version", "version_created", "first_created"]
        unsaid += ["received_at", "urgency", "slugline", "genre", "rights", "embargoed_until"]
        assert {name: getattr(item, name) for name in unsaid} == dict.fromkeys(unsaid)
        assert event.source.provider is None
        assert (event.kind, event.cause, event.dead) == (EventKind.NEW, None, None)

    def test_what_was_removed_has_reason_and_offsets(self, item: Item) -> None:
        assert [(span.reason, span.start, span.end) for span in item.audit.removed] == [
            ("navigation", 0, 10),
            ("navigation", 11, 21),
            ("section-label", 23, 38),
            ("teaser-duplicate", 2714, 3094),
        ]
        assert item.audit.edits == ()
        assert item.audit.warnings == ()
        # Nothing is lost unsaid: what was kept and what was removed are the whole source.
        source = SAMPLE.read_text("utf-8")
        kept = "".join(item.text.split())
        removed = ["".join(source[s.start : s.end].split()) for s in item.audit.removed]
        assert sorted("".join(source.split())) == sorted(kept + "".join(removed))

    def test_people_and_organisations_once_each_with_all_their_mentions(self, item: Item) -> None:
        assert counts(item, EntityType.PERSON) == PEOPLE
        assert counts(item, EntityType.ORGANISATION) == ORGANISATIONS

    def test_places_have_their_ids_and_nothing_is_spurious(self, item: Item) -> None:
        places = [entity for entity in item.entities if entity.type is EntityType.PLACE]
        found = {(place.ids["geonames"], place.ids["iso3166"]) for place in places}
        assert found == set(PLACES.values())
        assert len(places) == len(PLACES)
        assert all(place.id == f"geonames:{place.ids['geonames']}" for place in places)
        assert not [entity for entity in item.entities if entity.type is EntityType.OTHER]

    def test_titled_names_forward_ones_and_acronyms_are_resolved(self, item: Item) -> None:
        named = {
            (item.text[mention.start - len(before) : mention.start], mention.text): entity.name
            for before in ("M. ", "MM. ", " et ", "régime ", "(", "du ", "Syrie: ")
            for entity in item.entities
            for mention in entity.mentions
        }
        assert named["M. ", "Kerry"] == named["MM. ", "Kerry"] == "John Kerry"
        assert named["M. ", "Kirby"] == "John Kirby"
        assert named[" et ", "Lavrov"] == "Sergueï Lavrov"
        assert named["régime ", "Assad"] == "Assad"
        # The headline names him before the text gives his name in full.
        assert named["Syrie: ", "Kerry"] == "John Kerry"
        expansion = "Groupe international de soutien à la Syrie"
        assert named["(", "ISSG"] == named["du ", "ISSG"] == named["du ", expansion] == expansion

    def test_every_mention_is_where_it_says(self, item: Item) -> None:
        spans = []
        for entity in item.entities:
            assert entity.count == len(entity.mentions) > 0
            for mention in entity.mentions:
                assert item.text[mention.start : mention.end] == mention.text
                spans.append((mention.start, mention.end))
        assert len(set(spans)) == len(spans)
        # Every time the surname stands in the text, it is a mention.
        for surname in ("Kerry", "Lavrov", "Kirby", "Mogherini"):
            inside = sum(surname in item.text[start:end] for start, end in spans)
            assert inside == item.text.count(surname)

    def test_a_second_run_is_byte_identical(self) -> None:
        assert wireroom("run", SAMPLE, seed="4242").stdout == sample_run().stdout
        counted = b"1 in = 1 published (1 new) + 0 linked + 0 held + 0 rejected\n"
        assert sample_run().stderr == counted

    def test_the_python_function_reads_the_same_item(self, item: Item) -> None:
        (event,) = read(SAMPLE.read_bytes())
        assert event.item == item
        (event,) = read(SAMPLE.read_text("utf-8"))
        assert event.item == item


def counts(item: Item, kind: EntityType) -> dict[str, int]:
    chosen: list[Entity] = [entity for entity in item.entities if entity.type is kind]
    assert len({entity.name for entity in chosen}) == len(chosen)
    return {entity.name: entity.count for entity in chosen}


@needs_formats
def test_every_real_file_becomes_items_or_a_stable_code(tmp_path: Path) -> None:
    out = tmp_path / "events.jsonl"
    done = wireroom("run", FORMATS, "--stop-after", "desk", "-o", out)
    events = [decode(WireEvent, line) for line in out.read_bytes().splitlines()]
    files = {path.relative_to(FORMATS).as_posix() for path in FORMATS.rglob("*") if path.is_file()}
    assert {event.source.position for event in events} == files
    primary = [event for event in events if event.cause is None]
    for event in primary:
        if event.kind is EventKind.DEAD:
            assert event.dead is not None
            assert event.dead.code in DEAD_CODES
            assert event.dead.code != "stage-crashed", event
            assert event.dead.detail
        elif event.kind is EventKind.REJECTED:
            assert event.reasons
        elif event.kind is EventKind.HOLD:
            assert event.item is None
            assert event.reasons
        else:
            assert event.item is not None
            assert event.item.headline or event.item.paragraphs, event.source
    fates = Counter(OUTCOMES[event.kind] for event in primary)
    line = done.stdout.decode().splitlines()[0]
    assert line.startswith(f"{len(primary)} in = {fates[Outcome.PUBLISHED]} published")
    assert f"{fates[Outcome.REJECTED]} rejected" in line
    assert sum(fates.values()) == len(primary)


def real_messages() -> Iterator[RawMessage]:
    """The sample, then sixty wires of a day, in order."""
    yield from Sources([str(SAMPLE)], SourceOptions(mark_undated=True))
    options = SourceOptions(provider="reuters", mark_undated=True)
    yield from itertools.islice(Sources([str(REUTERS)], options), 60)


@needs_sample
@needs_reuters
@pytest.mark.kafka
async def test_real_wires_are_the_same_bytes_on_both_logs(
    kafka_broker: str, kafka_prefix: str, tmp_path: Path
) -> None:
    names = [TopicName.ITEMS, TopicName.EVENTS, TopicName.ENRICHED]
    embedded = embedded_records(tmp_path, names, real_messages())
    async with open_log(f"kafka://{kafka_broker}") as log:
        await create_topics(log, kafka_prefix, partitions=1)
        await log.append([raw_record(raw, kafka_prefix + "raw") for raw in real_messages()])
        worker = Worker(kafka_broker, kafka_prefix, tmp_path, ["intake", "desk", "enrich"])
        try:
            await drained(log, kafka_prefix, 100, enrich=True)
        finally:
            assert worker.stop() == 0
        on_kafka = {name: await every_record(log, kafka_prefix + name) for name in names}
    for name in (TopicName.ITEMS, TopicName.EVENTS):
        assert [(record.key, record.value) for record in on_kafka[name]] == [
            (record.key, record.value) for record in embedded[name]
        ]
    events = [json.loads(record.value or b"") for record in embedded[TopicName.EVENTS]]
    assert len([event for event in events if event["cause"] is None]) == 61
    enriched = last_items(on_kafka[TopicName.ENRICHED])
    assert enriched == last_items(embedded[TopicName.ENRICHED])
    (sample,) = [item for item in enriched.values() if item.language == "fr"]
    assert sample.headline == HEADLINE
    assert counts(sample, EntityType.PERSON) == PEOPLE
