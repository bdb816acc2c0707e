"""Tests of what roles of the workflows can do to other stacks, with the policies of `bootstrap/`."""

import json
from collections.abc import Iterator

import pytest

from bootstrap.policies import PREFIX
from bootstrap.roles import STAGES
from tests.account import ACCOUNT, REGION, AccountRecording, bootstrap, boundary_arn, full_program
from tests.iam import Context, Decision, Policies, Request, Statement, decide, statements

DOMAINS = json.dumps({"prod": {"domainName": "api.example.com", "hostedZoneId": "ZPROD"}})
APIS = json.dumps({"prod": "prodprod00", "staging": "stagstag00"})
IN_REGION = {"aws:RequestedRegion": REGION}

DEPLOYS = ("deploy-dev", "deploy-staging", "deploy-prod", "pull-request")
STACK_OF = {"deploy-dev": "dev", "deploy-staging": "staging", "deploy-prod": "prod", "pull-request": "pr-12"}
OTHERS = [(role, stack) for role in DEPLOYS for stack in (*STAGES, "pr-12") if stack != STACK_OF[role]]
LONGER = ("dev-2", "prod2", "pr2", "production")
"""Names of stacks that begin with the name of another."""

ACTIONS = {
    "cloudwatch": ["DeleteAlarms", "PutMetricAlarm", "PutDashboard", "DeleteDashboards", "DisableAlarmActions"],
    "cognito-idp": ["DeleteUserPool", "ListUsers", "AdminSetUserPassword", "CreateUserPoolClient", "TagResource"],
    "dynamodb": ["GetItem", "Scan", "PutItem", "DeleteTable", "UpdateTable", "GetRecords", "CreateBackup"],
    "iam": ["CreateRole", "PassRole", "PutRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole", "GetRole"],
    "lambda": ["UpdateFunctionCode", "InvokeFunction", "GetFunction", "AddPermission", "DeleteFunction"],
    "logs": ["DeleteLogGroup", "GetLogEvents", "PutSubscriptionFilter", "PutRetentionPolicy"],
    "s3": ["GetObject", "PutObject", "DeleteObject", "DeleteBucket"],
    "scheduler": ["CreateSchedule", "DeleteSchedule", "UpdateSchedule"],
    "sns": ["Publish", "DeleteTopic", "SetTopicAttributes"],
    "sqs": ["ReceiveMessage", "DeleteQueue", "PurgeQueue", "SetQueueAttributes"],
}
"""Harmful actions by service."""


def account() -> AccountRecording:
    return bootstrap(domains=DOMAINS, apiIds=APIS)[0]


def identity(role: str) -> list[Statement]:
    """Return the statements of the policies attached to a role."""
    (found,) = [item for item in account().of_type("aws:iam/role:Role") if item.inputs["name"] == f"{PREFIX}{role}"]
    policies = account().of_type("aws:iam/rolePolicy:RolePolicy")
    return statements(*(item.inputs["policy"] for item in policies if item.inputs["role"] == found.inputs["name"]))


def boundary(name: str) -> list[Statement]:
    """Return the statements of a permissions boundary."""
    (found,) = [
        item for item in account().of_type("aws:iam/policy:Policy") if item.inputs["name"] == f"{PREFIX}boundary-{name}"
    ]
    return statements(found.inputs["policy"])


def bucket_policy(bucket: str) -> list[Statement]:
    """Return the statements of the policy of a bucket, by its physical name."""
    (found,) = [p for p in account().of_type("aws:s3/bucketPolicy:BucketPolicy") if p.inputs["bucket"] == bucket]
    return statements(found.inputs["policy"])


def bucket(logical: str) -> str:
    return account().arns[logical].removeprefix("arn:aws:s3:::")


