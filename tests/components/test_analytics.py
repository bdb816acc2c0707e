import json
import re
from typing import Any

import pytest

from components.aws_credentials import AwsCredentials
from components.build.access import VARIABLE, AwsAccess
from components.http_api import HttpApi, HttpApiArgs
from services.analytics import LEAST_RETENTION_DAYS, SIGN_IN_THROTTLE, Analytics, AnalyticsArgs, origins
from tests.artifacts import artifact
from tests.iam import Decision, Policies, Request, decide, statements
from tests.recording import ROOT, Recording, function_arn, queue_arn, record


def args(api: HttpApi, **changes: object) -> AnalyticsArgs:
    values: dict[str, object] = {
        "artifact": artifact,
        "api": api,
        "sites": ["https://example.com"],
        "view_retention_days": 400,
        "point_in_time_recovery": True,
        "deletion_protection": True,
        "region": "eu-west-1",
        **changes,
    }
    return AnalyticsArgs(**values)  # type: ignore[arg-type]


def declared(**changes: object) -> Recording:
    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        Analytics("analytics", args(api, **changes))

    return record(declare)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return declared()


def allowed(recording: Recording, policy: str) -> set[str]:
    granted = json.loads(recording.named(policy).inputs["policy"])["Statement"]
    return {action.removeprefix("dynamodb:") for statement in granted for action in statement["Action"]}


def variables(recording: Recording, function: str) -> dict[str, Any]:
    return dict(recording.named(f"{function}-function").inputs["environment"]["variables"])


def test_only_new_views_invoke_the_trigger(recording: Recording) -> None:
    assert recording.named("analytics-views-table").inputs["streamViewType"] == "NEW_IMAGE"
    assert recording.named("analytics-totals-table").inputs["streamEnabled"] is False
    mapping = recording.named("analytics-trigger-mapping").inputs
    assert mapping["eventSourceArn"].startswith("arn:aws:test:::analytics-views-table/stream")


def test_each_function_has_exactly_its_grants(recording: Recording) -> None:
    assert allowed(recording, "analytics-api-uses-analytics-views") == {"PutItem", "Query"}
    assert allowed(recording, "analytics-api-uses-analytics-totals") == {"Query", "UpdateItem"}
    assert allowed(recording, "analytics-api-uses-analytics-accounts") == {"GetItem"}
    assert allowed(recording, "analytics-trigger-uses-analytics-views") == {"BatchGetItem", "UpdateItem"}
    assert allowed(recording, "analytics-trigger-uses-analytics-totals") == {"BatchGetItem", "PutItem", "UpdateItem"}


def test_the_session_key_is_neither_input_nor_output(recording: Recording) -> None:
    command = recording.named("analytics-session-key").inputs
    assert command["create"].endswith(" -m components.supervisor services.session_keys")
    assert "delete" not in command
    assert command["addPreviousOutputInEnv"] is False
    assert set(command["environment"]) == {"SESSION_KEYS_TABLE", VARIABLE}


def test_the_api_waits_for_its_key(recording: Recording) -> None:
    assert any("analytics-session-key" in urn for urn in recording.named("analytics-api-function").depends_on)


def test_a_few_callers_cannot_exhaust_the_sign_in_throttle(recording: Recording) -> None:
    (stage,) = recording.of_type("aws:apigatewayv2/stage:Stage")
    rates = {setting["routeKey"]: setting["throttlingRateLimit"] for setting in stage.inputs["routeSettings"]}
    assert rates.pop("POST /analytics/sign-in") == SIGN_IN_THROTTLE.rate_per_second >= 1000


def decision_for_the_api(recording: Recording, table: str, action: str, key: str) -> Decision:
    """Evaluate the grant of `analytics-api` on a table for items with a partition key."""
    policy = recording.named(f"analytics-api-uses-analytics-{table}").inputs["policy"]
    resource = json.loads(policy)["Statement"][0]["Resource"][0]
    request = Request(action=f"dynamodb:{action}", resource=resource, context={"dynamodb:LeadingKeys": [key]})
    return decide(request, Policies(identity=statements(policy)))


