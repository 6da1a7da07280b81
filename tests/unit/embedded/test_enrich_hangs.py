from __future__ import annotations

import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import decode, encode
from schemas.item import Item, Paragraph
from schemas.topics import TopicName
from streams.embedded.enrich import EmbeddedEnrichment
from streams.embedded.overtime import OvertimeError, limited
from streams.embedded.runner import EmbeddedRunner
from streams.enrich.recognise.installed import installed_package
from streams.log import SqliteStore
from streams.log.base import NewRecord
from streams.pipeline import PipelineConfig
from tests.faults.hanging_model import HANG, LANGUAGE, install


def test_work_that_takes_too_long_is_interrupted() -> None:
    started = time.monotonic()
    with pytest.raises(OvertimeError), limited(0.1):
        time.sleep(30)
    with pytest.raises(OvertimeError), limited(0.1):
        re.match(r"(a+)+$", "a" * 60 + "b")
    assert time.monotonic() - started < 20


def test_work_in_time_is_left_alone_and_other_alarms_ring() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _frame: rung.append(number))
    left, interval = signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with limited(30):
            time.sleep(0.01)
        assert not rung
        time.sleep(0.4)
        assert rung == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, left, interval)


def test_a_thread_works_without_a_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with limited(0.01):
            time.sleep(0.1)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    installed_package.cache_clear()
    yield
    installed_package.cache_clear()
    for name in [name for name in sys.modules if name.startswith("sw_")]:
        del sys.modules[name]


def an_item(number: int, text: str) -> Item:
    return Item(
        id=f"a{number}@1",
        item_key=f"a{number}",
        order_key="1",
        language=LANGUAGE,
        paragraphs=(Paragraph(text=text),),
    )


@pytest.mark.usefixtures("hanging")
def test_an_item_that_hangs_goes_out_as_it_is_and_its_neighbours_enriched(tmp_path: Path) -> None:
    texts = ["Kutoka Nairobi leo.", f"Nairobi {HANG} kesho.", "Hadi Nairobi jana."]
    with SqliteStore(tmp_path / "wire.db", durable=False) as store:
        EmbeddedRunner(store)  # makes the topics
        enrichment = EmbeddedEnrichment(store, PipelineConfig(), "wire.", timeout_s=2)
        store.append(
            [
                NewRecord(f"wire.{TopicName.ITEMS}", b"k", encode(an_item(number, text)))
                for number, text in enumerate(texts)
            ]
        )
        enrichment.catch_up()
        topic = f"wire.{TopicName.ENRICHED}"
        offsets = dict.fromkeys(range(store.topics()[topic]), 0)
        records = store.read(topic, offsets, max_records=10).records
    items = sorted((decode(Item, one.value or b"") for one in records), key=lambda one: one.id)
    assert [item.paragraphs[0].text for item in items] == texts
    found = [[entity.name for entity in item.entities] for item in items]
    assert found == [["Nairobi"], [], ["Nairobi"]]
    assert [item.audit.warnings for item in items] == [(), ("enrich-timed-out",), ()]
