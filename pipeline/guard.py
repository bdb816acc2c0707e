"""Refuses a preview that would lose what no second `pulumi up` brings back: data, users, addresses, what saves them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.markdown import printable
from pipeline.preview import Preview, Step

LABEL = "allow-loss"
"""Label of a pull request that means it."""

HOLDS_NOTHING = frozenset(
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
"""Types that a second `up` makes as they were. Every other type is guarded, so that a new one is from the start."""

LOST = {
    "aws:apigatewayv2/api:Api": "the address that its clients know",
    "aws:apigatewayv2/apiMapping:ApiMapping": "the address that its clients know",
    "aws:apigatewayv2/domainName:DomainName": "the address that its clients know",
    "aws:cloudwatch/logGroup:LogGroup": "its logs",
    "aws:cognito/userPool:UserPool": "its users and their passwords",
    "aws:cognito/userPoolClient:UserPoolClient": "the id and the secret that its clients know",
    "aws:cognito/userPoolDomain:UserPoolDomain": "the address of the sign-in page",
    "aws:dynamodb/table:Table": "its items",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "its place in the stream",
    "aws:route53/record:Record": "the address that its clients know",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:sns/topic:Topic": "the confirmations of its subscribers",
    "aws:sns/topicSubscription:TopicSubscription": "the confirmation of its subscriber",
    "aws:sqs/queue:Queue": "its messages",
    "pulumi:index:Stash": "the protection of the stack",
}
"""What goes with a resource, for types that this program makes."""

KEEPING = frozenset({"same", "create", "update", "read", "refresh", "import"})
"""Operations that keep a resource. Whatever is not among them is refused, so that a new word of Pulumi's is, too."""

ON = (True, "true", "ACTIVE", "Enabled")


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One thing that would be lost."""

    name: str
    type: str
    what: str
    """Goes on after the resource: `would be deleted, and its items lost`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a preview would lose, and whether that is allowed."""

    losses: tuple[Loss, ...]
    failed: bool
    """Whether the preview itself failed, so that nothing is known of what comes after the failure."""
    allowed: bool

    @property
    def refused(self) -> bool:
        """Whether the check has to fail."""
        return self.failed or (bool(self.losses) and not self.allowed)


Inputs = Mapping[str, Any]
Weakens = Callable[[Inputs, Inputs], bool]
"""Returns whether inputs keep less than the inputs before did. What is not known yet does not count as kept."""


def judge(preview: Preview, labels: list[str]) -> Verdict:
    """Look for guarded resources that would be deleted or replaced, or would keep less."""
    losses = tuple(loss for step in preview.steps if step.custom for loss in _losses(step))
    return Verdict(losses=losses, failed=bool(preview.errors), allowed=LABEL in labels)


def sentence(loss: Loss) -> str:
    """Say what would be lost, on one line of a log."""
    return printable(f"{loss.name} ({loss.type}) {loss.what}")


def _losses(step: Step) -> Iterator[Loss]:
    if step.operation not in KEEPING:
        if step.type not in HOLDS_NOTHING and not step.type.startswith("pulumi:providers:"):
            verb = "replaced" if "replace" in step.operation else "deleted"
            yield _loss(step, f"would be {verb}, and {LOST.get(step.type, 'what it holds')} lost")
        return
    if step.unprotected:
        yield _loss(step, "would no longer be protected from deletion")
    if step.before:
        for weakens, what in WEAKER.get(step.type, ()):
            if weakens(step.before, step.after):
                yield _loss(step, what)


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
    """A number that got smaller; `default` is what AWS takes without one, `unlimited` what means no limit to it."""

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
    """What there was is changed or gone; where there was nothing, nothing is lost."""
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
    """A filter that is new or another one; records that do not match are never delivered."""
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
            "would lose point-in-time recovery, with all that it could restore",
        ),
        (_reduced("pointInTimeRecovery.recoveryPeriodInDays", 35), "could be restored for fewer days"),
        (_turned_off("deletionProtectionEnabled"), "would lose its deletion protection"),
        (_changed(_expiry), "would expire other items than now, by another TTL"),
        (_lost(_stream), "would lose its stream, with the records that are not processed yet"),
        (_lost(_keys), "would get other keys, and lose its items"),
        (_replicas_are_fewer, "would lose a replica"),
        (_shrinks_indexes, "would lose an index that queries use"),
    ),
    "aws:cognito/userPool:UserPool": ((_turned_off("deletionProtection"), "would lose its deletion protection"),),
    "aws:cloudwatch/logGroup:LogGroup": (
        (_reduced("retentionInDays", 0, unlimited=(0,)), "would keep its logs for fewer days, and lose the older ones"),
    ),
    "aws:sqs/queue:Queue": (
        (
            _reduced("messageRetentionSeconds", 345_600),
            "would keep messages for a shorter time, and lose the older ones",
        ),
        (_removed("redrivePolicy"), "would lose its dead-letter queue"),
    ),
    "aws:s3/bucket:Bucket": ((_turned_on("forceDestroy"), "could be deleted with everything in it"),),
    "aws:s3/bucketVersioning:BucketVersioning": (
        (_turned_off("versioningConfiguration.status"), "would no longer keep what is overwritten or deleted"),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        (_changed(lambda inputs: _at(inputs, "rules")), "would delete other objects than now"),
    ),
    "aws:kms/key:Key": (
        (
            lambda before, after: _at(before, "isEnabled") is not False and _at(after, "isEnabled") not in (None, True),
            ("would be disabled, and what it encrypts could not be read"),
        ),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        (
            lambda before, after: _at(before, "enabled") is not False and _at(after, "enabled") not in (None, True),
            "would stop, and lose the records that are over a day old when it goes on",
        ),
        (_passes_less, "would skip records that it delivers now"),
        (
            _removed("destinationConfig.onFailure.destinationArn"),
            "would drop records that fail, instead of naming them in a queue",
        ),
        (_reduced("maximumRetryAttempts", -1, unlimited=(-1,)), "would give records up after fewer retries"),
        (_reduced("maximumRecordAgeInSeconds", -1, unlimited=(-1,)), "would give records up at a younger age"),
    ),
}
"""What makes a resource keep less than it does, by type, and what to say of it."""
