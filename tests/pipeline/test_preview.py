from pathlib import Path

import pytest

from pipeline.preview import read_preview
from tests.pipeline.recorded import recorded_preview


def test_components_and_the_stack_are_not_changes() -> None:
    """They only group others."""
    preview = recorded_preview("create")
    assert {"rust-serverless-dev", "echo", "rust"} <= {step.name for step in preview.steps}
    assert {step.name for step in preview.changes} == {
        *("rust-build", "echo-function", "echo-logs", "currencies-table", "auth-users", "api-http"),
    }


def test_unchanged_sources_change_nothing() -> None:
    preview = recorded_preview("unchanged")
    assert preview.changes == []
    assert preview.counts == {"same": 56}
    assert preview.errors == ()


def test_an_edited_function_is_the_one_with_new_code() -> None:
    (changed,) = recorded_preview("code").code_changes.items()
    binary, step = changed
    assert binary == "glitch"
    assert step.name == "glitch-function"
    assert step.properties == ("s3Key",)
    assert step.code_before != step.code_after


def test_an_edited_crate_gives_its_users_new_code() -> None:
    assert set(recorded_preview("crate").code_changes) == {"currencies", "echo", "glitch"}


def test_a_changed_setting_is_not_new_code() -> None:
    preview = recorded_preview("replace")
    assert "currencies-function" in {step.name for step in preview.changes}
    assert preview.code_changes == {}


def test_the_most_severe_change_comes_first() -> None:
    assert [step.operation for step in recorded_preview("replace").changes] == ["replace", "update", "update"]


def test_a_program_that_fails_late_is_an_error() -> None:
    preview = recorded_preview("failed")
    assert preview.changes == []
    (error,) = preview.errors
    assert error.startswith("Program failed")
    assert error.endswith("RuntimeError: no")


def test_a_refresh_shows_deleted_and_changed_resources() -> None:
    changes = recorded_preview("drift").changes
    assert [(step.operation, step.name, step.properties) for step in changes] == [
        ("create", "currencies-table", ()),
        ("update", "echo-function", ("memorySize",)),
    ]


@pytest.mark.parametrize("printed", ["", "error: no stack named 'prod' found", "[]", "null"])
def test_invalid_output_is_an_error(tmp_path: Path, printed: str) -> None:
    (tmp_path / "preview.json").write_text(printed)
    assert read_preview(tmp_path / "preview.json").errors


def test_a_preview_that_was_never_written_is_an_error(tmp_path: Path) -> None:
    assert read_preview(tmp_path / "none.json").errors
