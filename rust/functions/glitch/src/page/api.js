// Calls the API and returns results or errors for the user.

async function failure(answer) {
  const isProblem = answer.headers.get("content-type") === "application/problem+json";
  const { detail, requestId } = isProblem ? await answer.json() : {};
  if (answer.status === 429) {
    return new UserError("Too many requests. Wait some seconds, then try again.", true);
  }
  if (answer.status < 500) return new UserError(detail ?? `The service rejected the picture (status ${answer.status}).`);
  const id = requestId ? ` The request id is ${requestId}.` : "";
  return new UserError(`${detail ?? `The service failed (status ${answer.status}). Try again.`}${id}`, true);
}

const POLL_MS = 500;

// Longer than the timeout of the function.
const POLLS = 200;

function pause(signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, POLL_MS);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function inRequest(blob, options, signal) {
  const answer = await fetch(`?${options}`, { method: "POST", body: blob, signal });
  if (!answer.ok) throw await failure(answer);
  return { blob: await answer.blob(), seed: answer.headers.get("x-glitch-seed") };
}

async function byUpload(blob, options, signal) {
  options.set("size", blob.size);
  const answer = await fetch(`glitch/uploads?${options}`, { method: "POST", signal });
  if (!answer.ok) throw await failure(answer);
  const { uploadUrl, downloadUrl, seed } = await answer.json();
  const sent = await fetch(uploadUrl, { method: "PUT", body: blob, signal });
  if (!sent.ok) throw new UserError(`The upload was rejected (status ${sent.status}). Try again.`, true);
  for (let poll = 0; poll < POLLS; poll++) {
    const result = await fetch(downloadUrl, { cache: "no-store", signal });
    if (result.ok) {
      if (result.headers.get("content-type") === "application/problem+json") {
        throw new UserError((await result.json()).detail);
      }
      return { blob: await result.blob(), seed };
    }
    await pause(signal);
  }
  throw new UserError("The picture took too long. Try again.", true);
}

async function glitched(blob, { seed, steps, effect }, signal) {
  const options = new URLSearchParams({ ...(seed && { seed }), steps, ...(effect !== "bytes" && { effect }) });
  try {
    const answer = await (blob.size > LIMIT ? byUpload : inRequest)(blob, options, signal);
    return { ...answer, steps, effect };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError("The service cannot be reached. Check the connection, then try again.", true);
  }
}
