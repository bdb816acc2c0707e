"""`analytics-trigger` in Python, for views: each is counted once, by a transaction that marks it and updates totals."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3

DYNAMODB = boto3.client("dynamodb")
VIEWS = os.environ["VIEWS_TABLE"]
TOTALS = os.environ["TOTALS_TABLE"]
ACTIONS = 100
"""Maximum number of actions of a transaction, and of keys of a read."""
DAY_SECONDS = 86_400
MISFITS = 100
"""Number of consecutive views that do not fit, after which a transaction counts as full."""

Item = dict[str, dict[str, str]]
Key = tuple[str, str]


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Add a batch of views to the totals."""
    inserted = [record["dynamodb"]["NewImage"] for record in event["Records"] if record["eventName"] == "INSERT"]
    views = {key_of(item): item for item in inserted}
    marked = marked_visitors(sorted({visitor_of(item) for item in views.values() if "Visitor" in item}))
    waiting = sorted(views.values(), key=order)
    while waiting:
        chunk = Chunk(marked)
        waiting = chunk.fill(waiting)
        try:
            DYNAMODB.transact_write_items(TransactItems=chunk.actions())
            marked |= chunk.visitors
        except DYNAMODB.exceptions.TransactionCanceledException as error:
            waiting = chunk.without_failed(error.response["CancellationReasons"], marked) + waiting
    return {"batchItemFailures": []}


class Chunk:
    """The views and counters of one transaction."""

    def __init__(self, marked: set[Key]) -> None:
        """Start without views. Marked visitors are not counted again."""
        self._marked = marked
        self._views: list[Item] = []
        self._marks: list[Key] = []
        self._totals: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._expires: dict[Key, int] = {}

    @property
    def visitors(self) -> set[Key]:
        """The visitors that the transaction marks."""
        return set(self._expires)

    def fill(self, waiting: list[Item]) -> list[Item]:
        """Add as many views as fit, and return the rest."""
        rest: list[Item] = []
        misfits = 0
        for item in waiting:
            if misfits < MISFITS and self._take(item):
                misfits = 0
            else:
                misfits += 1
                rest.append(item)
        return rest

    def actions(self) -> list[dict[str, Any]]:
        """Return the transaction: marks of views, marks of visitors, totals."""
        views = (mark_view(key_of(item)) for item in self._views)
        visitors = (mark_visitor(key, expires) for key, expires in self._expires.items())
        return [*views, *visitors, *(add(key, counts) for key, counts in self._totals.items())]

    def without_failed(self, reasons: list[dict[str, str]], marked: set[Key]) -> list[Item]:
        """Return the views to retry after the transaction was cancelled, and add its marked visitors to `marked`."""
        failed = [reason["Code"] == "ConditionalCheckFailed" for reason in reasons]
        if not any(failed):
            raise RuntimeError(reasons)
        marked.update(
            key for key, has_failed in zip(self._expires, failed[len(self._views) :], strict=False) if has_failed
        )
        return [item for item, has_failed in zip(self._views, failed, strict=False) if not has_failed]

    def _take(self, item: Item) -> bool:
        visitor = visitor_of(item) if "Visitor" in item and "Bot" not in item else None
        is_new = visitor is not None and visitor not in self._marked and visitor not in self._expires
        totals = dict(totals_of(item, is_new=is_new))
        new_totals = sum(key not in self._totals for key in totals)
        if len(self._views) + len(self._expires) + len(self._totals) + 1 + is_new + new_totals > ACTIONS:
            return False
        self._views.append(item)
        if visitor is not None and is_new:
            self._expires[visitor] = int(item["Expires"]["N"]) + DAY_SECONDS
        for key, counts in totals.items():
            self._totals[key].update(counts)
        return True


def key_of(item: Item) -> Key:
    """Return the key of an item."""
    return item["Path"]["S"], item["Section"]["S"]


def order(item: Item) -> tuple[str, ...]:
    """Return a sort key that groups views of the same totals."""
    site, day, view = site_and_day(item)
    return (site, day, *(item.get(name, {}).get("S", "") for name in ("Page", "Referrer", "Campaign")), view)


