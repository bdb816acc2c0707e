"""The local user of the analytics reports."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from components.local.errors import LocalError
from components.local.resources.kind import Context
from services.analytics_users import put_user

USER = "sample"
PASSWORD = "sample password"  # noqa: S105 (of the sample event; it opens nothing but the emulator on this machine)


def sign_in(context: Context, outputs: Mapping[str, Any]) -> str:
    """Sign the local user in, who is made if need be, and return a session token.

    Raises:
        LocalError: the program has no analytics, or refuses the user.
    """
    accounts = outputs.get("tables", {}).get("analytics-accounts")
    if accounts is None:
        raise LocalError("the program that runs has no analytics")
    put_user(context.client("dynamodb"), accounts, USER, PASSWORD)
    request = urllib.request.Request(
        f"{outputs['apiUrl']}/analytics/sign-in",
        data=json.dumps({"user": USER, "password": PASSWORD}).encode(),
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as response:
            return str(json.load(response)["token"])
    except urllib.error.HTTPError as error:
        with error:
            raise LocalError(f"signing in is answered {error.status}: {error.read().decode()}") from None
