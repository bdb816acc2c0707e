"""Cognito sign-in for people, and client credentials for machines."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .http_api import JwtIssuer, JwtRequirement

ACCESS_TOKEN_MINUTES = 60
REFRESH_TOKEN_HOURS = 12
"""A working day. Access tokens cannot be revoked, refresh tokens can."""
RESERVED_WORDS = ("aws", "amazon", "cognito")
"""A prefix of a sign-in page must not contain these.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html"""


@dataclass(frozen=True, kw_only=True)
class CognitoAuthArgs(Arguments):
    """Arguments of `CognitoAuth`."""

    resource_server: str
    """Identifier of the API. Tokens contain scopes as `<resource_server>/<scope>`."""
    scopes: Mapping[str, str]
    """Description of each scope, by name."""
    callback_urls: Sequence[pulumi.Input[str]]
    """URLs that the sign-in page may redirect to."""
    region: str
    endpoint: str | None = None
    """Cognito endpoint of the provider, if it is not AWS's; also the URL of the sign-in page."""
    tier: str = "LITE"
    """Feature plan of the user pool: `LITE`, `ESSENTIALS` or `PLUS`. This component needs `LITE` only."""
    password_minimum_length: int = 14
    deletion_protection: bool
    """Whether the user pool has deletion protection."""


class CognitoAuth(pulumi.ComponentResource):
    """Creates a user pool with a sign-in page, and scopes that routes can require: `auth.require("read")`.

    Browsers use the authorization code flow with PKCE, without a client secret. Machines use the client credentials
    flow. Only administrators create users; there is no sign-up. Only access tokens contain scopes, so a route that
    requires a scope accepts no ID token.
    """

    def __init__(self, name: str, args: CognitoAuthArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the user pool, the sign-in page, the scopes and the clients."""
        super().__init__("rust-serverless:index:CognitoAuth", name, None, opts)
        self._args = args
        self.scopes = [f"{args.resource_server}/{scope}" for scope in sorted(args.scopes)]
        self._pool = self._user_pool()
        self.sign_in_url = self._sign_in_page()
        self._resource_server = aws.cognito.ResourceServer(
            f"{name}-scopes",
            user_pool_id=self._pool.id,
            identifier=args.resource_server,
            scopes=[
                {"scope_name": scope, "scope_description": description}
                for scope, description in sorted(args.scopes.items())
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        browser = self._client(
            "browser", flow="code", scopes=["openid", *self.scopes], callback_urls=list(args.callback_urls)
        )
        machine = self._client("machine", flow="client_credentials", scopes=self.scopes, generate_secret=True)
        self.user_pool_id = self._pool.id
        self.browser_client_id = browser.id
        self.machine_client_id = machine.id
        self._issuer = JwtIssuer(
            name=name,
            issuer=self._pool.endpoint.apply(lambda endpoint: f"https://{endpoint}"),
            audience=[browser.id, machine.id],
        )
        self.register_outputs({"userPoolId": self.user_pool_id, "signInUrl": self.sign_in_url})

    def require(self, *scopes: str) -> JwtRequirement:
        """Return the requirement that a token has one of the scopes."""
        return JwtRequirement(issuer=self._issuer, scopes=[f"{self._args.resource_server}/{scope}" for scope in scopes])

    def _user_pool(self) -> aws.cognito.UserPool:
        return aws.cognito.UserPool(
            f"{self.pulumi_resource_name}-users",
            username_attributes=["email"],
            auto_verified_attributes=["email"],
            username_configuration={"case_sensitive": False},
            password_policy={
                "minimum_length": self._args.password_minimum_length,
                "require_lowercase": True,
                "require_uppercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "temporary_password_validity_days": 3,
            },
            mfa_configuration="OPTIONAL",
            software_token_mfa_configuration={"enabled": True},
            admin_create_user_config={"allow_admin_create_user_only": True},
            account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
            user_pool_tier=self._args.tier,
            deletion_protection="ACTIVE" if self._args.deletion_protection else "INACTIVE",
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.deletion_protection),
        )

    def _sign_in_page(self) -> pulumi.Output[str]:
        """Declare the page, with a prefix from the pool's id, because prefixes are unique in a region of AWS."""
        domain = aws.cognito.UserPoolDomain(
            f"{self.pulumi_resource_name}-sign-in",
            user_pool_id=self._pool.id,
            domain=self._pool.id.apply(sign_in_prefix),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if self._args.endpoint:
            return domain.domain.apply(lambda _: str(self._args.endpoint))
        return domain.domain.apply(lambda prefix: f"https://{prefix}.auth.{self._args.region}.amazoncognito.com")

    def _client(
        self,
        kind: str,
        *,
        flow: str,
        scopes: Sequence[str],
        callback_urls: list[pulumi.Input[str]] | None = None,
        generate_secret: bool = False,
    ) -> aws.cognito.UserPoolClient:
        return aws.cognito.UserPoolClient(
            f"{self.pulumi_resource_name}-{kind}-client",
            user_pool_id=self._pool.id,
            generate_secret=generate_secret,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=[flow],
            allowed_oauth_scopes=list(scopes),
            supported_identity_providers=["COGNITO"],
            callback_urls=callback_urls,
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            access_token_validity=ACCESS_TOKEN_MINUTES,
            id_token_validity=ACCESS_TOKEN_MINUTES,
            refresh_token_validity=REFRESH_TOKEN_HOURS,
            token_validity_units={"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"},
            enable_token_revocation=True,
            prevent_user_existence_errors="ENABLED",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._resource_server]),
        )


def sign_in_prefix(user_pool_id: str) -> str:
    """Return the prefix of a pool's sign-in page: `sign-in-` and the lower-case end of the pool's id.

    A random id can contain a reserved word. Its SHA-256 digest in hexadecimal is used then, which cannot.
    """
    end = user_pool_id.rsplit("_", maxsplit=1)[-1].lower()
    if any(word in end for word in RESERVED_WORDS):
        end = hashlib.sha256(user_pool_id.encode()).hexdigest()[:16]
    return f"sign-in-{end}"
