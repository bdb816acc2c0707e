import json

import pytest

from components.local.log_lines import readable

ENTRY = {
    "timestamp": "2026-11-21T10:00:00Z",
    "level": "WARN",
    "message": "records are left",
    "failed": 3,
    "target": "analytics_trigger::handler",
    "span": {"requestId": "1"},
}


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (json.dumps(ENTRY), "WARN records are left failed=3"),
        (json.dumps({"message": "x"}), "x"),
        ("START RequestId: 1 Version: $LATEST", None),
        ("END RequestId: 1", None),
        ("REPORT RequestId: 1\tDuration: 68 ms\tBilled Duration: 69 ms\tMemory Size: 128 MB", "Duration: 68 ms"),
        ("[1, 2]", "[1, 2]"),
        ("thread 'main' panicked", "thread 'main' panicked"),
    ],
)
def test_a_line_is_formatted_for_people(line: str, read: str | None) -> None:
    assert readable(line) == read
