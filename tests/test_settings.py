import json

import pulumi
import pytest

from components.architecture import Architecture, host_architecture
from components.local.stack_config import StackConfig, read_stack_config
from config_rules import RETENTION_DAYS
from settings import Settings, read_settings
from tests.recording import ROOT, record

STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


def settings_of(stack: str, **changes: str | None) -> Settings:
    """Read the settings of a stack file with some keys of the project's own changed, or removed by None."""
    values = {**read_stack_config(ROOT, stack).values}
    for key, value in changes.items():
        full_key = key.replace("aws_", "aws:") if key.startswith("aws_") else f"rust-serverless:{key}"
        values.pop(full_key, None)
        if value is not None:
            values[full_key] = value
    found: list[Settings] = []
    config = StackConfig(project="rust-serverless", stack=stack, values=values)
    record(lambda: found.append(read_settings()), config=config)
    return found[0]


def layer(name: str, region: str = "eu-west-1") -> str:
    return f"arn:aws:lambda:{region}:901920570463:layer:{name}:1"


def refusal(**changes: str | None) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        settings_of("dev", **changes)
    return str(caught.value)


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_file_is_valid(stack: str) -> None:
    assert settings_of(stack).operation.log_retention_days in RETENTION_DAYS


def test_defaults_come_from_the_project_file() -> None:
    settings = settings_of("dev")
    assert settings.architecture is Architecture.ARM64
    assert settings.operation.log_level == "info"
    assert settings.cors_origins == ()
    assert settings.artifact_bucket is None
    assert settings.endpoints == {}


@pytest.mark.parametrize("stack", sorted({*STACKS} - {"local"}))
def test_stacks_that_share_artifacts_use_the_release_profile(stack: str) -> None:
    assert settings_of(stack).build_profile == "release"


def test_the_local_stack_uses_the_fast_profile_and_the_emulator() -> None:
    settings = settings_of("local")
    assert settings.build_profile == "fast"
    assert settings.architecture is host_architecture()
    assert settings.endpoints["s3"] == "http://127.0.0.1:4566"


def test_values_of_each_kind_are_parsed() -> None:
    settings = settings_of("dev", corsOrigins='["https://a.example"]', artifactBucket="shared", throttleBurst="7")
    assert settings.cors_origins == ("https://a.example",)
    assert settings.artifact_bucket == "shared"
    assert settings.throttle_burst == 7


def site_in(zone: str) -> str:
    return json.dumps([{"origin": "https://a.example", "timeZone": zone}])


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("aws_region", None, "aws:region is missing"),
        ("aws_region", "", "aws:region is empty; set it, for example eu-west-1"),
        ("architecture", "arm", "must be one of arm64, x86_64, host"),
        ("buildProfile", "dev", "must be one of release, fast"),
        ("logLevel", "loud", "must be one of error, warn, info, debug, trace"),
        ("logRetentionDays", "31", "must be one of 1, 3, 5, 7"),
        ("logRetentionDays", "soon", "must be one of 1, 3, 5, 7"),
        ("throttleRatePerSecond", "0", "must be a whole number of at least 1"),
        ("throttleBurst", "-1", "must be a whole number of at least 1"),
        ("throttleBurst", "1.5", "must be a whole number of at least 1"),
        ("deletionProtection", "maybe", "must be true or false"),
        ("corsOrigins", "https://a.example", "must be a list of origins"),
        ("corsOrigins", '["*"]', "must be a list of origins"),
        ("corsOrigins", '["https://a.example/path"]', "must be a list of origins"),
        ("corsOrigins", "[1]", "must be a list of origins"),
        ("reservedConcurrency", "1001", "must be a whole number from 0 to 1000"),
        ("tracing", "yes", "must be true or false"),
        ("debugPublicKey", "0" * 63, "must be the 64 hexadecimal digits of an Ed25519 public key"),
        ("openTelemetryLayer", "collector", "must be the ARN of a version of a Lambda layer, or empty"),
        ("openTelemetryLayer", layer("collector").rsplit(":", 1)[0], "must be the ARN of a version of a Lambda layer"),
        ("openTelemetryLayer", layer("collector", "us-east-1"), "is a layer in us-east-1; the functions are in eu-"),
        ("openTelemetryLayer", layer("collector-amd64-0_22_0"), "the functions are for arm64"),
        ("openTelemetryLayer", layer("aws-otel-collector-x86_64"), "the functions are for arm64"),
        ("domainName", "https://api.example.com", "must be a domain name in lower case"),
        ("hostedZoneId", "example.com", "must be the id of a Route 53 zone"),
        ("alarmEmail", "nobody", "must be an e-mail address"),
        ("analyticsSites", '["https://Example.com"]', "must be a list of origins"),
        ("analyticsSites", "{}", "must be a list of origins"),
        ("analyticsSites", "[1]", "must be a list of origins"),
        ("analyticsSites", '[{"origin": "https://a.example"}]', "or of maps with the origin and its timeZone"),
        ("analyticsSites", '[{"origin": "https://a.example", "timeZone": 1}]', "must be a list of origins"),
        ("analyticsSites", '[{"origin": "https://a.example", "timeZone": "UTC", "x": 1}]', "must be a list of origins"),
        ("analyticsSites", site_in("Europe/Berln"), 'timeZone": "Europe/Berlin"}]'),
        (
            "analyticsSites",
            site_in("../Berlin"),
            "has the time zone '../Berlin'; use a name of the IANA time zone database",
        ),
        ("analyticsSites", site_in("CET-1CEST,M3.5.0,M10.5.0/3"), "use a name of the IANA time zone database"),
        (
            "analyticsSites",
            site_in("Asia/Gaza"),
            "has the time zone Asia/Gaza, whose clock changes follow no yearly rule",
        ),
        (
            "analyticsSites",
            '["http://a.example", {"origin": "https://a.example", "timeZone": "Asia/Tokyo"}]',
            "gives a.example two time zones, UTC and Asia/Tokyo",
        ),
        ("analyticsViewRetentionDays", "17", "must be a whole number from 18 to 3650"),
        ("analyticsTotalShards", "101", "must be a whole number from 1 to 100"),
        ("aws_endpoints", '{"s3": "http://127.0.0.1"}', "must be a list with one map of services to addresses"),
        ("aws_endpoints", "http://127.0.0.1", "must be a list with one map of services to addresses"),
        ("logLevl", "info", "Unknown setting rust-serverless:logLevl. Remove it, or use one of"),
    ],
)
def test_an_invalid_value_is_refused_with_its_rule(key: str, value: str | None, rule: str) -> None:
    assert rule in refusal(**{key: value})


