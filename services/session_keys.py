"""Makes the keys that session tokens are encrypted with, in the table that the service reads them from.

They are made by a Command beside the provider and go straight into the table: never through an input or output, so
that no state, environment or log has them. Whoever may read the table may read the views as well, and its keys guard
nothing else.
"""

import base64
import math
import os
import secrets
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from components.build.access import VARIABLE, Access
from components.build.plan import BuildError

NAME = {"Name": {"S": "session-keys"}}
"""The item of the table of state."""
ANNOUNCED = "Announced"
"""Attribute of the item with the second at which the key at its second place was added; absent between rotations."""
KNOWN_EVERYWHERE_SECONDS = 120
"""After so long every environment knows an announced key: twice what `keyring.rs` keeps the keys for."""
KEY_BYTES = 32
"""A Fernet key, https://github.com/fernet/spec/blob/master/Spec.md."""


class TooEarlyError(Exception):
    """An announced key cannot be promoted yet."""

    def __init__(self, seconds: int) -> None:
        """Say how many seconds are left."""
        super().__init__(f"the new key is not known to every environment yet: run the command again in {seconds} s")
        self.seconds = seconds


def main() -> None:
    """Make the first key of the table that the environment names, unless it has one."""
    try:
        client = Access.from_json(os.environ[VARIABLE]).client("dynamodb")
        make_first(client, os.environ["SESSION_KEYS_TABLE"])
    except BuildError as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: the session key cannot be made: {error}. Check the AWS credentials of this shell")


def make_first(dynamodb: Any, table: str) -> None:
    """Make a key where there is none; keys that are there stay, whoever else runs this at the same time."""
    dynamodb.update_item(
        TableName=table,
        Key=NAME,
        UpdateExpression="SET #keys = if_not_exists(#keys, :first)",
        ExpressionAttributeNames={"#keys": "Keys"},
        ExpressionAttributeValues={":first": {"L": [{"S": _new_key()}]}},
    )


def announce(dynamodb: Any, table: str, now: float) -> bool:
    """Add a key that opens sessions and does not seal them yet: the first step of a rotation.

    Returns:
        False when a key is announced already.

    Raises:
        ClientError: `ConditionalCheckFailedException` when someone else rotates at the same time.
    """
    item = _read(dynamodb, table)
    if ANNOUNCED in item:
        return False
    sealing, *opening = item["Keys"]["L"]
    _write(dynamodb, table, item["Keys"], [sealing, {"S": _new_key()}, *opening], announced=now)
    return True


def promote(dynamodb: Any, table: str, now: float) -> int:
    """Seal sessions with the announced key: the second step. The key before goes on opening them, and older ones end.

    Returns:
        How many older keys ended.

    Raises:
        TooEarlyError: an environment may not know the announced key yet.
        ClientError: `ConditionalCheckFailedException` when someone else rotates at the same time.
    """
    item = _read(dynamodb, table)
    wait = int(item[ANNOUNCED]["N"]) + KNOWN_EVERYWHERE_SECONDS - now
    if wait > 0:
        raise TooEarlyError(math.ceil(wait))
    sealing, announced, *older = item["Keys"]["L"]
    _write(dynamodb, table, item["Keys"], [announced, sealing], announced=None)
    return len(older)


def _read(dynamodb: Any, table: str) -> Any:
    return dynamodb.get_item(TableName=table, Key=NAME, ConsistentRead=True)["Item"]


def _write(dynamodb: Any, table: str, known: Any, keys: list[Any], announced: float | None) -> None:
    names = {"#keys": "Keys", "#announced": ANNOUNCED}
    values: dict[str, Any] = {":keys": {"L": keys}, ":known": known}
    if announced is None:
        change = "SET #keys = :keys REMOVE #announced"
    else:
        change = "SET #keys = :keys, #announced = :announced"
        # Rounded up, so that the wait is never shorter.
        values[":announced"] = {"N": str(math.ceil(announced))}
    dynamodb.update_item(
        TableName=table,
        Key=NAME,
        UpdateExpression=change,
        ConditionExpression="#keys = :known",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
    )


def _new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


if __name__ == "__main__":
    main()