def ask(role: str, action: str, resource: str, context: Context | None = None) -> Decision:
    """Evaluate a request of a workflow's role with its policies, and with the bucket's policy for a bucket."""
    policy: list[Statement] = []
    for name in ("state-bucket", "artifacts-bucket"):
        if resource.startswith(account().arns[name]):
            policy = bucket_policy(bucket(name))
    principal = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}{role}"
    known = {**IN_REGION, "aws:SecureTransport": "true", "aws:PrincipalArn": principal, **(context or {})}
    request = Request(action=action, resource=resource, context=known, principal=principal)
    return decide(request, Policies(identity=identity(role), resource=policy))


def requests(stack: str) -> Iterator[tuple[str, str, Context]]:
    """Yield requests for every resource of a stack with a name or tags."""
    for arn in full_program(stack).arns.values():
        service = arn.split(":")[2]
        for action in ACTIONS[service]:
            context: Context = {"iam:PassedToService": "lambda.amazonaws.com"}
            if service == "cognito-idp":
                context = {"aws:ResourceTag/stack": stack}
            if service == "iam":
                context = {**context, "iam:PermissionsBoundary": boundary_arn(stack)}
            yield f"{service}:{action}", f"{arn}/x" if action.endswith("Object") else arn, context


@pytest.mark.parametrize("role", DEPLOYS)
def test_a_deployment_can_manage_its_own_resources(role: str) -> None:
    stack = STACK_OF[role]
    refused = [
        (action, arn) for action, arn, context in requests(stack) if ask(role, action, arn, context) != Decision.ALLOW
    ]
    # A pull request's stack sends no e-mails.
    assert [item for item in refused if not (role == "pull-request" and ":sns:" in item[1])] == []


@pytest.mark.parametrize(("role", "stack"), OTHERS)
def test_a_deployment_cannot_access_other_stacks(role: str, stack: str) -> None:
    found = list(requests(stack))
    assert len(found) > 150
    for action, arn, context in found:
        assert ask(role, action, arn, context) is not Decision.ALLOW, (action, arn)


@pytest.mark.parametrize("stack", LONGER)
def test_a_stack_with_a_similar_name_is_isolated(stack: str) -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/rust-serverless-{stack}--currencies-table-0a1b2c3"
    state = f"{account().arns['state-bucket']}/.pulumi/stacks/rust-serverless/{stack}.json"
    for role in DEPLOYS:
        assert ask(role, "dynamodb:Scan", table) is not Decision.ALLOW, role
        assert ask(role, "s3:GetObject", state) is not Decision.ALLOW, role


@pytest.mark.parametrize("role", DEPLOYS)
def test_resources_outside_of_stacks_are_isolated(role: str) -> None:
    """Resources without tags, or with names like those of other programs."""
    for action, arn in {
        "iam:PassRole": f"arn:aws:iam::{ACCOUNT}:role/billing-role-1a2b3c4",
        "iam:DeleteRole": f"arn:aws:iam::{ACCOUNT}:role/billing-role-1a2b3c4",
        "dynamodb:DeleteTable": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/customers",
        "dynamodb:GetRecords": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/customers/stream/2026-01-01T00:00:00.000",
        "lambda:UpdateFunctionCode": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:billing",
        "cognito-idp:DeleteUserPool": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_x",
        "cognito-idp:TagResource": f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_x",
        "logs:PutResourcePolicy": "*",
        "s3:PutObject": "arn:aws:s3:::pr-assets/x-rust-serverless-y",
        "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:x",
        "sts:AssumeRole": f"arn:aws:iam::{ACCOUNT}:role/admin",
    }.items():
        context = {"iam:PassedToService": "lambda.amazonaws.com", "aws:RequestTag/stack": STACK_OF[role]}
        assert ask(role, action, arn, context) is not Decision.ALLOW, action


# Roles of functions


