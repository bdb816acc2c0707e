"""A DynamoDB table that grants access function by function."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.iam import Statement, policy_document
from components.rust_function import RustFunction

READ_ACTIONS = ("dynamodb:GetItem", "dynamodb:Query")
WRITE_ACTIONS = ("dynamodb:PutItem", "dynamodb:DeleteItem")


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
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.table_name = self._table.name
        self.arn = self._table.arn
        self.register_outputs({"tableName": self.table_name, "arn": self.arn})

    def allow_read(self, function: RustFunction) -> None:
        """Let a function read items, one by key or a range of them; never the whole table by a scan."""
        self._allow(function, "reads", READ_ACTIONS)

    def allow_write(self, function: RustFunction) -> None:
        """Let a function put and delete whole items."""
        self._allow(function, "writes", WRITE_ACTIONS)

    def allow_read_write(self, function: RustFunction) -> None:
        """Let a function do both."""
        self._allow(function, "reads-and-writes", (*READ_ACTIONS, *WRITE_ACTIONS))

    def _allow(self, function: RustFunction, verb: str, actions: Sequence[str]) -> None:
        aws.iam.RolePolicy(
            f"{function.name}-{verb}-{self._name}",
            role=function.role.name,
            policy=self.arn.apply(lambda arn: policy_document(Statement(actions=actions, resources=[arn]))),
            opts=pulumi.ResourceOptions(parent=function),
        )
