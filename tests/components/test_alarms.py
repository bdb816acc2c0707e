import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.alarms import Alarms, AlarmsArgs
from components.http_api import HttpApi, HttpApiArgs
from tests.artifacts import function
from tests.recording import Recording, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def watch(alarms: Alarms) -> None:
    api, counts = HttpApi("api", HttpApiArgs()), function("counts")
    alarms.watch_api(api)
    alarms.watch_function(counts)
    alarms.watch_throttling(api)
    alarms.watch_table("sums", "sums-1a2b")


def declared(email: str | None = None) -> Recording:
    return record(lambda: watch(Alarms("alarms", AlarmsArgs(email=email))))


def alarm(name: str) -> Mapping[str, Any]:
    return declared().named(f"alarms-{name}").inputs


@pytest.mark.parametrize(
    ("name", "metric", "above"),
    [
        ("counts-errors", ("AWS/Lambda", "Errors"), 0),
        ("counts-throttles", ("AWS/Lambda", "Throttles"), 0),
        ("counts-duration", ("AWS/Lambda", "Duration"), 2400),
        ("api-5xx", ("AWS/ApiGateway", "5xx"), 0),
        ("api-429", ("api-access-logs", "ThrottledRequests"), 100),
        ("sums-read-throttles", ("AWS/DynamoDB", "ReadThrottleEvents"), 0),
        ("sums-write-throttles", ("AWS/DynamoDB", "WriteThrottleEvents"), 0),
    ],
)
def test_each_problem_has_its_alarm(name: str, metric: tuple[str, str], above: float) -> None:
    found = alarm(name)
    assert (found["namespace"], found["metricName"], found["threshold"]) == (*metric, above)
    assert found["comparisonOperator"] == "GreaterThanThreshold"


def test_two_apis_have_their_own_alarms() -> None:
    def watch_two() -> None:
        alarms = Alarms("alarms", AlarmsArgs())
        for name in ("shop", "admin"):
            api = HttpApi(name, HttpApiArgs())
            alarms.watch_api(api)
            alarms.watch_throttling(api)
        assert set(alarms.failures) == {"shop", "admin"}

    recording = record(watch_two)
    names = ["alarms-shop-5xx", "alarms-shop-429", "alarms-admin-5xx", "alarms-admin-429"]
    assert {found.name for found in recording.of_type(ALARM)} == set(names)
    filters = recording.of_type("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert {found.name for found in filters} == {"alarms-shop-429-filter", "alarms-admin-429-filter"}


def test_a_function_does_not_replace_the_alarm_of_an_api() -> None:
    def watch_both() -> None:
        alarms = Alarms("alarms", AlarmsArgs())
        alarms.watch_api(HttpApi("api", HttpApiArgs()))
        alarms.watch_function(function("api"))

    with pytest.raises(pulumi.RunError, match="api is watched already: watch each function and each API once"):
        record(watch_both)


def test_missing_data_fires_no_alarm() -> None:
    assert {found.inputs["treatMissingData"] for found in declared().of_type(ALARM)} == {"notBreaching"}


def test_an_address_is_notified_of_alarms_and_recovery() -> None:
    recording = declared(email="on-call@example.com")
    subscription = recording.named("alarms-email").inputs
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "on-call@example.com")
    for found in recording.of_type(ALARM):
        assert found.inputs["alarmActions"] == found.inputs["okActions"] == ["arn:aws:test:::alarms-topic"]


def test_no_address_means_no_topic() -> None:
    recording = declared()
    assert not recording.of_type("aws:sns/topic:Topic")
    assert all(found.inputs["alarmActions"] == [] for found in recording.of_type(ALARM))


def test_refused_requests_are_counted_from_the_access_log() -> None:
    recording = declared()
    counted = recording.named("alarms-api-429-filter").inputs
    assert counted["pattern"] == '{ $.status = "429" }'
    assert counted["logGroupName"] == "api-access-logs"
    assert alarm("api-429")["metricName"] == counted["metricTransformation"]["name"]
    assert alarm("api-429")["namespace"] == counted["metricTransformation"]["namespace"]
    assert json.loads(recording.named("api-stage").inputs["accessLogSettings"]["format"])["status"] == "$context.status"


def test_an_alarm_of_a_table_is_about_that_table() -> None:
    assert alarm("sums-write-throttles")["dimensions"] == {"TableName": "sums-1a2b"}
