"""One HTTP API in front of the functions."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.rust_function import RustFunction

ROUTE_KEY = re.compile(r"(?P<method>ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (?P<path>/\S*)")

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationStatus": "$context.integration.status",
    "integrationError": "$context.integrationErrorMessage",
}
"""What is known of each request afterwards. The caller's address is not among it."""


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """How much of a route's traffic gets through; the rest is answered 429."""

    rate_per_second: float
    """Requests per second in the long run."""
    burst: int
    """Requests at once."""


@dataclass(frozen=True, kw_only=True)
class JwtIssuer:
    """Whose tokens are believed."""

    name: str
    issuer: pulumi.Input[str]
    """The `iss` of its tokens; the keys are found below this address."""
    audience: Sequence[pulumi.Input[str]]
    """The `aud` of its tokens, or their `client_id` when they have no `aud`, as Cognito's access tokens do."""


@dataclass(frozen=True, kw_only=True)
class JwtRequirement:
    """What a route requires of a caller's token."""

    issuer: JwtIssuer
    scopes: Sequence[str]
    """Scopes of which the token must have one. Without any, an ID token would pass as well."""


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs:
    """What holds for all routes."""

    cors_origins: Sequence[str] = ()
    """Origins whose pages may call the API, such as `https://example.com`; none by default."""
    cors_exposed_headers: Sequence[str] = ()
    """Response headers that those pages may read."""
    log_retention_days: int = 30
    """Days that access logs are kept."""


