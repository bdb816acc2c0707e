"""HTTP as a client sees it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP response."""

    status: int
    headers: Message
    body: bytes


def request(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
    """Send a request and return the response, whatever its status."""
    sent = urllib.request.Request(url, data=body, headers=dict(headers or {}), method=method)
    try:
        response = urllib.request.urlopen(sent, timeout=60)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Reply(status=response.status, headers=response.headers, body=response.read())


def post(url: str, body: bytes | None, headers: Mapping[str, str] | None = None) -> Reply:
    """Post a body."""
    return request("POST", url, body, headers)
