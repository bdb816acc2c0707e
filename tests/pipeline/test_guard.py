import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.guard import LABEL, UNGUARDED, WEAKER, Verdict, judge, sentence
from pipeline.preview import UNKNOWN, read_preview
from tests.account import program
from tests.pipeline.recorded import recorded_preview
from tests.recording import Recorded


@pytest.mark.parametrize("name", ["create", "unchanged", "code", "crate"])
def test_a_preview_without_losses_passes(name: str) -> None:
    verdict = judge(recorded_preview(name), [])
    assert verdict.losses == ()
    assert not verdict.refused


def test_a_table_that_is_replaced_is_refused() -> None:
    verdict = judge(recorded_preview("replace"), ["other"])
    assert verdict.refused
    assert [sentence(loss) for loss in verdict.losses] == [
        "currencies-table (aws:dynamodb/table:Table) would be replaced, and its items lost"
    ]


def test_deleting_a_table_user_pool_or_api_is_refused() -> None:
    verdict = judge(recorded_preview("delete"), [])
    assert verdict.refused
    assert {loss.name for loss in verdict.losses} == {"currencies-table", "auth-users", "api-http"}
    assert all("would be deleted" in sentence(loss) for loss in verdict.losses)


@pytest.mark.parametrize("name", ["replace", "delete"])
def test_a_label_allows_losses(name: str) -> None:
    verdict = judge(recorded_preview(name), ["other", LABEL])
    assert verdict.losses
    assert not verdict.refused


def test_no_label_allows_a_preview_that_failed() -> None:
    """The steps after the failure are unknown."""
    assert judge(recorded_preview("failed"), [LABEL]).refused


@pytest.mark.parametrize("operation", ["delete-replaced", "create-replacement", "discard", "a-new-word"])
def test_an_unknown_operation_on_a_table_is_refused(operation: str) -> None:
    preview = recorded_preview("replace")
    steps = tuple(dataclasses.replace(step, operation=operation) for step in preview.steps)
    assert judge(dataclasses.replace(preview, steps=steps), []).refused


def test_a_table_whose_tags_are_updated_passes() -> None:
    preview = recorded_preview("replace")
    steps = tuple(dataclasses.replace(step, operation="update", after=step.before) for step in preview.steps)
    assert not judge(dataclasses.replace(preview, steps=steps), []).refused


def resources() -> dict[str, Recorded]:
    """Return the program's resources, with everything that can be set."""
    recording = program(
        "prod", alarmEmail="a@b.example", domainName="api.example.com", hostedZoneId="Z1", artifactBucket=""
    )
    return {item.name: item for item in recording.resources if item.custom}


def step(name: str, operation: str, change: Mapping[str, Any] | None = None, **state: Any) -> dict[str, Any]:
    """Return a step of a resource of the program, as `pulumi preview --json` prints it; None removes an input."""
    item = resources()[name]
    before = dict(item.inputs)
    after = {key: value for key, value in {**before, **(change or {})}.items() if value is not None}
    urn = f"urn:pulumi:prod::rust-serverless::{item.typ}::{name}"
    states = {"oldState": {"custom": True, "inputs": before, **state.pop("old", {})}}
    if operation != "delete":
        states["newState"] = {"custom": True, "inputs": after, **state.pop("new", {})}
    return {"op": operation, "urn": urn, **states}


def verdict_of(tmp_path: Path, *steps: dict[str, Any]) -> Verdict:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": list(steps), "changeSummary": {}}))
    return judge(read_preview(file), [])


LOSSES: list[tuple[str, dict[str, Any], str]] = [
    ("currencies-table", {"pointInTimeRecovery": {"enabled": False}}, "point-in-time recovery"),
    ("currencies-table", {"pointInTimeRecovery": None}, "point-in-time recovery"),
    ("currencies-table", {"pointInTimeRecovery": {"enabled": UNKNOWN}}, "point-in-time recovery"),
    ("currencies-table", {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 1}}, "fewer days"),
    ("analytics-accounts-table", {"deletionProtectionEnabled": False}, "deletion protection"),
    ("analytics-accounts-table", {"deletionProtectionEnabled": None}, "deletion protection"),
    ("currencies-table", {"ttl": {"enabled": True, "attributeName": "code"}}, "TTL"),
    ("analytics-views-table", {"ttl": {"enabled": True, "attributeName": "Section"}}, "TTL"),
    ("analytics-state-table", {"ttl": None}, "TTL"),
    ("analytics-state-table", {"ttl": {"enabled": False, "attributeName": "Expires"}}, "TTL"),
    ("analytics-views-table", {"streamEnabled": False}, "stream"),
    ("analytics-views-table", {"streamViewType": "KEYS_ONLY"}, "stream"),
    ("analytics-views-table", {"hashKey": "Site"}, "keys"),
    ("analytics-views-table", {"rangeKey": None}, "keys"),
    ("currencies-table", {"attributes": [{"name": "pk", "type": "N"}, {"name": "code", "type": "S"}]}, "keys"),
    ("auth-users", {"deletionProtection": "INACTIVE"}, "deletion protection"),
    ("auth-users", {"deletionProtection": None}, "deletion protection"),
    ("echo-logs", {"retentionInDays": 1}, "fewer days"),
    ("api-access-logs", {"retentionInDays": 30}, "fewer days"),
    ("analytics-trigger-failures", {"messageRetentionSeconds": 60}, "shorter time"),
    ("analytics-trigger-failures", {"messageRetentionSeconds": None}, "shorter time"),
    ("analytics-trigger-mapping", {"enabled": False}, "would stop"),
    ("analytics-trigger-mapping", {"filterCriteria": {"filters": [{"pattern": "{}"}]}}, "skip records"),
    ("analytics-trigger-mapping", {"destinationConfig": None}, "drop failed records"),
    ("analytics-trigger-mapping", {"maximumRetryAttempts": 0}, "fewer retries"),
    ("analytics-trigger-mapping", {"maximumRecordAgeInSeconds": 60}, "lower age"),
]


