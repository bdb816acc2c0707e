"""Rules for the workflows that zizmor and actionlint do not check."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from bootstrap.policies import PREFIX
from bootstrap.roles import BUILDS, STAGES
from bootstrap.storage import ALIAS
from pipeline.__main__ import _parser
from pipeline.pull_request import LABEL, stack_of
from tests.recording import ROOT

GITHUB = ROOT / ".github"
NAMES = sorted(path.stem for path in (GITHUB / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: (?P<action>[\w-]+/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
WRITES = {
    "preview": {"id-token", "pull-requests"},
    "stage": {"id-token"},
    "deploy": {"id-token"},
    "rollback": {"id-token"},
    "pr-environment": {"id-token", "pull-requests"},
    "drift": {"id-token", "issues"},
    "nightly": set(),
    "check": set(),
}
"""Write permissions of each workflow's jobs. `id-token` lets a job assume an AWS role; it writes nothing."""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One workflow."""

    name: str
    text: str
    content: dict[Any, Any]

    @property
    def triggers(self) -> dict[str, Any]:
        """The triggers; YAML parses the key `on` as true."""
        return dict(self.content[True])

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """Jobs by id."""
        return dict(self.content["jobs"])

    @property
    def steps(self) -> Iterator[dict[str, Any]]:
        """The steps of all jobs."""
        for job in self.jobs.values():
            yield from job.get("steps", [])


def read(name: str) -> Workflow:
    text = (GITHUB / "workflows" / f"{name}.yml").read_text()
    return Workflow(name=name, text=text, content=yaml.safe_load(text))


@pytest.fixture(params=NAMES)
def workflow(request: pytest.FixtureRequest) -> Workflow:
    return read(request.param)


def all_steps() -> Iterator[dict[str, Any]]:
    for name in NAMES:
        yield from read(name).steps
    yield from yaml.safe_load((GITHUB / "actions/pulumi/action.yml").read_text())["runs"]["steps"]


def test_an_action_has_the_same_commit_everywhere() -> None:
    found: dict[str, set[str]] = {}
    for path in GITHUB.rglob("*.yml"):
        for line in path.read_text().splitlines():
            if pin := PINNED.search(line):
                found.setdefault(pin["action"], set()).add(pin[0])
    assert all(len(pins) == 1 for pins in found.values()), found


def test_jobs_have_no_further_write_permissions(workflow: Workflow) -> None:
    assert workflow.content["permissions"] == {}, "jobs have no permissions by default"
    for name, job in workflow.jobs.items():
        granted = job["permissions"]
        assert granted["contents"] == "read", name
        assert {scope for scope, access in granted.items() if access == "write"} <= WRITES[workflow.name], name


def test_jobs_of_forks_get_no_aws_role() -> None:
    for name in NAMES:
        workflow = read(name)
        if "pull_request" not in workflow.triggers:
            continue
        for job in workflow.jobs.values():
            if "id-token" in job["permissions"] and "needs" not in job:
                assert "head.repo.full_name == github.repository" in job["if"], name


def test_every_step_is_one_command() -> None:
    commands = [step["run"] for step in all_steps() if "run" in step]
    assert commands
    for command in commands:
        assert "\n" not in command.strip(), command
        assert "<<" not in command, command
        assert not {";", "&&", "||", "`"} & set(re.findall(r";|&&|\|\||`", command)), command
        assert "$(" not in command, command


def test_variables_in_commands_are_quoted() -> None:
    for step in all_steps():
        variables = re.findall(r"\$\w+", step.get("run", ""))
        for variable in variables:
            assert f'"{variable}"' in step["run"], f"{variable} is not quoted in {step['run']}"


def test_every_job_has_a_timeout(workflow: Workflow) -> None:
    for name, job in workflow.jobs.items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 60, name


def test_jobs_that_change_aws_are_never_cancelled_or_concurrent() -> None:
    changing = {"pulumi up", "pulumi destroy"}
    seen = set()
    for name in NAMES:
        workflow = read(name)
        for job in workflow.jobs.values():
            commands = {" ".join(str(step.get("run")).split()[:2]) for step in job.get("steps", [])}
            if not commands & changing:
                continue
            seen |= commands & changing
            assert job["concurrency"]["cancel-in-progress"] is False, name
            assert job["concurrency"]["group"].startswith("stack-"), name
            assert workflow.content.get("concurrency", {}).get("cancel-in-progress") is not True, name
    assert seen == changing


