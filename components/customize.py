"""Further inputs for the resources in a component, so that nobody has to leave it for one property."""

import inspect
from collections.abc import Mapping
from typing import Any

import pulumi

Customization = Mapping[str, Mapping[str, Any]]
"""Inputs of the provider, in Python's spelling, by the name of the resource in the component."""


class Customized:
    """Adds to the inputs of a component's resources, and refuses what no resource takes."""

    def __init__(self, component: str, inputs: Customization) -> None:
        """Take the customization of the component of that name."""
        self._component = component
        self._inputs = inputs
        self._resources: list[str] = []

    def inputs(self, resource: str, kind: type[pulumi.CustomResource], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs of a resource, those of the customization instead of the component's own.

        Raises:
            pulumi.RunError: naming an input that the resource has not.
        """
        self._resources.append(resource)
        chosen = self._inputs.get(resource, {})
        known = provider_inputs(kind)
        for name in chosen:
            if name not in known:
                raise pulumi.RunError(
                    f"{self._component}: customize[{resource!r}] has {name!r}, which {kind.__name__} does not take: "
                    f"use one of {', '.join(sorted(known))}"
                )
        return {**inputs, **chosen}

    def check(self) -> None:
        """Refuse a customization of resources that the component has not declared.

        Raises:
            pulumi.RunError: naming them.
        """
        for resource in self._inputs.keys() - set(self._resources):
            raise pulumi.RunError(
                f"{self._component}: customize has {resource!r}, and there is no such resource here: use one of "
                f"{', '.join(self._resources)}"
            )


def provider_inputs(kind: type[pulumi.CustomResource]) -> set[str]:
    """Return the names of the inputs that a type of the AWS provider takes, read from the SDK."""
    parameters = inspect.signature(kind._internal_init).parameters  # type: ignore[attr-defined]  # noqa: SLF001
    return {name for name in parameters if name not in ("__self__", "resource_name", "opts", "__props__")}
