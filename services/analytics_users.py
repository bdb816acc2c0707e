"""Creates and removes users of the analytics reports. Passwords are stored as Argon2 hashes."""

import secrets
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

NAME_CHARACTERS = 100
PASSWORD_BYTES = 18
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
"""https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id"""


class UserError(Exception):
    """The user cannot be created or removed; the message says why."""


def put_user(dynamodb: Any, accounts_table: str, name: str, password: str | None = None) -> str:
    """Create a user or reset the password, and return the password, which is random by default.

    A new password ends the user's sessions. Setting the current password again changes nothing.

    Raises:
        UserError: the name is empty or over 100 characters.
    """
    if not 1 <= len(name) <= NAME_CHARACTERS:
        raise UserError(f"the name of a user must have 1 to {NAME_CHARACTERS} characters: set it, as in NAME=ann")
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
    """Remove a user and end their sessions.

    Raises:
        UserError: the user does not exist.
    """
    removed = dynamodb.delete_item(TableName=accounts_table, Key={"User": {"S": name}}, ReturnValues="ALL_OLD")
    if not removed.get("Attributes"):
        raise UserError(f"there is no user {name!r}: check the name")
