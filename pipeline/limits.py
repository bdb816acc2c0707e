"""Finds AWS limits that an update would exceed, from a preview with `--show-sames` and the account."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.preview import FUNCTION, UNKNOWN, Preview, Step

PERMISSION = "aws:lambda/permission:Permission"
ROUTE = "aws:apigatewayv2/route:Route"
INTEGRATION = "aws:apigatewayv2/integration:Integration"

UNRESERVED = 100
"""Concurrency that an account must leave unreserved.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
ENVIRONMENT_BYTES = 4_096
"""Maximum size of all variables of a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
POLICY_BYTES = 20_480
"""Maximum size of a function's policy, which has a statement for each permission."""
STATEMENT_BYTES = 260
"""Size of a statement, without its name and ARNs."""
PER_API = {ROUTE: 300, INTEGRATION: 300}
"""Maximum number per API. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
UNKNOWN_BYTES = 100
"""Assumed size of an unknown value: more than that of every name and URL that the program sets."""
COMBINE_ROUTES = "Combine several in one route, such as ANY /path/{proxy+}"
DELETIONS = ("delete", "delete-replaced", "discard")


@dataclass(frozen=True, kw_only=True)
class Concurrency:
    """Concurrency limit of an account in its region."""

    total: int
    unreserved: int
    """The part that no function has reserved."""


def problems(preview: Preview, concurrency: Concurrency | None = None) -> list[str]:
    """Return each problem with its remedy; without `concurrency`, that limit is not checked."""
    found = [*_environments(preview), *_policies(preview), *_routes(preview)]
    return [*found, *_reservations(preview, concurrency)] if concurrency else found


def account_concurrency(client: Any) -> Concurrency:
    """Return the limit of the account of a Lambda client."""
    limit = client.get_account_settings()["AccountLimit"]
    return Concurrency(total=limit["ConcurrentExecutions"], unreserved=limit["UnreservedConcurrentExecutions"])


def _remaining(preview: Preview, typ: str) -> list[Step]:
    steps = {
        step.urn: step for step in preview.steps if step.type == typ and step.operation not in DELETIONS and step.after
    }
    return list(steps.values())


def _target(step: Step, name: str) -> str:
    """Return the resource that an input refers to: its URN if it is in the stack, as its name may not be known yet."""
    return str(next(iter(step.references.get(name) or ()), step.after.get(name)))


def _reservations(preview: Preview, concurrency: Concurrency) -> Iterator[str]:
    # A function may release concurrency after another reserves it, and a replacement exists before the old one is gone.
    reserved = {step.urn: {} if "replace" in step.operation else step.before for step in _remaining(preview, FUNCTION)}
    more = sum(max(0, _reserved(step.after) - _reserved(reserved[step.urn])) for step in _remaining(preview, FUNCTION))
    least = min(UNRESERVED, concurrency.total)
    if more > 0 and concurrency.unreserved - more < least:
        room = max(0, concurrency.unreserved - least)
        yield (
            f"the functions would reserve {more} more concurrent executions, but only {room} are available: of the "
            f"account's {concurrency.total}, {concurrency.unreserved} are unreserved and {least} must stay so. Lower "
            "reservedConcurrency in the stack file, or request a higher quota (Lambda, Concurrent executions)"
        )


def _reserved(inputs: Mapping[str, Any]) -> int:
    value = inputs.get("reservedConcurrentExecutions")
    return max(0, int(value)) if isinstance(value, int | float) else 0


def _environments(preview: Preview) -> Iterator[str]:
    for step in _remaining(preview, FUNCTION):
        variables = (step.after.get("environment") or {}).get("variables") or {}
        sizes = {name: len(name.encode()) + _bytes(value) for name, value in variables.items()}
        if sum(sizes.values()) > ENVIRONMENT_BYTES:
            largest = max(sizes, key=lambda name: sizes[name])
            yield (
                f"{step.name} would have {sum(sizes.values())} bytes of environment variables; Lambda allows "
                f"{ENVIRONMENT_BYTES}. The largest is {largest}: shorten it, or store it in a table"
            )


def _bytes(value: Any) -> int:
    return UNKNOWN_BYTES if value == UNKNOWN else len(str(value).encode())


def _policies(preview: Preview) -> Iterator[str]:
    sizes: Counter[str] = Counter()
    for step in _remaining(preview, PERMISSION):
        texts = (step.name, step.after.get("function"), step.after.get("sourceArn"))
        sizes[_target(step, "function")] += STATEMENT_BYTES + sum(map(_bytes, texts))
    for function, size in sizes.items():
        if size > POLICY_BYTES:
            yield (
                f"the routes of {function.rsplit('::', 1)[-1]} would need about {size} bytes of permissions; "
                f"Lambda allows {POLICY_BYTES}. {COMBINE_ROUTES}"
            )


def _routes(preview: Preview) -> Iterator[str]:
    for typ, most in PER_API.items():
        kind = typ.rsplit(":", 1)[1].lower()
        for count in Counter(_target(step, "apiId") for step in _remaining(preview, typ)).values():
            if count > most:
                yield f"the API would have {count} {kind}s; an HTTP API allows {most}. {COMBINE_ROUTES}"
