"""Sample requests, from the events next to the handlers."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """A sample request to a route."""

    route_key: str
    function: str
    method: str
    path: str
    """With the query string."""
    headers: Mapping[str, str]
    """All headers of the event, in lower case."""
    body: bytes
    guarded: bool
    """Whether an authorizer of the API requires a token."""


def sample_requests(root: Path, outputs: Mapping[str, Any]) -> list[SampleRequest]:
    """Return a request for each route in a stack's outputs."""
    guarded = outputs["guardedRoutes"]
    return [
        _sample_request(root, route_key, function, guarded=route_key in guarded)
        for route_key, function in outputs["routes"].items()
    ]


def sample_event(root: Path, function: str, route_key: str) -> dict[str, Any]:
    """Return the event of a route, or a request with an empty JSON object if there is none.

    Of several events, the one with the shortest file name counts: `http.json` before `http-large.json`.
    """
    folder = root / "rust" / "functions" / function / "events"
    for file in sorted(folder.glob("*.json"), key=lambda file: (len(file.name), file.name)):
        event: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if event.get("routeKey") == route_key:
            return event
    return {"headers": {"content-type": "application/json"}, "body": "{}"}


def _sample_request(root: Path, route_key: str, function: str, *, guarded: bool) -> SampleRequest:
    method, path = route_key.split(" ")
    event = sample_event(root, function, route_key)
    query = event.get("rawQueryString")
    body = str(event.get("body") or "")
    return SampleRequest(
        route_key=route_key,
        function=function,
        method=method,
        path=str(event.get("rawPath", path)) + (f"?{query}" if query else ""),
        headers=event.get("headers", {}),
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        guarded=guarded,
    )
