"""The protected routes, with valid and invalid tokens."""

import base64
import dataclasses
import json
import time
from collections.abc import Callable

import pytest

from local.tokens import SignIn, create_user, machine_token, user_tokens
from pipeline.http_client import Response, request
from tests.emulator.conftest import Local

READ, WRITE = "currencies/read", "currencies/write"
CURRENCY = b'{"name": "Test", "symbol": "T", "minorUnits": 2}'


@pytest.fixture(scope="module")
def sign_in(local: Local) -> SignIn:
    return SignIn.from_outputs(local.outputs)


@pytest.fixture(scope="module")
def tokens(local: Local, sign_in: SignIn) -> dict[str, str]:
    return user_tokens(sign_in, create_user(local.context, sign_in))


@pytest.fixture(scope="module")
def valid(local: Local, sign_in: SignIn) -> str:
    return machine_token(local.context, sign_in)


def read(local: Local, authorization: str | None) -> Response:
    headers = {} if authorization is None else {"authorization": authorization}
    return request("GET", f"{local.outputs['apiUrl']}/currencies", headers=headers)


def write(local: Local, token: str) -> Response:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return request("PUT", f"{local.outputs['apiUrl']}/currencies/XTS", CURRENCY, headers)


def decoded(part: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_machine_and_user_tokens_are_accepted(local: Local, valid: str, tokens: dict[str, str]) -> None:
    for token in (valid, tokens["access_token"]):
        assert read(local, f"Bearer {token}").status == 200
        assert write(local, token).status in (200, 201)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer junk", "Bearer a.b.c", "Basic dXNlcjpwYXNz"])
def test_requests_without_a_token_are_rejected(local: Local, authorization: str | None) -> None:
    assert read(local, authorization).status == 401


Forgery = Callable[[str], str]


def other_signature(token: str) -> str:
    head, signature = token.rsplit(".", 1)
    return f"{head}.{signature[::-1]}"


def other_claims(token: str) -> str:
    header, claims, signature = token.split(".")
    return f"{header}.{encoded({**decoded(claims), 'scope': f'{READ} {WRITE}', 'sub': 'someone-else'})}.{signature}"


def no_algorithm(token: str) -> str:
    header, claims, _ = token.split(".")
    return f"{encoded({**decoded(header), 'alg': 'none'})}.{claims}."


def symmetric_algorithm(token: str) -> str:
    header, claims, signature = token.split(".")
    return f"{encoded({**decoded(header), 'alg': 'HS256'})}.{claims}.{signature}"


@pytest.mark.parametrize("forgery", [other_signature, other_claims, no_algorithm, symmetric_algorithm])
def test_a_forged_token_is_rejected(local: Local, valid: str, forgery: Forgery) -> None:
    assert read(local, f"Bearer {forgery(valid)}").status == 401


def test_a_token_of_another_issuer_is_rejected(local: Local, sign_in: SignIn) -> None:
    """A valid signature of another user pool with the same scopes."""
    cognito = local.context.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    scopes = [{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")]
    cognito.create_resource_server(UserPoolId=pool, Identifier="currencies", Name="currencies", Scopes=scopes)
    client = machine_client(local, pool)
    token = machine_token(local.context, dataclasses.replace(sign_in, user_pool_id=pool, machine_client_id=client))
    assert read(local, f"Bearer {token}").status == 401
    cognito.delete_user_pool(UserPoolId=pool)


def test_a_token_for_another_audience_is_rejected(local: Local, sign_in: SignIn) -> None:
    """Signed by the right pool, but for an unknown client."""
    client = machine_client(local, sign_in.user_pool_id)
    token = machine_token(local.context, dataclasses.replace(sign_in, machine_client_id=client))
    assert read(local, f"Bearer {token}").status == 401
    local.context.client("cognito-idp").delete_user_pool_client(UserPoolId=sign_in.user_pool_id, ClientId=client)


def machine_client(local: Local, pool: str) -> str:
    client: str = local.context.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool,
        ClientName="other",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=[READ, WRITE],
    )["UserPoolClient"]["ClientId"]
    return client


def test_an_id_token_is_rejected(local: Local, tokens: dict[str, str]) -> None:
    """Signed by the right pool for the right client, but without a scope."""
    assert read(local, f"Bearer {tokens['id_token']}").status in (401, 403)


def test_a_token_without_the_scope_of_the_route_is_forbidden(local: Local, sign_in: SignIn) -> None:
    reader = machine_token(local.context, dataclasses.replace(sign_in, scopes=(READ,)))
    assert read(local, f"Bearer {reader}").status == 200
    assert write(local, reader).status == 403
    writer = machine_token(local.context, dataclasses.replace(sign_in, scopes=(WRITE,)))
    assert read(local, f"Bearer {writer}").status == 403


def test_an_expired_token_is_rejected(local: Local, sign_in: SignIn) -> None:
    cognito = local.context.client("cognito-idp")
    ids = {"UserPoolId": sign_in.user_pool_id, "ClientId": sign_in.machine_client_id}
    client = cognito.describe_user_pool_client(**ids)["UserPoolClient"]
    settings = {
        key: client[key]
        for key in ("AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient", "ExplicitAuthFlows")
    }
    short = {"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "seconds"}}
    cognito.update_user_pool_client(**ids, **settings, **short)
    token = machine_token(local.context, sign_in)
    long = {key: client[key] for key in ("AccessTokenValidity", "TokenValidityUnits")}
    cognito.update_user_pool_client(**ids, **settings, **long)
    expiry = decoded(token.split(".")[1])["exp"]
    assert isinstance(expiry, int)
    while time.time() <= expiry + 1:
        time.sleep(0.1)
    assert read(local, f"Bearer {token}").status == 401


def test_the_documentation_is_public(local: Local) -> None:
    for path in ("/openapi.json", "/docs"):
        assert request("GET", f"{local.outputs['apiUrl']}{path}").status == 200
