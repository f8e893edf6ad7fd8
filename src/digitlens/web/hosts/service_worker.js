// @ts-nocheck: its globals are those of a service worker
// The static site without a connection: all its files are kept at the first visit, together, under its version. A new
// version is kept beside the old one, and takes its place when no tab shows the old one any more, so that files of two
// versions never meet. `digitlens export site` fills in the version and the files.

const VERSION = "";
const FILES = [];
const OURS = `digitlens ${self.registration.scope} `; // other sites of this origin have caches of their own

self.addEventListener("install", (event) => {
  const kept = caches.open(OURS + VERSION);
  event.waitUntil(kept.then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith(OURS) && name !== OURS + VERSION);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(self.registration.scope)) return;
  const kept = caches.open(OURS + VERSION).then((cache) => cache.match(event.request, { ignoreSearch: true }));
  event.respondWith(kept.then((answer) => answer ?? fetch(event.request)));
});
