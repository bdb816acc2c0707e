"""A DynamoDB table that grants access function by function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pulumi
import pulumi_aws as aws

from .customize import Customization, Customized
from .function import Principal
from .iam import Statement, policy_document


class Access(StrEnum):
    """What a function may do to items. A transaction needs the access of each of its parts; a scan is never granted."""

    GET = "dynamodb:GetItem"
    BATCH_GET = "dynamodb:BatchGetItem"
    QUERY = "dynamodb:Query"
    PUT = "dynamodb:PutItem"
    UPDATE = "dynamodb:UpdateItem"
    DELETE = "dynamodb:DeleteItem"


@dataclass(frozen=True, kw_only=True)
class KeyAccess:
    """What a function may do to the items whose partition key matches a pattern, such as `session/*`."""

    keys: Sequence[str]
    access: Sequence[Access]


READ = (Access.GET, Access.QUERY)
WRITE = (Access.PUT, Access.DELETE)


class KeyType(StrEnum):
    """What a key attribute is."""

    TEXT = "S"
    NUMBER = "N"
    BINARY = "B"


@dataclass(frozen=True, kw_only=True)
class Index:
    """Another order of the table's items, with all their attributes. Items without its keys are not in it."""

    partition_key: str
    sort_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """The keys, and how the items are kept."""

    partition_key: str
    sort_key: str | None = None
    key_types: Mapping[str, KeyType] = field(default_factory=dict)
    """Types of key attributes, those of indexes too; others are text."""
    indexes: Mapping[str, Index] = field(default_factory=dict)
    """Global secondary indexes, by name. Grants of the table cover them."""
    ttl_attribute: str | None = None
    """Attribute with the second, counted from 1970, after which DynamoDB deletes the item."""
    stream_view_type: str | None = None
    """What a change puts into the table's stream, `NEW_IMAGE` for example; without it there is no stream."""
    recoverable: bool
    """Whether any second of the last 35 days can be restored; costs by size."""
    protected: bool
    """Whether a deletion is refused until this is off again."""
    customize: Customization = field(default_factory=dict)
    """Further inputs of the provider, by resource: `table`."""


class Table(pulumi.ComponentResource):
    """Afterwards there is a table that is paid by request and encrypted at rest, and that nobody may touch.

    Each function that uses it is allowed to in a sentence: `table.allow_read(report)`.
    """

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the table."""
        super().__init__("rust-serverless:index:Table", name, None, opts)
        self._name = name
        self._indexes = sorted(args.indexes)
        customized = Customized(name, args.customize)
        self._table = aws.dynamodb.Table(
            f"{name}-table",
            **customized.inputs("table", aws.dynamodb.Table, _table(args)),
            # Also refuses an update of a program that declares the table no more; DynamoDB would in the middle.
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
        )
        self.table_name = self._table.name
        self.arn = self._table.arn
        self.stream_arn = self._table.stream_arn
        self.has_stream = args.stream_view_type is not None
        customized.check()
        self.register_outputs({"tableName": self.table_name, "arn": self.arn})

    def allow_read(self, principal: Principal) -> None:
        """Let what has a role read items, one by key or a range of them; never the whole table by a scan."""
        self._allow(principal, "reads", *READ)

    def allow_write(self, principal: Principal) -> None:
        """Let a function put and delete whole items."""
        self._allow(principal, "writes", *WRITE)

    def allow_read_write(self, principal: Principal) -> None:
        """Let a function do both."""
        self._allow(principal, "reads-and-writes", *READ, *WRITE)

    def allow(self, principal: Principal, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        """Let a function do exactly this to all items, and further things to items with certain keys only."""
        self._allow(principal, "uses", *access, on_keys=on_keys)

    def _allow(self, principal: Principal, verb: str, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        parent = principal if isinstance(principal, pulumi.Resource) else self
        aws.iam.RolePolicy(
            f"{principal.name}-{verb}-{self._name}",
            role=principal.role_name,
            policy=self.arn.apply(lambda arn: self._policy(arn, access, on_keys)),
            opts=pulumi.ResourceOptions(parent=parent),
        )

    def _policy(self, arn: str, access: Sequence[Access], on_keys: Sequence[KeyAccess]) -> str:
        indexes = [f"{arn}/index/{index}" for index in self._indexes]
        everywhere = [Statement(actions=access, resources=[arn, *indexes])] if access else []
        some = [Statement(actions=on.access, resources=[arn], condition=_only(on.keys)) for on in on_keys]
        return policy_document(*everywhere, *some)


def _only(keys: Sequence[str]) -> dict[str, dict[str, str | Sequence[str]]]:
    """Return the condition that a request names such keys only; each that reads or changes items by key names them."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}


def _table(args: TableArgs) -> dict[str, Any]:
    keyed: list[TableArgs | Index] = [args, *args.indexes.values()]
    attributes = dict.fromkeys(key for each in keyed for key in (each.partition_key, each.sort_key) if key)
    return {
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": args.partition_key,
        "range_key": args.sort_key,
        "attributes": [{"name": key, "type": str(args.key_types.get(key, KeyType.TEXT))} for key in attributes],
        "global_secondary_indexes": [
            {
                "name": name,
                "hash_key": index.partition_key,
                "range_key": index.sort_key,
                "projection_type": "ALL",
            }
            for name, index in sorted(args.indexes.items())
        ]
        or None,
        "ttl": {"enabled": True, "attribute_name": args.ttl_attribute} if args.ttl_attribute else None,
        "stream_enabled": bool(args.stream_view_type),
        "stream_view_type": args.stream_view_type,
        "point_in_time_recovery": {"enabled": args.recoverable},
        "deletion_protection_enabled": args.protected,
    }