def test_a_site_may_have_a_time_zone() -> None:
    sites = '["https://a.example", {"origin": "https://b.example", "timeZone": "Asia/Tokyo"}]'
    assert settings_of("dev", analyticsSites=sites).analytics_sites == {
        "https://a.example": "UTC",
        "https://b.example": "Asia/Tokyo",
    }


def test_www_and_apex_have_the_same_time_zone() -> None:
    sites = '["https://a.example", {"origin": "https://www.a.example", "timeZone": "Asia/Tokyo"}]'
    assert len(settings_of("dev", analyticsSites=sites).analytics_sites) > 1
    assert "two time zones" in refusal(analyticsSites=sites, analyticsWwwIsApex="true")


def test_production_requires_point_in_time_recovery() -> None:
    rule = "rust-serverless:pointInTimeRecovery is false; the data of prod must be recoverable"
    with pytest.raises(pulumi.RunError, match=rule):
        settings_of("prod", pointInTimeRecovery="false")
    assert not settings_of("prod", deletionProtection="false").deletion_protection


def test_production_requires_the_release_profile() -> None:
    with pytest.raises(
        pulumi.RunError,
        match="rust-serverless:buildProfile is fast; prod must run the release artifacts",
    ):
        settings_of("prod", buildProfile="fast")
    assert settings_of("dev", buildProfile="fast").build_profile == "fast"


@pytest.mark.parametrize(
    ("given", "missing"),
    [({"domainName": "api.example.com"}, "hostedZoneId"), ({"hostedZoneId": "Z123"}, "domainName")],
)
def test_a_domain_and_its_zone_require_each_other(given: dict[str, str | None], missing: str) -> None:
    assert f"rust-serverless:{missing} is empty" in refusal(**given)


@pytest.mark.parametrize("name", ["collector", "aws-otel-collector-arm64-ver-0-117-0"])
def test_a_layer_of_this_region_and_architecture_is_accepted(name: str) -> None:
    assert settings_of("dev", openTelemetryLayer=layer(name)).operation.open_telemetry_layer == layer(name)
    x86 = settings_of("dev", openTelemetryLayer=layer("collector-amd64"), architecture="x86_64")
    assert x86.operation.open_telemetry_layer == layer("collector-amd64")


def test_the_emulator_refuses_a_layer() -> None:
    with pytest.raises(pulumi.RunError, match="the emulator of this stack cannot run layers"):
        settings_of("local", openTelemetryLayer=layer("collector", "us-east-1"))


@pytest.mark.parametrize("invalid", [{"aws_region": None}, {"architecture": "mips"}, {"openTelemetryLayer": "arn"}])
def test_a_refused_setting_is_not_compared_with_another(invalid: dict[str, str | None]) -> None:
    """The example in its place is not the user's."""
    message = refusal(**{"openTelemetryLayer": layer("collector-amd64", "us-east-1"), **invalid})
    assert message.count("\n    ") == 1
    assert "the functions are" not in message


def test_all_problems_are_reported_together_with_lines_to_paste() -> None:
    message = refusal(logLevel="loud", throttleBurst="0", aws_region=None, color="red")
    assert message.startswith("the configuration in Pulumi.dev.yaml must be corrected:")
    for line in (
        "rust-serverless:logLevel: info",
        "rust-serverless:throttleBurst: 100",
        "aws:region: eu-west-1",
        "Unknown setting rust-serverless:color. Remove it, or use one of alarmEmail,",
    ):
        assert line in message


def test_the_project_file_describes_every_setting_and_nothing_else() -> None:
    config = read_stack_config(ROOT, "dev").values
    described = {key for key in config if key.startswith("rust-serverless:")}
    message = refusal(nonsense="x")
    known = message.rsplit("use one of ", 1)[1].strip().split(", ")
    assert {f"rust-serverless:{key}" for key in known} == described
