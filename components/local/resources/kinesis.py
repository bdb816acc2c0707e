"""Kinesis streams."""

from .kind import ACCOUNT, Context, Created, Kind, Properties, Resource, chosen, physical_name, request

DEFAULT_HOURS = 24
"""How long a new stream stores records."""


def _create(context: Context, name: str, inputs: Properties) -> Created:
    stream = physical_name(name, inputs)
    kinesis = context.client("kinesis")
    kinesis.create_stream(StreamName=stream, **chosen(inputs, "shardCount", "streamModeDetails"))
    kinesis.get_waiter("stream_exists").wait(StreamName=stream, WaiterConfig={"Delay": 1})
    arn = f"arn:aws:kinesis:{context.region}:{ACCOUNT}:stream/{stream}"
    _put_retention(context, arn, DEFAULT_HOURS, inputs)
    return Created(id=arn, outputs={"arn": arn, "name": stream})


def _update(context: Context, stream: Resource, inputs: Properties) -> Created:
    _put_retention(context, stream.id, _hours(stream.inputs), inputs)
    return stream


def _put_retention(context: Context, stream: str, before: int, inputs: Properties) -> None:
    kinesis, after = context.client("kinesis"), _hours(inputs)
    if after > before:
        kinesis.increase_stream_retention_period(StreamARN=stream, RetentionPeriodHours=after)
    if after < before:
        kinesis.decrease_stream_retention_period(StreamARN=stream, RetentionPeriodHours=after)


def _hours(inputs: Properties) -> int:
    return int(inputs.get("retentionPeriod") or DEFAULT_HOURS)


STREAM = Kind(
    create=_create,
    update=_update,
    # AWS updates the shards in place; the emulator gets a new stream, without its records.
    replaced_by=("name", "shardCount", "streamModeDetails"),
    delete=request("kinesis", "delete_stream", StreamARN="id"),
    read=request("kinesis", "describe_stream_summary", StreamARN="id"),
)
