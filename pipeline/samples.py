"""Sample requests, from the events next to the handlers."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


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


def path_of(event: Mapping[str, Any], route_path: str) -> str:
    """Return the path with the query string; without an event, the route's path."""
    query = event.get("rawQueryString")
    return str(event.get("rawPath", route_path)) + (f"?{query}" if query else "")


def body_of(event: Mapping[str, Any]) -> bytes:
    """Return the bytes of the body."""
    body = str(event.get("body") or "")
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
