"""Cognito user pools, their sign-in pages, scopes and clients."""

from typing import Any

from .kind import ACCOUNT, Context, Kind, Made, Properties, by_id, chosen, pascal, physical_name


def _create_user_pool(context: Context, name: str, inputs: Properties) -> Made:
    pool = context.client("cognito-idp").create_user_pool(
        PoolName=inputs.get("name") or physical_name(name),
        Policies={"PasswordPolicy": _whole_numbers(pascal(inputs["passwordPolicy"]))},
        MfaConfiguration=inputs["mfaConfiguration"],
        AdminCreateUserConfig=pascal(inputs["adminCreateUserConfig"]),
        UsernameConfiguration=pascal(inputs["usernameConfiguration"]),
        AccountRecoverySetting=_whole_numbers(pascal(inputs["accountRecoverySetting"])),
        **chosen(inputs, "usernameAttributes", "autoVerifiedAttributes", "deletionProtection", "userPoolTier"),
    )["UserPool"]["Id"]
    outputs = {
        "arn": f"arn:aws:cognito-idp:{context.region}:{ACCOUNT}:userpool/{pool}",
        "endpoint": f"cognito-idp.{context.region}.amazonaws.com/{pool}",
    }
    return Made(id=pool, outputs=outputs)


def _whole_numbers(value: Any) -> Any:
    """Numbers reach us as floating point, which the API refuses."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) else value


def _create_domain(context: Context, _: str, inputs: Properties) -> Made:
    context.client("cognito-idp").create_user_pool_domain(**chosen(inputs, "domain", "userPoolId"))
    return Made(id=inputs["domain"], outputs={"userPoolId": inputs["userPoolId"]})


def _delete_domain(context: Context, made: Made) -> None:
    context.client("cognito-idp").delete_user_pool_domain(Domain=made.id, UserPoolId=made.outputs["userPoolId"])


def _create_resource_server(context: Context, name: str, inputs: Properties) -> Made:
    context.client("cognito-idp").create_resource_server(Name=name, **_resource_server(inputs))
    return Made(id=inputs["identifier"], outputs={"userPoolId": inputs["userPoolId"], "name": name})


def _update_resource_server(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("cognito-idp").update_resource_server(Name=made.outputs["name"], **_resource_server(inputs))
    return made


def _resource_server(inputs: Properties) -> dict[str, Any]:
    return chosen(inputs, "userPoolId", "identifier", "scopes")


def _delete_resource_server(context: Context, made: Made) -> None:
    context.client("cognito-idp").delete_resource_server(Identifier=made.id, UserPoolId=made.outputs["userPoolId"])


def _create_client(context: Context, name: str, inputs: Properties) -> Made:
    made = context.client("cognito-idp").create_user_pool_client(
        ClientName=physical_name(name), GenerateSecret=inputs["generateSecret"], **_client(inputs)
    )["UserPoolClient"]["ClientId"]
    return Made(id=made, outputs={"userPoolId": inputs["userPoolId"]})


def _update_client(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("cognito-idp").update_user_pool_client(ClientId=made.id, **_client(inputs))
    return made


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
        **_whole_numbers(chosen(inputs, "accessTokenValidity", "idTokenValidity", "refreshTokenValidity")),
        # Not in PascalCase, because the API spells the two acronyms in capitals.
        "AllowedOAuthFlows": inputs["allowedOauthFlows"],
        "AllowedOAuthFlowsUserPoolClient": inputs["allowedOauthFlowsUserPoolClient"],
        "AllowedOAuthScopes": inputs["allowedOauthScopes"],
        **({"CallbackURLs": inputs["callbackUrls"]} if inputs.get("callbackUrls") else {}),
    }


def _delete_client(context: Context, made: Made) -> None:
    context.client("cognito-idp").delete_user_pool_client(ClientId=made.id, UserPoolId=made.outputs["userPoolId"])


USER_POOL = Kind(
    create=_create_user_pool,
    delete=by_id("cognito-idp", "delete_user_pool", "UserPoolId"),
    read=by_id("cognito-idp", "describe_user_pool", "UserPoolId"),
)
USER_POOL_DOMAIN = Kind(create=_create_domain, delete=_delete_domain)
RESOURCE_SERVER = Kind(
    create=_create_resource_server,
    update=_update_resource_server,
    delete=_delete_resource_server,
    replaced_by=("identifier", "userPoolId"),
)
USER_POOL_CLIENT = Kind(
    create=_create_client, update=_update_client, delete=_delete_client, replaced_by=("generateSecret", "userPoolId")
)
