"""HTTP as a client sees it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A status, headers and a body."""

    status: int
    headers: Message
    body: bytes


def post(url: str, body: bytes | None, headers: Mapping[str, str] | None = None) -> Reply:
    """Post a body; every status is a reply."""
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method="POST")
    try:
        response = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Reply(status=response.status, headers=response.headers, body=response.read())
