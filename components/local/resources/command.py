"""`command:local:Command`, which runs on this machine: the build, and the first session key."""

import os
import subprocess
import tempfile

from ..cargo_progress import ENVIRONMENT, CargoProgress
from ..errors import LocalError
from ..isolation import emulated_aws
from .kind import Context, Created, Kind, Properties

INHERITED = (
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TERM",
    "CARGO_TERM_COLOR",
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "RUSTUP_",
    "CARGO_HTTP",
    "CARGO_NET",
    "CARGO_REGISTR",
)
"""Prefixes of the variables that a Command inherits. It inherits no AWS variable."""
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


def _run(context: Context, name: str, inputs: Properties) -> Created:
    progress = CargoProgress(context.report)
    with tempfile.TemporaryFile("w+", errors="replace") as stdout:
        with subprocess.Popen(
            ["/bin/sh", "-c", inputs["create"]],
            cwd=context.root / inputs.get("dir", "."),
            env={
                **_inherited(),
                **ENVIRONMENT,
                **emulated_aws(context.endpoint, context.region),
                **inputs.get("environment", {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            printed = "".join(line for line in process.stderr or [] if not progress.consume(line))
        if process.returncode != 0:
            raise LocalError(f"{name} failed:\n{printed.strip()}")
        stdout.seek(0)
        return Created(id=name, outputs={"stdout": stdout.read(), "stderr": printed})


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(INHERITED) or name.upper() in NETWORK}


COMMAND = Kind(
    create=_run,
    update=lambda context, command, inputs: _run(context, command.id, inputs),
    delete=lambda *_: None,
)
