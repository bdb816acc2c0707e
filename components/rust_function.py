"""A Lambda function that runs one binary of a `RustWorkspace`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .iam import Statement, policy_document, trust_policy
from .rust_workspace import Artifact

ALIAS = "live"
"""Of the version that is invoked, where versions are published."""


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
    wait_for: Sequence[pulumi.Resource] = ()
    """What must be there before the handler can start."""


class RustFunction(pulumi.ComponentResource):
    """Afterwards the function can be invoked, and its logs are in a group of its own with a retention.

    Its role may write to that log group and nothing else; grants come from what it uses, `table.allow_read(function)`.
    The group is made first, so that Lambda never makes one without a retention that a destroy would leave behind.
    """

    def __init__(self, name: str, args: RustFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the role, the log group and the function; `name` should be the binary's."""
        super().__init__("rust-serverless:index:RustFunction", name, None, opts)
        self.name = name
        self.timeout_seconds = args.timeout_seconds
        operation = args.operation
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            retention_in_days=operation.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=trust_policy("lambda.amazonaws.com"),
            permissions_boundary=operation.permissions_boundary,
            opts=pulumi.ResourceOptions(parent=self),
        )
        writes_logs = aws.iam.RolePolicy(
            f"{name}-writes-logs",
            role=self.role.name,
            policy=logs.arn.apply(_write_to_log_group),
            opts=pulumi.ResourceOptions(parent=self),
        )
        needed = [args.artifact.uploaded, writes_logs, *args.wait_for, *self._may_trace(operation)]
        self._function = aws.lambda_.Function(
            f"{name}-function",
            runtime="provided.al2023",
            handler="bootstrap",
            architectures=[args.artifact.architecture.value],
            s3_bucket=args.artifact.bucket,
            s3_key=args.artifact.key,
            role=self.role.arn,
            memory_size=args.memory_mib,
            timeout=args.timeout_seconds,
            environment={"variables": {"RUST_LOG": operation.log_level, "RUST_BACKTRACE": "1", **args.environment}},
            publish=operation.gradual_deployment or None,
            tracing_config={"mode": "Active"} if operation.tracing else None,
            reserved_concurrent_executions=operation.reserved_concurrency,
            # Lambda filters nothing: RUST_LOG alone decides the level.
            logging_config={"log_format": "JSON", "application_log_level": "TRACE", "log_group": logs.name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
        )
        self.alias = self._alias() if operation.gradual_deployment else None
        self.version = self._function.version
        self.function_name = self._function.name
        self.arn = self._function.arn
        self.role_name = self.role.name
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
        self.register_outputs(
            {"functionName": self.function_name, "arn": self.arn, "logGroupName": self.log_group_name}
        )

    def _alias(self) -> aws.lambda_.Alias:
        return aws.lambda_.Alias(
            f"{self.name}-live",
            name=ALIAS,
            function_name=self._function.name,
            function_version=self._function.version,
            # A deployment moves it, and may bring it back.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["functionVersion", "routingConfig"]),
        )

    def _may_trace(self, operation: Operation) -> list[pulumi.Resource]:
        if not operation.tracing:
            return []
        statement = Statement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"])
        return [
            aws.iam.RolePolicy(
                f"{self.name}-writes-traces",
                role=self.role.name,
                policy=policy_document(statement),
                opts=pulumi.ResourceOptions(parent=self),
            )
        ]


def _write_to_log_group(arn: str) -> str:
    """Allow writing to any stream of the group: Lambda names a stream for each environment, so no name is known."""
    return policy_document(
        Statement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{arn}:log-stream:*"])
    )
