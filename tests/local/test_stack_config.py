import json
from pathlib import Path

import pytest

from components.local.errors import LocalError
from components.local.stack_config import StackConfig, local_stack_config, read_stack_config
from tests.recording import ROOT


def write(root: Path, project: str, stack: str) -> Path:
    (root / "Pulumi.yaml").write_text(project)
    (root / "Pulumi.test.yaml").write_text(stack)
    return root


PROJECT = "name: shop\nconfig:\n  size:\n    type: integer\n    default: 3\n  colour:\n    type: string\n"


def test_values_are_as_the_cli_passes_them(tmp_path: Path) -> None:
    stack = "config:\n  aws:region: eu-west-1\n  shop:colour: red\n  shop:tags: [a, b]\n  shop:on: true\n"
    assert read_stack_config(write(tmp_path, PROJECT, stack), "test") == StackConfig(
        project="shop",
        stack="test",
        values={
            "shop:size": "3",
            "aws:region": "eu-west-1",
            "shop:colour": "red",
            "shop:tags": '["a", "b"]',
            "shop:on": "true",
        },
    )


def test_a_stack_overrides_the_default(tmp_path: Path) -> None:
    config = read_stack_config(write(tmp_path, PROJECT, "config:\n  shop:size: 5\n"), "test")
    assert config.values == {"shop:size": "5"}


def test_every_service_of_the_local_stack_goes_to_one_address() -> None:
    config = read_stack_config(ROOT, "local").sent_to("http://127.0.0.1:9")
    (endpoints,) = json.loads(config.values["aws:endpoints"])
    assert {"s3", "lambda", "iam", "sts"} <= endpoints.keys()
    assert set(endpoints.values()) == {"http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("config: [", "Pulumi.test.yaml is not valid YAML"),
        ("config:\n", "has no aws:region"),
        ("", "has no aws:region"),
        ("- a\n", "Pulumi.test.yaml is not a mapping: write keys and values"),
        ("config: 5\n", "config in Pulumi.test.yaml is not a mapping"),
    ],
)
def test_an_invalid_file_is_named(tmp_path: Path, stack: str, message: str) -> None:
    root = write(tmp_path, PROJECT, stack)
    with pytest.raises(LocalError, match=message):
        _ = read_stack_config(root, "test").region


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ("runtime: python\n", "has no name of the project: add one"),
        ("shop\n", "Pulumi.yaml is not a mapping"),
        ("name: shop\nconfig: [a]\n", "config in Pulumi.yaml is not a mapping"),
    ],
)
def test_an_invalid_project_is_named(tmp_path: Path, project: str, message: str) -> None:
    with pytest.raises(LocalError, match=message):
        local_stack_config(write(tmp_path, project, ""), "test")


@pytest.mark.parametrize("stack", ["", "config:\n", "config:\n  shop:size: 5\n"])
def test_the_local_stack_has_a_region_by_default(tmp_path: Path, stack: str) -> None:
    assert local_stack_config(write(tmp_path, PROJECT, stack), "test").region == "us-east-1"
    assert local_stack_config(tmp_path, "without-a-file").region == "us-east-1"


def test_the_local_stack_uses_the_region_of_its_file(tmp_path: Path) -> None:
    root = write(tmp_path, PROJECT, "config:\n  aws:region: eu-west-1\n")
    assert local_stack_config(root, "test").region == "eu-west-1"


@pytest.mark.parametrize("value", ["{secure: v1:abc}", "{user: ann, password: {secure: v1:abc}}", "[{secure: v1:abc}]"])
def test_an_encrypted_value_is_refused_in_local_runs_only(tmp_path: Path, value: str) -> None:
    root = write(tmp_path, PROJECT, f"config:\n  shop:pw: {value}\n")
    with pytest.raises(LocalError, match="shop:pw is encrypted; .*: write a plain value in Pulumi.test.yaml"):
        local_stack_config(root, "test")
    assert "shop:pw" in read_stack_config(root, "test").values


def test_a_missing_stack_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Pulumi.none.yaml does not exist"):
        read_stack_config(write(tmp_path, PROJECT, ""), "none")
