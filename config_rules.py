"""Rules for the values of a stack's configuration: what a value must be, and how it is parsed."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from components.architecture import Architecture, parse_architecture
from services.time_zones import UTC

T = TypeVar("T")

RELEASE = "release"
"""Cargo profile of the stacks between which artifacts are promoted."""
LOG_LEVELS = ("error", "warn", "info", "debug", "trace")
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?")
"""An origin as browsers send it: lower case, without a trailing slash."""
DOMAIN = re.compile(r"([a-z0-9-]+\.)+[a-z]+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DIGEST = re.compile(r"[0-9a-f]{64}")
ZONE_ID = re.compile(r"Z[A-Z0-9]+")
LAYER = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+")
POLICY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+")


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[T]):
    """A rule for a value."""

    text: str
    """Completes the sentence "it must be …"."""
    parse: Callable[[str], T]
    """Parses a value.

    Raises:
        ValueError: the value breaks the rule.
    """


def one_of(*allowed: str) -> Rule[str]:
    """Return a rule that accepts the given words."""
    return Rule(text=f"one of {', '.join(allowed)}", parse=lambda value: allowed[allowed.index(value)])


def whole_number(least: int, most: int | None = None) -> Rule[int]:
    """Return a rule that accepts integers in a range."""

    def parse(value: str) -> int:
        number = int(value) if value.isdecimal() else -1
        if number < least or (most is not None and number > most):
            raise ValueError(value)
        return number

    text = f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"
    return Rule(text=text, parse=parse)


def matching(pattern: re.Pattern[str], text: str) -> Rule[str | None]:
    """Return a rule that accepts values that match a pattern; an empty value is None."""

    def parse(value: str) -> str | None:
        if value and not pattern.fullmatch(value):
            raise ValueError(value)
        return value or None

    return Rule(text=f"{text}, or empty", parse=parse)


def _origins(value: str) -> tuple[str, ...]:
    origins = json.loads(value)
    if not isinstance(origins, list) or not all(isinstance(item, str) and ORIGIN.fullmatch(item) for item in origins):
        raise ValueError(value)
    return tuple(origins)


def _sites(value: str) -> dict[str, str]:
    """Parse the time zones of sites by origin. A site that is listed twice must have the same one."""
    sites = json.loads(value)
    if not isinstance(sites, list):
        raise ValueError(value)  # noqa: TRY004 (as for every other value that breaks the rule)
    zones: dict[str, str] = {}
    for site in sites:
        match site:
            case str(origin):
                zone = UTC
            case {"origin": str(origin), "timeZone": str(zone), **others} if not others:
                pass
            case _:
                raise ValueError(value)
        if not ORIGIN.fullmatch(origin) or zones.setdefault(origin, zone) != zone:
            raise ValueError(value)
    return zones


def _roles(value: str) -> Sequence[Mapping[str, str]]:
    roles = json.loads(value)
    if not isinstance(roles, list) or not all(isinstance(role, dict) and role.get("roleArn") for role in roles):
        raise ValueError(value)
    return tuple(roles)


def _endpoints(value: str) -> Mapping[str, str]:
    endpoints = json.loads(value)
    if not isinstance(endpoints, list) or not all(isinstance(services, dict) for services in endpoints):
        raise ValueError(value)
    return {name: str(address) for services in endpoints for name, address in services.items() if address}


def _retention(value: str) -> int:
    return RETENTION_DAYS[RETENTION_DAYS.index(int(value))]


def _not_empty(value: str) -> str:
    if not value:
        raise ValueError(value)
    return value


SWITCH: Rule[bool] = Rule(text="true or false", parse=lambda value: ("false", "true").index(value) == 1)
TEXT: Rule[str] = Rule(text="text that is not empty", parse=_not_empty)
OPTIONAL: Rule[str | None] = Rule(text="any text, or empty", parse=lambda value: value or None)
ARCHITECTURE: Rule[Architecture] = Rule(text=one_of(*Architecture, "host").text, parse=parse_architecture)
USER_POOL_TIER = one_of("lite", "essentials", "plus")
BUILD_PROFILE = one_of(RELEASE, "fast")
LOG_LEVEL = one_of(*LOG_LEVELS)
RETENTION: Rule[int] = Rule(text=f"one of {', '.join(map(str, RETENTION_DAYS))}", parse=_retention)
ORIGINS: Rule[tuple[str, ...]] = Rule(text="a list of origins: scheme and host in lower case, no path", parse=_origins)
SITES: Rule[Mapping[str, str]] = Rule(
    text="a list of origins: scheme and host in lower case, no path; "
    "or of maps with the origin and its timeZone, such as Europe/Berlin",
    parse=_sites,
)
ROLES: Rule[Sequence[Mapping[str, str]]] = Rule(text="a list of maps, each with a roleArn", parse=_roles)
ENDPOINTS: Rule[Mapping[str, str]] = Rule(text="a list with one map of services to addresses", parse=_endpoints)
DOMAIN_NAME = matching(DOMAIN, "a domain name in lower case")
HOSTED_ZONE = matching(ZONE_ID, "the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ")
LAYER_ARN = matching(LAYER, "the ARN of a version of a Lambda layer")
POLICY_ARN = matching(POLICY, "the ARN of an IAM policy")
SHA256 = matching(DIGEST, "the 64 hexadecimal digits of a SHA-256, in lower case")
PUBLIC_KEY = matching(DIGEST, "the 64 hexadecimal digits of an Ed25519 public key, in lower case")
EMAIL_ADDRESS = matching(EMAIL, "an e-mail address")
