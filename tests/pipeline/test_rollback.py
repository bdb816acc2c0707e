from pipeline.rollback import instructions, previous_commit
from tests.pipeline.recorded import recorded_json

NEW, OLD = "5f1b141ebc0430fc70c592ba1184480a3b81a9cb", "39cf04dd2d02880980fa944a07bf12f71fdc237f"


def update(head: str, *, kind: str = "update", result: str = "succeeded") -> dict[str, object]:
    return {"kind": kind, "result": result, "environment": {"git.head": head}}


def test_the_way_back_is_the_commit_that_was_deployed_before() -> None:
    assert previous_commit(recorded_json("history"), NEW) == OLD


def test_a_commit_that_failed_or_was_only_refreshed_or_destroyed_is_no_way_back() -> None:
    history = [update("c"), update("b", result="failed"), update("b", kind="refresh"), update("b", kind="destroy")]
    assert previous_commit([*history, update("a")], "c") == "a"


def test_deploying_the_same_commit_twice_is_no_way_back() -> None:
    assert previous_commit([update("b"), update("b"), update("a")], "b") == "a"


def test_the_instructions_are_a_command_to_paste() -> None:
    said = instructions("prod", recorded_json("history"), NEW)
    assert said.splitlines()[-1].strip() == f"gh workflow run rollback.yml --field stack=prod --field commit={OLD}"


def test_a_first_deployment_has_no_way_back() -> None:
    assert "no other commit" in instructions("dev", [update("a")], "a")
    assert "no other commit" in instructions("dev", [], "a")
