from pathlib import Path

import pytest
import yaml

from operations.cli import OperationError
from operations.new_stack import new_stack


def test_a_new_stack_is_disposable_and_tagged(tmp_path: Path) -> None:
    config = yaml.safe_load(new_stack(tmp_path, "qa", "eu-central-1").read_text())["config"]
    assert config["aws:region"] == "eu-central-1"
    assert config["aws:defaultTags"]["tags"]["stack"] == "qa"
    assert config["rust-serverless:deletionProtection"] == "false"


def test_an_existing_stack_is_unchanged(tmp_path: Path) -> None:
    file = new_stack(tmp_path, "qa", "eu-central-1")
    file.write_text("mine")
    with pytest.raises(OperationError, match=r"Pulumi\.qa\.yaml already exists"):
        new_stack(tmp_path, "qa", "eu-central-1")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "QA", "1st", "a/b", "../x", "pr", "pr-12", "dev--2", "dev-", "a" * 13])
def test_a_name_that_aws_would_refuse_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OperationError, match="is not a valid stack name"):
        new_stack(tmp_path, name, "eu-central-1")
    assert list(tmp_path.iterdir()) == []
