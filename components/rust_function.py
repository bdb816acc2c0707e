"""A Lambda function that runs one binary of a `RustWorkspace`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from .customize import Customization, Customized
from .event_failures import FailedEvents, configure_invocations
from .function_settings import AsyncInvocation, FileSystem, FunctionUrl, Network
from .iam import Statement, policy_document, read_value, send_to, trust_policy
from .rust_workspace import Artifact

ALIAS = "live"
"""Of the version that is invoked, where versions are published."""
SMALLEST_STORAGE_MIB = 512
TRACING = Statement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"])
NETWORKING = Statement(
    actions=["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"],
    resources=["*"],
)
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """How functions are operated, usually the same for all of a stack."""

    log_level: str = "info"
    """Level of the handler's own logs, RUST_LOG."""
    log_retention_days: int = 30
    """Days that logs are kept; one of the values that CloudWatch Logs knows."""
    tracing: bool = False
    """Whether invocations are traced by X-Ray; costs by trace."""
    reserved_concurrency: int | None = None
    """Environments at once at most, which no other function of the account can use up; by default there is no limit."""
    gradual_deployment: bool = False
    """Whether each change is a version, and the function is invoked by an alias that `GradualDeployment` moves."""
    permissions_boundary: str | None = None
    """ARN of a policy that limits what any policy can give the functions' roles."""


@dataclass(frozen=True, kw_only=True)
class RustFunctionArgs:
    """What the function runs and with how much."""

    artifact: Artifact
    """Its code: `workspace.artifact("echo")`."""
    memory_mib: int = 128
    """Memory; the share of a processor grows with it, up to a whole one at 1,769 MiB."""
    timeout_seconds: int = 3
    """An invocation is ended after this long. Rust handlers that take longer are stuck."""
    operation: Operation = field(default_factory=Operation)
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Further variables for the handler. Never a secret: whoever may describe the function can read them."""
    references: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Variables that hold the ARN of a secret of Secrets Manager or a parameter of SSM, which the function may read.
    The value itself is never in the environment."""
    statements: Sequence[Statement] = ()
    """What else the function may do."""
    description: str | None = None
    function_name: str | None = None
    """Physical name; by default one that Pulumi makes, so that a function can be replaced."""
    tags: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Of the function, its role and its log group."""
    layers: Sequence[pulumi.Input[str]] = ()
    """ARNs of layer versions, extensions among them."""
    temporary_storage_mib: int = 512
    """Space below `/tmp`, 512 to 10,240."""
    network: Network | None = None
    """By default the function is in no VPC, and reaches the internet."""
    file_system: FileSystem | None = None
    asynchronous: AsyncInvocation | None = None
    dead_letter_arn: pulumi.Input[str] | None = None
    """ARN of a queue or topic that gets events that failed; `asynchronous.on_failure` tells the reason as well."""
    url: FunctionUrl | None = None
    kms_key_arn: pulumi.Input[str] | None = None
    """Key that encrypts the environment; by default AWS's own."""
    log_group_class: str = "STANDARD"
    """`INFREQUENT_ACCESS` costs half, and has no metric filters and no live tail."""
    runtime: str = "provided.al2023"
    recursive_loop: str = "Terminate"
    """`Allow` lets the function cause its own events."""
    provisioned_concurrency: int | None = None
    """Environments that are kept ready, paid by the hour; needs `Operation(gradual_deployment=True)`, as they belong to
    an alias."""
    customize: Customization = field(default_factory=dict)
    """Further inputs of the provider, by resource: `function`, `role`, `logs`, and `alias`, `url`, `asynchronous`,
    `recursion` or `provisioned` where they are. `{"function": {"snap_start": {…}}}`, for example."""
    wait_for: Sequence[pulumi.Resource] = ()
    """What must be there before the handler can start."""


