from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as aiokafkas
from hypothesis import given
from hypothesis import strategies as st

from streams.log.partition import murmur2, partition_of


# From UtilsTest.testMurmur2 of Kafka's Java client, as unsigned numbers.
@pytest.mark.parametrize(
    ("key", "digest"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_java_client(key, digest):
    assert murmur2(key) == digest & 0xFFFFFFFF


@given(st.binary(max_size=70))
def test_the_hash_is_that_of_aiokafka(key):
    assert murmur2(key) == aiokafkas(key)


@given(st.binary(max_size=40), st.integers(1, 40))
def test_the_partition_is_that_of_aiokafka(key, count):
    partitions = list(range(count))
    assert partition_of(key, count) == DefaultPartitioner()(key, partitions, partitions)


def test_records_without_a_key_share_a_partition():
    assert partition_of(None, 12) == partition_of(b"", 12)
