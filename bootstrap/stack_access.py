"""Permissions of a deployment for the resources of its stacks, and the boundary of the roles that it creates.

Resources are identified by the names in their ARNs, which begin with `rust-serverless-<stack>--` (`Pulumi.yaml`). For
resources with random ids, conditions apply that AWS evaluates for their actions:

| Resource | Identified by |
|---|---|
| event source mapping | `lambda:FunctionArn`, for each of its actions |
| user pool | its tag `stack`, which AWS evaluates for every action on a pool |
| certificate | its tag `stack`, and `acm:DomainNames` in the request |
| HTTP API | its id, because routes, integrations and authorizers have and inherit no tags |

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap.policies import PREFIX, PROJECT, Statement, allow, deny
from components.table import Access

API_GATEWAY_ROLE = "aws-service-role/ops.apigateway.amazonaws.com"
WORKFLOWS = (
    *(f"role/{PREFIX}{role}" for role in ("preview", "drift", "deploy-*", "pull-request")),
    f"policy/{PREFIX}boundary-*",
)
"""The workflows' own roles and boundaries."""
SCHEDULE_ROLE = "-nightly-role-*"
"""End of the names of roles of schedules."""
PASSED_TO = ("lambda", "scheduler")
"""Services that roles of a stack can be passed to."""
TAG = "stack"
"""Tag of every resource, set by `aws:defaultTags` in the stack files."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Domain name of a stage's API."""

    domain_name: str
    hosted_zone_id: str


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """The stacks of one role: a stage, or all stacks of pull requests."""

    account: str
    region: str
    name: str
    """Name of the role and the boundary: `dev` or `pr`."""
    pattern: str
    """Pattern of the stacks' names: `dev` or `pr-*`."""
    domain: Domain | None = None
    alarms_by_mail: bool = True
    foreign_apis: Sequence[str] = ()
    """Ids of HTTP APIs of other stages in the account."""

    @property
    def resources(self) -> str:
        """Pattern of the names of the stacks' resources."""
        end = "" if self.pattern.endswith("*") else "--*"
        return f"{PROJECT}-{self.pattern}{end}"

    @property
    def boundary_arn(self) -> str:
        """ARN of the permissions boundary."""
        return f"arn:aws:iam::{self.account}:policy/{boundary_name(self.name)}"

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN in the account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def boundary_name(stacks: str) -> str:
    """Return the name of the permissions boundary of stacks, such as `dev` or `pr`."""
    return f"{PREFIX}boundary-{stacks}"


def manage(stacks: Stacks) -> list[Statement]:
    """Return statements that allow creating, changing and deleting the stacks' resources only."""
    return [
        *_named(stacks),
        *_mappings(stacks),
        # Layers of collectors belong to other accounts, which decide who may use them.
        allow(["lambda:GetLayerVersion"], [f"arn:aws:lambda:{stacks.region}:*:layer:*:*"]),
        *_roles(stacks),
        *_apis(stacks),
        *_user_pools(stacks),
        *_unnamed(stacks),
        *(_subscriptions(stacks) if stacks.alarms_by_mail else []),
        *(_domain(stacks, stacks.domain) if stacks.domain else []),
    ]


