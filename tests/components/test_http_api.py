import json
import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.function import ExistingFunction, Invokable
from components.http_api import HttpApi, HttpApiArgs, JwtIssuer, JwtRequirement, Route, Throttle
from tests.artifacts import function
from tests.recording import Recording, record

SLOW = Throttle(rate_per_second=1, burst=2)
FAST = Throttle(rate_per_second=100, burst=200)


def declared(routes: Callable[[HttpApi], None], args: HttpApiArgs | None = None) -> Recording:
    def declare() -> None:
        api = HttpApi("api", args or HttpApiArgs())
        routes(api)

    return record(declare)


def two_routes(api: HttpApi) -> None:
    shop = function("shop")
    api.route("GET /items/{id}", Route(function=shop, throttle=FAST))
    api.route("POST /items", Route(function=shop, throttle=SLOW))


def test_a_route_states_its_authorization_and_invokes_its_function() -> None:
    recording = declared(two_routes)
    (route,) = [
        route
        for route in recording.of_type("aws:apigatewayv2/route:Route")
        if route.inputs["routeKey"] == "GET /items/{id}"
    ]
    (integration,) = recording.of_type("aws:apigatewayv2/integration:Integration")
    assert route.inputs["authorizationType"] == "NONE"
    assert route.inputs["target"] == f"integrations/{integration.name}-id"
    assert integration.inputs["payloadFormatVersion"] == "2.0"


def test_a_permission_covers_one_api_method_and_path() -> None:
    permissions = declared(two_routes).of_type("aws:lambda/permission:Permission")
    assert {permission.inputs["sourceArn"] for permission in permissions} == {
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/items/{id}",
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/HEAD/items/{id}",
        "arn:aws:execute-api:eu-west-1:123456789012:abc/*/POST/items",
    }


def test_each_route_has_its_own_throttle() -> None:
    (stage,) = declared(two_routes).of_type("aws:apigatewayv2/stage:Stage")
    assert stage.inputs["routeSettings"] == [
        {"routeKey": "GET /items/{id}", "throttlingRateLimit": 100, "throttlingBurstLimit": 200},
        {"routeKey": "HEAD /items/{id}", "throttlingRateLimit": 100, "throttlingBurstLimit": 200},
        {"routeKey": "POST /items", "throttlingRateLimit": 1, "throttlingBurstLimit": 2},
    ]
    routes = declared(two_routes).of_type("aws:apigatewayv2/route:Route")
    assert set(stage.depends_on) >= {route.urn for route in routes}


def test_every_request_is_logged_without_the_caller_s_address() -> None:
    recording = declared(two_routes, HttpApiArgs(log_retention_days=90))
    (stage,) = recording.of_type("aws:apigatewayv2/stage:Stage")
    access_log = recording.named("api-access-logs")
    assert access_log.inputs["retentionInDays"] == 90
    assert stage.inputs["accessLogSettings"]["destinationArn"] == "arn:aws:test:::api-access-logs"
    fields = json.loads(stage.inputs["accessLogSettings"]["format"]).values()
    assert "$context.status" in fields
    assert not any("identity" in field for field in fields)


def test_cors_allows_named_origins_only() -> None:
    closed = declared(two_routes).named("api-http")
    opened = declared(two_routes, HttpApiArgs(cors_origins=["https://a.example"])).named("api-http")
    assert "corsConfiguration" not in closed.inputs
    assert opened.inputs["corsConfiguration"]["allowOrigins"] == ["https://a.example"]


def test_the_url_is_an_output() -> None:
    urls: list[str] = []

    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        two_routes(api)
        api.url.apply(urls.append)

    record(declare)
    assert urls == ["https://abc.execute-api.eu-west-1.amazonaws.com"]


@pytest.mark.parametrize("route_key", ["/items", "GET items", "get /items", "GET /items/ ", "$other", "ANY"])
def test_an_invalid_route_key_is_refused(route_key: str) -> None:
    with pytest.raises(pulumi.RunError, match="is not a route key: write a method and a path, such as 'POST /echo'"):
        declared(lambda api: api.route(route_key, function("shop")))


