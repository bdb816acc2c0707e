"""SQS queues."""

from typing import Any

from .kind import Context, Created, Kind, Properties, Resource, physical_name, request, setting_kind

ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
"""Attributes of a queue by input."""


def _create(context: Context, name: str, inputs: Properties) -> Created:
    suffix = ".fifo" if inputs.get("fifoQueue") and not inputs.get("name") else ""
    queue = physical_name(name, inputs) + suffix
    sqs = context.client("sqs")
    url = sqs.create_queue(QueueName=queue, Attributes=_attributes(inputs))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Created(id=url, outputs={"name": queue, "url": url, "arn": arn})


def _update(context: Context, queue: Resource, inputs: Properties) -> Created:
    context.client("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes=_attributes(inputs))
    return queue


def _attributes(inputs: Properties) -> dict[str, str]:
    found = {attribute: inputs.get(name) for name, attribute in ATTRIBUTES.items()}
    return {attribute: _text(value) for attribute, value in found.items() if value is not None}


def _text(value: Any) -> str:
    """Return a value as an attribute has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


QUEUE = Kind(
    create=_create,
    update=_update,
    replaced_by=("name", "namePrefix", "fifoQueue"),
    delete=request("sqs", "delete_queue", QueueUrl="id"),
    read=request("sqs", "get_queue_attributes", QueueUrl="id"),
)
QUEUE_POLICY = setting_kind(
    lambda context, url, policy: context.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy}
    ),
    lambda inputs: inputs["policy"],
    unset="",
    identified_by="queueUrl",
)
