"""AWS access for Commands: the provider's region and credentials."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .plan import BuildError

VARIABLE = "AWS_ACCESS"
"""Environment variable with an `AwsAccess` as JSON."""


@dataclass(frozen=True, kw_only=True)
class AwsAccess:
    """A region and the provider's credentials; by default those of the shell."""

    region: str
    endpoint: str | None = None
    """Endpoint of the service, if it is not AWS's. It gets dummy credentials only."""
    profile: str | None = None
    access_key: str | None = None
    secret_key: str | None = None
    token: str | None = None
    assume_roles: tuple[Mapping[str, str], ...] = ()
    """Roles to assume, one after the other; maps of `roleArn`, `externalId` and `sessionName`."""
    account: str | None = None
    """Account that the credentials must belong to, if known."""

    @classmethod
    def from_json(cls, text: str) -> "AwsAccess":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        return cls(**values | {"assume_roles": tuple(values["assume_roles"])})

    def to_json(self) -> str:
        """Return the access as text, the same for the same access."""
        return json.dumps(asdict(self), sort_keys=True)

    def client(self, service: str) -> Any:
        """Return a client of a service.

        Raises:
            BuildError: the credentials cannot be used.
        """
        if self.endpoint:
            dummies = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
            return boto3.client(service, region_name=self.region, endpoint_url=self.endpoint, **dummies)
        try:
            return self._session().client(service)
        except (BotoCoreError, ClientError) as error:
            raise BuildError(
                f"AWS cannot be used: {error}. Check the credentials of the stack and of this shell"
            ) from None

    def caller_account(self) -> str:
        """Return the account that the credentials belong to.

        Raises:
            BuildError: AWS does not accept them.
        """
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            raise BuildError(
                f"the AWS credentials do not work: {error}. Use those of the provider: aws:profile in the stack's "
                "configuration, `credentials` of the component, or variables of this shell"
            ) from None

    def _session(self) -> boto3.Session:
        # A profile or keys here take precedence over the environment, as in the provider.
        session = boto3.Session(
            profile_name=self.profile,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
            region_name=self.region,
        )
        for role in self.assume_roles:
            external = {"ExternalId": role["externalId"]} if role.get("externalId") else {}
            name = role.get("sessionName") or "rust-serverless"
            made = session.client("sts").assume_role(RoleArn=role["roleArn"], RoleSessionName=name, **external)
            session = boto3.Session(
                aws_access_key_id=made["Credentials"]["AccessKeyId"],
                aws_secret_access_key=made["Credentials"]["SecretAccessKey"],
                aws_session_token=made["Credentials"]["SessionToken"],
                region_name=self.region,
            )
        return session
