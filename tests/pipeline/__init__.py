"""The workflows, what they call, and the account that they work in."""
