"""A stack that runs: what its program put out, and a way to its AWS services."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.emulator import EmulatorHome
from local.home import Home
from local.isolation import CREDENTIALS
from local.stack_config import read_stack_config
from operations.errors import OperationError

LOCAL = "local"
"""The stack that `make local` runs."""


@dataclass(frozen=True, kw_only=True)
class RunningStack:
    """One stack, with the credentials of whoever asks."""

    name: str
    outputs: Mapping[str, Any]
    session: boto3.Session
    endpoint: str | None
    """The emulator, for the local stack."""

    def client(self, service: str) -> Any:
        """Open a client of one of the stack's AWS services."""
        return self.session.client(service, endpoint_url=self.endpoint)

    def table(self, name: str) -> str:
        """Return the physical name of a table.

        Raises:
            OperationError: the stack has no such table.
        """
        tables = self.outputs.get("tables", {})
        if name not in tables:
            raise OperationError(f"the stack {self.name} has no table {name}: bring it up to date with `pulumi up`")
        return str(tables[name])

    def environment(self) -> dict[str, str]:
        """Return the variables by which a program of ours finds DynamoDB, as it does on Lambda.

        Raises:
            OperationError: there are no credentials.
        """
        found = self.session.get_credentials()
        if found is None:
            raise OperationError("there are no AWS credentials in this shell: sign in, or set AWS_PROFILE")
        credentials = found.get_frozen_credentials()
        return {
            "AWS_REGION": str(self.session.region_name),
            "AWS_ACCESS_KEY_ID": str(credentials.access_key),
            "AWS_SECRET_ACCESS_KEY": str(credentials.secret_key),
            **({"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}),
            **({"AWS_ENDPOINT_URL": self.endpoint} if self.endpoint else {}),
        }


def running_stack(name: str, root: Path, home: Home) -> RunningStack:
    """Find a stack that runs.

    Raises:
        OperationError: the Pulumi CLI is missing, or knows no such stack.
        LocalError: the local stack does not run.
    """
    return _local(root, home) if name == LOCAL else _on_aws(name, root)


def _local(root: Path, home: Home) -> RunningStack:
    outputs = home.read_outputs()
    emulator = EmulatorHome(home.folder).running()
    if emulator is None:
        raise OperationError("the emulator is not running: run `make local`")
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=read_stack_config(root, LOCAL).region,
    )
    return RunningStack(name=LOCAL, outputs=outputs, session=session, endpoint=emulator.url)


def _on_aws(name: str, root: Path) -> RunningStack:
    config = {key: entry["value"] for key, entry in _pulumi("config", name, root).items() if "value" in entry}
    session = boto3.Session(profile_name=config.get("aws:profile"), region_name=config.get("aws:region"))
    return RunningStack(name=name, outputs=_pulumi("stack output", name, root), session=session, endpoint=None)


def _pulumi(command: str, stack: str, root: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            ["pulumi", *command.split(), "--stack", stack, "--json", "--non-interactive"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise OperationError(
            "the Pulumi CLI is not on the PATH: install it (https://www.pulumi.com/docs/install/), or use STACK=local"
        ) from None
    if done.returncode != 0:
        raise OperationError(f"`pulumi {command} --stack {stack}` failed: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
