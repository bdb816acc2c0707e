"""Tests of deployments with a simulated clock: the share of each version over time."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from hypothesis import given
from hypothesis import strategies as st

from components.build.access import VARIABLE, AwsAccess
from components.version_shift import (
    PAUSE_SECONDS,
    SHARE,
    WATCH_SECONDS,
    CloudWatch,
    LambdaAlias,
    Outcome,
    Result,
    deploy,
    firing_alarms,
)
from tests.recording import ROOT

OLD, NEW = "7", "8"


@dataclass
class Simulation:
    """An alias, a clock that moves only in `sleep`, and a version that fails at some second or never."""

    live: str = OLD
    other: str | None = None
    share: float = 0
    seconds: float = 0
    fails_at: float | None = None
    seen_after: float = 0
    """Seconds until a failure is in the metrics."""
    at_second: Callable[[float], None] = lambda _: None
    history: list[tuple[float, dict[str, float]]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds <= PAUSE_SECONDS
        self.seconds += seconds
        self.at_second(self.seconds)

    def version(self) -> str:
        return self.live

    def route(self, version: str, other: str | None = None, share: float = 0) -> None:
        self.live, self.other, self.share = version, other, share
        self.history.append((self.seconds, self.weights))

    @property
    def weights(self) -> dict[str, float]:
        """Share of the invocations by version."""
        return {self.live: 1 - self.share, **({self.other: self.share} if self.other else {})}

    def problem(self) -> str | None:
        if self.fails_at is None or self.seconds < self.fails_at + self.seen_after:
            return None
        return "version 8 failed 3 times"

    def deploy(self, *, at_once: bool = False) -> Result:
        return deploy(NEW, self, self, self, at_once=at_once)

    def served(self, version: str) -> tuple[float, float]:
        """Return the largest share that a version had before the end, and the seconds that it had any."""
        ends = [second for second, _ in self.history[1:]] + [self.seconds]
        spans = [
            (weights.get(version, 0), end - start) for (start, weights), end in zip(self.history, ends, strict=True)
        ]
        return max(share for share, _ in spans), sum(length for share, length in spans if share)


def test_a_version_without_a_problem_gets_all_after_five_minutes() -> None:
    simulation = Simulation()
    assert simulation.deploy() == Result(outcome=Outcome.DEPLOYED, live=NEW)
    assert simulation.history == [(0, {OLD: 1 - SHARE, NEW: SHARE}), (WATCH_SECONDS, {NEW: 1})]


def test_a_version_that_panics_is_rolled_back() -> None:
    simulation = Simulation(fails_at=0, seen_after=90)
    result = simulation.deploy()
    assert result == Result(outcome=Outcome.ROLLED_BACK, live=OLD, reason="version 8 failed 3 times")
    assert simulation.weights == {OLD: 1}
    share, seconds = simulation.served(NEW)
    assert share <= 0.1
    assert 90 <= seconds <= 90 + PAUSE_SECONDS


@given(st.floats(0, WATCH_SECONDS), st.floats(0, 600))
def test_a_failing_version_never_gets_more_than_a_tenth(fails_at: float, seen_after: float) -> None:
    simulation = Simulation(fails_at=fails_at, seen_after=seen_after)
    result = simulation.deploy()
    if fails_at + seen_after <= WATCH_SECONDS:
        assert (result.outcome, simulation.weights) == (Outcome.ROLLED_BACK, {OLD: 1})
        share, seconds = simulation.served(NEW)
        assert share <= 0.1
        assert seconds <= WATCH_SECONDS
    else:
        assert (result.outcome, simulation.weights) == (Outcome.DEPLOYED, {NEW: 1})


def test_a_problem_of_the_last_second_counts() -> None:
    assert Simulation(fails_at=WATCH_SECONDS).deploy().outcome is Outcome.ROLLED_BACK


def test_the_same_version_changes_nothing_and_does_not_wait() -> None:
    simulation = Simulation(live=NEW)
    assert simulation.deploy() == Result(outcome=Outcome.UNCHANGED, live=NEW)
    assert simulation.seconds == 0
    assert simulation.weights == {NEW: 1}


def test_a_share_of_an_interrupted_run_is_removed() -> None:
    simulation = Simulation(live=OLD, other=NEW, share=SHARE)
    assert deploy(OLD, simulation, simulation, simulation).outcome is Outcome.UNCHANGED
    assert simulation.weights == {OLD: 1}


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_an_interruption_restores_the_previous_version(error: type[BaseException]) -> None:
    def interrupt(second: float) -> None:
        if second >= 60:
            raise error

    simulation = Simulation(at_second=interrupt)
    with pytest.raises(error):
        simulation.deploy()
    assert simulation.weights == {OLD: 1}
    assert simulation.served(NEW)[1] <= 60


def test_a_failed_health_check_restores_the_previous_version() -> None:
    class Blind(Simulation):
        def problem(self) -> str | None:
            raise RuntimeError("throttled")

    simulation = Blind()
    with pytest.raises(RuntimeError):
        simulation.deploy()
    assert simulation.weights == {OLD: 1}


def test_a_shift_that_fails_restores_the_previous_version() -> None:
    class Throttled(Simulation):
        def route(self, version: str, other: str | None = None, share: float = 0) -> None:
            if version == NEW:
                raise RuntimeError("throttled")
            super().route(version, other, share)

    simulation = Throttled()
    with pytest.raises(RuntimeError):
        simulation.deploy()
    assert simulation.weights == {OLD: 1}


def test_a_rollback_shifts_at_once() -> None:
    simulation = Simulation(fails_at=0)
    assert simulation.deploy(at_once=True) == Result(outcome=Outcome.DEPLOYED, live=NEW)
    assert simulation.history == [(0, {NEW: 1})]


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def watch(cloudwatch: Any, *, already_firing: frozenset[str] = frozenset()) -> CloudWatch:
    return CloudWatch(
        client=cloudwatch,
        function="echo",
        alias="live",
        version=NEW,
        alarms=["errors", "5xx"],
        already_firing=already_firing,
        started=datetime(2026, 1, 1, tzinfo=UTC),
    )


def add_responses(stub: Stubber, fired: list[str], errors: float = 0) -> None:
    alarms = {"MetricAlarms": [{"AlarmName": name} for name in fired]}
    stub.add_response("describe_alarms", alarms, {"AlarmNames": ["errors", "5xx"], "StateValue": "ALARM"})
    expected = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [
            {"Name": "FunctionName", "Value": "echo"},
            {"Name": "Resource", "Value": "echo:live"},
            {"Name": "ExecutedVersion", "Value": NEW},
        ],
        "StartTime": ANY,
        "EndTime": ANY,
        "Period": 60,
        "Statistics": ["Sum"],
    }
    points = {"Datapoints": [{"Sum": errors}] if errors else []}
    stub.add_response("get_metric_statistics", points, expected)


@pytest.mark.parametrize(
    ("fired", "already_firing", "errors", "problem"),
    [
        ([], [], 0, None),
        (["errors"], [], 0, "the alarm errors fired"),
        (["errors"], ["errors"], 0, None),
        (["5xx", "errors"], ["errors"], 0, "the alarm 5xx fired"),
        ([], [], 3, "version 8 failed 3 times"),
        (["errors"], ["errors"], 2, "version 8 failed 2 times"),
    ],
)
def test_new_alarms_and_errors_of_the_version_are_problems(
    fired: list[str], already_firing: list[str], errors: float, problem: str | None
) -> None:
    """A new version may fix what fired an alarm before."""
    cloudwatch = client("cloudwatch")
    with Stubber(cloudwatch) as stub:
        add_responses(stub, fired, errors)
        assert watch(cloudwatch, already_firing=frozenset(already_firing)).problem() == problem


def test_without_alarms_there_is_no_request() -> None:
    """AWS would return all alarms of the account."""
    with Stubber(client("cloudwatch")):
        assert firing_alarms(None, []) == frozenset()


def test_the_alias_of_lambda_gets_one_version_or_a_share() -> None:
    functions = client("lambda")
    alias = LambdaAlias(client=functions, function="echo", name="live")
    base = {"FunctionName": "echo", "Name": "live", "FunctionVersion": OLD}
    with Stubber(functions) as stub:
        stub.add_response("get_alias", {"FunctionVersion": OLD}, {"FunctionName": "echo", "Name": "live"})
        stub.add_response("update_alias", {}, {**base, "RoutingConfig": {"AdditionalVersionWeights": {NEW: 0.1}}})
        stub.add_response("update_alias", {}, {**base, "RoutingConfig": {"AdditionalVersionWeights": {}}})
        assert alias.version() == OLD
        alias.route(OLD, NEW, SHARE)
        alias.route(OLD)
        stub.assert_no_pending_responses()


class Aws(ThreadingHTTPServer):
    """Lambda with an alias, and a CloudWatch that never responds."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Request)
        self.routed: list[dict[str, Any]] = []
        self.is_watched = threading.Event()
        self.ends = threading.Event()


