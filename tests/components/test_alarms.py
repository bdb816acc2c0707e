from collections.abc import Mapping
from typing import Any

import pytest

from components.alarms import Alarms, AlarmsArgs
from components.http_api import HttpApi, HttpApiArgs
from components.metric_alarm import Metric
from tests.artifacts import function
from tests.recording import Recording, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUARANTINED = Metric(namespace="counts", name="QuarantinedRecords", statistic="Sum")


def watch(alarms: Alarms) -> None:
    api, counts = HttpApi("api", HttpApiArgs()), function("counts")
    alarms.watch_api(api)
    alarms.watch_function(counts)
    alarms.watch_stream(counts)
    alarms.watch_quarantine("counts", QUARANTINED)


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
        ("counts-iterator-age", ("AWS/Lambda", "IteratorAge"), 900_000),
        ("counts-quarantine", ("counts", "QuarantinedRecords"), 0),
        ("api-5xx", ("AWS/ApiGateway", "5xx"), 0),
    ],
)
def test_what_goes_wrong_raises_its_alarm(name: str, metric: tuple[str, str], above: float) -> None:
    found = alarm(name)
    assert (found["namespace"], found["metricName"], found["threshold"]) == (*metric, above)
    assert found["comparisonOperator"] == "GreaterThanThreshold"


def test_silence_is_no_alarm() -> None:
    assert {found.inputs["treatMissingData"] for found in declared().of_type(ALARM)} == {"notBreaching"}


def test_an_address_is_told_when_an_alarm_is_raised_and_when_it_is_over() -> None:
    recording = declared(email="on-call@example.com")
    subscription = recording.named("alarms-email").inputs
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "on-call@example.com")
    for found in recording.of_type(ALARM):
        assert found.inputs["alarmActions"] == found.inputs["okActions"] == ["arn:aws:test:::alarms-topic"]


def test_without_an_address_there_is_no_topic() -> None:
    recording = declared()
    assert not recording.of_type("aws:sns/topic:Topic")
    assert all(found.inputs["alarmActions"] == [] for found in recording.of_type(ALARM))
