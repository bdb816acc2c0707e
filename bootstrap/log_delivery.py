"""The resource policy for access logs of HTTP APIs."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import document

GROUPS = "/aws/vendedlogs/*"


@dataclass(frozen=True, kw_only=True)
class LogDeliveryArgs:
    """Arguments of `LogDelivery`."""

    account: pulumi.Output[str]
    region: str


class LogDelivery(pulumi.ComponentResource):
    """Allows AWS's log delivery to write to log groups below `/aws/vendedlogs/`.

    Otherwise each deployment would need `logs:PutResourcePolicy`, which could open every log of the account.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
    """

    def __init__(self, name: str, args: LogDeliveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the policy under AWS's name for it."""
        super().__init__("rust-serverless:index:LogDelivery", name, None, opts)
        aws.cloudwatch.LogResourcePolicy(
            f"{name}-policy",
            policy_name="AWSLogDeliveryWrite20150319",
            policy_document=args.account.apply(lambda account: _policy(account, args.region)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _policy(account: str, region: str) -> str:
    logs = f"arn:aws:logs:{region}:{account}"
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"{logs}:log-group:{GROUPS}:log-stream:*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": f"{logs}:*"},
                },
            }
        ]
    )
