"""Evaluates requests as IAM does, for the parts of the policy language that this repository's policies use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
An unsupported operator or element is an error, so that no policy passes because a part of it was ignored.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

Statement = Mapping[str, Any]
Context = Mapping[str, str | Sequence[str]]


class Decision(StrEnum):
    """IAM's decision and its reason."""

    ALLOW = "allowed"
    IMPLICIT_DENY = "not allowed by any statement"
    EXPLICIT_DENY = "refused by a statement"
    BOUNDARY = "outside the permissions boundary"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    """Condition keys that AWS gives for this action and resource, and their values."""
    principal: str = ""
    """ARN of the caller's role."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Everything that decides a request within one account."""

    identity: Sequence[Statement]
    boundary: Sequence[Statement] | None = None
    resource: Sequence[Statement] = ()
    """The policy of the resource."""


def statements(*documents: str) -> list[Statement]:
    """Return the statements of policy documents."""
    return [statement for text in documents for statement in json.loads(text)["Statement"]]


def decide(request: Request, policies: Policies) -> Decision:
    """Evaluate a request: an explicit deny wins, then the boundary, then the allows."""
    everything = [*policies.identity, *(policies.boundary or ()), *policies.resource]
    if any(_matches(statement, request, "Deny") for statement in everything):
        return Decision.EXPLICIT_DENY
    if policies.boundary is not None and not _allowed(policies.boundary, request):
        return Decision.BOUNDARY
    return Decision.ALLOW if _allowed(policies.identity, request) else Decision.IMPLICIT_DENY


def _allowed(found: Sequence[Statement], request: Request) -> bool:
    return any(_matches(statement, request, "Allow") for statement in found)


def _matches(statement: Statement, request: Request, effect: str) -> bool:
    known = {"Sid", "Effect", "Action", "Resource", "Condition", "Principal"}
    if not statement.keys() <= known:
        raise NotImplementedError(f"elements {statement.keys() - known}")
    return (
        statement["Effect"] == effect
        and any(like(action.lower(), request.action.lower()) for action in _list(statement["Action"]))
        and any(like(resource, request.resource) for resource in _list(statement["Resource"]))
        and _is_principal(statement.get("Principal", "*"), request.principal)
        and all(
            _holds(operator, key, _list(wanted), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _is_principal(wanted: str | Mapping[str, Any], principal: str) -> bool:
    if wanted == "*":
        return True
    accounts = _list(wanted["AWS"]) if isinstance(wanted, dict) and wanted.keys() == {"AWS"} else []
    if not accounts:
        raise NotImplementedError(f"principal {wanted}")
    # The root of an account stands for everyone in it.
    return any(principal.split(":")[4] == arn.split(":")[4] for arn in accounts)


def like(pattern: str, value: str) -> bool:
    """Return whether a value matches a pattern with `*` and `?`; both match `/` and `:` as well."""
    return _expression(pattern).fullmatch(value) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(c) or re.escape(c) for c in pattern), re.DOTALL)


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringLike": like,
    "ArnLike": like,
    "ArnEquals": like,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
}


def _holds(operator: str, key: str, wanted: Sequence[str], context: Context) -> bool:
    """Return whether a condition holds. A missing key fails all operators except negated ones and `IfExists`."""
    found = next((value for name, value in context.items() if name.lower() == key.lower()), None)
    if operator == "Null":
        return wanted == [str(found is None).lower()]
    qualifier, _, base = operator.rpartition(":")
    base, if_exists = base.removesuffix("IfExists"), base.endswith("IfExists")
    negated = "Not" in base
    matches = OPERATORS[base.replace("Not", "")]
    values = [] if found is None else _list(found)
    if qualifier == "ForAllValues":
        return all(any(matches(pattern, value) for pattern in wanted) != negated for value in values)
    if qualifier:
        raise NotImplementedError(operator)
    if found is None:
        return if_exists or negated
    return any(matches(pattern, value) for pattern in wanted for value in values) != negated


def _list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
