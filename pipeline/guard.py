"""Refuses a preview that would lose data, users, addresses, or their protection."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from pipeline.markdown import printable
from pipeline.preview import Preview, Step

LABEL = "allow-loss"
"""Label of a pull request that allows losses."""

UNGUARDED = frozenset(
    {
        *("aws:acm/certificate:Certificate", "aws:acm/certificateValidation:CertificateValidation"),
        *("aws:apigatewayv2/authorizer:Authorizer", "aws:apigatewayv2/integration:Integration"),
        *("aws:apigatewayv2/route:Route", "aws:apigatewayv2/stage:Stage"),
        *("aws:cloudwatch/dashboard:Dashboard", "aws:cloudwatch/logMetricFilter:LogMetricFilter"),
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        *("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cognito/resourceServer:ResourceServer"),
        *("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"),
        # Their code is in the artifact bucket.
        *("aws:lambda/alias:Alias", "aws:lambda/function:Function", "aws:lambda/permission:Permission"),
        *("aws:s3/bucketPolicy:BucketPolicy", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
        "command:local:Command",
    }
)
"""Types that another `up` restores completely. Every other type is guarded, including new ones."""

LOST = {
    "aws:apigatewayv2/api:Api": "the address that its clients know",
    "aws:apigatewayv2/apiMapping:ApiMapping": "the address that its clients know",
    "aws:apigatewayv2/domainName:DomainName": "the address that its clients know",
    "aws:cloudwatch/logGroup:LogGroup": "its logs",
    "aws:cognito/userPool:UserPool": "its users and their passwords",
    "aws:cognito/userPoolClient:UserPoolClient": "the id and the secret that its clients know",
    "aws:cognito/userPoolDomain:UserPoolDomain": "the address of the sign-in page",
    "aws:dynamodb/table:Table": "its items",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "its position in the stream",
    "aws:route53/record:Record": "the address that its clients know",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:sns/topic:Topic": "the confirmations of its subscribers",
    "aws:sns/topicSubscription:TopicSubscription": "the confirmation of its subscriber",
    "aws:sqs/queue:Queue": "its messages",
    "pulumi:index:Stash": "the protection of the stack",
}
"""What is lost with a resource, for the types of this program."""

PRESERVING = frozenset({"same", "create", "update", "read", "refresh", "import"})
"""Operations that preserve a resource. All others are refused, including new ones of Pulumi."""

SETTINGS = {"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket"}
"""Input with the resource that a resource of this type configures, so that its creation changes that resource."""

ON = (True, "true", "ACTIVE", "Enabled")


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A loss."""

    name: str
    type: str
    what: str
    """Follows the resource in a sentence: `would be deleted, losing its items`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The losses of a preview, and whether they are allowed."""

    losses: tuple[Loss, ...]
    failed: bool
    """Whether the preview failed, so that later steps are unknown."""
    allowed: bool

    @property
    def refused(self) -> bool:
        """Whether the check has to fail."""
        return self.failed or (bool(self.losses) and not self.allowed)


Inputs = Mapping[str, Any]
Weakens = Callable[[Inputs, Inputs], bool]
"""Returns whether new inputs weaken the protection of data. Unknown values count as weaker."""


def judge(preview: Preview, labels: list[str]) -> Verdict:
    """Find guarded resources that would be deleted, replaced or weakened."""
    created = {step.urn for step in preview.steps if step.operation == "create"}
    losses = tuple(loss for step in preview.steps if step.custom for loss in _losses(step, created))
    return Verdict(losses=losses, failed=bool(preview.errors), allowed=LABEL in labels)


def sentence(loss: Loss) -> str:
    """Return a loss as one log line."""
    return printable(f"{loss.name} ({loss.type}) {loss.what}")


def _losses(step: Step, created: Set[str]) -> Iterator[Loss]:
    if step.operation not in PRESERVING:
        if step.type not in UNGUARDED and not step.type.startswith("pulumi:providers:"):
            verb = "replaced" if "replace" in step.operation else "deleted"
            yield _loss(step, f"would be {verb}, losing {LOST.get(step.type, 'its content')}")
        return
    if step.unprotected:
        yield _loss(step, "would no longer be protected from deletion")
    if step.before or _configures_existing(step, created):
        for weakens, what in WEAKER.get(step.type, ()):
            if weakens(step.before, step.after):
                yield _loss(step, what)


def _configures_existing(step: Step, created: Set[str]) -> bool:
    """Returns whether a step creates settings of a resource that exists already."""
    if step.operation != "create" or step.type not in SETTINGS:
        return False
    owners = step.references.get(SETTINGS[step.type])
    return not owners or not created >= set(owners)


def _loss(step: Step, what: str) -> Loss:
    return Loss(name=step.name, type=step.type, what=what)


def _at(inputs: Any, path: str) -> Any:
    for name in path.split("."):
        inputs = inputs.get(name) if isinstance(inputs, dict) else None
    return inputs


def _turned_off(path: str) -> Weakens:
    return lambda before, after: _at(before, path) in ON and _at(after, path) not in ON


