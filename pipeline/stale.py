"""Stacks of pull requests that are closed, or no longer want one."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

LABEL = "environment"
"""Label of a pull request that wants a stack of its own."""

STACK = re.compile(r"pr-([1-9][0-9]*)")


def stack_of(pull_request: int) -> str:
    """Return the name of a pull request's stack."""
    return f"pr-{pull_request}"


def stale_stacks(stacks: Iterable[Mapping[str, Any]], pull_requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the stacks to destroy.

    `stacks` is what `pulumi stack ls --json` printed, and `pull_requests` the open ones with the label, listed
    afterwards: asked the other way round, a pull request labelled in between would lose its stack.
    """
    wanted = {stack_of(pull_request["number"]) for pull_request in pull_requests}
    names = (str(stack["name"]).rsplit("/", 1)[-1] for stack in stacks)
    return sorted(name for name in names if STACK.fullmatch(name) and name not in wanted)
