"""`POST /echo` with the sample event."""

import json

from benchmarks.stack import Stack
from benchmarks.subjects.subject import Answers, Subject, all_equal, same_event, sample

CALLS = 1000


def echo(stack: Stack) -> Subject:
    """Return the subject."""
    event = same_event(sample(stack.context.root, "echo", "http.json"))
    return Subject(name="echo", function="echo", first=event, warm=event, warm_calls=CALLS, check=_check)


def _check(answers: Answers) -> None:
    all_equal(
        "the answer of echo",
        {language: (answer["statusCode"], json.loads(answer["body"])) for language, answer in answers.items()},
    )
