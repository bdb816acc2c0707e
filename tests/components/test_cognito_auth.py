import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.cognito_auth import RESERVED_WORDS, CognitoAuth, CognitoAuthArgs, sign_in_prefix
from components.http_api import HttpApi, HttpApiArgs, Route
from tests.artifacts import function
from tests.recording import Recording, record

CLIENT = "aws:cognito/userPoolClient:UserPoolClient"


def args(**changes: object) -> CognitoAuthArgs:
    values: dict[str, object] = {
        "resource_server": "currencies",
        "scopes": {"read": "Read currencies", "write": "Change currencies"},
        "callback_urls": ["https://api.example/docs/oauth2-redirect.html"],
        "region": "eu-west-1",
        "deletion_protection": False,
        **changes,
    }
    return CognitoAuthArgs(**values)  # type: ignore[arg-type]


def declared(**changes: object) -> Recording:
    return record(lambda: CognitoAuth("auth", args(**changes)))


def test_passwords_are_strong_and_a_second_factor_can_be_added() -> None:
    pool = declared().named("auth-users").inputs
    policy = pool["passwordPolicy"]
    assert policy["minimumLength"] >= 14
    assert all(policy[f"require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    assert pool["mfaConfiguration"] == "OPTIONAL"
    assert pool["softwareTokenMfaConfiguration"] == {"enabled": True}


def test_administrators_create_users_who_recover_by_e_mail() -> None:
    pool = declared().named("auth-users").inputs
    assert pool["adminCreateUserConfig"] == {"allowAdminCreateUserOnly": True}
    assert pool["accountRecoverySetting"] == {"recoveryMechanisms": [{"name": "verified_email", "priority": 1}]}


@pytest.mark.parametrize(("protected", "value"), [(True, "ACTIVE"), (False, "INACTIVE")])
def test_users_can_be_protected_from_deletion(protected: bool, value: str) -> None:
    assert declared(deletion_protection=protected).named("auth-users").inputs["deletionProtection"] == value


def test_browsers_have_no_secret_and_fixed_callback_urls() -> None:
    client = declared().named("auth-browser-client").inputs
    assert client["generateSecret"] is False
    assert client["allowedOauthFlows"] == ["code"]
    assert client["allowedOauthScopes"] == ["openid", "currencies/read", "currencies/write"]
    assert client["callbackUrls"] == ["https://api.example/docs/oauth2-redirect.html"]


def test_machines_have_a_secret_and_cannot_sign_in() -> None:
    client = declared().named("auth-machine-client").inputs
    assert client["generateSecret"] is True
    assert client["allowedOauthFlows"] == ["client_credentials"]
    assert client["allowedOauthScopes"] == ["currencies/read", "currencies/write"]
    assert "callbackUrls" not in client


def test_tokens_are_short_lived_and_users_cannot_be_enumerated() -> None:
    for client in declared().of_type(CLIENT):
        assert client.inputs["accessTokenValidity"] == 60
        assert client.inputs["tokenValidityUnits"]["accessToken"] == "minutes"
        assert client.inputs["enableTokenRevocation"] is True
        assert client.inputs["preventUserExistenceErrors"] == "ENABLED"
        assert client.inputs["explicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]


def sign_in_url(**changes: object) -> str:
    urls: list[str] = []
    record(lambda: CognitoAuth("auth", args(**changes)).sign_in_url.apply(urls.append))
    return urls[0]


def test_the_sign_in_page_uses_the_provider_s_endpoint() -> None:
    assert sign_in_url() == "https://sign-in-auth-users-id.auth.eu-west-1.amazoncognito.com"
    assert sign_in_url(endpoint="http://127.0.0.1:4566") == "http://127.0.0.1:4566"


def test_a_scoped_route_accepts_tokens_of_both_clients() -> None:
    def declare() -> None:
        auth = CognitoAuth("auth", args())
        api = HttpApi("api", HttpApiArgs())
        api.route("PUT /items", Route(function=function("shop"), jwt=auth.require("read")))

    recording = record(declare)
    (authorizer,) = recording.of_type("aws:apigatewayv2/authorizer:Authorizer")
    assert authorizer.inputs["jwtConfiguration"]["audiences"] == ["auth-browser-client-id", "auth-machine-client-id"]
    (route,) = recording.of_type("aws:apigatewayv2/route:Route")
    assert route.inputs["authorizationScopes"] == ["currencies/read"]


def test_no_secret_is_an_input() -> None:
    assert "secret" not in json.dumps([client.inputs for client in declared().of_type(CLIENT)]).lower().replace(
        "generatesecret", ""
    )


def test_the_default_plan_is_the_smallest() -> None:
    assert declared().named("auth-users").inputs["userPoolTier"] == "LITE"
    assert declared(tier="PLUS").named("auth-users").inputs["userPoolTier"] == "PLUS"


@pytest.mark.parametrize("end", ["xAWSy1234", "awsaws123", "1AmaZon23", "coGNito99", "aaws00000"])
def test_a_reserved_word_in_the_id_is_avoided(end: str) -> None:
    prefix = sign_in_prefix(f"eu-west-1_{end}")
    assert not any(word in prefix for word in RESERVED_WORDS)
    assert re.fullmatch(r"sign-in-[a-z0-9]{9,40}", prefix)
    assert prefix != sign_in_prefix(f"eu-west-1_{end}x")


def test_any_other_id_is_in_its_prefix_unchanged() -> None:
    """Existing sign-in pages keep their addresses."""
    assert sign_in_prefix("eu-west-1_AbCdEf123") == "sign-in-abcdef123"


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=9, max_size=9))
def test_no_prefix_has_a_reserved_word(end: str) -> None:
    assert not any(word in sign_in_prefix(f"eu-west-1_{end}") for word in RESERVED_WORDS)
