"""The largest body that fits topics made by somebody else: what is larger is spooled, not stuck.

A producer that keeps order cannot go on after the broker has refused a record, so what a topic does
not take must never be sent. It must not ask the broker itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemas.topics import TopicName
from streams.errors import ConfigError
from streams.log.limits import max_body_bytes_of, max_record_bytes
from streams.worker.config import WorkerConfig

CARRIERS = (
    TopicName.DECODED,
    TopicName.ITEMS,
    TopicName.EVENTS,
    TopicName.HELD,
    TopicName.ENRICHED,
    TopicName.DEAD,
)
"""The topics whose records grow with the message."""

# The limit is of a batch: our producer packs records into batches of 256 KiB at most, besides one
# record that is larger. Half a megabyte takes either, with room for a text of 300,000 characters.
_LEAST_BYTES = 512 * 1024
# What the batch itself takes.
_BATCH_BYTES = 1024


def fitted(config: WorkerConfig, limits: Mapping[str, int]) -> WorkerConfig:
    """The configuration with a ``max_body_bytes`` whose records every topic takes.

    Args:
        config: as set.
        limits: ``max.message.bytes`` of topics by full name; those not named are as ``topics
            apply`` makes them.

    Raises:
        ConfigError: a topic takes too little for any setting.
    """
    known = {topic: limits[topic] for name in CARRIERS if (topic := config.topic(name)) in limits}
    if not known:
        return config
    topic, least = min(known.items(), key=lambda pair: pair[1])
    if least - _BATCH_BYTES >= max_record_bytes(config.pipeline.max_body_bytes):
        return config
    if least < _LEAST_BYTES:
        raise ConfigError(
            f"{topic} takes {least} bytes at most: raise its max.message.bytes to {_LEAST_BYTES} "
            "or more"
        )
    fits = max_body_bytes_of(least - _BATCH_BYTES)
    if fits >= config.pipeline.max_body_bytes:
        return config
    return replace(config, pipeline=replace(config.pipeline, max_body_bytes=fits))
