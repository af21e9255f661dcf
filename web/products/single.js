// Starts the page out of one file: all that the site would fetch stands in blocks of this document, compressed.
const POLICY = {
  createScriptURL: text => {
    if (text.startsWith('blob:')) return text;
    throw new TypeError(`not a script of this page: ${text}`);
  },
};

/** Takes over what `boot.js` does for the site: the door to the core, and the start of the page, or a word that it cannot. */
export async function start(bindings, names) {
  try {
    await run(bindings, names);
  } catch (error) {
    globalThis.podpathUnable?.();
    throw error;
  }
}

async function run(bindings, names) {
  const trusted = globalThis.trustedTypes?.createPolicy('podpath', POLICY) ?? POLICY;
  const found = globalThis.fetch;
  globalThis.fetch = (wanted, options) => file(wanted) ?? found(wanted, options);
  const core = WebAssembly.compileStreaming(response(names.core));
  const script = `onmessage = ({ data }) => { onmessage = null; wasm_bindgen({ module_or_path: data }); };\n${await (await response(names.script)).text()}`;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  globalThis.podpathCore = {
    open() {
      const worker = new Worker(trusted.createScriptURL(address));
      core.then(it => worker.postMessage(it), () => worker.dispatchEvent(new Event('error', { cancelable: true })));
      return worker;
    },
  };
  await globalThis.podpathStore?.early;
  await bindings.default({ module_or_path: response(names.page) });
}

/** The answer to a request for a file of ours; none for any other. */
function file(wanted) {
  const address = new URL(wanted.url ?? wanted, document.baseURI).href;
  const folder = new URL('./', document.baseURI).href;
  const name = address.startsWith(folder) ? address.slice(folder.length).split(/[?#]/)[0] : '';
  return block(name) ? response(name) : null;
}

function block(name) {
  return document.querySelector(`script[data-name="${CSS.escape(name)}"]`);
}

const KINDS = { wasm: 'application/wasm', json: 'application/json', js: 'text/javascript', svg: 'image/svg+xml' };

async function response(name) {
  const bytes = Uint8Array.from(atob(block(name).textContent), it => it.charCodeAt(0));
  const body = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(body, { headers: { 'content-type': KINDS[name.split('.').pop()] ?? 'text/plain' } });
}
