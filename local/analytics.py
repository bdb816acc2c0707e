"""Signs in to the analytics reports; on the emulator as a sample user."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from components.local.errors import LocalError
from pipeline.http_client import request
from services.analytics_users import put_user

ANALYTICS = "analytics-api"
"""Function that has the reports."""
USER = "sample"
PASSWORD = "sample password"  # noqa: S105 (from the sample event; valid on the emulator only)


class Aws(Protocol):
    """Clients of a stack's AWS services."""

    def client(self, service: str) -> Any:
        """Return a boto3 client."""


def sign_in(aws: Aws, outputs: Mapping[str, Any]) -> str:
    """Create the sample user unless it exists, sign in, and return a session token. For the emulator only.

    Raises:
        LocalError: the program has no analytics, or the sign-in fails.
    """
    accounts = outputs.get("tables", {}).get("analytics-accounts")
    if accounts is None:
        raise LocalError("this program has no analytics: no table analytics-accounts in its outputs")
    put_user(aws.client("dynamodb"), accounts, USER, PASSWORD)
    return session_token(outputs["apiUrl"], USER, PASSWORD)


def session_token(api_url: str, user: str, password: str) -> str:
    """Sign in and return a session token.

    Raises:
        LocalError: the sign-in fails.
    """
    body = json.dumps({"user": user, "password": password}).encode()
    response = request("POST", f"{api_url}/analytics/sign-in", body, {"content-type": "application/json"})
    if response.is_error:
        raise LocalError(f"signing in as {user} failed with {response.status}: {response.body.decode()}")
    return str(response.fields["token"])
