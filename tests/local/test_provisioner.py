"""The local engine, with real resources in an emulator."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.local.errors import LocalError
from components.local.provisioner import LocalState
from tests.local.conftest import REGION, Engine, nothing

pytestmark = pytest.mark.emulator

TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}'


def log_group(days: int = 1) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup("logs", retention_in_days=days)


def api_with_route(origins: list[str]) -> None:
    cors: Any = {"allow_origins": origins, "allow_methods": ["GET"], "allow_headers": [], "max_age": 60}
    api = aws.apigatewayv2.Api("api", protocol_type="HTTP", cors_configuration=cors)
    aws.apigatewayv2.Route("route", api_id=api.id, route_key="GET /", authorization_type="NONE")


def test_dependents_are_deleted_first(engine: Engine) -> None:
    engine.run(lambda: api_with_route(["https://a.example"]))
    assert engine.run(nothing).changes == ["deleted route", "deleted api"]


def test_an_update_does_not_invert_the_order_of_deletion(engine: Engine) -> None:
    engine.run(lambda: api_with_route(["https://a.example"]))
    assert engine.run(lambda: api_with_route(["https://b.example"])).changes == ["updated api"]
    assert engine.run(nothing).changes == ["deleted route", "deleted api"]


def test_a_dependency_that_was_added_later_is_deleted_later(engine: Engine) -> None:
    def with_a_queue() -> None:
        queue = aws.sqs.Queue("queue", sqs_managed_sse_enabled=True, message_retention_seconds=60)
        aws.cloudwatch.LogGroup("logs", retention_in_days=1, opts=pulumi.ResourceOptions(depends_on=[queue]))

    engine.run(lambda: discard(log_group()))
    assert engine.run(with_a_queue).changes == ["created queue"]
    assert engine.run(nothing).changes == ["deleted logs", "deleted queue"]


def test_a_second_run_changes_nothing(engine: Engine) -> None:
    engine.run(lambda: api_with_route([]))
    assert engine.run(lambda: api_with_route([])).changes == []


def test_a_setting_with_another_name_remains(engine: Engine) -> None:
    def policy(name: str) -> None:
        queue = aws.sqs.Queue("queue")
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=TRUST)
        pulumi.export("queue", queue.url)

    engine.run(lambda: policy("old"))
    run = engine.run(lambda: policy("new"))
    assert run.changes == ["created new"]
    sqs = engine.context.client("sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=run.outputs["queue"], AttributeNames=["Policy"])["Attributes"]
    assert attributes["Policy"] == TRUST


def test_a_urn_that_is_declared_twice_is_refused(engine: Engine) -> None:
    def twice() -> None:
        log_group()
        log_group()

    with pytest.raises(LocalError, match="declares logs of type aws:cloudwatch/logGroup:LogGroup twice"):
        engine.run(twice)


def test_one_name_in_two_types_of_components_is_two_resources(engine: Engine) -> None:
    def two() -> None:
        for typ in ("test:index:One", "test:index:Two"):
            component = pulumi.ComponentResource(typ, "component")
            aws.cloudwatch.LogGroup("logs", retention_in_days=1, opts=pulumi.ResourceOptions(parent=component))

    assert engine.run(two).changes == ["created logs", "created logs"]


def test_one_name_at_two_depths_is_two_resources(engine: Engine) -> None:
    """Pulumi's engine accepts it, because a URN has the types of all parents."""

    def two() -> None:
        for typ in ("test:index:One", "test:index:Two"):
            outer = pulumi.ComponentResource(typ, "outer")
            opts = pulumi.ResourceOptions(parent=outer)
            inner = pulumi.ComponentResource("test:index:Inner", "inner", opts=opts)
            opts = pulumi.ResourceOptions(parent=inner)
            logs = aws.cloudwatch.LogGroup("logs", retention_in_days=1, opts=opts)
            pulumi.export(typ, logs.urn)

    run = engine.run(two)
    assert run.changes == ["created logs", "created logs"]
    types = "test:index:One$test:index:Inner$aws:cloudwatch/logGroup:LogGroup"
    assert run.outputs["test:index:One"].split("::")[2:] == [types, "logs"]


def test_an_emulator_that_an_older_version_started_is_refused(engine: Engine) -> None:
    engine.state.unlink()
    with pytest.raises(LocalError, match="another version .*: stop the emulator with `down`"):
        engine.run(nothing)
    engine.state.touch()


def test_the_state_is_read_as_it_was_written(engine: Engine) -> None:
    engine.run(lambda: discard(log_group(1)))
    engine.run(lambda: discard(log_group(3)))
    assert engine.run(lambda: discard(log_group(3))).changes == []
    assert engine.run(nothing).changes == ["deleted logs"]
    assert LocalState(engine.state).undeclared(()) == {}