class HttpApi(pulumi.ComponentResource):
    """Afterwards requests to `url` reach the functions, within each route's throttle, and are in the access log.

    A request passes the route with its key (`POST /echo`), the throttle of that route, the integration of the
    function, and the permission that lets this API, method and path invoke it. Call `route` for each route, then
    `deploy` once: the stage holds the throttles, and AWS wants the routes to exist before it.
    """

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the API, with no route yet."""
        super().__init__("rust-serverless:index:HttpApi", name, None, opts)
        self._name = name
        self._args = args
        self._api = aws.apigatewayv2.Api(
            f"{name}-http",
            protocol_type="HTTP",
            cors_configuration=_cors(args),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._integrations: dict[str, aws.apigatewayv2.Integration] = {}
        self._authorizers: dict[str, aws.apigatewayv2.Authorizer] = {}
        self._throttles: dict[str, Throttle] = {}
        self._declared: list[aws.apigatewayv2.Route] = []
        self.routes: dict[str, str] = {}
        """Name of the function behind each route key."""
        self.guarded_routes: dict[str, list[str]] = {}
        """Scopes of which a caller needs one, by route key; the other routes are open to everyone."""
        self.url = self._api.api_endpoint
        self.api_id = self._api.id
        self._deployed = False

    def route(
        self, route_key: str, function: RustFunction, throttle: Throttle, jwt: JwtRequirement | None = None
    ) -> None:
        """Send the requests of a route, such as `POST /echo`, to a function.

        Without a requirement the route is open to everyone. A route of GET takes HEAD, too, with the same requirement
        and a throttle of its own; it is not listed in `routes`.

        Raises:
            pulumi.RunError: the route key is none, or comes after `deploy`.
        """
        if self._deployed:
            raise pulumi.RunError(f"{route_key} comes after deploy: declare every route before it")
        method, path = _method_and_path(route_key)
        self._declare(route_key, function, throttle, jwt)
        if method == "GET":
            self._declare(f"HEAD {path}", function, throttle, jwt)
        self.routes[route_key] = function.name
        if jwt:
            self.guarded_routes[route_key] = list(jwt.scopes)

    def _declare(self, route_key: str, function: RustFunction, throttle: Throttle, jwt: JwtRequirement | None) -> None:
        method, path = _method_and_path(route_key)
        child = f"{self._name}-{_kebab(route_key)}"
        permission = aws.lambda_.Permission(
            f"{child}-permission",
            action="lambda:InvokeFunction",
            function=function.function_name,
            principal="apigateway.amazonaws.com",
            source_arn=self._api.execution_arn.apply(lambda arn: f"{arn}/*/{method}{path}"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        route = aws.apigatewayv2.Route(
            f"{child}-route",
            api_id=self._api.id,
            route_key=route_key,
            **self._authorization(jwt),
            target=self._integration(function).id.apply(lambda id_: f"integrations/{id_}"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self._declared.append(route)
        self._throttles[route_key] = throttle

    def deploy(self) -> None:
        """Make the routes reachable."""
        self._deployed = True
        logs = aws.cloudwatch.LogGroup(
            f"{self._name}-access-logs",
            # The prefix for which API Gateway needs no resource policy of its own:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
            name_prefix="/aws/vendedlogs/http-api/",
            retention_in_days=self._args.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        stage = aws.apigatewayv2.Stage(
            f"{self._name}-stage",
            api_id=self._api.id,
            name="$default",
            auto_deploy=True,
            access_log_settings={"destination_arn": logs.arn, "format": json.dumps(ACCESS_LOG_FIELDS)},
            route_settings=[
                {
                    "route_key": route_key,
                    "throttling_rate_limit": throttle.rate_per_second,
                    "throttling_burst_limit": throttle.burst,
                }
                for route_key, throttle in sorted(self._throttles.items())
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._declared),
        )
        self.stage_name = stage.name
        self.url = pulumi.Output.all(self._api.api_endpoint, stage.id).apply(lambda values: str(values[0]))
        self.register_outputs({"url": self.url, "routes": self.routes})

    def _authorization(self, jwt: JwtRequirement | None) -> dict[str, Any]:
        if jwt is None:
            return {"authorization_type": "NONE"}
        if not jwt.scopes:
            raise pulumi.RunError("a guarded route requires at least one scope, or an ID token would pass")
        return {
            "authorization_type": "JWT",
            "authorizer_id": self._authorizer(jwt.issuer).id,
            "authorization_scopes": list(jwt.scopes),
        }

    def _authorizer(self, issuer: JwtIssuer) -> aws.apigatewayv2.Authorizer:
        if issuer.name not in self._authorizers:
            self._authorizers[issuer.name] = aws.apigatewayv2.Authorizer(
                f"{self._name}-{issuer.name}-authorizer",
                api_id=self._api.id,
                authorizer_type="JWT",
                identity_sources=["$request.header.Authorization"],
                jwt_configuration={"issuer": issuer.issuer, "audiences": list(issuer.audience)},
                opts=pulumi.ResourceOptions(parent=self),
            )
        return self._authorizers[issuer.name]

    def _integration(self, function: RustFunction) -> aws.apigatewayv2.Integration:
        if function.name not in self._integrations:
            self._integrations[function.name] = aws.apigatewayv2.Integration(
                f"{self._name}-{function.name}-integration",
                api_id=self._api.id,
                integration_type="AWS_PROXY",
                integration_method="POST",
                integration_uri=function.invoke_arn,
                payload_format_version="2.0",
                opts=pulumi.ResourceOptions(parent=self),
            )
        return self._integrations[function.name]


def _method_and_path(route_key: str) -> tuple[str, str]:
    match = ROUTE_KEY.fullmatch(route_key)
    if match is None:
        raise pulumi.RunError(f"{route_key!r} is no route key: write a method and a path, such as 'POST /echo'")
    return match["method"], match["path"]


def _kebab(route_key: str) -> str:
    """`GET /currencies/{code}` becomes `get-currencies-code`."""
    words = "".join(character if character.isalnum() else " " for character in route_key.lower()).split()
    return "-".join(words)


def _cors(args: HttpApiArgs) -> aws.apigatewayv2.ApiCorsConfigurationArgs | None:
    if not args.cors_origins:
        return None
    return aws.apigatewayv2.ApiCorsConfigurationArgs(
        allow_origins=list(args.cors_origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["authorization", "content-type"],
        expose_headers=list(args.cors_exposed_headers),
        max_age=3600,
    )