def test_a_route_that_is_added_too_late_is_refused() -> None:
    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        two_routes(api)
        api.url.apply(lambda _: api.route("GET /late", function("late")))

    with pytest.raises(pulumi.RunError, match="GET /late is added too late: add it in the body of the program"):
        record(declare)


def test_routes_are_an_argument_with_the_throttle_of_the_api() -> None:
    def declare() -> None:
        shop = function("shop")
        routes: dict[str, Route | Invokable] = {
            "GET /items": shop,
            "POST /items": Route(function=shop, throttle=SLOW),
            "$default": shop,
        }
        HttpApi("api", HttpApiArgs(routes=routes, throttle=FAST))

    recording = record(declare)
    (stage,) = recording.of_type("aws:apigatewayv2/stage:Stage")
    limits = {setting["routeKey"]: setting["throttlingBurstLimit"] for setting in stage.inputs["routeSettings"]}
    assert limits == {"GET /items": 200, "HEAD /items": 200, "POST /items": 2, "$default": 200}
    sources = {permission.inputs["sourceArn"] for permission in recording.of_type("aws:lambda/permission:Permission")}
    assert "arn:aws:execute-api:eu-west-1:123456789012:abc/*/$default" in sources


def test_any_is_a_star_in_permissions_and_cors() -> None:
    args = HttpApiArgs(cors_origins=["https://a.example"])
    recording = declared(lambda api: api.route("ANY /files/{path+}", function("files")), args)
    (permission,) = recording.of_type("aws:lambda/permission:Permission")
    assert permission.inputs["sourceArn"].endswith(":abc/*/*/files/{path+}")
    cors = recording.named("api-http").inputs["corsConfiguration"]
    assert cors["allowMethods"] == ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def test_cors_allows_route_methods_and_conditional_requests() -> None:
    args = HttpApiArgs(cors_origins=["https://a.example"])

    def routes(api: HttpApi) -> None:
        api.route("PATCH /items/{id}", function("shop"))
        api.route("GET /items", function("list"))

    cors = declared(routes, args).named("api-http").inputs["corsConfiguration"]
    assert cors["allowMethods"] == ["GET", "HEAD", "PATCH"]
    assert {"if-match", "if-none-match", "content-type", "authorization"} <= set(cors["allowHeaders"])


@pytest.mark.parametrize(
    ("api", "route_key"),
    [
        ("api", f"GET /{'very-' * 20}long"),
        ("api", "GET /größe"),
        ("api", "GET /größen"),
        ("api.example.com", "GET /items"),
        ("my api", "GET /items"),
    ],
)
def test_a_name_that_no_statement_id_can_have_gets_a_digest(api: str, route_key: str) -> None:
    recording = record(lambda: HttpApi(api, HttpApiArgs(routes={route_key: function("shop")})))
    ids = {found.inputs["statementId"] for found in recording.of_type("aws:lambda/permission:Permission")}
    assert len(ids) == 2, "the GET route and its HEAD route"
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,100}", found) for found in ids)


@pytest.mark.parametrize(("too_long", "is_named"), [(0, False), (1, True)])
def test_pulumi_names_statements_whose_names_are_short_enough(too_long: int, is_named: bool) -> None:
    rest = "rust-serverless-test--api-any--012345-permission-0123456"
    recording = declared(lambda api: api.route(f"ANY /{'x' * (100 - len(rest) + too_long)}", function("shop")))
    (permission,) = recording.of_type("aws:lambda/permission:Permission")
    assert ("statementId" in permission.inputs) == is_named


SEGMENTS = st.sampled_from(["a", "b", "a-b", "a.b", "{a}", "{b}", "{a+}", "A", "a_b", ""])


KEYS = st.tuples(st.sampled_from(["GET", "HEAD", "ANY"]), st.lists(SEGMENTS, max_size=3).map("/".join))


@given(st.sets(KEYS.map(lambda key: f"{key[0]} /{key[1]}"), min_size=2, max_size=6))
@settings(max_examples=30)
def test_names_are_unique_for_every_set_of_routes(keys: set[str]) -> None:
    def routes(api: HttpApi) -> None:
        shop = function("shop")
        for key in sorted(keys, reverse=True):
            api.route(key, shop)

    resources = [resource.urn for resource in declared(routes).resources]
    assert len(resources) == len(set(resources))
    heads = {key.replace("GET ", "HEAD ", 1) for key in keys if key.startswith("GET ")}
    assert len([urn for urn in resources if urn.endswith("-route")]) == len(keys | heads)


