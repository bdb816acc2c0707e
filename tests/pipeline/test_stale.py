from pipeline.stale import stack_of, stale_stacks
from tests.pipeline.recorded import recorded_json


def named(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "current": False} for name in names]


def test_a_stack_whose_pull_request_is_over_is_stale() -> None:
    assert stale_stacks(recorded_json("stacks"), []) == ["pr-12"]


def test_a_stack_whose_pull_request_wants_it_stays() -> None:
    assert stale_stacks(recorded_json("stacks"), [{"number": 12}, {"number": 13}]) == []
    assert stale_stacks(named("pr-1", "pr-12"), [{"number": 12}]) == ["pr-1"]


def test_no_other_stack_is_ever_stale() -> None:
    names = ("dev", "staging", "prod", "pr-", "pr-0", "pr-1x", "my-pr-1", "pr-012", "PR-1", "pr-1\n")
    assert stale_stacks(named(*names), []) == []


def test_a_name_with_its_organization_and_project_is_understood() -> None:
    assert stale_stacks(named("organization/rust-serverless/pr-7"), []) == ["pr-7"]


def test_a_pull_requests_stack_is_found_by_its_number() -> None:
    assert stack_of(12) == "pr-12"
