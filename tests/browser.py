"""Chromium, as Debian packages it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

MISSING = "Chromium is not on this machine: apt-get install chromium, then run the tests again"


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """Start headless Chromium. If it is missing, install it as root on Debian, or else skip the test."""
    path = shutil.which("chromium") or _installed()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        options = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(executable_path=path, args=[*options, *sandbox, *switches])
        try:
            yield browser
        finally:
            browser.close()


def _installed() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    for arguments in (["update"], ["install", "--yes", "chromium"]):
        subprocess.run(["apt-get", "--quiet", *arguments], check=True, capture_output=True)
    return shutil.which("chromium")
