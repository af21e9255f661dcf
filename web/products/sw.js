// Keeps the site for use without a network. Before this text stands `FILES`: every file of the site and its hash.
//
// Every file has a name that says what is in it, but the index: it is put last, when all that it names is there. So a
// new version is fetched in the background while the old one works on, and the next navigation opens the new one.
// Files of the version before stay one round longer, for pages that are still open. Nothing else is ever kept.
const STORE = `podpath ${new URL('./', location).pathname}`;
const GENERATIONS = address('generations.json');
const INDEX = address('./');

function address(name) {
  return new URL(name, location).href;
}

addEventListener('install', event => event.waitUntil(install()));
addEventListener('activate', event => event.waitUntil(clean()));
addEventListener('fetch', event => {
  const wanted = name(event.request);
  if (wanted) event.respondWith(answer(wanted, event.request));
});

async function install() {
  const store = await caches.open(STORE);
  const files = Object.fromEntries(Object.entries(FILES).map(([name, hash]) => [address(name), hash]));
  const [old = {}] = await generations(store);
  const isHere = async url => old[url] === files[url] && (await store.match(url)) !== undefined;
  const bring = async url => (await isHere(url)) || fetchInto(store, url, files[url]);
  await Promise.all(Object.keys(files).filter(it => it !== INDEX).map(bring));
  await bring(INDEX);
  await store.put(GENERATIONS, new Response(JSON.stringify([files, old])));
  await skipWaiting();
}

/** The hash refuses what does not belong together: half a deployment, a page of an access wall, a changed file. */
async function fetchInto(store, url, integrity) {
  const response = await fetch(url, { integrity, cache: 'no-cache' });
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  // A navigation refuses an answer that was redirected.
  await store.put(url, response.redirected ? new Response(response.body, { headers: response.headers }) : response);
}

async function clean() {
  const store = await caches.open(STORE);
  const kept = new Set([GENERATIONS, ...(await generations(store)).flatMap(Object.keys)]);
  const old = (await store.keys()).filter(it => !kept.has(it.url));
  await Promise.all(old.map(it => store.delete(it)));
}

/** The files of the newest version and of the one before it, by their address, with their hashes. */
async function generations(store) {
  const found = await store.match(GENERATIONS);
  return found ? found.json() : [];
}

/** The file of the site that a request asks for, without what the page itself reads of its address. */
function name(request) {
  if (request.method !== 'GET') return null;
  const url = new URL(request.url);
  const plain = `${url.origin}${url.pathname}`;
  if (request.mode === 'navigate') return [INDEX, `${INDEX}index.html`].includes(plain) ? INDEX : null;
  return plain.startsWith(INDEX) && !url.search ? plain : null;
}

async function answer(wanted, request) {
  const store = await caches.open(STORE);
  const kept = wanted === GENERATIONS ? null : await store.match(wanted);
  return kept ?? fetch(request);
}
