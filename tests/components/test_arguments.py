import dataclasses
import importlib
from collections.abc import Callable, Sequence
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pulumi
import pulumi_aws as aws
import pytest

from components.arguments import Arguments
from components.bucket_trigger import BucketTrigger, BucketTriggerArgs
from components.http_api import HttpApi, HttpApiArgs, Route
from components.iam import Statement
from components.queue_trigger import QueueTriggerArgs
from components.rust_workspace import RustWorkspaceArgs
from components.table import Access, KeyAccess
from tests.recording import record

LIBRARY = importlib.import_module("components")
ARGUMENTS = [
    exported
    for exported in (getattr(LIBRARY, name) for name in LIBRARY.__all__)
    if isinstance(exported, type) and dataclasses.is_dataclass(exported)
]


@pytest.mark.parametrize("exported", ARGUMENTS)
def test_all_arguments_are_checked(exported: type) -> None:
    assert issubclass(exported, Arguments)
    # A string cannot be looked at without its module.
    assert not any(isinstance(field.type, str) for field in dataclasses.fields(exported))


def lists() -> list[tuple[type, str]]:
    """Return every field of the library that is a list."""
    return [
        (exported, field.name)
        for exported in ARGUMENTS
        for field in dataclasses.fields(exported)
        for kind in (get_args(field.type) if get_origin(field.type) in (Union, UnionType) else (field.type,))
        if get_origin(kind) is Sequence
    ]


@pytest.mark.parametrize(("exported", "name"), lists())
def test_a_string_is_no_list_in_any_field(exported: type[Any], name: str) -> None:
    others = {
        field.name: None
        for field in dataclasses.fields(exported)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    with pytest.raises(pulumi.RunError, match=rf"{name} is a string: write a list, \['https://example.com'\]"):
        exported(**{**others, name: "https://example.com"})


def test_lists_in_maps_and_enums_are_checked() -> None:
    wrong: Any = "color"
    with pytest.raises(pulumi.RunError, match=r"features\['hello'\] is a string: write a list, \['color'\]"):
        RustWorkspaceArgs(features={"hello": wrong})
    access: Any = Access.GET
    with pytest.raises(pulumi.RunError, match=r"access is a string: write a list, \['dynamodb:GetItem'\]"):
        KeyAccess(keys=["a"], access=access)


def test_strings_and_lists_of_them_are_both_conditions() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012", "aws:PrincipalAccount": ["123456789012"]}}
    Statement(actions=["s3:GetObject"], resources=["*"], condition=condition)


USES: list[Callable[[Any], object]] = [
    lambda function: HttpApi("api", HttpApiArgs(routes={"GET /orders": function})),
    lambda function: HttpApi("api", HttpApiArgs()).route("GET /orders", function),
    lambda function: Route(function=function),
    lambda function: QueueTriggerArgs(function=function),
    lambda function: BucketTrigger("in", BucketTriggerArgs(function=function, bucket="in", bucket_arn="arn:in")),
]


@pytest.mark.parametrize("use", USES)
def test_a_function_of_the_provider_has_to_be_wrapped(use: Callable[[Any], object]) -> None:
    def declare() -> None:
        use(aws.lambda_.Function("orders", role="arn:aws:iam::123456789012:role/orders"))

    with pytest.raises(pulumi.RunError, match=r"not a function of this library: wrap it, ExistingFunction\("):
        record(declare)
