"""EventBridge rules, schedules and SNS topics."""

import json
from typing import Any

from .kind import ACCOUNT, Context, Kind, Made, Properties, by_id, chosen, pascal, pascal_name, physical_name, put_kind


def _create_rule(context: Context, name: str, inputs: Properties) -> Made:
    return _put_rule(context, Made(id=inputs.get("name") or physical_name(name), outputs={}), inputs)


def _put_rule(context: Context, made: Made, inputs: Properties) -> Made:
    bus = inputs.get("eventBusName", "default")
    arn = context.client("events").put_rule(
        Name=made.id, EventBusName=bus, **chosen(inputs, "eventPattern", "scheduleExpression")
    )["RuleArn"]
    return Made(id=made.id, outputs={"name": made.id, "arn": arn, "eventBusName": bus})


def _delete_rule(context: Context, made: Made) -> None:
    context.client("events").delete_rule(Name=made.id, EventBusName=made.outputs["eventBusName"])


def _create_target(context: Context, name: str, inputs: Properties) -> Made:
    return _put_target(context, Made(id=physical_name(name), outputs={}), inputs)


def _put_target(context: Context, made: Made, inputs: Properties) -> Made:
    outputs = {"rule": inputs["rule"], "eventBusName": inputs.get("eventBusName", "default")}
    context.client("events").put_targets(**pascal(outputs), Targets=[{"Id": made.id, "Arn": inputs["arn"]}])
    return Made(id=made.id, outputs=outputs)


def _delete_target(context: Context, made: Made) -> None:
    context.client("events").remove_targets(**chosen(made.outputs, "rule", "eventBusName"), Ids=[made.id])


def _create_schedule(context: Context, name: str, inputs: Properties) -> Made:
    schedule = inputs.get("name") or physical_name(name)
    arn = context.client("scheduler").create_schedule(Name=schedule, **_schedule(inputs))["ScheduleArn"]
    return Made(id=schedule, outputs={"name": schedule, "arn": arn})


def _update_schedule(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("scheduler").update_schedule(Name=made.id, **_schedule(inputs))
    return made


def _schedule(inputs: Properties) -> dict[str, Any]:
    window, target = inputs["flexibleTimeWindow"], inputs["target"]
    minutes = window.get("maximumWindowInMinutes")
    return {
        **chosen(inputs, "scheduleExpression", "scheduleExpressionTimezone"),
        "FlexibleTimeWindow": {"Mode": window["mode"], **({"MaximumWindowInMinutes": int(minutes)} if minutes else {})},
        "Target": pascal({key: value for key, value in target.items() if key in ("arn", "roleArn", "input")}),
    }


def _create_topic(context: Context, name: str, inputs: Properties) -> Made:
    topic = inputs.get("name") or physical_name(name)
    arn = context.client("sns").create_topic(Name=topic)["TopicArn"]
    return Made(id=arn, outputs={"arn": arn, "name": topic})


def _subscribe(context: Context, _: str, inputs: Properties) -> Made:
    policies = {"FilterPolicy": inputs.get("filterPolicy"), "RedrivePolicy": inputs.get("redrivePolicy")}
    arn = context.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        Attributes={name: value for name, value in policies.items() if value},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Made(id=arn, outputs={"arn": arn})


def _put_notification(context: Context, inputs: Properties) -> Made:
    functions = [
        {
            "LambdaFunctionArn": function["lambdaFunctionArn"],
            "Events": list(function["events"]),
            **_key_filter(function),
        }
        for function in inputs["lambdaFunctions"]
    ]
    context.client("s3").put_bucket_notification_configuration(
        Bucket=inputs["bucket"],
        NotificationConfiguration={"LambdaFunctionConfigurations": functions},
        ExpectedBucketOwner=ACCOUNT,
    )
    return Made(id=inputs["bucket"], outputs={})


def _key_filter(function: Properties) -> dict[str, Any]:
    parts = {"prefix": function.get("filterPrefix"), "suffix": function.get("filterSuffix")}
    rules = [{"Name": name, "Value": value} for name, value in parts.items() if value]
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}


def _put_invoke_config(context: Context, inputs: Properties) -> Made:
    destinations = {name: target["destination"] for name, target in (inputs.get("destinationConfig") or {}).items()}
    context.client("lambda").put_function_event_invoke_config(
        **chosen(inputs, "functionName", "qualifier"),
        MaximumRetryAttempts=int(inputs["maximumRetryAttempts"]),
        MaximumEventAgeInSeconds=int(inputs["maximumEventAgeInSeconds"]),
        DestinationConfig={pascal_name(name): {"Destination": arn} for name, arn in destinations.items()},
    )
    return Made(id=json.dumps(chosen(inputs, "functionName", "qualifier"), sort_keys=True), outputs={})


RULE = Kind(create=_create_rule, update=_put_rule, replaced_by=("name", "eventBusName"), delete=_delete_rule)
TARGET = Kind(create=_create_target, update=_put_target, replaced_by=("rule", "eventBusName"), delete=_delete_target)
SCHEDULE = Kind(
    create=_create_schedule,
    update=_update_schedule,
    replaced_by=("name",),
    delete=by_id("scheduler", "delete_schedule", "Name"),
)
TOPIC = Kind(
    create=_create_topic,
    delete=by_id("sns", "delete_topic", "TopicArn"),
)
SUBSCRIPTION = Kind(
    create=_subscribe,
    delete=by_id("sns", "unsubscribe", "SubscriptionArn"),
)
BUCKET_NOTIFICATION = put_kind(
    _put_notification,
    lambda context, made: context.client("s3").put_bucket_notification_configuration(
        Bucket=made.id, NotificationConfiguration={}
    ),
    replaced_by=("bucket",),
)
INVOKE_CONFIG = put_kind(
    _put_invoke_config,
    lambda context, made: context.client("lambda").delete_function_event_invoke_config(**json.loads(made.id)),
    replaced_by=("functionName", "qualifier"),
)
