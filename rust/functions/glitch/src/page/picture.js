// Prepares pictures for sending: a JPEG or PNG unchanged or scaled down, any other picture as a JPEG.

// Maximum bytes of a request body; larger pictures are uploaded.
const LIMIT = 4500000;
const UPLOAD_LIMIT = 25000000;

// The largest canvas that every browser supports: https://github.com/jhildenbiddle/canvas-size#test-results
const PIXEL_LIMIT = 16777216;

const QUALITY = 0.9;

// An error with a message for the user.
class UserError extends Error {
  constructor(message, isTransient = false) {
    super(message);
    this.isTransient = isTransient;
  }
}

const count = (number) => number.toLocaleString("en");
const size = (width, height) => `${width} by ${height}`;

async function typeOf(file) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const startsWith = (...bytes) => bytes.every((byte, at) => start[at] === byte);
  if (startsWith(0xff, 0xd8, 0xff)) return "image/jpeg";
  return startsWith(0x89, 0x50, 0x4e, 0x47) ? "image/png" : undefined;
}

async function decoded(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } catch {
    throw new UserError(`This browser cannot show ${file.name} as a picture. Choose a JPEG or a PNG.`);
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

function drawn(image, type, width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (type === "image/jpeg") {
    // JPEG has no transparency: transparent pixels would become black.
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
  }
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}

// Scales an image down to the limits.
async function redrawn(image, type) {
  const { naturalWidth, naturalHeight } = image;
  let scale = Math.min(1, Math.sqrt(PIXEL_LIMIT / (naturalWidth * naturalHeight)));
  for (;;) {
    const width = Math.max(1, Math.floor(naturalWidth * scale));
    const height = Math.max(1, Math.floor(naturalHeight * scale));
    const blob = await drawn(image, type, width, height);
    if (blob === null) throw new UserError("This browser cannot scale the picture down. Choose a smaller picture.");
    if (blob.size <= LIMIT) return { blob, width, height };
    scale *= Math.min(0.95, Math.sqrt(LIMIT / blob.size));
  }
}

// Describes how the picture was changed before sending.
function changes(file, image, sent, isTooLarge) {
  const from = size(image.naturalWidth, image.naturalHeight);
  const to = size(sent.width, sent.height);
  const sentences = [];
  if (isTooLarge) {
    sentences.push(`${file.name} has ${count(file.size)} bytes, more than the ${count(UPLOAD_LIMIT)} that can be sent.`);
  } else {
    sentences.push(`${file.name} is neither JPEG nor PNG, so your browser made a JPEG of it.`);
  }
  if (from !== to) {
    sentences.push(`Your browser scaled it down from ${from} to ${to}, ${count(sent.blob.size)} bytes.`);
  } else if (isTooLarge) {
    sentences.push(`Your browser compressed it to ${count(sent.blob.size)} bytes.`);
  }
  return sentences.join(" ");
}

async function prepared(file) {
  const image = await decoded(file);
  const type = await typeOf(file);
  const isTooLarge = file.size > UPLOAD_LIMIT;
  if (type && !isTooLarge) {
    const { naturalWidth: width, naturalHeight: height } = image;
    return { name: file.name, blob: file.slice(0, file.size, type), width, height, note: "" };
  }
  const sent = await redrawn(image, type ?? "image/jpeg");
  return { name: file.name, ...sent, note: changes(file, image, sent, isTooLarge) };
}
