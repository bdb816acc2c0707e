"""Formats a function's log lines for people."""

import json
from collections.abc import Mapping
from typing import Any

OMITTED_PREFIXES = ("START ", "END ", "INIT_START ")
"""Prefixes of the lines that Lambda writes around an invocation, as the emulator does."""
OMITTED_EVENTS = (
    *("platform.initStart", "platform.initRuntimeDone", "platform.initReport", "platform.start"),
    *("platform.runtimeDone", "platform.extension", "platform.telemetrySubscription"),
)
"""Types of the same lines in Lambda's JSON format,
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html."""
RUNTIME_SPAN = "Lambda runtime invoke"
"""The span of lambda_runtime around each invocation."""
STANDARD_FIELDS = (
    *("service", "function_name", "function_memory_size", "function_arn", "function_version", "function_request_id"),
    *("correlation_id", "correlation_ids", "xray_trace_id", "timestamp", "level", "message", "target", "_aws"),
)
"""Fields that are omitted or formatted separately."""
CLOSING_FIELDS = ("outcome", "duration_ms", "cold_start", "route", "status")
"""Fields of a closing line that are formatted separately."""
GREEN, YELLOW, RED, RESET = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
COLORS = {
    "success": GREEN,
    "client_error": YELLOW,
    "INFO": "",
    "DEBUG": "",
    "TRACE": "",
    "WARN": YELLOW,
    "ERROR": RED,
}
"""Colors by outcome and level; others are red."""


def format_line(line: str, *, color: bool = False) -> str | None:
    """Return a formatted line, or None to omit it.

    A closing line becomes `POST /echo 200 success 0.21 ms`, other lines `ERROR request failed error=…`, lines of the
    access log `GET /docs 200 7 ms`. Lines of tracing-subscriber have the names of their spans, `INFO span: message`.
    Lambda's report is reduced to the duration. Lines that are not JSON are unchanged.
    """
    if line.startswith(OMITTED_PREFIXES):
        return None
    if line.startswith("REPORT "):
        return next((part.strip() for part in line.split("\t") if part.startswith("Duration:")), line)
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return _format(entry, color=color) if isinstance(entry, dict) else line


def _format(entry: Mapping[str, Any], *, color: bool) -> str | None:
    if entry.get("type") in OMITTED_EVENTS:
        return None
    if entry.get("type") == "platform.report":
        return _report(entry.get("record", {}), color=color)
    if isinstance(entry.get("fields"), dict):
        return _entry(_flat(entry), color=color)
    if "duration_ms" in entry and "outcome" in entry:
        return _closing(entry, color=color)
    if "routeKey" in entry:
        return f"{entry['routeKey']} {entry.get('status', '')} {entry.get('responseLatencyMs', '-')} ms"
    return _entry(entry, color=color)


def _report(record: Mapping[str, Any], *, color: bool) -> str:
    duration = f"Duration: {record.get('metrics', {}).get('durationMs')} ms"
    status = record.get("status", "success")
    return duration if status == "success" else f"{duration} {_colored(status, color=color)}"


def _flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line in the default format of tracing-subscriber, which has nested fields and spans, without nesting."""
    outer = {name: value for name, value in entry.items() if name not in ("fields", "span", "spans")}
    spans = entry["spans"] if isinstance(entry.get("spans"), list) else []
    names = [str(span["name"]) for span in spans if isinstance(span, dict) and "name" in span]
    path = ":".join(name for name in names if name != RUNTIME_SPAN)
    message = str(entry["fields"].get("message", ""))
    return {**outer, **entry["fields"], "message": f"{path}: {message}" if path else message}


def _closing(entry: Mapping[str, Any], *, color: bool) -> str:
    request = [str(entry[name]) for name in ("route", "status") if name in entry]
    outcome = _colored(str(entry["outcome"]), color=color)
    cold = ["cold start"] if entry.get("cold_start") else []
    return " ".join([*request, outcome, f"{entry['duration_ms']} ms", *cold, *_fields(entry, CLOSING_FIELDS)])


def _entry(entry: Mapping[str, Any], *, color: bool) -> str:
    level = [_colored(str(entry["level"]), color=color)] if "level" in entry else []
    message = [str(entry["message"])] if "message" in entry else []
    return " ".join([*level, *message, *_fields(entry, ("cold_start",))])


def _fields(entry: Mapping[str, Any], others: tuple[str, ...]) -> list[str]:
    return [f"{name}={value}" for name, value in entry.items() if name not in (*STANDARD_FIELDS, *others)]


def _colored(word: str, *, color: bool) -> str:
    start = COLORS.get(word, RED) if color else ""
    return f"{start}{word}{RESET}" if start else word
