"""`echo` in Python."""

import base64
import json
from typing import Any


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Return the message three times."""
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"]
    message = json.loads(body)["message"]
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"echo": f"{message}... {message}... {message}..."}),
        "isBase64Encoded": False,
    }
