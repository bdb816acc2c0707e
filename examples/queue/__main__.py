"""Orders from a queue: a failed one is retried alone, and ends in a dead-letter queue with an alarm."""

import pulumi
from rust_serverless import (
    QueueTrigger,
    QueueTriggerArgs,
    RustFunction,
    RustFunctionArgs,
    RustWorkspace,
    RustWorkspaceArgs,
)

workspace = RustWorkspace("rust", RustWorkspaceArgs(path="services/orders"))
ship = RustFunction("ship", RustFunctionArgs(artifact=workspace.artifact("ship"), timeout_seconds=3))
orders = QueueTrigger("orders", QueueTriggerArgs(function=ship, maximum_receives=2))
pulumi.export("queueUrl", orders.queue_url)
