// Stores the last picture in the browser's cache. Without a cache, a link asks the user for the picture.

const NAME = "x-name";

const openCache = () => globalThis.caches?.open("last-picture").catch(() => undefined);
const addressOf = (digest) => `?picture=${digest}`;

// Identifies a picture in links. Only pages over HTTPS or from localhost have `crypto.subtle`.
async function digestOf(blob) {
  if (!crypto.subtle) return "unknown";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function store(digest, { name, blob }) {
  const cache = await openCache();
  const addresses = (await cache?.keys()) ?? [];
  await Promise.all(addresses.map((address) => cache.delete(address)));
  const response = new Response(blob, { headers: { [NAME]: encodeURIComponent(name) } });
  await cache?.put(addressOf(digest), response).catch(() => undefined);
}

async function storedFile(digest) {
  const cache = await openCache();
  const response = await cache?.match(addressOf(digest));
  return response && new File([await response.blob()], decodeURIComponent(response.headers.get(NAME)));
}
