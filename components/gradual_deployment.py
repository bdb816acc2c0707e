"""Gradual deployment of new versions, with automatic rollback."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_command import local

from .arguments import Arguments
from .aws_credentials import AwsCredentials, access_environment, aws_access
from .program_python import module_command
from .rust_function import RustFunction
from .version_shift import Outcome


@dataclass(frozen=True, kw_only=True)
class GradualDeploymentArgs(Arguments):
    """Arguments of `GradualDeployment`."""

    function: RustFunction
    """Function with `Operation(gradual_deployment=True)`."""
    alarms: Sequence[pulumi.Input[str]] = ()
    """Names of alarms that trigger a rollback."""
    region: str | None = None
    endpoint: str | None = None
    """Lambda endpoint of the provider, if it is not AWS's."""
    credentials: AwsCredentials = field(default_factory=AwsCredentials)


class GradualDeployment(pulumi.ComponentResource):
    """Shifts a function's alias to each version that an update publishes.

    The new version gets 10% of the invocations for five minutes. If it fails or an alarm fires, the previous version
    gets all of them again. The update continues, and `result` reports the rollback. Previews ignore the alias's
    version, so the next preview shows no change. The next version is the next attempt.
    """

    def __init__(self, name: str, args: GradualDeploymentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the Command that shifts the alias for each new version."""
        super().__init__("rust-serverless:index:GradualDeployment", name, None, opts)
        function = args.function
        if function.alias is None:
            raise pulumi.RunError(f"{function.name} publishes no versions: set gradual_deployment of its Operation")
        self._command = local.Command(
            f"{name}-shift",
            create=module_command(f"{__package__}.version_shift"),
            dir=".",
            environment={
                "FUNCTION": function.function_name,
                "ALIAS": function.alias.name,
                "VERSION": function.version,
                "ALARMS": pulumi.Output.all(*args.alarms).apply(json.dumps),
                **access_environment(aws_access(self, args.credentials, args.region, args.endpoint)),
            },
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.result: pulumi.Output[dict[str, str]] = self._command.stdout.apply(_result)
        """`outcome`, `live` and `reason`, as in `version_shift.Result`."""
        self.result.apply(lambda result: self._warn_of_rollback(function.name, result))
        self.register_outputs({"result": self.result})

    def _warn_of_rollback(self, function: str, result: Mapping[str, str]) -> None:
        if result.get("outcome") == Outcome.ROLLED_BACK and not pulumi.runtime.is_dry_run():
            pulumi.log.warn(
                f"{function} was rolled back to version {result['live']}: {result['reason']}. Fix the code and deploy "
                "again",
                self,
            )


def _result(stdout: str | None) -> dict[str, str]:
    """Return the Command's output; empty if it did not run."""
    found: dict[str, str] = json.loads(stdout) if stdout else {}
    return found