@pytest.mark.parametrize("role", DEPLOYS)
def test_roles_require_the_boundary_of_their_stack(role: str) -> None:
    arn = full_program(STACK_OF[role]).arns["echo-role"]
    with_own = {"iam:PermissionsBoundary": boundary_arn(STACK_OF[role])}
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert ask(role, action, arn, with_own) is Decision.ALLOW
        assert ask(role, action, arn) is Decision.IMPLICIT_DENY, "without a boundary"
        for other in {"dev", "prod", "pr-1"} - {STACK_OF[role]}:
            if boundary_arn(other) != boundary_arn(STACK_OF[role]):
                assert ask(role, action, arn, {"iam:PermissionsBoundary": boundary_arn(other)}) is not Decision.ALLOW
        admin = {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
        assert ask(role, action, arn, admin) is not Decision.ALLOW


@pytest.mark.parametrize("role", DEPLOYS)
@pytest.mark.parametrize(
    "action",
    [
        *("iam:DeleteRolePermissionsBoundary", "iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:CreateUser"),
        *("iam:SetDefaultPolicyVersion", "iam:DeletePolicy", "iam:CreatePolicy", "iam:CreateAccessKey"),
    ],
)
def test_no_deployment_weakens_or_omits_a_boundary(role: str, action: str) -> None:
    for arn in (
        full_program(STACK_OF[role]).arns["echo-role"],
        boundary_arn(STACK_OF[role]),
        f"arn:aws:iam::{ACCOUNT}:user/x",
    ):
        assert ask(role, action, arn) is not Decision.ALLOW


@pytest.mark.parametrize("role", DEPLOYS)
def test_a_role_is_passed_to_lambda_only(role: str) -> None:
    arn = full_program(STACK_OF[role]).arns["echo-role"]
    assert ask(role, "iam:PassRole", arn, {"iam:PassedToService": "lambda.amazonaws.com"}) is Decision.ALLOW
    assert ask(role, "iam:PassRole", arn, {"iam:PassedToService": "ec2.amazonaws.com"}) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize("role", DEPLOYS)
@pytest.mark.parametrize("workflow", [*DEPLOYS, "preview", "drift"])
def test_no_deployment_can_use_the_workflows_roles(role: str, workflow: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}{workflow}"
    context = {"iam:PermissionsBoundary": boundary_arn(STACK_OF[role]), "iam:PassedToService": "lambda.amazonaws.com"}
    for action in ("iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:PassRole", "iam:DeleteRole"):
        assert ask(role, action, arn, context) is Decision.EXPLICIT_DENY
    assert ask(role, "sts:AssumeRole", arn) is Decision.IMPLICIT_DENY


EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def ask_function(name: str, action: str, resource: str) -> Decision:
    """Evaluate a request of a function whose role allows everything, within the boundary of its stack."""
    return decide(Request(action=action, resource=resource), Policies(identity=EVERYTHING, boundary=boundary(name)))


@pytest.mark.parametrize("name", [*STAGES, "pr"])
def test_a_boundary_excludes_state_artifacts_and_iam(name: str) -> None:
    state, artifacts = account().arns["state-bucket"], account().arns["artifacts-bucket"]
    for action, resource in [
        ("s3:GetObject", f"{state}/.pulumi/stacks/rust-serverless/{name}.json"),
        ("s3:PutObject", f"{artifacts}/echo/arm64/x.zip"),
        ("s3:GetObject", f"{artifacts}/echo/arm64/x.zip"),
        ("kms:Decrypt", account().arns["state-key-key"]),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/rust-serverless-{name}--x"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}deploy-prod"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rust-serverless-prod--echo"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rust-serverless-{name}--echo"),
    ]:
        assert ask_function(name, action, resource) is Decision.BOUNDARY, action


@pytest.mark.parametrize(("role", "stack"), OTHERS)
def test_a_boundary_limits_a_function_with_all_permissions(role: str, stack: str) -> None:
    """Includes the stream, which does not have the table's tags."""
    name = "pr" if role == "pull-request" else STACK_OF[role]
    stream = f"{full_program(stack).arns['analytics-views-table']}/stream/2026-01-01T00:00:00.000"
    assert ask_function(name, "dynamodb:GetRecords", stream) is Decision.BOUNDARY
    for action, arn, _ in requests(stack):
        assert ask_function(name, action, arn) is Decision.BOUNDARY, (action, arn)


