"""Sends requests to the API, and writes them as curl commands."""

import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from local.examples import Example
from pipeline.http_client import Response, request

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, kw_only=True)
class TimedResponse(Response):
    """A response with its duration."""

    milliseconds: int

    @property
    def is_document(self) -> bool:
        """Whether it is an HTML document."""
        return self.content_type.startswith("text/html")

    @property
    def is_sign_in(self) -> bool:
        """Whether it is a sign-in form."""
        return self.is_document and b'type="password"' in self.body


def call(api_url: str, example: Example, token: str | None) -> TimedResponse:
    """Send the request, with the token if it needs one."""
    headers = {**example.headers, **({"authorization": f"Bearer {token}"} if example.needs_token else {})}
    started = time.monotonic()
    response = request(example.method, api_url + example.path, example.body, headers)
    return TimedResponse(**vars(response), milliseconds=round((time.monotonic() - started) * 1000))


def curl(api_url: str, example: Example) -> str:
    """Return the curl command that sends the request."""
    # curl uses this method by default.
    is_default = example.method == ("POST" if example.body else "GET")
    command = ["curl"] if is_default else ["curl", "-X", example.method]
    command.append(api_url + example.path)
    for name, value in example.headers.items():
        command += ["-H", f"{name}: {value}"]
    if example.body_file:
        output_file = f"{example.function}ed{SUFFIXES.get(example.headers['content-type'], '.bin')}"
        command += ["--data-binary", f"@{_relative(example.body_file)}", "-o", output_file]
    elif example.body:
        command += ["-d", example.body.decode()]
    text = shlex.join(command)
    return f'{text} -H "authorization: Bearer $(make -s token FN={example.function})"' if example.needs_token else text


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
