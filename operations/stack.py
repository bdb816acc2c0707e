"""A stack that runs: what its program put out, and a way to its AWS services."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from components.local.emulator import Emulator, EmulatorHome
from components.local.home import Home
from components.local.isolation import CREDENTIALS
from components.local.stack import STACK
from components.local.stack_config import read_stack_config
from operations.cli import PulumiCli, pulumi_cli
from operations.errors import OperationError

PROVIDER_NAMES = {"cognito-idp": "cognitoidp", "logs": "cloudwatchlogs"}
"""What the provider's setting `aws:endpoints` calls a service, where boto3 has another name for it."""


@dataclass(frozen=True, kw_only=True)
class RunningStack:
    """One stack, with the credentials of whoever asks."""

    name: str
    outputs: Mapping[str, Any]
    session: boto3.Session
    endpoints: Mapping[str, str]
    """Addresses of the services that are not at AWS, by the provider's names for them."""

    def client(self, service: str) -> Any:
        """Open a client of one of the stack's AWS services."""
        return self.session.client(service, endpoint_url=self.endpoints.get(PROVIDER_NAMES.get(service, service)))

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
            **({"AWS_ENDPOINT_URL": self.endpoints["dynamodb"]} if "dynamodb" in self.endpoints else {}),
        }


def running_stack(name: str, root: Path, home: Home) -> RunningStack:
    """Find a stack that runs: what `make local` runs, or what the Pulumi CLI knows.

    Raises:
        OperationError: the Pulumi CLI is missing, or knows no such stack.
        LocalError: nothing runs on the emulator.
    """
    emulator = EmulatorHome(home.folder).running() if name == STACK else None
    if emulator and home.outputs_file.exists():
        return _of_make_local(root, home, emulator)
    return of_the_cli(pulumi_cli(name, root, home))


def of_the_cli(cli: PulumiCli) -> RunningStack:
    """Return a stack of the Pulumi CLI.

    Raises:
        OperationError: the CLI is missing, or knows no such stack.
    """
    outputs, config = cli.outputs(), cli.config()
    if cli.stack == STACK and not outputs:
        raise OperationError("nothing runs here yet: run `make local`")
    session = boto3.Session(
        profile_name=config.get("aws:profile"),
        aws_access_key_id=config.get("aws:accessKey"),
        aws_secret_access_key=config.get("aws:secretKey"),
        region_name=config.get("aws:region"),
    )
    endpoints = {
        service: address
        for services in json.loads(config.get("aws:endpoints", "[]"))
        for service, address in services.items()
    }
    return RunningStack(name=cli.stack, outputs=outputs, session=session, endpoints=endpoints)


def _of_make_local(root: Path, home: Home, emulator: Emulator) -> RunningStack:
    config = read_stack_config(root, STACK).sent_to(emulator.url)
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=config.region,
    )
    (endpoints,) = json.loads(config.values["aws:endpoints"])
    return RunningStack(name=STACK, outputs=home.read_outputs(), session=session, endpoints=endpoints)