@pytest.mark.parametrize("stack", [*STAGES, "pr-12"])
def test_grants_of_functions_are_within_the_boundary(stack: str) -> None:
    recording = full_program(stack)
    granted = 0
    for policy in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in statements(policy.inputs["policy"]):
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    principal = f"arn:aws:iam::{ACCOUNT}:role/{policy.inputs['role']}"
                    request = Request(action=action, resource=resource, context={"aws:PrincipalArn": principal})
                    limits = boundary("pr" if stack.startswith("pr-") else stack)
                    found = decide(request, Policies(identity=[statement], boundary=limits))
                    assert found is Decision.ALLOW, (policy.name, action, resource)
                    granted += 1
    assert granted > 30


@pytest.mark.parametrize("stack", [*STAGES, "pr-12"])
def test_every_role_has_the_configured_boundary(stack: str) -> None:
    roles = full_program(stack).of_type("aws:iam/role:Role")
    assert len(roles) == 9
    assert {role.inputs["permissionsBoundary"] for role in roles} == {boundary_arn(stack)}


# State, secrets and artifacts


@pytest.mark.parametrize(("role", "stack"), OTHERS)
def test_a_deployment_cannot_access_state_or_secrets_of_another_stack(role: str, stack: str) -> None:
    base = f"{account().arns['state-bucket']}/.pulumi"
    for path in (
        f"stacks/rust-serverless/{stack}.json",
        f"stacks/rust-serverless/{stack}.json.bak",
        f"history/rust-serverless/{stack}/x.json",
        f"backups/rust-serverless/{stack}/x.json",
        f"locks/organization/rust-serverless/{stack}/x.json",
        f"stacks/rust-serverless-bootstrap/{stack}.json",
    ):
        for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
            assert ask(role, action, f"{base}/{path}") is not Decision.ALLOW, path
    context = {"kms:EncryptionContext:stack": "pr" if stack.startswith("pr-") else stack}
    assert ask(role, "kms:Decrypt", account().arns["state-key-key"], context) is not Decision.ALLOW
    assert ask(role, "kms:Decrypt", account().arns["state-key-key"]) is not Decision.ALLOW


@pytest.mark.parametrize("role", DEPLOYS)
def test_a_deployment_can_use_its_own_state_and_secrets(role: str) -> None:
    stack, base = STACK_OF[role], f"{account().arns['state-bucket']}/.pulumi"
    for path in (f"stacks/rust-serverless/{stack}.json", f"stacks/rust-serverless/{stack}.json.bak"):
        for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
            assert ask(role, action, f"{base}/{path}") is Decision.ALLOW
    assert ask(role, "s3:PutObject", f"{base}/locks/organization/rust-serverless/{stack}/x.json") is Decision.ALLOW
    context = {"kms:EncryptionContext:stack": "pr" if stack.startswith("pr-") else stack}
    assert ask(role, "kms:Decrypt", account().arns["state-key-key"], context) is Decision.ALLOW


ONCE = {"s3:if-none-match": "*", "s3:ObjectCreationOperation": "true"}
OVERWRITE = {"s3:ObjectCreationOperation": "true"}


def test_only_the_first_stage_writes_artifacts_and_each_once() -> None:
    artifact = f"{account().arns['artifacts-bucket']}/echo/arm64/0123.zip"
    assert ask("deploy-dev", "s3:PutObject", artifact, ONCE) is Decision.ALLOW
    assert ask("deploy-dev", "s3:PutObject", artifact, OVERWRITE) is Decision.EXPLICIT_DENY
    assert ask("deploy-dev", "s3:DeleteObject", artifact) is Decision.EXPLICIT_DENY
    for role in ("deploy-staging", "deploy-prod", "pull-request", "preview", "drift"):
        for action in ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"):
            assert ask(role, action, artifact, ONCE) is Decision.EXPLICIT_DENY, role


