"""The stacks of pull requests: their names, their configuration, and which to destroy."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

PROJECT = "rust-serverless"
LABEL = "environment"
"""Label of a pull request that gets its own stack."""
STACK = re.compile(r"pr-([1-9][0-9]*)")
TAGS = "aws:defaultTags"
OMITTED = {
    # Artifacts in the shared bucket reach production.
    f"{PROJECT}:artifactBucket",
    # A domain name leads to one stack, and alarms of `dev` go to its operators.
    *(f"{PROJECT}:domainName", f"{PROJECT}:hostedZoneId", f"{PROJECT}:alarmEmail"),
}
"""Settings of `dev` that such a stack does not get."""
DISPOSABLE = {f"{PROJECT}:deletionProtection": "false", f"{PROJECT}:pointInTimeRecovery": "false"}
BOUNDARY = f"{PROJECT}:permissionsBoundary"


def stack_of(pull_request: int) -> str:
    """Return the name of a pull request's stack."""
    return f"pr-{pull_request}"


def stack_file(dev: str, stack: str, account: str) -> str:
    """Return the content of `Pulumi.<stack>.yaml` for a stack in an AWS account, from that of `Pulumi.dev.yaml`.

    It has the stack in its tags and the permissions boundary of pull requests, which the workflow's role requires, and
    nothing of the encryption of `dev`.
    """
    config: Mapping[str, Any] = yaml.safe_load(dev)["config"]
    shared = {key: value for key, value in config.items() if key not in OMITTED}
    tags = {**shared.get(TAGS, {}).get("tags", {}), "stack": stack}
    boundary = {BOUNDARY: f"arn:aws:iam::{account}:policy/{PROJECT}-boundary-pr"}
    return yaml.safe_dump({"config": {**shared, TAGS: {"tags": tags}, **DISPOSABLE, **boundary}}, sort_keys=False)


def stale_stacks(stacks: Iterable[Mapping[str, Any]], pull_requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the stacks to destroy.

    `stacks` is the output of `pulumi stack ls --json`. `pull_requests` are the open ones with the label. They must be
    listed after the stacks, or a pull request that is labeled in between would lose its stack.
    """
    wanted = {stack_of(pull_request["number"]) for pull_request in pull_requests}
    names = (str(stack["name"]).rsplit("/", 1)[-1] for stack in stacks)
    return sorted(name for name in names if STACK.fullmatch(name) and name not in wanted)
