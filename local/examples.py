"""A request for each route, from the handlers' sample events."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.samples import body_of, path_of, sample_event


@dataclass(frozen=True, kw_only=True)
class Example:
    """A sample request to a route."""

    route_key: str
    function: str
    method: str
    path: str
    """With the query string."""
    headers: Mapping[str, str]
    body: bytes
    body_file: Path | None
    """File with the body, if it is binary."""
    needs_token: bool


SENT = ("content-type", "origin", "referer")
"""Headers of an event that are sent; API Gateway and the client set the others."""
IDS = ("view",)
"""Fields of a response that identify what was created, for later requests."""
CURL = "curl/"
"""Start of curl's user agent. Events of other clients have their own user agent."""


def examples(root: Path, outputs: Mapping[str, Any], picture: Path) -> list[Example]:
    """Return an example for each route, with `picture` in place of a body that is an image."""
    guarded = outputs["guardedRoutes"]
    return [
        _example(root, route_key, function, picture, is_guarded=route_key in guarded)
        for route_key, function in outputs["routes"].items()
    ]


def with_answers(example: Example, answered: Mapping[str, Any]) -> Example:
    """Return the example with the ids from earlier responses of the function in place of the event's."""
    made = {name: answered[name] for name in IDS if name in answered}
    try:
        body = json.loads(example.body)
    except ValueError:
        return example
    if not isinstance(body, dict) or not body.keys() & made.keys():
        return example
    return dataclasses.replace(example, body=json.dumps({**body, **made}).encode())


def _example(root: Path, route_key: str, function: str, picture: Path, *, is_guarded: bool) -> Example:
    method, path = route_key.split(" ")
    event = sample_event(root, function, route_key)
    headers = event["headers"]
    body_file = picture if headers.get("content-type", "").startswith("image/") else None
    return Example(
        route_key=route_key,
        function=function,
        method=method,
        path=path_of(event, path),
        headers=_sent(headers),
        body=body_file.read_bytes() if body_file else body_of(event),
        body_file=body_file,
        needs_token=is_guarded or "authorization" in headers,
    )


def _sent(headers: Mapping[str, str]) -> dict[str, str]:
    agent = headers.get("user-agent", CURL)
    names = SENT if agent.startswith(CURL) else (*SENT, "user-agent")
    return {name: headers[name] for name in names if name in headers}
