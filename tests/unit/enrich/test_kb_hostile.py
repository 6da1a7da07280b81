"""Records nobody would write by hand: each is refused with its reason, and changes nothing."""

from __future__ import annotations

import random
import time

import orjson
import pytest

from schemas.kb import KbAlias, KbEntity
from streams.enrich.kb import KbFault, Rejected, key_of, overlay_of, read_record, write_record
from streams.log.base import Record, instant_of_ms
from streams.pipeline import KnowledgeBase

ANNA = KbEntity(id="x:anna", type="person", names={"mul": "Zyra Quenby"})


def raw(**fields: object) -> bytes:
    return orjson.dumps({"record": "alias", "alias": "Quenby", "entity": "x:anna", **fields})


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (b"", KbFault.MALFORMED),
        (b"\xff\xfe", KbFault.MALFORMED),
        (b'{"record":"alias","alias":"Qu\xe9nby","entity":"x:anna"}', KbFault.MALFORMED),
        (b'{"record":"alias","alias":"\\ud800Quenby","entity":"x:anna"}', KbFault.MALFORMED),
        (b"[" * 50_000, KbFault.MALFORMED),
        (b"null", KbFault.MALFORMED),
        (b'{"record":"person"}', KbFault.MALFORMED),
        (raw(alias="Quenby\u0000"), KbFault.MALFORMED),
        (raw(alias="Quenby\nSmith"), KbFault.MALFORMED),
        (raw(alias="Q" * 201), KbFault.MALFORMED),
        (raw(alias="Q" * 1_000_000), KbFault.TOO_LARGE),
        (raw(entity="no scheme"), KbFault.MALFORMED),
        (raw(language="English"), KbFault.MALFORMED),
        (raw(prior=0), KbFault.MALFORMED),
        (raw(prior=2), KbFault.MALFORMED),
        (raw(status="maybe"), KbFault.MALFORMED),
        (raw(alias="Q"), KbFault.TOO_SHORT),
        (raw(alias="---"), KbFault.TOO_SHORT),
        (raw(alias="the"), KbFault.COMMON_WORD),
        (raw(alias="The"), KbFault.COMMON_WORD),
        (raw(alias="dans le"), KbFault.COMMON_WORD),
        (raw(alias="Monday"), KbFault.COMMON_WORD),
        (raw(alias="a b c d"), KbFault.COMMON_WORD),
        (raw(alias=" ".join(["word"] * 17)), KbFault.TOO_LONG),
        (
            b'{"record":"entity","id":"x:1","type":"person","names":{"mul":"Ana B"},%s}'
            % b'"valid_from":"2020-01-02","valid_to":"2020-01-01"',
            KbFault.WRONG_DATES,
        ),
        (b'{"record":"entity","id":"x:1","type":"person","names":{}}', KbFault.MALFORMED),
        (b'{"record":"entity","id":"x:1","type":"other","names":{"mul":"A B"}}', KbFault.MALFORMED),
    ],
)
def test_a_broken_record_is_rejected_with_its_reason(value: bytes, fault: KbFault) -> None:
    answer = read_record(b"any", value)
    assert isinstance(answer, Rejected)
    assert answer.fault is fault
    assert answer.detail


@pytest.mark.parametrize("name", ["IS", "US", "WHO", "IT"])
def test_an_acronym_that_is_a_word_in_small_letters_is_taken(name: str) -> None:
    alias = KbAlias(alias=name, entity="x:anna")
    assert read_record(key_of(alias), write_record(alias)) == alias


def test_a_record_under_another_key_is_rejected() -> None:
    alias = KbAlias(alias="Quenby", entity="x:anna")
    answer = read_record(b"alias:mul:other:x:anna", write_record(alias))
    assert isinstance(answer, Rejected)
    assert answer.fault is KbFault.WRONG_KEY


def record(offset: int, key: bytes | None, value: bytes | None) -> Record:
    return Record("wire.kb", 0, offset, key, value, (), instant_of_ms(0))


def test_a_broken_record_changes_nothing_and_is_told() -> None:
    kb = KnowledgeBase(overlay_of([ANNA]))
    before = kb.overlay.version
    rejected = kb.take(
        [
            record(0, key_of(ANNA), b"\xff"),
            record(1, None, write_record(ANNA)),
            record(2, key_of(ANNA), raw(alias="the")),
        ]
    )
    assert [(each.offset, why.fault) for each, why in rejected] == [
        (0, KbFault.MALFORMED),
        (1, KbFault.WRONG_KEY),
        (2, KbFault.COMMON_WORD),
    ]
    assert kb.overlay.version == before


def test_any_bytes_are_read_or_rejected() -> None:
    dice = random.Random(7)  # noqa: S311  (a seed, no secret)
    good = write_record(ANNA)
    for _ in range(2000):
        broken = bytearray(good)
        for _ in range(dice.randint(1, 4)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        read_record(key_of(ANNA), bytes(broken))


@pytest.mark.timeout(90)
def test_a_hundred_thousand_aliases_cost_a_text_no_more() -> None:
    aliases = [KbAlias(alias=f"Quenby {n} of Pier", entity=ANNA.id) for n in range(100_000)]
    overlay = overlay_of([ANNA, *aliases])
    small = overlay_of([ANNA, *aliases[:100]])
    text = "Then Quenby 5 of Pier met Quenby 77 of Pier in the port. " * 100

    def cost(one: object) -> float:
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            assert sum(1 for _ in one.find(text, "en")) == 200  # type: ignore[attr-defined]
            best = min(best, time.process_time() - start)
        return best

    # A scan of the aliases would be a thousand times as slow.
    assert cost(overlay) < 20 * cost(small) + 0.05
    after = overlay.updated([(key_of(aliases[5]), None)])
    assert sum(1 for _ in after.find(text, "en")) == 100


@pytest.mark.parametrize(
    "text",
    ["Quenby " * 20_000, "Q" * 1_000_000, "Quenby-" * 50_000, "\ud800 Quenby", "É" * 100_000],
    ids=["names", "letters", "hyphens", "surrogate", "accents"],
)
def test_no_text_is_too_much(text: str) -> None:
    long_names = [KbAlias(alias=" ".join(["Quenby"] * n), entity=ANNA.id) for n in range(1, 17)]
    overlay = overlay_of([ANNA, *long_names])
    ends = 0
    for match in overlay.find(text, "en"):
        assert ends <= match.start < match.end <= len(text)
        ends = match.end
