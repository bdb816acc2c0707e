"""The stack's configuration as one checked value. Nothing else in the program reads `pulumi.Config`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.architecture import Architecture, host_architecture

T = TypeVar("T")

LOG_LEVELS = ("error", "warn", "info", "debug", "trace")
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The stack's configuration; `Pulumi.yaml` describes each key and holds the defaults."""

    region: str
    endpoints: Mapping[str, str]
    """Addresses of the services that the provider does not find at AWS, by the provider's names for them."""
    aws_profile: str | None
    architecture: Architecture
    log_level: str
    log_retention_days: int
    throttle_rate_per_second: int
    throttle_burst: int
    cors_origins: tuple[str, ...]
    artifact_bucket: str | None
    point_in_time_recovery: bool
    deletion_protection: bool


class _RuleError(Exception):
    """A value breaks the rule in the message."""


class _Reader:
    """Reads keys one after the other, and remembers every problem instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._read: set[str] = set()

    def get(self, key: str, parse: Callable[[str], T], example: str, default: str | None = None) -> T:
        """Read a key; when it breaks a rule, remember the line to paste and go on with the example."""
        bag, _, name = key.rpartition(":")
        full_key = key if bag else f"{pulumi.get_project()}:{name}"
        self._read.add(full_key)
        value = pulumi.Config(bag or None).get(name, default)
        if value is None:
            self._remember(full_key, "is missing", example)
            return parse(example)
        try:
            return parse(value)
        except _RuleError as rule:
            self._remember(full_key, f"is {value!r}, it {rule}", example)
            return parse(example)

    def _remember(self, key: str, problem: str, example: str) -> None:
        self.problems.append(f"{key} {problem}\n    {key}: {example}")

    def refuse_unknown_keys(self) -> None:
        """Remember each key of the project's own that nothing has read."""
        prefix = f"{pulumi.get_project()}:"
        known = ", ".join(sorted(key.removeprefix(prefix) for key in self._read if key.startswith(prefix)))
        for key in sorted({*get_config_env(), *CONFIG.get()} - self._read):
            if key.startswith(prefix):
                self.problems.append(f"{key} is no setting of this program: remove it, or use one of {known}")


def read_settings() -> Settings:
    """Read and check the stack's configuration.

    Raises:
        pulumi.RunError: naming each key that is wrong, missing or unknown, its rule, and a line to paste.
    """
    reader = _Reader()
    settings = Settings(
        region=reader.get("aws:region", _text, "eu-west-1"),
        endpoints=reader.get("aws:endpoints", _endpoints, '[{"s3": "http://127.0.0.1:4566"}]', default="[]"),
        aws_profile=reader.get("aws:profile", str, "default", default="") or None,
        architecture=reader.get("architecture", _architecture, "arm64"),
        log_level=reader.get("logLevel", _one_of(LOG_LEVELS), "info"),
        log_retention_days=reader.get("logRetentionDays", _retention, "30"),
        throttle_rate_per_second=reader.get("throttleRatePerSecond", _positive, "50"),
        throttle_burst=reader.get("throttleBurst", _positive, "100"),
        cors_origins=reader.get("corsOrigins", _origins, '["https://example.com"]'),
        artifact_bucket=reader.get("artifactBucket", str, '""') or None,
        point_in_time_recovery=reader.get("pointInTimeRecovery", _switch, "true"),
        deletion_protection=reader.get("deletionProtection", _switch, "true"),
    )
    reader.refuse_unknown_keys()
    if reader.problems:
        problems = "\n".join(f"  {problem}" for problem in reader.problems)
        raise pulumi.RunError(f"the configuration in Pulumi.{pulumi.get_stack()}.yaml must be corrected:\n{problems}")
    return settings


def _endpoints(value: str) -> Mapping[str, str]:
    rule = _RuleError("must be a list with one map of services to addresses")
    try:
        endpoints = json.loads(value)
    except json.JSONDecodeError:
        raise rule from None
    if not isinstance(endpoints, list) or not all(isinstance(services, dict) for services in endpoints):
        raise rule
    return {name: str(address) for services in endpoints for name, address in services.items() if address}


def _text(value: str) -> str:
    if not value:
        raise _RuleError("must not be empty")
    return value


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in allowed:
            raise _RuleError(f"must be one of {', '.join(allowed)}")
        return value

    return parse


def _architecture(value: str) -> Architecture:
    _one_of((*Architecture, "host"))(value)
    return host_architecture() if value == "host" else Architecture(value)


def _switch(value: str) -> bool:
    if value not in ("true", "false"):
        raise _RuleError("must be true or false")
    return value == "true"


def _positive(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise _RuleError("must be a whole number over 0")
    return int(value)


def _retention(value: str) -> int:
    if not value.isdecimal() or int(value) not in RETENTION_DAYS:
        raise _RuleError(f"must be one of {', '.join(map(str, RETENTION_DAYS))}")
    return int(value)


def _origins(value: str) -> tuple[str, ...]:
    problem = _RuleError("must be a list of origins: scheme and host, no path")
    try:
        origins = json.loads(value)
    except json.JSONDecodeError:
        raise problem from None
    if not isinstance(origins, list) or not all(_is_origin(origin) for origin in origins):
        raise problem
    return tuple(origins)


def _is_origin(value: object) -> bool:
    if not isinstance(value, str):
        return False
    scheme, separator, host = value.partition("://")
    return scheme in ("http", "https") and bool(separator and host) and "/" not in host and "*" not in host
