// `GET /currencies/{code}` in JavaScript.

import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const dynamodb = new DynamoDBClient({});
const TableName = process.env.CURRENCIES_TABLE;

export const handler = async (event) => {
  const { code } = event.pathParameters;
  const Key = { pk: { S: "CURRENCY" }, code: { S: code } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  if (!Item) {
    return { statusCode: 404, headers: {}, body: `There is no currency ${code}.` };
  }
  const version = Number(Item.version.N);
  const currency = {
    code,
    name: Item.name.S,
    symbol: Item.symbol.S,
    minorUnits: Item.minorUnits ? Number(Item.minorUnits.N) : null,
    version,
  };
  return {
    statusCode: 200,
    headers: { "content-type": "application/json", etag: `"${version}"`, "cache-control": "no-cache" },
    body: JSON.stringify(currency),
    isBase64Encoded: false,
  };
};