def site_and_day(item: Item) -> tuple[str, str, str]:
    """Return the site, the day and the id of a view."""
    day, view = item["Section"]["S"].split("/")
    return item["Path"]["S"].removeprefix("view/"), day, view


def visitor_of(item: Item) -> Key:
    """Return the key of the marker of a view's visitor."""
    site, day, _ = site_and_day(item)
    return f"visitor/{site}/{day}", item["Visitor"]["S"]


def totals_of(item: Item, *, is_new: bool) -> Iterator[tuple[Key, Counter[str]]]:
    """Yield the key of each total of a view, with what the view adds."""
    site, day, _ = site_and_day(item)
    summary = Counter(["Views"])
    for dimension in ("Browser", "System", "Device", "Country"):
        if dimension in item:
            summary[f"{dimension.lower()}/{item[dimension]['S']}"] += 1
    if "Bot" in item:
        summary = Counter(["Bots", f"bot/{item['Bot']['S']}"])
    if is_new:
        summary["Visitors"] += 1
    for granularity, bucket in buckets(day):
        path = f"total/{site}/{granularity}"
        yield (path, f"summary/{bucket}/0"), summary
        for dimension in ("Page", "Referrer", "Campaign"):
            if dimension in item and "Bot" not in item:
                yield (path, f"{dimension.lower()}/{bucket}/0/{item[dimension]['S']}"), Counter(["Views"])


def buckets(day: str) -> list[tuple[str, str]]:
    """Return the day, its week by ISO 8601, and its month."""
    year, week, _ = date.fromisoformat(day).isocalendar()
    return [("day", day), ("week", f"{year:04}-W{week:02}"), ("month", day[:7])]


def marked_visitors(visitors: list[Key]) -> set[Key]:
    """Return the visitors that are already counted."""
    marked: set[Key] = set()
    for start in range(0, len(visitors), ACTIONS):
        keys = [key_item(key) for key in visitors[start : start + ACTIONS]]
        wanted: dict[str, Any] = {TOTALS: {"Keys": keys, "ConsistentRead": True}}
        while wanted:
            found = DYNAMODB.batch_get_item(RequestItems=wanted)
            marked.update(key_of(item) for item in found["Responses"].get(TOTALS, []))
            wanted = found["UnprocessedKeys"]
    return marked


def mark_view(key: Key) -> dict[str, Any]:
    """Return the action that marks a view as counted, if it exists and is not marked."""
    return {
        "Update": {
            "TableName": VIEWS,
            "Key": key_item(key),
            "UpdateExpression": "SET #counted = :true",
            "ConditionExpression": "attribute_exists(#path) AND attribute_not_exists(#counted)",
            "ExpressionAttributeNames": {"#path": "Path", "#counted": "Counted"},
            "ExpressionAttributeValues": {":true": {"BOOL": True}},
        }
    }


def mark_visitor(key: Key, expires: int) -> dict[str, Any]:
    """Return the action that marks a visitor as counted, if the visitor is not marked."""
    return {
        "Put": {
            "TableName": TOTALS,
            "Item": {**key_item(key), "Expires": {"N": str(expires)}},
            "ConditionExpression": "attribute_not_exists(#path)",
            "ExpressionAttributeNames": {"#path": "Path"},
        }
    }


def add(key: Key, counts: Counter[str]) -> dict[str, Any]:
    """Return the action that adds to a total."""
    numbered = list(enumerate(counts.items()))
    return {
        "Update": {
            "TableName": TOTALS,
            "Key": key_item(key),
            "UpdateExpression": "ADD " + ", ".join(f"#{index} :{index}" for index, _ in numbered),
            "ExpressionAttributeNames": {f"#{index}": name for index, (name, _) in numbered},
            "ExpressionAttributeValues": {f":{index}": {"N": str(count)} for index, (_, count) in numbered},
        }
    }


def key_item(key: Key) -> Item:
    """Return an item that has only its key."""
    path, section = key
    return {"Path": {"S": path}, "Section": {"S": section}}
