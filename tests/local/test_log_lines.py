import json

import pytest

from components.local.log_lines import format_line

STANDARD = {
    "timestamp": "2026-11-21T10:00:00Z",
    "service": "echo",
    "cold_start": True,
    "function_name": "echo-1",
    "function_memory_size": 128,
    "function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:echo-1",
    "function_request_id": "1",
    "correlation_id": "2",
    "xray_trace_id": "3",
}
CLOSING = {**STANDARD, "level": "INFO", "message": "POST /echo 200", "duration_ms": 0.21, "function_version": "1"}
REQUEST = {**CLOSING, "outcome": "success", "route": "POST /echo", "status": 200}
BATCH = {**CLOSING, "outcome": "partial", "cold_start": False, "records": 3, "failed": 1, "_aws": {"Timestamp": 1}}
ENTRY = {**STANDARD, "level": "WARN", "message": "records failed", "failed": 3, "target": "analytics_trigger::handler"}
SPANS = [{"requestId": "1", "name": "Lambda runtime invoke"}, {"id": 7, "name": "handle"}, {"name": "store"}]
TRACING = {"timestamp": "2026-11-21T10:00:00Z", "level": "ERROR", "fields": {"message": "no table", "try": 2}}
REPORT = {"requestId": "1", "metrics": {"durationMs": 68.5, "billedDurationMs": 69, "memorySizeMB": 128}}
ACCESS = {"requestId": "2", "routeKey": "POST /echo", "status": "200", "responseLatencyMs": "7"}


@pytest.mark.parametrize(
    ("line", "formatted"),
    [
        (json.dumps(REQUEST), "POST /echo 200 success 0.21 ms cold start"),
        (json.dumps(BATCH), "partial 0.21 ms records=3 failed=1"),
        (json.dumps(ENTRY), "WARN records failed failed=3"),
        (json.dumps(ACCESS), "POST /echo 200 7 ms"),
        (json.dumps({"message": "x"}), "x"),
        (
            json.dumps({**TRACING, "target": "api", "span": SPANS[2], "spans": SPANS}),
            "ERROR handle:store: no table try=2",
        ),
        (json.dumps({**TRACING, "spans": SPANS[:1]}), "ERROR no table try=2"),
        (json.dumps({"time": "…", "type": "platform.start", "record": {"requestId": "1", "version": "2"}}), None),
        (json.dumps({"type": "platform.report", "record": {**REPORT, "status": "success"}}), "Duration: 68.5 ms"),
        (
            json.dumps({"type": "platform.report", "record": {**REPORT, "status": "timeout"}}),
            "Duration: 68.5 ms timeout",
        ),
        ("START RequestId: 1 Version: $LATEST", None),
        ("END RequestId: 1", None),
        ("REPORT RequestId: 1\tDuration: 68 ms\tBilled Duration: 69 ms\tMemory Size: 128 MB", "Duration: 68 ms"),
        ("[1, 2]", "[1, 2]"),
        ("thread 'main' panicked", "thread 'main' panicked"),
    ],
)
def test_a_line_is_formatted_for_people(line: str, formatted: str | None) -> None:
    assert format_line(line) == formatted


@pytest.mark.parametrize(("outcome", "code"), [("success", 32), ("client_error", 33), ("error", 31), ("panic", 31)])
def test_the_outcome_has_a_color(outcome: str, code: int) -> None:
    shown = format_line(json.dumps({**REQUEST, "outcome": outcome}), color=True)
    assert shown == f"POST /echo 200 \x1b[{code}m{outcome}\x1b[0m 0.21 ms cold start"
