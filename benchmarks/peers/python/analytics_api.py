"""`POST /analytics/collect` in Python."""

import hashlib
import hmac
import json
import os
import secrets
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import woothee

DYNAMODB = boto3.client("dynamodb")
VIEWS = os.environ["VIEWS_TABLE"]
STATE = os.environ["STATE_TABLE"]
SITES = {urlsplit(origin).netloc for origin in json.loads(os.environ["ANALYTICS_SITES"])}
VIEW_SECONDS = int(os.environ["VIEW_RETENTION_DAYS"]) * 86_400
VALUES_PER_DAY = os.environ["PATHS_PER_DAY"]
KNOWN_SECONDS = 72 * 3600
DEVICES = {"pc": "desktop", "smartphone": "phone", "mobilephone": "phone"}
ID_BITS = 64

# The function needs these to encrypt session tokens, and does not start without them.
SESSION_KEYS = DYNAMODB.get_item(TableName=STATE, Key={"Name": {"S": "session-keys"}}, ConsistentRead=True)["Item"]
SECRETS: dict[str, bytes] = {}
KNOWN: set[tuple[str, str, str, str]] = set()


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Store a view, and return its id."""
    headers = event["headers"]
    site = urlsplit(headers["origin"]).netloc
    reported = json.loads(event["body"])
    url = urlsplit(reported["url"])
    if site not in SITES or url.netloc != site:
        return {"statusCode": 403, "headers": {}, "body": "This site is not counted here."}
    now_ms = time.time_ns() // 1_000_000
    view = f"{now_ms:015}-{secrets.randbits(ID_BITS):016x}"
    day = datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()
    agent = headers["user-agent"]
    identity = f"{site}\0{event['requestContext']['http']['sourceIp']}\0{agent}".encode()
    utm = [(name, value) for name, value in parse_qsl(url.query) if name.startswith("utm_")]
    named = dict(utm)
    item = {
        "Path": f"view/{site}",
        "Section": f"{day}/{view}",
        "Page": within_cap(site, day, "page", url.path or "/"),
        "Visitor": hmac.new(secret(day), identity, hashlib.sha256).hexdigest()[:32],
        "Utm": urlencode(utm),
        **agent_attributes(agent),
    }
    if referrer := (urlsplit(reported.get("referrer") or "").hostname or "").removeprefix("www."):
        item["Referrer"] = within_cap(site, day, "referrer", referrer)
    if campaign := named.get("utm_campaign") or named.get("utm_source"):
        item["Campaign"] = within_cap(site, day, "campaign", campaign)
    attributes = {name: {"S": value} for name, value in item.items()}
    DYNAMODB.put_item(
        TableName=VIEWS,
        Item={**attributes, "Expires": {"N": str(now_ms // 1000 + VIEW_SECONDS)}},
        ConditionExpression="attribute_not_exists(#path)",
        ExpressionAttributeNames={"#path": "Path"},
    )
    return {
        "statusCode": 202,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps({"view": view}),
        "isBase64Encoded": False,
    }


def agent_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a view that come from the user agent."""
    agent = woothee.parse(text)
    return {
        "Browser": agent["name"],
        "BrowserVersion": agent["version"],
        "System": agent["os"],
        "Device": DEVICES.get(agent["category"], "other"),
    }


def secret(day: str) -> bytes:
    """Return the secret of a day, which is read once; create it if there is none."""
    if day not in SECRETS:
        key = {"Name": {"S": f"visitor-secret/{day}"}}
        item = DYNAMODB.get_item(TableName=STATE, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            expires = str(int(time.time()) + 3 * 86_400)
            item = {**key, "Secret": {"B": secrets.token_bytes(32)}, "Expires": {"N": expires}}
            DYNAMODB.put_item(
                TableName=STATE,
                Item=item,
                ConditionExpression="attribute_not_exists(#name)",
                ExpressionAttributeNames={"#name": "Name"},
            )
        SECRETS[day] = item["Secret"]["B"]
    return SECRETS[day]


def within_cap(site: str, day: str, dimension: str, value: str) -> str:
    """Return the value, or `(other)` if the day has reached its cap of values."""
    if (site, day, dimension, value) in KNOWN:
        return value
    digest = hashlib.sha256(value.encode()).digest()[:8]
    try:
        DYNAMODB.update_item(
            TableName=STATE,
            Key={"Name": {"S": f"known/{site}/{day}/{dimension}"}},
            UpdateExpression="ADD #values :values SET #expires = :expires",
            ConditionExpression="attribute_not_exists(#values) OR size(#values) < :most OR contains(#values, :value)",
            ExpressionAttributeNames={"#values": "Values", "#expires": "Expires"},
            ExpressionAttributeValues={
                ":value": {"B": digest},
                ":values": {"BS": [digest]},
                ":most": {"N": VALUES_PER_DAY},
                ":expires": {"N": str(int(time.time()) + KNOWN_SECONDS)},
            },
        )
    except DYNAMODB.exceptions.ConditionalCheckFailedException:
        return "(other)"
    KNOWN.add((site, day, dimension, value))
    return value
