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
    pascal_name,
    physical_name,
    request,
    setting_kind,
)


def _create_rule(context: Context, name: str, inputs: Properties) -> Created:
    return _put_rule(context, Created(id=physical_name(name, inputs), outputs={}), inputs)


def _put_rule(context: Context, rule: Created, inputs: Properties) -> Created:
    arn = context.client("events").put_rule(
        Name=rule.id, **chosen(inputs, "eventBusName", "eventPattern", "scheduleExpression", "description", "state")
    )["RuleArn"]
    return Created(id=rule.id, outputs={"name": rule.id, "arn": arn})


def _create_target(context: Context, name: str, inputs: Properties) -> Created:
    return _put_target(context, Created(id=physical_name(name, inputs, "targetId"), outputs={}), inputs)


def _put_target(context: Context, target: Created, inputs: Properties) -> Created:
    context.client("events").put_targets(
        **chosen(inputs, "rule", "eventBusName"), Targets=[{"Id": target.id, **_target(inputs)}]
    )
    return target


def _target(inputs: Properties) -> dict[str, Any]:
    names = ("arn", "roleArn", "input", "inputPath", "deadLetterConfig", "retryPolicy")
    transformer = inputs.get("inputTransformer")
    if not transformer:
        return chosen(inputs, *names)
    # The names of paths are the program's own.
    paths = {"InputPathsMap": transformer.get("inputPaths") or {}}
    return {**chosen(inputs, *names), "InputTransformer": {**paths, "InputTemplate": transformer["inputTemplate"]}}


def _delete_target(context: Context, target: Resource) -> None:
    context.client("events").remove_targets(**chosen(target.inputs, "rule", "eventBusName"), Ids=[target.id])


def _create_schedule(context: Context, name: str, inputs: Properties) -> Created:
    schedule = physical_name(name, inputs)
    arn = context.client("scheduler").create_schedule(Name=schedule, **_schedule(inputs))["ScheduleArn"]
    return Created(id=schedule, outputs={"name": schedule, "arn": arn})


def _update_schedule(context: Context, schedule: Resource, inputs: Properties) -> Created:
    context.client("scheduler").update_schedule(Name=schedule.id, **_schedule(inputs))
    return schedule


def _schedule(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(inputs, "scheduleExpression", "scheduleExpressionTimezone", "flexibleTimeWindow"),
        **chosen(inputs, "groupName", "description", "state"),
        "Target": chosen(inputs["target"], "arn", "roleArn", "input", "deadLetterConfig", "retryPolicy"),
    }


def _create_topic(context: Context, name: str, inputs: Properties) -> Created:
    topic = physical_name(name, inputs)
    arn = context.client("sns").create_topic(Name=topic)["TopicArn"]
    return Created(id=arn, outputs={"arn": arn, "name": topic})


def _subscribe(context: Context, _: str, inputs: Properties) -> Created:
    arn = context.client("sns").subscribe(
        TopicArn=inputs["topic"],
        **chosen(inputs, "protocol", "endpoint"),
        Attributes=_subscription(inputs),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(id=arn, outputs={"arn": arn})


def _subscription(inputs: Properties) -> dict[str, str]:
    raw = {"RawMessageDelivery": "true"} if inputs.get("rawMessageDelivery") else {}
    return {**raw, **chosen(inputs, "filterPolicy", "filterPolicyScope", "redrivePolicy")}


def _put_notification(context: Context, bucket: str, notification: dict[str, Any]) -> None:
    context.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=notification, ExpectedBucketOwner=ACCOUNT
    )


def _notification(inputs: Properties) -> dict[str, Any]:
    receivers = (
        ("lambdaFunctions", "LambdaFunctionConfigurations", "lambdaFunctionArn"),
        ("queues", "QueueConfigurations", "queueArn"),
        ("topics", "TopicConfigurations", "topicArn"),
    )
    return {
        configurations: [{**chosen(receiver, arn, "events"), **_key_filter(receiver)} for receiver in inputs[name]]
        for name, configurations, arn in receivers
        if inputs.get(name)
    }


def _key_filter(receiver: Properties) -> dict[str, Any]:
    parts = {"prefix": receiver.get("filterPrefix"), "suffix": receiver.get("filterSuffix")}
    rules = [{"Name": name, "Value": value} for name, value in parts.items() if value]
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}


def _put_invoke_config(context: Context, _: str, inputs: Properties) -> Created:
    destinations = {name: target["destination"] for name, target in (inputs.get("destinationConfig") or {}).items()}
    function = chosen(inputs, "functionName", "qualifier")
    context.client("lambda").put_function_event_invoke_config(
        **function,
        **chosen(inputs, "maximumRetryAttempts", "maximumEventAgeInSeconds"),
        DestinationConfig={pascal_name(name): {"Destination": arn} for name, arn in destinations.items()},
    )
    return Created(id=json.dumps(function, sort_keys=True), outputs={})


RULE = Kind(
    create=_create_rule,
    update=_put_rule,
    delete=request("events", "delete_rule", Name="id", EventBusName="eventBusName"),
    replaced_by=("name", "eventBusName"),
)
TARGET = Kind(
    create=_create_target,
    update=_put_target,
    delete=_delete_target,
    replaced_by=("rule", "eventBusName", "targetId"),
    named_by="targetId",
)
SCHEDULE = Kind(
    create=_create_schedule,
    update=_update_schedule,
    delete=request("scheduler", "delete_schedule", Name="id", GroupName="groupName"),
    replaced_by=("name", "groupName"),
)
TOPIC = Kind(create=_create_topic, delete=request("sns", "delete_topic", TopicArn="id"))
SUBSCRIPTION = Kind(create=_subscribe, delete=request("sns", "unsubscribe", SubscriptionArn="id"))
TOPIC_POLICY = setting_kind(
    lambda context, arn, policy: context.client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=policy
    ),
    lambda inputs: inputs["policy"],
    unset="",
    identified_by="arn",
)
BUCKET_NOTIFICATION = setting_kind(_put_notification, _notification, unset={}, identified_by="bucket")
INVOKE_CONFIG = Kind(
    create=_put_invoke_config,
    update=lambda context, _, inputs: _put_invoke_config(context, "", inputs),
    delete=request("lambda", "delete_function_event_invoke_config", FunctionName="functionName", Qualifier="qualifier"),
    replaced_by=("functionName", "qualifier"),
)
