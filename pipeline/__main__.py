"""`python -m pipeline <verb>`, which the workflows call."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from pipeline import artifacts, comment, deployment, drift, github, guard, limits, pull_request
from pipeline.changed_files import causes, changed_files
from pipeline.preview import read_preview
from pipeline.samples import sample_requests
from pipeline.smoke import smoke

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Run the verb on the command line."""
    arguments = _parser().parse_args()
    refusal = arguments.verb(arguments)
    if refusal:
        sys.exit(f"error: {refusal}")


def _guard(arguments: argparse.Namespace) -> str | None:
    verdict = guard.judge(read_preview(arguments.preview), json.loads(arguments.labels))
    for loss in verdict.losses:
        print(guard.sentence(loss))
    if not verdict.refused:
        return None
    return "the preview failed" if verdict.failed else f"add the label {guard.LABEL} if this is intended"


def _comment(arguments: argparse.Namespace) -> None:
    preview = read_preview(arguments.preview)
    verdict = guard.judge(preview, json.loads(arguments.labels))
    reasons = {}
    if preview.code_changes:
        files = changed_files(ROOT, arguments.base, arguments.head)
        reasons = causes(ROOT, "rust", files, arguments.base)
    body = comment.preview_comment(arguments.stack, preview, verdict, reasons, _text(arguments.diff))
    github.put_comment(arguments.pull_request, comment.marker(arguments.stack), body)


def _forward(arguments: argparse.Namespace) -> str | None:
    running = deployment.running_commit(_json(arguments.history))
    return deployment.refusal(Path.cwd(), arguments.stack, running, arguments.commit)


def _labels(arguments: argparse.Namespace) -> None:
    running = deployment.running_commit(_json(arguments.history))
    found = github.labels_of(deployment.commits_between(Path.cwd(), running, arguments.commit))
    print(f"labels={json.dumps(found)}")


def _limits(arguments: argparse.Namespace) -> str | None:
    concurrency = limits.account_concurrency(boto3.client("lambda"))
    problems = limits.problems(read_preview(arguments.preview), concurrency)
    return "\n".join(problems) or None


def _record_artifacts(arguments: argparse.Namespace) -> str | None:
    return _error_of(
        lambda: artifacts.record(boto3.client("s3"), artifacts.running_functions(_json(arguments.outputs)))
    )


def _verify_artifacts(arguments: argparse.Namespace) -> str | None:
    s3 = boto3.client("s3")
    if arguments.outputs:
        return _error_of(lambda: artifacts.verify_running(s3, artifacts.running_functions(_json(arguments.outputs))))
    return _error_of(lambda: artifacts.verify_stored(s3, artifacts.promoted_artifacts(read_preview(arguments.preview))))


def _live(arguments: argparse.Namespace) -> str | None:
    failed = deployment.failed_versions(_json(arguments.outputs))
    if not failed:
        return None
    lines = "\n".join(failed)
    return f"new versions of {arguments.stack} failed:\n{lines}\nMerge a fix; nothing has to be undone."


def _error_of(check: Callable[[], None]) -> str | None:
    try:
        check()
    except artifacts.ArtifactError as error:
        return str(error)
    return None


def _smoke(arguments: argparse.Namespace) -> str | None:
    outputs = _json(arguments.outputs)
    routes = sample_requests(ROOT, outputs)
    problems = smoke(outputs["apiUrl"], routes)
    for line in problems:
        print(line)
    if problems:
        remedy = (
            deployment.rollback_instructions(arguments.stack, _json(arguments.history), arguments.commit)
            if arguments.history
            else ""
        )
        return f"{len(problems)} of {len(routes)} routes of {arguments.stack} do not work.\n{remedy}"
    print(f"all {len(routes)} routes of {arguments.stack} work")
    return None


