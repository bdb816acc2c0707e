"""Reads and validates the stack's configuration. Nothing else in the program reads configuration."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.architecture import Architecture
from components.aws_credentials import AwsCredentials
from components.rust_function import Operation
from config_rules import (
    ARCHITECTURE,
    BUILD_PROFILE,
    DOMAIN_NAME,
    EMAIL_ADDRESS,
    ENDPOINTS,
    HOSTED_ZONE,
    LAYER_ARN,
    LOG_LEVEL,
    OPTIONAL,
    ORIGINS,
    POLICY_ARN,
    PUBLIC_KEY,
    RELEASE,
    RETENTION,
    ROLES,
    SHA256,
    SITES,
    SWITCH,
    TEXT,
    USER_POOL_TIER,
    Rule,
    whole_number,
)
from services.analytics import LEAST_RETENTION_DAYS
from services.time_zones import UTC, has_yearly_rule, zone_like, zone_names

T = TypeVar("T")

LAYER_EXAMPLE = "arn:aws:lambda:eu-west-1:123456789012:layer:collector-arm64:1"
ARCHITECTURE_NAMES = {
    Architecture.ARM64: re.compile(r"arm64|aarch64"),
    Architecture.X86_64: re.compile(r"amd64|x86[_-]64"),
}
"""Names of architectures in names of layers."""
RECOVERABLE_STACKS = ("prod",)
"""Stacks that must have point-in-time recovery. Deletion protection can be off, so that they can be destroyed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The stack's configuration. `Pulumi.yaml` contains the description and default of each key."""

    region: str
    endpoints: Mapping[str, str]
    """Endpoints of the services that are not on AWS, by the provider's names."""
    credentials: AwsCredentials
    architecture: Architecture
    build_profile: str
    operation: Operation
    throttle_rate_per_second: int
    throttle_burst: int
    cors_origins: tuple[str, ...]
    domain_name: str | None
    hosted_zone_id: str | None
    alarm_email: str | None
    artifact_bucket: str | None
    user_pool_tier: str
    point_in_time_recovery: bool
    deletion_protection: bool
    analytics_sites: Mapping[str, str]
    """Time zones of the sites by origin."""
    analytics_www_is_apex: bool
    analytics_view_retention_days: int
    analytics_total_shards: int
    analytics_origin_secret_sha256: str | None


class Reader:
    """Reads keys, and collects all problems instead of stopping at the first."""

    def __init__(self, project: str, values: Mapping[str, str]) -> None:
        """Read the keys of a project from values by full key."""
        self._project = project
        self._values = values
        self.problems: list[str] = []
        self.rules: dict[str, str] = {}
        """The rule of each key that was read, by full key."""
        self._refused: set[str] = set()

    def get(self, key: str, rule: Rule[T], example: str, default: str | None = None) -> T:
        """Read a key. If its value breaks the rule, record the problem and return the example."""
        full_key = self._full(key)
        self.rules[full_key] = rule.text
        value = self._values.get(full_key, default)
        if value is None:
            self.refuse(full_key, "is missing", example)
            return rule.parse(example)
        try:
            return rule.parse(value)
        except ValueError:
            problem = f"is {value!r}, it must be {rule.text}" if value else f"is empty; set it, for example {example}"
            self.refuse(full_key, problem, example)
            return rule.parse(example)

    def refuse(self, key: str, problem: str, example: str) -> None:
        """Record a problem with a key, and a line that fixes it."""
        full_key = self._full(key)
        self._refused.add(full_key)
        self.problems.append(f"{full_key} {problem}\n    {full_key}: {example}")

    def accepted(self, *keys: str) -> bool:
        """Return whether no problem with these keys is recorded, so that their values are those of the stack."""
        return self._refused.isdisjoint(map(self._full, keys))

    def refuse_unknown_keys(self) -> None:
        """Record each key of this project that was not read."""
        prefix = f"{self._project}:"
        known = ", ".join(sorted(key.removeprefix(prefix) for key in self.rules if key.startswith(prefix)))
        for key in sorted(self._values.keys() - self.rules.keys()):
            if key.startswith(prefix):
                self.problems.append(f"Unknown setting {key}. Remove it, or use one of {known}")

    def _full(self, key: str) -> str:
        return key if ":" in key else f"{self._project}:{key}"


