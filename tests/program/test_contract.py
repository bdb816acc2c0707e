"""Compares the program's configuration with what the handlers read."""

import json
import re

import pytest

from components.build.workspace import read_workspace
from components.dashboard import ONE_REQUEST_QUERY, QUERIES
from components.http_api import ACCESS_LOG_FIELDS
from services import session_keys
from tests.recording import ROOT, Recording, record_program

WORKSPACE = read_workspace(ROOT / "rust")
FUNCTIONS = {binary for binary in WORKSPACE.binaries if WORKSPACE.owner(binary).folder.parent.name == "functions"}
READ_BY_THE_STANDARD_LIBRARY = {"RUST_BACKTRACE"}


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record_program("dev")[0]


def function_names(recording: Recording) -> dict[str, set[str]]:
    """Return the environment variables of each function, by binary."""
    return {
        function.inputs["s3Key"].split("/")[0]: set(function.inputs["environment"]["variables"])
        for function in recording.of_type("aws:lambda/function:Function")
    }


def words_of(binary: str) -> set[str]:
    """Return each quoted word in capitals in the sources of a binary and of its crates."""
    packages = WORKSPACE.by_path([WORKSPACE.owner(binary)]).values()
    sources = (path.read_text() for package in packages for path in package.folder.glob("src/**/*.rs"))
    return {word for source in sources for word in re.findall(r'"([A-Z][A-Z0-9_]+)"', source)}


def test_functions_and_binaries_match(recording: Recording) -> None:
    assert set(function_names(recording)) == FUNCTIONS


def test_no_function_depends_on_an_operator_tool() -> None:
    tools = {WORKSPACE.owner(binary).folder for binary in set(WORKSPACE.binaries) - FUNCTIONS}
    assert {folder.parent.name for folder in tools} == {"tools"}
    for binary in FUNCTIONS:
        packages = WORKSPACE.by_path([WORKSPACE.owner(binary)]).values()
        assert not tools & {package.folder for package in packages}, binary


def test_a_function_has_one_name(recording: Recording) -> None:
    """Directory, crate, binary and logical name."""
    for function in recording.of_type("aws:lambda/function:Function"):
        binary = function.inputs["s3Key"].split("/")[0]
        package = WORKSPACE.owner(binary)
        assert {package.name, package.folder.name, function.parent.rsplit("::", 1)[1]} == {binary}


def test_every_environment_variable_that_is_set_is_read(recording: Recording) -> None:
    for binary, variables in function_names(recording).items():
        unread = variables - words_of(binary) - READ_BY_THE_STANDARD_LIBRARY
        assert not unread, f"{binary} does not read {unread}"


def test_a_collector_reaches_every_function_with_its_feature() -> None:
    layer = "arn:aws:lambda:eu-west-1:123456789012:layer:collector-arm64:1"
    without = record_program("dev")[0]
    traced = record_program("dev", config={"rust-serverless:openTelemetryLayer": layer})[0]
    keys = {function.name: function.inputs["s3Key"] for function in without.of_type("aws:lambda/function:Function")}
    functions = traced.of_type("aws:lambda/function:Function")
    assert len(functions) == len(FUNCTIONS)
    for function in functions:
        assert function.inputs["layers"] == [layer]
        assert function.inputs["tracingConfig"] == {"mode": "Active"}
        assert function.inputs["s3Key"] != keys[function.name]
    plan = json.loads(traced.named("rust-build").inputs["environment"]["ARTIFACT_PLAN"])
    assert plan["settings"]["features"] == {binary: ["otel"] for binary in FUNCTIONS}


CALLER = re.compile(r"^pub struct (\w+) \{\n    client: Client,", re.MULTILINE)
TABLE_CALL = re.compile(r"\.(get_item|query|scan|put_item|update_item|delete_item|batch_\w+_item)\(\)")
PART_OF_TRANSACTION = re.compile(r"\b(Get|Put|Update|Delete|ConditionCheck)::builder\(\)")


