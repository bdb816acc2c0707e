"""Isolates local runs from AWS: no credentials, no configuration, and the emulator's endpoint."""

import os
from collections.abc import MutableMapping

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""Dummy credentials, the only ones visible to the emulator, the functions and the program."""

THIS_MACHINE = ("127.0.0.1", "localhost", ".localhost")

REAL_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE")


def emulated_aws(endpoint: str, region: str) -> dict[str, str]:
    """Return the variables that make every AWS SDK and tool use the emulator."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def bypass_proxy(environment: MutableMapping[str, str]) -> None:
    """Exclude this machine from the shell's proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        known = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
        if known != "*":
            environment[name] = ",".join(dict.fromkeys([*filter(None, known.split(",")), *THIS_MACHINE]))


def remove_aws_variables(environment: MutableMapping[str, str]) -> bool:
    """Remove all AWS variables, and return whether there were credentials."""
    found = any(environment.get(name, "test") != "test" for name in REAL_CREDENTIALS)
    for name in [name for name in environment if name.startswith("AWS_")]:
        del environment[name]
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    return found
