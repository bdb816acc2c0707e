"""Reads and validates the configuration of `bootstrap/`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from bootstrap.budget import BudgetArgs
from bootstrap.github import checked_subject
from bootstrap.roles import BUILDS, PULL_REQUESTS, STAGES
from bootstrap.stack_access import Domain, Stacks
from config_rules import DOMAIN, EMAIL, ZONE_ID

API_ID = re.compile(r"[a-z0-9]{10}")
ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The configuration; `Pulumi.yaml` describes each key."""

    region: str
    subject: str
    """Subject of the repository's tokens."""
    provider_arn: str | None
    """The account's identity provider for GitHub, if it already has one."""
    stages: Sequence[str]
    """Stages that are deployed to this account."""
    pull_requests: bool
    """Whether stacks of pull requests are deployed to this account."""
    domains: Mapping[str, Domain]
    """Domain names of the stages' APIs, by stage."""
    apis: Mapping[str, str]
    """Ids of the stages' HTTP APIs, by stage; only the stage itself may change its API."""
    artifact_bucket: str | None
    """Artifact bucket in the account of `dev`, if this is another account."""
    artifact_readers: Sequence[str]
    """Other accounts whose stages read from the artifact bucket."""
    budget: BudgetArgs | None

    def stacks(self, name: str, account: str) -> Stacks:
        """Return the stacks of a role: a stage, or pull requests."""
        pull_requests = name == PULL_REQUESTS
        return Stacks(
            account=account,
            region=self.region,
            name=name,
            pattern=f"{PULL_REQUESTS}-*" if pull_requests else name,
            domain=self.domains.get(name),
            alarms_by_mail=not pull_requests,
            foreign_apis=[api for stage, api in sorted(self.apis.items()) if stage != name],
        )


def read_settings() -> Settings:
    """Read and validate the configuration.

    Raises:
        pulumi.RunError: with each wrong key and its rule.
    """
    config = pulumi.Config()
    problems: list[str] = []

    def check(key: str, *, fits: bool, rule: str) -> None:
        if not fits:
            problems.append(f"{key} must be {rule}")

    stages = _json(config, "stages", list(STAGES))
    domains = _json(config, "domains", {})
    apis = _json(config, "apiIds", {})
    readers = _json(config, "artifactReaders", [])
    bucket = config.get("artifactBucket") or None
    check("stages", fits=isinstance(stages, list) and set(stages) <= set(STAGES), rule=f"a list of {_words(STAGES)}")
    check("domains", fits=_are_domains(domains), rule='{"prod": {"domainName": "…", "hostedZoneId": "Z…"}}, by stage')
    check("apiIds", fits=_are_by_stage(apis, API_ID), rule='{"prod": "a1b2c3d4e5"}, ids of HTTP APIs by stage')
    check(
        "artifactReaders", fits=isinstance(readers, list) and all(map(_is_account, readers)), rule="a list of accounts"
    )
    is_built_elsewhere = bool(stages) and BUILDS not in stages
    check(
        "artifactBucket",
        fits=bool(bucket) == is_built_elsewhere,
        rule=f"set if stages are deployed without {BUILDS}, and empty otherwise",
    )
    dollars, email = config.get_int("monthlyBudgetUsd") or 0, config.get("budgetEmail") or ""
    check("monthlyBudgetUsd", fits=dollars >= 0, rule="0 or more")
    check(
        "budgetEmail",
        fits=bool(EMAIL.fullmatch(email)) == bool(dollars),
        rule="an e-mail address if there is a budget, and empty otherwise",
    )
    if problems:
        raise pulumi.RunError(
            f"the configuration in Pulumi.{pulumi.get_stack()}.yaml must be corrected: {'; '.join(problems)}"
        )
    return Settings(
        region=pulumi.Config("aws").require("region"),
        subject=checked_subject(config.require("githubSubject")),
        provider_arn=config.get("oidcProviderArn") or None,
        stages=stages,
        pull_requests=config.get_bool("pullRequests") is not False,
        domains={
            stage: Domain(domain_name=domain["domainName"], hosted_zone_id=domain["hostedZoneId"])
            for stage, domain in domains.items()
        },
        apis=apis,
        artifact_bucket=bucket,
        artifact_readers=readers,
        budget=BudgetArgs(monthly_usd=dollars, email=email) if dollars else None,
    )


def _json(config: pulumi.Config, key: str, default: Any) -> Any:
    value = config.get_object(key)
    return default if value is None else value


def _are_domains(value: Any) -> bool:
    keys = {"domainName", "hostedZoneId"}
    if not isinstance(value, dict) or not value.keys() <= set(STAGES):
        return False
    return all(
        isinstance(domain, dict)
        and domain.keys() == keys
        and DOMAIN.fullmatch(str(domain["domainName"])) is not None
        and ZONE_ID.fullmatch(str(domain["hostedZoneId"])) is not None
        for domain in value.values()
    )


def _are_by_stage(value: Any, pattern: re.Pattern[str]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= set(STAGES)
        and all(pattern.fullmatch(str(item)) for item in value.values())
    )


def _is_account(value: Any) -> bool:
    return ACCOUNT_ID.fullmatch(str(value)) is not None


def _words(values: Sequence[str]) -> str:
    return ", ".join(values)
