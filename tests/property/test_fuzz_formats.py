"""Damaged messages of every format: each is answered, soon, and grows into nothing.

``make fuzz`` runs 10,000 of each format; the tests run 300. All are seeded: the number
in a failure's message makes the same bytes again.
"""

from __future__ import annotations

import os
import resource
import time

import pytest

from schemas.dead_letter import DEAD_CODES
from schemas.item import Item
from schemas.raw import RawMessage
from streams.clean import clean
from streams.decode import Decoded, decode
from streams.steps import Drop, Fail
from tests.chains.damage import an_input
from tests.chains.formats import RENDERINGS
from tests.chains.rendering import Rendering

INPUTS = int(os.environ.get("WIREROOM_FUZZ_INPUTS", "300"))
# CPU seconds for any input, and for each of its bytes. Ordinary messages take 1 ms, or 0.2 us a
# byte.
MOST_SECONDS = 0.25
MOST_SECONDS_PER_BYTE = 20e-6
# Code points of text for each byte: references such as "&fjlig;" become two.
MOST_TEXT_PER_BYTE = 4
MOST_GROWTH_BYTES = 400 * 2**20


def answered(raw: RawMessage) -> list[Decoded | Fail]:
    """Decode and clean, and check that what came out holds together."""
    answers = decode(raw)
    assert answers
    for answer in answers:
        if isinstance(answer, Fail):
            assert answer.code in DEAD_CODES
            continue
        end = 0
        for block in answer.blocks:
            assert end <= block.start < block.end <= len(answer.text)
            end = block.end
        answer.text.encode()
        item = clean(answer)
        assert isinstance(item, Item | Drop | Fail)
        if isinstance(item, Item):
            item.model_dump_json()
    return answers


def cpu_seconds(raw: RawMessage) -> float:
    before = time.process_time()
    answered(raw)
    return time.process_time() - before


@pytest.mark.timeout(60 + INPUTS)
@pytest.mark.parametrize("rendering", RENDERINGS, ids=str)
def test_damaged_messages_are_answered_soon_and_stay_small(rendering: Rendering) -> None:
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(INPUTS):
        body = an_input(rendering.name, number)
        media_type = rendering.media_type if number % 2 else None
        raw = RawMessage(body=body, content_type=media_type, position=f"fuzz:{number}")
        limit = MOST_SECONDS + MOST_SECONDS_PER_BYTE * len(body)
        before = time.process_time()
        try:
            answers = answered(raw)
        except Exception as error:
            raise AssertionError(f"{rendering.name}: input {number} raised") from error
        if time.process_time() - before > limit:
            # Garbage may have been collected meanwhile: an input is slow if it is slow every time.
            assert min(cpu_seconds(raw) for _ in range(3)) < limit, f"input {number} is slow"
        size = sum(len(answer.text) for answer in answers if isinstance(answer, Decoded))
        assert size <= MOST_TEXT_PER_BYTE * len(body) + 1000, f"input {number} grows"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) * 1024
    assert grown < MOST_GROWTH_BYTES
