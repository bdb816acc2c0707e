"""The account that the workflows work in."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack

from bootstrap import policies, roles
from bootstrap.github import checked_subject
from local.program import run_program
from local.stack_config import StackConfig
from tests.recording import ROOT, Recorded, Recording, RecordingMonitor, record_program

SUBJECT = "repo:octocat@123456/hello@456789"
REGION = "eu-west-1"
AT = roles.Account(
    account="123456789012",
    region=REGION,
    state="arn:aws:s3:::state",
    key="arn:aws:kms:eu-west-1:123456789012:key/abc",
    artifacts="arn:aws:s3:::artifacts",
)
ALL = {
    "preview": roles.preview(AT),
    "drift": roles.drift(AT),
    "pull-request": roles.pull_request(AT),
    **{f"deploy-{stage}": roles.deploy(AT, stage) for stage in roles.STAGES},
}
READS = re.compile(r"[a-z0-9-]+:(Get|List|Describe|GET|Decrypt)")
DATA = {"dynamodb:GetItem", "logs:GetLogEvents", "sqs:ReceiveMessage"}


def run(**config: str) -> tuple[Recording, dict[str, Any]]:
    """Run the program, and return what it declared and its outputs."""
    recording = Recording()
    project = "rust-serverless-bootstrap"
    values = {"aws:region": REGION, f"{project}:githubSubject": SUBJECT}
    values |= {f"{project}:{key}": value for key, value in config.items()}
    stack = StackConfig(project=project, stack="account", values=values)
    with _outputs_of_its_own():
        outputs = run_program(ROOT / "bootstrap", stack, RecordingMonitor(recording))
    return recording, outputs


@contextlib.contextmanager
def _outputs_of_its_own() -> Iterator[None]:
    """Keep the outputs of two programs apart: the SDK has one stack in a process."""
    _forget_outputs()
    yield
    _forget_outputs()


def _forget_outputs() -> None:
    stack = get_root_resource()
    if isinstance(stack, Stack):
        stack.outputs.clear()


@pytest.fixture(scope="module")
def recording() -> Recording:
    return run()[0]


def trusted(role: Recorded) -> tuple[str, list[str]]:
    """Return the audience and the subjects that a role trusts."""
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"], "exact, no patterns"
    names = statement["Condition"]["StringEquals"]
    return names[f"{policies.ISSUER}:aud"], names[f"{policies.ISSUER}:sub"]


def actions(statements: list[policies.Statement], effect: str = "Allow") -> set[str]:
    return {action for statement in statements if statement["Effect"] == effect for action in statement["Action"]}


def writable(statements: list[policies.Statement]) -> set[str]:
    """Return the objects that may be written or deleted."""
    return {
        resource
        for statement in statements
        if {"s3:PutObject", "s3:*"} & set(statement["Action"])
        for resource in statement["Resource"]
    }


def test_each_role_trusts_the_places_it_is_for_and_no_other(recording: Recording) -> None:
    found = {role.inputs["name"]: trusted(role) for role in recording.of_type("aws:iam/role:Role")}
    assert {audience for audience, _ in found.values()} == {"sts.amazonaws.com"}
    assert {name.removeprefix(policies.PREFIX): subjects for name, (_, subjects) in found.items()} == {
        "preview": [f"{SUBJECT}:pull_request", f"{SUBJECT}:ref:refs/heads/main"],
        "drift": [f"{SUBJECT}:ref:refs/heads/main"],
        "deploy-dev": [f"{SUBJECT}:environment:dev"],
        "deploy-staging": [f"{SUBJECT}:environment:staging"],
        "deploy-prod": [f"{SUBJECT}:environment:prod"],
        "pull-request": [f"{SUBJECT}:environment:pull-request"],
    }


def test_an_account_that_knows_github_is_not_taught_twice() -> None:
    arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    recording, outputs = run(oidcProviderArn=arn)
    assert recording.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    assert outputs["AWS_ACCOUNT_ID"] == "123456789012"
    role = recording.of_type("aws:iam/role:Role")[0]
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Federated": arn}


@pytest.mark.parametrize("subject", ["repo:octocat@1/hello@2", "repo:octocat/hello.rs", "repo:a-b/c_d@2"])
def test_a_subject_names_one_repository(subject: str) -> None:
    assert checked_subject(subject) == subject


@pytest.mark.parametrize(
    "subject", ["", "*", "repo:*", "repo:octocat/*", "octocat/hello", "repo:octocat/hello:pull_request", "repo:a/b\n"]
)
def test_a_subject_that_could_be_another_repository_is_refused(subject: str) -> None:
    with pytest.raises(pulumi.RunError, match="githubSubject"):
        checked_subject(subject)


@pytest.mark.parametrize("role", ["preview", "drift"])
def test_what_looks_writes_nothing(role: str) -> None:
    for action in actions(ALL[role]):
        assert READS.match(action), action


def test_a_preview_reads_the_state_and_nothing_of_aws() -> None:
    assert actions(ALL["preview"]) == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}


def test_drift_reads_how_things_are_configured_and_not_what_is_in_them() -> None:
    assert not actions(ALL["drift"]) & DATA
    assert not [action for action in actions(ALL["drift"]) if "*" in action]


@pytest.mark.parametrize("stage", roles.STAGES)
def test_a_stage_writes_its_own_state_only(stage: str) -> None:
    state = {resource for resource in writable(ALL[f"deploy-{stage}"]) if resource.startswith(AT.state)}
    assert state
    assert all(f"/rust-serverless/{stage}" in resource for resource in state)


def test_only_dev_adds_artifacts_so_that_the_others_run_what_it_compiled() -> None:
    adding = {role for role, allowed in ALL.items() if f"{AT.artifacts}/*" in writable(allowed)}
    assert adding == {"deploy-dev"}


def test_a_pull_request_reaches_no_stages_state_secrets_or_artifacts() -> None:
    allowed = json.dumps(ALL["pull-request"])
    assert AT.artifacts not in allowed
    assert all("/rust-serverless/pr-*" in item for item in writable(ALL["pull-request"]) if item.startswith(AT.state))
    for stage in roles.STAGES:
        assert f'"{stage}"' not in allowed


def test_a_role_uses_the_key_for_its_own_secrets_only() -> None:
    for role, allowed in ALL.items():
        (use,) = [statement for statement in allowed if "kms:Decrypt" in statement["Action"]]
        contexts = use["Condition"]["StringEquals"]["kms:EncryptionContext:stack"]
        expected = {"preview": list(roles.STAGES), "drift": list(roles.STAGES), "pull-request": ["pr"]}
        assert contexts == expected.get(role, [role.removeprefix("deploy-")])
        assert ("kms:Encrypt" in use["Action"]) == (role not in ("preview", "drift"))


def test_no_deployment_changes_the_roles_of_the_workflows() -> None:
    for role in ("deploy-dev", "deploy-staging", "deploy-prod", "pull-request"):
        (denied,) = [statement for statement in ALL[role] if statement["Action"] == ["iam:*"]]
        assert denied["Effect"] == "Deny"
        assert denied["Resource"] == [f"arn:aws:iam::{AT.account}:role/{policies.PREFIX}*"]


@pytest.mark.parametrize(
    ("role", "stack"), [*((f"deploy-{stage}", stage) for stage in roles.STAGES), ("pull-request", "pr-*")]
)
def test_a_role_keeps_its_hands_off_what_is_tagged_for_another_stack(role: str, stack: str) -> None:
    denied = [statement for statement in ALL[role] if statement["Action"] == ["*"]]
    assert {statement["Effect"] for statement in denied} == {"Deny"}
    assert [statement["Condition"]["StringNotLike"] for statement in denied] == [
        {"aws:ResourceTag/stack": stack},
        {"aws:RequestTag/stack": stack},
    ]


def test_a_role_is_handed_to_lambda_and_to_nothing_else() -> None:
    for allowed in ALL.values():
        for statement in allowed:
            if "iam:PassRole" in statement["Action"]:
                assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def test_every_service_of_the_program_is_managed_and_read_in_its_region_only() -> None:
    for role, allowed in ALL.items():
        for statement in allowed:
            regional = statement["Effect"] == "Allow" and "iam:GetRole" not in statement["Action"]
            if statement["Resource"] == ["*"] and regional:
                assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": REGION}}, role


def service(typ: str) -> str:
    """Return what IAM calls the service of a resource type."""
    _, module, name = typ.replace("/", ":").split(":")[:3]
    if module == "cloudwatch":
        return "logs" if name.startswith("log") else "cloudwatch"
    return {"apigatewayv2": "apigateway", "cognito": "cognito-idp"}.get(module, module)


@pytest.mark.parametrize("stage", [stage for stage in roles.STAGES if (ROOT / f"Pulumi.{stage}.yaml").exists()])
def test_every_service_of_the_program_can_be_deployed_and_watched(stage: str) -> None:
    """A service that the program newly uses belongs into `bootstrap/policies.py`."""
    config = {"rust-serverless:artifactBucket": "shared"}
    recording, _ = record_program(stage, config=config)
    used = {service(item.typ) for item in recording.resources if item.custom and item.typ.startswith("aws:")}
    assert used
    for role in ("drift", f"deploy-{stage}"):
        assert used <= {action.split(":")[0] for action in actions(ALL[role])}, role
    for item in recording.of_type("aws:iam/role:Role"):
        assert item.name.endswith("-role"), "deployments may touch roles named like this only"


def test_every_policy_fits_into_a_role() -> None:
    """All inline policies of a role together: 10,240 characters without white space."""
    for role, allowed in ALL.items():
        assert len(re.sub(r"\s", "", policies.document(allowed))) < 10_240, role


def test_buckets_are_private_versioned_encrypted_and_protected(recording: Recording) -> None:
    buckets = {bucket.name for bucket in recording.of_type("aws:s3/bucket:Bucket")}
    assert buckets == {"state-bucket", "artifacts-bucket"}
    for typ, key in {
        "aws:s3/bucketVersioning:BucketVersioning": "versioningConfiguration",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "rules",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "restrictPublicBuckets",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "rules",
    }.items():
        found = recording.of_type(typ)
        assert {item.inputs["bucket"] for item in found} == buckets, typ
        assert all(item.inputs[key] for item in found), typ


def test_only_backups_of_the_state_ever_go_by_themselves(recording: Recording) -> None:
    """An artifact that went would make a rollback compile; the state that went would be lost."""
    gone = {
        rule["filter"]["prefix"]: lifecycle.inputs["bucket"]
        for lifecycle in recording.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        for rule in lifecycle.inputs["rules"]
        if "expiration" in rule
    }
    assert gone == {".pulumi/backups/": "state-bucket"}


def test_buckets_refuse_what_is_not_encrypted_on_the_way(recording: Recording) -> None:
    for policy in recording.of_type("aws:s3/bucketPolicy:BucketPolicy"):
        first = json.loads(policy.inputs["policy"])["Statement"][0]
        assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_an_artifact_is_written_once(recording: Recording) -> None:
    (policy,) = [
        json.loads(policy.inputs["policy"])
        for policy in recording.of_type("aws:s3/bucketPolicy:BucketPolicy")
        if policy.name == "artifacts-policy"
    ]
    (once,) = [statement for statement in policy["Statement"] if statement["Action"] == "s3:PutObject"]
    assert once["Effect"] == "Deny"
    assert once["Condition"]["Null"] == {"s3:if-none-match": "true"}


def test_the_key_is_rotated_and_has_the_name_that_the_workflows_use(recording: Recording) -> None:
    (key,) = recording.of_type("aws:kms/key:Key")
    (alias,) = recording.of_type("aws:kms/alias:Alias")
    assert key.inputs["enableKeyRotation"] is True
    assert alias.inputs["name"] == "alias/rust-serverless-state"


def test_every_resource_belongs_to_a_component(recording: Recording) -> None:
    for resource in recording.resources:
        assert not resource.custom or "rust-serverless:index:" in resource.parent, resource.name


def test_the_outputs_are_the_variables_that_the_workflows_read() -> None:
    _, outputs = run()
    texts = "".join(path.read_text() for path in (ROOT / ".github").rglob("*.yml"))
    assert {name for name in outputs if name.isupper()} == set(re.findall(r"vars\.([A-Z_]+)", texts))
    assert outputs["PULUMI_BACKEND_URL"] == f"s3://state-bucket?region={REGION}"


def test_the_project_describes_every_setting() -> None:
    project = yaml.safe_load((ROOT / "bootstrap/Pulumi.yaml").read_text())
    assert set(project["config"]) == {"githubSubject", "oidcProviderArn"}
    assert project["name"] != yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["name"]