def test_a_line_of_the_state_that_was_cut_off_costs_no_other(engine: Engine) -> None:
    engine.run(lambda: discard(log_group(1)))
    complete = engine.state.read_text()
    engine.state.write_text(complete + complete[: len(complete) // 2])
    assert engine.run(lambda: discard(log_group(3))).changes == ["updated logs"]
    assert engine.run(lambda: discard(log_group(3))).changes == []


def test_the_caller_is_the_emulator_s_account(engine: Engine) -> None:
    def ask() -> None:
        pulumi.export("account", aws.get_caller_identity_output().account_id)
        pulumi.export("region", aws.get_region_output().region)

    assert engine.run(ask).outputs == {"account": "000000000000", "region": REGION}


def test_a_secret_reaches_the_emulator_as_its_value(engine: Engine) -> None:
    def secret() -> None:
        queue = aws.sqs.Queue("queue", name=pulumi.Output.secret("hidden"), **QUEUE)
        pulumi.export("url", queue.url)

    engine.run(secret)
    (url,) = engine.context.client("sqs").list_queues()["QueueUrls"]
    assert url.endswith("/hidden")
    assert engine.run(secret).changes == []


def test_an_unknown_invoke_is_named(engine: Engine) -> None:
    with pytest.raises(Exception, match="does not support aws:index/getAvailabilityZones:getAvailabilityZones"):
        engine.run(lambda: pulumi.export("zones", aws.get_availability_zones_output().names))


def test_a_resource_with_invalid_inputs_is_named(engine: Engine) -> None:
    with pytest.raises(Exception, match=r"items of type aws:dynamodb/table:Table cannot be created .*\n.*KeySchema"):
        engine.run(lambda: discard(aws.dynamodb.Table("items")))
    with pytest.raises(Exception, match="rule of type aws:cloudwatch/eventRule:EventRule cannot be created"):
        engine.run(lambda: discard(aws.cloudwatch.EventRule("rule", schedule_expression="now and then")))


def test_an_archive_is_refused(engine: Engine) -> None:
    def archive() -> None:
        code = pulumi.AssetArchive({"app.py": pulumi.StringAsset("def handler(event, context): ...")})
        role = aws.iam.Role("role", assume_role_policy=TRUST)
        aws.lambda_.Function("old", role=role.arn, runtime="python3.13", handler="app.handler", code=code)

    with pytest.raises(Exception, match="old of type aws:lambda/function:Function has an asset or an archive"):
        engine.run(archive)


def test_reading_an_existing_resource_is_refused(engine: Engine) -> None:
    def read() -> None:
        log_group()
        pulumi.export("arn", aws.dynamodb.Table.get("orders", "shop-orders").arn)

    with pytest.raises(Exception, match="does not read 'shop-orders', which orders of type aws:dynamodb/table:Table"):
        engine.run(read)


def for_the_stack() -> None:
    pulumi.runtime.register_resource_transform(lambda _: None)


def for_invokes() -> None:
    pulumi.runtime.register_invoke_transform(lambda _: None)


def for_a_resource() -> None:
    opts = pulumi.ResourceOptions(transforms=[lambda _: None])
    pulumi.export("name", aws.cloudwatch.LogGroup("logs", opts=opts).name)


@pytest.mark.parametrize("program", [for_the_stack, for_invokes, for_a_resource])
def test_transforms_are_refused(engine: Engine, program: Callable[[], None]) -> None:
    with pytest.raises(LocalError, match="does not apply transforms: use them only where"):
        engine.run(program)


def test_hooks_are_refused(engine: Engine) -> None:
    def hook() -> None:
        hooks = pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook("hook", discard)])
        pulumi.export("name", aws.cloudwatch.LogGroup("logs", opts=pulumi.ResourceOptions(hooks=hooks)).name)

    with pytest.raises(LocalError, match="does not run hooks of resources: use them only where"):
        engine.run(hook)


def test_a_run_that_failed_does_not_fail_the_next_one(engine: Engine) -> None:
    def broken() -> None:
        pulumi.export("zones", aws.get_availability_zones_output().names)
        pulumi.export("never", log_group().name.apply(lambda name: name))

    with pytest.raises(Exception, match="does not support"):
        engine.run(broken)
    assert "logs" in engine.run(lambda: pulumi.export("name", log_group().name)).outputs["name"]


def test_a_manually_deleted_resource_is_recreated_with_its_dependents(engine: Engine) -> None:
    def role() -> None:
        role = aws.iam.Role("role", assume_role_policy=TRUST)
        aws.iam.RolePolicy("policy", role=role.name, policy=TRUST)
        pulumi.export("role", role.name)

    first = engine.run(role).outputs["role"]
    iam = engine.context.client("iam")
    for policy in iam.list_role_policies(RoleName=first)["PolicyNames"]:
        iam.delete_role_policy(RoleName=first, PolicyName=policy)
    iam.delete_role(RoleName=first)
    again = engine.run(role)
    assert again.changes == ["updated role", "updated policy"]
    assert iam.list_role_policies(RoleName=again.outputs["role"])["PolicyNames"]


