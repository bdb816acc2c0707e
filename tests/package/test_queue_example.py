"""The example of a queue, as it is in the repository, on the emulator."""

import json
import shutil
from collections.abc import Iterator

import pytest

from tests.package.conftest import Outsider, without_optimization
from tests.recording import ROOT
from tests.waiting import eventually

EXAMPLE = "examples/queue"


@pytest.fixture(scope="module")
def example(outsider: Outsider) -> Iterator[Outsider]:
    """Put the example at its place in the repository, next to the crate that it depends on."""
    for folder in (EXAMPLE, "rust/crates", "rust/Cargo.toml"):
        target = outsider.root / folder
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, target, ignore=shutil.ignore_patterns("target"))
        else:
            shutil.copy(ROOT / folder, target)
    without_optimization(outsider.root / EXAMPLE / "services/orders/Cargo.toml")
    example = Outsider(root=outsider.root / EXAMPLE, environment=outsider.environment)
    yield example
    example.run("rust-serverless", "local", "down")


def test_only_the_bad_order_is_retried_and_fails(example: Outsider) -> None:
    queue = example.up((example.root / "__main__.py").read_text())["queueUrl"]
    context = example.context
    sqs, logs = context.client("sqs"), context.client("logs")
    (failures,) = (url for url in sqs.list_queues()["QueueUrls"] if "orders-failures" in url)
    function = context.client("lambda").get_function_configuration(FunctionName=example.state.functions()["ship"])
    entries = [
        {"Id": str(pieces), "MessageBody": json.dumps({"id": f"order-{pieces}", "pieces": pieces})}
        for pieces in range(4)
    ]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=failures).get("Messages"))
    assert json.loads(message["Body"]) == {"id": "order-0", "pieces": 0}
    events = logs.filter_log_events(logGroupName=function["LoggingConfig"]["LogGroup"])["events"]
    lines = [event["message"] for event in events]
    for pieces in (1, 2, 3):
        assert sum(f'"order-{pieces}"' in line and "shipped" in line for line in lines) == 1, lines
    assert sum("order order-0 has no pieces" in line for line in lines) == 2, lines
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
