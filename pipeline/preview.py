"""Reads the output of `pulumi preview --json`, also with `--refresh`.

It reads only what other modules need: the states in the JSON contain outputs of commands, such as Cargo's, which must
not appear in a comment. With `--show-sames` there is a step for each resource, also for unchanged ones.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FUNCTION = "aws:lambda/function:Function"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's placeholder for a value that is unknown before the update."""
SHOWN_FIRST = ("delete", "replace", "create", "update")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a preview, for one resource."""

    operation: str
    """Pulumi's operation: same, create, update, replace, delete, refresh…"""
    urn: str
    custom: bool
    """Whether a provider manages it; components and the stack only group resources."""
    properties: tuple[str, ...]
    """Paths of changed properties, such as `environment.variables.RUST_LOG`, without values."""
    before: Mapping[str, Any] = field(default_factory=dict, repr=False)
    after: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Inputs before and after. They may contain secrets, so they are never shown."""
    references: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """URNs of the resources that an input depends on, by input; known before their names."""
    unprotected: bool = False
    """Whether the resource loses its protection from deletion."""

    @property
    def code_before(self) -> str | None:
        """`s3Key` of a function's code before."""
        return self.before.get("s3Key")

    @property
    def code_after(self) -> str | None:
        """`s3Key` of a function's code after the update."""
        return self.after.get("s3Key")

    @property
    def type(self) -> str:
        """Type token, such as `aws:dynamodb/table:Table`."""
        return self.urn.split("::")[2].rsplit("$", 1)[-1]

    @property
    def name(self) -> str:
        """Logical name."""
        return self.urn.split("::", 3)[3]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview of a stack."""

    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    """Number of resources by operation, including those without a step."""
    errors: tuple[str, ...]
    """Errors; empty if it succeeded."""

    @property
    def changes(self) -> list[Step]:
        """The steps that change resources, the most severe first."""
        changed = (step for step in self.steps if step.operation not in ("same", "refresh", "read"))
        return sorted((step for step in changed if step.custom), key=_severity)

    @property
    def code_changes(self) -> dict[str, Step]:
        """The steps of functions whose code changes, by binary."""
        return {
            step.code_after.split("/")[0]: step
            for step in self.changes
            if step.type == FUNCTION and step.code_after and step.code_after != step.code_before
        }


def read_preview(path: Path) -> Preview:
    """Read the CLI's output. If it is not a preview, the result has an error."""
    try:
        digest = json.loads(path.read_text(encoding="utf-8"))
        steps = digest.get("steps", [])
    except (OSError, ValueError, AttributeError):
        return Preview(steps=(), counts={}, errors=("Pulumi could not start: see the log of this check.",))
    return Preview(
        steps=tuple(_step(step) for step in steps),
        counts=digest.get("changeSummary", {}),
        errors=_errors(digest.get("diagnostics", [])),
    )


def _step(step: Mapping[str, Any]) -> Step:
    return Step(
        operation=step["op"],
        urn=step["urn"],
        custom=bool((step.get("newState") or step.get("oldState") or {}).get("custom")),
        properties=tuple(sorted(step.get("detailedDiff") or step.get("diffReasons") or ())),
        before=_inputs(step.get("oldState")),
        after=_inputs(step.get("newState")),
        references=(step.get("newState") or {}).get("propertyDependencies") or {},
        unprotected=_is_protected(step.get("oldState"))
        and bool(step.get("newState"))
        and not _is_protected(step["newState"]),
    )


def _inputs(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    inputs = (state or {}).get("inputs", {})
    return inputs if isinstance(inputs, dict) else {}


def _is_protected(state: Mapping[str, Any] | None) -> bool:
    return bool((state or {}).get("protect"))


def _errors(diagnostics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        diagnostic["message"].removeprefix("error: ").strip()
        for diagnostic in diagnostics
        if diagnostic.get("severity") == "error"
    )


def _severity(step: Step) -> tuple[int, str]:
    return next((i for i, word in enumerate(SHOWN_FIRST) if word in step.operation), len(SHOWN_FIRST)), step.name