def test_an_existing_function_and_an_existing_api_can_be_used() -> None:
    def declare() -> None:
        orders = ExistingFunction(
            name="orders",
            function_name=pulumi.Output.from_input("orders-prod"),
            invoked_arn=pulumi.Output.from_input("arn:aws-cn:lambda:cn-north-1:123456789012:function:orders-prod"),
            role_name=pulumi.Output.from_input("orders-role"),
        )
        HttpApi("shop", HttpApiArgs(routes={"PUT /orders": orders}, existing_api_id="a1b2c3"))

    recording = record(declare)
    assert not recording.of_type("aws:apigatewayv2/api:Api")
    assert not recording.of_type("aws:apigatewayv2/stage:Stage")
    (route,) = recording.of_type("aws:apigatewayv2/route:Route")
    (integration,) = recording.of_type("aws:apigatewayv2/integration:Integration")
    (permission,) = recording.of_type("aws:lambda/permission:Permission")
    assert route.inputs["apiId"] == "a1b2c3"
    assert integration.inputs["integrationUri"] == (
        "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/"
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:orders-prod/invocations"
    )
    assert permission.inputs["function"] == "orders-prod"
    assert permission.inputs["sourceArn"] == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*/PUT/orders"


@pytest.mark.parametrize(
    "settings",
    [
        {"cors_origins": ["https://a.example"]},
        {"cors_exposed_headers": ["etag"]},
        {"throttle": SLOW},
        {"routes": "throttled"},
    ],
    ids=str,
)
def test_settings_that_an_existing_api_ignores_are_refused(settings: dict[str, Any]) -> None:
    def declare() -> None:
        throttled = {"PUT /orders": Route(function=function("shop"), throttle=FAST)}
        routes = {"routes": throttled} if "routes" in settings else {}
        HttpApi("shop", HttpApiArgs(existing_api_id="a1b2c3", **{**settings, **routes}))

    with pytest.raises(pulumi.RunError, match="existing_api_id: .* set them where the API is declared"):
        record(declare)


def test_two_apis_do_not_collide() -> None:
    def declare() -> None:
        shop = function("shop")
        for name in ("one", "two"):
            api = HttpApi(name, HttpApiArgs())
            api.route("GET /items", shop)

    names = [(resource.typ, resource.name) for resource in record(declare).resources]
    assert len(names) == len(set(names))


ISSUER = JwtIssuer(name="auth", issuer="https://issuer.example", audience=["browser", "machine"])


def guarded_routes(api: HttpApi) -> None:
    shop = function("shop")
    api.route("GET /items", Route(function=shop, jwt=JwtRequirement(issuer=ISSUER, scopes=["shop/read"])))
    api.route("POST /items", Route(function=shop, jwt=JwtRequirement(issuer=ISSUER, scopes=["shop/write"])))


def test_guarded_routes_share_one_authorizer_and_require_their_own_scopes() -> None:
    recording = declared(guarded_routes)
    (authorizer,) = recording.of_type("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.inputs["jwtConfiguration"] == {
        "issuer": "https://issuer.example",
        "audiences": ["browser", "machine"],
    }
    scopes = {"GET /items": "shop/read", "HEAD /items": "shop/read", "POST /items": "shop/write"}
    for route in recording.of_type("aws:apigatewayv2/route:Route"):
        scope = scopes.pop(route.inputs["routeKey"])
        assert route.inputs["authorizationType"] == "JWT"
        assert route.inputs["authorizerId"] == f"{authorizer.name}-id"
        assert route.inputs["authorizationScopes"] == [scope]


def test_a_guarded_route_requires_a_scope() -> None:
    with pytest.raises(pulumi.RunError, match="requires at least one scope"):
        declared(
            lambda api: api.route(
                "GET /items", Route(function=function("shop"), jwt=JwtRequirement(issuer=ISSUER, scopes=[]))
            )
        )
