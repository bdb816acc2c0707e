"""Checks that all arguments share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """Base class of all arguments. Refuses values that Python accepts but that cannot be meant."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            pulumi.RunError: a string is passed as a list, or a function that is not one of this library.
        """
        for each in fields(self):
            _check(f"{type(self).__name__}: {each.name}", each.type, getattr(self, each.name))


def require_list(place: str, value: object) -> None:
    """Refuse a string, which is a sequence of letters in Python.

    Raises:
        pulumi.RunError: the value is a string.
    """
    if isinstance(value, str):
        raise pulumi.RunError(f"{place} is a string: write a list, [{str(value)!r}]")


def require_keys(place: str, value: Iterable[str], known: Iterable[str]) -> None:
    """Refuse keys that would be ignored.

    Raises:
        pulumi.RunError: with the first unknown key and all known ones.
    """
    known = [*known]
    for key in value:
        if key not in known:
            raise pulumi.RunError(f"{place} has {key!r}, which is unknown: use one of {', '.join(known)}")


def _check(place: str, hint: Any, value: object) -> None:
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    origins = {get_origin(kind): kind for kind in kinds}
    if isinstance(value, aws.lambda_.Function):
        raise pulumi.RunError(
            f"{place} is an aws.lambda_.Function, which is not a function of this library: wrap it, "
            "ExistingFunction(name='orders', function_name=fn.name, invoked_arn=fn.arn, role_name=role.name)"
        )
    if Sequence in origins and str not in kinds:
        require_list(place, value)
    if Mapping in origins and isinstance(value, Mapping):
        _, kind = get_args(origins[Mapping])
        for key, each in value.items():
            _check(f"{place}[{key!r}]", kind, each)