def test_update_and_destroy_of_a_pull_request_are_never_concurrent() -> None:
    jobs = read("pr-environment").jobs
    number = "${{ github.event.pull_request.number }}"
    assert jobs["up"]["env"]["STACK"] == f"pr-{number}"
    assert jobs["up"]["concurrency"]["group"] == f"stack-pr-{number}"
    assert jobs["destroy"]["concurrency"]["group"] == "stack-${{ matrix.stack }}"
    assert stack_of(7) == "pr-7"


def test_a_run_for_another_label_replaces_no_pending_run() -> None:
    """A group keeps one pending run, and a run for another label skips its jobs."""
    workflow = read("pr-environment")
    assert workflow.content["concurrency"]["group"].endswith("&& '-other-label' || '' }}")
    assert "github.event.label.name == 'environment'" in workflow.jobs["up"]["if"]


def test_every_workflow_that_is_triggered_limits_its_concurrency() -> None:
    for name in NAMES:
        workflow = read(name)
        jobs = [job for job in workflow.jobs.values() if "uses" not in job]
        assert "concurrency" in workflow.content or all("concurrency" in job for job in jobs), name


def test_jobs_that_need_aws_are_skipped_without_an_account() -> None:
    for name in set(NAMES) - {"check", "nightly", "stage"}:
        for job in read(name).jobs.values():
            assert "needs" in job or "vars.PULUMI_BACKEND_URL != ''" in job["if"], name


def test_check_can_read_the_sources_only() -> None:
    for job in read("check").jobs.values():
        assert job["permissions"] == {"contents": "read"}
        assert "secrets." not in str(job)
    assert read("check").triggers["pull_request"] is None, "every pull request, including those of forks"


def test_the_guard_runs_again_for_every_label() -> None:
    """A skipped check counts as passed, so no label may skip it."""
    workflow = read("preview")
    assert {"labeled", "unlabeled"} <= set(workflow.triggers["pull_request"]["types"])
    assert "label" not in workflow.jobs["preview"]["if"]


def test_a_preview_needs_no_rust() -> None:
    assert not re.search(r"cargo |rustup", read("preview").text)


def test_the_state_of_a_preview_stays_out_of_the_log() -> None:
    (step,) = [step for step in read("preview").steps if "--json" in str(step.get("run"))]
    assert step["run"].endswith("> preview.json")
    (step,) = [step for step in read("preview").steps if "--diff --" in str(step.get("run"))]
    assert "--suppress-outputs" in step["run"]


def test_each_stage_waits_for_the_previous_one() -> None:
    jobs = read("deploy").jobs
    assert tuple(jobs) == STAGES
    assert jobs["staging"]["needs"] == "dev"
    assert jobs["prod"]["needs"] == "staging"
    assert {job["with"]["stack"] for job in jobs.values()} == set(STAGES)
    assert {job["uses"] for job in jobs.values()} == {"./.github/workflows/stage.yml"}


def test_only_a_rollback_may_deploy_an_older_commit() -> None:
    assert read("deploy").triggers == {"push": {"branches": ["main"]}}
    assert not [job for job in read("deploy").jobs.values() if {"rollback", "allow-loss"} & job["with"].keys()]
    (job,) = read("rollback").jobs.values()
    assert set(read("rollback").triggers) == {"workflow_dispatch"}
    assert "github.ref == 'refs/heads/main'" in job["if"]
    assert job["with"]["rollback"] is True
    assert read("rollback").triggers["workflow_dispatch"]["inputs"]["stack"]["options"] == list(STAGES)
    (forward,) = [step for step in read("stage").steps if "pipeline forward" in step.get("run", "")]
    assert forward["if"] == "${{ !inputs.rollback }}"


UPDATES = [name for name in NAMES if "pulumi up" in read(name).text]


def position(workflow: Workflow, words: str) -> int:
    """Return the index of the first step that runs a command."""
    return next(n for n, step in enumerate(workflow.steps) if words in step.get("run", ""))


