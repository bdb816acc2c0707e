"""Compares `docs/aws-setup.md` with the code."""

import re

import yaml

from bootstrap import roles
from bootstrap.policies import PREFIX
from pipeline import drift, guard, pull_request
from tests.account import bootstrap
from tests.recording import ROOT

PAGE = (ROOT / "docs/aws-setup.md").read_text()
WORKFLOWS = {path.name for path in (ROOT / ".github/workflows").glob("*.yml")}


def test_every_workflow_is_explained() -> None:
    """`stage.yml` is a part of `deploy.yml`."""
    assert WORKFLOWS - {"stage.yml"} == set(re.findall(r"^\| `([\w-]+\.yml)` \|", PAGE, re.MULTILINE))


def test_every_role_is_explained() -> None:
    names = {f"deploy-{stage}" for stage in roles.STAGES} | {"preview", "drift", "pull-request"}
    rows = PAGE[PAGE.index(f"| Role `{PREFIX}") :].splitlines()[2:]
    documented = {name for row in rows if row.startswith("|") for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    assert documented == names


def test_every_label_variable_and_environment_is_created() -> None:
    labels = set(re.findall(r"gh label create ([\w-]+)", PAGE))
    assert labels == {guard.LABEL, drift.LABEL, pull_request.LABEL}
    for variable in ("AWS_ACCOUNT_ID", "AWS_REGION", "PULUMI_BACKEND_URL"):
        assert variable in PAGE[PAGE.index("for name in AWS_") :].splitlines()[0]
    assert "for name in dev staging prod; do" in PAGE
    assert "environments/pull-request'" in PAGE
    assert "gh variable set PULL_REQUEST_ACCOUNT_ID" in PAGE
    assert "gh variable set PULL_REQUEST_BACKEND_URL" in PAGE


def test_the_settings_are_those_of_the_program() -> None:
    project = (ROOT / "bootstrap/Pulumi.yaml").read_text()
    for setting in re.findall(r"pulumi config set (?:aws:region|(\w+))", PAGE):
        assert not setting or f"  {setting}:" in project
    source = (ROOT / "bootstrap/settings.py").read_text()
    maps = re.findall(r"pulumi config set --path (\w+)\.", PAGE)
    assert set(maps) == {"apiIds", "domains"}
    for setting in (*maps, "artifactReaders", "artifactBucket", "stages", "pullRequests"):
        assert f'"{setting}"' in source
        assert setting in PAGE


def test_settings_that_are_set_as_json_have_no_type() -> None:
    """`pulumi config set` stores JSON as a string, which the CLI would not accept as an array or object."""
    config = yaml.safe_load((ROOT / "bootstrap/Pulumi.yaml").read_text())["config"]
    lists = {key for key, setting in config.items() if isinstance(setting.get("default"), list | dict)}
    assert lists == {"stages", "artifactReaders"}
    assert {config[key].get("type") for key in lists} == {None}


def test_the_boundary_of_the_example_is_that_of_a_stage() -> None:
    (arn,) = re.findall(r"permissionsBoundary: (\S+)", PAGE)
    assert arn == bootstrap()[0].arns["dev-boundary-policy"]
