"""What each role may do is what it does, and what the docs say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.topics import CATALOGUE, TopicName
from streams.log.found import FoundGroup, FoundTopic
from streams.preflight.rights import (
    READS,
    STAGES,
    WRITES,
    Operation,
    Resource,
    Right,
    Role,
    acl_commands,
    missing_rights,
    rights_of,
)
from streams.worker.config import Stage, WorkerConfig

ROOT = Path(__file__).resolve().parents[3]


def test_every_topic_is_read_and_written_by_somebody() -> None:
    stages_and_feeds = [*STAGES, Role.INGEST, Role.KB]
    assert {name for role in stages_and_feeds for name in WRITES.get(role, ())} == set(CATALOGUE)
    others = [role for role in READS if role not in {Role.RECORD, Role.PURGE}]
    assert {name for role in others for name in READS[role]} == set(CATALOGUE)


def test_stages_and_groups_are_the_workers_own() -> None:
    assert [str(stage) for stage in Stage] == [str(role) for role in STAGES]
    config = WorkerConfig("kafka://here:1", prefix="own.")
    for role, stage in zip(STAGES, Stage, strict=True):
        groups = [r for r in rights_of(role, prefix="own.") if r.resource is Resource.GROUP]
        joined = [right.name for right in groups if right.operation is Operation.READ]
        assert joined == [config.group(stage)]
        seen = {right.name for right in groups} - {*joined}
        assert seen == ({config.group(Stage.DESK)} if stage is Stage.INTAKE else set())


def test_a_subscriber_may_see_nothing_that_is_restricted() -> None:
    rights = rights_of(Role.SUBSCRIBE, prefix="wire.")
    restricted = {topic.full_name() for topic in CATALOGUE.values() if topic.restricted}
    assert rights
    assert not restricted & {right.name for right in rights}
    assert {right.operation for right in rights} == {Operation.READ}


_BY_PREFIX = {Role.APPLY, Role.LINT, Role.REPLAY}


@pytest.mark.parametrize("role", [each for each in Role if each not in _BY_PREFIX])
def test_no_right_reaches_beyond_a_name(role: Role) -> None:
    rights = rights_of(role, prefix="wire.")
    assert rights
    assert not any(right.is_prefix for right in rights)
    of_topics = {right.operation for right in rights if right.resource is Resource.TOPIC}
    assert of_topics <= {Operation.READ, Operation.WRITE}


@pytest.mark.parametrize("role", [Role.APPLY, Role.LINT])
def test_rights_by_prefix_are_for_those_who_make_and_look(role: Role) -> None:
    assert {(r.name, r.is_prefix) for r in rights_of(role, prefix="wire.")} == {("wire.", True)}


def test_a_replay_changes_nothing_but_its_own() -> None:
    live = [r for r in rights_of(Role.REPLAY, prefix="wire.") if r.name.startswith("wire.")]
    assert {right.operation for right in live} == {Operation.READ}
    own = [r for r in rights_of(Role.REPLAY, prefix="wire.") if r not in live]
    assert {(right.name, right.is_prefix) for right in own} == {("replay.", True)}


def test_commands_are_quoted_and_one_an_operation() -> None:
    rights = [
        Right(Resource.TOPIC, "wire.raw", Operation.READ),
        Right(Resource.TOPIC, "wire.kb", Operation.READ),
        Right(Resource.GROUP, "wire.g", Operation.READ),
        Right(Resource.TOPIC, "wire.", Operation.CREATE, is_prefix=True),
    ]
    assert acl_commands(rights, user="a $(b)", bootstrap="here:1") == [
        (
            "kafka-acls --bootstrap-server here:1 --add --allow-principal 'User:a $(b)' "
            "--operation Read --topic wire.raw --topic wire.kb"
        ),
        (
            "kafka-acls --bootstrap-server here:1 --add --allow-principal 'User:a $(b)' "
            "--operation Read --group wire.g"
        ),
        (
            "kafka-acls --bootstrap-server here:1 --add --allow-principal 'User:a $(b)' "
            "--operation Create --topic wire. --resource-pattern-type prefixed"
        ),
    ]


def test_what_is_missing() -> None:
    read = Right(Resource.TOPIC, "t", Operation.READ)
    write = Right(Resource.TOPIC, "t", Operation.WRITE)
    join = Right(Resource.GROUP, "g", Operation.READ)
    may_read = FoundTopic("t", is_there=True, operations=frozenset({"Read", "Describe"}))
    hidden = FoundTopic("t", is_there=False, is_hidden=True)
    untold = FoundTopic("t", is_there=True)
    absent = FoundTopic("t", is_there=False)
    barred = FoundGroup("g", is_hidden=True)
    assert missing_rights([read, write, join], [may_read], [barred]) == [write, join]
    assert missing_rights([read, write], [hidden], []) == [read, write]
    # What the broker does not tell, and a topic that is yet to be made, are nobody's fault.
    assert missing_rights([read], [untold], []) == []
    assert missing_rights([read], [absent], [FoundGroup("g", operations=frozenset())]) == []


def test_the_docs_give_these_commands() -> None:
    page = (ROOT / "docs/access.md").read_text("utf-8")
    given = [line for line in page.splitlines() if line.startswith("kafka-acls ")]
    wanted = []
    for role in Role:
        section = re.search(rf"^### {role}\b.*?\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
        assert section is not None, role
        commands = acl_commands(
            rights_of(role, prefix="wire."), user=role, bootstrap="localhost:9092"
        )
        assert [line for line in section[1].splitlines() if line in commands] == commands
        wanted += commands
    assert given == wanted


def test_topic_names_of_the_roles_are_of_the_catalogue() -> None:
    assert all(isinstance(name, TopicName) for names in READS.values() for name in names)
