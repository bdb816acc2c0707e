// The page: the user chooses a picture, the page shows the glitched picture and puts its permalink into the address
// bar.

const TYPING_MS = 300;

// Steps with a visible difference; others can be typed.
const STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 400, 500, 700, 1000];

const get = (id) => document.getElementById(id);
const [before, after, over, result, retry] = ["before", "after", "over", "result", "retry"].map(get);
const [seed, steps, slider, effect, compare] = ["seed", "steps", "slider", "effect", "compare"].map(get);

// Maximum number of earlier results.
const EARLIER = 12;

const link = new URLSearchParams(location.search);

// A promise, because making a JPEG takes a while, during which seed and steps can be changed.
let picture;
// The last chosen picture that could be opened.
let opened;
let shown;
// The picture whose result is displayed.
let resultOf;
let job = new AbortController();
let typing;

function say(id, text) {
  get(id).textContent = text;
}

function showError(error) {
  // The focused element may disappear.
  if (document.activeElement === retry) get("again").focus();
  say("error", error?.message ?? "");
  retry.hidden = !error?.isTransient;
  for (const field of [seed, steps]) {
    const isNamed = error?.message.startsWith(`${field.id} is `) ?? false;
    field.setAttribute("aria-invalid", isNamed);
  }
}

function show(image, blob) {
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blob);
  image.hidden = false;
}

function showPicture(taken) {
  if (shown === taken) return;
  shown = taken;
  if (taken !== resultOf) forgetResults();
  show(before, taken.blob);
  show(over, taken.blob);
  say("note", taken.note);
  say("before-size", `${taken.name}, ${size(taken.width, taken.height)}, ${count(taken.blob.size)} bytes`);
}

function showResult(taken, answer) {
  const { name, digest } = taken;
  resultOf = taken;
  seed.value = answer.seed;
  show(after, answer.blob);
  say("status", `${count(answer.blob.size)} bytes`);
  const stem = name.replace(/\.[^.]*$/, "");
  const ending = answer.blob.type === "image/png" ? "png" : "jpg";
  get("download").href = after.src;
  get("download").download = `${stem}-glitched-${answer.seed}.${ending}`;
  get("done").hidden = false;
  const chosen = { seed: answer.seed, steps: answer.steps, ...(answer.effect !== "bytes" && { effect: answer.effect }) };
  history.replaceState(null, "", `?${new URLSearchParams({ ...chosen, ...(digest && { picture: digest }) })}`);
  remember(answer);
}

// Earlier results have the options, not the picture, so they would give something else with another picture.
function forgetResults() {
  const list = get("history");
  if (list.contains(document.activeElement)) get("again").focus();
  list.replaceChildren();
  get("earlier").hidden = true;
}

// Adds a button for a recent result, the newest first.
function remember({ seed: own, steps: taken, effect: name }) {
  const text = `${own}, ${taken} steps, ${name}`;
  const list = get("history");
  const same = [...list.children].find((item) => item.textContent === text);
  const isFocused = same?.contains(document.activeElement);
  same?.remove();
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: text });
  button.addEventListener("click", () => {
    [seed.value, steps.value, effect.value] = [own, taken, name];
    follow();
    glitch();
  });
  const item = document.createElement("li");
  item.append(button);
  list.prepend(item);
  if (isFocused) button.focus();
  list.children[EARLIER]?.remove();
  get("earlier").hidden = list.children.length < 2;
}

// Clears the picture's name: the chosen picture could not be displayed.
function clearPicture() {
  shown = undefined;
  say("before-size", "The picture before");
}

function dim() {
  result.classList.add("stale");
  say("status", "Glitching…");
}

// Processes the latest choice and aborts earlier ones; the current result stays visible, dimmed, until it is replaced.
async function glitch() {
  clearTimeout(typing);
  job.abort();
  job = new AbortController();
  const { signal } = job;
  if (!picture) return;
  dim();
  let taken;
  try {
    taken = await picture;
    signal.throwIfAborted();
    showPicture(taken);
    const chosen = { seed: seed.value.trim(), steps: steps.value.trim(), effect: effect.value };
    const answer = await glitched(taken.blob, chosen, signal);
    result.classList.remove("stale");
    showResult(taken, answer);
    showError();
  } catch (error) {
    if (signal.aborted) return;
    say("status", "");
    if (taken === undefined) clearPicture();
    get("done").hidden ||= taken !== resultOf;
    showError(error instanceof UserError ? error : new UserError(`This page failed: ${error.message}. Load it again.`));
  }
}

function glitchSoon() {
  clearTimeout(typing);
  job.abort();
  if (picture) dim();
  typing = setTimeout(glitch, TYPING_MS);
}

function take(opening) {
  picture = opening;
  get("pictures").hidden = false;
  get("again").disabled = false;
  opening.then(
    () => {
      if (picture === opening) opened = opening;
    },
    () => {
      if (picture === opening) picture = opened;
    },
  );
  glitch();
}

async function openFile(file) {
  const taken = await prepared(file);
  const digest = await digestOf(taken.blob);
  await store(digest, taken);
  const isOther = link.has("picture") && link.get("picture") !== digest;
  link.delete("picture");
  const note = isOther ? `${taken.note} The link was made with another picture, so the result differs.` : taken.note;
  return { ...taken, note: note.trim(), digest };
}

// Links need not name the sample, because it is the same for everyone.
function openSample() {
  link.delete("picture");
  const [, base64] = document.querySelector("#sample img").src.split(",");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return prepared(new File([bytes], "sample.jpg"));
}

function follow() {
  slider.value = Math.max(0, STEPS.findLastIndex((stop) => stop <= Number(steps.value)));
  slider.setAttribute("aria-valuetext", `${steps.value} steps`);
}

function listenToOptions() {
  seed.addEventListener("input", glitchSoon);
  steps.addEventListener("input", () => {
    follow();
    glitchSoon();
  });
  slider.addEventListener("input", () => {
    steps.value = STEPS[slider.value];
    follow();
    glitchSoon();
  });
  effect.addEventListener("change", glitch);
  get("again").addEventListener("click", () => {
    seed.value = "";
    glitch();
  });
  get("options").addEventListener("submit", (event) => {
    event.preventDefault();
    glitch();
  });
}

function listenToPictures() {
  get("sample").addEventListener("click", () => take(openSample()));
  get("file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    if (file) take(openFile(file));
    // Otherwise the same file could not be chosen again.
    target.value = "";
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    const [file] = clipboardData.files;
    if (file) take(openFile(file));
  });
  const mark = (isDragged) => document.body.classList.toggle("dragged", isDragged);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => mark(relatedTarget !== null));
  document.addEventListener("drop", (event) => {
    mark(false);
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    take(openFile(file));
  });
}

function listenToResult() {
  after.addEventListener("error", () => {
    showError(new UserError("This browser cannot display the result. Download it, or try another seed."));
  });
  compare.addEventListener("input", () => over.style.setProperty("--compared", `${compare.value}%`));
  get("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say("status", "Link copied.");
    } catch {
      say("status", "Copy the link from the address bar.");
    }
  });
}

async function begin() {
  slider.max = STEPS.length - 1;
  seed.value = link.get("seed") ?? "";
  steps.value = link.get("steps") ?? "7";
  if (link.has("effect")) effect.value = link.get("effect");
  follow();
  listenToOptions();
  listenToPictures();
  listenToResult();
  document.querySelector("main").hidden = false;
  if (!link.has("picture")) {
    take(openSample());
    return;
  }
  const file = await storedFile(link.get("picture"));
  if (file) take(openFile(file));
  else say("note", "Choose the picture that this link was made with to see its result again.");
}

begin();
