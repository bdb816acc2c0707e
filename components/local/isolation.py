"""Keeps everything that runs locally away from AWS: no credentials, no configuration, no address but the emulator's."""

import os
from collections.abc import MutableMapping

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""Of no account. They are all that the emulator, its functions and the program's run ever see."""

THIS_MACHINE = ("127.0.0.1", "localhost", ".localhost")

REAL_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE")


def emulated_aws(endpoint: str, region: str) -> dict[str, str]:
    """Return the variables that send every AWS SDK and tool to the emulator, whatever the home folder configures."""
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
    """Reach this machine without the proxy that the shell sets for everything else."""
    for name in ("NO_PROXY", "no_proxy"):
        known = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
        if known != "*":
            environment[name] = ",".join(dict.fromkeys([*filter(None, known.split(",")), *THIS_MACHINE]))


def drop_aws(environment: MutableMapping[str, str]) -> bool:
    """Remove every AWS variable, and say whether credentials were among them."""
    found = any(environment.get(name, "test") != "test" for name in REAL_CREDENTIALS)
    for name in [name for name in environment if name.startswith("AWS_")]:
        del environment[name]
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    return found
