"""Sends requests to the API, and writes them as curl commands."""

import json
import shlex
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.examples import Example

CALL_SECONDS = 30
"""Limit of an HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response."""

    status: int
    content_type: str
    body: bytes
    milliseconds: int

    @property
    def is_refusal(self) -> bool:
        """Whether the status is 400 or more."""
        return self.status >= HTTPStatus.BAD_REQUEST

    @property
    def is_page(self) -> bool:
        """Whether it is an HTML document."""
        return self.content_type.startswith("text/html")

    @property
    def asks_for_password(self) -> bool:
        """Whether it is a sign-in form."""
        return self.is_page and b'type="password"' in self.body

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of a JSON object; empty for any other body."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


def call(api_url: str, example: Example, token: str | None) -> Answer:
    """Send the request, with the token if it needs one, and return the response, whatever its status."""
    request = urllib.request.Request(
        api_url + example.path, method=example.method, data=example.body or None, headers=dict(example.headers)
    )
    if example.needs_token:
        request.add_header("authorization", f"Bearer {token}")
    started = time.monotonic()
    try:
        response = urllib.request.urlopen(request, timeout=CALL_SECONDS)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        body = response.read()
    return Answer(
        status=response.status,
        content_type=response.headers.get("content-type", ""),
        body=body,
        milliseconds=round((time.monotonic() - started) * 1000),
    )


def curl(api_url: str, example: Example) -> str:
    """Return the curl command that sends the request."""
    # The method that curl uses by default.
    is_plain = example.method == ("POST" if example.body else "GET")
    command = ["curl"] if is_plain else ["curl", "-X", example.method]
    command.append(api_url + example.path)
    for name, value in example.headers.items():
        command += ["-H", f"{name}: {value}"]
    if example.body_file:
        answer_file = f"{example.function}ed{SUFFIXES.get(example.headers['content-type'], '.bin')}"
        command += ["--data-binary", f"@{_relative(example.body_file)}", "-o", answer_file]
    elif example.body:
        command += ["-d", example.body.decode()]
    typed = shlex.join(command)
    return (
        f'{typed} -H "authorization: Bearer $(make -s token FN={example.function})"' if example.needs_token else typed
    )


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
