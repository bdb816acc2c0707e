"""What `pulumi preview --json` prints, with `--refresh` too.

Only what the other modules ask for is read: the states in the JSON also hold outputs of commands, cargo's among them,
which nobody wants in a comment.

With `--show-sames` there is a step for each resource, unchanged ones too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FUNCTION = "aws:lambda/function:Function"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How Pulumi writes a value that is not known before the update."""
SHOWN_FIRST = ("delete", "replace", "create", "update")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What Pulumi would do to one resource."""

    operation: str
    """Pulumi's word: same, create, update, replace, delete, refresh…"""
    urn: str
    custom: bool
    """Whether a provider makes it; components and the stack only group others."""
    properties: tuple[str, ...]
    """Paths of the properties that differ, such as `environment.variables.RUST_LOG`; their values are not here."""
    before: Mapping[str, Any] = field(default_factory=dict, repr=False)
    after: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Inputs before and afterwards, to judge. They may hold secrets, so nothing shows them."""
    references: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """URNs of the resources that an input is made of, by input: known before their names are."""
    unprotected: bool = False
    """Whether the resource was protected from deletion, and will not be."""

    @property
    def code_before(self) -> str | None:
        """`s3Key` of a function's code before."""
        return self.before.get("s3Key")

    @property
    def code_after(self) -> str | None:
        """`s3Key` of a function's code afterwards."""
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
    """One preview of one stack."""

    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    """Number of resources by operation, those without a step included."""
    errors: tuple[str, ...]
    """Why it failed; empty when it did not."""

    @property
    def changes(self) -> list[Step]:
        """What would be done to AWS's resources, the worst first."""
        changed = (step for step in self.steps if step.operation not in ("same", "refresh", "read"))
        return sorted((step for step in changed if step.custom), key=_severity)

    @property
    def code_changes(self) -> dict[str, Step]:
        """The functions that get other code, by binary."""
        return {
            step.code_after.split("/")[0]: step
            for step in self.changes
            if step.type == FUNCTION and step.code_after and step.code_after != step.code_before
        }


def read_preview(path: Path) -> Preview:
    """Read what the CLI printed; when it printed no preview, that is the error."""
    try:
        digest = json.loads(path.read_text(encoding="utf-8"))
        steps = digest.get("steps", [])
    except (OSError, ValueError, AttributeError):
        return Preview(steps=(), counts={}, errors=("Pulumi could not start: the log of this check says why.",))
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
