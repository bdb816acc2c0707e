"""Sends a request, and returns the response whatever its status."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

TIMEOUT_SECONDS = 30
"""Limit of an HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response."""

    status: int
    content_type: str = ""
    body: bytes = b""

    @property
    def is_error(self) -> bool:
        """Whether the status is 400 or more."""
        return self.status >= HTTPStatus.BAD_REQUEST

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a JSON object; empty for any other body."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
    """Send a request.

    Raises:
        OSError: there is no response.
    """
    prepared = urllib.request.Request(url, method=method, data=body or None, headers=dict(headers))
    try:
        response = urllib.request.urlopen(prepared, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        content_type = response.headers.get("content-type", "")
        return Response(status=response.status, content_type=content_type, body=response.read())
