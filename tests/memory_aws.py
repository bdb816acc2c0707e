"""AWS in memory, by moto."""

import contextlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.account import REGION


@contextlib.contextmanager
def memory_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer requests to AWS in memory, with credentials and a region in the environment."""
    for name, value in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "DEFAULT_REGION": REGION}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    # A new session in each test would parse the descriptions of the services again.
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        yield


@contextlib.contextmanager
def memory_table(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> Iterator[Any]:
    """Yield a client of an empty table with a text key."""
    with memory_aws(monkeypatch):
        client = boto3.client("dynamodb")
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client
