"""Reads and writes the artifact bucket."""

import time
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from .access import AwsAccess
from .plan import BuildError

CONFLICT_RETRIES = 6
CONFLICT_PAUSE_SECONDS = 0.2
"""Pause in seconds after a conflicting conditional write; doubles on each retry.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""


class ArtifactBucket:
    """The bucket that artifacts are stored in."""

    def __init__(self, name: str, access: AwsAccess) -> None:
        """Create a client.

        Raises:
            BuildError: the AWS credentials cannot be used.
        """
        self._s3 = access.client("s3")
        self._name = name
        self._owner = {"ExpectedBucketOwner": access.account} if access.account else {}

    def missing(self, keys: Mapping[str, str]) -> dict[str, str]:
        """Return the binaries whose key is not in the bucket.

        Raises:
            BuildError: the bucket cannot be read.
        """
        try:
            return {binary: key for binary, key in keys.items() if not self._has(key)}
        except (BotoCoreError, ClientError) as error:
            raise BuildError(
                f"the artifact bucket {self._name} cannot be read: {error}. Check the AWS credentials of the stack and "
                "of this shell, and artifactBucket in the stack's configuration"
            ) from None

    def upload(self, key: str, content: bytes) -> None:
        """Write an artifact, unless another run has written the key.

        Raises:
            BuildError: the bucket cannot be written.
        """
        try:
            for attempt in range(CONFLICT_RETRIES):
                if self._put(key, content):
                    return
                time.sleep(CONFLICT_PAUSE_SECONDS * 2**attempt)
        except (BotoCoreError, ClientError) as error:
            raise BuildError(f"{key} cannot be written to the bucket {self._name}: {error}") from None
        raise BuildError(f"{key} is being written to the bucket {self._name} by other runs: run it again")

    def _put(self, key: str, content: bytes) -> bool:
        """Write an object unless it exists; return whether it exists now."""
        try:
            self._s3.put_object(Bucket=self._name, Key=key, Body=content, IfNoneMatch="*", **self._owner)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ConditionalRequestConflict":
                return False
            if code != "PreconditionFailed":
                raise
        return True

    def _has(self, key: str) -> bool:
        found = self._s3.list_objects_v2(Bucket=self._name, Prefix=key, MaxKeys=1, **self._owner)
        return any(item.get("Key") == key for item in found.get("Contents", []))
