"""Tests of the AWS account of the workflows."""

import json
import re

import pulumi
import pytest
import yaml

from bootstrap import policies, roles
from bootstrap.github import checked_subject
from tests.account import ACCOUNT, PROVIDER, REGION, SUBJECT, AccountRecording, bootstrap, program
from tests.iam import statements
from tests.recording import ROOT, Recorded

READS = re.compile(r"[a-z0-9-]+:(Get|List|Describe|GET|Decrypt)")
DOMAINS = json.dumps({stage: {"domainName": f"{stage}.example.com", "hostedZoneId": "Z1"} for stage in roles.STAGES})
APIS = json.dumps(dict.fromkeys(roles.STAGES, "a1b2c3d4e5"))


@pytest.fixture(scope="module")
def recording() -> AccountRecording:
    """An account in which every stage has a domain and the id of an API."""
    return bootstrap(domains=DOMAINS, apiIds=APIS, artifactReaders='["210987654321"]')[0]


def trusted(role: Recorded) -> tuple[str, list[str]]:
    """Return the audience and the subjects that a role trusts."""
    (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"], "exact, no patterns"
    names = statement["Condition"]["StringEquals"]
    return names[f"{policies.ISSUER}:aud"], names[f"{policies.ISSUER}:sub"]


def attached(recording: AccountRecording) -> dict[str, str]:
    """Return the policy of each role, by its short name."""
    return {
        item.inputs["role"].removeprefix(policies.PREFIX): item.inputs["policy"]
        for item in recording.of_type("aws:iam/rolePolicy:RolePolicy")
    }


def actions(policy: str) -> set[str]:
    return {action for statement in statements(policy) for action in statement["Action"]}


def names(recording: AccountRecording) -> set[str]:
    return {role.inputs["name"].removeprefix(policies.PREFIX) for role in recording.of_type("aws:iam/role:Role")}


def test_each_role_trusts_its_jobs_only(recording: AccountRecording) -> None:
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


def test_an_existing_identity_provider_is_reused() -> None:
    recording, outputs = bootstrap(oidcProviderArn=PROVIDER)
    assert recording.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    assert outputs["AWS_ACCOUNT_ID"] == ACCOUNT
    role = recording.of_type("aws:iam/role:Role")[0]
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Federated": PROVIDER}


def test_an_account_for_pull_requests_has_their_role_only() -> None:
    recording, outputs = bootstrap(stages="[]")
    assert names(recording) == {"preview", "pull-request"}
    assert set(recording.arns) & {"artifacts-bucket", "dev-boundary-policy"} == set()
    assert outputs["artifactBucket"] == ""


def test_an_account_without_pull_requests_has_no_role_for_them() -> None:
    recording, _ = bootstrap(pullRequests="false")
    assert names(recording) == {"preview", "drift", *(f"deploy-{stage}" for stage in roles.STAGES)}


def test_a_stage_in_another_account_reads_the_artifact_bucket() -> None:
    recording, outputs = bootstrap(stages='["prod"]', pullRequests="false", artifactBucket="artifacts-of-dev")
    assert names(recording) == {"preview", "drift", "deploy-prod"}
    assert outputs["artifactBucket"] == "artifacts-of-dev"
    allowed = [s for s in statements(attached(recording)["deploy-prod"]) if "s3:GetObject" in s["Action"]]
    assert ["arn:aws:s3:::artifacts-of-dev/*"] in [statement["Resource"] for statement in allowed]
    first, _ = bootstrap(artifactReaders='["210987654321"]')
    (policy,) = [p for p in first.of_type("aws:s3/bucketPolicy:BucketPolicy") if p.name == "artifacts-policy"]
    allowed_statements = [
        statement for statement in statements(policy.inputs["policy"]) if statement["Effect"] == "Allow"
    ]
    assert {action for statement in allowed_statements for action in statement["Action"]} == {
        "s3:GetObject",
        "s3:ListBucket",
    }
    for statement in allowed_statements:
        assert statement["Principal"] == {"AWS": ["arn:aws:iam::210987654321:root"]}
        assert statement["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
            "arn:aws:iam::210987654321:role/rust-serverless-deploy-*"
        ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stages", '["qa"]'),
        ("stages", '"dev"'),
        ("domains", '{"prod": {"domainName": "api.example.com"}}'),
        ("domains", '{"prod": {"domainName": "*.example.com", "hostedZoneId": "Z1"}}'),
        ("domains", '{"prod": {"domainName": "api.example.com", "hostedZoneId": "*"}}'),
        ("domains", '{"qa": {"domainName": "api.example.com", "hostedZoneId": "Z1"}}'),
        ("apiIds", '{"prod": "*"}'),
        ("apiIds", '["a1b2c3d4e5"]'),
        ("artifactReaders", '["*"]'),
        ("artifactBucket", "of-dev"),
        ("monthlyBudgetUsd", "-1"),
        ("budgetEmail", "on-call@example.com"),
    ],
)
def test_invalid_settings_are_refused(key: str, value: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"{key} must be"):
        bootstrap(**{key: value})


@pytest.mark.parametrize("role", ["preview", "drift"])
def test_read_only_roles_change_nothing(recording: AccountRecording, role: str) -> None:
    for action in actions(attached(recording)[role]):
        assert READS.match(action), action


def test_drift_names_each_action(recording: AccountRecording) -> None:
    assert not [action for action in actions(attached(recording)["drift"]) if "*" in action]


@pytest.mark.parametrize("subject", ["repo:octocat@1/hello@2", "repo:octocat/hello.rs", "repo:a-b/c_d@2"])
def test_a_subject_names_one_repository(subject: str) -> None:
    assert checked_subject(subject) == subject


