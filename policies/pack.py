"""The rules as a Pulumi policy pack."""

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


def plain_inputs(value: Any) -> Any:
    """Return the inputs in the SDK's proxy, with `Unknown` for each value whose access would raise an error."""
    if isinstance(value, Mapping):
        return {key: _part(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_part(value, index) for index in range(len(value))]
    return value


def _part(value: Any, key: Any) -> Any:
    try:
        return plain_inputs(value[key])
    except UnknownValueError:
        return Unknown()


def policy(rule: Rule) -> ResourceValidationPolicy:
    """Return the policy of a rule."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            for problem in rule.check(args.name, plain_inputs(args.props)):
                report(problem, None)

    described = f"{rule.description} ({', '.join(rule.ids)})" if rule.ids else rule.description
    return ResourceValidationPolicy(name=rule.name, description=described, validate=validate)


def start() -> None:
    """Serve the policy pack. The engine stops a preview or an update with a violation."""
    PolicyPack(
        name="rust-serverless",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[policy(rule) for rule in RULES],
    )