def read_settings() -> Settings:
    """Read and validate the stack's configuration.

    Raises:
        pulumi.RunError: with each wrong, missing or unknown key, its rule, and a line to paste.
    """
    reader = Reader(pulumi.get_project(), {**get_config_env(), **CONFIG.get()})
    settings = read_with(reader)
    _check_together(settings, reader)
    reader.refuse_unknown_keys()
    if reader.problems:
        problems = "\n".join(f"  {problem}" for problem in reader.problems)
        raise pulumi.RunError(f"the configuration in Pulumi.{pulumi.get_stack()}.yaml must be corrected:\n{problems}")
    return settings


def read_with(reader: Reader) -> Settings:
    """Read every key. This is the schema."""
    return Settings(
        region=reader.get("aws:region", TEXT, "eu-west-1"),
        endpoints=reader.get("aws:endpoints", ENDPOINTS, '[{"s3": "http://127.0.0.1:4566"}]', default="[]"),
        credentials=AwsCredentials(
            profile=reader.get("aws:profile", OPTIONAL, "default", default=""),
            access_key=reader.get("aws:accessKey", OPTIONAL, '""', default=""),
            secret_key=reader.get("aws:secretKey", OPTIONAL, '""', default=""),
            token=reader.get("aws:token", OPTIONAL, '""', default=""),
            assume_roles=reader.get(
                "aws:assumeRoles", ROLES, '[{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]', "[]"
            ),
        ),
        architecture=reader.get("architecture", ARCHITECTURE, "arm64"),
        build_profile=reader.get("buildProfile", BUILD_PROFILE, "release"),
        operation=Operation(
            log_level=reader.get("logLevel", LOG_LEVEL, "info"),
            log_sample_percent=reader.get("logSamplePercent", whole_number(0, 100), "0"),
            debug_public_key=reader.get("debugPublicKey", PUBLIC_KEY, "0" * 64),
            log_retention_days=reader.get("logRetentionDays", RETENTION, "30"),
            tracing=reader.get("tracing", SWITCH, "false"),
            open_telemetry_layer=reader.get("openTelemetryLayer", LAYER_ARN, LAYER_EXAMPLE),
            reserved_concurrency=reader.get("reservedConcurrency", whole_number(0, 1000), "0") or None,
            gradual_deployment=reader.get("gradualDeployment", SWITCH, "false"),
            permissions_boundary=reader.get(
                "permissionsBoundary", POLICY_ARN, "arn:aws:iam::123456789012:policy/rust-serverless-boundary-dev"
            ),
        ),
        throttle_rate_per_second=reader.get("throttleRatePerSecond", whole_number(1), "50"),
        throttle_burst=reader.get("throttleBurst", whole_number(1), "100"),
        cors_origins=reader.get("corsOrigins", ORIGINS, '["https://example.com"]'),
        domain_name=reader.get("domainName", DOMAIN_NAME, "api.example.com"),
        hosted_zone_id=reader.get("hostedZoneId", HOSTED_ZONE, "Z0123456789ABCDEFGHIJ"),
        alarm_email=reader.get("alarmEmail", EMAIL_ADDRESS, "on-call@example.com"),
        artifact_bucket=reader.get("artifactBucket", OPTIONAL, '""'),
        user_pool_tier=reader.get("userPoolTier", USER_POOL_TIER, "lite"),
        point_in_time_recovery=reader.get("pointInTimeRecovery", SWITCH, "true"),
        deletion_protection=reader.get("deletionProtection", SWITCH, "true"),
        analytics_sites=reader.get("analyticsSites", SITES, '["https://example.com"]'),
        analytics_www_is_apex=reader.get("analyticsWwwIsApex", SWITCH, "false"),
        analytics_view_retention_days=reader.get(
            "analyticsViewRetentionDays", whole_number(LEAST_RETENTION_DAYS, 3650), "400"
        ),
        analytics_total_shards=reader.get("analyticsTotalShards", whole_number(1, 100), "1"),
        analytics_origin_secret_sha256=reader.get("analyticsOriginSecretSha256", SHA256, "0" * 64),
    )


