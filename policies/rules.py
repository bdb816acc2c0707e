"""What must hold for resources, as plain functions over their inputs; the policy pack and the tests both use them.

A rule gets a resource's inputs under the provider's camelCase names, and yields what is wrong with them, in words that
say how to mend it. Inputs that are not known yet are absent.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Inputs = Mapping[str, Any]


class Unknown:
    """An input whose value is not known yet: true as any value that is there, and without parts."""

    def get(self, _: str, __: object = None) -> "Unknown":
        """Return a part, not known either."""
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def stated(value: object, *allowed: object) -> bool:
    """Return whether a value is one of the allowed ones, or may turn out to be."""
    return isinstance(value, Unknown) or value in allowed


def over(limit: float, value: object) -> bool:
    """Return whether a value is a number over a limit, or may turn out to be."""
    return isinstance(value, Unknown) or (isinstance(value, int | float) and value > limit)


ALLOWED_STARS = {
    "-tls-only": "it denies: whatever the action, without TLS it is refused",
    "-objects": "requests make the objects, so only the prefix of their keys is known",
    "-writes-logs": "Lambda names a log stream for each environment, so only the group is known",
    "-reads-stream": "ListStreams is about all streams that a table has had, by its name",
    "-writes-traces": "X-Ray has no resources to name",
    "-uses-network": "Lambda makes the network interfaces itself, so none has a name yet",
}
"""How names of policies with a `*` in an action or resource end, and why."""

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECRET_WORDS = {"SECRET", "PASSWORD", "KEY", "PASSPHRASE"}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule for resources of some types."""

    name: str
    description: str
    types: tuple[str, ...]
    check: Callable[[str, Inputs], Iterator[str]]
    """Yields what is wrong with a resource, by its logical name and inputs."""


def _policies_name_what_they_allow(name: str, inputs: Inputs) -> Iterator[str]:
    document = inputs.get("policy")
    if not isinstance(document, str) or name.endswith(tuple(ALLOWED_STARS)):
        return
    for statement in json.loads(document)["Statement"]:
        if "*" in json.dumps([statement.get("Action"), statement.get("Resource")]):
            yield f"{statement} has a star: name the actions and resources"


def _permissions_name_their_source(_: str, inputs: Inputs) -> Iterator[str]:
    by_url = inputs.get("functionUrlAuthType") or inputs.get("invokedViaFunctionUrl")
    if not inputs.get("sourceArn") and not by_url:
        yield "sourceArn is missing: anyone's resource of that service could invoke the function"


def _routes_state_their_authorization(_: str, inputs: Inputs) -> Iterator[str]:
    kind = inputs.get("authorizationType")
    if not stated(kind, "NONE", "JWT", "AWS_IAM", "CUSTOM"):
        yield "authorizationType is not stated: say NONE where everyone may call"
    if kind == "JWT" and not inputs.get("authorizationScopes"):
        yield "a JWT route without authorizationScopes lets ID tokens pass: require a scope"


def _stages_log_accesses(_: str, inputs: Inputs) -> Iterator[str]:
    if not inputs.get("accessLogSettings"):
        yield "accessLogSettings is missing: nobody would know who called"
    for settings in inputs.get("routeSettings", []):
        if not (over(0, settings.get("throttlingRateLimit")) and over(0, settings.get("throttlingBurstLimit"))):
            yield f"{settings.get('routeKey')} is not throttled: set throttlingRateLimit and throttlingBurstLimit"


def _cors_names_origins_and_methods(_: str, inputs: Inputs) -> Iterator[str]:
    cors = inputs.get("corsConfiguration") or {}
    if any("*" in origin for origin in cors.get("allowOrigins", [])):
        yield "corsConfiguration allows every origin: name them"
    for method in set(cors.get("allowMethods", [])) - METHODS:
        yield f"corsConfiguration allows {method}, which is no method"


def _logs_are_kept_for_a_while(_: str, inputs: Inputs) -> Iterator[str]:
    if not inputs.get("retentionInDays"):
        yield "retentionInDays is missing: logs would be kept, and paid, for ever"


def _environments_hold_no_secret(_: str, inputs: Inputs) -> Iterator[str]:
    for name in (inputs.get("environment") or {}).get("variables", {}):
        if SECRET_WORDS & set(name.split("_")):
            yield f"the variable {name} looks like a secret: whoever may describe the function can read it"


def _functions_log_to_a_group_of_their_own(_: str, inputs: Inputs) -> Iterator[str]:
    if not (inputs.get("loggingConfig") or {}).get("logGroup"):
        yield "loggingConfig.logGroup is missing: Lambda would make a group that no destroy removes"


def _tables_say_how_they_are_kept(_: str, inputs: Inputs) -> Iterator[str]:
    if not stated((inputs.get("pointInTimeRecovery") or {}).get("enabled"), True, False):
        yield "pointInTimeRecovery is not stated: say true, or false for what is disposable"
    if not stated(inputs.get("deletionProtectionEnabled"), True, False):
        yield "deletionProtectionEnabled is not stated: say true, or false for what is disposable"


