// The scenario with the TypeScript client: `node scenario.js URL`.
import { strict as assert } from "node:assert";

import { Configuration, CurrenciesApi, ResponseError } from "./client/index";

const api = new CurrenciesApi(new Configuration({ basePath: process.argv[2] }));
const content = { name: "Euro", symbol: "€", minorUnits: 2 };

// Returns the status of a response, also if the client throws it, and its problem.
async function failure(call: Promise<unknown>): Promise<[number, string]> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    const text = await error.response.text();
    return [error.response.status, text && JSON.parse(text).errorType];
  }
  throw new Error("nothing failed");
}

async function scenario(): Promise<void> {
  const codes = ["AAA", "AAB", "AAC"];
  let tag = "";
  for (const code of codes) {
    const created = await api.createCurrencyRaw({ currencyCreation: { code, ...content } });
    assert.equal(created.raw.status, 201);
    tag ||= created.raw.headers.get("etag") ?? "";
  }
  assert.equal((await failure(api.createCurrency({ currencyCreation: { code: "AAA", ...content } })))[0], 409);

  const read = await api.readCurrencyRaw({ code: "AAA" });
  assert.deepEqual([read.raw.headers.get("etag"), (await read.value()).name], [tag, "Euro"]);
  assert.equal((await failure(api.readCurrency({ code: "AAA", ifNoneMatch: tag })))[0], 304);
  const replacement = { code: "AAA", currencyContent: content, ifMatch: tag };
  assert.equal((await api.replaceCurrencyRaw(replacement)).raw.status, 200);
  assert.equal((await failure(api.replaceCurrency(replacement)))[0], 412);
  assert.equal((await api.replaceCurrencyRaw({ code: "AAD", currencyContent: content })).raw.status, 201);

  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listCurrencies({ limit: 2, cursor });
    found.push(...page.items.map((item) => item.code));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(found, [...codes, "AAD"]);

  assert.equal((await api.deleteCurrencyRaw({ code: "AAA" })).raw.status, 204);
  assert.deepEqual(await failure(api.readCurrency({ code: "AAA" })), [404, "NoCurrency"]);
  assert.deepEqual(await failure(api.listCurrencies({ cursor: "AAAAAAAAAA" })), [400, "InvalidCursor"]);
  console.log("passed");
}

scenario().catch((error) => {
  console.error(error);
  process.exit(1);
});
