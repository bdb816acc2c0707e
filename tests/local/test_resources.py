"""Each resource kind of the local engine, declared without the components."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_command
import pytest

from components.local.resources import KINDS
from components.local.resources.s3 import location
from tests.local.conftest import Engine, nothing
from tests.local.test_provisioner import TRUST

pytestmark = pytest.mark.emulator

ANYONE = '{"Version": "2012-10-17", "Statement": []}'
CODE = "code-of-a-test"


@pytest.fixture
def code(engine: Engine) -> None:
    """A bucket with the code of a function."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")
    s3 = engine.context.client("s3")
    s3.create_bucket(Bucket=CODE, **location(engine.context.region))
    s3.put_object(Bucket=CODE, Key="code.zip", Body=content.getvalue())


def add(module: Any, typ: str, **inputs: Any) -> Any:
    """Declare a resource whose name is its type in lower case."""
    return getattr(module, typ)(typ.lower(), **inputs)


def every_kind(changed: bool) -> None:
    """Declare each kind once, with the inputs that AWS requires; `changed` adds or changes others."""
    bucket_kinds(changed)
    key_kinds(changed)
    queue = add(aws.sqs, "Queue")
    topic = add(aws.sns, "Topic")
    role = add(aws.iam, "Role", assume_role_policy=TRUST)
    group = add(aws.cloudwatch, "LogGroup", retention_in_days=7 if changed else None)
    table = add(
        aws.dynamodb,
        "Table",
        hash_key="pk",
        attributes=[{"name": name, "type": "S"} for name in ("pk", "sk", "day")],
        range_key="sk",
        local_secondary_indexes=[{"name": "by-day", "range_key": "day", "projection_type": "KEYS_ONLY"}],
        ttl={"attribute_name": "expires", "enabled": True} if changed else None,
    )
    function = add(
        aws.lambda_,
        "Function",
        role=role.arn,
        runtime="provided.al2023",
        handler="bootstrap",
        s3_bucket=CODE,
        s3_key="code.zip",
    )
    alias = add(aws.lambda_, "Alias", function_name=function.name, function_version=function.version)
    add(
        aws.lambda_,
        "ProvisionedConcurrencyConfig",
        function_name=function.name,
        qualifier=alias.name,
        provisioned_concurrent_executions=2 if changed else 1,
    )
    loop = "Terminate" if changed else "Allow"
    add(aws.lambda_, "FunctionRecursionConfig", function_name=function.name, recursive_loop=loop)
    add(aws.lambda_, "EventSourceMapping", function_name=function.name, event_source_arn=queue.arn)
    add(aws.kinesis, "Stream", shard_count=1, retention_period=48 if changed else None)
    add(aws.lambda_, "FunctionEventInvokeConfig", function_name=function.name)
    add(aws.lambda_, "Permission", function=function.name, action="lambda:InvokeFunction", principal="s3.amazonaws.com")
    add(aws.iam, "RolePolicy", role=role.name, policy=TRUST)
    access = allow("s3:GetObject") if changed else json.dumps(allow("s3:ListBucket"))
    policy = add(aws.iam, "Policy", policy=access)
    add(aws.iam, "RolePolicyAttachment", role=role.name, policy_arn=policy.arn)
    api = add(aws.apigatewayv2, "Api", protocol_type="HTTP")
    add(aws.apigatewayv2, "Stage", api_id=api.id, auto_deploy=changed)
    add(aws.apigatewayv2, "Authorizer", api_id=api.id, authorizer_type="REQUEST", authorizer_uri=function.invoke_arn)
    add(aws.apigatewayv2, "Integration", api_id=api.id, integration_type="AWS_PROXY", integration_uri=function.arn)
    add(aws.apigatewayv2, "Route", api_id=api.id, route_key="GET /")
    rule = add(aws.cloudwatch, "EventRule", schedule_expression="rate(2 days)" if changed else "rate(1 day)")
    add(aws.cloudwatch, "EventTarget", rule=rule.name, arn=queue.arn, input="changed" if changed else None)
    add(aws.cloudwatch, "Dashboard", dashboard_name="board", dashboard_body='{"widgets": []}')
    metric = {"name": "errors", "namespace": "shop", "value": "1"}
    add(aws.cloudwatch, "LogMetricFilter", log_group_name=group.name, pattern="ERROR", metric_transformation=metric)
    add(aws.cloudwatch, "QueryDefinition", query_string="fields @message")
    add(
        aws.cloudwatch,
        "MetricAlarm",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        metric_name="errors",
        namespace="shop",
        statistic="Sum",
        threshold=2.5 if changed else 1,
    )
    pool = add(aws.cognito, "UserPool", password_policy={"minimum_length": 20} if changed else None)
    add(aws.cognito, "UserPoolDomain", domain="shop", user_pool_id=pool.id)
    add(aws.cognito, "UserPoolClient", user_pool_id=pool.id, generate_secret=changed)
    add(aws.cognito, "ResourceServer", identifier="shop", user_pool_id=pool.id)
    target: Any = {"arn": queue.arn, "role_arn": role.arn}
    window: Any = {"mode": "OFF"}
    add(aws.scheduler, "Schedule", schedule_expression="rate(1 day)", flexible_time_window=window, target=target)
    add(aws.sns, "TopicPolicy", arn=topic.arn, policy=ANYONE)
    add(aws.sns, "TopicSubscription", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
    add(aws.sqs, "QueuePolicy", queue_url=queue.url, policy=ANYONE)
    pulumi.export("table", table.name)


def bucket_kinds(changed: bool) -> None:
    """Declare a bucket and its settings."""
    bucket = add(aws.s3, "Bucket")
    add(aws.s3, "BucketPolicy", bucket=bucket.bucket, policy=ANYONE)
    add(aws.s3, "BucketPublicAccessBlock", bucket=bucket.bucket)
    add(aws.s3, "BucketOwnershipControls", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"})
    versioning = {"status": "Suspended" if changed else "Enabled"}
    add(aws.s3, "BucketVersioning", bucket=bucket.bucket, versioning_configuration=versioning)
    add(aws.s3, "BucketLifecycleConfiguration", bucket=bucket.bucket, rules=[lifecycle(changed)])
    add(aws.s3, "BucketNotification", bucket=bucket.bucket)
    cors = {"allowed_methods": ["GET"], "allowed_origins": ["*"]}
    add(aws.s3, "BucketCorsConfiguration", bucket=bucket.bucket, cors_rules=[cors])
    encryption: Any = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    add(aws.s3, "BucketServerSideEncryptionConfiguration", bucket=bucket.bucket, rules=[encryption])
    pulumi.export("bucket", bucket.bucket)


def key_kinds(changed: bool) -> None:
    """Declare keys, secrets and parameters."""
    key = add(aws.kms, "Key", description="orders" if changed else None)
    add(aws.kms, "Alias", target_key_id=key.key_id)
    secret = add(aws.secretsmanager, "Secret", description="of the shop" if changed else None)
    add(aws.secretsmanager, "SecretVersion", secret_id=secret.id, secret_string="second" if changed else "first")
    add(aws.ssm, "Parameter", type="String", value="second" if changed else "first")


def allow(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def lifecycle(changed: bool) -> dict[str, Any]:
    expiry: dict[str, Any] = {"expiration": {"days": 3}} if changed else {}
    return {"id": "old", "status": "Enabled", "noncurrent_version_expiration": {"noncurrent_days": 7}, **expiry}


TYPES = [token.rpartition(":")[2].lower() for token in KINDS if token.startswith("aws:")]
UPDATED = [
    *(
        "key",
        "stream",
        "table",
        "loggroup",
        "stage",
        "eventrule",
        "eventtarget",
        "metricalarm",
        "userpool",
        "userpoolclient",
        "functionrecursionconfig",
        "provisionedconcurrencyconfig",
    ),
    *("bucketlifecycleconfiguration", "bucketversioning", "policy", "secret", "secretversion", "parameter"),
]


@pytest.mark.usefixtures("code")
def test_each_kind_takes_the_inputs_that_aws_requires(engine: Engine) -> None:
    first = engine.run(lambda: every_kind(changed=False))
    assert sorted(first.changes) == sorted(f"created {typ}" for typ in TYPES)
    table = first.outputs["table"]
    dynamodb = engine.context.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={name: {"S": "a"} for name in ("pk", "sk", "day")})
    for _ in range(2):
        engine.context.client("s3").put_object(Bucket=first.outputs["bucket"], Key="versioned", Body=b"")
    assert engine.run(lambda: every_kind(changed=False)).changes == []

    changed = engine.run(lambda: every_kind(changed=True))
    assert sorted(changed.changes) == sorted(f"updated {typ}" for typ in UPDATED)
    assert changed.outputs["table"] == table
    assert engine.run(lambda: every_kind(changed=True)).changes == []
    assert dynamodb.scan(TableName=table, IndexName="by-day")["Count"] == 1
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["AttributeName"] == "expires"

    assert sorted(engine.run(nothing).changes) == sorted(f"deleted {typ}" for typ in TYPES)


def test_a_name_in_the_program_is_the_physical_name(engine: Engine) -> None:
    def named(key: str) -> None:
        attributes: Any = [{"name": key, "type": "S"}]
        table = aws.dynamodb.Table("items", name="shop-items", hash_key=key, attributes=attributes)
        api = aws.apigatewayv2.Api("api", name="shop-api", protocol_type="HTTP")
        group = aws.cloudwatch.LogGroup("logs", name_prefix="/shop/")
        queue = aws.sqs.Queue("orders", fifo_queue=True)
        for name, output in {"table": table.name, "api": api.name, "group": group.name, "queue": queue.name}.items():
            pulumi.export(name, output)

    outputs = engine.run(lambda: named("id")).outputs
    assert (outputs["table"], outputs["api"]) == ("shop-items", "shop-api")
    assert outputs["group"].startswith("/shop/logs-")
    assert outputs["queue"].endswith(".fifo")
    (api,) = engine.context.client("apigatewayv2").get_apis()["Items"]
    assert api["Name"] == "shop-api"

    again = engine.run(lambda: named("code"))
    assert again.changes == ["updated items"]
    described = engine.context.client("dynamodb").describe_table(TableName="shop-items")["Table"]
    assert described["KeySchema"] == [{"AttributeName": "code", "KeyType": "HASH"}]


def test_a_table_keeps_its_items_when_its_indexes_stream_and_billing_change(engine: Engine) -> None:
    def shop(**inputs: Any) -> None:
        indexes = inputs.get("global_secondary_indexes", [])
        keys = {"id", *(index["key_schemas"][0]["attribute_name"] for index in indexes)}
        attributes: Any = [{"name": name, "type": "S"} for name in sorted(keys)]
        table = aws.dynamodb.Table("orders", hash_key="id", attributes=attributes, **inputs)
        pulumi.export("table", table.name)
        pulumi.export("stream", table.stream_arn)

    def index(name: str, key: str, **inputs: Any) -> dict[str, Any]:
        keys = [{"attribute_name": key, "key_type": "HASH"}]
        return {"name": name, "key_schemas": keys, "projection_type": "ALL", **inputs}

    on_demand = {"billing_mode": "PAY_PER_REQUEST"}
    stream = {"stream_enabled": True, "stream_view_type": "NEW_IMAGE"}
    dynamodb = engine.context.client("dynamodb")
    first = engine.run(lambda: shop(**on_demand, global_secondary_indexes=[index("by-day", "day")]))
    table = first.outputs["table"]
    dynamodb.put_item(TableName=table, Item={name: {"S": "a"} for name in ("id", "day", "customer")})

    def changed(**inputs: Any) -> dict[str, Any]:
        result = engine.run(lambda: shop(**inputs))
        assert result.changes == ["updated orders"]
        assert result.outputs["table"] == table
        assert engine.run(lambda: shop(**inputs)).changes == []
        described: dict[str, Any] = dynamodb.describe_table(TableName=table)["Table"]
        assert result.outputs["stream"] == described["LatestStreamArn"]
        for found in described.get("GlobalSecondaryIndexes", []):
            assert dynamodb.scan(TableName=table, IndexName=found["IndexName"])["Count"] == 1
        return {found["IndexName"]: found for found in described.get("GlobalSecondaryIndexes", [])}

    both = [index("by-day", "customer"), index("by-customer", "customer")]
    found = changed(**on_demand, **stream, global_secondary_indexes=both)
    assert found["by-day"]["KeySchema"] == [{"AttributeName": "customer", "KeyType": "HASH"}]
    assert found.keys() == {"by-day", "by-customer"}
    small = changed(global_secondary_indexes=[index("by-customer", "customer", read_capacity=2)])
    assert small["by-customer"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    assert small.keys() == {"by-customer"}
    assert changed(**on_demand, **{**stream, "stream_view_type": "KEYS_ONLY"}) == {}


def test_a_manually_deleted_bucket_is_recreated(engine: Engine) -> None:
    def bucket() -> None:
        pulumi.export("bucket", aws.s3.Bucket("pictures").bucket)

    s3 = engine.context.client("s3")
    s3.delete_bucket(Bucket=engine.run(bucket).outputs["bucket"])
    s3.head_bucket(Bucket=engine.run(bucket).outputs["bucket"])


def test_a_command_creates_updates_and_deletes_as_the_provider_does(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "log"

    def command(value: str, trigger: str = "") -> None:
        ran = pulumi_command.local.Command(
            "migration",
            create=f"cat; echo created {value} >> {log}",
            update=f"echo updated {value} >> {log}; echo after $PULUMI_COMMAND_STDOUT",
            delete=f"echo deleted {value} >> {log}",
            stdin="input\n",
            triggers=[trigger],
        )
        pulumi.export("stdout", ran.stdout)

    assert engine.run(lambda: command("a")).outputs == {"stdout": "input"}
    assert engine.run(lambda: command("a")).changes == []
    assert engine.run(lambda: command("b")).outputs == {"stdout": "after input"}
    engine.run(lambda: command("c", "again"))
    engine.run(nothing)
    assert log.read_text().split("\n")[:-1] == ["created a", "updated b", "created c", "deleted b", "deleted c"]


def test_resources_of_a_provider_in_the_program_are_in_the_emulator(engine: Engine) -> None:
    def abroad() -> None:
        provider = aws.Provider("abroad", region="us-east-1", default_tags={"tags": {"owner": "shop"}})
        queue = aws.sqs.Queue("orders", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("url", queue.url)

    url = engine.run(abroad).outputs["url"]
    assert engine.context.client("sqs").list_queues()["QueueUrls"] == [url]
    assert engine.run(abroad).changes == []
