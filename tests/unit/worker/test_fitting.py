"""A worker on topics that take less than its settings ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import ConfigError
from streams.log.limits import max_body_bytes_of, max_record_bytes
from streams.worker.config import WorkerConfig
from streams.worker.fitting import fitted

CONFIG = WorkerConfig("kafka://127.0.0.1:1")
MIB = 1024 * 1024


def test_topics_as_apply_makes_them_change_nothing() -> None:
    enough = max_record_bytes(CONFIG.pipeline.max_body_bytes)
    assert fitted(CONFIG, {"wire.items": enough + 1024}) is CONFIG
    assert fitted(CONFIG, {}) is CONFIG
    assert fitted(CONFIG, {"wire.raw": MIB}) is CONFIG, "what others write is not ours to fit"


def test_the_smallest_topic_decides() -> None:
    own = fitted(CONFIG, {"wire.items": 4 * MIB, "wire.events": MIB, "wire.dead": 9 * MIB})
    assert max_record_bytes(own.pipeline.max_body_bytes) <= MIB - 1024
    assert own.pipeline.max_body_bytes > 650_000
    assert own.broker == CONFIG.broker


def test_a_topic_that_takes_too_little_is_named() -> None:
    with pytest.raises(ConfigError, match=r"wire\.items takes 1000 bytes at most"):
        fitted(CONFIG, {"wire.items": 1000})


@given(st.integers(1024, 1 << 40))
def test_the_largest_body_of_the_largest_record_is_no_larger(body: int) -> None:
    back = max_body_bytes_of(max_record_bytes(body))
    assert body - 2 <= back <= body
    assert max_record_bytes(back) <= max_record_bytes(body)
