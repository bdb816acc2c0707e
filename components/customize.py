"""Further provider inputs for the resources of a component."""

import inspect
from collections.abc import Mapping
from typing import Any

import pulumi

Customization = Mapping[str, Mapping[str, Any]]
"""Provider inputs in snake_case, by the name of the resource in the component."""


class Customized:
    """Merges customized inputs into a component's resources, and refuses unknown ones."""

    def __init__(self, component: str, inputs: Customization) -> None:
        """Store the customization of a component."""
        self._component = component
        self._inputs = inputs
        self._resources: list[str] = []

    def inputs(self, resource: str, kind: type[pulumi.CustomResource], inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs of a resource; customized inputs override the component's.

        Raises:
            pulumi.RunError: the resource has no such input.
        """
        self._resources.append(resource)
        chosen = self._inputs.get(resource, {})
        known = provider_inputs(kind)
        for name in chosen:
            if name not in known:
                raise pulumi.RunError(
                    f"{self._component}: customize[{resource!r}] has {name!r}, which is not an input of "
                    f"{kind.__name__}: use one of {', '.join(sorted(known))}"
                )
        return {**inputs, **chosen}

    def check(self) -> None:
        """Check that every customized resource was declared.

        Raises:
            pulumi.RunError: with the names of those that were not.
        """
        for resource in self._inputs.keys() - set(self._resources):
            raise pulumi.RunError(
                f"{self._component}: customize has {resource!r}, which is not a resource of this component: use one "
                f"of {', '.join(self._resources)}"
            )


def provider_inputs(kind: type[pulumi.CustomResource]) -> set[str]:
    """Return the input names of a resource type, from the SDK."""
    parameters = inspect.signature(kind._internal_init).parameters  # type: ignore[attr-defined]  # noqa: SLF001
    return {name for name in parameters if name not in ("__self__", "resource_name", "opts", "__props__")}
