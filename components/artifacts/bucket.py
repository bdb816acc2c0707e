"""Reads and writes the artifact bucket."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from components.artifacts.plan import ArtifactPlan, BuildError


class ArtifactBucket:
    """The bucket of a plan.

    AWS credentials come from where every AWS tool finds them; an endpoint of the stack's own gets dummies.
    """

    def __init__(self, plan: ArtifactPlan) -> None:
        """Open a client; nothing is sent yet.

        Raises:
            BuildError: the AWS configuration of this shell cannot be used.
        """
        dummies = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if plan.endpoint else {}
        try:
            self._s3: Any = boto3.client("s3", region_name=plan.region, endpoint_url=plan.endpoint, **dummies)
        except BotoCoreError as error:
            raise BuildError(f"AWS cannot be used from this shell: {error}") from None
        self._name = plan.bucket

    def missing(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Return the binaries whose key is not in the bucket.

        Raises:
            BuildError: the bucket cannot be read.
        """
        try:
            return {binary: key for binary, key in keys.items() if not self._has(key)}
        except (BotoCoreError, ClientError) as error:
            raise BuildError(
                f"the artifact bucket {self._name} cannot be read: {error}. Check the AWS credentials of this shell, "
                "and artifactBucket in the stack's configuration"
            ) from None

    def upload(self, key: str, content: bytes) -> None:
        """Write an artifact, unless another run has written the same key meanwhile.

        Raises:
            BuildError: the bucket cannot be written.
        """
        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise BuildError(f"{key} cannot be written to the bucket {self._name}: {error}") from None
        except BotoCoreError as error:
            raise BuildError(f"{key} cannot be written to the bucket {self._name}: {error}") from None

    def _has(self, key: str) -> bool:
        found = self._s3.list_objects_v2(Bucket=self._name, Prefix=key, MaxKeys=1)
        return any(item.get("Key") == key for item in found.get("Contents", []))
