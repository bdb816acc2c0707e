"""The provider functions that the program may call, answered for the emulator."""

from collections.abc import Callable, Mapping
from typing import Any

from .resources.kind import Context


def _caller_identity(context: Context) -> dict[str, Any]:
    caller = context.client("sts").get_caller_identity()
    return {"id": caller["Account"], "accountId": caller["Account"], "arn": caller["Arn"], "userId": caller["UserId"]}


def _region(context: Context) -> dict[str, Any]:
    return {
        "id": context.region,
        "name": context.region,
        "region": context.region,
        "description": context.region,
        "endpoint": f"ec2.{context.region}.amazonaws.com",
    }


INVOKES: Mapping[str, Callable[[Context], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
}
"""By Pulumi token. A program that calls another one cannot run locally."""
