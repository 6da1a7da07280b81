"""The two questions of Kafka's protocol that tell what we may do, which aiokafka 0.14 lacks.

It asks for metadata in version 5 and reads the answer about groups in version 2: neither holds
the operations that are authorised (KIP-430). It must not send anything itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Bytes, Int16, Int32, Schema, String

__all__ = ["NO_BITS", "DescribeGroupsWithRights", "MetadataWithRights", "operations_of"]

_TEXT = String("utf-8")

NO_BITS = -(2**31)
"""What stands for operations that the broker was not asked for, or does not know."""

# Kafka's AclOperation codes; each is the number of its bit.
_OPERATIONS = {
    3: "Read",
    4: "Write",
    5: "Create",
    6: "Delete",
    7: "Alter",
    8: "Describe",
    9: "ClusterAction",
    10: "DescribeConfigs",
    11: "AlterConfigs",
    12: "IdempotentWrite",
}


def operations_of(bits: int) -> frozenset[str]:
    """The operations that a number of bits names; those this version does not know are left out."""
    return frozenset(name for code, name in _OPERATIONS.items() if bits >> code & 1)


class _MetadataResponse(Response):  # type: ignore[misc]  # (untyped)
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT)),
        ),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", _TEXT),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc]  # (untyped)
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(_TEXT)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class MetadataWithRights(Request[_MetadataRequest]):  # type: ignore[misc]  # (untyped)
    """Topics by name, with what we may do; never creates one, on whatever broker."""

    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        """Name the topics; none asks for the brokers alone."""
        self._topics = list(topics)

    def build(self, request_struct_class: type[_MetadataRequest]) -> Any:  # noqa: ANN401
        """The request as it is sent."""
        return request_struct_class(self._topics, False, False, True)


class _DescribeGroupsResponse(Response):  # type: ignore[misc]  # (untyped)
    API_KEY = 15
    API_VERSION = 4
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "groups",
            Array(
                ("error_code", Int16),
                ("group", _TEXT),
                ("state", _TEXT),
                ("protocol_type", _TEXT),
                ("protocol", _TEXT),
                (
                    "members",
                    Array(
                        ("member_id", _TEXT),
                        ("group_instance_id", _TEXT),
                        ("client_id", _TEXT),
                        ("client_host", _TEXT),
                        ("member_metadata", Bytes),
                        ("member_assignment", Bytes),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
    )


class _DescribeGroupsRequest(RequestStruct):  # type: ignore[misc]  # (untyped)
    API_KEY = 15
    API_VERSION = 4
    RESPONSE_TYPE = _DescribeGroupsResponse
    SCHEMA = Schema(("groups", Array(_TEXT)), ("include_authorized_operations", Boolean))


class DescribeGroupsWithRights(Request[_DescribeGroupsRequest]):  # type: ignore[misc]  # (untyped)
    """One group with its members, their instance ids, and what we may do."""

    API_KEY = 15

    def __init__(self, group: str) -> None:
        """Name the group."""
        self._group = group

    def build(self, request_struct_class: type[_DescribeGroupsRequest]) -> Any:  # noqa: ANN401
        """The request as it is sent."""
        return request_struct_class([self._group], True)
