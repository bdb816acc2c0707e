"""An HTTP API in front of functions."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .function import Invokable
from .program_body import ProgramBody

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ROUTE_KEY = re.compile(rf"(?P<method>ANY|{'|'.join(METHODS)}) (?P<path>/\S*)")
DEFAULT = "$default"
"""The route of requests that match no other route."""
CORS_HEADERS = ("authorization", "content-type", "if-match", "if-none-match")
"""Request headers that CORS allows besides the safelisted ones."""
STATEMENT_ID_CHARACTERS = re.compile("[a-zA-Z0-9_-]+")
MAXIMUM_STATEMENT_ID = 100
"""https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"""

ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationStatus": "$context.integration.status",
    "integrationRequestId": "$context.integration.requestId",
    "integrationError": "$context.integrationErrorMessage",
}
"""Fields of the access log. The caller's IP address is not one of them.

`requestId` is the `correlation_id` of the function's log lines, `integrationRequestId` their `function_request_id`.
"""


@dataclass(frozen=True, kw_only=True)
class Throttle(Arguments):
    """Rate limit of a route. API Gateway responds to further requests with 429."""

    rate_per_second: float
    """Steady-state rate, in requests per second."""
    burst: int
    """Burst, in requests."""


@dataclass(frozen=True, kw_only=True)
class JwtIssuer(Arguments):
    """A JWT authorizer."""

    name: str
    issuer: pulumi.Input[str]
    """The `iss` of tokens, a URL below which the keys are published."""
    audience: Sequence[pulumi.Input[str]]
    """The `aud` of tokens, or `client_id` if they have no `aud`, as Cognito's access tokens."""


@dataclass(frozen=True, kw_only=True)
class JwtRequirement(Arguments):
    """The token that a route requires."""

    issuer: JwtIssuer
    scopes: Sequence[str]
    """The token must have one of these scopes. Without a scope, the route would accept ID tokens too."""


@dataclass(frozen=True, kw_only=True)
class Route(Arguments):
    """A route: its function, throttle and authorization."""

    function: Invokable
    throttle: Throttle | None = None
    """Defaults to the API's throttle."""
    jwt: JwtRequirement | None = None
    """Without it, the route is public."""


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs(Arguments):
    """Arguments of `HttpApi`."""

    routes: Mapping[str, Route | Invokable] = field(default_factory=dict)
    """Functions or routes by route key: a method and a path, `GET /items/{id}`, `ANY /files/{path+}`, or `$default`."""
    throttle: Throttle = field(default_factory=lambda: Throttle(rate_per_second=50, burst=100))
    """Throttle of each route without its own."""
    cors_origins: Sequence[str] = ()
    """Origins that CORS allows, such as `https://example.com`, with the methods of the routes; none by default."""
    cors_exposed_headers: Sequence[str] = ()
    """Response headers that CORS exposes."""
    log_retention_days: int = 30
    """Retention of the access logs in days."""
    endpoint: str | None = None
    """API Gateway endpoint of the provider, if it is not AWS's. `url` uses it too, because names below `localhost` do
    not resolve everywhere."""
    existing_api_id: pulumi.Input[str] | None = None
    """Id of an existing HTTP API to add the routes to. Its stage and CORS do not change: throttles and origins are
    refused."""


