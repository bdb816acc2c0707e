import json
from collections.abc import Callable

import pulumi
import pytest

from components.http_api import HttpApi, HttpApiArgs, JwtIssuer, JwtRequirement, Throttle
from tests.artifacts import function
from tests.recording import Recording, record

SLOW = Throttle(rate_per_second=1, burst=2)
FAST = Throttle(rate_per_second=100, burst=200)


def declared(routes: Callable[[HttpApi], None], args: HttpApiArgs | None = None) -> Recording:
    def declare() -> None:
        api = HttpApi("api", args or HttpApiArgs())
        routes(api)
        api.deploy()

    return record(declare)


def two_routes(api: HttpApi) -> None:
    shop = function("shop")
    api.route("GET /items/{id}", shop, FAST)
    api.route("POST /items", shop, SLOW)


def test_a_route_says_its_authorization_and_reaches_its_function() -> None:
    recording = declared(two_routes)
    route = recording.named("api-get-items-id-route")
    (integration,) = recording.of_type("aws:apigatewayv2/integration:Integration")
    assert route.inputs["routeKey"] == "GET /items/{id}"
    assert route.inputs["authorizationType"] == "NONE"
    assert route.inputs["target"] == f"integrations/{integration.name}-id"
    assert integration.inputs["payloadFormatVersion"] == "2.0"


def test_a_permission_covers_its_api_method_and_path_and_no_other() -> None:
    permissions = declared(two_routes).of_type("aws:lambda/permission:Permission")
    assert {permission.inputs["sourceArn"] for permission in permissions} == {
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/items/{id}",
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/HEAD/items/{id}",
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/POST/items",
    }


def test_each_route_has_its_own_throttle_on_a_stage_that_comes_after_it() -> None:
    (stage,) = declared(two_routes).of_type("aws:apigatewayv2/stage:Stage")
    assert stage.inputs["routeSettings"] == [
        {"routeKey": "GET /items/{id}", "throttlingRateLimit": 100, "throttlingBurstLimit": 200},
        {"routeKey": "HEAD /items/{id}", "throttlingRateLimit": 100, "throttlingBurstLimit": 200},
        {"routeKey": "POST /items", "throttlingRateLimit": 1, "throttlingBurstLimit": 2},
    ]
    assert {urn.rsplit("::", 1)[1] for urn in stage.depends_on} >= {"api-get-items-id-route", "api-post-items-route"}


def test_every_request_is_logged_without_the_caller_s_address() -> None:
    recording = declared(two_routes, HttpApiArgs(log_retention_days=90))
    (stage,) = recording.of_type("aws:apigatewayv2/stage:Stage")
    access_log = recording.named("api-access-logs")
    assert access_log.inputs["retentionInDays"] == 90
    assert stage.inputs["accessLogSettings"]["destinationArn"] == "arn:aws:test:::api-access-logs"
    fields = json.loads(stage.inputs["accessLogSettings"]["format"]).values()
    assert "$context.status" in fields
    assert not any("identity" in field for field in fields)


def test_pages_of_other_origins_may_not_call_unless_their_origin_is_named() -> None:
    closed = declared(two_routes).named("api-http")
    opened = declared(two_routes, HttpApiArgs(cors_origins=["https://a.example"])).named("api-http")
    assert "corsConfiguration" not in closed.inputs
    assert opened.inputs["corsConfiguration"]["allowOrigins"] == ["https://a.example"]


def test_the_url_is_known_to_the_caller_once_it_answers() -> None:
    urls: list[str] = []

    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        two_routes(api)
        api.deploy()
        api.url.apply(urls.append)

    record(declare)
    assert urls == ["https://abc.execute-api.eu-west-1.amazonaws.com"]


@pytest.mark.parametrize("route_key", ["/items", "GET items", "get /items", "GET /items/ ", "$default"])
def test_a_route_key_that_api_gateway_would_refuse_is_refused_here(route_key: str) -> None:
    with pytest.raises(pulumi.RunError, match="is no route key: write a method and a path, such as 'POST /echo'"):
        declared(lambda api: api.route(route_key, function("shop"), FAST))


def test_a_route_after_the_deployment_is_refused_because_its_throttle_would_be_lost() -> None:
    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        two_routes(api)
        api.deploy()
        api.route("GET /late", function("late"), FAST)

    with pytest.raises(pulumi.RunError, match="GET /late comes after deploy"):
        record(declare)


def test_two_apis_do_not_collide() -> None:
    def declare() -> None:
        shop = function("shop")
        for name in ("one", "two"):
            api = HttpApi(name, HttpApiArgs())
            api.route("GET /items", shop, FAST)
            api.deploy()

    names = [(resource.typ, resource.name) for resource in record(declare).resources]
    assert len(names) == len(set(names))


ISSUER = JwtIssuer(name="auth", issuer="https://issuer.example", audience=["browser", "machine"])


def guarded_routes(api: HttpApi) -> None:
    shop = function("shop")
    api.route("GET /items", shop, FAST, JwtRequirement(issuer=ISSUER, scopes=["shop/read"]))
    api.route("POST /items", shop, SLOW, JwtRequirement(issuer=ISSUER, scopes=["shop/write"]))


def test_guarded_routes_share_one_authorizer_and_require_their_own_scopes() -> None:
    recording = declared(guarded_routes)
    (authorizer,) = recording.of_type("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.inputs["jwtConfiguration"] == {
        "issuer": "https://issuer.example",
        "audiences": ["browser", "machine"],
    }
    for name, scope in (("api-get-items-route", "shop/read"), ("api-post-items-route", "shop/write")):
        route = recording.named(name)
        assert route.inputs["authorizationType"] == "JWT"
        assert route.inputs["authorizerId"] == f"{authorizer.name}-id"
        assert route.inputs["authorizationScopes"] == [scope]


def test_a_guarded_route_without_a_scope_is_refused_because_an_id_token_would_pass() -> None:
    with pytest.raises(pulumi.RunError, match="requires at least one scope"):
        declared(lambda api: api.route("GET /items", function("shop"), FAST, JwtRequirement(issuer=ISSUER, scopes=[])))
