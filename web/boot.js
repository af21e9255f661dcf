// Starts the page: Trunk names its module and its WebAssembly in the head. No script stands in the page itself,
// so the content security policy can refuse every script that is not a file of ours. The core is started at once, so that
// it is compiled beside the page.
//
// `podpathCore.open()` is the door to the core: a worker of its own, or, for frames embedded in other pages, a port to
// one worker that all frames of this site share. The folder of its files is named by their contents, see `products.mjs`.
const address = (selector, name = 'href') => document.querySelector(selector)?.[name];
const core = address('link[rel="podpath-core"]') ?? new URL('./', document.baseURI).href;
const WORKER = `${core}worker_loader.js`;
const SHARED = `${core}shared_loader.js`;
const OFFLINE = new URL('sw.js', document.baseURI).href;
const isEmbedded = new URLSearchParams(location.hash.slice(1)).has('embed');

// The only policy of this page: it lets our own three scripts become workers, and no text become anything else.
const ours = { createScriptURL: text => {
  if ([WORKER, SHARED, OFFLINE].includes(text)) return text;
  throw new TypeError(`not a script of this page: ${text}`);
} };
const trusted = globalThis.trustedTypes?.createPolicy('podpath', ours) ?? ours;

let answered;
const firstAnswer = new Promise(resolve => { answered = resolve; });
let first = null;
try {
  first = begin((isEmbedded && shared()) || own());
} catch {
  // A browser that makes no worker is asked again when the page opens its core, and the page says so.
}

globalThis.podpathCore = {
  open() {
    const { worker, replay } = first ?? begin(own());
    first = null;
    worker.addEventListener('message', it => { if (it.data !== 'ready') answered(); });
    queueMicrotask(replay);
    return worker;
  },
};

function own() {
  return new Worker(trusted.createScriptURL(WORKER));
}

// What is told before anybody listens is told again: `ready`, or that it cannot be.
function begin(worker) {
  const told = [];
  const hear = it => {
    it.preventDefault();
    told.push(it.type === 'error' ? new Event('error', { cancelable: true }) : new MessageEvent('message', { data: it.data }));
  };
  const names = ['message', 'error'];
  for (const it of names) worker.addEventListener(it, hear);
  const replay = () => {
    for (const it of names) worker.removeEventListener(it, hear);
    for (const it of told) worker.dispatchEvent(it);
  };
  return { worker, replay };
}

// Looks like a worker. One that hangs cannot be ended from here, so whoever opens again gets a worker of its own.
function shared() {
  let worker;
  try {
    worker = new SharedWorker(trusted.createScriptURL(SHARED), 'podpath');
  } catch {
    return null; // No such thing here, or refused.
  }
  const { port } = worker;
  const link = Object.assign(new EventTarget(), {
    postMessage: text => port.postMessage(text),
    terminate: () => { port.postMessage(null); port.close(); },
  });
  const failed = () => link.dispatchEvent(new Event('error', { cancelable: true }));
  port.onmessage = ({ data }) => (data === null ? failed() : link.dispatchEvent(new MessageEvent('message', { data })));
  worker.onerror = failed;
  addEventListener('pagehide', it => { if (!it.persisted) link.terminate(); });
  return link;
}

// After the first answer, so that nothing of it competes with the first picture. Refusals change nothing: a page without
// a network needs one visit with it, and a frame leaves the storage of its site alone.
async function keepForOffline() {
  await firstAnswer;
  await new Promise(idle => (globalThis.requestIdleCallback ?? setTimeout)(idle));
  try {
    await navigator.serviceWorker.register(trusted.createScriptURL(OFFLINE));
  } catch {
    // Storage is refused, or this address is not secure.
  }
}

// The last workspace is read, and the editor's script too, while the WebAssembly is compiled; a browser that is slow at the
// one does not hold up the page, and without the other it has no editor.
const wasm = address('link[rel="preload"][type="application/wasm"]');
try {
  const [bindings, module] = await Promise.all([
    import(address('link[rel="modulepreload"]')),
    WebAssembly.compileStreaming(fetch(wasm)).catch(() => wasm),
    globalThis.podpathStore?.early,
    import(address('script[src*="editor"]', 'src')).catch(() => null),
  ]);
  await bindings.default({ module_or_path: module });
} catch (error) {
  globalThis.podpathUnable?.();
  throw error;
}
if (!isEmbedded && document.querySelector('meta[name="podpath-offline"]')) await keepForOffline();
