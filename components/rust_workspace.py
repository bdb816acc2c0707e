"""Compiles the binaries of a Cargo project, and stores them in S3 by a digest of their sources."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_command import local

from .architecture import Architecture, host_architecture
from .arguments import Arguments, require_list
from .aws_credentials import AwsCredentials, access_environment, aws_access
from .build.bucket import ArtifactBucket
from .build.inputs import BuildInputs
from .build.plan import BuildError, BuildPlan, BuildSettings
from .build.workspace import Workspace, read_workspace
from .iam import tls_only_policy
from .program_body import ProgramBody
from .program_python import module_command
from .public_access import block_public_access


@dataclass(frozen=True, kw_only=True)
class RustWorkspaceArgs(Arguments):
    """Arguments of `RustWorkspace`."""

    path: str = "rust"
    """Folder with a `Cargo.toml`, relative to the program: a workspace, a package, or a member of a workspace."""
    architecture: Architecture | str | None = None
    """Architecture of all functions, or its name. By default arm64, which costs 20% less per millisecond than x86_64;
    or this machine's, if AWS_ENDPOINT_URL is set, as for an emulator."""
    profile: str = "release"
    """Cargo profile. cargo-lambda optimizes for Lambda only with `release`. Debug information is left out, because it
    contains paths of the machine; names of functions stay, unless the profile strips them."""
    features: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Cargo features by name of the binary, in addition to those of `artifact()`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the build. They are part of every key; never put a secret here. The build sees no other
    variables of the shell, except a fixed list for tools and the network."""
    include: Sequence[str] = ()
    """Further files and folders that the build reads, relative to `path`, such as `../proto`."""
    region: str | None = None
    """AWS region of the artifact bucket; by default the provider's."""
    endpoint: str | None = None
    """S3 endpoint of the provider, if it is not AWS's."""
    credentials: AwsCredentials = field(default_factory=AwsCredentials)
    """Credentials of the provider, for the build."""
    artifact_bucket: str | None = None
    """Name of a bucket that stacks share, for promotion. By default the workspace creates a bucket, which is deleted
    with the stack."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            pulumi.RunError: a variable is not a plain string, or as for all arguments.
        """
        super().__post_init__()
        for name, value in self.environment.items():
            if not isinstance(value, str):
                raise pulumi.RunError(
                    f"RustWorkspaceArgs: environment[{name!r}] must be a plain string, because the build's inputs are "
                    "known in previews"
                )


@dataclass(frozen=True, kw_only=True)
class Artifact(Arguments):
    """The code of a function in S3."""

    bucket: pulumi.Output[str]
    key: pulumi.Output[str]
    """Computed from the sources, so it is known before the build."""
    architecture: Architecture
    uploaded: pulumi.Resource
    """Dependency of users of the artifact. It is a custom resource, because depending on an empty component has no
    effect."""


@dataclass(frozen=True, kw_only=True)
class _Request:
    """The extra files and the features of an artifact."""

    files: Mapping[str, str]
    features: tuple[str, ...]


