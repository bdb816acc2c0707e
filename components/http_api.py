"""One HTTP API in front of the functions."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from .function import Invokable
from .program_body import ProgramBody

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
ROUTE_KEY = re.compile(rf"(?P<method>ANY|{'|'.join(METHODS)}) (?P<path>/\S*)")
DEFAULT = "$default"
"""The route of every request that has no other."""
CORS_HEADERS = ("authorization", "content-type", "if-match", "if-none-match")
"""What pages of other origins may send besides what browsers always let through."""

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
class Route:
    """Where the requests of a route go, and who may send them."""

    function: Invokable
    throttle: Throttle | None = None
    """By default the API's."""
    jwt: JwtRequirement | None = None
    """Without one the route is open to everyone."""


@dataclass(frozen=True, kw_only=True)
class HttpApiArgs:
    """The routes, and what holds for all of them."""

    routes: Mapping[str, Route | Invokable] = field(default_factory=dict)
    """By route key: a method and a path, `GET /items/{id}`, `ANY /files/{path+}`, or `$default`."""
    throttle: Throttle = field(default_factory=lambda: Throttle(rate_per_second=50, burst=100))
    """Of each route that has none of its own."""
    cors_origins: Sequence[str] = ()
    """Origins whose pages may call the API, such as `https://example.com`, by the methods of the routes; none by
    default."""
    cors_exposed_headers: Sequence[str] = ()
    """Response headers that those pages may read."""
    log_retention_days: int = 30
    """Days that access logs are kept."""
    endpoint: str | None = None
    """API Gateway endpoint of the stack's provider, when it is not AWS's own; requests are sent there too, since names
    below `localhost` do not resolve in every program."""
    existing_api_id: pulumi.Input[str] | None = None
    """Id of an HTTP API that something else made, and whose stage and CORS it keeps; the routes are added to it."""


