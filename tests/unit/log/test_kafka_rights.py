"""The two questions of Kafka's protocol that are written here: as sent, and as answered."""

from __future__ import annotations

import pytest
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, String

from streams.log.kafka_rights import (
    NO_BITS,
    DescribeGroupsWithRights,
    MetadataWithRights,
    operations_of,
)

TEXT = String("utf-8")
VERSIONS = {3: (0, 13), 15: (0, 6)}


def test_asking_for_a_topic_never_makes_it() -> None:
    sent = MetadataWithRights(["wire.raw"]).prepare(VERSIONS)
    assert sent.API_VERSION == 8
    # Topics, may it be made, rights on the cluster, rights on the topics.
    assert sent.encode() == Array(TEXT).encode(["wire.raw"]) + b"\0\0\1"


def test_what_may_be_done_with_a_topic_is_in_the_answer() -> None:
    answer = b"".join(
        [
            Int32.encode(0),
            Int32.encode(1),
            *(Int32.encode(7), TEXT.encode("host"), Int32.encode(9092), TEXT.encode(None)),
            TEXT.encode("cluster"),
            Int32.encode(7),
            Int32.encode(1),
            *(Int16.encode(0), TEXT.encode("wire.raw"), Boolean.encode(False)),
            Int32.encode(1),
            *(Int16.encode(0), Int32.encode(0), Int32.encode(7), Int32.encode(3)),
            *(Array(Int32).encode(ids) for ids in ([7], [7], [])),
            Int32.encode(1 << 3 | 1 << 8),
            Int32.encode(NO_BITS),
        ]
    )
    read = MetadataWithRights([]).prepare(VERSIONS).RESPONSE_TYPE.decode(answer).to_object()
    (topic,) = read["topics"]
    assert operations_of(topic["authorized_operations"]) == {"Read", "Describe"}
    assert [part["leader"] for part in topic["partitions"]] == [7]


def test_members_of_a_group_have_their_instance_ids() -> None:
    sent = DescribeGroupsWithRights("g").prepare(VERSIONS)
    assert sent.API_VERSION == 4
    assert sent.encode() == Array(TEXT).encode(["g"]) + b"\1"
    answer = b"".join(
        [
            Int32.encode(0),
            Int32.encode(1),
            Int16.encode(0),
            *(TEXT.encode(word) for word in ("g", "Stable", "consumer", "range")),
            Int32.encode(1),
            *(TEXT.encode(word) for word in ("m", "one-desk", "client", "/127.0.0.1")),
            *(Int32.encode(0), Int32.encode(0)),
            Int32.encode(1 << 3),
        ]
    )
    (group,) = sent.RESPONSE_TYPE.decode(answer).to_object()["groups"]
    assert group["members"][0]["group_instance_id"] == "one-desk"
    assert operations_of(group["authorized_operations"]) == {"Read"}


@pytest.mark.parametrize("request_", [MetadataWithRights([]), DescribeGroupsWithRights("g")])
def test_a_broker_that_is_too_old_is_no_guess(request_: MetadataWithRights) -> None:
    with pytest.raises(NotImplementedError):
        request_.prepare({3: (0, 7), 15: (0, 3)})


def test_bits_that_are_not_known_are_left_out() -> None:
    assert operations_of(1 << 30 | 1 << 12) == {"IdempotentWrite"}
    assert operations_of(0) == frozenset()
