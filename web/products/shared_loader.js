// The worker that several frames share: one WebAssembly, and for each frame a session with a workspace of its own.
// It speaks as the worker of one page does: `ready`, then a JSON text for each JSON text. `null` ends a session, and
// `null` from here says that the core is gone.
importScripts('./worker.js');
const ready = wasm_bindgen('./worker_bg.wasm');

globalThis.onconnect = ({ ports: [port] }) => {
  let session;
  const end = () => {
    session?.free();
    session = null;
    port.close();
  };
  const answer = ({ data }) => {
    if (data === null) return end();
    if (!session || typeof data !== 'string') return;
    try {
      port.postMessage(session.handle(data));
    } catch {
      port.postMessage(null);
    }
  };
  const begin = () => {
    session = new wasm_bindgen.Session();
    port.onmessage = answer;
    port.addEventListener('close', end);
    port.postMessage('ready');
  };
  ready.then(begin).catch(() => port.postMessage(null));
};
