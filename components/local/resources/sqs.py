"""SQS queues."""

from .kind import Context, Created, Kind, Properties, Resource, physical_name, put_kind, request


def _create(context: Context, name: str, inputs: Properties) -> Created:
    queue = inputs.get("name") or physical_name(name)
    sqs = context.client("sqs")
    url = sqs.create_queue(QueueName=queue, Attributes=_attributes(inputs))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Created(id=url, outputs={"name": queue, "url": url, "arn": arn})


def _update(context: Context, queue: Resource, inputs: Properties) -> Created:
    context.client("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes=_attributes(inputs))
    return queue


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


def _put_policy(context: Context, inputs: Properties) -> None:
    context.client("sqs").set_queue_attributes(QueueUrl=inputs["queueUrl"], Attributes={"Policy": inputs["policy"]})


QUEUE = Kind(
    create=_create,
    update=_update,
    replaced_by=("name",),
    delete=request("sqs", "delete_queue", QueueUrl="id"),
    read=request("sqs", "get_queue_attributes", QueueUrl="id"),
)
QUEUE_POLICY = put_kind(
    _put_policy,
    lambda context, policy: context.client("sqs").set_queue_attributes(QueueUrl=policy.id, Attributes={"Policy": ""}),
    identified_by="queueUrl",
)
