"""Restoring a desk leaves the process as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from streams.pipeline.restoring import uncollected


@pytest.fixture(autouse=True)
def _enabled_again() -> Iterator[None]:
    yield
    gc.enable()


def test_garbage_is_collected_again_afterwards():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_garbage_is_collected_again_after_an_error():
    with pytest.raises(LookupError), uncollected():
        raise LookupError
    assert gc.isenabled()


def test_a_process_that_collects_none_goes_on_so():
    gc.disable()
    with uncollected(), uncollected():
        pass
    assert not gc.isenabled()
