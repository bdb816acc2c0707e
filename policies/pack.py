"""The rules as a policy pack of Pulumi's."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RULES, Rule, Unknown


def known(value: Any) -> Any:
    """Return inputs without the proxy that ends a rule at the first value that is not known yet."""
    if isinstance(value, Mapping):
        return {key: _part(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_part(value, index) for index in range(len(value))]
    return value


def _part(value: Any, key: Any) -> Any:
    try:
        return known(value[key])
    except UnknownValueError:
        return Unknown()


def policy(rule: Rule) -> ResourceValidationPolicy:
    """Return a rule as a policy."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            for problem in rule.check(args.name, known(args.props)):
                report(problem, None)

    return ResourceValidationPolicy(name=rule.name, description=rule.description, validate=validate)


def start() -> None:
    """Offer the rules to the engine, which stops a preview or an update that breaks one."""
    PolicyPack(
        name="rust-serverless",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[policy(rule) for rule in RULES],
    )
