// The custom element `<podpath-playground>`: Podpath in a frame of its own, see README.md.
//
// The frame is a page of the site that the attribute `src` names. Both sides check who speaks: this side hears its own
// frame at the site's origin, the frame hears the page that made it. After one handshake they talk over a port.

// A bundler that finds `new URL(..., import.meta.url)` takes it for a file to pack.
const HERE = import.meta.url;
const VERSION = 1;
const EVENTS = new Set(['ready', 'verdict', 'change', 'open', 'refused']);
const STYLE = ':host { display: block; height: 480px } :host([hidden]) { display: none } iframe { display: block; width: 100%; height: 100%; border: 0 }';

export class PodpathPlayground extends HTMLElement {
  static observedAttributes = ['files', 'request', 'language', 'theme', 'height', 'read-only', 'src', 'isolated'];

  #frame;
  #port;
  #given;
  #style;
  #scripts = new MutationObserver(() => this.#changed('files'));
  #heard = event => this.#answer(event);
  #verdict = null;

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    this.#style ??= style(root);
    // What was set before this script was there stands in the way of the setter.
    for (const name of ['files', 'request'].filter(it => Object.hasOwn(this, it))) {
      const { [name]: value } = this;
      delete this[name];
      this[name] = value;
    }
    this.#sized();
    addEventListener('message', this.#heard);
    this.#scripts.observe(this, { childList: true, characterData: true, subtree: true });
    this.#open();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#heard);
    this.#scripts.disconnect();
    this.#close();
  }

  attributeChangedCallback(name, old, value) {
    if (old === value || !this.#frame) return;
    if (name === 'src' || name === 'isolated') this.#open();
    else if (name === 'height') this.#sized();
    else this.#changed(name);
  }

  /** Names and texts; wins over the attribute and the children. `null` gives them back their say. */
  set files(files) {
    this.#given = files ?? undefined;
    this.#changed('files');
  }

  get files() {
    return this.#given ?? this.#written();
  }

  set request(request) {
    this.setAttribute('request', request);
  }

  get request() {
    return this.getAttribute('request') ?? '';
  }

  /** How the request ended last; `null` before the first answer. */
  get verdict() {
    return this.#verdict;
  }

  #open() {
    this.#close();
    const frame = document.createElement('iframe');
    frame.title = this.title || 'Podpath';
    frame.allow = 'clipboard-write';
    frame.loading = 'lazy';
    if (this.#isIsolated) frame.setAttribute('sandbox', 'allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads');
    frame.src = this.#address();
    this.#frame = frame;
    this.shadowRoot.append(frame);
  }

  #close() {
    this.#port?.close();
    this.#frame?.remove();
    this.#port = this.#frame = undefined;
  }

  /** Without an origin there is no storage and no worker of the site; the page in one file needs neither. */
  get #isIsolated() {
    return this.hasAttribute('isolated') || origin === 'null';
  }

  get #site() {
    const site = this.getAttribute('src');
    const folder = site === null ? new URL('../', HERE) : new URL(site, document.baseURI);
    return new URL(folder.pathname.endsWith('/') ? '.' : `${folder.pathname.split('/').pop()}/`, folder);
  }

  #address() {
    const address = new URL(this.#isIsolated ? 'podpath.html' : 'index.html', this.#site);
    const said = { embed: VERSION, origin, language: this.#language, theme: this.getAttribute('theme'), 'read-only': this.#isReadOnly || null };
    address.hash = new URLSearchParams(Object.entries(said).filter(it => it[1] !== null && it[1] !== undefined));
    return address.href;
  }

  /** `hello` of our own frame, and nothing else; a frame that was loaded anew says it again. */
  #answer({ source, origin: from, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow) return;
    if (from !== (this.#isIsolated ? 'null' : this.#site.origin) || parsed(data)?.type !== 'hello') return;
    this.#port?.close();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = it => this.#told(parsed(it.data));
    const settings = this.#settings('files', 'request', 'language', 'theme', 'read-only');
    // A frame without an origin can be named by none; the window itself was checked above.
    source.postMessage(JSON.stringify({ type: 'connect', podpath: VERSION, settings }), this.#isIsolated ? '*' : from, [port2]);
  }

  #told(message) {
    if (!EVENTS.has(message?.type)) return;
    const { type, ...detail } = message;
    if (type === 'verdict') this.#verdict = detail;
    this.dispatchEvent(new CustomEvent(`podpath-${type}`, { detail, bubbles: true, composed: true }));
  }

  #changed(name) {
    this.#port?.postMessage(JSON.stringify({ type: 'set', settings: this.#settings(name) }));
  }

  #settings(...names) {
    const all = {
      files: ['files', () => this.#given ?? this.#written()],
      request: ['request', () => this.getAttribute('request')],
      language: ['language', () => this.#language],
      theme: ['theme', () => this.getAttribute('theme') ?? 'system'],
      'read-only': ['readOnly', () => this.#isReadOnly],
    };
    const pairs = names.map(it => all[it]).map(([key, value]) => [key, value()]);
    return Object.fromEntries(pairs.filter(it => it[1] !== null && it[1] !== undefined));
  }

  get #language() {
    const said = (this.getAttribute('language') ?? this.closest('[lang]')?.lang ?? '').slice(0, 2).toLowerCase();
    return ['en', 'ko'].includes(said) ? said : null;
  }

  get #isReadOnly() {
    return this.hasAttribute('read-only') && this.getAttribute('read-only') !== 'false';
  }

  #sized() {
    const height = this.getAttribute('height');
    if (height === null) this.style.removeProperty('height');
    else this.style.setProperty('height', /^\d+$/.test(height) ? `${height}px` : height);
  }

  /** The files of the attribute and of the children. */
  #written() {
    const said = this.getAttribute('files')?.trim() ?? '';
    const children = [...this.querySelectorAll(':scope > script[type="application/yaml"]')];
    if (said.startsWith('{')) return { ...read(children), ...parsed(said) };
    const named = said.split(/\s+/).filter(Boolean).map(it => this.ownerDocument.getElementById(it.replace(/^#/, '')));
    return read([...named.filter(Boolean), ...children]);
  }
}

function read(scripts) {
  const files = {};
  for (const [at, it] of scripts.entries()) {
    if (it.type === 'application/json') Object.assign(files, parsed(it.textContent));
    else files[it.dataset.file ?? (it.id ? `${it.id}.yaml` : `file-${at + 1}.yaml`)] = dedented(it.textContent);
  }
  return files;
}

/** YAML stands indented in HTML: what all its lines have in common is not its own. */
function dedented(text) {
  const lines = text.replaceAll('\r\n', '\n').replace(/^[ \t]*\n/, '').replace(/\n[ \t]*$/, '\n').split('\n');
  const indents = lines.filter(it => it.trim()).map(it => it.length - it.trimStart().length);
  const common = indents.length ? Math.min(...indents) : 0;
  return lines.map(it => it.slice(common)).join('\n');
}

function parsed(text) {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** Adopted, not inline: pages with a strict style policy take it. */
function style(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return sheet;
}

if (!customElements.get('podpath-playground')) customElements.define('podpath-playground', PodpathPlayground);
