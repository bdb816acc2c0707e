"""Rules for resources, as plain functions over their inputs. The policy pack, docs/controls.md and the tests use them.

A rule receives a resource's inputs under the provider's camelCase names and yields a message per violation: what is
wrong, and how to fix it. Inputs that are not known yet are `Unknown`.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]


class Unknown:
    """An input that is not known yet: truthy, and without parts."""

    def get(self, _: str, __: object = None) -> "Unknown":
        """Return a part, which is not known either."""
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def is_allowed(value: object, *allowed: object) -> bool:
    """Return whether a value is allowed, or not known yet."""
    return isinstance(value, Unknown) or value in allowed


def at_least(limit: float, value: object) -> bool:
    """Return whether a value is a number of at least a limit, or not known yet."""
    return isinstance(value, Unknown) or (isinstance(value, int | float) and value >= limit)


STAR_RESOURCES = {
    "-objects": "requests create the objects, so only the prefix of their keys is known",
    "-writes-logs": "Lambda creates a log stream per environment, so only the group is known",
    "-reads-stream": "ListStreams applies to all streams that a table has had",
    "-writes-traces": "X-Ray has no resources",
    "-uses-network": "Lambda creates the network interfaces, so their ids are not known",
}
"""Suffixes of the names of policies that may have a `*` in a resource, and the reason."""

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECRET_NAME = re.compile(r"(^|_)(SECRET|PASSWORD|KEY|PASSPHRASE)($|_)")
ACCESS_KEY = re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b")
PUBLIC_ACCESS_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
MINIMUM_PASSWORD_LENGTH = 14
MAXIMUM_TEMPORARY_PASSWORD_DAYS = 7
CHARACTER_KINDS = ("requireLowercase", "requireUppercase", "requireNumbers", "requireSymbols")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule for resources of some types."""

    name: str
    description: str
    types: tuple[str, ...]
    check: Callable[[str, Inputs], Iterator[str]]
    """Yields the violations of a resource, by its logical name and inputs."""
    ids: tuple[str, ...] = ()
    """Ids of the same rule in Checkov, Trivy and AWS's Foundational Security Best Practices."""


