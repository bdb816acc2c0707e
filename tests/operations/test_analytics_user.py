"""Users of the analytics reports, on a table in memory."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.analytics_users import UserError, put_user, remove_user
from tests.memory_aws import memory_table

TABLE = "accounts"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty table of accounts."""
    with memory_table(monkeypatch, TABLE, "User") as client:
        yield client


def password_hash(dynamodb: Any) -> str:
    """Return the hash that sessions are bound to."""
    return str(dynamodb.get_item(TableName=TABLE, Key={"User": {"S": "ann"}})["Item"]["PasswordHash"]["S"])


def test_setting_the_same_password_ends_no_session(dynamodb: Any) -> None:
    put_user(dynamodb, TABLE, "ann", "correct horse")
    before = password_hash(dynamodb)
    assert put_user(dynamodb, TABLE, "ann", "correct horse") == "correct horse"
    assert password_hash(dynamodb) == before


def test_a_new_password_and_a_new_user_end_sessions(dynamodb: Any) -> None:
    put_user(dynamodb, TABLE, "ann", "correct horse")
    hashes = [password_hash(dynamodb)]
    put_user(dynamodb, TABLE, "ann", "battery staple")
    hashes.append(password_hash(dynamodb))
    put_user(dynamodb, TABLE, "ann")
    hashes.append(password_hash(dynamodb))
    remove_user(dynamodb, TABLE, "ann")
    put_user(dynamodb, TABLE, "ann", "correct horse")
    hashes.append(password_hash(dynamodb))
    assert len(set(hashes)) == len(hashes)


def test_an_invalid_hash_is_replaced(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item={"User": {"S": "ann"}, "PasswordHash": {"S": "broken"}})
    put_user(dynamodb, TABLE, "ann", "correct horse")
    assert password_hash(dynamodb).startswith("$argon2id$")


def test_an_unknown_user_cannot_be_removed(dynamodb: Any) -> None:
    with pytest.raises(UserError, match="there is no user 'ann'"):
        remove_user(dynamodb, TABLE, "ann")
