"""Lambda's processor architectures, and their names in Rust."""

import enum
import platform


class Architecture(enum.StrEnum):
    """A Lambda function's instruction set, by Lambda's names."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def rust_target(self) -> str:
        """The Rust target triple."""
        return {Architecture.ARM64: "aarch64-unknown-linux-gnu", Architecture.X86_64: "x86_64-unknown-linux-gnu"}[self]

    @property
    def target_cpu(self) -> str:
        """The oldest processor of this architecture on Lambda: Graviton2, or x86 with AVX2.

        https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
        """
        return {Architecture.ARM64: "neoverse-n1", Architecture.X86_64: "haswell"}[self]


def host_architecture() -> Architecture:
    """Return the architecture of this machine.

    Raises:
        ValueError: Lambda has no such architecture.
    """
    machine = platform.machine().lower()
    aliases = {"aarch64": Architecture.ARM64, "amd64": Architecture.X86_64}
    return aliases.get(machine) or Architecture(machine)


def parse_architecture(text: str) -> Architecture:
    """Return the architecture of a setting; `host` is this machine's.

    Raises:
        ValueError: there is no such architecture.
    """
    return host_architecture() if text == "host" else Architecture(text)
