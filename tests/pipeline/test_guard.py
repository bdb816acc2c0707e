import dataclasses

import pytest

from pipeline.guard import LABEL, LOST, judge, sentence
from tests.pipeline.recorded import recorded_preview


@pytest.mark.parametrize("name", ["create", "unchanged", "code", "crate"])
def test_what_loses_nothing_passes(name: str) -> None:
    verdict = judge(recorded_preview(name), [])
    assert verdict.losses == ()
    assert not verdict.refused


def test_a_table_that_is_replaced_is_refused() -> None:
    verdict = judge(recorded_preview("replace"), ["other"])
    assert verdict.refused
    assert [sentence(loss) for loss in verdict.losses] == [
        "currencies-table (aws:dynamodb/table:Table) would be replaced, and its items lost"
    ]


def test_a_table_a_user_pool_and_an_api_that_are_deleted_are_refused() -> None:
    verdict = judge(recorded_preview("delete"), [])
    assert verdict.refused
    assert {loss.type for loss in verdict.losses} == set(LOST)
    assert all("would be deleted" in sentence(loss) for loss in verdict.losses)


@pytest.mark.parametrize("name", ["replace", "delete"])
def test_a_label_allows_it(name: str) -> None:
    verdict = judge(recorded_preview(name), ["other", LABEL])
    assert verdict.losses
    assert not verdict.refused


def test_no_label_allows_a_preview_that_failed() -> None:
    """What comes after the failure is not known."""
    assert judge(recorded_preview("failed"), [LABEL]).refused


@pytest.mark.parametrize("operation", ["delete-replaced", "create-replacement", "discard", "a-new-word"])
def test_an_operation_that_is_not_known_to_keep_a_table_is_refused(operation: str) -> None:
    preview = recorded_preview("replace")
    steps = tuple(dataclasses.replace(step, operation=operation) for step in preview.steps)
    assert judge(dataclasses.replace(preview, steps=steps), []).refused


def test_a_table_that_is_updated_passes() -> None:
    preview = recorded_preview("replace")
    steps = tuple(dataclasses.replace(step, operation="update") for step in preview.steps)
    assert not judge(dataclasses.replace(preview, steps=steps), []).refused
