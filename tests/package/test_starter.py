import os
import shutil
import subprocess
from pathlib import Path

import yaml

from pipeline.http_client import request
from tests.package.conftest import Outsider, without_optimization
from tests.recording import ROOT

STARTER = ROOT / "starter"


def started(root: Path) -> None:
    """Do what `pulumi new` does with a template: copy it, and fill in what it asked for."""
    shutil.copytree(STARTER, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target"))
    without_optimization(root / "rust/Cargo.toml")
    project = root / "Pulumi.yaml"
    filled = project.read_text().replace("${PROJECT}", "greetings").replace("${DESCRIPTION}", "Says hi")
    content = yaml.safe_load(filled)
    del content["template"]
    project.write_text(yaml.safe_dump(content))


def test_the_starter_is_a_url_that_greets(outsider: Outsider) -> None:
    started(outsider.root)
    url = outsider.up((STARTER / "__main__.py").read_text())["url"]
    assert request("GET", f"{url}?name=Ada").body == b'{"hello":"Ada"}'


def test_the_tests_of_its_handler_pass() -> None:
    target = ROOT / "rust" / "target" / "starter"
    command = ["cargo", "test", "--locked", "--quiet", "--target-dir", str(target)]
    environment = {**os.environ, "CARGO_PROFILE_DEV_DEBUG": "false"}
    subprocess.run(command, cwd=STARTER / "rust", env=environment, check=True)


def test_the_starter_requires_the_current_version() -> None:
    needed = (STARTER / "requirements.txt").read_text()
    project = (ROOT / "components" / "pyproject.toml").read_text()
    assert needed == "rust-serverless[local]>=0.1,<0.2\n"
    assert 'version = "0.1.0"' in project