def _queues_are_encrypted(_: str, inputs: Inputs) -> Iterator[str]:
    if not (inputs.get("sqsManagedSseEnabled") or inputs.get("kmsMasterKeyId")):
        yield "the queue is not encrypted: set sqsManagedSseEnabled"


def _streams_end_in_a_queue(_: str, inputs: Inputs) -> Iterator[str]:
    # A queue, which is read from no position, has a redrive policy of its own.
    is_stream = bool(inputs.get("startingPosition"))
    if is_stream and not ((inputs.get("destinationConfig") or {}).get("onFailure") or {}).get("destinationArn"):
        yield "destinationConfig.onFailure is missing: records that fail would be dropped in silence"
    responses = inputs.get("functionResponseTypes", [])
    if not stated(responses) and "ReportBatchItemFailures" not in responses:
        yield "functionResponseTypes lacks ReportBatchItemFailures: one record would fail its whole batch"


def _buckets_are_private(_: str, inputs: Inputs) -> Iterator[str]:
    for switch in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        if not inputs.get(switch):
            yield f"{switch} is off: turn it on"


def _passwords_are_long(_: str, inputs: Inputs) -> Iterator[str]:
    if not over(MINIMUM_PASSWORD - 1, (inputs.get("passwordPolicy") or {}).get("minimumLength")):
        yield f"passwordPolicy.minimumLength is under {MINIMUM_PASSWORD}"
    if not stated(inputs.get("mfaConfiguration"), "OPTIONAL", "ON"):
        yield "mfaConfiguration is off: users could not add a second factor"


MINIMUM_PASSWORD = 12

RULES = (
    Rule(
        name="policies-name-what-they-allow",
        description="IAM policies have no star in an action or resource (CKV_AWS_62, 63, 286-290, 355).",
        types=("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:s3/bucketPolicy:BucketPolicy"),
        check=_policies_name_what_they_allow,
    ),
    Rule(
        name="permissions-name-their-source",
        description="Lambda permissions name the ARN that may invoke (CKV_AWS_364, AWS-0067).",
        types=("aws:lambda/permission:Permission",),
        check=_permissions_name_their_source,
    ),
    Rule(
        name="routes-state-their-authorization",
        description="HTTP API routes state who may call them; a route may be open on purpose.",
        types=("aws:apigatewayv2/route:Route",),
        check=_routes_state_their_authorization,
    ),
    Rule(
        name="stages-log-accesses-and-throttle",
        description="HTTP API stages log accesses (CKV_AWS_76) and throttle every route that they name.",
        types=("aws:apigatewayv2/stage:Stage",),
        check=_stages_log_accesses,
    ),
    Rule(
        name="cors-names-origins-and-methods",
        description="CORS names origins, and methods that exist.",
        types=("aws:apigatewayv2/api:Api",),
        check=_cors_names_origins_and_methods,
    ),
    Rule(
        name="logs-are-kept-for-a-while",
        description="Log groups have a retention (CKV_AWS_66).",
        types=("aws:cloudwatch/logGroup:LogGroup",),
        check=_logs_are_kept_for_a_while,
    ),
    Rule(
        name="environments-hold-no-secret",
        description="Environment variables hold no secret (CKV_AWS_45).",
        types=("aws:lambda/function:Function",),
        check=_environments_hold_no_secret,
    ),
    Rule(
        name="functions-log-to-a-group-of-their-own",
        description="Functions log to a group that the stack owns, so that a destroy removes it.",
        types=("aws:lambda/function:Function",),
        check=_functions_log_to_a_group_of_their_own,
    ),
    Rule(
        name="tables-say-how-they-are-kept",
        description="Tables are recoverable and protected, or said not to be.",
        types=("aws:dynamodb/table:Table",),
        check=_tables_say_how_they_are_kept,
    ),
    Rule(
        name="queues-are-encrypted",
        description="Queues are encrypted (CKV_AWS_27).",
        types=("aws:sqs/queue:Queue",),
        check=_queues_are_encrypted,
    ),
    Rule(
        name="streams-end-in-a-queue",
        description="What a stream's function cannot take ends in a queue, record by record.",
        types=("aws:lambda/eventSourceMapping:EventSourceMapping",),
        check=_streams_end_in_a_queue,
    ),
    Rule(
        name="buckets-are-private",
        description="Buckets block public access (CKV_AWS_53-56).",
        types=("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",),
        check=_buckets_are_private,
    ),
    Rule(
        name="passwords-are-long",
        description="User pools want long passwords and offer a second factor.",
        types=("aws:cognito/userPool:UserPool",),
        check=_passwords_are_long,
    ),
)


def violations(typ: str, name: str, inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Yield the rule and what is wrong, for one resource."""
    for rule in RULES:
        if typ in rule.types:
            yield from ((rule.name, problem) for problem in rule.check(name, inputs))