class RustWorkspace(pulumi.ComponentResource):
    """Compiles binaries of a Cargo project and stores them in S3 as `<binary>/<architecture>/<digest>.zip`.

    The digest covers everything that determines the binary. An unchanged binary has the same key on every machine, and
    a preview shows which functions' code changes without compiling. A Command calls cargo-lambda once if an artifact is
    missing from the bucket.

    Only binaries that the program requests with `artifact` are built. They are built together, so their keys are
    computed when the program has requested all of them.
    """

    def __init__(self, name: str, args: RustWorkspaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Read the manifests of the project and declare its build."""
        super().__init__("rust-serverless:index:RustWorkspace", name, None, opts)
        self._args = args
        self._architecture = _architecture(args.architecture)
        self._workspace = _read(args.path)
        self._requests: dict[str, _Request] = {}
        """Requested artifacts by binary."""
        self._body = ProgramBody()
        self._keys = self._body.at_the_end(self._compute_keys)
        self.bucket = self._bucket_name(name)
        access = aws_access(self, args.credentials, args.region, args.endpoint)
        self._build = local.Command(
            f"{name}-build",
            create=module_command(f"{__package__}.build"),
            dir=".",
            environment={
                "ARTIFACT_PLAN": self._keys.apply(
                    lambda _: BuildPlan(workspace=args.path, settings=self._settings()).to_json()
                ),
                "ARTIFACT_BUCKET": self.bucket,
                "ARTIFACT_KEYS": self._keys.apply(lambda keys: "\n".join(keys.values())),
                **access_environment(access),
            },
            add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # In a preview, known only if nothing has to be built.
        pulumi.Output.all(self._build.urn, self._build.stdout, self.bucket, self._keys, access).apply(
            self._report_deleted
        )
        self.register_outputs({"bucket": self.bucket, "keys": self._keys})

    def artifact(self, binary: str, files: Mapping[str, str] | None = None, features: Sequence[str] = ()) -> Artifact:
        """Return the artifact of a binary, and add the binary to the build.

        `files` are packed next to it: files and folders relative to `path`, by their place below `/var/task`, which
        LAMBDA_TASK_ROOT names: `{"templates/": "../web/templates", "rates.csv": "data/rates.csv"}`. They must lie
        in the project; files that git ignores are left out of folders, and symbolic links are refused.

        `features` are Cargo features of its package. As in every build of Cargo, a feature of a package that several
        binaries share is on for all of them.

        Raises:
            pulumi.RunError: the project has no such binary, or several of that name, or it was requested with other
                files or features, or the features are a string.
        """
        require_list(f"artifact({binary!r}): features", features)
        request = _Request(files=dict(files or {}), features=tuple(sorted(set(features))))
        try:
            self._workspace.owner(binary)
        except BuildError as error:
            raise pulumi.RunError(str(error)) from None
        if binary not in self._requests:
            self._body.require_open(f"artifact({binary!r}) was called too late", "call")
        if self._requests.setdefault(binary, request) != request:
            raise pulumi.RunError(
                f"artifact({binary!r}) was called with other files or features before: a binary has one zip, so pass "
                "the same each time"
            )
        return Artifact(
            bucket=self.bucket,
            key=self._keys.apply(lambda keys: keys[binary]),
            architecture=self._architecture,
            uploaded=self._build,
        )

    def _compute_keys(self) -> dict[str, str]:
        for binary in self._args.features:
            if binary not in self._requests:
                raise pulumi.RunError(
                    f"{self.pulumi_resource_name}: features has {binary!r}, but the program never calls "
                    f"artifact({binary!r}): remove it, or correct its name"
                )
        if not self._requests:
            return {}
        try:
            return BuildInputs(self._workspace, self._settings(), [*self._requests], Path.cwd()).keys
        except BuildError as error:
            raise pulumi.RunError(str(error)) from None

    def _settings(self) -> BuildSettings:
        args = self._args
        features = {
            binary: tuple(sorted({*args.features.get(binary, ()), *request.features}))
            for binary, request in self._requests.items()
        }
        return BuildSettings(
            architecture=self._architecture,
            profile=args.profile,
            features={binary: names for binary, names in features.items() if names},
            environment=dict(args.environment),
            include=tuple(args.include),
            files={binary: request.files for binary, request in self._requests.items() if request.files},
        )

    def _report_deleted(self, known: Sequence[Any]) -> None:
        urn, built, bucket, keys, access = known
        if not built:
            return
        try:
            missing = ArtifactBucket(bucket, access).missing(keys)
        except BuildError as error:
            pulumi.log.warn(str(error), self)
            return
        if missing:
            pulumi.log.warn(
                f"{', '.join(missing.values())} was deleted from the bucket {bucket}: build it again with `pulumi up "
                f"--replace '{urn}'`",
                self,
            )

    def _bucket_name(self, name: str) -> pulumi.Output[str]:
        if self._args.artifact_bucket:
            return pulumi.Output.from_input(self._args.artifact_bucket)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-artifacts", force_destroy=True, opts=child)
        block_public_access(f"{name}-artifacts-private", bucket, child)
        aws.s3.BucketPolicy(
            f"{name}-artifacts-tls-only", bucket=bucket.bucket, policy=bucket.arn.apply(tls_only_policy), opts=child
        )
        return bucket.bucket


def _architecture(chosen: Architecture | str | None) -> Architecture:
    if chosen is None:
        return host_architecture() if os.environ.get("AWS_ENDPOINT_URL") else Architecture.ARM64
    try:
        return Architecture(chosen)
    except ValueError:
        raise pulumi.RunError(f"architecture is {chosen!r}: use one of {', '.join(Architecture)}") from None


def _read(path: str) -> Workspace:
    try:
        workspace = read_workspace(Path(path))
        is_pinned = workspace.configuration.has_exact_toolchain
    except BuildError as error:
        raise pulumi.RunError(str(error)) from None
    if not is_pinned:
        pulumi.log.warn(
            f"{path} pins no exact Rust toolchain, so different versions of rustc build different binaries for one "
            "key: set an exact channel, such as 1.95.0, in rust-toolchain.toml"
        )
    return workspace
