"""Creates and rotates the keys that encrypt session tokens.

A Command runs this on the machine of the provider, and writes the keys directly to the table. They are never inputs or
outputs, so no state, environment or log contains them. They protect only the views, which everyone who may read this
table may read anyway.
"""

import base64
import math
import os
import secrets
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from components.build.access import VARIABLE, AwsAccess
from components.build.plan import BuildError

NAME = {"Name": {"S": "session-keys"}}
"""Key of the item in the state table."""
ANNOUNCED = "Announced"
"""Attribute with the time at which the second key was added, in seconds; absent between rotations."""
PROPAGATION_SECONDS = 120
"""Time until every environment has read an announced key: twice the caching time in `keyring.rs`."""
KEY_BYTES = 32
"""A Fernet key, https://github.com/fernet/spec/blob/master/Spec.md."""


class TooEarlyError(Exception):
    """An announced key cannot be promoted yet."""

    def __init__(self, seconds: int) -> None:
        """Store the number of seconds to wait."""
        super().__init__(f"some environments may not have read the new key yet: run the command again in {seconds} s")
        self.seconds = seconds


def main() -> None:
    """Create the first key in the table named by the environment, unless it has keys."""
    try:
        client = AwsAccess.from_json(os.environ[VARIABLE]).client("dynamodb")
        create_first_key(client, os.environ["SESSION_KEYS_TABLE"])
    except BuildError as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: the session key cannot be created: {error}. Check the AWS credentials of this shell")


def create_first_key(dynamodb: Any, table: str) -> None:
    """Create a key unless there are keys. Concurrent calls are safe."""
    dynamodb.update_item(
        TableName=table,
        Key=NAME,
        UpdateExpression="SET #keys = if_not_exists(#keys, :first)",
        ExpressionAttributeNames={"#keys": "Keys"},
        ExpressionAttributeValues={":first": {"L": [{"S": _new_key()}]}},
    )


def announce(dynamodb: Any, table: str, now: float) -> bool:
    """Add a key that only decrypts sessions: the first step of a rotation.

    Returns:
        False if a key is already announced.

    Raises:
        ClientError: `ConditionalCheckFailedException` for concurrent rotations.
    """
    item = _read(dynamodb, table)
    if ANNOUNCED in item:
        return False
    encrypting, *decrypting = item["Keys"]["L"]
    _write(dynamodb, table, item["Keys"], [encrypting, {"S": _new_key()}, *decrypting], announced=now)
    return True


def promote(dynamodb: Any, table: str, now: float) -> int:
    """Encrypt sessions with the announced key: the second step. The previous key still decrypts; older ones end.

    Returns:
        Number of older keys that were removed.

    Raises:
        TooEarlyError: an environment may not have read the announced key yet.
        ClientError: `ConditionalCheckFailedException` for concurrent rotations.
    """
    item = _read(dynamodb, table)
    wait = int(item[ANNOUNCED]["N"]) + PROPAGATION_SECONDS - now
    if wait > 0:
        raise TooEarlyError(math.ceil(wait))
    previous, announced, *older = item["Keys"]["L"]
    _write(dynamodb, table, item["Keys"], [announced, previous], announced=None)
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
        # Rounded up, so that the wait is never too short.
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
