"""`GET /currencies/{code}` for an existing currency."""

import json

from benchmarks.stack import Stack
from benchmarks.subjects.subject import Responses, Subject, all_equal, same_event, sample

CALLS = 400
CODE = "EUR"


def currencies(stack: Stack) -> Subject:
    """Store a currency, and return the subject that gets it."""
    texts = {"pk": "CURRENCY", "code": CODE, "name": "Euro", "symbol": "€"}
    numbers = {"minorUnits": "2", "version": "1795231140000"}
    item = {name: {"S": text} for name, text in texts.items()} | {name: {"N": n} for name, n in numbers.items()}
    stack.context.client("dynamodb").put_item(TableName=stack.tables["currencies"], Item=item)
    event = sample(stack.context.root, "currencies", "http-get.json")
    events = same_event(event | {"rawPath": f"/currencies/{CODE}", "pathParameters": {"code": CODE}})
    return Subject(name="currencies", function="currencies", first=events, warm=events, warm_calls=CALLS, check=_check)


def _check(responses: Responses) -> None:
    all_equal(
        "the response of currencies",
        {
            language: (response["statusCode"], response["headers"]["etag"], json.loads(response["body"]))
            for language, response in responses.items()
        },
    )
