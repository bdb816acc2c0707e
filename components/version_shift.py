"""Shifts a function to a new version: 10% of its invocations for five minutes, then all, or none if it fails.

A Command of `pulumi up` runs this. `deploy` decides, over three interfaces that tests implement: the alias, the health
check, and the clock.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from .build.access import VARIABLE, AwsAccess
from .build.plan import BuildError

ALIAS = "live"
"""Alias of the live version, if versions are published."""
SHARE = 0.1
"""Share of the invocations that the new version gets while it is watched."""
WATCH_SECONDS = 300
PAUSE_SECONDS = 15
METRIC_SECONDS = 60
AT_ONCE = "DEPLOY_AT_ONCE"
"""Environment variable that shifts all invocations immediately, for rollbacks."""


class Outcome(StrEnum):
    """Outcome of a deployment."""

    UNCHANGED = "unchanged"
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, kw_only=True)
class Result:
    """Result of a function's deployment."""

    outcome: Outcome
    live: str
    """Version that gets all invocations."""
    reason: str = ""
    """Reason of a rollback."""


class Alias(Protocol):
    """A function's alias, and its versions."""

    def version(self) -> str:
        """Return the main version."""

    def route(self, version: str, other: str | None = None, share: float = 0) -> None:
        """Route invocations to a version, and a share of them to another."""


class Watch(Protocol):
    """Detects whether a version fails."""

    def problem(self) -> str | None:
        """Return a problem, or None."""


class Clock(Protocol):
    """A clock in seconds."""

    def now(self) -> float:
        """Return the time."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


def deploy(version: str, alias: Alias, watch: Watch, clock: Clock, *, at_once: bool = False) -> Result:
    """Shift an alias to a version gradually, and back if the version fails.

    The alias always ends with one version, also after an error or an interruption: the new one after `WATCH_SECONDS`
    without a problem, otherwise the previous one.
    """
    before = alias.version()
    if before == version:
        # An interrupted run may not have removed a share.
        alias.route(version)
        return Result(outcome=Outcome.UNCHANGED, live=version)
    try:
        reason = None if at_once else _canary(before, version, alias, watch, clock)
        alias.route(before if reason else version)
    except BaseException:
        alias.route(before)
        raise
    if reason:
        return Result(outcome=Outcome.ROLLED_BACK, live=before, reason=reason)
    return Result(outcome=Outcome.DEPLOYED, live=version)


def _canary(before: str, version: str, alias: Alias, watch: Watch, clock: Clock) -> str | None:
    """Route a share to the version for `WATCH_SECONDS`, or until there is a problem, and return the problem."""
    end = clock.now() + WATCH_SECONDS
    alias.route(before, version, SHARE)
    reason = watch.problem()
    while not reason and clock.now() < end:
        clock.sleep(min(PAUSE_SECONDS, end - clock.now()))
        reason = watch.problem()
    return reason


@dataclass(frozen=True, kw_only=True)
class LambdaAlias:
    """A Lambda alias."""

    client: Any
    function: str
    name: str

    def version(self) -> str:
        """Return the main version."""
        return str(self.client.get_alias(FunctionName=self.function, Name=self.name)["FunctionVersion"])

    def route(self, version: str, other: str | None = None, share: float = 0) -> None:
        """Route invocations to a version, and a share of them to another."""
        self.client.update_alias(
            FunctionName=self.function,
            Name=self.name,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {other: share} if other else {}},
        )


@dataclass(frozen=True, kw_only=True)
class CloudWatch:
    """Errors of the new version by minute, and alarms that did not fire before."""

    client: Any
    function: str
    alias: str
    version: str
    alarms: Sequence[str]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    already_firing: frozenset[str]
    """Alarms that fired before: the new version may be the fix."""

    def problem(self) -> str | None:
        """Return a problem, or None."""
        fired = sorted(firing_alarms(self.client, self.alarms) - self.already_firing)
        if fired:
            return f"the alarm {', '.join(fired)} fired"
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


def firing_alarms(client: Any, names: Sequence[str]) -> frozenset[str]:
    """Return the alarms that fire."""
    if not names:
        return frozenset()
    found = client.describe_alarms(AlarmNames=list(names), StateValue="ALARM")["MetricAlarms"]
    return frozenset(alarm["AlarmName"] for alarm in found)


class SystemClock:
    """The clock of this machine."""

    def now(self) -> float:
        """Return a monotonic time."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def main() -> None:
    """Deploy the version in the environment variables, and print the result."""
    function, name, version = (os.environ[key] for key in ("FUNCTION", "ALIAS", "VERSION"))
    alarms = json.loads(os.environ["ALARMS"])
    try:
        access = AwsAccess.from_json(os.environ[VARIABLE])
        metrics = access.client("cloudwatch")
        watch = CloudWatch(
            client=metrics,
            function=function,
            alias=name,
            version=version,
            alarms=alarms,
            already_firing=firing_alarms(metrics, alarms),
        )
        alias = LambdaAlias(client=access.client("lambda"), function=function, name=name)
        at_once = bool(os.environ.get(AT_ONCE))
        result = deploy(version, alias, watch, SystemClock(), at_once=at_once)
    except (BuildError, BotoCoreError, ClientError) as error:
        sys.exit(
            f"error: {function} cannot be shifted to version {version}: {error}. Run `pulumi up` again; `aws lambda "
            f"get-alias --function-name {function} --name {name}` shows the live version"
        )
    except KeyboardInterrupt:
        sys.exit(
            f"error: the deployment of {function} was interrupted. The previous version runs: run `pulumi up` again"
        )
    sys.stdout.write(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
