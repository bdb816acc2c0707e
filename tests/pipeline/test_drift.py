import pytest

from pipeline.drift import body, title
from tests.pipeline.recorded import recorded_preview


def test_drift_lists_each_resource_with_its_change() -> None:
    text = body("prod", recorded_preview("drift"))
    assert text is not None
    assert "- `currencies-table` (`aws:dynamodb/table:Table`) was deleted" in text
    assert "- `echo-function` (`aws:lambda/function:Function`) was changed: `memorySize`" in text
    assert "glitch-function" not in text
    assert "rust-build" not in text
    assert "pulumi up --refresh --stack prod" in text


def test_no_drift_means_no_issue() -> None:
    assert body("prod", recorded_preview("unchanged")) is None


def test_a_refresh_that_failed_closes_nothing() -> None:
    with pytest.raises(ValueError, match="RuntimeError"):
        body("prod", recorded_preview("failed"))


def test_each_stack_has_its_own_issue() -> None:
    assert title("prod") != title("dev")
