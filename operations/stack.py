"""A deployed stack: its outputs, and clients of its AWS services."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from components.local.commands import running_emulator
from components.local.emulator import Emulator
from components.local.home import Home
from components.local.isolation import CREDENTIALS, bypass_proxy, remove_aws_variables
from components.local.stack_config import STACK, read_stack_config
from operations.cli import OperationError, PulumiCli, pulumi_cli

PROVIDER_NAMES = {"cognito-idp": "cognitoidp", "logs": "cloudwatchlogs"}
"""Names of services in the provider's setting `aws:endpoints`, where they differ from boto3's."""


@dataclass(frozen=True, kw_only=True)
class RunningStack:
    """A stack, with the credentials of the caller."""

    name: str
    outputs: Mapping[str, Any]
    session: boto3.Session
    endpoints: Mapping[str, str]
    """Endpoints of the services that are not on AWS, by the provider's names."""

    def client(self, service: str) -> Any:
        """Return a boto3 client for one of the stack's AWS services."""
        return self.session.client(service, endpoint_url=self.endpoints.get(PROVIDER_NAMES.get(service, service)))

    def table(self, name: str) -> str:
        """Return the physical name of a table.

        Raises:
            OperationError: the stack has no such table.
        """
        tables = self.outputs.get("tables", {})
        if name not in tables:
            raise OperationError(
                f"the stack {self.name} has no table {name}: update it with `make up STACK={self.name}`"
            )
        return str(tables[name])

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which our Rust programs reach DynamoDB, as on Lambda.

        Raises:
            OperationError: there are no credentials.
        """
        found = self.session.get_credentials()
        if found is None:
            raise OperationError("no AWS credentials in this shell: sign in, or set AWS_PROFILE")
        credentials = found.get_frozen_credentials()
        return {
            "AWS_REGION": str(self.session.region_name),
            "AWS_ACCESS_KEY_ID": str(credentials.access_key),
            "AWS_SECRET_ACCESS_KEY": str(credentials.secret_key),
            **({"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}),
            **({"AWS_ENDPOINT_URL": self.endpoints["dynamodb"]} if "dynamodb" in self.endpoints else {}),
        }


def running_stack(name: str, root: Path, home: Home) -> RunningStack:
    """Return a deployed stack; for `local`, the one that `make local` or the Pulumi CLI deployed to the emulator.

    Raises:
        OperationError: the Pulumi CLI is missing, or the stack does not exist.
        LocalError: the emulator is not running.
    """
    if name == STACK:
        emulator = running_emulator(home.folder, "make local")
        if home.outputs_file.exists():
            return _make_local_stack(root, home, emulator)
    return cli_stack(pulumi_cli(name, root, home))


def cli_stack(cli: PulumiCli) -> RunningStack:
    """Return a stack that the Pulumi CLI manages.

    Raises:
        OperationError: the CLI is missing, or the stack does not exist.
    """
    outputs, config = cli.outputs(), cli.config()
    if cli.stack == STACK and not outputs:
        raise OperationError("the local stack has no resources: run `make local` or `make up STACK=local`")
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


def _make_local_stack(root: Path, home: Home, emulator: Emulator) -> RunningStack:
    remove_aws_variables(os.environ)
    bypass_proxy(os.environ)
    config = read_stack_config(root, STACK).sent_to(emulator.url)
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=config.region,
    )
    (endpoints,) = json.loads(config.values["aws:endpoints"])
    return RunningStack(name=STACK, outputs=home.read_outputs("make local"), session=session, endpoints=endpoints)
