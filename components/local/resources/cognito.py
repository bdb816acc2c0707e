"""Cognito user pools, their sign-in pages, scopes and clients."""

from typing import Any

from .kind import ACCOUNT, Context, Created, Kind, Properties, Resource, chosen, physical_name, request

POOL_IDENTITY = ("usernameAttributes", "aliasAttributes", "usernameConfiguration")
"""Inputs of a user pool that cannot be updated."""
CLIENT_ACRONYMS = {
    "allowedOauthFlows": "AllowedOAuthFlows",
    "allowedOauthFlowsUserPoolClient": "AllowedOAuthFlowsUserPoolClient",
    "allowedOauthScopes": "AllowedOAuthScopes",
    "callbackUrls": "CallbackURLs",
    "logoutUrls": "LogoutURLs",
}
"""Inputs of a client in whose names the API writes acronyms in capitals."""


def _create_user_pool(context: Context, name: str, inputs: Properties) -> Created:
    pool = context.client("cognito-idp").create_user_pool(
        PoolName=physical_name(name, inputs),
        **chosen(inputs, *POOL_IDENTITY),
        **_user_pool(inputs),
    )["UserPool"]["Id"]
    outputs = {
        "arn": f"arn:aws:cognito-idp:{context.region}:{ACCOUNT}:userpool/{pool}",
        "endpoint": f"cognito-idp.{context.region}.amazonaws.com/{pool}",
    }
    return Created(id=pool, outputs=outputs)


def _update_user_pool(context: Context, pool: Resource, inputs: Properties) -> Created:
    context.client("cognito-idp").update_user_pool(UserPoolId=pool.id, **_user_pool(inputs))
    return pool


def _user_pool(inputs: Properties) -> dict[str, Any]:
    password = chosen(inputs, "passwordPolicy")
    return {
        **chosen(inputs, "mfaConfiguration", "adminCreateUserConfig", "accountRecoverySetting"),
        **chosen(inputs, "autoVerifiedAttributes", "deletionProtection", "userPoolTier"),
        **({"Policies": password} if password else {}),
    }


def _create_domain(context: Context, _: str, inputs: Properties) -> Created:
    context.client("cognito-idp").create_user_pool_domain(**chosen(inputs, "domain", "userPoolId"))
    return Created(id=inputs["domain"], outputs={})


def _create_resource_server(context: Context, name: str, inputs: Properties) -> Created:
    server = inputs.get("name") or name
    context.client("cognito-idp").create_resource_server(Name=server, **_resource_server(inputs))
    return Created(id=inputs["identifier"], outputs={"name": server})


def _update_resource_server(context: Context, server: Resource, inputs: Properties) -> Created:
    context.client("cognito-idp").update_resource_server(Name=server.outputs["name"], **_resource_server(inputs))
    return server


def _resource_server(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "userPoolId", "identifier", "scopes")


def _create_client(context: Context, name: str, inputs: Properties) -> Created:
    client = context.client("cognito-idp").create_user_pool_client(
        ClientName=physical_name(name, inputs), **chosen(inputs, "generateSecret"), **_client(inputs)
    )["UserPoolClient"]
    return Created(id=client["ClientId"], outputs={"clientSecret": client.get("ClientSecret", "")})


def _update_client(context: Context, client: Resource, inputs: Properties) -> Created:
    context.client("cognito-idp").update_user_pool_client(ClientId=client.id, **_client(inputs))
    return client


def _client(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(
            inputs,
            "userPoolId",
            "supportedIdentityProviders",
            "explicitAuthFlows",
            "tokenValidityUnits",
            "enableTokenRevocation",
            "preventUserExistenceErrors",
            *("accessTokenValidity", "idTokenValidity", "refreshTokenValidity"),
        ),
        **{api: inputs[name] for name, api in CLIENT_ACRONYMS.items() if inputs.get(name) is not None},
    }


USER_POOL = Kind(
    create=_create_user_pool,
    update=_update_user_pool,
    replaced_by=("name", *POOL_IDENTITY),
    delete=request("cognito-idp", "delete_user_pool", UserPoolId="id"),
    read=request("cognito-idp", "describe_user_pool", UserPoolId="id"),
)
USER_POOL_DOMAIN = Kind(
    create=_create_domain,
    delete=request("cognito-idp", "delete_user_pool_domain", Domain="id", UserPoolId="userPoolId"),
)
RESOURCE_SERVER = Kind(
    create=_create_resource_server,
    update=_update_resource_server,
    delete=request("cognito-idp", "delete_resource_server", Identifier="id", UserPoolId="userPoolId"),
    replaced_by=("identifier", "userPoolId"),
)
USER_POOL_CLIENT = Kind(
    create=_create_client,
    update=_update_client,
    delete=request("cognito-idp", "delete_user_pool_client", ClientId="id", UserPoolId="userPoolId"),
    replaced_by=("generateSecret", "userPoolId"),
)