def test_the_bucket_refuses_artifacts_of_administrators() -> None:
    for name in ("admin", f"{PREFIX}deploy-dev-2", f"{PREFIX}pull-request"):
        principal = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        context = {**ONCE, "aws:PrincipalArn": principal, "aws:SecureTransport": "true"}
        artifact = f"{account().arns['artifacts-bucket']}/echo/arm64/0123.zip"
        request = Request(action="s3:PutObject", resource=artifact, context=context, principal=principal)
        policies = Policies(identity=EVERYTHING, resource=bucket_policy(bucket("artifacts-bucket")))
        assert decide(request, policies) is Decision.EXPLICIT_DENY, name


def test_only_stages_read_the_shared_artifacts() -> None:
    artifact = f"{account().arns['artifacts-bucket']}/echo/arm64/0123.zip"
    assert ask("pull-request", "s3:GetObject", artifact) is Decision.IMPLICIT_DENY
    for stage in STAGES:
        assert ask(f"deploy-{stage}", "s3:GetObject", artifact) is Decision.ALLOW


def test_buckets_refuse_requests_without_tls() -> None:
    plain = {"aws:SecureTransport": "false"}
    state = f"{account().arns['state-bucket']}/.pulumi/stacks/rust-serverless/dev.json"
    assert ask("deploy-dev", "s3:GetObject", state, plain) is Decision.EXPLICIT_DENY
    artifact = f"{account().arns['artifacts-bucket']}/x.zip"
    assert ask("deploy-dev", "s3:PutObject", artifact, {**ONCE, **plain}) is Decision.EXPLICIT_DENY


# Resources that AWS gives random ids


def mapping(stack: str) -> Context:
    return {"lambda:FunctionArn": full_program(stack).arns["analytics-trigger-function"]}


@pytest.mark.parametrize("role", DEPLOYS)
def test_a_deployment_manages_mappings_of_its_functions_only(role: str) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:1b2c"
    own = STACK_OF[role]
    for action, resource in {
        "lambda:CreateEventSourceMapping": "*",
        "lambda:DeleteEventSourceMapping": arn,
        "lambda:UpdateEventSourceMapping": arn,
    }.items():
        assert ask(role, action, resource, mapping(own)) is Decision.ALLOW
        assert ask(role, action, resource) is Decision.IMPLICIT_DENY
        for other in {"dev", "staging", "prod", "pr-12"} - {own}:
            assert ask(role, action, resource, mapping(other)) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize("role", DEPLOYS)
def test_user_pools_require_the_tag_of_the_stack(role: str) -> None:
    own = STACK_OF[role]
    assert ask(role, "cognito-idp:CreateUserPool", "*", {"aws:RequestTag/stack": own}) is Decision.ALLOW
    assert ask(role, "cognito-idp:CreateUserPool", "*") is Decision.IMPLICIT_DENY
    other = {"aws:RequestTag/stack": "staging" if own == "prod" else "prod"}
    assert ask(role, "cognito-idp:CreateUserPool", "*", other) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize("role", DEPLOYS)
def test_an_api_with_a_configured_id_is_isolated(role: str) -> None:
    """Routes and integrations have no tags, so only the id identifies them."""
    base = f"arn:aws:apigateway:{REGION}::"
    for path in ("/apis/prodprod00", "/apis/prodprod00/routes/r1", "/apis/prodprod00/integrations/i1"):
        for action in ("apigateway:PATCH", "apigateway:DELETE", "apigateway:GET"):
            allowed = ask(role, action, f"{base}{path}") is Decision.ALLOW
            assert allowed == (role == "deploy-prod"), (action, path)
    tags = f"{base}/tags/arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A%2Fapis%2Fprodprod00"
    assert (ask(role, "apigateway:POST", tags) is Decision.ALLOW) == (role == "deploy-prod")
    assert ask(role, "apigateway:POST", f"{base}/apis") is Decision.ALLOW, "a deployment creates its own"
    assert ask(role, "apigateway:POST", f"{base}/apis/itsown0000/routes") is Decision.ALLOW


