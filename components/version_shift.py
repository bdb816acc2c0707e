"""Moves a function to a new version: a tenth of its invocations for five minutes, then all of them, or back.

A Command of `pulumi up` runs it. What decides is `deploy`, over three things that a test can stand in for: the alias,
what is watched, and the clock.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .build.access import VARIABLE, Access
from .build.plan import BuildError

SHARE = 0.1
"""Of the invocations, that the new version gets while it is watched."""
WATCH_SECONDS = 300
PAUSE_SECONDS = 15
METRIC_SECONDS = 60
AT_ONCE = "DEPLOY_AT_ONCE"
"""Variable of the shell that moves all invocations at once, for the way back from a version that fails."""


class Outcome(StrEnum):
    """How a deployment ended."""

    UNCHANGED = "unchanged"
    DEPLOYED = "deployed"
    BROUGHT_BACK = "brought back"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one function's deployment."""

    outcome: Outcome
    live: str
    """Version that all invocations get now."""
    reason: str = ""
    """Why it was brought back."""


class Alias(Protocol):
    """The name by which a function is invoked, and the versions behind it."""

    def version(self) -> str:
        """Return the version that invocations get, apart from a share."""

    def route(self, version: str, other: str | None = None, share: float = 0) -> None:
        """Give invocations to a version, but for a share of them to another."""


class Watch(Protocol):
    """What tells that a version fails."""

    def problem(self) -> str | None:
        """Return what is wrong; None while nothing is."""


class Clock(Protocol):
    """Time, in seconds."""

    def now(self) -> float:
        """Return the time."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


def deploy(version: str, alias: Alias, watch: Watch, clock: Clock, *, at_once: bool = False) -> Result:
    """Move an alias to a version, gradually, and back when something is wrong with it.

    Whatever happens in between, an error or a signal, the alias is left with one version: the new one after
    `WATCH_SECONDS` without a problem, else the one before.
    """
    before = alias.version()
    if before == version:
        # An interrupted run may have left a share.
        alias.route(version)
        return Result(outcome=Outcome.UNCHANGED, live=version)
    reason = None if at_once else _watched(before, version, alias, watch, clock)
    if reason:
        return Result(outcome=Outcome.BROUGHT_BACK, live=before, reason=reason)
    alias.route(version)
    return Result(outcome=Outcome.DEPLOYED, live=version)


def _watched(before: str, version: str, alias: Alias, watch: Watch, clock: Clock) -> str | None:
    """Give the version its share for as long as it is watched, and return the problem, after going back."""
    end = clock.now() + WATCH_SECONDS
    kept = False
    try:
        alias.route(before, version, SHARE)
        reason = watch.problem()
        while not reason and clock.now() < end:
            clock.sleep(min(PAUSE_SECONDS, end - clock.now()))
            reason = watch.problem()
        kept = not reason
        return reason
    finally:
        if not kept:
            alias.route(before)


@dataclass(frozen=True, kw_only=True)
class LambdaAlias:
    """An alias of Lambda's."""

    client: Any
    function: str
    name: str

    def version(self) -> str:
        """Return the version that invocations get, apart from a share."""
        return str(self.client.get_alias(FunctionName=self.function, Name=self.name)["FunctionVersion"])

    def route(self, version: str, other: str | None = None, share: float = 0) -> None:
        """Give invocations to a version, but for a share of them to another."""
        self.client.update_alias(
            FunctionName=self.function,
            Name=self.name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {other: share} if other else {}},
        )


@dataclass(frozen=True, kw_only=True)
class CloudWatch:
    """Errors of the new version, minute by minute, and alarms that were quiet before."""

    client: Any
    function: str
    alias: str
    version: str
    alarms: Sequence[str]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    loud: frozenset[str]
    """Alarms that were raised before: the new version may be what ends them."""

    def problem(self) -> str | None:
        """Return what is wrong; None while nothing is."""
        raised = sorted(raised_alarms(self.client, self.alarms) - self.loud)
        if raised:
            return f"the alarm {', '.join(raised)} was raised"
        errors = self._errors()
        return f"version {self.version} failed {errors} times" if errors else None

    def _errors(self) -> int:
        dimensions = {
            "FunctionName": self.function,
            "Resource": f"{self.function}:{self.alias}",
            "ExecutedVersion": self.version,
        }
        found = self.client.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=self.started - timedelta(seconds=METRIC_SECONDS),
            EndTime=datetime.now(UTC) + timedelta(seconds=METRIC_SECONDS),
            Period=METRIC_SECONDS,
            Statistics=["Sum"],
        )
        return int(sum(point["Sum"] for point in found["Datapoints"]))


def raised_alarms(client: Any, names: Sequence[str]) -> frozenset[str]:
    """Return those of some alarms that are raised."""
    if not names:
        return frozenset()
    found = client.describe_alarms(AlarmNames=list(names), StateValue="ALARM")["MetricAlarms"]
    return frozenset(alarm["AlarmName"] for alarm in found)


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Return the time since some moment; it never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def main() -> None:
    """Deploy what the environment names, and print the result."""
    signal.signal(signal.SIGTERM, _interrupt)
    function, name, version = (os.environ[key] for key in ("FUNCTION", "ALIAS", "VERSION"))
    alarms = json.loads(os.environ["ALARMS"])
    try:
        access = Access.from_json(os.environ[VARIABLE])
        metrics = access.client("cloudwatch")
        watch = CloudWatch(
            client=metrics,
            function=function,
            alias=name,
            version=version,
            alarms=alarms,
            loud=raised_alarms(metrics, alarms),
        )
        alias = LambdaAlias(client=access.client("lambda"), function=function, name=name)
        at_once = bool(os.environ.get(AT_ONCE))
        result = deploy(version, alias, watch, SystemClock(), at_once=at_once)
    except (BuildError, BotoCoreError, ClientError) as error:
        sys.exit(
            f"error: {function} cannot be moved to version {version}: {error}. `aws lambda get-alias --function-name "
            f"{function} --name {name}` says what is live; run `pulumi up` again"
        )
    sys.stdout.write(json.dumps(asdict(result)))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
