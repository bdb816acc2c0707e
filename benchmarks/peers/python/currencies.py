"""`GET /currencies/{code}` in Python."""

import json
import os
from typing import Any

import boto3

DYNAMODB = boto3.client("dynamodb")
TABLE = os.environ["CURRENCIES_TABLE"]


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Return a currency with its entity tag."""
    code = event["pathParameters"]["code"]
    key = {"pk": {"S": "CURRENCY"}, "code": {"S": code}}
    item = DYNAMODB.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        return {"statusCode": 404, "headers": {}, "body": f"There is no currency {code}."}
    version = int(item["version"]["N"])
    currency = {
        "code": code,
        "name": item["name"]["S"],
        "symbol": item["symbol"]["S"],
        "minorUnits": int(item["minorUnits"]["N"]) if "minorUnits" in item else None,
        "version": version,
    }
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "etag": f'"{version}"', "cache-control": "no-cache"},
        "body": json.dumps(currency),
        "isBase64Encoded": False,
    }