def _check_together(settings: Settings, reader: Reader) -> None:
    """Check the rules between settings."""
    if pulumi.get_stack() in RECOVERABLE_STACKS and not settings.point_in_time_recovery:
        reader.refuse("pointInTimeRecovery", f"is false; the data of {pulumi.get_stack()} must be recoverable", "true")
    if pulumi.get_stack() in RECOVERABLE_STACKS and settings.build_profile != RELEASE:
        reader.refuse(
            "buildProfile",
            f"is fast; {pulumi.get_stack()} must run the release artifacts that earlier stacks tested",
            RELEASE,
        )
    if settings.domain_name and not settings.hosted_zone_id:
        reader.refuse("hostedZoneId", "is empty, but domainName is set", "Z0123456789ABCDEFGHIJ")
    if settings.hosted_zone_id and not settings.domain_name:
        reader.refuse("domainName", "is empty, but hostedZoneId is set", "api.example.com")
    _check_time_zones(settings, reader)
    if settings.operation.open_telemetry_layer and reader.accepted("openTelemetryLayer", "aws:region", "architecture"):
        _check_layer(settings.operation.open_telemetry_layer, settings, reader)


def _check_time_zones(settings: Settings, reader: Reader) -> None:
    zones: dict[str, str] = {}
    for origin, zone in settings.analytics_sites.items():
        if problem := _zone_problem(zone):
            reader.refuse("analyticsSites", problem, _listed({**settings.analytics_sites, origin: zone_like(zone)}))
        host = origin.partition("://")[2]
        site = host.removeprefix("www.") if settings.analytics_www_is_apex else host
        if zones.setdefault(site, zone) != zone:
            problem = f"gives {site} two time zones, {zones[site]} and {zone}; choose one for all its origins"
            reader.refuse("analyticsSites", problem, _listed({**settings.analytics_sites, origin: zones[site]}))


def _zone_problem(zone: str) -> str | None:
    if zone not in zone_names():
        return f"has the time zone {zone!r}; use a name of the IANA time zone database"
    if not has_yearly_rule(zone):
        return (
            f"has the time zone {zone}, whose clock changes follow no yearly rule; use one with the same standard time"
        )
    return None


def _listed(zones: Mapping[str, str]) -> str:
    """Return the value of `analyticsSites` that gives sites time zones."""
    return json.dumps(
        [origin if zone == UTC else {"origin": origin, "timeZone": zone} for origin, zone in zones.items()]
    )


def _check_layer(layer: str, settings: Settings, reader: Reader) -> None:
    """Check that the functions can use the layer of an OpenTelemetry collector."""
    _, _, _, region, _, _, name, _ = layer.split(":")
    others = [names for architecture, names in ARCHITECTURE_NAMES.items() if architecture != settings.architecture]
    if "lambda" in settings.endpoints:
        reader.refuse("openTelemetryLayer", "is set, but the emulator of this stack cannot run layers", '""')
    elif region != settings.region:
        problem = f"is a layer in {region}; the functions are in {settings.region}"
        reader.refuse("openTelemetryLayer", problem, layer.replace(region, settings.region))
    elif any(names.search(name) for names in others):
        problem = f"is the layer {name}; the functions are for {settings.architecture}"
        reader.refuse("openTelemetryLayer", problem, layer.replace(name, f"collector-{settings.architecture}"))
