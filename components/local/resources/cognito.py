"""Cognito user pools, their sign-in pages, scopes and clients."""

from typing import Any

from .kind import (
    ACCOUNT,
    Context,
    Created,
    Kind,
    Properties,
    Resource,
    chosen,
    pascal,
    physical_name,
    request,
    whole_numbers,
)


def _create_user_pool(context: Context, name: str, inputs: Properties) -> Created:
    pool = context.client("cognito-idp").create_user_pool(
        PoolName=inputs.get("name") or physical_name(name),
        Policies={"PasswordPolicy": whole_numbers(pascal(inputs["passwordPolicy"]))},
        MfaConfiguration=inputs["mfaConfiguration"],
        AdminCreateUserConfig=pascal(inputs["adminCreateUserConfig"]),
        UsernameConfiguration=pascal(inputs["usernameConfiguration"]),
        AccountRecoverySetting=whole_numbers(pascal(inputs["accountRecoverySetting"])),
        **chosen(inputs, "usernameAttributes", "autoVerifiedAttributes", "deletionProtection", "userPoolTier"),
    )["UserPool"]["Id"]
    outputs = {
        "arn": f"arn:aws:cognito-idp:{context.region}:{ACCOUNT}:userpool/{pool}",
        "endpoint": f"cognito-idp.{context.region}.amazonaws.com/{pool}",
    }
    return Created(id=pool, outputs=outputs)


def _create_domain(context: Context, _: str, inputs: Properties) -> Created:
    context.client("cognito-idp").create_user_pool_domain(**chosen(inputs, "domain", "userPoolId"))
    return Created(id=inputs["domain"], outputs={})


def _create_resource_server(context: Context, name: str, inputs: Properties) -> Created:
    context.client("cognito-idp").create_resource_server(Name=name, **_resource_server(inputs))
    return Created(id=inputs["identifier"], outputs={"name": name})


def _update_resource_server(context: Context, server: Resource, inputs: Properties) -> Created:
    context.client("cognito-idp").update_resource_server(Name=server.outputs["name"], **_resource_server(inputs))
    return server


def _resource_server(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "userPoolId", "identifier", "scopes")


def _create_client(context: Context, name: str, inputs: Properties) -> Created:
    client = context.client("cognito-idp").create_user_pool_client(
        ClientName=physical_name(name), GenerateSecret=inputs["generateSecret"], **_client(inputs)
    )["UserPoolClient"]["ClientId"]
    return Created(id=client, outputs={})


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
        ),
        **whole_numbers(chosen(inputs, "accessTokenValidity", "idTokenValidity", "refreshTokenValidity")),
        # Not converted to PascalCase, because the API writes the acronyms in capitals.
        "AllowedOAuthFlows": inputs["allowedOauthFlows"],
        "AllowedOAuthFlowsUserPoolClient": inputs["allowedOauthFlowsUserPoolClient"],
        "AllowedOAuthScopes": inputs["allowedOauthScopes"],
        **({"CallbackURLs": inputs["callbackUrls"]} if inputs.get("callbackUrls") else {}),
    }


USER_POOL = Kind(
    create=_create_user_pool,
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
