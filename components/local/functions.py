"""Invokes functions, and reads their logs."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .errors import LocalError

POLL_SECONDS = 1
LOOK_BACK_SECONDS = 600
DAY_SECONDS = 86_400
Formatter = Callable[[str, str], str | None]
"""Formats a line of a function; returns None to omit it."""


def invoke(client: Any, functions: Mapping[str, str], function: str, payload: str) -> str:
    """Invoke a function directly, with a Lambda client, and return its response payload.

    Raises:
        LocalError: there is no such function, the payload is not JSON, or the function returns an error.
    """
    name = _physical(functions, function)
    try:
        json.loads(payload)
    except json.JSONDecodeError as error:
        raise LocalError(f'the payload is not JSON ({error}): use one such as \'{{"message": "hi"}}\'') from None
    result = client.invoke(FunctionName=name, Payload=payload)
    response: str = result["Payload"].read().decode(errors="replace")
    if "FunctionError" in result:
        raise LocalError(f"{function} returns an error: {response}")
    return response


def recent_logs(logs: Any, log_groups: Mapping[str, str], format_line: Formatter) -> Iterator[str]:
    """Yield the formatted log lines of the last ten minutes, then new ones."""
    width = max(map(len, log_groups), default=0)
    for name, line in follow_logs(logs, log_groups, time.time() - LOOK_BACK_SECONDS):
        shown = format_line(f"{name:<{width}}", line)
        if shown is not None:
            yield shown


def request_logs(logs: Any, log_groups: Mapping[str, str], request_id: str, format_line: Formatter) -> Iterator[str]:
    """Yield the lines of the last day with an id, from all log groups, by time.

    The id is API Gateway's or Lambda's request id.

    Raises:
        LocalError: there are none.
    """
    since, width = int((time.time() - DAY_SECONDS) * 1000), max(map(len, log_groups), default=0)
    found = sorted(
        (event["timestamp"], name, event["message"].rstrip())
        for name, group in log_groups.items()
        for event in _events(logs, group, since, filterPattern=f'"{request_id}"')
        if request_id in event["message"]
    )
    if not found:
        raise LocalError(
            f"no line of the last day has {request_id!r}: check the id; lines come seconds after a request"
        )
    lines = (format_line(f"{name:<{width}}", line) for _, name, line in found)
    yield from (line for line in lines if line is not None)


def follow_logs(logs: Any, log_groups: Mapping[str, str], since: float) -> Iterator[tuple[str, str]]:
    """Yield log lines since a Unix time, each with its function's name, until interrupted.

    `log_groups` may grow meanwhile.
    """
    shown: Counter[str] = Counter()
    while True:
        fresh = [
            (event["timestamp"], function, event["message"].rstrip())
            for function, group in list(log_groups.items())
            for event in _unseen(_events(logs, group, int(since * 1000)), shown)
        ]
        yield from ((function, line) for _, function, line in sorted(fresh, key=lambda event: event[0]))
        time.sleep(POLL_SECONDS)


def chosen_log_groups(log_groups: Mapping[str, str], function: str | None) -> Mapping[str, str]:
    """Return the log group of one function, or of all.

    Raises:
        LocalError: there is no such function.
    """
    return {function: _physical(log_groups, function)} if function else log_groups


def _events(logs: Any, group: str, since: int, **options: str) -> Iterator[dict[str, Any]]:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since, **options):
        yield from page["events"]


def _unseen(events: Iterator[dict[str, Any]], shown: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield new events: log streams only grow, so skip as many events of each as were shown."""
    passed: Counter[str] = Counter()
    for event in events:
        stream = event["logStreamName"]
        passed[stream] += 1
        if passed[stream] > shown[stream]:
            yield event
    shown.update({stream: count - shown[stream] for stream, count in passed.items()})


def _physical(names: Mapping[str, str], function: str) -> str:
    if not names:
        raise LocalError("the program has no functions")
    if function not in names:
        raise LocalError(f"there is no function {function!r}: use one of {', '.join(names)}")
    return names[function]
