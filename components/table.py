"""A DynamoDB table with grants per function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pulumi
import pulumi_aws as aws

from .arguments import Arguments, require_keys
from .customize import Customization, Customized
from .function import Principal, grant
from .iam import Statement, policy_document


class Access(StrEnum):
    """Actions on items. A transaction requires the access of each of its parts. A scan is never granted."""

    GET = "dynamodb:GetItem"
    BATCH_GET = "dynamodb:BatchGetItem"
    QUERY = "dynamodb:Query"
    PUT = "dynamodb:PutItem"
    UPDATE = "dynamodb:UpdateItem"
    DELETE = "dynamodb:DeleteItem"


@dataclass(frozen=True, kw_only=True)
class KeyAccess(Arguments):
    """Access to items whose partition key matches a pattern, such as `session/*`."""

    keys: Sequence[str]
    access: Sequence[Access]


READ = (Access.GET, Access.QUERY)
WRITE = (Access.PUT, Access.DELETE)


class KeyType(StrEnum):
    """Type of a key attribute."""

    TEXT = "S"
    NUMBER = "N"
    BINARY = "B"


@dataclass(frozen=True, kw_only=True)
class Index(Arguments):
    """A global secondary index with all attributes. It does not contain items without its keys."""

    partition_key: str
    sort_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableArgs(Arguments):
    """Arguments of `Table`."""

    partition_key: str
    sort_key: str | None = None
    key_types: Mapping[str, KeyType] = field(default_factory=dict)
    """Types of key attributes, including those of indexes; strings by default."""
    indexes: Mapping[str, Index] = field(default_factory=dict)
    """Global secondary indexes by name. Grants of the table include them."""
    ttl_attribute: str | None = None
    """TTL attribute: Unix time in seconds after which DynamoDB deletes the item."""
    stream_view_type: str | None = None
    """Stream view type, such as `NEW_IMAGE`; by default there is no stream."""
    point_in_time_recovery: bool
    """Whether point-in-time recovery is on; billed by size."""
    deletion_protection: bool
    """Whether deletion protection is on."""
    customize: Customization = field(default_factory=dict)
    """Further provider inputs, by resource: `table`."""


class Table(pulumi.ComponentResource):
    """Creates an on-demand, encrypted table. No function has access until granted: `table.allow_read(fn)`."""

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the table."""
        super().__init__("rust-serverless:index:Table", name, None, opts)
        self._indexes = sorted(args.indexes)
        customized = Customized(name, args.customize)
        self._table = aws.dynamodb.Table(
            f"{name}-table",
            **customized.inputs("table", aws.dynamodb.Table, _table(name, args)),
            # Also makes an update fail early if the program no longer declares the table; DynamoDB would refuse later.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        self.table_name = self._table.name
        self.arn = self._table.arn
        self.stream_arn = self._table.stream_arn
        self.has_stream = args.stream_view_type is not None
        customized.check()
        self.register_outputs({"tableName": self.table_name, "arn": self.arn})

    def allow_read(self, principal: Principal) -> None:
        """Allow reading items by key or by query, but not by scan."""
        self._allow(principal, "reads", *READ)

    def allow_write(self, principal: Principal) -> None:
        """Allow putting and deleting items."""
        self._allow(principal, "writes", *WRITE)

    def allow_read_write(self, principal: Principal) -> None:
        """Allow reading, putting and deleting items."""
        self._allow(principal, "reads-and-writes", *READ, *WRITE)

    def allow(self, principal: Principal, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        """Allow exactly these actions on all items, and further ones on items with certain partition keys."""
        self._allow(principal, "uses", *access, on_keys=on_keys)

    def _allow(self, principal: Principal, verb: str, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        grant(
            f"{principal.name}-{verb}-{self.pulumi_resource_name}",
            principal,
            self.arn.apply(lambda arn: self._policy(arn, access, on_keys)),
            otherwise=self,
        )

    def _policy(self, arn: str, access: Sequence[Access], on_keys: Sequence[KeyAccess]) -> str:
        indexes = [f"{arn}/index/{index}" for index in self._indexes]
        everywhere = [Statement(actions=access, resources=[arn, *indexes])] if access else []
        some = [Statement(actions=on.access, resources=[arn], condition=_leading_keys(on.keys)) for on in on_keys]
        return policy_document(*everywhere, *some)


def _leading_keys(keys: Sequence[str]) -> dict[str, dict[str, str | Sequence[str]]]:
    """Return the condition that all partition keys of a request match."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}


def _table(name: str, args: TableArgs) -> dict[str, Any]:
    keyed: list[TableArgs | Index] = [args, *args.indexes.values()]
    attributes = dict.fromkeys(key for each in keyed for key in (each.partition_key, each.sort_key) if key)
    require_keys(f"{name}: key_types", args.key_types, attributes)
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
        "point_in_time_recovery": {"enabled": args.point_in_time_recovery},
        "deletion_protection_enabled": args.deletion_protection,
    }
