import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.guard import LABEL, UNGUARDED, WEAKER, Verdict, judge, sentence
from pipeline.preview import UNKNOWN
from tests.account import program
from tests.pipeline.previews import previewed, step, urn
from tests.pipeline.recorded import recorded_preview
from tests.recording import Recorded

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


@pytest.mark.parametrize("name", ["create", "unchanged", "code", "crate"])
def test_a_preview_without_losses_passes(name: str) -> None:
    verdict = judge(recorded_preview(name), [])
    assert verdict.losses == ()
    assert not verdict.refused


def test_a_table_that_is_replaced_is_refused() -> None:
    verdict = judge(recorded_preview("replace"), ["other"])
    assert verdict.refused
    assert [sentence(loss) for loss in verdict.losses] == [
        "currencies-table (aws:dynamodb/table:Table) would be replaced, losing its items"
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


def changed(name: str, operation: str, change: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a step of a resource of the program; None in `change` removes an input."""
    item = resources()[name]
    after = {key: value for key, value in {**item.inputs, **(change or {})}.items() if value is not None}
    return step(operation, item.typ, name, (item.inputs, None if operation == "delete" else after))


def verdict_of(tmp_path: Path, *steps: dict[str, Any]) -> Verdict:
    return judge(previewed(tmp_path, steps), [])


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
    verdict = verdict_of(tmp_path, changed(name, "update", change))
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
    assert verdict_of(tmp_path, changed(name, operation)).refused


@pytest.mark.parametrize(
    "name", ["echo-function", "echo-role", "api-stage", "rust-build", "dashboard-page", "echo-writes-logs"]
)
def test_a_resource_that_stores_nothing_may_be_deleted(tmp_path: Path, name: str) -> None:
    assert not verdict_of(tmp_path, changed(name, "delete")).refused


def test_an_unknown_type_is_guarded(tmp_path: Path) -> None:
    unknown = {
        **changed("currencies-table", "delete"),
        "urn": "urn:pulumi:prod::rust-serverless::aws:efs/fileSystem:FileSystem::x",
    }
    assert verdict_of(tmp_path, unknown).refused


def test_every_unguarded_type_is_used_by_the_program() -> None:
    types = {item.typ for item in resources().values()}
    assert (UNGUARDED - types) <= {"aws:lambda/alias:Alias"}
    assert set(WEAKER) & types


def test_a_resource_that_loses_the_engine_s_protection_is_refused(tmp_path: Path) -> None:
    same = changed("currencies-table", "same")
    protected, unprotected = {**same["oldState"], "protect": True}, same["newState"]
    assert not verdict_of(tmp_path, {**same, "oldState": protected, "newState": protected}).refused
    assert verdict_of(tmp_path, {**same, "oldState": protected, "newState": unprotected}).refused


def lifecycle_of_a_bucket(references: Mapping[str, list[str]]) -> dict[str, Any]:
    inputs = {"bucket": UNKNOWN, "rules": [{"id": "old", "status": "Enabled", "expiration": {"days": 1}}]}
    return step("create", LIFECYCLE, "expiry", (None, inputs), references)


@pytest.mark.parametrize("references", [{}, {"bucket": [urn(BUCKET, "artifacts")]}])
def test_a_new_lifecycle_of_an_existing_bucket_is_refused(tmp_path: Path, references: Mapping[str, list[str]]) -> None:
    bucket = step("same", BUCKET, "artifacts", ({}, {}))
    (loss,) = verdict_of(tmp_path, bucket, lifecycle_of_a_bucket(references)).losses
    assert loss.what == "would change which objects expire"


def test_a_new_lifecycle_of_a_new_bucket_passes(tmp_path: Path) -> None:
    bucket = step("create", BUCKET, "artifacts", (None, {}))
    assert verdict_of(tmp_path, bucket, lifecycle_of_a_bucket({"bucket": [bucket["urn"]]})).losses == ()


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
    assert verdict_of(tmp_path, changed(name, "update", change)).losses == ()


def test_the_unchanged_program_loses_nothing(tmp_path: Path) -> None:
    assert verdict_of(tmp_path, *(changed(name, "same") for name in resources())).losses == ()


def test_a_sentence_is_one_line_of_a_log(tmp_path: Path) -> None:
    """A line that begins with `::` would be a command to the runner."""
    forged = {
        **changed("currencies-table", "delete"),
        "urn": "urn:pulumi:a::b::aws:dynamodb/table:Table::x\n::stop-commands::y",
    }
    (loss,) = verdict_of(tmp_path, forged).losses
    assert "\n" not in sentence(loss)