@pytest.mark.parametrize(
    ("action", "key", "decision"),
    [
        ("GetItem", "session-keys", Decision.ALLOW),
        ("PutItem", "visitor-secret/example.com/day/0", Decision.ALLOW),
        ("DeleteItem", "visitor-secret/example.com/day/0", Decision.ALLOW),
        ("PutItem", "ended-session/0a", Decision.ALLOW),
        ("PutItem", "signed-in/0a", Decision.ALLOW),
        ("UpdateItem", "sign-in/0a", Decision.ALLOW),
        ("UpdateItem", "known/example.com/2026-11-21/page", Decision.ALLOW),
        ("DeleteItem", "session-keys", Decision.IMPLICIT_DENY),
        ("PutItem", "session-keys", Decision.IMPLICIT_DENY),
        ("UpdateItem", "session-keys", Decision.IMPLICIT_DENY),
        ("DeleteItem", "ended-session/0a", Decision.IMPLICIT_DENY),
        ("DeleteItem", "sign-in/0a", Decision.IMPLICIT_DENY),
    ],
)
def test_the_api_changes_no_session_keys(recording: Recording, action: str, key: str, decision: Decision) -> None:
    assert decision_for_the_api(recording, "state", action, key) == decision


@pytest.mark.parametrize(
    ("action", "key", "decision"),
    [
        ("UpdateItem", "sketch/example.com/day", Decision.ALLOW),
        ("UpdateItem", "sketch/example.com/month", Decision.ALLOW),
        ("UpdateItem", "total/example.com/day", Decision.IMPLICIT_DENY),
        ("UpdateItem", "visitor/example.com/2026-11-21", Decision.IMPLICIT_DENY),
        ("PutItem", "sketch/example.com/day", Decision.IMPLICIT_DENY),
        ("DeleteItem", "sketch/example.com/day", Decision.IMPLICIT_DENY),
        ("Query", "total/example.com/day", Decision.ALLOW),
    ],
)
def test_the_api_changes_sketches_and_no_totals(
    recording: Recording, action: str, key: str, decision: Decision
) -> None:
    assert decision_for_the_api(recording, "totals", action, key) == decision


def test_grants_on_the_state_match_the_keys_of_the_service(recording: Recording) -> None:
    state = (ROOT / "rust" / "crates" / "analytics" / "src" / "keys" / "state.rs").read_text()
    written = {f"{prefix}/*" for prefix in re.findall(r'format!\("([a-z-]+)/', state)}
    granted = {
        key
        for statement in json.loads(recording.named("analytics-api-uses-analytics-state").inputs["policy"])["Statement"]
        for key in statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
    }
    assert granted == written


def test_the_stack_protects_all_tables_but_the_state() -> None:
    for protected in (True, False):
        recording = declared(point_in_time_recovery=protected, deletion_protection=protected)
        for table in ("views", "totals", "accounts"):
            inputs = recording.named(f"analytics-{table}-table").inputs
            assert (inputs["pointInTimeRecovery"], inputs["deletionProtectionEnabled"]) == (
                {"enabled": protected},
                protected,
            )
        assert recording.named("analytics-state-table").inputs["pointInTimeRecovery"] == {"enabled": False}


def test_counters_are_sharded_as_configured() -> None:
    assert variables(declared(total_shards=4), "analytics-trigger")["TOTAL_SHARDS"] == "4"


@pytest.mark.parametrize(
    ("alarm", "service", "metric"),
    [
        ("analytics-gone-views-alarm", "analytics-trigger", "GoneViews"),
        ("analytics-capped-names-alarm", "analytics-api", "CappedNames"),
    ],
)
def test_lost_data_fires_an_alarm(recording: Recording, alarm: str, service: str, metric: str) -> None:
    found = recording.named(alarm).inputs
    assert (found["metricName"], found["namespace"], found["threshold"]) == (metric, service, 0)
    assert found["dimensions"] == {"function_name": f"{service}-function"}


