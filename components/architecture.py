"""The processor architectures of Lambda, and what each is called elsewhere."""

import enum
import platform


class Architecture(enum.StrEnum):
    """A Lambda function's instruction set; the values are Lambda's own names."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def rust_target(self) -> str:
        """The Rust target triple."""
        return {Architecture.ARM64: "aarch64-unknown-linux-gnu", Architecture.X86_64: "x86_64-unknown-linux-gnu"}[self]

    @property
    def target_cpu(self) -> str:
        """The oldest processor that Lambda runs this architecture on: Graviton2, or any x86 with AVX2.

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
    """Return the architecture that a setting names, in which `host` is that of this machine.

    Raises:
        ValueError: it names none.
    """
    return host_architecture() if text == "host" else Architecture(text)
