"""The currencies service through the gateway."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from local.seed import seed
from local.tokens import SignIn, machine_token
from pipeline.http_client import Response, request
from tests.emulator.conftest import Local

MANY = 10_000


@pytest.fixture(scope="module")
def token(local: Local) -> str:
    return machine_token(local.context, SignIn.from_outputs(local.outputs))


class Client:
    """A client of the service with a token."""

    def __init__(self, local: Local, token: str) -> None:
        """Call the program of `local`."""
        self._url = f"{local.outputs['apiUrl']}/currencies"
        self._token = token

    def send(self, method: str, path: str = "", body: object = None, **headers: str) -> Response:
        """Send a request; names of headers have underscores for hyphens."""
        sent = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return request(method, self._url + path, None if body is None else json.dumps(body).encode(), sent)


@pytest.fixture(scope="module")
def client(local: Local, token: str) -> Client:
    return Client(local, token)


@pytest.fixture
def empty(local: Local) -> Iterator[None]:
    """An empty table; it is emptied again at the end."""
    clear(local)
    yield
    clear(local)


def clear(local: Local) -> None:
    dynamodb = local.context.client("dynamodb")
    name = local.outputs["tables"]["currencies"]
    pages = dynamodb.get_paginator("scan").paginate(TableName=name, ProjectionExpression="pk, code")
    local.write("currencies", [{"DeleteRequest": {"Key": key}} for page in pages for key in page["Items"]])


def answer(reply: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reply.body)
    return found


CONTENT = {"name": "Euro", "symbol": "€", "minorUnits": 2}
EURO = {"code": "EUR", **CONTENT}

pytestmark = pytest.mark.usefixtures("empty")


def test_a_currency_is_created_read_changed_and_deleted(client: Client) -> None:
    created = client.send("POST", body=EURO)
    assert created.status == 201
    assert created.headers["location"].endswith("currencies/EUR")
    read = client.send("GET", "/EUR")
    assert (read.status, read.headers["etag"]) == (200, created.headers["etag"])
    assert answer(read).items() >= EURO.items()
    changed = client.send("PUT", "/EUR", {**CONTENT, "name": "Ευρώ"}, if_match=read.headers["etag"])
    assert changed.status == 200
    assert answer(client.send("GET", "/EUR"))["name"] == "Ευρώ"
    assert client.send("DELETE", "/EUR").status == 204
    assert client.send("GET", "/EUR").status == 404


def test_an_existing_currency_is_not_created_again(client: Client) -> None:
    client.send("POST", body=EURO)
    assert client.send("POST", body=EURO).status == 409
    assert client.send("PUT", "/EUR", CONTENT, if_none_match="*").status == 412


def test_a_current_copy_is_not_sent_again(client: Client) -> None:
    tag = client.send("POST", body=EURO).headers["etag"]
    again = client.send("GET", "/EUR", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")


def test_one_of_two_concurrent_writers_succeeds(client: Client) -> None:
    tag = client.send("POST", body=EURO).headers["etag"]

    def write(name: str) -> int:
        return client.send("PUT", "/EUR", {**CONTENT, "name": name}, if_match=tag).status

    names = [f"Euro {number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as writers:
        statuses = list(writers.map(write, names))
    assert sorted(statuses) == [200, *[412] * 7]
    assert answer(client.send("GET", "/EUR"))["name"] == names[statuses.index(200)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "EURO"}, "code"),
        ({"name": ""}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"symbol": "x" * 11}, "symbol"),
        ({"minorUnits": -1}, "minorUnits"),
        ({"minorUnits": 5}, "minorUnits"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_invalid_field_is_rejected_by_name(client: Client, change: dict[str, object], field: str) -> None:
    reply = client.send("POST", body={**EURO, **change})
    assert reply.status in (400, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert field in reply.body.decode()


def test_all_iso_4217_currencies_are_loaded_idempotently(local: Local, client: Client, token: str) -> None:
    count = seed(local.outputs["apiUrl"], token, lambda _: None)
    assert seed(local.outputs["apiUrl"], token, lambda _: None) == count > 150
    assert sum(len(page) for page in pages(client)) == count
    assert answer(client.send("GET", "/JPY"))["minorUnits"] == 0


def pages(client: Client) -> list[list[str]]:
    """Return the codes on each page."""
    found: list[list[str]] = []
    query = "?limit=100"
    while True:
        page = answer(client.send("GET", query))
        found.append([item["code"] for item in page["items"]])
        cursor = page.get("nextCursor")
        if cursor is None:
            return found
        query = f"?limit=100&cursor={quote(cursor, safe='')}"


def test_ten_thousand_items_are_on_full_pages_exactly_once(local: Local, client: Client) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    every = [a + b + c for a in letters for b in letters for c in letters][:MANY]
    client.send("POST", body={**EURO, "code": "AAA", "name": "😀" * 100})
    dynamodb = local.context.client("dynamodb")
    (model,) = dynamodb.scan(TableName=local.outputs["tables"]["currencies"])["Items"]
    local.write("currencies", [{"PutRequest": {"Item": {**model, "code": {"S": code}}}} for code in every])
    assert pages(client) == [every[start : start + 100] for start in range(0, MANY, 100)]