class HttpApi(pulumi.ComponentResource):
    """Creates an HTTP API with routes to functions, a throttle per route, CORS and an access log.

    A request passes the route (`POST /echo`), its throttle, the integration of the function, and the permission that
    allows this API, method and path to invoke it.

    Pass routes as an argument, or add them with `route` anywhere in the program. The stage contains the throttles of
    all routes and requires that they exist, so it is declared when the program has ended.
    """

    url: pulumi.Output[str]
    """URL of the API. It is known before the routes exist, because functions may need it. To call it during an update,
    depend on the component."""
    api_id: pulumi.Output[str]

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the API and its routes."""
        super().__init__("rust-serverless:index:HttpApi", name, None, opts)
        self._args = args
        if args.cors_origins or args.cors_exposed_headers or args.throttle != HttpApiArgs().throttle:
            self._require_own_stage()
        self._integrations: dict[str, aws.apigatewayv2.Integration] = {}
        self._authorizers: dict[str, aws.apigatewayv2.Authorizer] = {}
        self._throttles: dict[str, Throttle] = {}
        self._declared: list[pulumi.Resource] = []
        self.routes: dict[str, str] = {}
        """Function names by route key."""
        self.guarded_routes: dict[str, list[str]] = {}
        """Required scopes by route key, one of which suffices; other routes are public."""
        self._body = ProgramBody()
        self.api_id, self._execution_arn, api_endpoint = self._api()
        self.stage_name = pulumi.Output.from_input(DEFAULT)
        self.url = _url(self.api_id, api_endpoint, args.endpoint)
        self.origin = self.url.apply(_origin)
        """Origin of pages that the API serves."""
        self.access_log_group_name: pulumi.Output[str] | None = None
        if args.existing_api_id is None:
            self.stage_name = self._stage().name
        # HEAD routes first: GET routes serve HEAD if there is none.
        for route_key, route in sorted(args.routes.items(), key=lambda item: not item[0].startswith("HEAD ")):
            self.route(route_key, route)
        self.register_outputs({"url": self.url, "apiId": self.api_id})

    def route(self, route_key: str, route: Route | Invokable) -> None:
        """Add a route, such as `POST /echo`, to a function.

        Without `jwt` the route is public. A GET route also serves HEAD, with the same authorization and its own
        throttle, unless there is a HEAD route; `routes` does not list it.

        Raises:
            pulumi.RunError: the route key is invalid or already used, the route has a throttle but the API is an
                existing one, or this is called in an `apply`.
        """
        self._body.require_open(f"{route_key} is added too late", "add")
        if route_key in self._throttles:
            raise pulumi.RunError(
                f"the route {route_key} already exists: add each route once, and a HEAD route before the GET route, "
                "which would serve HEAD too"
            )
        target = route if isinstance(route, Route) else Route(function=route)
        if target.throttle:
            self._require_own_stage()
        self._declare(route_key, target)
        head = re.sub("^GET ", "HEAD ", route_key)
        if head not in self._throttles:
            self._declare(head, target)
        self.routes[route_key] = target.function.name
        if target.jwt:
            self.guarded_routes[route_key] = list(target.jwt.scopes)

    def _require_own_stage(self) -> None:
        if self._args.existing_api_id is not None:
            raise pulumi.RunError(
                f"existing_api_id: {self.pulumi_resource_name} does not change the stage and CORS of the API. Remove "
                "cors_origins, cors_exposed_headers and the throttles of routes, and set them where the API is declared"
            )

    def _declare(self, route_key: str, target: Route) -> None:
        source = _source(route_key)
        child = f"{self.pulumi_resource_name}-{_slug(route_key)}-{hashlib.sha256(route_key.encode()).hexdigest()[:6]}"
        source_arn = self._execution_arn.apply(lambda arn: f"{arn}/*/{source}")
        permission = aws.lambda_.Permission(
            f"{child}-permission",
            statement_id=_statement_id(f"{child}-permission", source_arn),
            action="lambda:InvokeFunction",
            function=target.function.function_name,
            qualifier=target.function.qualifier,
            principal="apigateway.amazonaws.com",
            source_arn=source_arn,
            opts=_with_former_name(self, f"{self.pulumi_resource_name}-{_slug(route_key)}-permission"),
        )
        self._declared.append(
            aws.apigatewayv2.Route(
                f"{child}-route",
                api_id=self.api_id,
                route_key=route_key,
                **self._authorization(target.jwt),
                target=self._integration(target.function).id.apply(lambda id_: f"integrations/{id_}"),
                opts=_with_former_name(
                    self, f"{self.pulumi_resource_name}-{_slug(route_key)}-route", depends_on=[permission]
                ),
            )
        )
        self._throttles[route_key] = target.throttle or self._args.throttle

    def _api(self) -> tuple[pulumi.Output[str], pulumi.Output[str], pulumi.Output[str]]:
        """Return the id, the ARN for permissions and the endpoint."""
        if self._args.existing_api_id is not None:
            found = aws.apigatewayv2.get_api_output(
                api_id=self._args.existing_api_id, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            return found.api_id, found.execution_arn, found.api_endpoint
        api = aws.apigatewayv2.Api(
            f"{self.pulumi_resource_name}-http",
            protocol_type="HTTP",
            cors_configuration=self._body.at_the_end(self._cors) if self._args.cors_origins else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return api.id, api.execution_arn, api.api_endpoint

    def _stage(self) -> aws.apigatewayv2.Stage:
        logs = aws.cloudwatch.LogGroup(
            f"{self.pulumi_resource_name}-access-logs",
            # Log groups with this prefix need no resource policy per group:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
            name_prefix=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}--",
            retention_in_days=self._args.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.access_log_group_name = logs.name
        return aws.apigatewayv2.Stage(
            f"{self.pulumi_resource_name}-stage",
            api_id=self.api_id,
            name=DEFAULT,
            auto_deploy=True,
            access_log_settings={"destination_arn": logs.arn, "format": json.dumps(ACCESS_LOG_FIELDS)},
            route_settings=self._body.at_the_end(self._route_settings),
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._body.at_the_end(lambda: self._declared)),
        )

    def _route_settings(self) -> list[aws.apigatewayv2.StageRouteSettingArgs]:
        return [
            aws.apigatewayv2.StageRouteSettingArgs(
                route_key=route_key,
                throttling_rate_limit=throttle.rate_per_second,
                throttling_burst_limit=throttle.burst,
            )
            for route_key, throttle in sorted(self._throttles.items())
        ]

    def _cors(self) -> aws.apigatewayv2.ApiCorsConfigurationArgs:
        methods = {route_key.split()[0] for route_key in self._throttles}
        return aws.apigatewayv2.ApiCorsConfigurationArgs(
            allow_origins=list(self._args.cors_origins),
            allow_methods=sorted(METHODS if methods & {"ANY", DEFAULT} else methods),
            allow_headers=list(CORS_HEADERS),
            expose_headers=list(self._args.cors_exposed_headers),
            max_age=3600,
        )

    def _authorization(self, jwt: JwtRequirement | None) -> dict[str, Any]:
        if jwt is None:
            return {"authorization_type": "NONE"}
        if not jwt.scopes:
            raise pulumi.RunError(
                "a guarded route requires at least one scope, or it would accept ID tokens: add a scope"
            )
        return {
            "authorization_type": "JWT",
            "authorizer_id": self._authorizer(jwt.issuer).id,
            "authorization_scopes": list(jwt.scopes),
        }

    def _authorizer(self, issuer: JwtIssuer) -> aws.apigatewayv2.Authorizer:
        if issuer.name not in self._authorizers:
            self._authorizers[issuer.name] = aws.apigatewayv2.Authorizer(
                f"{self.pulumi_resource_name}-{issuer.name}-authorizer",
                api_id=self.api_id,
                authorizer_type="JWT",
                identity_sources=["$request.header.Authorization"],
                jwt_configuration={"issuer": issuer.issuer, "audiences": list(issuer.audience)},
                opts=pulumi.ResourceOptions(parent=self),
            )
        return self._authorizers[issuer.name]

    def _integration(self, function: Invokable) -> aws.apigatewayv2.Integration:
        if function.name not in self._integrations:
            self._integrations[function.name] = aws.apigatewayv2.Integration(
                f"{self.pulumi_resource_name}-{function.name}-integration",
                api_id=self.api_id,
                integration_type="AWS_PROXY",
                integration_method="POST",
                integration_uri=function.invoked_arn.apply(_invocations),
                payload_format_version="2.0",
                opts=pulumi.ResourceOptions(parent=self),
            )
        return self._integrations[function.name]


def _source(route_key: str) -> str:
    """Return the end of the source ARN of a route's requests; `ANY` is `*` there.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    if route_key == DEFAULT:
        return DEFAULT
    match = ROUTE_KEY.fullmatch(route_key)
    if match is None:
        raise pulumi.RunError(
            f"{route_key!r} is not a route key: write a method and a path, such as 'POST /echo', or '{DEFAULT}'"
        )
    return ("*" if match["method"] == "ANY" else match["method"]) + match["path"]


