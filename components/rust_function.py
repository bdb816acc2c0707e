"""A Lambda function that runs a binary of a `RustWorkspace`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .customize import Customization, Customized
from .event_failures import FailedEvents
from .function import grant
from .function_settings import AsyncInvocation, FileSystem, FunctionUrl, Network
from .iam import Statement, policy_document, policy_output, read_value, send_to, trust_policy
from .rust_workspace import Artifact
from .version_shift import ALIAS

SMALLEST_STORAGE_MIB = 512
TRACING = Statement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"])
NETWORKING = Statement(
    actions=["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"],
    resources=["*"],
)
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""


@dataclass(frozen=True, kw_only=True)
class Operation(Arguments):
    """Operational settings, usually the same for all functions of a stack."""

    log_level: str = "info"
    """Log level of the handler (`RUST_LOG`)."""
    log_sample_percent: int = 0
    """Percentage of invocations that log at debug, whatever `log_level` is; for handlers that use the crate
    `powertools`."""
    debug_public_key: str | None = None
    """Hexadecimal Ed25519 public key: a request logs at debug if it has a header `x-debug` that is signed with the
    private key; for handlers that use the crate `http-service`."""
    log_retention_days: int = 30
    """Retention of the logs; CloudWatch Logs allows certain values only."""
    tracing: bool = False
    """Whether X-Ray traces invocations; billed by trace."""
    open_telemetry_layer: str | None = None
    """ARN of the layer version of an OpenTelemetry collector, which receives the spans of a handler that is built with
    the feature `otel` of the crate `powertools`. Implies `tracing`."""
    reserved_concurrency: int | None = None
    """Reserved concurrency; by default none."""
    gradual_deployment: bool = False
    """Whether each change publishes a version, invoked through an alias that `GradualDeployment` shifts."""
    permissions_boundary: str | None = None
    """ARN of the permissions boundary of the function's role."""

    @property
    def is_traced(self) -> bool:
        """Whether invocations are traced, by X-Ray alone or with spans."""
        return self.tracing or self.open_telemetry_layer is not None


@dataclass(frozen=True, kw_only=True)
class RustFunctionArgs(Arguments):
    """Arguments of `RustFunction`."""

    artifact: Artifact
    """Code of the function: `workspace.artifact("echo")`."""
    memory_mib: int = 128
    """Memory in MiB. CPU is proportional to it; 1,769 MiB is one vCPU."""
    timeout_seconds: int = 3
    """Lambda ends an invocation after this many seconds."""
    operation: Operation = field(default_factory=Operation)
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Environment variables. Never a secret: everyone who may describe the function can read them."""
    references: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Variables with the ARN of a Secrets Manager secret or SSM parameter, which the function may read. The value
    itself is not in the environment."""
    statements: Sequence[Statement] = ()
    """Further permissions of the function."""
    description: str | None = None
    function_name: str | None = None
    """Physical name. By default Pulumi generates one, so that the function can be replaced."""
    tags: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Tags of the function, its role and its log group."""
    layers: Sequence[pulumi.Input[str]] = ()
    """ARNs of layer versions, including extensions."""
    temporary_storage_mib: int = 512
    """Size of `/tmp` in MiB, 512 to 10,240."""
    network: Network | None = None
    """VPC; by default none, with access to the internet."""
    file_system: FileSystem | None = None
    asynchronous: AsyncInvocation | None = None
    dead_letter_arn: pulumi.Input[str] | None = None
    """ARN of a queue or topic for failed events; `asynchronous.on_failure` includes the reason."""
    url: FunctionUrl | None = None
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of a KMS key for the environment variables; by default AWS's key."""
    log_group_class: str = "STANDARD"
    """Log group class. `INFREQUENT_ACCESS` costs half but has no metric filters and no live tail."""
    runtime: str = "provided.al2023"
    recursive_loop: str = "Terminate"
    """`Allow` permits recursive invocations."""
    provisioned_concurrency: int | None = None
    """Provisioned concurrency, billed by the hour. Requires `Operation(gradual_deployment=True)`, because it belongs to
    an alias."""
    customize: Customization = field(default_factory=dict)
    """Further inputs of the provider, by resource: `function`, `role`, `logs`, and, if they exist, `alias`, `url`,
    `asynchronous`, `recursion` and `provisioned`. Example: `{"function": {"snap_start": {…}}}`."""
    wait_for: Sequence[pulumi.Resource] = ()
    """Resources that the function depends on."""