def _stack_file(arguments: argparse.Namespace) -> None:
    stack = pull_request.stack_of(arguments.pull_request)
    text = pull_request.stack_file(_text(ROOT / "Pulumi.dev.yaml"), stack, arguments.account)
    (ROOT / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")


def _announce(arguments: argparse.Namespace) -> None:
    stack = pull_request.stack_of(arguments.pull_request)
    body = comment.environment_comment(stack, _json(arguments.outputs)["apiUrl"], pull_request.LABEL)
    github.put_comment(arguments.pull_request, comment.marker(stack), body)


def _stale(arguments: argparse.Namespace) -> None:
    stacks = pull_request.stale_stacks(_json(arguments.stacks), _json(arguments.pull_requests))
    print(f"stacks={json.dumps(stacks)}")


def _drift(arguments: argparse.Namespace) -> str | None:
    try:
        body = drift.body(arguments.stack, read_preview(arguments.preview))
    except ValueError as error:
        return str(error)
    github.put_issue(drift.title(arguments.stack), drift.LABEL, body)
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="The steps of the workflows.")
    verbs = parser.add_subparsers(required=True, metavar="verb")

    verb = verbs.add_parser("guard", help="fail if a preview would lose data, users or an address")
    verb.set_defaults(verb=_guard)
    _preview_arguments(verb)

    verb = verbs.add_parser("comment", help="create or update the comment about a preview")
    verb.set_defaults(verb=_comment)
    _preview_arguments(verb)
    verb.add_argument("--diff", type=Path, required=True, help="text of `pulumi preview --diff`")
    verb.add_argument("--stack", required=True)
    verb.add_argument("--pull-request", type=int, required=True)
    verb.add_argument("--base", default="HEAD^1", help="the commit that the pull request is merged into")
    verb.add_argument("--head", default="HEAD", help="the merge commit, which is checked out")

    _add_deployment_verbs(verbs)

    verb = verbs.add_parser("smoke", help="call every route of a stack")
    verb.set_defaults(verb=_smoke)
    verb.add_argument("--outputs", type=Path, required=True, help="JSON of `pulumi stack output`")
    verb.add_argument("--history", type=Path, help="JSON of `pulumi stack history`, for the rollback command")
    verb.add_argument("--stack", required=True)
    verb.add_argument("--commit", default="", help="the deployed commit")

    verb = verbs.add_parser("stack-file", help="write the stack file of a pull request")
    verb.set_defaults(verb=_stack_file)
    verb.add_argument("--pull-request", type=int, required=True)
    verb.add_argument("--account", required=True, help="AWS account of the stack")

    verb = verbs.add_parser("announce", help="create or update the comment with the environment's URL")
    verb.set_defaults(verb=_announce)
    verb.add_argument("--pull-request", type=int, required=True)
    verb.add_argument("--outputs", type=Path, required=True, help="JSON of `pulumi stack output`")

    verb = verbs.add_parser("stale", help="print the stacks of closed pull requests, as a step's output")
    verb.set_defaults(verb=_stale)
    verb.add_argument("--stacks", type=Path, required=True, help="JSON of `pulumi stack ls`")
    verb.add_argument("--pull-requests", type=Path, required=True, help="JSON of `gh pr list`, run afterwards")

    verb = verbs.add_parser("drift", help="create, update or close the issue about a stack's drift")
    verb.set_defaults(verb=_drift)
    verb.add_argument("--preview", type=Path, required=True, help="JSON of `pulumi preview --refresh`")
    verb.add_argument("--stack", required=True)
    return parser


def _add_deployment_verbs(verbs: Any) -> None:
    verb = verbs.add_parser("forward", help="fail if a commit is older than the one that a stack runs")
    verb.set_defaults(verb=_forward)
    _deployment_arguments(verb)
    verb.add_argument("--stack", required=True)

    verb = verbs.add_parser("labels", help="print the labels of the merged pull requests, as a step's output")
    verb.set_defaults(verb=_labels)
    _deployment_arguments(verb)

    verb = verbs.add_parser("limits", help="fail if an update would exceed a limit of the account")
    verb.set_defaults(verb=_limits)
    verb.add_argument("--preview", type=Path, required=True, help="JSON of `pulumi preview --show-sames`")

    verb = verbs.add_parser("live", help="fail if a new version was rolled back")
    verb.set_defaults(verb=_live)
    verb.add_argument("--outputs", type=Path, required=True, help="JSON of `pulumi stack output`")
    verb.add_argument("--stack", required=True)

    verb = verbs.add_parser("record-artifacts", help="record the SHA-256 of the artifacts that the first stage runs")
    verb.set_defaults(verb=_record_artifacts)
    verb.add_argument("--outputs", type=Path, required=True, help="JSON of `pulumi stack output`")

    verb = verbs.add_parser("verify-artifacts", help="fail if artifacts differ from those that the first stage ran")
    verb.set_defaults(verb=_verify_artifacts)
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--preview", type=Path, help="before an update: JSON of `pulumi preview --show-sames`")
    source.add_argument("--outputs", type=Path, help="after it: JSON of `pulumi stack output`")


def _deployment_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--history", type=Path, required=True, help="JSON of `pulumi stack history`")
    verb.add_argument("--commit", required=True, help="the commit to deploy")


def _preview_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--preview", type=Path, required=True, help="JSON of `pulumi preview`")
    verb.add_argument("--labels", default="[]", help="JSON list of the pull request's labels")


if __name__ == "__main__":
    main()
