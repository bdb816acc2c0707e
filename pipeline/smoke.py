"""Calls every route of a deployed stack once, without credentials.

Public routes get the handler's sample event on every stack, so samples must be harmless in production. Guarded routes
get no token, and must refuse. The content of responses is not checked; the tests do that.
"""

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeAlias

from pipeline.http_client import Response, request
from pipeline.samples import SampleRequest

ATTEMPTS = 6
PAUSE_SECONDS = 5.0
"""A new API returns 404 and a new permission 500 for some seconds."""
Send: TypeAlias = Callable[[str, SampleRequest], Response]
USER_AGENT = "rust-serverless-smoke-test (bot)"


def problem(sample: SampleRequest, response: Response) -> str | None:
    """Return what is wrong with a response, or None.

    A handler refuses with problem details (RFC 9457), or with an image where an image is expected; API Gateway refuses
    with its own JSON. A refusal by the handler proves that route, permission and function work.
    """
    summary = f"{sample.route_key} returned {response.status} {response.content_type}".rstrip()
    if sample.guarded:
        is_refused = response.status == HTTPStatus.UNAUTHORIZED
        return None if is_refused else f"{summary} without a token; it must return 401"
    if not response.is_error:
        return None
    by_handler = response.content_type.startswith(("application/problem+json", "image/"))
    return None if by_handler and response.status < HTTPStatus.INTERNAL_SERVER_ERROR else summary


def smoke(
    api_url: str,
    samples: Sequence[SampleRequest],
    *,
    send: Send | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Call each route, with retries, and return the problems that remain."""
    left, problems = list(samples), []
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(PAUSE_SECONDS)
        found = [(sample, _problem_of_route(api_url, sample, send)) for sample in left]
        left = [sample for sample, text in found if text]
        problems = [text for _, text in found if text]
        if not left:
            break
    return problems


def _problem_of_route(api_url: str, sample: SampleRequest, send: Send | None) -> str | None:
    try:
        return problem(sample, (send or call)(api_url, sample))
    except OSError as error:
        return f"{sample.route_key} did not respond: {error}"


def call(api_url: str, sample: SampleRequest) -> Response:
    """Send a request without credentials.

    Raises:
        OSError: the server does not respond.
    """
    headers = {"user-agent": USER_AGENT}
    if "content-type" in sample.headers:
        headers["content-type"] = sample.headers["content-type"]
    return request(sample.method, api_url + sample.path, sample.body, headers)
