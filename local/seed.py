"""Creates every currency of ISO 4217 through the API."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from babel.numbers import get_currency_symbol
from iso4217 import Currency

from components.local.errors import LocalError
from pipeline.http_client import request

CLIENTS = 8


def seed(api_url: str, token: str, report: Callable[[str], None]) -> int:
    """Create or replace each currency, several at a time, and return their number.

    Raises:
        LocalError: the API refuses a currency.
    """

    def put(currency: Currency) -> None:
        report(f"creating {currency.code}")
        _put(f"{api_url}/currencies/{currency.code}", token, _body(currency))

    with ThreadPoolExecutor(CLIENTS) as clients:
        return len(list(clients.map(put, Currency)))


def _body(currency: Currency) -> dict[str, object]:
    return {
        "name": currency.currency_name,
        "symbol": get_currency_symbol(currency.code, locale="en"),
        "minorUnits": currency.exponent,
    }


def _put(url: str, token: str, body: dict[str, object]) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    response = request("PUT", url, json.dumps(body).encode(), headers)
    if response.is_error:
        raise LocalError(f"PUT {url} failed with {response.status}: {response.body.decode()}")
