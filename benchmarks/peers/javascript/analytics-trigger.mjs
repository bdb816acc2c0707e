// `analytics-trigger` in JavaScript, for views: each is counted once, by transactions that mark it and move the totals.

import {
  BatchGetItemCommand,
  DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";

const { VIEWS_TABLE, TOTALS_TABLE } = process.env;
// Of a transaction, and keys of a read, at most.
const ACTIONS = 100;
const DAY_SECONDS = 86_400;
// Views in a row that do not fit before a transaction counts as full.
const MISFITS = 100;

const dynamodb = new DynamoDBClient({});

export const handler = async (event) => {
  const inserted = event.Records.filter((record) => record.eventName === "INSERT");
  const items = new Map(inserted.map((record) => [keyOf(record.dynamodb.NewImage), record.dynamodb.NewImage]));
  const views = [...items.values()].map(described).sort(byTotals);
  const marked = await markedVisitors([...new Set(views.flatMap((view) => view.visitor ?? []))]);
  let waiting = views;
  while (waiting.length > 0) {
    const chunk = new Chunk(marked);
    waiting = chunk.fill(waiting);
    try {
      await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: chunk.actions() }));
      for (const visitor of chunk.visitors.keys()) {
        marked.add(visitor);
      }
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) {
        throw error;
      }
      waiting = [...chunk.withoutLost(error.CancellationReasons), ...waiting];
    }
  }
  return { batchItemFailures: [] };
};

// What goes into one transaction. Keys are texts with a line between path and section.
class Chunk {
  constructor(marked) {
    this.marked = marked;
    this.views = [];
    this.visitors = new Map();
    this.totals = new Map();
  }

  // Take as many views as fit, and return the rest.
  fill(waiting) {
    let misfits = 0;
    return waiting.filter((view) => {
      const isTaken = misfits < MISFITS && this.take(view);
      misfits = isTaken ? 0 : misfits + 1;
      return !isTaken;
    });
  }

  take(view) {
    const isNew = view.visitor !== undefined && !this.marked.has(view.visitor) && !this.visitors.has(view.visitor);
    const totals = totalsOf(view, isNew);
    const newTotals = totals.filter(([key]) => !this.totals.has(key)).length;
    const before = this.views.length + this.visitors.size + this.totals.size;
    if (before + 1 + Number(isNew) + newTotals > ACTIONS) {
      return false;
    }
    this.views.push(view);
    if (isNew) {
      this.visitors.set(view.visitor, Number(view.item.Expires.N) + DAY_SECONDS);
    }
    for (const [key, counts] of totals) {
      const total = this.totals.get(key) ?? new Map();
      for (const name of counts) {
        total.set(name, (total.get(name) ?? 0) + 1);
      }
      this.totals.set(key, total);
    }
    return true;
  }

  actions() {
    return [
      ...this.views.map((view) => markView(keyOf(view.item))),
      ...[...this.visitors].map(([key, expires]) => markVisitor(key, expires)),
      ...[...this.totals].map(([key, counts]) => add(key, counts)),
    ];
  }

  // The views that are still to be counted after the transaction was cancelled; marked visitors are noted.
  withoutLost(reasons) {
    const lost = reasons.map((reason) => reason.Code === "ConditionalCheckFailed");
    if (!lost.includes(true)) {
      throw new Error(JSON.stringify(reasons));
    }
    for (const [index, visitor] of [...this.visitors.keys()].entries()) {
      if (lost[this.views.length + index]) {
        this.marked.add(visitor);
      }
    }
    return this.views.filter((_, index) => !lost[index]);
  }
}

function described(item) {
  const [day, id] = item.Section.S.split("/");
  const site = item.Path.S.slice("view/".length);
  const isPerson = item.Visitor && !item.Bot;
  const visitor = isPerson ? `visitor/${site}/${day}\n${item.Visitor.S}` : undefined;
  const values = ["Page", "Referrer", "Campaign"].map((name) => item[name]?.S ?? "");
  return { item, site, day, visitor, order: [site, day, ...values, id].join("\n") };
}

function byTotals(a, b) {
  return a.order < b.order ? -1 : Number(a.order > b.order);
}

// Each total that a view moves, and the counts of it that go up by one.
function totalsOf({ item, site, day }, isNew) {
  const summary = item.Bot
    ? ["Bots", `bot/${item.Bot.S}`]
    : [
        "Views",
        ...["Browser", "System", "Device", "Country"]
          .filter((dimension) => item[dimension])
          .map((dimension) => `${dimension.toLowerCase()}/${item[dimension].S}`),
      ];
  if (isNew) {
    summary.push("Visitors");
  }
  const open = item.Bot ? [] : ["Page", "Referrer", "Campaign"].filter((dimension) => item[dimension]);
  return buckets(day).flatMap(([granularity, bucket]) => {
    const path = `total/${site}/${granularity}`;
    return [
      [`${path}\nsummary/${bucket}/0`, summary],
      ...open.map((name) => [`${path}\n${name.toLowerCase()}/${bucket}/0/${item[name].S}`, ["Views"]]),
    ];
  });
}

// The day, its week by ISO 8601, and its month.
function buckets(day) {
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_SECONDS * 1000)) + 1;
  return [
    ["day", day],
    ["week", `${year}-W${String(week).padStart(2, "0")}`],
    ["month", day.slice(0, 7)],
  ];
}

async function markedVisitors(visitors) {
  const marked = new Set();
  for (let start = 0; start < visitors.length; start += ACTIONS) {
    const Keys = visitors.slice(start, start + ACTIONS).map(keyItem);
    let wanted = { [TOTALS_TABLE]: { Keys, ConsistentRead: true } };
    while (Object.keys(wanted).length > 0) {
      const found = await dynamodb.send(new BatchGetItemCommand({ RequestItems: wanted }));
      for (const item of found.Responses[TOTALS_TABLE] ?? []) {
        marked.add(keyOf(item));
      }
      wanted = found.UnprocessedKeys ?? {};
    }
  }
  return marked;
}

function markView(key) {
  return {
    Update: {
      TableName: VIEWS_TABLE,
      Key: keyItem(key),
      UpdateExpression: "SET #counted = :true",
      ConditionExpression: "attribute_exists(#path) AND attribute_not_exists(#counted)",
      ExpressionAttributeNames: { "#path": "Path", "#counted": "Counted" },
      ExpressionAttributeValues: { ":true": { BOOL: true } },
    },
  };
}

function markVisitor(key, expires) {
  return {
    Put: {
      TableName: TOTALS_TABLE,
      Item: { ...keyItem(key), Expires: { N: String(expires) } },
      ConditionExpression: "attribute_not_exists(#path)",
      ExpressionAttributeNames: { "#path": "Path" },
    },
  };
}

function add(key, counts) {
  const numbered = [...counts].map(([name, count], index) => ({ name, count, index }));
  return {
    Update: {
      TableName: TOTALS_TABLE,
      Key: keyItem(key),
      UpdateExpression: `ADD ${numbered.map(({ index }) => `#${index} :${index}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(numbered.map(({ name, index }) => [`#${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        numbered.map(({ count, index }) => [`:${index}`, { N: String(count) }]),
      ),
    },
  };
}

function keyOf(item) {
  return `${item.Path.S}\n${item.Section.S}`;
}

function keyItem(key) {
  const [path, section] = key.split("\n");
  return { Path: { S: path }, Section: { S: section } };
}
