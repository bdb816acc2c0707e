"""Makes users of the analytics reports. Only their passwords' hashes are kept."""

import secrets
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

NAME_BYTES = 100
PASSWORD_BYTES = 18
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
"""https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id"""


class UserError(Exception):
    """The user cannot be made or removed; the message says why."""


def put_user(dynamodb: Any, accounts_table: str, name: str, password: str | None = None) -> str:
    """Create a user, or give one another password, and return the password; a random one where none is given.

    Another password ends the user's sessions; the one that the user has already changes nothing.

    Raises:
        UserError: the name is empty or over 100 bytes.
    """
    if not 1 <= len(name.encode()) <= NAME_BYTES:
        raise UserError(f"a user's name has 1 to {NAME_BYTES} bytes: name one, as in NAME=ann")
    if password and _has_password(dynamodb, accounts_table, name, password):
        return password
    chosen = password or secrets.token_urlsafe(PASSWORD_BYTES)
    item = {"User": {"S": name}, "PasswordHash": {"S": HASHER.hash(chosen)}}
    dynamodb.put_item(TableName=accounts_table, Item=item)
    return chosen


def _has_password(dynamodb: Any, accounts_table: str, name: str, password: str) -> bool:
    item = dynamodb.get_item(TableName=accounts_table, Key={"User": {"S": name}}, ConsistentRead=True).get("Item")
    try:
        return item is not None and HASHER.verify(item["PasswordHash"]["S"], password)
    except (VerificationError, InvalidHashError):
        return False


def remove_user(dynamodb: Any, accounts_table: str, name: str) -> None:
    """Remove a user; sessions of theirs end at once.

    Raises:
        UserError: there is no such user.
    """
    removed = dynamodb.delete_item(TableName=accounts_table, Key={"User": {"S": name}}, ReturnValues="ALL_OLD")
    if not removed.get("Attributes"):
        raise UserError(f"there is no user {name!r}")
