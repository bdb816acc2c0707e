"""Makes the keys that session tokens are encrypted with, in the table that the service reads them from.

They are made by a Command beside the provider and go straight into the table: never through an input or output, so
that no state, environment or log has them. Whoever may read the table may read the views as well, and its keys guard
nothing else.
"""

import base64
import os
import secrets
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from components.build.access import VARIABLE, Access
from components.build.plan import BuildError

NAME = {"Name": {"S": "session-keys"}}
"""The item of the table of state."""
KEY_BYTES = 32
"""A Fernet key, https://github.com/fernet/spec/blob/master/Spec.md."""


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


def rotate(dynamodb: Any, table: str) -> int:
    """Put a new key before the one that encrypts now, which goes on decrypting, and return how many older ones ended.

    Raises:
        ClientError: `ConditionalCheckFailedException` when someone else rotates at the same time.
    """
    item = dynamodb.get_item(TableName=table, Key=NAME, ConsistentRead=True)["Item"]
    known = item["Keys"]
    dynamodb.update_item(
        TableName=table,
        Key=NAME,
        UpdateExpression="SET #keys = :rotated",
        ConditionExpression="#keys = :known",
        ExpressionAttributeNames={"#keys": "Keys"},
        ExpressionAttributeValues={":rotated": {"L": [{"S": _new_key()}, *known["L"][:1]]}, ":known": known},
    )
    return len(known["L"][1:])


def _new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


if __name__ == "__main__":
    main()
