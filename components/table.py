"""A DynamoDB table that grants access function by function."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_aws as aws

from .iam import Statement, policy_document
from .rust_function import RustFunction


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


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """The keys, and how the items are kept. Key attributes are text."""

    partition_key: str
    sort_key: str | None = None
    ttl_attribute: str | None = None
    """Attribute with the second, counted from 1970, after which DynamoDB deletes the item."""
    stream_view_type: str | None = None
    """What a change puts into the table's stream, `NEW_IMAGE` for example; without it there is no stream."""
    recoverable: bool
    """Whether any second of the last 35 days can be restored; costs by size."""
    protected: bool
    """Whether a deletion is refused until this is off again."""


class Table(pulumi.ComponentResource):
    """Afterwards there is a table that is paid by request and encrypted at rest, and that nobody may touch.

    Each function that uses it is allowed to in a sentence: `table.allow_read(report)`.
    """

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the table."""
        super().__init__("rust-serverless:index:Table", name, None, opts)
        self._name = name
        keys = [key for key in (args.partition_key, args.sort_key) if key]
        self._table = aws.dynamodb.Table(
            f"{name}-table",
            billing_mode="PAY_PER_REQUEST",
            hash_key=args.partition_key,
            range_key=args.sort_key,
            attributes=[{"name": key, "type": "S"} for key in keys],
            ttl={"enabled": True, "attribute_name": args.ttl_attribute} if args.ttl_attribute else None,
            stream_enabled=bool(args.stream_view_type),
            stream_view_type=args.stream_view_type,
            point_in_time_recovery={"enabled": args.recoverable},
            deletion_protection_enabled=args.protected,
            # Also refuses an update of a program that declares the table no more; DynamoDB would in the middle.
            opts=pulumi.ResourceOptions(parent=self, protect=args.protected),
        )
        self.table_name = self._table.name
        self.arn = self._table.arn
        self.stream_arn = self._table.stream_arn
        self.register_outputs({"tableName": self.table_name, "arn": self.arn})

    def allow_read(self, function: RustFunction) -> None:
        """Let a function read items, one by key or a range of them; never the whole table by a scan."""
        self._allow(function, "reads", *READ)

    def allow_write(self, function: RustFunction) -> None:
        """Let a function put and delete whole items."""
        self._allow(function, "writes", *WRITE)

    def allow_read_write(self, function: RustFunction) -> None:
        """Let a function do both."""
        self._allow(function, "reads-and-writes", *READ, *WRITE)

    def allow(self, function: RustFunction, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        """Let a function do exactly this to all items, and further things to items with certain keys only."""
        self._allow(function, "uses", *access, on_keys=on_keys)

    def _allow(self, function: RustFunction, verb: str, *access: Access, on_keys: Sequence[KeyAccess] = ()) -> None:
        def policy(arn: str) -> str:
            everywhere = [Statement(actions=access, resources=[arn])] if access else []
            some = [Statement(actions=on.access, resources=[arn], condition=_only(on.keys)) for on in on_keys]
            return policy_document(*everywhere, *some)

        aws.iam.RolePolicy(
            f"{function.name}-{verb}-{self._name}",
            role=function.role.name,
            policy=self.arn.apply(policy),
            opts=pulumi.ResourceOptions(parent=function),
        )


def _only(keys: Sequence[str]) -> dict[str, dict[str, str | Sequence[str]]]:
    """Return the condition that a request names such keys only; each that reads or changes items by key names them."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}