def called_by(source: str) -> set[str]:
    """Return the actions on tables that a source calls; a transaction is its parts."""
    calls = (call.title().replace("_", "") for call in TABLE_CALL.findall(source))
    parts = (f"{part}Item" for part in PART_OF_TRANSACTION.findall(source))
    return {f"dynamodb:{action}" for action in (*calls, *parts)}


def store_modules() -> list[str]:
    """Return the source of each module of the shared store, with the modules in it."""
    folder = ROOT / "rust" / "crates" / "analytics-store" / "src"
    return [
        "".join(path.read_text() for path in (file, *file.with_suffix("").glob("*.rs"))) for file in folder.glob("*.rs")
    ]


def table_sources(binary: str) -> list[str]:
    """Return the sources with a function's table calls: its own, and the store modules that it uses."""
    own = [path.read_text() for path in WORKSPACE.owner(binary).folder.glob("src/**/*.rs")]
    named = {word for text in own for word in re.findall(r"\b[A-Z]\w+", text)}
    return [*own, *(text for text in store_modules() if named & set(CALLER.findall(text)))]


def test_grants_on_tables_match_the_code(recording: Recording) -> None:
    for binary in FUNCTIONS:
        texts = table_sources(binary)
        called = {action for text in texts if "aws_sdk_dynamodb" in text for action in called_by(text)}
        allowed = {
            action
            for policy in recording.of_type("aws:iam/rolePolicy:RolePolicy")
            if policy.inputs["role"] == f"{binary}-role"
            for statement in json.loads(policy.inputs["policy"])["Statement"]
            if not any("/stream/" in resource for resource in statement["Resource"])
            for action in statement["Action"]
            if action.startswith("dynamodb:")
        }
        assert called == allowed, binary


def test_every_metric_of_an_alarm_is_counted_by_its_service() -> None:
    recording, _ = record_program("prod")
    binaries = {path.name for path in (ROOT / "rust" / "functions").iterdir()}
    counted = set()
    for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        service, metric = alarm.inputs["namespace"], alarm.inputs["metricName"]
        if service in binaries:
            assert list(alarm.inputs["dimensions"]) == ["function_name"]
            sources = (ROOT / "rust" / "functions" / service / "src").rglob("*.rs")
            assert any(f'"{metric}"' in source.read_text() for source in sources), metric
            counted.add(metric)
    assert counted == {"CappedNames", "Drift", "GoneViews", "QuarantinedRecords"}


QUERY_WORDS = re.compile(
    r"'[^']*'|\b(?:fields|filter|stats|sort|by|as \w+|asc|desc|and|or|like|bin\(1h\))\b|\b\w+(?=\()"
)
"""Literals, commands, aliases and functions in a query of Logs Insights."""
OF_LAMBDA = {"type", "record.metrics.durationMs", "record.metrics.initDurationMs", "record.metrics.maxMemoryUsedMB"}
"""Fields of https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html that queries use."""


@pytest.mark.parametrize("query", [ONE_REQUEST_QUERY, *QUERIES.values()])
def test_queries_use_fields_that_lines_have(query: str) -> None:
    crates = ROOT / "rust" / "crates"
    ours = "".join(
        path.read_text() for name in ("powertools", "http-service") for path in crates.glob(f"{name}/src/*.rs")
    )
    used = set(re.findall(r"@?[a-zA-Z_][\w.]*", QUERY_WORDS.sub(" ", query)))
    assert used
    for field in used - ACCESS_LOG_FIELDS.keys() - OF_LAMBDA - {"@timestamp", "@message", "@log"}:
        assert f'"{field}"' in ours or f"{field} = " in ours, field


def test_session_keys_are_created_where_the_service_reads_them() -> None:
    keys = ROOT / "rust" / "crates" / "analytics" / "src" / "keys"
    assert f'SESSION_KEYS: &str = "{session_keys.NAME["Name"]["S"]}"' in (keys / "state.rs").read_text()
    attributes = (keys / "attribute.rs").read_text()
    for name in ("Name", "Keys", "User", "PasswordHash", "Path", "Section", "Expires"):
        assert f'&str = "{name}"' in attributes, name
