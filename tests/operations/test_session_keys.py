"""The two steps of a rotation, on a table in memory."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services import session_keys
from services.session_keys import PROPAGATION_SECONDS, TooEarlyError, announce, create_first_key, promote
from tests.memory_aws import memory_table
from tests.recording import ROOT

TABLE = "state"


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a table that has its first key."""
    with memory_table(monkeypatch, TABLE, "Name") as client:
        create_first_key(client, TABLE)
        yield client


def keys(dynamodb: Any) -> list[str]:
    """Return the keys; the first one encrypts."""
    item = dynamodb.get_item(TableName=TABLE, Key=session_keys.NAME)["Item"]
    return [key["S"] for key in item["Keys"]["L"]]


def rotate(dynamodb: Any, now: float) -> int:
    assert announce(dynamodb, TABLE, now)
    return promote(dynamodb, TABLE, now + PROPAGATION_SECONDS + 1)


def test_an_announced_key_encrypts_nothing(dynamodb: Any) -> None:
    (first,) = keys(dynamodb)
    assert announce(dynamodb, TABLE, 1000)
    assert keys(dynamodb)[0] == first
    assert len(keys(dynamodb)) == 2
    assert not announce(dynamodb, TABLE, 1000)
    assert len(keys(dynamodb)) == 2


def test_a_key_is_promoted_only_after_the_waiting_time(dynamodb: Any) -> None:
    announce(dynamodb, TABLE, 1000.5)
    announced = keys(dynamodb)
    for now in (1000.5, 1000 + PROPAGATION_SECONDS):
        with pytest.raises(TooEarlyError, match=r"again in \d+ s"):
            promote(dynamodb, TABLE, now)
        assert keys(dynamodb) == announced
    assert promote(dynamodb, TABLE, 1001 + PROPAGATION_SECONDS) == 0
    assert keys(dynamodb) == announced[::-1]


def test_the_second_rotation_removes_the_oldest_key(dynamodb: Any) -> None:
    (first,) = keys(dynamodb)
    assert rotate(dynamodb, 1000) == 0
    assert keys(dynamodb)[1] == first
    assert rotate(dynamodb, 2000) == 1
    assert first not in keys(dynamodb)


def test_one_of_two_concurrent_rotations_fails(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read = session_keys._read

    def stale(*arguments: Any) -> Any:
        item = read(*arguments)
        monkeypatch.setattr(session_keys, "_read", read)
        assert announce(dynamodb, TABLE, 1000)
        return item

    monkeypatch.setattr(session_keys, "_read", stale)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        announce(dynamodb, TABLE, 1000)
    assert len(keys(dynamodb)) == 2


def test_keys_are_announced_for_longer_than_they_are_cached() -> None:
    keyring = ROOT / "rust" / "functions" / "analytics-api" / "src" / "session" / "keyring.rs"
    assert "const STALE: u64 = 60;" in keyring.read_text()
    assert PROPAGATION_SECONDS >= 2 * 60