class Request(BaseHTTPRequestHandler):
    server: Aws

    def do_GET(self) -> None:
        self.respond({"FunctionVersion": OLD})

    def do_PUT(self) -> None:
        self.server.routed.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.respond({})

    def do_POST(self) -> None:
        self.server.is_watched.set()
        self.server.ends.wait()

    def respond(self, content: dict[str, str]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Aws() as aws:
        threading.Thread(target=aws.serve_forever, daemon=True).start()
        yield aws
        aws.ends.set()
        aws.shutdown()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_command_restores_the_previous_version(aws: Aws, number: signal.Signals) -> None:
    """Pulumi sends SIGKILL to an interrupted Command."""
    access = AwsAccess(region="eu-west-1", endpoint=f"http://127.0.0.1:{aws.server_port}")
    variables = {"FUNCTION": "echo", "ALIAS": "live", "VERSION": NEW, "ALARMS": "[]", VARIABLE: access.to_json()}
    command = [sys.executable, "-m", "components.supervisor", "components.version_shift"]
    environment = {**os.environ, **variables, "NO_PROXY": "*", "no_proxy": "*"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert aws.is_watched.wait(30)
        process.send_signal(number)
        _, stderr = process.communicate()
    assert process.returncode != 0
    assert number == signal.SIGKILL or "error: the deployment of echo was interrupted" in stderr
    shares = [routed["RoutingConfig"]["AdditionalVersionWeights"] for routed in aws.routed]
    assert shares == [{NEW: SHARE}, {}]
    assert {routed["FunctionVersion"] for routed in aws.routed} == {OLD}
