"""Calls every route of a deployed stack once, without credentials.

Public routes get the handler's sample event on every stack, so samples must be harmless in production. Guarded routes
get no token, and must refuse. The content of responses is not checked; the tests do that.
"""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pipeline.samples import body_of, path_of, sample_event

ATTEMPTS = 6
PAUSE_SECONDS = 5.0
"""A new API returns 404 and a new permission 500 for some seconds."""
CALL_SECONDS = 30
USER_AGENT = "rust-serverless-smoke-test (bot)"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request to one route."""

    route_key: str
    method: str
    path: str
    """With the query string."""
    content_type: str | None
    body: bytes
    guarded: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response; status 0 if there was none."""

    status: int
    content_type: str


def probes(root: Path, outputs: Mapping[str, Any]) -> list[Probe]:
    """Return a probe for each route in the outputs of a stack."""
    guarded = outputs["guardedRoutes"]
    return [_probe(root, key, function, guarded=key in guarded) for key, function in outputs["routes"].items()]


def problem(probe: Probe, answer: Answer) -> str | None:
    """Return what is wrong with a response, or None.

    A handler refuses with problem details (RFC 9457), or with an image where an image is expected; API Gateway refuses
    with its own JSON. A refusal by the handler proves that route, permission and function work.
    """
    summary = f"{probe.route_key} returned {answer.status} {answer.content_type}".rstrip()
    if answer.status == 0:
        return f"{probe.route_key} did not respond: {answer.content_type}"
    if probe.guarded:
        return None if answer.status == HTTPStatus.UNAUTHORIZED else f"{summary} without a token; it must return 401"
    if answer.status < HTTPStatus.BAD_REQUEST:
        return None
    by_handler = answer.content_type.startswith(("application/problem+json", "image/"))
    return None if by_handler and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR else summary


def smoke(
    api_url: str,
    routes: Sequence[Probe],
    *,
    send: Callable[[str, Probe], Answer] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Call each route, with retries, and return the problems that remain."""
    left = dict.fromkeys(routes, "")
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(PAUSE_SECONDS)
        found = {probe: problem(probe, (send or call)(api_url, probe)) for probe in left}
        left = {probe: found_problem for probe, found_problem in found.items() if found_problem}
        if not left:
            break
    return list(left.values())


def call(api_url: str, probe: Probe) -> Answer:
    """Send the request, and return the response, whatever its status."""
    request = urllib.request.Request(api_url + probe.path, method=probe.method, data=probe.body or None)
    request.add_header("user-agent", USER_AGENT)
    if probe.content_type:
        request.add_header("content-type", probe.content_type)
    try:
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as response:
            return Answer(status=response.status, content_type=response.headers.get("content-type", ""))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, content_type=error.headers.get("content-type", ""))
    except OSError as error:
        return Answer(status=0, content_type=str(error))


def _probe(root: Path, route_key: str, function: str, *, guarded: bool) -> Probe:
    method, path = route_key.split(" ")
    event = sample_event(root, function, route_key)
    return Probe(
        route_key=route_key,
        method=method,
        path=path_of(event, path),
        content_type=event.get("headers", {}).get("content-type"),
        body=body_of(event),
        guarded=guarded,
    )
