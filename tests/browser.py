"""The browsers of the tests, as Debian packages them."""

import fcntl
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

SHELL = "chromium-headless-shell"
"""Chromium without its user interface, which Playwright prefers, too. It takes a fifth of the CPU time."""


@functools.cache
def executable(package: str) -> str | None:
    """Return the path of a browser, which root on Debian installs first."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with (Path(tempfile.gettempdir()) / "rust-serverless-apt-get").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not shutil.which(package):
                for arguments in (["update"], ["install", "--yes", package]):
                    subprocess.run(["apt-get", "--quiet", *arguments], check=False, capture_output=True)
    return shutil.which(package)


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """Start Chromium without a window."""
    path = executable(SHELL) or executable("chromium")
    if path is None:
        pytest.skip(f"Chromium is not installed. Run apt-get install {SHELL}, then run the tests again")
    with sync_playwright() as playwright:
        options = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=path, args=[*options, *sandbox, *switches])
        try:
            yield browser
        finally:
            browser.close()
