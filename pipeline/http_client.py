"""Sends a request, and returns the response whatever its status."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Any

TIMEOUT_SECONDS = 30
"""Limit of an HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""


@dataclass(frozen=True, kw_only=True)
class Response:
    """A response."""

    status: int
    headers: Message = field(default_factory=Message)
    """Names are case-insensitive."""
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type with its parameters; empty if there is none."""
        return self.headers.get("content-type", "")

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


def request(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """Send a request.

    Raises:
        OSError: the server does not respond.
    """
    prepared = urllib.request.Request(url, method=method, data=body or None, headers=dict(headers or {}))
    try:
        response = urllib.request.urlopen(prepared, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Response(status=response.status, headers=response.headers, body=response.read())
