import json
from dataclasses import replace

import pulumi
import pulumi_aws as aws
import pytest

from components.customize import provider_inputs
from components.function import ExistingFunction
from components.table import Access, Index, KeyType, Table, TableArgs
from tests.artifacts import function
from tests.recording import Recording, record

TABLE = "aws:dynamodb/table:Table"


def declared(args: TableArgs) -> Recording:
    return record(lambda: Table("views", args))


PLAIN = TableArgs(partition_key="pk", point_in_time_recovery=False, deletion_protection=False)


def test_a_table_is_on_demand_and_has_its_keys() -> None:
    args = TableArgs(partition_key="pk", sort_key="sk", point_in_time_recovery=False, deletion_protection=False)
    (table,) = declared(args).of_type(TABLE)
    assert table.inputs["billingMode"] == "PAY_PER_REQUEST"
    assert (table.inputs["hashKey"], table.inputs["rangeKey"]) == ("pk", "sk")
    assert table.inputs["attributes"] == [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}]


@pytest.mark.parametrize("enabled", [True, False])
def test_recovery_and_protection_are_always_set(enabled: bool) -> None:
    (table,) = declared(
        TableArgs(partition_key="pk", point_in_time_recovery=enabled, deletion_protection=enabled)
    ).of_type(TABLE)
    assert table.inputs["pointInTimeRecovery"] == {"enabled": enabled}
    assert table.inputs["deletionProtectionEnabled"] is enabled
    assert table.protect is enabled


def test_items_can_expire_and_changes_can_be_streamed() -> None:
    args = TableArgs(
        partition_key="pk",
        ttl_attribute="expires",
        stream_view_type="NEW_IMAGE",
        point_in_time_recovery=False,
        deletion_protection=False,
    )
    (table,) = declared(args).of_type(TABLE)
    assert table.inputs["ttl"] == {"enabled": True, "attributeName": "expires"}
    assert (table.inputs["streamEnabled"], table.inputs["streamViewType"]) == (True, "NEW_IMAGE")
    (plain,) = declared(PLAIN).of_type(TABLE)
    assert plain.inputs["streamEnabled"] is False
    assert not {"ttl", "streamViewType"} & set(plain.inputs)


READ = ["dynamodb:GetItem", "dynamodb:Query"]
WRITE = ["dynamodb:PutItem", "dynamodb:DeleteItem"]


@pytest.mark.parametrize(
    ("grant", "name", "actions"),
    [
        (Table.allow_read, "report-reads-views", READ),
        (Table.allow_write, "report-writes-views", WRITE),
        (Table.allow_read_write, "report-reads-and-writes-views", READ + WRITE),
    ],
)
def test_a_grant_names_exact_actions_on_the_table(grant: object, name: str, actions: list[str]) -> None:
    assert callable(grant)
    policy = record(lambda: grant(Table("views", PLAIN), function("report"))).named(name)
    assert policy.inputs["role"] == "report-role"
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement == {"Effect": "Allow", "Action": actions, "Resource": ["arn:aws:test:::views-table"]}


def test_exact_actions_can_be_granted() -> None:
    policy = record(lambda: Table("views", PLAIN).allow(function("report"), Access.PUT, Access.QUERY)).named(
        "report-uses-views"
    )
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["dynamodb:PutItem", "dynamodb:Query"]


def test_without_a_grant_no_function_has_access() -> None:
    def declare() -> None:
        Table("views", PLAIN)
        function("report")

    policies = record(declare).of_type("aws:iam/rolePolicy:RolePolicy")
    assert [policy.name for policy in policies] == ["report-writes-logs"]


def test_keys_can_be_numbers_and_indexes_are_covered_by_grants() -> None:
    args = TableArgs(
        partition_key="pk",
        sort_key="at",
        key_types={"at": KeyType.NUMBER, "hash": KeyType.BINARY},
        indexes={"by-hash": Index(partition_key="hash", sort_key="at")},
        point_in_time_recovery=False,
        deletion_protection=False,
    )
    recording = record(lambda: Table("views", args).allow_read(function("report")))
    (table,) = recording.of_type(TABLE)
    assert table.inputs["attributes"] == [
        {"name": "pk", "type": "S"},
        {"name": "at", "type": "N"},
        {"name": "hash", "type": "B"},
    ]
    (index,) = table.inputs["globalSecondaryIndexes"]
    assert (index["name"], index["hashKey"], index["rangeKey"]) == ("by-hash", "hash", "at")
    (statement,) = json.loads(recording.named("report-reads-views").inputs["policy"])["Statement"]
    assert statement["Resource"] == [
        "arn:aws:test:::views-table",
        "arn:aws:test:::views-table/index/by-hash",
    ]


def test_a_type_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="views: key_types has 'nope', which is unknown: use one of pk"):
        record(lambda: Table("views", replace(PLAIN, key_types={"nope": KeyType.NUMBER})))


def test_an_existing_function_can_be_granted_access() -> None:
    def declare() -> None:
        output = pulumi.Output.from_input
        orders = ExistingFunction(
            name="orders",
            function_name=output("orders-prod"),
            invoked_arn=output("arn:aws:lambda:eu-west-1:123456789012:function:orders-prod"),
            role_name=output("orders-prod-role"),
        )
        Table("views", PLAIN).allow_read(orders)

    policy = record(declare).named("orders-reads-views")
    assert policy.inputs["role"] == "orders-prod-role"


@pytest.mark.parametrize("name", sorted(provider_inputs(aws.dynamodb.Table)))
def test_every_input_of_the_provider_can_be_set(name: str) -> None:
    args = replace(PLAIN, customize={"table": {name: "mine"}})
    (table,) = record(lambda: Table("views", args)).of_type(TABLE)
    assert "mine" in table.inputs.values()