@pytest.mark.parametrize(("name", "change", "message"), LOSSES, ids=str)
def test_an_update_that_weakens_protection_is_refused(
    tmp_path: Path, name: str, change: dict[str, Any], message: str
) -> None:
    verdict = verdict_of(tmp_path, step(name, "update", change))
    assert verdict.refused
    assert any(message in loss.what for loss in verdict.losses)


@pytest.mark.parametrize("operation", ["delete", "replace", "delete-replaced"])
@pytest.mark.parametrize(
    "name",
    [
        *("currencies-table", "analytics-trigger-failures", "analytics-trigger-mapping", "echo-logs", "rust-artifacts"),
        *("api-access-logs", "auth-users", "auth-sign-in", "auth-machine-client", "api-http", "alarms-topic"),
        *("alarms-email", "domain-name", "domain-mapping", "domain-alias"),
    ],
)
def test_a_resource_that_stores_something_is_not_deleted(tmp_path: Path, name: str, operation: str) -> None:
    assert verdict_of(tmp_path, step(name, operation)).refused


@pytest.mark.parametrize(
    "name", ["echo-function", "echo-role", "api-stage", "rust-build", "dashboard-page", "echo-writes-logs"]
)
def test_a_resource_that_stores_nothing_may_be_deleted(tmp_path: Path, name: str) -> None:
    assert not verdict_of(tmp_path, step(name, "delete")).refused


def test_an_unknown_type_is_guarded(tmp_path: Path) -> None:
    unknown = {
        **step("currencies-table", "delete"),
        "urn": "urn:pulumi:prod::rust-serverless::aws:efs/fileSystem:FileSystem::x",
    }
    assert verdict_of(tmp_path, unknown).refused


def test_every_unguarded_type_is_used_by_the_program() -> None:
    types = {item.typ for item in resources().values()}
    assert (UNGUARDED - types) <= {"aws:lambda/alias:Alias"}
    assert set(WEAKER) & types


def test_a_resource_that_loses_the_engine_s_protection_is_refused(tmp_path: Path) -> None:
    protected = step("currencies-table", "same", old={"protect": True}, new={"protect": True})
    assert not verdict_of(tmp_path, protected).refused
    unprotected = step("currencies-table", "same", old={"protect": True})
    assert verdict_of(tmp_path, unprotected).refused


SAFE: list[tuple[str, dict[str, Any]]] = [
    ("currencies-table", {"tags": {"owner": "ann"}}),
    ("currencies-table", {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}}),
    ("currencies-table", {"streamEnabled": True, "streamViewType": "NEW_IMAGE"}),
    ("currencies-table", {"ttl": {"enabled": False}}),
    ("analytics-state-table", {"pointInTimeRecovery": {"enabled": True}, "deletionProtectionEnabled": True}),
    ("echo-logs", {"retentionInDays": 365}),
    ("echo-logs", {"retentionInDays": None}),
    ("analytics-trigger-failures", {"visibilityTimeoutSeconds": 60}),
    ("analytics-trigger-mapping", {"batchSize": 10, "enabled": True}),
    ("analytics-trigger-mapping", {"filterCriteria": None}),
    ("analytics-trigger-mapping", {"maximumRetryAttempts": -1}),
    ("auth-users", {"mfaConfiguration": "ON"}),
    ("echo-function", {"memorySize": 256}),
]


@pytest.mark.parametrize(("name", "change"), SAFE, ids=str)
def test_an_update_that_preserves_protection_passes(tmp_path: Path, name: str, change: dict[str, Any]) -> None:
    assert verdict_of(tmp_path, step(name, "update", change)).losses == ()


def test_the_unchanged_program_loses_nothing(tmp_path: Path) -> None:
    assert verdict_of(tmp_path, *(step(name, "same") for name in resources())).losses == ()


def test_a_sentence_is_one_line_of_a_log(tmp_path: Path) -> None:
    """A line that begins with `::` would be a command to the runner."""
    forged = {
        **step("currencies-table", "delete"),
        "urn": "urn:pulumi:a::b::aws:dynamodb/table:Table::x\n::stop-commands::y",
    }
    (loss,) = verdict_of(tmp_path, forged).losses
    assert "\n" not in sentence(loss)
