// While a time or an audience is typed, the server says beside the field how it understands it.
// Without this script the same lines appear when the form is sent.

const PAUSE = 400; // milliseconds without a key, so that a half-written word is not read

const regions = Array.from(document.querySelectorAll("[data-reading-url]"));
const form = regions.length ? regions[0].closest("form") : null;
let timer;
let latest = 0;
let asking = null;

function show(fragment) {
  const read = new DOMParser().parseFromString(fragment, "text/html");
  for (const region of regions) {
    const lines = read.querySelector(`[data-reading="${region.dataset.reading}"]`);
    const now = lines ? lines.innerHTML : "";
    // The same words again would be spoken again.
    if (region.innerHTML.trim() !== now.trim()) region.innerHTML = now;
  }
}

async function read() {
  const number = ++latest;
  if (asking) asking.abort();
  asking = new AbortController();
  const sent = new FormData();
  for (const name of ["csrf_token", "call", ...regions.map((region) => region.dataset.reading)]) {
    const control = form.elements.namedItem(name);
    if (control) sent.append(name, control.value);
  }
  let fragment = "";
  try {
    const answer = await fetch(regions[0].dataset.readingUrl, {
      method: "POST",
      body: sent,
      credentials: "same-origin",
      redirect: "error",
      signal: asking.signal,
    });
    if (answer.ok) fragment = await answer.text();
  } catch {
    // No network, logged out meanwhile, or overtaken by the next key: an old reading must not stand beside a new text.
  }
  if (number === latest) show(fragment);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(read, PAUSE);
}

if (form && window.fetch && window.AbortController) {
  for (const region of regions) {
    const control = form.elements.namedItem(region.dataset.reading);
    if (control) control.addEventListener("input", later);
  }
  const call = form.elements.namedItem("call");
  if (call) call.addEventListener("change", later);
}
