"""`make local`: runs the program on the emulator and calls every route."""

import shutil
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from components.local.errors import LocalError
from components.local.home import Home
from components.local.progress import Progress
from components.local.resources.kind import Context
from components.local.stack import LocalStack
from local.calls import Answer, call
from local.examples import SAMPLE_PICTURE, Example, examples, with_answers
from local.report import print_result
from local.sample_names import other_names, renamed
from local.tokens import token_for


def up(root: Path, home: Home) -> None:
    """Run the program at `root` on the emulator of `home`, call every route and print the responses.

    Raises:
        LocalError: the program cannot run, or a route refuses its sample request.
    """
    started = time.monotonic()
    progress = Progress()
    with home.one_run_at_a_time(), progress.shown():
        progress.report("starting the emulator")
        stack = LocalStack(root, home, progress.report)
        outputs = stack.deploy().outputs
        if not home.picture.exists():
            shutil.copy(root / SAMPLE_PICTURE, home.picture)
        progress.report("calling every route")
        calls = _call_all(stack.context, outputs, examples(root, outputs, home.picture))
    print_result(outputs, calls, time.monotonic() - started)
    failed = [example for example, answer in calls if answer.is_error]
    if failed:
        names = ", ".join(sorted({example.function for example in failed}))
        raise LocalError(f"{names} refused a sample request: read `make logs`")


def _call_all(context: Context, outputs: Mapping[str, Any], sent: Sequence[Example]) -> list[tuple[Example, Answer]]:
    """Call every route in order, each with the ids from its function's earlier responses."""
    guarded = {example.function for example in sent if example.needs_token}
    tokens = {function: token_for(function, context, outputs) for function in guarded}
    answered: dict[str, dict[str, Any]] = {}
    names: dict[str, Mapping[str, str]] = {}
    calls = []
    for planned in sent:
        example = with_answers(planned, answered.get(planned.function, {}))
        token = tokens.get(example.function)
        example = renamed(example, names.get(example.function, {}))
        answer = call(outputs["apiUrl"], example, token)
        if answer.status == HTTPStatus.CONFLICT:
            for other in other_names(example):
                example = renamed(planned, other)
                answer = call(outputs["apiUrl"], example, token)
                if answer.status != HTTPStatus.CONFLICT:
                    names[example.function] = other
                    break
        answered.setdefault(example.function, {}).update(answer.fields)
        calls.append((example, answer))
    return calls