@pytest.mark.parametrize(
    "subject", ["", "*", "repo:*", "repo:octocat/*", "octocat/hello", "repo:octocat/hello:pull_request", "repo:a/b\n"]
)
def test_a_subject_that_could_be_another_repository_is_refused(subject: str) -> None:
    with pytest.raises(pulumi.RunError, match="githubSubject"):
        checked_subject(subject)


def service(typ: str) -> str:
    """Return IAM's name of a resource type's service."""
    _, module, name = typ.replace("/", ":").split(":")[:3]
    if module == "cloudwatch":
        return "logs" if name.startswith("log") else "cloudwatch"
    return {"apigatewayv2": "apigateway", "cognito": "cognito-idp"}.get(module, module)


@pytest.mark.parametrize("stage", roles.STAGES)
def test_every_service_of_the_program_can_be_deployed_and_watched(recording: AccountRecording, stage: str) -> None:
    """A service that the program starts to use has to be added to `bootstrap/stack_access.py`."""
    everything: dict[str, str] = {
        "artifactBucket": "shared",
        "alarmEmail": "on-call@example.com",
        "domainName": "api.example.com",
        "hostedZoneId": "Z1",
    }
    used = {service(r.typ) for r in program(stage, **everything).resources if r.custom and r.typ.startswith("aws:")}
    assert {"dynamodb", "sns", "acm", "route53"} <= used
    for role in ("drift", f"deploy-{stage}"):
        assert used <= {action.split(":")[0] for action in actions(attached(recording)[role])}, role


def test_every_policy_is_within_its_size_limit(recording: AccountRecording) -> None:
    """10,240 characters for all inline policies of a role, and 6,144 for a managed policy, both without white space."""
    for role, policy in attached(recording).items():
        assert len(re.sub(r"\s", "", policy)) < 10_240, role
    for managed in recording.of_type("aws:iam/policy:Policy"):
        assert len(re.sub(r"\s", "", managed.inputs["policy"])) < 6_144, managed.name


def test_a_budget_notifies_before_the_month_ends() -> None:
    recording, _ = bootstrap(monthlyBudgetUsd="50", budgetEmail="owner@example.com")
    (budget,) = recording.of_type("aws:budgets/budget:Budget")
    assert (budget.inputs["limitAmount"], budget.inputs["limitUnit"], budget.inputs["timeUnit"]) == (
        "50",
        "USD",
        "MONTHLY",
    )
    notified = {item["notificationType"]: item["subscriberEmailAddresses"] for item in budget.inputs["notifications"]}
    assert notified == {"ACTUAL": ["owner@example.com"], "FORECASTED": ["owner@example.com"]}


def test_the_account_declares_the_policy_for_access_logs(recording: AccountRecording) -> None:
    (policy,) = recording.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    (statement,) = statements(policy.inputs["policyDocument"])
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/*:log-stream:*"
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_buckets_are_private_versioned_encrypted_and_protected(recording: AccountRecording) -> None:
    buckets = {recording.arns[name].removeprefix("arn:aws:s3:::") for name in ("state-bucket", "artifacts-bucket")}
    assert len(recording.of_type("aws:s3/bucket:Bucket")) == 2
    for typ, key in {
        "aws:s3/bucketVersioning:BucketVersioning": "versioningConfiguration",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "rules",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "restrictPublicBuckets",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "rules",
    }.items():
        found = recording.of_type(typ)
        assert {item.inputs["bucket"] for item in found} == buckets, typ
        assert all(item.inputs[key] for item in found), typ


def test_only_backups_of_the_state_expire(recording: AccountRecording) -> None:
    """Without an artifact, a rollback would have to compile; without the state, a stack would be lost."""
    expiring = {
        rule["filter"]["prefix"]: lifecycle.name
        for lifecycle in recording.of_type("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        for rule in lifecycle.inputs["rules"]
        if "expiration" in rule
    }
    assert expiring == {".pulumi/backups/": "state-old-versions"}


def test_the_key_is_rotated_and_has_the_workflows_alias(recording: AccountRecording) -> None:
    (key,) = recording.of_type("aws:kms/key:Key")
    (alias,) = recording.of_type("aws:kms/alias:Alias")
    assert key.inputs["enableKeyRotation"] is True
    assert alias.inputs["name"] == "alias/rust-serverless-state"


def test_every_resource_belongs_to_a_component(recording: AccountRecording) -> None:
    for resource in recording.resources:
        assert not resource.custom or "rust-serverless:index:" in resource.parent, resource.name


def test_the_outputs_are_the_variables_that_the_workflows_read() -> None:
    _, outputs = bootstrap()
    texts = "".join(path.read_text() for path in (ROOT / ".github").rglob("*.yml"))
    of_pull_requests = {"PULL_REQUEST_ACCOUNT_ID", "PULL_REQUEST_BACKEND_URL"}
    read = set(re.findall(r"vars\.([A-Z_]+)", texts))
    assert {name for name in outputs if name.isupper()} == read - of_pull_requests
    for name in of_pull_requests & read:
        assert re.findall(rf"vars\.{name} \|\| vars\.[A-Z_]+", texts), "without it, the account of the stages"
    assert outputs["PULUMI_BACKEND_URL"] == f"s3://state-bucket-0a1b2c3?region={REGION}"


def test_the_project_describes_every_setting() -> None:
    project = yaml.safe_load((ROOT / "bootstrap/Pulumi.yaml").read_text())
    source = (ROOT / "bootstrap/settings.py").read_text()
    read = set(re.findall(r'(?:config\.\w+\(|_json\(config, )"(\w+)"', source))
    maps = {"domains", "apiIds"}
    assert maps < read
    assert set(project["config"]) == read - maps
    assert project["name"] != yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["name"]
