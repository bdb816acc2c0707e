"""`POST /echo` with the sample event."""

import json

from benchmarks.stack import Stack
from benchmarks.subjects.subject import Responses, Subject, all_equal, same_event, sample

CALLS = 1000


def echo(stack: Stack) -> Subject:
    """Return the subject."""
    event = same_event(sample(stack.context.root, "echo", "http.json"))
    return Subject(name="echo", function="echo", first=event, warm=event, warm_calls=CALLS, check=_check)


def _check(responses: Responses) -> None:
    all_equal(
        "the response of echo",
        {language: (response["statusCode"], json.loads(response["body"])) for language, response in responses.items()},
    )
