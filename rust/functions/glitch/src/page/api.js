// The API's answers, as pictures or as sentences.

async function refusal(answer) {
  const isProblem = answer.headers.get("content-type") === "application/problem+json";
  const { detail, requestId } = isProblem ? await answer.json() : {};
  if (answer.status === 429) {
    return new Refusal("Too many pictures are sent at the moment. Wait some seconds, then try again.", true);
  }
  if (answer.status < 500) return new Refusal(detail ?? `The service refused the picture with ${answer.status}.`);
  const id = requestId ? ` Its id is ${requestId}.` : "";
  return new Refusal(`${detail ?? `The service answered ${answer.status}. Try again.`}${id}`, true);
}

async function glitched(blob, { seed, steps, effect }, signal) {
  const options = new URLSearchParams({ ...(seed && { seed }), steps, ...(effect !== "bytes" && { effect }) });
  try {
    const answer = await fetch(`?${options}`, { method: "POST", body: blob, signal });
    if (!answer.ok) throw await refusal(answer);
    return { blob: await answer.blob(), seed: answer.headers.get("x-glitch-seed"), steps, effect };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Refusal("The service cannot be reached. Check the connection, then try again.", true);
  }
}