def _policies_name_what_they_allow(name: str, inputs: Inputs) -> Iterator[str]:
    document = inputs.get("policy")
    if not isinstance(document, str):
        return
    may_star_resources = name.endswith(tuple(STAR_RESOURCES))
    statements = json.loads(document)["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        if statement["Effect"] == "Deny":
            continue
        if statement.keys() & {"NotAction", "NotResource"}:
            yield f"{statement} allows everything that it does not name: name the actions and resources"
        if "*" in json.dumps([statement.get("Action"), None if may_star_resources else statement.get("Resource")]):
            yield f"{statement} contains a star: name the actions and resources"


def _permissions_name_their_source(_: str, inputs: Inputs) -> Iterator[str]:
    by_url = inputs.get("functionUrlAuthType") or inputs.get("invokedViaFunctionUrl")
    if not inputs.get("sourceArn") and not by_url:
        yield "sourceArn is missing, so any resource of that service could invoke the function: set it"


def _routes_state_their_authorization(_: str, inputs: Inputs) -> Iterator[str]:
    kind = inputs.get("authorizationType")
    if not is_allowed(kind, "NONE", "JWT", "AWS_IAM", "CUSTOM"):
        yield "authorizationType is missing: set it, NONE for a public route"
    if kind == "JWT" and not inputs.get("authorizationScopes"):
        yield "a JWT route without authorizationScopes accepts ID tokens: require a scope"


def _stages_log_accesses(_: str, inputs: Inputs) -> Iterator[str]:
    if not (inputs.get("accessLogSettings") or {}).get("destinationArn"):
        yield "accessLogSettings.destinationArn is missing, so requests are not logged: set it"


def _stages_throttle_their_routes(_: str, inputs: Inputs) -> Iterator[str]:
    for settings in inputs.get("routeSettings") or ():
        if not all(at_least(1, settings.get(limit)) for limit in ("throttlingRateLimit", "throttlingBurstLimit")):
            yield f"{settings.get('routeKey')} is not throttled: set throttlingRateLimit and throttlingBurstLimit"


def _cors_names_origins_and_methods(_: str, inputs: Inputs) -> Iterator[str]:
    cors = inputs.get("corsConfiguration") or {}
    if any("*" in origin for origin in cors.get("allowOrigins", [])):
        yield "corsConfiguration allows every origin: name the origins"
    for method in set(cors.get("allowMethods", [])) - METHODS:
        yield f"corsConfiguration allows {method}, which is not an HTTP method: remove it"


def _log_groups_have_a_retention(_: str, inputs: Inputs) -> Iterator[str]:
    if not inputs.get("retentionInDays"):
        yield "retentionInDays is missing, so logs are stored and billed forever: set it"


def _environments_contain_no_secret(_: str, inputs: Inputs) -> Iterator[str]:
    variables = (inputs.get("environment") or {}).get("variables") or {}
    for name in variables:
        if SECRET_NAME.search(name) or ACCESS_KEY.search(str(variables.get(name))):
            yield (
                f"the variable {name} looks like a secret, which everyone who may describe the function can read: "
                "store it in Secrets Manager or a table"
            )


def _functions_log_to_their_own_group(_: str, inputs: Inputs) -> Iterator[str]:
    if not (inputs.get("loggingConfig") or {}).get("logGroup"):
        yield "loggingConfig.logGroup is missing, so Lambda creates a group that no destroy removes: set it"


def _tables_state_their_protection(_: str, inputs: Inputs) -> Iterator[str]:
    if not is_allowed((inputs.get("pointInTimeRecovery") or {}).get("enabled"), True, False):
        yield "pointInTimeRecovery is missing: set it, false for disposable data"
    if not is_allowed(inputs.get("deletionProtectionEnabled"), True, False):
        yield "deletionProtectionEnabled is missing: set it, false for disposable data"


def _queues_are_encrypted(_: str, inputs: Inputs) -> Iterator[str]:
    if not (inputs.get("sqsManagedSseEnabled") or inputs.get("kmsMasterKeyId")):
        yield "the queue is not encrypted: set sqsManagedSseEnabled"


def _streams_end_in_a_queue(_: str, inputs: Inputs) -> Iterator[str]:
    # An SQS queue has no position and its own redrive policy.
    is_stream = bool(inputs.get("startingPosition"))
    if is_stream and not ((inputs.get("destinationConfig") or {}).get("onFailure") or {}).get("destinationArn"):
        yield "destinationConfig.onFailure is missing, so failed records are lost: set it to a queue"
    responses = inputs.get("functionResponseTypes", [])
    if not isinstance(responses, Unknown) and "ReportBatchItemFailures" not in responses:
        yield "functionResponseTypes has no ReportBatchItemFailures, so one record fails its whole batch: add it"


def _buckets_are_private(_: str, inputs: Inputs) -> Iterator[str]:
    for switch in PUBLIC_ACCESS_BLOCKS:
        if not inputs.get(switch):
            yield f"{switch} is off: turn it on"


def _passwords_are_strong(_: str, inputs: Inputs) -> Iterator[str]:
    policy = inputs.get("passwordPolicy") or {}
    if not at_least(MINIMUM_PASSWORD_LENGTH, policy.get("minimumLength")):
        yield f"passwordPolicy.minimumLength is under {MINIMUM_PASSWORD_LENGTH}: raise it"
    for kind in CHARACTER_KINDS:
        if not policy.get(kind):
            yield f"passwordPolicy.{kind} is off: turn it on"
    days = policy.get("temporaryPasswordValidityDays")
    if not isinstance(days, Unknown) and at_least(MAXIMUM_TEMPORARY_PASSWORD_DAYS + 1, days):
        yield f"temporary passwords are valid for over {MAXIMUM_TEMPORARY_PASSWORD_DAYS} days: shorten that"


def _a_second_factor_is_offered(_: str, inputs: Inputs) -> Iterator[str]:
    if not is_allowed(inputs.get("mfaConfiguration"), "OPTIONAL", "ON"):
        yield "mfaConfiguration is off, so users cannot add a second factor: set it to OPTIONAL or ON"


RULES = (
    Rule(
        name="policies-name-what-they-allow",
        description="IAM and bucket policies allow no star in an action or resource, and nothing by exclusion.",
        types=("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:s3/bucketPolicy:BucketPolicy"),
        check=_policies_name_what_they_allow,
    ),
    Rule(
        name="permissions-name-their-source",
        description="Lambda permissions name the ARN that may invoke the function.",
        types=("aws:lambda/permission:Permission",),
        check=_permissions_name_their_source,
        ids=("CKV_AWS_364", "AWS-0067"),
    ),
    Rule(
        name="routes-state-their-authorization",
        description="HTTP API routes state who may call them; a route can be public on purpose.",
        types=("aws:apigatewayv2/route:Route",),
        check=_routes_state_their_authorization,
    ),
    Rule(
        name="stages-log-accesses",
        description="HTTP API stages have an access log.",
        types=("aws:apigatewayv2/stage:Stage",),
        check=_stages_log_accesses,
        ids=("CKV_AWS_76", "CKV_AWS_95", "APIGateway.9"),
    ),
    Rule(
        name="stages-throttle-their-routes",
        description="HTTP API stages throttle every route that they configure.",
        types=("aws:apigatewayv2/stage:Stage",),
        check=_stages_throttle_their_routes,
    ),
    Rule(
        name="cors-names-origins-and-methods",
        description="CORS allows named origins and HTTP methods only.",
        types=("aws:apigatewayv2/api:Api",),
        check=_cors_names_origins_and_methods,
    ),
    Rule(
        name="log-groups-have-a-retention",
        description="Log groups have a retention.",
        types=("aws:cloudwatch/logGroup:LogGroup",),
        check=_log_groups_have_a_retention,
        ids=("CKV_AWS_66",),
    ),
    Rule(
        name="environments-contain-no-secret",
        description="Environment variables of functions contain no secret.",
        types=("aws:lambda/function:Function",),
        check=_environments_contain_no_secret,
        ids=("CKV_AWS_45",),
    ),
    Rule(
        name="functions-log-to-their-own-group",
        description="Functions log to a group that the stack owns, so that a destroy removes it.",
        types=("aws:lambda/function:Function",),
        check=_functions_log_to_their_own_group,
    ),
    Rule(
        name="tables-state-their-protection",
        description="Tables state point-in-time recovery and deletion protection, on or off.",
        types=("aws:dynamodb/table:Table",),
        check=_tables_state_their_protection,
    ),
    Rule(
        name="queues-are-encrypted",
        description="Queues are encrypted.",
        types=("aws:sqs/queue:Queue",),
        check=_queues_are_encrypted,
        ids=("CKV_AWS_27", "SQS.1"),
    ),
    Rule(
        name="streams-end-in-a-queue",
        description="Records of a stream that a function cannot process are sent to a queue, one by one.",
        types=("aws:lambda/eventSourceMapping:EventSourceMapping",),
        check=_streams_end_in_a_queue,
    ),
    Rule(
        name="buckets-are-private",
        description="Buckets block public access.",
        types=("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",),
        check=_buckets_are_private,
        ids=("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56", "CKV2_AWS_6", "S3.8"),
    ),
    Rule(
        name="passwords-are-strong",
        description="User pools require long passwords of four kinds of characters.",
        types=("aws:cognito/userPool:UserPool",),
        check=_passwords_are_strong,
        ids=("Cognito.3",),
    ),
    Rule(
        name="a-second-factor-is-offered",
        description="User pools offer or require a second factor.",
        types=("aws:cognito/userPool:UserPool",),
        check=_a_second_factor_is_offered,
    ),
)


def violations(typ: str, name: str, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Yield the name of the rule and the message of each violation of a resource."""
    for rule in RULES:
        if typ in rule.types:
            yield from ((rule.name, problem) for problem in rule.check(name, inputs))
