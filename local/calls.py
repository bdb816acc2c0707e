"""Calls the running API, as anyone with curl would."""

import shlex
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from local.examples import Example

CALL_SECONDS = 30
"""An HTTP API gives up after 30 seconds, https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html."""

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes
    milliseconds: int

    @property
    def is_refusal(self) -> bool:
        """Whether the handler did not do what was asked."""
        return self.status >= HTTPStatus.BAD_REQUEST


def call(api_url: str, example: Example, token: str | None) -> Answer:
    """Send the request, with the token where one is needed; a status of 400 or more is an answer like any other."""
    request = urllib.request.Request(api_url + example.path, method=example.method, data=example.body or None)
    if example.content_type:
        request.add_header("content-type", example.content_type)
    if example.guarded:
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
    """Return the command that sends the request, ready to paste."""
    command = ["curl"] if example.method in ("GET", "POST") else ["curl", "-X", example.method]
    command.append(api_url + example.path)
    if example.content_type:
        command += ["-H", f"content-type: {example.content_type}"]
    if example.body_file:
        answer_file = f"{example.function}ed{SUFFIXES.get(str(example.content_type), '.bin')}"
        command += ["--data-binary", f"@{_relative(example.body_file)}", "-o", answer_file]
    elif example.body:
        command += ["-d", example.body.decode()]
    typed = shlex.join(command)
    return f'{typed} -H "authorization: Bearer $(make -s local-token)"' if example.guarded else typed


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