def _turned_on(path: str) -> Weakens:
    return lambda before, after: _at(before, path) not in ON and _at(after, path) not in (None, False, "false")


def _reduced(path: str, default: float, unlimited: tuple[float, ...] = ()) -> Weakens:
    """Returns whether a number is reduced; `default` is AWS's default, `unlimited` are values without a limit."""

    def number(inputs: Inputs) -> float:
        value = _at(inputs, path)
        try:
            found = default if value is None else float(value)
        except (TypeError, ValueError):
            return float("-inf")
        return float("inf") if found in unlimited else found

    return lambda before, after: number(after) < number(before)


def _changed(value: Callable[[Inputs], Any]) -> Weakens:
    return lambda before, after: value(before) != value(after)


def _lost(value: Callable[[Inputs], Any]) -> Weakens:
    """Returns whether a value is changed or removed."""
    return lambda before, after: bool(value(before)) and value(before) != value(after)


def _removed(path: str) -> Weakens:
    return lambda before, after: bool(_at(before, path)) and not _at(after, path)


def _expiry(inputs: Inputs) -> Any:
    return _at(inputs, "ttl.attributeName") if _at(inputs, "ttl.enabled") not in (None, False) else None


def _stream(inputs: Inputs) -> Any:
    return _at(inputs, "streamViewType") if _at(inputs, "streamEnabled") not in (None, False) else None


def _keys(inputs: Inputs) -> Any:
    names = [_at(inputs, "hashKey"), _at(inputs, "rangeKey")]
    types = {_at(item, "name"): _at(item, "type") for item in _at(inputs, "attributes") or ()}
    return [(name, types.get(name)) for name in names], _at(inputs, "localSecondaryIndexes")


def _replicas_are_fewer(before: Inputs, after: Inputs) -> bool:
    regions = [{str(_at(item, "regionName")) for item in _at(inputs, "replicas") or ()} for inputs in (before, after)]
    return not regions[0] <= regions[1]


def _passes_less(before: Inputs, after: Inputs) -> bool:
    """Returns whether a filter is new or changed; records that do not match are never delivered."""
    return bool(_at(after, "filterCriteria")) and _at(before, "filterCriteria") != _at(after, "filterCriteria")


def _shrinks_indexes(before: Inputs, after: Inputs) -> bool:
    names = [
        {str(_at(item, "name")) for item in _at(inputs, "globalSecondaryIndexes") or ()} for inputs in (before, after)
    ]
    return not names[0] <= names[1]


WEAKER: Mapping[str, tuple[tuple[Weakens, str], ...]] = {
    "aws:dynamodb/table:Table": (
        (
            _turned_off("pointInTimeRecovery.enabled"),
            "would lose point-in-time recovery, with everything that it could restore",
        ),
        (_reduced("pointInTimeRecovery.recoveryPeriodInDays", 35), "could be restored for fewer days"),
        (_turned_off("deletionProtectionEnabled"), "would lose its deletion protection"),
        (_changed(_expiry), "would change its TTL attribute, so other items would expire"),
        (_lost(_stream), "would lose its stream, with the records that are not processed yet"),
        (_lost(_keys), "would change its keys, losing its items"),
        (_replicas_are_fewer, "would lose a replica"),
        (_shrinks_indexes, "would lose an index that queries use"),
    ),
    "aws:cognito/userPool:UserPool": ((_turned_off("deletionProtection"), "would lose its deletion protection"),),
    "aws:cloudwatch/logGroup:LogGroup": (
        (
            _reduced("retentionInDays", 0, unlimited=(0,)),
            "would store its logs for fewer days, losing the older ones",
        ),
    ),
    "aws:sqs/queue:Queue": (
        (
            _reduced("messageRetentionSeconds", 345_600),
            "would store messages for a shorter time, losing the older ones",
        ),
        (_removed("redrivePolicy"), "would lose its dead-letter queue"),
    ),
    "aws:s3/bucket:Bucket": ((_turned_on("forceDestroy"), "could be deleted with everything in it"),),
    "aws:s3/bucketVersioning:BucketVersioning": (
        (_turned_off("versioningConfiguration.status"), "would no longer keep overwritten and deleted objects"),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        (_changed(lambda inputs: _at(inputs, "rules")), "would change which objects expire"),
    ),
    "aws:kms/key:Key": (
        (
            lambda before, after: _at(before, "isEnabled") is not False and _at(after, "isEnabled") not in (None, True),
            "would be disabled, and encrypted data could not be read",
        ),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        (
            lambda before, after: _at(before, "enabled") is not False and _at(after, "enabled") not in (None, True),
            "would stop, and lose records that expire until it is enabled again",
        ),
        (_passes_less, "would skip records that it delivers now"),
        (
            _removed("destinationConfig.onFailure.destinationArn"),
            "would drop failed records instead of recording them in a queue",
        ),
        (_reduced("maximumRetryAttempts", -1, unlimited=(-1,)), "would discard records after fewer retries"),
        (_reduced("maximumRecordAgeInSeconds", -1, unlimited=(-1,)), "would discard records at a lower age"),
    ),
}
"""Changes that weaken a resource, by type, with their messages."""
