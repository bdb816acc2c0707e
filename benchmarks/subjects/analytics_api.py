"""`POST /analytics/collect` with the sample event, which stores a view."""

import json
from typing import Any

from benchmarks.stack import Stack
from benchmarks.subjects.subject import Responses, Subject, all_equal, same_event, sample

CALLS = 400
OWN = ("Section", "Expires", "Request", "Visitor")
"""Attributes that differ between views: the id, those from the time, the id of the request, and the visitor, which each
language derives from its own secret."""
ID_LENGTH = len("001795231139000-00000000000000ff")
"""Of a view of a site in UTC. The signature of the view follows."""


def analytics_api(stack: Stack) -> Subject:
    """Return the subject."""
    events = same_event(sample(stack.context.root, "analytics-api", "http-collect.json"))
    return Subject(
        name="analytics-api",
        function="analytics-api",
        first=events,
        warm=events,
        warm_calls=CALLS,
        check=lambda responses: _check(stack, responses),
    )


def _check(stack: Stack, responses: Responses) -> None:
    all_equal("the status of collect", {language: response["statusCode"] for language, response in responses.items()})
    views = {language: json.loads(response["body"])["view"] for language, response in responses.items()}
    all_equal("the stored view", {language: _stored(stack, view) for language, view in views.items()})


def _stored(stack: Stack, view: str) -> dict[str, Any]:
    found = stack.context.client("dynamodb").query(
        TableName=stack.tables["analytics-views"],
        KeyConditionExpression="#path = :path",
        FilterExpression="contains(#section, :view)",
        ExpressionAttributeNames={"#path": "Path", "#section": "Section"},
        ExpressionAttributeValues={":path": {"S": "view/example.com"}, ":view": {"S": view[:ID_LENGTH]}},
    )
    return {name: value for name, value in found["Items"][0].items() if name not in OWN}
