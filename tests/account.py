"""The resources of the program and of `bootstrap/`, with the physical names and ARNs of an AWS account."""

import re
from functools import cache
from typing import Any

import yaml
from pulumi.runtime.mocks import MockResourceArgs
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack

from bootstrap.policies import PREFIX
from components.local.program import run_program
from components.local.stack_config import StackConfig, read_stack_config
from tests.recording import ROOT, Recording, RecordingMonitor, on_a_short_stack

ACCOUNT = "123456789012"
REGION = "eu-west-1"
SUBJECT = "repo:octocat@123456/hello@456789"
SUFFIX = "0a1b2c3"
"""Stands for the random digits of every name."""

ARNS = {
    "aws:cloudwatch/dashboard:Dashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/",
    "aws:cloudwatch/logGroup:LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:",
    "aws:cloudwatch/metricAlarm:MetricAlarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:",
    "aws:cognito/userPool:UserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_",
    "aws:dynamodb/table:Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/",
    "aws:iam/policy:Policy": f"arn:aws:iam::{ACCOUNT}:policy/",
    "aws:iam/role:Role": f"arn:aws:iam::{ACCOUNT}:role/",
    "aws:kms/key:Key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/",
    "aws:lambda/function:Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:",
    "aws:s3/bucket:Bucket": "arn:aws:s3:::",
    "aws:scheduler/schedule:Schedule": f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/",
    "aws:sns/topic:Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:",
    "aws:sqs/queue:Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:",
}
"""ARN prefix of each resource type, before the physical name."""

PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


@cache
def pattern(project_file: str = "Pulumi.yaml") -> str:
    """Return the pattern of physical names of a project: Pulumi's default, unless its file states one."""
    config: dict[str, Any] = yaml.safe_load((ROOT / project_file).read_text())["config"]
    stated: dict[str, Any] = config.get("pulumi:autonaming", {}).get("value", {})
    return str(stated.get("pattern", "${name}-${hex(7)}"))


def physical_name(logical: str, stack: str, project: str, named_by: str) -> str:
    """Return the name that Pulumi gives a resource, by a pattern of `pulumi:autonaming`."""
    words = {"stack": stack, "project": project, "name": logical, "hex(7)": SUFFIX}
    return re.sub(r"\$\{([^}]+)\}", lambda match: words[match[1]], named_by)


class AccountRecording(Recording):
    """Answers with the physical names and ARNs that AWS would give."""

    def __init__(self, stack: str, project: str, named_by: str) -> None:
        """Name resources of a stack by a pattern."""
        super().__init__()
        self._stack, self._project, self._named_by = stack, project, named_by
        self.arns: dict[str, str] = {}
        """ARN of each resource whose type has names in its ARNs, by logical name."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Answer as the provider would; an explicit name or prefix wins over the pattern."""
        id_, outputs = super().new_resource(args)
        prefix = args.inputs.get("namePrefix")
        automatic = physical_name(args.name, self._stack, self._project, self._named_by)
        stated = next((args.inputs[key] for key in ("name", "bucket", "dashboardName") if args.inputs.get(key)), None)
        name = stated or (f"{prefix}{SUFFIX}" if prefix else automatic)
        arn = PROVIDER if args.typ.startswith("aws:iam/openId") else f"{ARNS.get(args.typ, 'arn:aws:none:::')}{name}"
        if args.typ in ARNS:
            self.arns[args.name] = arn
        if args.typ == "aws:lambda/alias:Alias":
            arn = f"{ARNS['aws:lambda/function:Function']}{args.inputs['functionName']}:{name}"
        known = {**outputs, "name": name, "bucket": name, "arn": arn}
        if args.typ == "aws:dynamodb/table:Table":
            known["streamArn"] = f"{arn}/stream/2026-01-01T00:00:00.000"
        return id_, {**known, **args.inputs}


def boundary_arn(stack: str) -> str:
    """Return the ARN of the permissions boundary of a stack's roles."""
    name = "pr" if stack.startswith("pr-") else stack
    return f"arn:aws:iam::{ACCOUNT}:policy/{PREFIX}boundary-{name}"


@cache
def program(stack: str, **config: str) -> AccountRecording:
    """Return the program's resources for a stack, or a pull request's stack, with further settings."""
    read = read_stack_config(ROOT, "dev" if stack.startswith("pr-") else stack)
    values = {**read.values, **{f"{read.project}:{key}": value for key, value in config.items()}}
    recording = AccountRecording(stack, read.project, pattern())
    settings = StackConfig(project=read.project, stack=stack, values=values)
    on_a_short_stack(lambda: run_program(ROOT, settings, RecordingMonitor(recording)))
    return recording


def full_program(stack: str) -> AccountRecording:
    """Return the program's resources with an address of alarms, tracing and the boundary of the stack's roles."""
    return program(stack, alarmEmail="on-call@example.com", tracing="true", permissionsBoundary=boundary_arn(stack))


@cache
def bootstrap(**config: str) -> tuple[AccountRecording, dict[str, Any]]:
    """Return the resources and the outputs of `bootstrap/` with settings by their short names."""
    project = "rust-serverless-bootstrap"
    values = {"aws:region": REGION, f"{project}:githubSubject": SUBJECT}
    values |= {f"{project}:{key}": value for key, value in config.items()}
    recording = AccountRecording("account", project, pattern("bootstrap/Pulumi.yaml"))
    settings = StackConfig(project=project, stack="account", values=values)
    _forget_outputs()
    outputs = on_a_short_stack(lambda: dict(run_program(ROOT / "bootstrap", settings, RecordingMonitor(recording))))
    _forget_outputs()
    return recording, outputs


def _forget_outputs() -> None:
    """Remove the outputs of another program: the SDK has one stack in a process."""
    stack = get_root_resource()
    if isinstance(stack, Stack):
        stack.outputs.clear()
