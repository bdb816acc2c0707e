"""A batch of stream records of new views, of a different site per language.

The traffic is that of `rust/tools/bench-trigger`: pages by Zipf's law, 60% of the views by new visitors of the day.
"""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

from benchmarks.stack import Stack
from benchmarks.subjects.subject import Responses, Subject, all_equal

FIRST = 10
"""Views in the first batch of an environment."""
BATCH = 100
"""Views in other batches, the mapping's maximum."""
CALLS = 30
NOON_MS = 1_795_262_400_000
"""2026-11-21."""
DAY = "2026-11-21"
EXPIRES = "1829822400"
WRITES = 25
"""Maximum number of items of BatchWriteItem."""
NEW = 0.6

Item = dict[str, dict[str, str]]


def trigger(stack: Stack) -> Subject:
    """Return the subject."""
    traffic: dict[str, Iterator[Item]] = {}

    def events(language: str, count: int, views: int) -> list[bytes]:
        items = traffic.setdefault(language, views_of(site(language)))
        batches = [list(itertools.islice(items, views)) for _ in range(count)]
        for batch in batches:
            _store(stack, batch)
        return [json.dumps(event(batch)).encode() for batch in batches]

    return Subject(
        name="analytics-trigger",
        function="analytics-trigger",
        first=lambda language, count: events(language, count, FIRST),
        warm=lambda language, count: events(language, count, BATCH),
        warm_calls=CALLS,
        check=lambda responses: _check(stack, responses),
        per_call=BATCH,
        counted="views",
    )


def site(language: str) -> str:
    """Return the site of a language."""
    return f"{language.lower().replace(' ', '-')}.example"


def views_of(site: str) -> Iterator[Item]:
    """Yield views of a site endlessly, the same sequence for every site."""
    numbers = random.Random(1)  # noqa: S311 (not for secrets)
    visitors: list[str] = []
    for number in itertools.count():
        if not visitors or numbers.random() < NEW:
            visitors.append(f"{numbers.getrandbits(128):032x}")
            visitor = visitors[-1]
        else:
            visitor = numbers.choice(visitors)
        texts = {
            "Path": f"view/{site}",
            "Section": f"{DAY}/{NOON_MS + number % 1000:015}-{number:016x}",
            "Page": f"/articles/{_zipf(numbers, 200)}",
            "Visitor": visitor,
            "Browser": f"Browser {_zipf(numbers, 8)}",
            "BrowserVersion": "150",
            "System": f"System {_zipf(numbers, 6)}",
            "Device": ("desktop", "phone", "tablet")[_zipf(numbers, 3)],
            "Country": f"C{chr(ord('A') + _zipf(numbers, 26))}",
        }
        if numbers.random() < 1 - NEW:
            texts["Referrer"] = f"referrer-{_zipf(numbers, 20)}.example"
        yield {**{name: {"S": text} for name, text in texts.items()}, "Expires": {"N": EXPIRES}}


def event(items: list[Item]) -> dict[str, Any]:
    """Return the stream event for stored views."""
    records = [
        {
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"SequenceNumber": f"{number:021}", "NewImage": item, "StreamViewType": "NEW_IMAGE"},
        }
        for number, item in enumerate(items, 1)
    ]
    return {"Records": records}


def _zipf(numbers: random.Random, end: int) -> int:
    return numbers.choices(range(end), [1 / rank for rank in range(1, end + 1)])[0]


def _store(stack: Stack, items: list[Item]) -> None:
    dynamodb = stack.context.client("dynamodb")
    table = stack.tables["analytics-views"]
    for start in range(0, len(items), WRITES):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + WRITES]]
        dynamodb.batch_write_item(RequestItems={table: puts})


def _check(stack: Stack, responses: Responses) -> None:
    all_equal("the response of the trigger", responses)
    all_equal("the counted totals", {language: _totals(stack, site(language)) for language in responses})


def _totals(stack: Stack, site: str) -> dict[str, dict[str, Any]]:
    dynamodb = stack.context.client("dynamodb")
    found = {}
    for granularity in ("day", "week", "month"):
        page = dynamodb.query(
            TableName=stack.tables["analytics-totals"],
            KeyConditionExpression="#path = :path",
            ExpressionAttributeNames={"#path": "Path"},
            ExpressionAttributeValues={":path": {"S": f"total/{site}/{granularity}"}},
        )
        for item in page["Items"]:
            found[item["Section"]["S"]] = {name: value for name, value in item.items() if name != "Path"}
    return found