class HttpApi(pulumi.ComponentResource):
    """Afterwards requests to `url` reach the functions, within each route's throttle, and are in the access log.

    A request passes the route with its key (`POST /echo`), the throttle of that route, the integration of the
    function, and the permission that lets this API, method and path invoke it.

    Routes are an argument, or added by `route` anywhere in the body of the program: the stage holds the throttles of
    all, and AWS wants the routes to exist before it, so it is declared with what the program has added by its end.
    """

    url: pulumi.Output[str]
    """Where the API answers. It is known before the routes are, since what is behind them may need it; what calls it
    during an update depends on the component."""
    api_id: pulumi.Output[str]

    def __init__(self, name: str, args: HttpApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the API and its routes."""
        super().__init__("rust-serverless:index:HttpApi", name, None, opts)
        self._name = name
        self._args = args
        self._integrations: dict[str, aws.apigatewayv2.Integration] = {}
        self._authorizers: dict[str, aws.apigatewayv2.Authorizer] = {}
        self._throttles: dict[str, Throttle] = {}
        self._declared: list[pulumi.Resource] = []
        self.routes: dict[str, str] = {}
        """Name of the function behind each route key."""
        self.guarded_routes: dict[str, list[str]] = {}
        """Scopes of which a caller needs one, by route key; the other routes are open to everyone."""
        self._body = ProgramBody()
        self.api_id, self._execution_arn, api_endpoint = self._api()
        self.stage_name = pulumi.Output.from_input(DEFAULT)
        self.url = _url(self.api_id, api_endpoint, args.endpoint)
        self.origin = self.url.apply(_origin)
        """Origin of pages that the API serves."""
        self.access_log_group_name: pulumi.Output[str] | None = None
        if args.existing_api_id is None:
            self.stage_name = self._stage().name
        # Routes of HEAD first: those of GET take HEAD where there is none.
        for route_key, route in sorted(args.routes.items(), key=lambda item: not item[0].startswith("HEAD ")):
            self.route(route_key, route)
        self.register_outputs({"url": self.url, "apiId": self.api_id})

    def route(self, route_key: str, route: Route | Invokable) -> None:
        """Send the requests of a route, such as `POST /echo`, to a function.

        Without a requirement the route is open to everyone. A route of GET takes HEAD, too, with the same requirement
        and a throttle of its own, unless there is one of HEAD; it is not listed in `routes`.

        Raises:
            pulumi.RunError: the route key is none, is there already, or comes in an `apply`.
        """
        if self._body.has_ended:
            raise pulumi.RunError(f"{route_key} comes too late: add it in the body of the program, not in an `apply`")
        if route_key in self._throttles:
            raise pulumi.RunError(f"the route {route_key} is there already; a route of GET takes HEAD too")
        target = route if isinstance(route, Route) else Route(function=route)
        self._declare(route_key, target)
        head = re.sub("^GET ", "HEAD ", route_key)
        if head not in self._throttles:
            self._declare(head, target)
        self.routes[route_key] = target.function.name
        if target.jwt:
            self.guarded_routes[route_key] = list(target.jwt.scopes)

    def _declare(self, route_key: str, target: Route) -> None:
        source = _source(route_key)
        child = f"{self._name}-{_words(route_key)}-{hashlib.sha256(route_key.encode()).hexdigest()[:6]}"
        permission = aws.lambda_.Permission(
            f"{child}-permission",
            action="lambda:InvokeFunction",
            function=target.function.function_name,
            qualifier=target.function.qualifier,
            principal="apigateway.amazonaws.com",
            source_arn=self._execution_arn.apply(lambda arn: f"{arn}/*/{source}"),
            opts=_formerly(self, f"{self._name}-{_words(route_key)}-permission"),
        )
        self._declared.append(
            aws.apigatewayv2.Route(
                f"{child}-route",
                api_id=self.api_id,
                route_key=route_key,
                **self._authorization(target.jwt),
                target=self._integration(target.function).id.apply(lambda id_: f"integrations/{id_}"),
                opts=_formerly(self, f"{self._name}-{_words(route_key)}-route", depends_on=[permission]),
            )
        )
        self._throttles[route_key] = target.throttle or self._args.throttle

    def _api(self) -> tuple[pulumi.Output[str], pulumi.Output[str], pulumi.Output[str]]:
        """Return id, ARN for permissions and endpoint."""
        if self._args.existing_api_id is not None:
            found = aws.apigatewayv2.get_api_output(
                api_id=self._args.existing_api_id, opts=pulumi.InvokeOutputOptions(parent=self)
            )
            return found.api_id, found.execution_arn, found.api_endpoint
        api = aws.apigatewayv2.Api(
            f"{self._name}-http",
            protocol_type="HTTP",
            cors_configuration=self._body.at_the_end(self._cors) if self._args.cors_origins else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return api.id, api.execution_arn, api.api_endpoint

    def _stage(self) -> aws.apigatewayv2.Stage:
        logs = aws.cloudwatch.LogGroup(
            f"{self._name}-access-logs",
            # The prefix for which API Gateway needs no resource policy of its own:
            # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
            name_prefix=f"/aws/vendedlogs/{pulumi.get_project()}-{pulumi.get_stack()}--",
            retention_in_days=self._args.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.access_log_group_name = logs.name
        return aws.apigatewayv2.Stage(
            f"{self._name}-stage",
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
                f"{self._name}-{function.name}-integration",
                api_id=self.api_id,
                integration_type="AWS_PROXY",
                integration_method="POST",
                integration_uri=function.invoked_arn.apply(_invocations),
                payload_format_version="2.0",
                opts=pulumi.ResourceOptions(parent=self),
            )
        return self._integrations[function.name]


def _source(route_key: str) -> str:
    """Return the end of the ARN that requests of a route come from; any method is `*` there.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    if route_key == DEFAULT:
        return DEFAULT
    match = ROUTE_KEY.fullmatch(route_key)
    if match is None:
        raise pulumi.RunError(
            f"{route_key!r} is no route key: write a method and a path, such as 'POST /echo', or '{DEFAULT}'"
        )
    return ("*" if match["method"] == "ANY" else match["method"]) + match["path"]


def _words(route_key: str) -> str:
    """`GET /currencies/{code}` becomes `get-currencies-code`, which other keys may become too."""
    words = "".join(character if character.isalnum() else " " for character in route_key.lower()).split()
    return "-".join(words)


def _formerly(
    parent: pulumi.Resource, name: str, depends_on: Sequence[pulumi.Resource] | None = None
) -> pulumi.ResourceOptions:
    """Return options of a resource that had a name without the digest before version 0.1.0."""
    return pulumi.ResourceOptions(parent=parent, aliases=[pulumi.Alias(name=name)], depends_on=depends_on)


def _invocations(function_arn: str) -> str:
    """Return the URI by which API Gateway invokes a function."""
    partition, region = function_arn.split(":")[1], function_arn.split(":")[3]
    return f"arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}/invocations"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _url(api_id: pulumi.Output[str], api_endpoint: pulumi.Output[str], endpoint: str | None) -> pulumi.Output[str]:
    """Return where the default stage answers; emulators of AWS have all APIs below one path of their endpoint."""
    return api_id.apply(lambda id_: f"{endpoint}/_aws/execute-api/{id_}/$default") if endpoint else api_endpoint
