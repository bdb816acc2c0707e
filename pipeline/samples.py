"""The sample event of a route, beside its handler, as the request that it stands for."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def sample_event(root: Path, function: str, route_key: str) -> dict[str, Any]:
    """Return the event with the shortest file name that has the route key: `http.json` before `http-large.json`.

    A route without an event gets an empty object.
    """
    folder = root / "rust" / "functions" / function / "events"
    for file in sorted(folder.glob("*.json"), key=lambda file: (len(file.name), file.name)):
        event: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if event.get("routeKey") == route_key:
            return event
    return {"headers": {"content-type": "application/json"}, "body": "{}"}


def path_of(event: Mapping[str, Any], route_path: str) -> str:
    """Return the path with the query string; the route's own path where the event has none."""
    query = event.get("rawQueryString")
    return str(event.get("rawPath", route_path)) + (f"?{query}" if query else "")


def body_of(event: Mapping[str, Any]) -> bytes:
    """Return the bytes of the body."""
    body = str(event.get("body") or "")
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
