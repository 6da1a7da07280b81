"""Which partition a key belongs to: the choice Kafka's Java client makes.

It must not depend on the log: a key lands in the same partition on Kafka and on SQLite.
"""

from __future__ import annotations

from struct import iter_unpack

_SEED = 0x9747B28C
_MULTIPLIER = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(key: bytes) -> int:
    """The unsigned 32-bit MurmurHash2 of a key, with the seed of Kafka's clients.

    Source:
        MurmurHash2 by Austin Appleby (public domain); the seed is that of
        ``org.apache.kafka.common.utils.Utils.murmur2``.
    """
    whole = len(key) & ~3
    digest = _SEED ^ len(key)
    for (word,) in iter_unpack("<I", key[:whole]):
        mixed = word * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 24) * _MULTIPLIER & _MASK
        digest = (digest * _MULTIPLIER & _MASK) ^ mixed
    if len(key) > whole:
        digest = (digest ^ int.from_bytes(key[whole:], "little")) * _MULTIPLIER & _MASK
    digest = (digest ^ digest >> 13) * _MULTIPLIER & _MASK
    return digest ^ digest >> 15


def partition_of(key: bytes | None, partitions: int) -> int:
    """The partition of a key.

    A record without a key is treated as one with an empty key, so that such records keep their
    order; Kafka's own clients would scatter them.
    """
    if partitions == 1:
        return 0
    return (murmur2(key or b"") & 0x7FFFFFFF) % partitions
