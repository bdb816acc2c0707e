"""The browsers of the tests, as Debian packages them."""

import fcntl
import functools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = ("chromium-headless-shell", "chromium")
"""The first one has no user interface, and takes a fifth of the CPU time. Playwright prefers it, too."""


def executable(*packages: str) -> str:
    """Return the path of the first browser that is installed, or skip the test."""
    for package in packages:
        if path := _installed(package):
            return path
    pytest.skip(f"{packages[0]} is not installed. Run apt-get install {packages[0]}, then run the tests again")


@functools.cache
def _installed(package: str) -> str | None:
    """Return the path of a browser, which root on Debian installs first."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with (Path(tempfile.gettempdir()) / "rust-serverless-apt-get").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not shutil.which(package):
                for arguments in (["update"], ["install", "--yes", package]):
                    subprocess.run(["apt-get", "--quiet", *arguments], check=False, capture_output=True)
    return shutil.which(package)


def _options(*switches: str) -> list[str]:
    options = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return [*options, *sandbox, *switches]


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """Start Chromium without a window."""
    path = executable(*CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_options(*switches))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium_alone(url: str, *switches: str) -> Iterator[None]:
    """Open a page in Chromium without a window and without a debugger, which disables some features."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Without a debugging port, the headless browser prints the page and ends.
        headless = ["--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        command = [executable(*CHROMIUM), *_options(*headless, *switches), url]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True) as browser:
            try:
                yield
            finally:
                # The command may be a shell script, as on Debian, which would end without the browser.
                os.killpg(browser.pid, signal.SIGTERM)
