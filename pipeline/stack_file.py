"""The configuration of a pull request's stack: that of `dev`, with nothing that others rely on."""

from collections.abc import Mapping
from typing import Any

import yaml

PROJECT = "rust-serverless"

TAGS = "aws:defaultTags"

DEFAULT = {
    # Whoever may write to the shared bucket decides what production runs.
    f"{PROJECT}:artifactBucket",
    # A name leads to one stack, and the mail about alarms is for people who look after one.
    *(f"{PROJECT}:domainName", f"{PROJECT}:hostedZoneId", f"{PROJECT}:alarmEmail"),
}
"""Settings that are left out, so that they have their defaults."""

DISPOSABLE = {f"{PROJECT}:deletionProtection": "false", f"{PROJECT}:pointInTimeRecovery": "false"}

BOUNDARY = f"{PROJECT}:permissionsBoundary"


def pull_request_stack_file(dev: str, stack: str, account: str) -> str:
    """Return the text of `Pulumi.<stack>.yaml` for a stack in an AWS account, made from that of `Pulumi.dev.yaml`.

    The stack is in the tags, and the boundary is that of pull requests: the role of the workflow makes nothing without
    them. Whatever in the file is about `dev`'s own encryption is left out.
    """
    config: Mapping[str, Any] = yaml.safe_load(dev)["config"]
    kept = {key: value for key, value in config.items() if key not in DEFAULT}
    tags = {**kept.get(TAGS, {}).get("tags", {}), "stack": stack}
    boundary = {BOUNDARY: f"arn:aws:iam::{account}:policy/{PROJECT}-boundary-pr"}
    return yaml.safe_dump({"config": {**kept, TAGS: {"tags": tags}, **DISPOSABLE, **boundary}}, sort_keys=False)