@pytest.mark.parametrize("name", UPDATES)
def test_a_preview_the_limits_and_the_guard_precede_every_update(name: str) -> None:
    workflow = read(name)
    assert workflow.text.count("run: pulumi up") == 1
    update = position(workflow, "pulumi up")
    preview = position(workflow, 'pulumi preview --stack "$STACK" --show-sames --json > preview.json')
    for check in ("pipeline limits --preview preview.json", "pipeline guard --preview preview.json"):
        assert preview < position(workflow, check) < update
        assert "if" not in list(workflow.steps)[position(workflow, check)], "never skipped"
    assert not [step for step in workflow.steps if step.get("continue-on-error")]


def test_two_workflows_update_stacks() -> None:
    assert UPDATES == ["pr-environment", "stage"]


def test_stages_compare_artifacts_and_the_first_records_them() -> None:
    workflow = read("stage")
    steps, update = list(workflow.steps), position(workflow, "pulumi up")
    before = position(workflow, "pipeline verify-artifacts --preview")
    after = position(workflow, "pipeline verify-artifacts --outputs")
    record = position(workflow, "pipeline record-artifacts")
    assert before < update < after
    assert position(workflow, "pipeline smoke") < record, "only artifacts that work are promoted"
    assert steps[before]["if"] == steps[after]["if"] == f"inputs.stack != '{BUILDS}'"
    assert steps[record]["if"] == f"inputs.stack == '{BUILDS}'"


def test_a_stage_runs_the_scripts_of_the_workflow_commit() -> None:
    """An older commit may not have a check that is needed to deploy it again."""
    calls = [step["run"] for step in read("stage").steps if "-m pipeline" in step.get("run", "")]
    assert calls
    assert all(call.startswith("PYTHONPATH=.pipeline .venv/bin/python -P -m pipeline ") for call in calls)
    assert position(read("stage"), 'git worktree add --detach .pipeline "$GITHUB_SHA"') < position(
        read("stage"), "-m pipeline"
    )


def test_every_stage_is_previewed_and_checked_for_drift() -> None:
    for name in ("preview", "drift"):
        (job,) = read(name).jobs.values()
        assert tuple(job["strategy"]["matrix"]["stack"]) == STAGES


def test_a_stage_runs_in_the_environment_that_its_role_trusts() -> None:
    (job,) = read("stage").jobs.values()
    assert job["environment"] == "${{ inputs.stack }}"
    for name in ("up", "destroy"):
        assert read("pr-environment").jobs[name]["environment"] == "pull-request"


def test_the_smoke_test_of_a_stage_gets_the_history() -> None:
    steps = list(read("stage").steps)
    smoke = steps[position(read("stage"), "pipeline smoke")]
    assert "--history history.json" in smoke["run"]
    assert position(read("stage"), "pulumi up") < position(read("stage"), "pipeline smoke")


def test_roles_labels_and_keys_have_one_name() -> None:
    roles = {step["with"]["role"] for name in NAMES for step in read(name).steps if "role" in step.get("with", {})}
    assert roles == {f"{PREFIX}{role}" for role in ("preview", "drift", "pull-request", "deploy-${{ inputs.stack }}")}
    assert f"'{LABEL}'" in read("pr-environment").text
    for name in ("stage", "pr-environment"):
        assert f"awskms://{ALIAS}?region=" in read(name).text


def test_the_cli_has_the_version_of_the_sdk() -> None:
    (sdk,) = re.findall(r"^pulumi==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    stated = [re.findall(r'pulumi-version: "([^"]+)"', path.read_text()) for path in sorted(GITHUB.rglob("*.yml"))]
    assert {version for versions in stated for version in versions} == {sdk}


def test_every_verb_that_a_workflow_calls_exists() -> None:
    calls = [step["run"] for step in all_steps() if "-m pipeline" in step.get("run", "")]
    assert calls
    for call in calls:
        words = call.split("-m pipeline ", 1)[1].split(" >> ")[0].replace('"$PULL_REQUEST"', "12").split()
        assert _parser().parse_args(words).verb


def test_every_verb_is_called() -> None:
    text = "".join(read(name).text for name in NAMES)
    (choices,) = [action.choices for action in _parser()._actions if action.choices]
    assert {"guard", "forward", "verify-artifacts"} <= set(choices)
    for verb in choices:
        assert f"-m pipeline {verb} " in text, verb
