"""The rules as a policy pack of Pulumi's."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from rules import RULES, Rule


def policy(rule: Rule) -> ResourceValidationPolicy:
    """Return a rule as a policy."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.types:
            for problem in rule.check(args.name, args.props):
                report(problem, None)

    return ResourceValidationPolicy(name=rule.name, description=rule.description, validate=validate)


def start() -> None:
    """Offer the rules to the engine, which stops a preview or an update that breaks one."""
    PolicyPack(
        name="rust-serverless",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[policy(rule) for rule in RULES],
    )