class RustFunction(pulumi.ComponentResource):
    """Creates a Lambda function with its own role and log group.

    The role may write to the log group and use what the arguments need. Grant more with sentences such as
    `table.allow_read(function)`. The log group is created first; otherwise Lambda would create one, without a
    retention, and a destroy would not remove it.
    """

    arn: pulumi.Output[str]
    function_name: pulumi.Output[str]
    """Physical name."""
    role_name: pulumi.Output[str]
    """Physical name of its role."""
    log_group_name: pulumi.Output[str]
    version: pulumi.Output[str]
    """Last published version, or `$LATEST`."""
    url: pulumi.Output[str] | None
    """Function URL, if there is one."""

    def __init__(self, name: str, args: RustFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the role, the log group and the function; `name` should be the name of the binary."""
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
        """The artifact, and its SHA-256 as Lambda computed it, in base64."""
        self.invoked_arn = self.alias.arn if self.alias else self._function.arn
        """ARN to invoke: the alias's, if there is one."""
        self.qualifier = self.alias.name if self.alias else None
        """Name of the alias, if there is one."""
        self.event_target = self.alias.arn if self.alias else self._function.name
        """Name or ARN for event source mappings."""
        self.log_group_name = logs.name
        self.url = self._url(args.url) if args.url else None
        self.failed_events = FailedEvents(
            self,
            args.asynchronous,
            lambda inputs: self._inputs("asynchronous", aws.lambda_.FunctionEventInvokeConfig, **inputs),
        )
        """Failure queue of its triggers."""
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
        if operation.log_sample_percent:
            level["POWERTOOLS_LOGGER_SAMPLE_RATE"] = str(operation.log_sample_percent / 100)
        if operation.debug_public_key:
            level["POWERTOOLS_DEBUG_PUBLIC_KEY"] = operation.debug_public_key
        network = args.network and {
            "subnet_ids": list(args.network.subnet_ids),
            "security_group_ids": list(args.network.security_group_ids),
        }
        files = args.file_system and {
            "arn": args.file_system.access_point_arn,
            "local_mount_path": args.file_system.mount_path,
        }
        collector = [operation.open_telemetry_layer] if operation.open_telemetry_layer else []
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
            "tracing_config": {"mode": "Active"} if operation.is_traced else None,
            "reserved_concurrent_executions": operation.reserved_concurrency,
            # RUST_LOG sets the level, so Lambda must not filter lines.
            "logging_config": {"log_format": "JSON", "application_log_level": "TRACE", "log_group": logs.name},
            "layers": [*args.layers, *collector] or None,
            "ephemeral_storage": storage,
            "vpc_config": network,
            "file_system_config": files,
            "dead_letter_config": {"target_arn": args.dead_letter_arn} if args.dead_letter_arn else None,
            "kms_key_arn": args.kms_key_arn,
            "tags": dict(args.tags) or None,
        }

    def _grants(self, logs: aws.cloudwatch.LogGroup) -> list[pulumi.Resource]:
        """Declare the role's policies, which the function depends on."""
        args = self._args
        grants = [self._grant("writes-logs", logs.arn.apply(_write_to_log_group))]
        if args.operation.is_traced:
            grants.append(self._grant("writes-traces", policy_document(TRACING)))
        if args.network:
            grants.append(self._grant("uses-network", policy_document(NETWORKING)))
        if args.file_system:
            grants.append(self._grant_by_arn("uses-files", [args.file_system.access_point_arn], _use_files))
        if args.references:
            grants.append(self._grant_by_arn("reads-references", args.references.values(), read_value))
        destinations = [args.asynchronous.on_failure, args.asynchronous.on_success] if args.asynchronous else []
        targets = [arn for arn in (args.dead_letter_arn, *destinations) if arn is not None]
        if targets:
            grants.append(self._grant_by_arn("sends-results", targets, send_to))
        if args.statements:
            grants.append(self._grant("may-also", policy_output(*args.statements)))
        return grants

    def _grant(self, verb: str, policy: pulumi.Input[str]) -> pulumi.Resource:
        return grant(f"{self.name}-{verb}", self, policy)

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
            # `GradualDeployment` shifts it.
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
            # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html: both permissions are required.
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
                    f"{self.name}: provisioned_concurrency requires an alias: set gradual_deployment of its Operation"
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
    """Allow writing to every stream of the group; Lambda creates one per environment."""
    return policy_document(
        Statement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[f"{arn}:log-stream:*"])
    )
