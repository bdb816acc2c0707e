// `glitch` in JavaScript, for JPEGs: seven steps in the data of the first scan, none of which makes or breaks a marker.

const STEPS = ["replace", "sort", "replace", "sort", "replace", "sort", "sort"];
const CHUNK = 19;
const START_OF_SCAN = 0xda;
const MARKER = 0xff;

export const handler = async (event) => {
  const picture = Buffer.from(event.body, "base64");
  const seed = Number(event.queryStringParameters.seed);
  glitch(picture, numbers(seed));
  return {
    statusCode: 200,
    headers: { "content-type": event.headers["content-type"], "x-glitch-seed": String(seed) },
    body: picture.toString("base64"),
    isBase64Encoded: true,
  };
};

function glitch(picture, below) {
  const { start, end } = scan(picture);
  for (const step of STEPS) {
    let position;
    do {
      position = start + below(end - CHUNK - start);
    } while (picture.subarray(position - 1, position + CHUNK).includes(MARKER));
    if (step === "sort") {
      picture.subarray(position, position + CHUNK).sort();
    } else {
      picture[position] = below(MARKER);
    }
  }
}

// Where the data of the first scan starts and ends.
function scan(picture) {
  let position = 2;
  for (;;) {
    const marker = picture[position + 1];
    position += 2 + picture.readUInt16BE(position + 2);
    if (marker === START_OF_SCAN) {
      return { start: position, end: picture.lastIndexOf(MARKER) };
    }
  }
}

// Mulberry32: JavaScript's own random numbers take no seed.
function numbers(seed) {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}
