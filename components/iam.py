"""IAM policy documents as text, built from plain values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Actions that a role may take on resources, both named exactly."""

    actions: Sequence[str]
    resources: Sequence[str]
    condition: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)
    """Values of condition keys, by operator and key."""

    def document(self) -> dict[str, object]:
        """Return the statement as the policy language writes it."""
        document: dict[str, object] = {
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return document | ({"Condition": self.condition} if self.condition else {})


def policy_document(*statements: Statement) -> str:
    """Return an identity policy that allows the statements."""
    return _document([statement.document() for statement in statements])


def trust_policy(service: str) -> str:
    """Return a trust policy that lets an AWS service, such as `lambda.amazonaws.com`, assume the role."""
    return _document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}])


def tls_only_policy(bucket_arn: str) -> str:
    """Return a bucket policy that refuses every request that is not encrypted in transit (FSBP S3.5)."""
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
