"""SQS queues."""

from .kind import Context, Kind, Made, Properties, physical_name


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
    return {
        "SqsManagedSseEnabled": str(bool(inputs["sqsManagedSseEnabled"])).lower(),
        "MessageRetentionPeriod": str(int(inputs["messageRetentionSeconds"])),
    }


QUEUE = Kind(
    create=_create,
    update=_update,
    replaced_by=("name",),
    delete=lambda context, made: context.client("sqs").delete_queue(QueueUrl=made.id),
    read=lambda context, made: context.client("sqs").get_queue_attributes(QueueUrl=made.id),
)
