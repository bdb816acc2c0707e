// The last picture, kept in this browser. Where that is not allowed, a link asks for the picture instead.

const NAME = "x-name";

const openCache = () => globalThis.caches?.open("last-picture").catch(() => undefined);
const addressOf = (digest) => `?picture=${digest}`;

// What a link calls a picture. Only a page that came by https, or from this machine, can tell pictures apart.
async function digestOf(blob) {
  if (!crypto.subtle) return "unknown";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(digest.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keep(digest, { name, blob }) {
  const cache = await openCache();
  const addresses = (await cache?.keys()) ?? [];
  await Promise.all(addresses.map((address) => cache.delete(address)));
  const kept = new Response(blob, { headers: { [NAME]: encodeURIComponent(name) } });
  await cache?.put(addressOf(digest), kept).catch(() => undefined);
}

async function keptFile(digest) {
  const cache = await openCache();
  const response = await cache?.match(addressOf(digest));
  return response && new File([await response.blob()], decodeURIComponent(response.headers.get(NAME)));
}
