"""Builds IAM policy documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from .arguments import Arguments

ARN_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Statement(Arguments):
    """An IAM statement that allows actions on resources."""

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    """ARNs, such as `bucket.arn`, or patterns of ARNs."""
    condition: Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]]] = field(default_factory=dict)
    """Conditions, by operator and key."""

    def document(self) -> dict[str, object]:
        """Return the statement as JSON data."""
        document: dict[str, object] = {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return document | ({"Condition": self.condition} if self.condition else {})


def policy_document(*statements: Statement) -> str:
    """Return an identity policy that allows the statements, which contain no outputs."""
    return _document([statement.document() for statement in statements])


def policy_output(*statements: Statement) -> pulumi.Output[str]:
    """Return an identity policy that allows the statements, whose resources and conditions may be outputs."""
    return pulumi.Output.from_input([statement.document() for statement in statements]).apply(_document)


SEND_ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}
"""The action that sends an event to each service."""
READ_ACTIONS = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}
"""The action that reads a value of each service."""


def send_to(arn: str) -> Statement:
    """Return a statement that allows sending events to a queue, topic, function or event bus.

    Raises:
        pulumi.RunError: the service is not supported.
    """
    return _service_statement(arn, SEND_ACTIONS)


def send_policy(queue_arn: str, senders: Sequence[tuple[str, str]]) -> str:
    """Return a queue policy that lets services, such as `sns.amazonaws.com`, send messages, each from one source."""
    return _document(
        [
            {
                "Effect": "Allow",
                "Action": SEND_ACTIONS["sqs"],
                "Principal": {"Service": service},
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
            }
            for service, source_arn in senders
        ]
    )


def read_value(arn: str) -> Statement:
    """Return a statement that allows reading a Secrets Manager secret or an SSM parameter.

    Raises:
        pulumi.RunError: the service is not supported.
    """
    return _service_statement(arn, READ_ACTIONS)


def _service_statement(arn: str, actions: Mapping[str, str]) -> Statement:
    parts = arn.split(":")
    if len(parts) < ARN_PARTS or parts[2] not in actions:
        raise pulumi.RunError(f"{arn} is not supported: use an ARN of one of {', '.join(actions)}")
    return Statement(actions=[actions[parts[2]]], resources=[arn])


def trust_policy(service: str, account: str | None = None) -> str:
    """Return a trust policy that lets an AWS service, such as `lambda.amazonaws.com`, assume the role.

    With an account id, only resources of that account may use the role through the service (confused deputy).
    """
    statement: dict[str, object] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    if account is not None:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account}}
    return _document([statement])


def tls_only_policy(bucket_arn: str) -> str:
    """Return a bucket policy that denies requests without TLS (FSBP S3.5)."""
    return _document(
        [
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Principal": "*",
                "Resource": [bucket_arn, f"{bucket_arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    )


def _document(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