def test_deleting_a_manually_deleted_resource_succeeds(engine: Engine) -> None:
    engine.run(lambda: pulumi.export("queue", aws.sqs.Queue("queue", **QUEUE).url))
    sqs = engine.context.client("sqs")
    (url,) = sqs.list_queues()["QueueUrls"]
    sqs.delete_queue(QueueUrl=url)
    assert engine.run(nothing).changes == ["deleted queue"]


def table(name: str, opts: pulumi.ResourceOptions | None = None, *, protected: bool = False) -> aws.dynamodb.Table:
    attributes: Any = [{"name": "pk", "type": "S"}]
    return aws.dynamodb.Table(
        name,
        hash_key="pk",
        attributes=attributes,
        billing_mode="PAY_PER_REQUEST",
        deletion_protection_enabled=protected,
        opts=opts,
    )


def add_item(engine: Engine) -> None:
    dynamodb = engine.context.client("dynamodb")
    (name,) = dynamodb.list_tables()["TableNames"]
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "1"}})


def items(engine: Engine) -> list[int]:
    """Return the number of items in each table."""
    dynamodb = engine.context.client("dynamodb")
    return [dynamodb.scan(TableName=name)["Count"] for name in dynamodb.list_tables()["TableNames"]]


@pytest.mark.parametrize(
    "alias",
    [
        pulumi.Alias(name="old"),
        "urn:pulumi:test::rust-serverless::aws:dynamodb/table:Table::old",
        pulumi.Alias(name="old", parent=pulumi.ROOT_STACK_RESOURCE),
    ],
)
def test_a_renamed_table_with_an_alias_keeps_its_items(engine: Engine, alias: pulumi.Alias | str) -> None:
    engine.run(lambda: discard(table("old")))
    add_item(engine)
    opts = pulumi.ResourceOptions(aliases=[alias])
    assert engine.run(lambda: discard(table("new", opts))).changes == []
    assert items(engine) == [1]
    assert engine.run(lambda: discard(table("new", opts))).changes == []


def test_an_alias_of_a_declared_resource_is_another_resource(engine: Engine) -> None:
    def both() -> None:
        old = table("old")
        table("new", pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")], depends_on=[old]))

    engine.run(lambda: discard(table("old")))
    assert engine.run(both).changes == ["created new"]


def nested_table(outer: str, inner: str, *aliases: pulumi.Alias) -> None:
    """Declare a table in a component in a component with aliases."""
    parent = pulumi.ComponentResource("test:index:Outer", outer, opts=pulumi.ResourceOptions(aliases=aliases))
    opts = pulumi.ResourceOptions(parent=parent)
    parent = pulumi.ComponentResource("test:index:Inner", f"{outer}-{inner}", opts=opts)
    table(f"{outer}-{inner}-table", pulumi.ResourceOptions(parent=parent))


@pytest.mark.parametrize(
    "alias", [pulumi.Alias(name="old"), pulumi.Alias(name="old", type_="test:index:Old"), pulumi.Alias(name="oldest")]
)
def test_a_table_in_a_renamed_component_keeps_its_items(engine: Engine, alias: pulumi.Alias) -> None:
    def before() -> None:
        typ = alias.type_ if isinstance(alias.type_, str) else "test:index:Outer"
        outer = pulumi.ComponentResource(typ, str(alias.name))
        opts = pulumi.ResourceOptions(parent=outer)
        inner = pulumi.ComponentResource("test:index:Inner", f"{alias.name}-inner", opts=opts)
        table(f"{alias.name}-inner-table", pulumi.ResourceOptions(parent=inner))

    engine.run(before)
    add_item(engine)
    assert engine.run(lambda: nested_table("new", "inner", pulumi.Alias(name="other"), alias)).changes == []
    assert items(engine) == [1]


def test_a_resource_that_cannot_be_deleted_is_named_with_the_remedy(engine: Engine) -> None:
    engine.run(lambda: discard(table("orders", protected=True)))
    message = r"orders of type aws:dynamodb/table:Table, .* cannot be deleted: .*\nDeclare it again without"
    with pytest.raises(LocalError, match=message):
        engine.run(nothing)
    engine.run(lambda: discard(table("orders")))
    assert engine.run(nothing).changes == ["deleted orders"]


QUEUE: Any = {"sqs_managed_sse_enabled": True, "message_retention_seconds": 60}


def discard(_: object) -> None:
    return None
