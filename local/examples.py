"""A request for each route, from the handlers' sample events."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.samples import SampleRequest, sample_requests


@dataclass(frozen=True, kw_only=True)
class Example(SampleRequest):
    """A sample request with the headers that a client sends."""

    body_file: Path | None
    """File with the body, if it is binary."""
    needs_token: bool


SAMPLE_PICTURE = Path("rust", "functions", "glitch", "src", "page", "sample.jpg")
"""The sample picture of the page of `glitch`, in the program's folder."""
SENT_HEADERS = ("content-type", "origin", "referer")
"""Headers of an event that are sent; API Gateway and the client set the others."""
IDS = ("view",)
"""Fields of a response that identify what was created, for later requests."""
CURL = "curl/"
"""Start of curl's user agent. The user agent of other clients is sent."""


def examples(root: Path, outputs: Mapping[str, Any], picture: Path) -> list[Example]:
    """Return an example for each route, with `picture` in place of a body that is an image."""
    return [_example(sample, picture) for sample in sample_requests(root, outputs)]


def with_ids(example: Example, fields: Mapping[str, Any]) -> Example:
    """Return the example with the ids from `fields` of earlier responses in place of the event's ids."""
    ids = {name: fields[name] for name in IDS if name in fields}
    try:
        body = json.loads(example.body)
    except ValueError:
        return example
    if not isinstance(body, dict) or not body.keys() & ids.keys():
        return example
    return dataclasses.replace(example, body=json.dumps({**body, **ids}).encode())


def _example(sample: SampleRequest, picture: Path) -> Example:
    body_file = picture if sample.headers.get("content-type", "").startswith("image/") else None
    changed = {
        "headers": _sent(sample.headers),
        "body": body_file.read_bytes() if body_file else sample.body,
        "body_file": body_file,
        "needs_token": sample.guarded or "authorization" in sample.headers,
    }
    return Example(**{**vars(sample), **changed})


def _sent(headers: Mapping[str, str]) -> dict[str, str]:
    agent = headers.get("user-agent", CURL)
    names = SENT_HEADERS if agent.startswith(CURL) else (*SENT_HEADERS, "user-agent")
    return {name: headers[name] for name in names if name in headers}