def boundary(stacks: Stacks) -> list[Statement]:
    """Return the permissions boundary of the roles of the stacks' functions and schedules.

    It allows what the components grant, on the stacks' own resources, and excludes state, artifacts and IAM.
    """
    tables = stacks.arn("dynamodb", f"table/{stacks.resources}")
    streams = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    return [
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [stacks.arn("logs", f"log-group:{stacks.resources}:log-stream:*")],
        ),
        allow([str(access) for access in Access], [tables]),
        allow(streams, [f"{tables}/stream/*"]),
        # Roles of schedules invoke functions, and roles of functions do not.
        allow(
            ["lambda:InvokeFunction"],
            [stacks.arn("lambda", f"function:{stacks.resources}")],
            ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{stacks.account}:role/{stacks.resources}{SCHEDULE_ROLE}"},
        ),
        allow(
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"],
            [stacks.arn("sqs", stacks.resources)],
        ),
        # Only pictures: the name of an artifact bucket starts with the same prefix.
        allow(["s3:GetObject", "s3:PutObject"], [f"arn:aws:s3:::{stacks.resources}glitch-uploads-*/*"]),
        # These have no resource types: names of streams, and traces.
        allow(["dynamodb:ListStreams", "xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
    ]


def read_configuration(region: str) -> list[Statement]:
    """Return statements that allow comparing resources with the state.

    These actions read the configuration of resources, but no items, messages, log lines or code.
    """
    regional = [
        *("acm:DescribeCertificate", "acm:ListTagsForCertificate"),
        "apigateway:GET",
        *("cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"),
        *("cognito-idp:DescribeResourceServer", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient"),
        *("cognito-idp:DescribeUserPoolDomain", "cognito-idp:GetUserPoolMfaConfig"),
        *("dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"),
        "dynamodb:ListTagsOfResource",
        *("lambda:GetEventSourceMapping", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConcurrency"),
        *("lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"),
        # Its response includes a link to the code, but the provider needs it.
        "lambda:GetFunction",
        *("logs:DescribeLogGroups", "logs:DescribeMetricFilters", "logs:DescribeQueryDefinitions"),
        "logs:ListTagsForResource",
        "lambda:GetFunctionEventInvokeConfig",
        *("s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation"),
        *("s3:GetBucketLogging", "s3:GetBucketNotification", "s3:GetBucketObjectLockConfiguration"),
        *("s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging"),
        *("s3:GetBucketVersioning", "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration"),
        *("s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket"),
        *("sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"),
        "scheduler:GetSchedule",
        *("sqs:GetQueueAttributes", "sqs:ListQueueTags"),
    ]
    everywhere = [
        *("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
        *("route53:GetHostedZone", "route53:ListResourceRecordSets"),
    ]
    return [_allow_in(region, regional), allow(everywhere, ["*"])]


def read_limits(region: str) -> list[Statement]:
    """Return statements that allow reading the account's concurrency limit."""
    return [_allow_in(region, ["lambda:GetAccountSettings"])]


def _named(stacks: Stacks) -> list[Statement]:
    """Return statements for resources with a name in their ARN."""
    own = stacks.resources
    groups = [own, f"/aws/vendedlogs/{own}"]
    resources = {
        "cloudwatch": [
            stacks.arn("cloudwatch", f"alarm:{own}"),
            f"arn:aws:cloudwatch::{stacks.account}:dashboard/{own}",
        ],
        "dynamodb": [stacks.arn("dynamodb", f"table/{own}")],
        "lambda": [stacks.arn("lambda", f"function:{own}")],
        "logs": [stacks.arn("logs", f"log-group:{group}") for group in groups],
        "s3": [f"arn:aws:s3:::{own}"],
        "scheduler": [stacks.arn("scheduler", f"schedule/default/{own}")],
        "sqs": [stacks.arn("sqs", own)],
    }
    return [allow([f"{service}:*"], arns) for service, arns in resources.items()]


def _mappings(stacks: Stacks) -> list[Statement]:
    own = {"lambda:FunctionArn": stacks.arn("lambda", f"function:{stacks.resources}")}
    mappings = [stacks.arn("lambda", "event-source-mapping:*")]
    actions = ["lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"]
    return [
        allow(["lambda:CreateEventSourceMapping"], ["*"], ArnLike=own),
        allow(actions, mappings, ArnLike=own),
        # No permission depends on the tags of a mapping.
        allow(["lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"], mappings),
    ]


def _roles(stacks: Stacks) -> list[Statement]:
    roles = [f"arn:aws:iam::{stacks.account}:role/{stacks.resources}"]
    # These actions grant permissions, so the role must have the boundary.
    granting = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
    other = [
        *("iam:DeleteRole", "iam:GetRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"),
        *("iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:UpdateAssumeRolePolicy"),
        *("iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"),
    ]
    service_role = f"arn:aws:iam::{stacks.account}:role/{API_GATEWAY_ROLE}/*"
    workflows = [f"arn:aws:iam::{stacks.account}:{name}" for name in WORKFLOWS]
    return [
        allow(granting, roles, StringEquals={"iam:PermissionsBoundary": stacks.boundary_arn}),
        allow(other, roles),
        allow(
            ["iam:PassRole"],
            roles,
            StringEquals={"iam:PassedToService": [f"{name}.amazonaws.com" for name in PASSED_TO]},
        ),
        # Needed once per account, for the first API with an access log.
        allow(["iam:CreateServiceLinkedRole"], [service_role]),
        deny(["iam:*"], workflows),
    ]


def _apis(stacks: Stacks) -> list[Statement]:
    """Return statements for HTTP APIs, by id, because tags do not apply to routes.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    base = f"arn:aws:apigateway:{stacks.region}::"
    verbs = [f"apigateway:{verb}" for verb in ("DELETE", "GET", "PATCH", "POST", "PUT")]
    foreign = [
        path for api in stacks.foreign_apis for path in (f"/apis/{api}", f"/apis/{api}/*", f"/tags/*apis*{api}*")
    ]
    return [
        allow(verbs, [f"{base}{path}" for path in ("/apis", "/apis/*", "/tags/*")]),
        *([deny(["apigateway:*"], [f"{base}{path}" for path in foreign])] if foreign else []),
    ]


def _user_pools(stacks: Stacks) -> list[Statement]:
    pools = [stacks.arn("cognito-idp", "userpool/*")]
    return [
        allow(["cognito-idp:CreateUserPool"], ["*"], StringLike={f"aws:RequestTag/{TAG}": stacks.pattern}),
        allow(["cognito-idp:*"], pools, StringLike={f"aws:ResourceTag/{TAG}": stacks.pattern}),
    ]


def _unnamed(stacks: Stacks) -> list[Statement]:
    """Return statements for actions without resource types. None reads or changes data of another stack.

    The log deliveries send access logs to the groups of `_named`. `PutResourcePolicy` could open every log of the
    account, so `bootstrap/` declares that policy itself.
    """
    actions = [
        # For gradual deployments: alarm states and metrics.
        *("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricStatistics"),
        *("cognito-idp:DescribeUserPoolDomain", "lambda:GetAccountSettings"),
        *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
        *("logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:UpdateLogDelivery"),
        # Saved queries contain no log lines, and running them requires access to the logs.
        *("logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition"),
    ]
    return [_allow_in(stacks.region, actions)]


def _subscriptions(stacks: Stacks) -> list[Statement]:
    # Subscriptions have no resource type. Their ARNs end randomly, and no role may list them.
    subscriptions = ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
    return [allow(["sns:*"], [stacks.arn("sns", stacks.resources)]), _allow_in(stacks.region, subscriptions)]


def _domain(stacks: Stacks, domain: Domain) -> list[Statement]:
    name, zone = domain.domain_name, f"arn:aws:route53:::hostedzone/{domain.hosted_zone_id}"
    records = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
    certificates = [stacks.arn("acm", "certificate/*")]
    request, resource = f"aws:RequestTag/{TAG}", f"aws:ResourceTag/{TAG}"
    base = f"arn:aws:apigateway:{stacks.region}::/domainnames"
    return [
        # The name itself, and the record that validates its ownership for ACM.
        allow(
            ["route53:ChangeResourceRecordSets"],
            [zone],
            **{"ForAllValues:StringLike": {records: [name, f"_*.{name}"]}, "Null": {records: "false"}},
        ),
        allow(["route53:GetHostedZone", "route53:ListResourceRecordSets"], [zone]),
        allow(["route53:GetChange"], ["arn:aws:route53:::change/*"]),
        allow(
            ["acm:RequestCertificate"],
            ["*"],
            **{
                "StringEquals": {request: stacks.pattern},
                "ForAllValues:StringEquals": {"acm:DomainNames": [name]},
                "Null": {"acm:DomainNames": "false"},
            },
        ),
        # A new certificate has no tag yet.
        allow(
            ["acm:AddTagsToCertificate"],
            certificates,
            StringEquals={request: stacks.pattern},
            StringEqualsIfExists={resource: stacks.pattern},
        ),
        allow(
            ["acm:DeleteCertificate", "acm:DescribeCertificate", "acm:ListTagsForCertificate"],
            certificates,
            StringEquals={resource: stacks.pattern},
        ),
        allow(["apigateway:POST"], [base]),
        allow(
            [f"apigateway:{verb}" for verb in ("DELETE", "GET", "PATCH", "POST")],
            [f"{base}/{name}", f"{base}/{name}/*"],
        ),
    ]


def _allow_in(region: str, actions: Sequence[str]) -> Statement:
    return allow(actions, ["*"], StringEquals={"aws:RequestedRegion": region})
