"""A mail before the account costs more than expected."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

WARNING_PERCENT = 80


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """How much, and whom to tell."""

    monthly_usd: int
    """What the whole account may cost in a month, in US dollars."""
    email: str


class Budget(pulumi.ComponentResource):
    """A budget of the account, which tells when 80% of it are spent, and when the month will end above it.

    AWS works costs out a few times a day, and a budget stops nothing.
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