# The domain


def records(*names: str) -> Context:
    return {"route53:ChangeResourceRecordSetsNormalizedRecordNames": list(names)}


def test_only_the_stage_s_own_records_can_be_changed() -> None:
    zone, change = "arn:aws:route53:::hostedzone/", "route53:ChangeResourceRecordSets"
    assert ask("deploy-prod", change, f"{zone}ZPROD", records("api.example.com")) is Decision.ALLOW
    assert ask("deploy-prod", change, f"{zone}ZPROD", records("_abc.api.example.com")) is Decision.ALLOW
    for refused in (
        records("example.com"),
        records("www.example.com"),
        records("api.example.com", "mail.example.com"),
        {},
    ):
        assert ask("deploy-prod", change, f"{zone}ZPROD", refused) is Decision.IMPLICIT_DENY
    assert ask("deploy-prod", change, f"{zone}ZOTHER", records("api.example.com")) is Decision.IMPLICIT_DENY
    for role in ("deploy-dev", "deploy-staging", "pull-request"):
        assert ask(role, change, f"{zone}ZPROD", records("api.example.com")) is Decision.IMPLICIT_DENY


def test_certificates_are_for_the_name_of_the_stage_only() -> None:
    tag = {"aws:RequestTag/stack": "prod"}
    assert ask("deploy-prod", "acm:RequestCertificate", "*", {**tag, "acm:DomainNames": ["api.example.com"]}) is (
        Decision.ALLOW
    )
    for names in (["example.com"], ["api.example.com", "*.example.com"]):
        assert ask("deploy-prod", "acm:RequestCertificate", "*", {**tag, "acm:DomainNames": names}) is (
            Decision.IMPLICIT_DENY
        )
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/x"
    for action in ("acm:DeleteCertificate", "acm:AddTagsToCertificate"):
        assert ask("deploy-prod", action, arn, {**tag, "aws:ResourceTag/stack": "prod"}) is Decision.ALLOW
        assert ask("deploy-prod", action, arn, {**tag, "aws:ResourceTag/stack": "dev"}) is Decision.IMPLICIT_DENY
    assert ask("deploy-dev", "acm:RequestCertificate", "*", {"aws:RequestTag/stack": "dev"}) is Decision.IMPLICIT_DENY


# Read-only roles


@pytest.mark.parametrize("role", ["preview", "drift"])
def test_a_read_only_role_changes_nothing_and_reads_no_data(role: str) -> None:
    for stack in (*STAGES, "pr-12"):
        for action, arn, context in requests(stack):
            if action not in ("iam:GetRole", "lambda:GetFunction"):
                assert ask(role, action, arn, context) is not Decision.ALLOW, action
    state = f"{account().arns['state-bucket']}/.pulumi/stacks/rust-serverless/dev.json"
    assert ask(role, "s3:GetObject", state) is Decision.ALLOW
    assert ask(role, "s3:PutObject", state) is Decision.IMPLICIT_DENY


def test_roles_are_limited_to_the_region_of_the_stacks() -> None:
    elsewhere = {"aws:RequestedRegion": "us-east-1"}
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/rust-serverless-dev--x"
    assert ask("deploy-dev", "dynamodb:CreateTable", table, elsewhere) is Decision.IMPLICIT_DENY
    assert ask("deploy-dev", "cloudwatch:DescribeAlarms", "*", elsewhere) is Decision.IMPLICIT_DENY
    assert ask("drift", "dynamodb:DescribeTable", table, elsewhere) is Decision.IMPLICIT_DENY
