"""The scenario with the Python client: `python scenario.py URL`."""

import sys
from collections.abc import Callable
from typing import Any

from openapi_client import ApiClient, ApiException, Configuration, CurrenciesApi, CurrencyContent, CurrencyCreation

api = CurrenciesApi(ApiClient(Configuration(host=sys.argv[1])))


def status(call: Callable[..., Any], *arguments: object, **options: object) -> Any:
    """Return the status of a response, also if the client raises it."""
    try:
        return call(*arguments, **options).status_code
    except ApiException as error:
        return error.status


codes = ["AAA", "AAB", "AAC"]
content = CurrencyContent(name="Euro", symbol="€", minor_units=2)
created = [
    api.create_currency_with_http_info(CurrencyCreation(code=code, name="Euro", symbol="€", minor_units=2))
    for code in codes
]
assert [answer.status_code for answer in created] == [201] * 3
tag = created[0].headers["etag"]
assert status(api.create_currency_with_http_info, CurrencyCreation(code="AAA", name="Euro", symbol="€")) == 409

read = api.read_currency_with_http_info("AAA")
assert (read.status_code, read.headers["etag"], read.data.name) == (200, tag, "Euro")
assert status(api.read_currency_with_http_info, "AAA", if_none_match=tag) == 304
assert status(api.replace_currency_with_http_info, "AAA", content, if_match=tag) == 200
assert status(api.replace_currency_with_http_info, "AAA", content, if_match=tag) == 412
assert status(api.replace_currency_with_http_info, "AAD", content) == 201

pages = [api.list_currencies(limit=2)]
while pages[-1].next_cursor:
    pages.append(api.list_currencies(limit=2, cursor=pages[-1].next_cursor))
assert [item.code for page in pages for item in page.items] == [*codes, "AAD"]

assert status(api.delete_currency_with_http_info, "AAA") == 204
try:
    api.read_currency("AAA")
    raise AssertionError("a deleted currency can be read")
except ApiException as error:
    assert (error.status, error.data.error_type) == (404, "NoCurrency"), error
try:
    api.list_currencies(cursor="AAAAAAAAAA")
    raise AssertionError("an invalid cursor is accepted")
except ApiException as error:
    assert (error.status, error.data.error_type) == (400, "InvalidCursor"), error
print("passed")