def _statement_id(name: str, source_arn: pulumi.Output[str]) -> pulumi.Output[str] | None:
    """Return the statement id of a permission, if AWS would refuse the one that Pulumi generates from the name.

    The digest of the source ARN is unique in a function's policy.
    """
    generated = len(f"{pulumi.get_project()}-{pulumi.get_stack()}--{name}-0123456")
    if STATEMENT_ID_CHARACTERS.fullmatch(name) and generated <= MAXIMUM_STATEMENT_ID:
        return None
    return source_arn.apply(lambda arn: f"route-{hashlib.sha256(arn.encode()).hexdigest()}")


def _slug(route_key: str) -> str:
    """Return a slug of a route key, which is not unique: `GET /currencies/{code}` becomes `get-currencies-code`."""
    words = "".join(character if character.isalnum() else " " for character in route_key.lower()).split()
    return "-".join(words)


def _with_former_name(
    parent: pulumi.Resource, name: str, depends_on: Sequence[pulumi.Resource] | None = None
) -> pulumi.ResourceOptions:
    """Return options with an alias for the name before version 0.1.0, which had no digest."""
    return pulumi.ResourceOptions(parent=parent, aliases=[pulumi.Alias(name=name)], depends_on=depends_on)


def _invocations(function_arn: str) -> str:
    """Return the URI with which API Gateway invokes a function."""
    partition, region = function_arn.split(":")[1], function_arn.split(":")[3]
    return f"arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _url(api_id: pulumi.Output[str], api_endpoint: pulumi.Output[str], endpoint: str | None) -> pulumi.Output[str]:
    """Return the URL of the default stage. Emulators serve all APIs below a path of their endpoint."""
    return api_id.apply(lambda id_: f"{endpoint}/_aws/execute-api/{id_}/$default") if endpoint else api_endpoint
