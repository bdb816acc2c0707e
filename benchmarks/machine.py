"""Describes the machine of a measurement."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def machine(root: Path) -> str:
    """Return CPU, system, versions and date, on one line."""
    parts = (
        f"{_processor()}, {os.cpu_count()} cores",
        platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        f"Linux {platform.release()}",
        _version("rustc", root / "rust"),
        f"Python {platform.python_version()}",
        f"Node.js {_version('node', root)}" if shutil.which("node") else "no Node.js",
        datetime.now(UTC).date().isoformat(),
    )
    return " · ".join(parts)


def load_warning() -> str | None:
    """Return a warning if other programs use the machine, which distorts the numbers."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return f"the machine was busy: a load of {load:.1f} on {cores} cores at the start" if load > cores / 2 else None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(tool: str, folder: Path) -> str:
    done = subprocess.run([tool, "--version"], cwd=folder, capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()[:2])