class RustFunction(pulumi.ComponentResource):
    """Afterwards the function can be invoked, and its logs are in a group of its own with a retention.

    Its role may write to that log group, and what its arguments need; further grants come from what it uses,
    `table.allow_read(function)`. The group is made first, so that Lambda never makes one without a retention that a
    destroy would leave behind.
    """

    arn: pulumi.Output[str]
    function_name: pulumi.Output[str]
    """Physical name."""
    role_name: pulumi.Output[str]
    """Physical name of its role."""
    log_group_name: pulumi.Output[str]
    version: pulumi.Output[str]
    """The last that was published; `$LATEST` where none is."""
    url: pulumi.Output[str] | None
    """Its own address, where it has one."""

    def __init__(self, name: str, args: RustFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the role, the log group and the function; `name` should be the binary's."""
        super().__init__("rust-serverless:index:RustFunction", name, None, opts)
        self.name = name
        self.timeout_seconds = args.timeout_seconds
        self._args = args
        self._customized = Customized(name, args.customize)
        operation = args.operation
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            **self._inputs(
                "logs",
                aws.cloudwatch.LogGroup,
                retention_in_days=operation.log_retention_days,
                log_group_class=args.log_group_class if args.log_group_class != "STANDARD" else None,
                tags=dict(args.tags) or None,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            **self._inputs(
                "role",
                aws.iam.Role,
                assume_role_policy=trust_policy("lambda.amazonaws.com"),
                permissions_boundary=operation.permissions_boundary,
                tags=dict(args.tags) or None,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role_name = self.role.name
        self._function = aws.lambda_.Function(
            f"{name}-function",
            **self._inputs("function", aws.lambda_.Function, **self._function_inputs(logs)),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.artifact.uploaded, *self._grants(logs), *args.wait_for]
            ),
        )
        self.alias = self._alias() if operation.gradual_deployment else None
        self.version = self._function.version
        self.function_name = self._function.name
        self.arn = self._function.arn
        self.code = {
            "bucket": args.artifact.bucket,
            "key": args.artifact.key,
            "sha256": self._function.code_sha256,
        }
        """Which artifact runs, and the SHA-256 that Lambda computed of its bytes, in base64."""
        self.invoked_arn = self.alias.arn if self.alias else self._function.arn
        """ARN by which it is invoked: that of the alias, where there is one."""
        self.qualifier = self.alias.name if self.alias else None
        """Name of the alias, for permissions."""
        self.event_target = self.alias.arn if self.alias else self._function.name
        """What an event source mapping invokes."""
        self.log_group_name = logs.name
        self.url = self._url(args.url) if args.url else None
        self.failed_events = FailedEvents(self, is_configured=args.asynchronous is not None)
        """Events that its triggers gave up."""
        self._configure_invocations()
        self._customized.check()
        self.register_outputs(
            {"functionName": self.function_name, "arn": self.arn, "logGroupName": self.log_group_name}
        )

    def _inputs(self, resource: str, kind: type[pulumi.CustomResource], **inputs: Any) -> dict[str, Any]:
        return self._customized.inputs(resource, kind, inputs)

    def _function_inputs(self, logs: aws.cloudwatch.LogGroup) -> dict[str, Any]:
        args, operation = self._args, self._args.operation
        level = {"RUST_LOG": operation.log_level, "RUST_BACKTRACE": "1"}
        network = args.network and {
            "subnet_ids": list(args.network.subnet_ids),
            "security_group_ids": list(args.network.security_group_ids),
        }
        files = args.file_system and {
            "arn": args.file_system.access_point_arn,
            "local_mount_path": args.file_system.mount_path,
        }
        storage = {"size": args.temporary_storage_mib} if args.temporary_storage_mib != SMALLEST_STORAGE_MIB else None
        return {
            "name": args.function_name,
            "description": args.description,
            "runtime": args.runtime,
            "handler": "bootstrap",
            "architectures": [args.artifact.architecture.value],
            "s3_bucket": args.artifact.bucket,
            "s3_key": args.artifact.key,
            "role": self.role.arn,
            "memory_size": args.memory_mib,
            "timeout": args.timeout_seconds,
            "environment": {"variables": {**level, **args.environment, **args.references}},
            "publish": operation.gradual_deployment or None,
            "tracing_config": {"mode": "Active"} if operation.tracing else None,
            "reserved_concurrent_executions": operation.reserved_concurrency,
            # Lambda filters nothing: RUST_LOG alone decides the level.
            "logging_config": {"log_format": "JSON", "application_log_level": "TRACE", "log_group": logs.name},
            "layers": list(args.layers) or None,
            "ephemeral_storage": storage,
            "vpc_config": network,
            "file_system_config": files,
            "dead_letter_config": {"target_arn": args.dead_letter_arn} if args.dead_letter_arn else None,
            "kms_key_arn": args.kms_key_arn,
            "tags": dict(args.tags) or None,
        }

    def _grants(self, logs: aws.cloudwatch.LogGroup) -> list[pulumi.Resource]:
        """Allow what Lambda itself, and the handler by the arguments, do with the role; the function waits for it."""
        args = self._args
        grants = [self._grant("writes-logs", logs.arn.apply(_write_to_log_group))]
        if args.operation.tracing:
            grants.append(self._grant("writes-traces", policy_document(TRACING)))
        if args.network:
            grants.append(self._grant("uses-network", policy_document(NETWORKING)))
        if args.file_system:
            grants.append(self._grant_by_arn("uses-files", [args.file_system.access_point_arn], _use_files))
        if args.references:
            grants.append(self._grant_by_arn("reads-references", args.references.values(), read_value))
        called = [args.asynchronous.on_failure, args.asynchronous.on_success] if args.asynchronous else []
        sent_to = [arn for arn in (args.dead_letter_arn, *called) if arn is not None]
        if sent_to:
            grants.append(self._grant_by_arn("sends-results", sent_to, send_to))
        if args.statements:
            grants.append(self._grant("may-also", policy_document(*args.statements)))
        return grants

    def _grant(self, verb: str, policy: pulumi.Input[str]) -> pulumi.Resource:
        child = pulumi.ResourceOptions(parent=self)
        return aws.iam.RolePolicy(f"{self.name}-{verb}", role=self.role.name, policy=policy, opts=child)

    def _grant_by_arn(
        self, verb: str, arns: Iterable[pulumi.Input[str]], statement: Callable[[str], Statement]
    ) -> pulumi.Resource:
        known = pulumi.Output.all(*arns)
        return self._grant(verb, known.apply(lambda found: policy_document(*(statement(arn) for arn in found))))

    def _alias(self) -> aws.lambda_.Alias:
        return aws.lambda_.Alias(
            f"{self.name}-live",
            **self._inputs(
                "alias",
                aws.lambda_.Alias,
                name=ALIAS,
                function_name=self._function.name,
                function_version=self._function.version,
            ),
            # A deployment moves it, and may bring it back.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["functionVersion", "routingConfig"]),
        )

    def _url(self, args: FunctionUrl) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        cors = {"allow_origins": list(args.cors_origins), "allow_methods": ["*"], "allow_headers": ["*"]}
        url = aws.lambda_.FunctionUrl(
            f"{self.name}-url",
            **self._inputs(
                "url",
                aws.lambda_.FunctionUrl,
                function_name=self._function.name,
                qualifier=self.qualifier,
                authorization_type="NONE" if args.open else "AWS_IAM",
                cors=cors if args.cors_origins else None,
                invoke_mode="RESPONSE_STREAM" if args.streaming else "BUFFERED",
            ),
            opts=child,
        )
        if args.open:
            # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html: both are asked for.
            for name, action, condition in (
                ("url-permission", "lambda:InvokeFunctionUrl", {"function_url_auth_type": "NONE"}),
                ("url-invocation", "lambda:InvokeFunction", {"invoked_via_function_url": True}),
            ):
                aws.lambda_.Permission(
                    f"{self.name}-{name}",
                    action=action,
                    function=self._function.name,
                    qualifier=self.qualifier,
                    principal="*",
                    **condition,
                    opts=child,
                )
        return url.function_url

    def _configure_invocations(self) -> None:
        args, child = self._args, pulumi.ResourceOptions(parent=self)
        if args.asynchronous:
            configure_invocations(
                f"{self.name}-asynchronous",
                self,
                args.asynchronous,
                child,
                lambda inputs: self._inputs("asynchronous", aws.lambda_.FunctionEventInvokeConfig, **inputs),
            )
        if args.recursive_loop != "Terminate":
            aws.lambda_.FunctionRecursionConfig(
                f"{self.name}-recursion",
                **self._inputs(
                    "recursion",
                    aws.lambda_.FunctionRecursionConfig,
                    function_name=self._function.name,
                    recursive_loop=args.recursive_loop,
                ),
                opts=child,
            )
        if args.provisioned_concurrency:
            if self.alias is None:
                raise pulumi.RunError(
                    f"{self.name}: provisioned_concurrency belongs to an alias: set gradual_deployment in its Operation"
                )
            aws.lambda_.ProvisionedConcurrencyConfig(
                f"{self.name}-provisioned",
                **self._inputs(
                    "provisioned",
                    aws.lambda_.ProvisionedConcurrencyConfig,
                    function_name=self._function.name,
                    qualifier=self.alias.name,
                    provisioned_concurrent_executions=args.provisioned_concurrency,
                ),
                opts=child,
            )


def _use_files(access_point_arn: str) -> Statement:
    return Statement(
        actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], resources=[access_point_arn]
    )


def _write_to_log_group(arn: str) -> str:
    """Allow writing to any stream of the group: Lambda names a stream for each environment, so no name is known."""
    return policy_document(
        Statement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{arn}:log-stream:*"])
    )
