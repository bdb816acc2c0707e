"""Tokens for guarded routes: a user's, from the sign-in page, and a machine's, from its client secret."""

import base64
import contextlib
import hashlib
import http.client
import json
import secrets
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from components.local.errors import LocalError
from local.analytics import ANALYTICS, Aws, sign_in

CURRENCIES = "currencies"
"""Function whose routes Cognito guards."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The stack's output `signIn`: the user pool, its clients and its sign-in page."""

    url: str
    user_pool_id: str
    browser_client_id: str
    machine_client_id: str
    callback_url: str
    scopes: tuple[str, ...]

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> "SignIn":
        """Read the stack's output.

        Raises:
            LocalError: the program has no guarded routes.
        """
        found = outputs.get("signIn")
        if found is None:
            raise LocalError("this program has no guarded routes: no signIn in its outputs")
        return cls(
            url=found["url"],
            user_pool_id=found["userPoolId"],
            browser_client_id=found["browserClientId"],
            machine_client_id=found["machineClientId"],
            callback_url=found["callbackUrl"],
            scopes=tuple(found["scopes"]),
        )


@dataclass(frozen=True, kw_only=True)
class User:
    """A user of the user pool."""

    email: str
    password: str


def token_for(function: str, aws: Aws, outputs: Mapping[str, Any]) -> str:
    """Return a token that the routes of a function accept; for the reports, the sample user's."""
    return sign_in(aws, outputs) if function == ANALYTICS else machine_token(aws, SignIn.from_outputs(outputs))


def create_user(aws: Aws, sign_in: SignIn, email: str | None = None) -> User:
    """Create a user with a random password, or give an existing one a new password. The default is a random address."""
    user = User(email=email or f"user-{secrets.token_hex(3)}@example.com", password=f"aA1-{secrets.token_urlsafe(18)}")
    cognito = aws.client("cognito-idp")
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=sign_in.user_pool_id,
            Username=user.email,
            UserAttributes=[{"Name": "email", "Value": user.email}, {"Name": "email_verified", "Value": "true"}],
            TemporaryPassword=user.password,
            MessageAction="SUPPRESS",
        )
    cognito.admin_set_user_password(
        UserPoolId=sign_in.user_pool_id, Username=user.email, Password=user.password, Permanent=True
    )
    return user


def user_tokens(sign_in: SignIn, user: User) -> dict[str, str]:
    """Sign in as a browser does, by the authorization code flow with PKCE, and return the token endpoint's response.

    Tokens of `InitiateAuth` do not have the scopes of a resource server; those of the sign-in page do.
    """
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": sign_in.browser_client_id,
        "response_type": "code",
        "redirect_uri": sign_in.callback_url,
        "scope": " ".join(("openid", *sign_in.scopes)),
        "state": secrets.token_urlsafe(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    with urllib.request.urlopen(f"{sign_in.url}/oauth2/authorize?{urllib.parse.urlencode(query)}") as page:
        form = _Form(page.read().decode())
    location = _submit(
        urllib.parse.urljoin(sign_in.url, form.action),
        {**form.hidden, "username": user.email, "password": user.password},
    )
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
    return _tokens(
        sign_in,
        {
            "grant_type": "authorization_code",
            "client_id": sign_in.browser_client_id,
            "redirect_uri": sign_in.callback_url,
            "code": code,
            "code_verifier": verifier,
        },
    )


def machine_token(aws: Aws, sign_in: SignIn) -> str:
    """Exchange the machine client's secret for an access token with every scope."""
    client = aws.client("cognito-idp").describe_user_pool_client(
        UserPoolId=sign_in.user_pool_id, ClientId=sign_in.machine_client_id
    )["UserPoolClient"]
    pair = f"{client['ClientId']}:{client['ClientSecret']}".encode()
    return _tokens(
        sign_in,
        {"grant_type": "client_credentials", "scope": " ".join(sign_in.scopes)},
        {"authorization": f"Basic {base64.b64encode(pair).decode()}"},
    )["access_token"]


class _Form(HTMLParser):
    """The form of the sign-in page: its action and its hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Store the action and the hidden fields."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found["value"]


def _submit(url: str, fields: Mapping[str, str]) -> str:
    """Post a form, and return the URL that the response redirects to, without following it."""
    address = urllib.parse.urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(address.netloc)) as connection:
        form = {"content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", address.path, urllib.parse.urlencode(fields), form)
        location = connection.getresponse().headers["location"]
    if location is None:
        raise LocalError("the sign-in page refuses the password: create another user with `make user FN=currencies`")
    return str(location)


def _tokens(sign_in: SignIn, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> dict[str, str]:
    request = urllib.request.Request(
        f"{sign_in.url}/oauth2/token", data=urllib.parse.urlencode(fields).encode(), headers=dict(headers or {})
    )
    with urllib.request.urlopen(request) as response:
        tokens: dict[str, str] = json.load(response)
    return tokens
