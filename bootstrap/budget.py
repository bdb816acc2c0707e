"""A budget of the account, with notifications by e-mail."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

WARNING_PERCENT = 80


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """Arguments of `Budget`."""

    monthly_usd: int
    """Expected monthly cost of the account in US dollars."""
    email: str


class Budget(pulumi.ComponentResource):
    """Creates a budget that sends an e-mail at 80% of the limit, and when the forecast of the month exceeds it.

    AWS computes costs a few times a day. A budget stops nothing.
    """

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the budget."""
        super().__init__("rust-serverless:index:Budget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-monthly",
            budget_type="COST",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            time_unit="MONTHLY",
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": kind,
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_email_addresses": [args.email],
                }
                for kind, percent in (("ACTUAL", WARNING_PERCENT), ("FORECASTED", 100))
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
