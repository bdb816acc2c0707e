import platform

import pytest

from components.architecture import Architecture, host_architecture


@pytest.mark.parametrize(
    ("machine", "architecture"),
    [
        ("x86_64", Architecture.X86_64),
        ("AMD64", Architecture.X86_64),
        ("arm64", Architecture.ARM64),
        ("aarch64", Architecture.ARM64),
    ],
)
def test_every_name_of_the_host_architecture_is_known(
    monkeypatch: pytest.MonkeyPatch, machine: str, architecture: Architecture
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert host_architecture() is architecture


def test_an_unsupported_host_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ValueError, match="riscv64"):
        host_architecture()
