"""HTTP APIs, their integrations, routes and stages."""

from typing import Any

from .kind import ACCOUNT, Context, Kind, Made, Properties, chosen, pascal, physical_name


def _create_api(context: Context, name: str, inputs: Properties) -> Made:
    gateway = context.client("apigatewayv2")
    api = gateway.create_api(Name=physical_name(name), **_api(inputs))
    outputs = {
        # `<api>.execute-api.localhost` does not resolve everywhere; this form of the same address does.
        "apiEndpoint": f"{context.endpoint}/_aws/execute-api/{api['ApiId']}/$default",
        "executionArn": f"arn:aws:execute-api:{context.region}:{ACCOUNT}:{api['ApiId']}",
    }
    return Made(id=api["ApiId"], outputs=outputs)


def _update_api(context: Context, made: Made, inputs: Properties) -> Made:
    configuration = _api(inputs)
    configuration.pop("ProtocolType")
    context.client("apigatewayv2").update_api(ApiId=made.id, **configuration)
    return made


def _api(inputs: Properties) -> dict[str, Any]:
    api = chosen(inputs, "protocolType", "corsConfiguration")
    if "CorsConfiguration" in api:
        api["CorsConfiguration"]["MaxAge"] = int(api["CorsConfiguration"]["MaxAge"])
    return api


def _authorizer(inputs: Properties) -> dict[str, Any]:
    jwt = inputs["jwtConfiguration"]
    return {
        **chosen(inputs, "authorizerType"),
        "IdentitySource": inputs["identitySources"],
        "JwtConfiguration": {"Issuer": jwt["issuer"], "Audience": jwt["audiences"]},
    }


def _create_authorizer(context: Context, name: str, inputs: Properties) -> Made:
    gateway = context.client("apigatewayv2")
    authorizer = gateway.create_authorizer(ApiId=inputs["apiId"], Name=physical_name(name), **_authorizer(inputs))
    return Made(id=authorizer["AuthorizerId"], outputs={"apiId": inputs["apiId"]})


def _update_authorizer(context: Context, made: Made, inputs: Properties) -> Made:
    gateway = context.client("apigatewayv2")
    gateway.update_authorizer(ApiId=inputs["apiId"], AuthorizerId=made.id, **_authorizer(inputs))
    return made


def _delete_authorizer(context: Context, made: Made) -> None:
    context.client("apigatewayv2").delete_authorizer(ApiId=made.outputs["apiId"], AuthorizerId=made.id)


def _integration(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "integrationType", "integrationMethod", "integrationUri", "payloadFormatVersion")


def _create_integration(context: Context, _: str, inputs: Properties) -> Made:
    gateway = context.client("apigatewayv2")
    integration = gateway.create_integration(ApiId=inputs["apiId"], **_integration(inputs))
    return Made(id=integration["IntegrationId"], outputs={"apiId": inputs["apiId"]})


def _update_integration(context: Context, made: Made, inputs: Properties) -> Made:
    gateway = context.client("apigatewayv2")
    gateway.update_integration(ApiId=inputs["apiId"], IntegrationId=made.id, **_integration(inputs))
    return made


def _delete_integration(context: Context, made: Made) -> None:
    context.client("apigatewayv2").delete_integration(ApiId=made.outputs["apiId"], IntegrationId=made.id)


def _route(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "routeKey", "authorizationType", "authorizerId", "authorizationScopes", "target")


def _create_route(context: Context, _: str, inputs: Properties) -> Made:
    route = context.client("apigatewayv2").create_route(ApiId=inputs["apiId"], **_route(inputs))
    return Made(id=route["RouteId"], outputs={"apiId": inputs["apiId"]})


def _update_route(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("apigatewayv2").update_route(ApiId=inputs["apiId"], RouteId=made.id, **_route(inputs))
    return made


def _delete_route(context: Context, made: Made) -> None:
    context.client("apigatewayv2").delete_route(ApiId=made.outputs["apiId"], RouteId=made.id)


def _stage(inputs: Properties) -> dict[str, Any]:
    return {
        "StageName": inputs["name"],
        "AutoDeploy": inputs["autoDeploy"],
        "AccessLogSettings": pascal(inputs["accessLogSettings"]),
        "RouteSettings": {setting["routeKey"]: _throttle(setting) for setting in inputs["routeSettings"]},
    }


def _throttle(setting: Properties) -> dict[str, Any]:
    return {
        "ThrottlingRateLimit": float(setting["throttlingRateLimit"]),
        "ThrottlingBurstLimit": int(setting["throttlingBurstLimit"]),
    }


def _create_stage(context: Context, _: str, inputs: Properties) -> Made:
    context.client("apigatewayv2").create_stage(ApiId=inputs["apiId"], **_stage(inputs))
    return Made(id=inputs["name"], outputs={"apiId": inputs["apiId"]})


def _update_stage(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("apigatewayv2").update_stage(ApiId=inputs["apiId"], **_stage(inputs))
    return made


def _delete_stage(context: Context, made: Made) -> None:
    context.client("apigatewayv2").delete_stage(ApiId=made.outputs["apiId"], StageName=made.id)


API = Kind(
    create=_create_api,
    update=_update_api,
    replaced_by=("protocolType",),
    delete=lambda context, made: context.client("apigatewayv2").delete_api(ApiId=made.id),
    read=lambda context, made: context.client("apigatewayv2").get_api(ApiId=made.id),
)
AUTHORIZER = Kind(
    create=_create_authorizer, update=_update_authorizer, delete=_delete_authorizer, replaced_by=("apiId",)
)
INTEGRATION = Kind(
    create=_create_integration, update=_update_integration, delete=_delete_integration, replaced_by=("apiId",)
)
ROUTE = Kind(create=_create_route, update=_update_route, delete=_delete_route, replaced_by=("apiId",))
STAGE = Kind(create=_create_stage, update=_update_stage, delete=_delete_stage, replaced_by=("apiId", "name"))