def test_handlers_get_the_rules_of_time_zones() -> None:
    found = declared(sites=["https://a.example", "https://b.example"], time_zones={"https://b.example": "Asia/Tokyo"})
    in_tokyo = {"origin": "https://b.example", "timeZone": "Asia/Tokyo", "rule": "JST-9"}
    for function in ("analytics-api", "analytics-recount", "analytics-redrive"):
        assert json.loads(variables(found, function)["ANALYTICS_SITES"]) == ["https://a.example", in_tokyo]


def test_countries_count_only_with_the_secret_of_cloudfront(recording: Recording) -> None:
    assert variables(recording, "analytics-api")["CLOUDFRONT_HEADER_SHA256"] == ""
    with_secret = variables(declared(origin_secret_sha256="0" * 64), "analytics-api")
    assert with_secret["CLOUDFRONT_HEADER_SHA256"] == "0" * 64


def test_views_outlive_the_stream_and_the_failure_queue(recording: Recording) -> None:
    queue = recording.named("analytics-trigger-failures").inputs
    stream_days, weekend_days = 1, 2.5
    assert stream_days + queue["messageRetentionSeconds"] / 86_400 + weekend_days <= LEAST_RETENTION_DAYS
    functions = ROOT / "rust" / "crates" / "analytics" / "src" / "view_retention.rs"
    assert f"LEAST_RETENTION_DAYS: u16 = {LEAST_RETENTION_DAYS};" in functions.read_text()


def test_the_session_key_command_gets_the_credentials_of_the_stack() -> None:
    command = declared(credentials=AwsCredentials(profile="dev")).named("analytics-session-key").inputs
    access = AwsAccess.from_json(command["environment"][VARIABLE])
    assert (access.profile, access.region) == ("dev", "eu-west-1")


def test_www_and_apex_of_one_site_may_send_views() -> None:
    sites = ["https://www.example.com", "http://localhost:8000"]
    assert origins(sites, www_is_apex=False) == sites
    assert origins(sites, www_is_apex=True) == [
        "http://localhost:8000",
        "http://www.localhost:8000",
        "https://example.com",
        "https://www.example.com",
    ]


def test_the_nightly_recount_only_reads_and_deletes_secrets(recording: Recording) -> None:
    assert allowed(recording, "analytics-recount-uses-analytics-views") == {"Query"}
    assert allowed(recording, "analytics-recount-uses-analytics-totals") == {"Query"}
    (statement,) = json.loads(recording.named("analytics-recount-uses-analytics-state").inputs["policy"])["Statement"]
    assert statement["Action"] == ["dynamodb:DeleteItem"]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["visitor-secret/*"]}}


def test_the_recount_runs_every_night_and_drift_fires_an_alarm(recording: Recording) -> None:
    schedule = recording.named("analytics-nightly-schedule").inputs
    assert schedule["scheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["target"]["arn"] == function_arn("analytics-recount-function")
    alarm = recording.named("analytics-drift-alarm").inputs
    assert (alarm["metricName"], alarm["threshold"]) == ("Drift", 0)


def test_discarded_batches_go_to_the_redrive_then_to_an_alarm(recording: Recording) -> None:
    failures = queue_arn("analytics-trigger-failures")
    trigger = recording.named("analytics-trigger-mapping").inputs
    assert trigger["destinationConfig"]["onFailure"]["destinationArn"] == failures
    redrive = recording.named("analytics-trigger-recovery-mapping").inputs
    assert (redrive["eventSourceArn"], redrive["batchSize"]) == (failures, 1)
    queue = recording.named("analytics-trigger-failures").inputs
    assert queue["visibilityTimeoutSeconds"] == 6 * recording.named("analytics-redrive-function").inputs["timeout"]
    remaining = json.loads(queue["redrivePolicy"])["deadLetterTargetArn"]
    assert remaining == queue_arn("analytics-trigger-recovery-failures")
    alarm = recording.named("analytics-trigger-recovery-failures-alarm").inputs
    assert alarm["dimensions"] == {"QueueName": "analytics-trigger-recovery-failures"}
