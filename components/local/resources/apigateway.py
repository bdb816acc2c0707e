"""HTTP APIs, their integrations, routes and stages."""

from collections.abc import Callable, Sequence
from typing import Any

from .kind import ACCOUNT, Context, Created, Kind, Properties, Resource, chosen, physical_name, request


def _create_api(context: Context, name: str, inputs: Properties) -> Created:
    gateway = context.client("apigatewayv2")
    api = gateway.create_api(Name=physical_name(name, inputs), **_api(inputs))
    return Created(id=api["ApiId"], outputs=api_addresses(context, api["ApiId"]))


def api_addresses(context: Context, api_id: str) -> dict[str, str]:
    """Return the outputs with an API's addresses: its endpoint, and its ARN in permissions of functions."""
    return {
        # `<api>.execute-api.localhost` does not resolve everywhere; this URL of the same API does.
        "apiEndpoint": f"{context.endpoint}/_aws/execute-api/{api_id}/$default",
        "executionArn": f"arn:aws:execute-api:{context.region}:{ACCOUNT}:{api_id}",
    }


def _update_api(context: Context, api: Resource, inputs: Properties) -> Created:
    configuration = _api(inputs)
    configuration.pop("ProtocolType")
    context.client("apigatewayv2").update_api(ApiId=api.id, **configuration)
    return api


def _api(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "protocolType", "description", "corsConfiguration")


def _authorizer(inputs: Properties) -> dict[str, Any]:
    jwt = inputs.get("jwtConfiguration")
    return {
        **chosen(inputs, "authorizerType", "authorizerUri", "authorizerPayloadFormatVersion", "enableSimpleResponses"),
        "IdentitySource": inputs.get("identitySources") or [],
        **({"JwtConfiguration": {"Issuer": jwt["issuer"], "Audience": jwt["audiences"]}} if jwt else {}),
    }


def _integration(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "integrationType", "integrationMethod", "integrationUri", "payloadFormatVersion")


def _route(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "routeKey", "authorizationType", "authorizerId", "authorizationScopes", "target")


def _stage(inputs: Properties) -> dict[str, Any]:
    routes = inputs.get("routeSettings") or []
    names = ("throttlingRateLimit", "throttlingBurstLimit", "detailedMetricsEnabled")
    return {
        **chosen(inputs, "autoDeploy", "accessLogSettings", "defaultRouteSettings"),
        # Keys of routes and names of variables are the program's own.
        "RouteSettings": {settings["routeKey"]: chosen(settings, *names) for settings in routes},
        "StageVariables": dict(inputs.get("stageVariables") or {}),
    }


def _part(
    noun: str,
    id_name: str,
    configuration: Callable[[Properties], dict[str, Any]],
    *,
    replaced_by: Sequence[str] = (),
    name_key: str | None = None,
) -> Kind:
    """Return the kind of a part of an API, which has an id of its own in the API `apiId`.

    `name_key` is the name of its physical name in the request that creates it.
    """

    def call(context: Context, verb: str, **sent: Any) -> Properties:
        response: Properties = getattr(context.client("apigatewayv2"), f"{verb}_{noun}")(**sent)
        return response

    def create(context: Context, name: str, inputs: Properties) -> Created:
        named = {name_key: physical_name(name, inputs)} if name_key else {}
        response = call(context, "create", ApiId=inputs["apiId"], **configuration(inputs), **named)
        return Created(id=response[id_name], outputs={})

    def update(context: Context, part: Resource, inputs: Properties) -> Created:
        call(context, "update", ApiId=inputs["apiId"], **{**configuration(inputs), id_name: part.id})
        return part

    delete = request("apigatewayv2", f"delete_{noun}", ApiId="apiId", **{id_name: "id"})
    return Kind(create=create, update=update, delete=delete, replaced_by=("apiId", *replaced_by))


API = Kind(
    create=_create_api,
    update=_update_api,
    replaced_by=("protocolType",),
    delete=request("apigatewayv2", "delete_api", ApiId="id"),
    read=request("apigatewayv2", "get_api", ApiId="id"),
)
AUTHORIZER = _part("authorizer", "AuthorizerId", _authorizer, name_key="Name")
INTEGRATION = _part("integration", "IntegrationId", _integration)
ROUTE = _part("route", "RouteId", _route)
STAGE = _part("stage", "StageName", _stage, replaced_by=["name"], name_key="StageName")
