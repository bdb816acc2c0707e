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
from local.calls import TimedResponse, call
from local.examples import SAMPLE_PICTURE, Example, examples, with_ids
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
        picture = home.folder / "picture.jpg"
        if not picture.exists():
            shutil.copy(root / SAMPLE_PICTURE, picture)
        progress.report("calling every route")
        calls = _call_all(stack.context, outputs, examples(root, outputs, picture))
    print_result(outputs, calls, time.monotonic() - started)
    failed = [example for example, response in calls if response.is_error]
    if failed:
        names = ", ".join(sorted({example.function for example in failed}))
        raise LocalError(f"{names} refused a sample request: `make logs` shows why")


def _call_all(
    context: Context, outputs: Mapping[str, Any], samples: Sequence[Example]
) -> list[tuple[Example, TimedResponse]]:
    """Call every route in order, each with the ids from its function's earlier responses."""
    guarded = {example.function for example in samples if example.needs_token}
    tokens = {function: token_for(function, context, outputs) for function in guarded}
    fields: dict[str, dict[str, Any]] = {}
    names: dict[str, Mapping[str, str]] = {}
    calls = []
    for sample in samples:
        example = with_ids(sample, fields.get(sample.function, {}))
        token = tokens.get(example.function)
        example = renamed(example, names.get(example.function, {}))
        response = call(outputs["apiUrl"], example, token)
        if response.status == HTTPStatus.CONFLICT:
            for other in other_names(example):
                example = renamed(sample, other)
                response = call(outputs["apiUrl"], example, token)
                if response.status != HTTPStatus.CONFLICT:
                    names[example.function] = other
                    break
        fields.setdefault(example.function, {}).update(response.fields)
        calls.append((example, response))
    return calls
