// `POST /analytics/collect` in JavaScript.

import { createHash, createHmac, randomBytes } from "node:crypto";

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import woothee from "woothee";

const { VIEWS_TABLE, STATE_TABLE, ANALYTICS_SITES, VIEW_RETENTION_DAYS, PATHS_PER_DAY } = process.env;
const SITES = new Set(JSON.parse(ANALYTICS_SITES).map((origin) => new URL(origin).host));
const VIEW_SECONDS = Number(VIEW_RETENTION_DAYS) * 86_400;
const KNOWN_SECONDS = 72 * 3600;
const DEVICES = { pc: "desktop", smartphone: "phone", mobilephone: "phone" };

const dynamodb = new DynamoDBClient({});
const secrets = new Map();
const known = new Set();

// Session tokens are sealed with these: a function without them does not start.
if (!(await stateItem("session-keys"))) {
  throw new Error("there are no session keys");
}

export const handler = async (event) => {
  const { headers } = event;
  const site = new URL(headers.origin).host;
  const visit = JSON.parse(event.body);
  const url = new URL(visit.url);
  if (!SITES.has(site) || url.host !== site) {
    return { statusCode: 403, headers: {}, body: "This site is not counted here." };
  }
  const now = Date.now();
  const view = `${String(now).padStart(15, "0")}-${randomBytes(8).toString("hex")}`;
  const day = new Date(now).toISOString().slice(0, 10);
  const agent = headers["user-agent"];
  const identity = [site, event.requestContext.http.sourceIp, agent].join("\0");
  const utm = new URLSearchParams([...url.searchParams].filter(([name]) => name.startsWith("utm_")));
  const item = {
    Path: `view/${site}`,
    Section: `${day}/${view}`,
    Page: await withinCap(site, day, "page", url.pathname),
    Visitor: createHmac("sha256", await secret(day)).update(identity).digest("hex").slice(0, 32),
    Utm: utm.toString(),
    ...agentAttributes(agent),
  };
  if (visit.referrer) {
    const referrer = new URL(visit.referrer).hostname.replace(/^www\./, "");
    item.Referrer = await withinCap(site, day, "referrer", referrer);
  }
  const campaign = utm.get("utm_campaign") || utm.get("utm_source");
  if (campaign) {
    item.Campaign = await withinCap(site, day, "campaign", campaign);
  }
  const attributes = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, { S: value }]));
  await dynamodb.send(
    new PutItemCommand({
      TableName: VIEWS_TABLE,
      Item: { ...attributes, Expires: { N: String(Math.floor(now / 1000) + VIEW_SECONDS) } },
      ConditionExpression: "attribute_not_exists(#path)",
      ExpressionAttributeNames: { "#path": "Path" },
    }),
  );
  return {
    statusCode: 202,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({ view }),
    isBase64Encoded: false,
  };
};

function agentAttributes(text) {
  const agent = woothee.parse(text);
  return {
    Browser: agent.name,
    BrowserVersion: agent.version,
    System: agent.os,
    Device: DEVICES[agent.category] ?? "other",
  };
}

// The secret of a day, read once; made where there is none.
async function secret(day) {
  if (!secrets.has(day)) {
    const name = `visitor-secret/${day}`;
    let item = await stateItem(name);
    if (!item) {
      const expires = String(Math.floor(Date.now() / 1000) + 3 * 86_400);
      item = { Name: { S: name }, Secret: { B: randomBytes(32) }, Expires: { N: expires } };
      await dynamodb.send(
        new PutItemCommand({
          TableName: STATE_TABLE,
          Item: item,
          ConditionExpression: "attribute_not_exists(#name)",
          ExpressionAttributeNames: { "#name": "Name" },
        }),
      );
    }
    secrets.set(day, item.Secret.B);
  }
  return secrets.get(day);
}

async function stateItem(name) {
  const request = { TableName: STATE_TABLE, Key: { Name: { S: name } }, ConsistentRead: true };
  const { Item } = await dynamodb.send(new GetItemCommand(request));
  return Item;
}

// The value, or `(other)` when the day has its fill of others.
async function withinCap(site, day, dimension, value) {
  const name = `known/${site}/${day}/${dimension}`;
  if (known.has(`${name}/${value}`)) {
    return value;
  }
  const digest = createHash("sha256").update(value).digest().subarray(0, 8);
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: STATE_TABLE,
        Key: { Name: { S: name } },
        UpdateExpression: "ADD #values :values SET #expires = :expires",
        ConditionExpression: "attribute_not_exists(#values) OR size(#values) < :most OR contains(#values, :value)",
        ExpressionAttributeNames: { "#values": "Values", "#expires": "Expires" },
        ExpressionAttributeValues: {
          ":value": { B: digest },
          ":values": { BS: [digest] },
          ":most": { N: PATHS_PER_DAY },
          ":expires": { N: String(Math.floor(Date.now() / 1000) + KNOWN_SECONDS) },
        },
      }),
    );
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return "(other)";
    }
    throw error;
  }
  known.add(`${name}/${value}`);
  return value;
}
