"""Tests of verbs on a deployed stack, without AWS."""

import argparse
import io
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.analytics import ANALYTICS
from operations import __main__ as commands
from operations.cli import OperationError


@dataclass
class Stack:
    """A stack whose only service is Lambda; it stores the names of invoked functions."""

    name: str
    outputs: dict[str, Any]
    invoked: list[str] = field(default_factory=list)

    def client(self, service: str) -> "Stack":
        assert service == "lambda"
        return self

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        self.invoked.append(FunctionName)
        return {"Payload": io.BytesIO(Payload.encode())}


def test_invoke_uses_the_live_alias_of_a_shifted_function(capsys: pytest.CaptureFixture[str]) -> None:
    functions = {"echo": "echo-1a2b", "glitch": "glitch-3c4d"}
    stack: Any = Stack("prod", {"functions": functions, "deployments": {"echo": {}}})
    for function in functions:
        commands._invoke(stack, argparse.Namespace(function=function, payload="{}"))
    assert stack.invoked == ["echo-1a2b:live", "glitch-3c4d"]
    assert capsys.readouterr().out == "{}\n{}\n"


def test_no_sample_user_is_created_on_aws() -> None:
    stack: Any = Stack("dev", {"apiUrl": "https://example.com"})
    with pytest.raises(OperationError, match="name a user: make token FN=analytics-api NAME=ann STACK=dev"):
        commands._token(stack, argparse.Namespace(function=ANALYTICS, name=None))


def test_users_of_currencies_are_not_removed() -> None:
    stack: Any = Stack("dev", {})
    with pytest.raises(OperationError, match="--remove is for users of analytics-api"):
        commands._user(stack, argparse.Namespace(function="currencies", name="a@example.com", remove=True))
