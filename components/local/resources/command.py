"""`command:local:Command`, which runs on this machine, such as the build and the first session key."""

import os
import subprocess
import tempfile

from ...build.cargo import inherited_environment
from ..cargo_progress import ENVIRONMENT, CargoProgress
from ..errors import LocalError
from ..isolation import emulated_aws
from .kind import Context, Created, Kind, Properties, Resource, physical_name

CARGO_FOLDERS = ("CARGO_HOME", "CARGO_TARGET_DIR")


def _create(context: Context, name: str, inputs: Properties) -> Created:
    outputs = _run(context, name, inputs.get("create"), inputs, {})
    return Created(id=physical_name(name, {}), outputs=outputs)


def _update(context: Context, command: Resource, inputs: Properties) -> Created:
    script = inputs.get("update") or inputs.get("create")
    return Created(id=command.id, outputs=_run(context, _name(command), script, inputs, command.outputs))


def _delete(context: Context, command: Resource) -> None:
    _run(context, _name(command), command.inputs.get("delete"), command.inputs, command.outputs)


def _name(command: Resource) -> str:
    return command.id.rpartition("-")[0]


def _run(context: Context, name: str, script: str | None, inputs: Properties, previous: Properties) -> Properties:
    """Run a script of a Command as the provider does, and return the outputs.

    https://github.com/pulumi/pulumi-command/blob/master/provider/pkg/provider/local/commandOutputs.go
    """
    if not script:
        return previous
    progress = CargoProgress(context.report)
    with tempfile.TemporaryFile("w+", errors="replace") as stdin, tempfile.TemporaryFile("w+", errors="replace") as out:
        stdin.write(inputs.get("stdin") or "")
        stdin.seek(0)
        with subprocess.Popen(
            [*(inputs.get("interpreter") or ("/bin/sh", "-c")), script],
            cwd=context.root / (inputs.get("dir") or "."),
            env={
                **_inherited(),
                **ENVIRONMENT,
                **emulated_aws(context.endpoint, context.region),
                **(inputs.get("environment") or {}),
                **(_previous(previous) if inputs.get("addPreviousOutputInEnv") is not False else {}),
            },
            stdin=stdin,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            printed = "".join(line for line in process.stderr or [] if not progress.consume(line))
        out.seek(0)
        stdout = out.read()
    if process.returncode != 0:
        raise LocalError(f"{name} failed:\n{printed.strip()}")
    return {"stdout": stdout.removesuffix("\n"), "stderr": printed.removesuffix("\n")}


def _previous(outputs: Properties) -> dict[str, str]:
    found = {"PULUMI_COMMAND_STDOUT": outputs.get("stdout"), "PULUMI_COMMAND_STDERR": outputs.get("stderr")}
    return {name: text for name, text in found.items() if text}


def _inherited() -> dict[str, str]:
    """Return the variables that a build inherits, and the folders that it derives its own from; none of AWS."""
    folders = {name: os.environ[name] for name in CARGO_FOLDERS if name in os.environ}
    return {**inherited_environment(os.environ), **folders}


COMMAND = Kind(create=_create, update=_update, delete=_delete, replaced_by=("triggers",))
