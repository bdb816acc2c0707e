"""SQS queues."""

from .kind import Context, Kind, Made, Properties, by_id, physical_name, put_kind


def _create(context: Context, name: str, inputs: Properties) -> Made:
    queue = inputs.get("name") or physical_name(name)
    sqs = context.client("sqs")
    url = sqs.create_queue(QueueName=queue, Attributes=_attributes(inputs))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Made(id=url, outputs={"name": queue, "url": url, "arn": arn})


def _update(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("sqs").set_queue_attributes(QueueUrl=made.id, Attributes=_attributes(inputs))
    return made


def _attributes(inputs: Properties) -> dict[str, str]:
    optional = {
        "MessageRetentionPeriod": inputs.get("messageRetentionSeconds"),
        "VisibilityTimeout": inputs.get("visibilityTimeoutSeconds"),
    }
    return {
        "SqsManagedSseEnabled": str(bool(inputs.get("sqsManagedSseEnabled"))).lower(),
        **{name: str(int(value)) for name, value in optional.items() if value is not None},
        **({"RedrivePolicy": inputs["redrivePolicy"]} if inputs.get("redrivePolicy") else {}),
    }


def _put_policy(context: Context, inputs: Properties) -> Made:
    context.client("sqs").set_queue_attributes(QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]})
    return Made(id=inputs["queueUrl"], outputs={})


QUEUE = Kind(
    create=_create,
    update=_update,
    replaced_by=("name",),
    delete=by_id("sqs", "delete_queue", "QueueUrl"),
    read=by_id("sqs", "get_queue_attributes", "QueueUrl"),
)
QUEUE_POLICY = put_kind(
    _put_policy,
    lambda context, made: context.client("sqs").set_queue_attributes(QueueUrl=made.id, Attributes={"Policy": ""}),
    replaced_by=("queueUrl",),
)
