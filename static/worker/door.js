// Serves the kept page of a door when there is no network. It keeps nothing by itself: the page puts what it needs into
// the cache. Whatever else is asked for goes its usual way.
const CACHE = "openday-door";
const PATIENCE = 4000; // milliseconds for a network that is there and answers nothing

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function late() {
  return new Promise((_, fail) => {
    setTimeout(() => fail(new Error("no answer")), PATIENCE);
  });
}

async function answer(request, kept) {
  try {
    return await Promise.race([fetch(request), late()]);
  } catch {
    return kept;
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && address.pathname.endsWith("/offline");
  if (!page && !address.pathname.includes("/static/")) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(address.pathname))
      .then((kept) => (kept ? answer(request, kept) : fetch(request))),
  );
});
