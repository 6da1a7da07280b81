"""Which differences from the catalogue do harm, and what mends them."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from schemas.topics import CATALOGUE, TopicName
from streams.log.found import FoundTopic
from streams.preflight.finding import Finding, Level
from streams.preflight.topics import Wanted, topic_findings

MAX_BYTES = 11_000_000


def wanted(name: TopicName) -> Wanted:
    return Wanted(CATALOGUE[name], "wire.", MAX_BYTES, 1, "here:9092")


def as_wanted(name: TopicName) -> FoundTopic:
    config = CATALOGUE[name].config(max_message_bytes=MAX_BYTES)
    return FoundTopic(
        f"wire.{name}",
        is_there=True,
        partitions=CATALOGUE[name].partitions,
        replication=1,
        config={**config, "min.insync.replicas": "1", "retention.bytes": "-1"},
    )


def judged(name: TopicName, **config: str) -> list[Finding]:
    found = as_wanted(name)
    changed = {setting.replace("_", "."): value for setting, value in config.items()}
    assert found.config is not None
    return topic_findings(wanted(name), replace(found, config={**found.config, **changed}))


@pytest.mark.parametrize("name", list(TopicName))
def test_a_topic_as_the_catalogue_has_it_is_right(name: TopicName) -> None:
    (finding,) = topic_findings(wanted(name), as_wanted(name))
    assert finding.level is Level.RIGHT
    assert not finding.mend


@pytest.mark.parametrize(
    ("name", "config", "level"),
    [
        (TopicName.RAW, {"cleanup_policy": "compact"}, Level.WRONG),
        (TopicName.STATE, {"cleanup_policy": "compact,delete"}, Level.WRONG),
        (TopicName.ITEMS, {"cleanup_policy": "delete,compact"}, Level.RIGHT),
        (TopicName.ITEMS, {"cleanup_policy": "delete"}, Level.OTHER),
        (TopicName.DESK, {"retention_ms": "86400000"}, Level.WRONG),
        (TopicName.DESK, {"retention_ms": "-1"}, Level.OTHER),
        (TopicName.EVENTS, {"retention_ms": "86400000"}, Level.OTHER),
        # Nothing is deleted there, however short it is kept.
        (TopicName.STATE, {"retention_ms": "86400000"}, Level.OTHER),
        (TopicName.RAW, {"message_timestamp_type": "CreateTime"}, Level.WRONG),
        (TopicName.ENRICHED, {"message_timestamp_type": "CreateTime"}, Level.OTHER),
        (TopicName.RAW, {"max_message_bytes": "1048588"}, Level.WRONG),
        (TopicName.STATE, {"max_message_bytes": "1048588"}, Level.OTHER),
        (TopicName.STATE, {"max_message_bytes": "1000"}, Level.WRONG),
        (TopicName.RAW, {"max_message_bytes": "99000000"}, Level.RIGHT),
        (TopicName.DECODED, {"retention_bytes": "1000"}, Level.WRONG),
        (TopicName.DEAD, {"retention_bytes": "1000"}, Level.OTHER),
        (TopicName.STATE, {"retention_bytes": "1000"}, Level.RIGHT),
        (TopicName.RAW, {"min_insync_replicas": "2"}, Level.WRONG),
    ],
)
def test_what_differs_is_harmful_or_only_other(
    name: TopicName, config: dict[str, str], level: Level
) -> None:
    (finding,) = judged(name, **config)
    assert finding.level is level
    if level is not Level.RIGHT:
        (setting,) = (each.replace("_", ".") for each in config)
        words = shlex.split(finding.mend)
        assert words[:3] == ["kafka-configs", "--bootstrap-server", "here:9092"]
        assert words[words.index("--entity-name") + 1] == f"wire.{name}"
        assert words[-1].startswith(f"{setting}=")


def test_harm_and_no_harm_are_two_lines_each_with_one_command() -> None:
    findings = judged(
        TopicName.ITEMS, max_message_bytes="1", cleanup_policy="delete", retention_ms="1"
    )
    assert [each.level for each in findings] == [Level.WRONG, Level.OTHER]
    # A list of values needs its brackets, else it is taken for two settings.
    assert "'cleanup.policy=[compact,delete],retention.ms=2592000000'" in findings[1].mend


@pytest.mark.parametrize(
    ("name", "level"), [(TopicName.DECODED, Level.WRONG), (TopicName.ITEMS, Level.OTHER)]
)
def test_more_partitions_harm_where_there_is_one_order(name: TopicName, level: Level) -> None:
    (finding,) = topic_findings(wanted(name), replace(as_wanted(name), partitions=3))
    assert finding.level is level
    assert finding.mend


def test_partitions_without_a_leader_and_too_few_copies_are_told() -> None:
    found = replace(as_wanted(TopicName.RAW), leaderless=2)
    more = replace(wanted(TopicName.RAW), replication=3)
    levels = [each.level for each in topic_findings(more, found)]
    assert levels == [Level.WRONG, Level.OTHER]


def test_settings_we_may_not_see_are_unknown_and_no_fault() -> None:
    findings = topic_findings(wanted(TopicName.RAW), replace(as_wanted(TopicName.RAW), config=None))
    assert [each.level for each in findings] == [Level.RIGHT, Level.UNKNOWN]
    assert "topics acls lint" in findings[1].mend


def test_absent_and_hidden_topics_say_what_makes_them() -> None:
    absent = FoundTopic("wire.raw", is_there=False)
    hidden = FoundTopic("wire.raw", is_there=False, is_hidden=True)
    for found in (absent, hidden):
        (finding,) = topic_findings(wanted(TopicName.RAW), found)
        assert finding.level is Level.WRONG
        assert "wireroom topics apply" in finding.mend
