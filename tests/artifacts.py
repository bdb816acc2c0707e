"""Artifacts without a workspace, for tests of other components."""

import pulumi
from pulumi_command.local import Command

from components.architecture import Architecture
from components.rust_function import RustFunction, RustFunctionArgs
from components.rust_workspace import Artifact


def artifact(name: str, uploaded: pulumi.Resource | None = None) -> Artifact:
    """Return an artifact that a Command named `<name>-upload` uploads."""
    return Artifact(
        bucket=pulumi.Output.from_input("artifacts"),
        key=pulumi.Output.from_input(f"{name}/arm64/abc.zip"),
        architecture=Architecture.ARM64,
        uploaded=uploaded or Command(f"{name}-upload", create="true"),
    )


def function(name: str) -> RustFunction:
    """Declare a function."""
    return RustFunction(name, RustFunctionArgs(artifact=artifact(name)))
