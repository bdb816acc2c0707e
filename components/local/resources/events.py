"""EventBridge rules, schedules, SNS topics, and the settings of asynchronous invocations."""

import json
from typing import Any

from .kind import (
    ACCOUNT,
    Context,
    Created,
    Kind,
    Properties,
    Resource,
    chosen,
    pascal,
    pascal_name,
    physical_name,
    put_kind,
    request,
    whole_numbers,
)


def _create_rule(context: Context, name: str, inputs: Properties) -> Created:
    return _put_rule(context, Created(id=inputs.get("name") or physical_name(name), outputs={}), inputs)


def _put_rule(context: Context, rule: Created, inputs: Properties) -> Created:
    arn = context.client("events").put_rule(
        Name=rule.id, **chosen(inputs, "eventBusName", "eventPattern", "scheduleExpression")
    )["RuleArn"]
    return Created(id=rule.id, outputs={"name": rule.id, "arn": arn})


def _create_target(context: Context, name: str, inputs: Properties) -> Created:
    return _put_target(context, Created(id=physical_name(name), outputs={}), inputs)


def _put_target(context: Context, target: Created, inputs: Properties) -> Created:
    context.client("events").put_targets(
        **chosen(inputs, "rule", "eventBusName"), Targets=[{"Id": target.id, "Arn": inputs["arn"]}]
    )
    return target


def _delete_target(context: Context, target: Resource) -> None:
    context.client("events").remove_targets(**chosen(target.inputs, "rule", "eventBusName"), Ids=[target.id])


def _create_schedule(context: Context, name: str, inputs: Properties) -> Created:
    schedule = inputs.get("name") or physical_name(name)
    arn = context.client("scheduler").create_schedule(Name=schedule, **_schedule(inputs))["ScheduleArn"]
    return Created(id=schedule, outputs={"name": schedule, "arn": arn})


def _update_schedule(context: Context, schedule: Resource, inputs: Properties) -> Created:
    context.client("scheduler").update_schedule(Name=schedule.id, **_schedule(inputs))
    return schedule


def _schedule(inputs: Properties) -> dict[str, Any]:
    target = {key: value for key, value in inputs["target"].items() if key in ("arn", "roleArn", "input")}
    return {
        **chosen(inputs, "scheduleExpression", "scheduleExpressionTimezone"),
        "FlexibleTimeWindow": whole_numbers(pascal(inputs["flexibleTimeWindow"])),
        "Target": pascal(target),
    }


def _create_topic(context: Context, name: str, inputs: Properties) -> Created:
    topic = inputs.get("name") or physical_name(name)
    arn = context.client("sns").create_topic(Name=topic)["TopicArn"]
    return Created(id=arn, outputs={"arn": arn, "name": topic})


def _subscribe(context: Context, _: str, inputs: Properties) -> Created:
    arn = context.client("sns").subscribe(
        TopicArn=inputs["topic"],
        **chosen(inputs, "protocol", "endpoint"),
        Attributes=chosen(inputs, "filterPolicy", "redrivePolicy"),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(id=arn, outputs={"arn": arn})


def _put_notification(context: Context, inputs: Properties) -> None:
    functions = [
        {**chosen(function, "lambdaFunctionArn", "events"), **_key_filter(function)}
        for function in inputs["lambdaFunctions"]
    ]
    context.client("s3").put_bucket_notification_configuration(
        Bucket=inputs["bucket"],
        NotificationConfiguration={"LambdaFunctionConfigurations": functions},
        ExpectedBucketOwner=ACCOUNT,
    )


def _key_filter(function: Properties) -> dict[str, Any]:
    parts = {"prefix": function.get("filterPrefix"), "suffix": function.get("filterSuffix")}
    rules = [{"Name": name, "Value": value} for name, value in parts.items() if value]
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}


def _put_invoke_config(context: Context, _: str, inputs: Properties) -> Created:
    destinations = {name: target["destination"] for name, target in (inputs.get("destinationConfig") or {}).items()}
    function = chosen(inputs, "functionName", "qualifier")
    context.client("lambda").put_function_event_invoke_config(
        **function,
        MaximumRetryAttempts=int(inputs["maximumRetryAttempts"]),
        MaximumEventAgeInSeconds=int(inputs["maximumEventAgeInSeconds"]),
        DestinationConfig={pascal_name(name): {"Destination": arn} for name, arn in destinations.items()},
    )
    return Created(id=json.dumps(function, sort_keys=True), outputs={})


RULE = Kind(
    create=_create_rule,
    update=_put_rule,
    delete=request("events", "delete_rule", Name="id", EventBusName="eventBusName"),
    replaced_by=("name", "eventBusName"),
)
TARGET = Kind(create=_create_target, update=_put_target, delete=_delete_target, replaced_by=("rule", "eventBusName"))
SCHEDULE = Kind(
    create=_create_schedule,
    update=_update_schedule,
    delete=request("scheduler", "delete_schedule", Name="id"),
    replaced_by=("name",),
)
TOPIC = Kind(create=_create_topic, delete=request("sns", "delete_topic", TopicArn="id"))
SUBSCRIPTION = Kind(create=_subscribe, delete=request("sns", "unsubscribe", SubscriptionArn="id"))
BUCKET_NOTIFICATION = put_kind(
    _put_notification,
    lambda context, bucket: context.client("s3").put_bucket_notification_configuration(
        Bucket=bucket.id, NotificationConfiguration={}
    ),
    identified_by="bucket",
)
INVOKE_CONFIG = Kind(
    create=_put_invoke_config,
    update=lambda context, _, inputs: _put_invoke_config(context, "", inputs),
    delete=request("lambda", "delete_function_event_invoke_config", FunctionName="functionName", Qualifier="qualifier"),
    replaced_by=("functionName", "qualifier"),
)
