// Makes the other products out of the `dist/` that Trunk made: `node products.mjs ROOT`.
//
// - the core's files move into `core-HASH/`, so that every file but a few has a name that says what is in it, and a page
//   never meets a core of another version;
// - `sw.js`: the list of files for use without a network, before the text of `web/products/sw.js`;
// - `podpath.html`: the whole site in one file;
// - `embed/`: the custom element, as an npm package.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const [root] = process.argv.slice(2);
const DIST = join(root, 'dist');
const SOURCES = join(root, 'web/products');
const { build } = createRequire(join(root, 'web/package.json'))('esbuild');

/** What this program writes: never precached, never part of the single file. */
const MADE = ['sw.js', 'podpath.html', 'embed/'];
const CORE = ['worker.js', 'worker_loader.js', 'worker_bg.wasm'];
/** Read by the browser as it starts, and so a part of the single page's own text. */
const isPage = name => name === 'index.html' || name.endsWith('_loader.js');

const folder = moveCore();
nameCore(folder);
hastenFirst();
writeOffline();
await writeSingle(folder);
writeEmbed();

function moveCore() {
  const hash = createHash('sha256');
  for (const name of CORE) hash.update(readFileSync(join(DIST, name)));
  hash.update(source('shared_loader.js'));
  const folder = `core-${hash.digest('hex').slice(0, 16)}/`;
  mkdirSync(join(DIST, folder));
  for (const name of CORE) renameSync(join(DIST, name), join(DIST, folder, name));
  cpSync(join(SOURCES, 'shared_loader.js'), join(DIST, folder, 'shared_loader.js'));
  return folder;
}

function nameCore(folder) {
  const html = text('index.html');
  const marks = `<link rel="podpath-core" href="./${folder}"><meta name="podpath-offline" content="sw.js">`;
  writeFileSync(join(DIST, 'index.html'), html.replace('</head>', () => `${marks}</head>`));
}

/** What the first paint waits for is asked for before all that can wait; it stands at the end of the page, after what it reads. */
function hastenFirst() {
  const html = text('index.html');
  const [{ src, integrity }] = attributes(html, 'script', '/first-');
  const link = `<link rel="preload" as="script" href="${src}" integrity="${integrity}">\n`;
  writeFileSync(join(DIST, 'index.html'), html.replace('<meta name="viewport"', it => link + it));
}

/** The index stands for the folder itself; hosts like to redirect its name. */
function writeOffline() {
  const files = Object.fromEntries(site().map(name => [
    name === 'index.html' ? './' : name,
    `sha256-${createHash('sha256').update(readFileSync(join(DIST, name))).digest('base64')}`,
  ]));
  writeFileSync(join(DIST, 'sw.js'), `const FILES = ${JSON.stringify(files, null, 1)};\n${source('sw.js')}`);
}

async function writeSingle(folder) {
  const html = text('index.html');
  const styles = attributes(html, 'link', 'rel="stylesheet"').map(it => text(it.href));
  const script = await bundle(html, folder);
  const isApart = name => isPage(name) || /\.(?:css|js)$/.test(name) || name.includes('favicon');
  const files = site().filter(name => !isApart(name) || name === `${folder}worker.js`);
  const blocks = files.map(name => block(name, readFileSync(join(DIST, name))));
  const [icon] = attributes(html, 'link', 'rel="icon"').map(it => readFileSync(join(DIST, it.href)));
  const head = [
    `<meta http-equiv="Content-Security-Policy" content="${policy(script, styles)}">`,
    `<link rel="icon" href="data:image/svg+xml;base64,${icon.toString('base64')}">`,
    ...styles.map(it => `<style>${it}</style>`),
  ];
  // A replacement is a function, since texts may hold what `replace` takes for a pattern.
  const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>\n?/, '').replace(/<meta name="podpath-offline"[^>]*>/, '')
    .replace(/<link [^>]*>\n?/g, '').replace(/<script [^>]*><\/script>\n?/g, '');
  const whole = bare.replace(/(?<=<meta charset="utf-8">\n)/, () => `${head.join('\n')}\n`)
    .replace('</body>', () => `${blocks.join('\n')}\n<script type="module">${script}</script>\n</body>`);
  writeFileSync(join(DIST, 'podpath.html'), whole);
}

/** All scripts of the page as one; a dynamic import of one of our own files becomes a part of it. */
async function bundle(html, folder) {
  const scripts = attributes(html, 'script', 'src=').map(it => it.src).filter(it => !/\/boot-/.test(it));
  const [bindings] = attributes(html, 'link', 'rel="modulepreload"').map(it => it.href);
  const [wasm] = attributes(html, 'link', 'type="application/wasm"').map(it => it.href);
  const names = { page: plain(wasm), script: `${folder}worker.js`, core: `${folder}worker_bg.wasm` };
  const contents = [
    ...scripts.map(it => `import ${JSON.stringify(it)};`),
    `import * as bindings from ${JSON.stringify(bindings)};`,
    `import { start } from ${JSON.stringify(join(SOURCES, 'single.js'))};`,
    `await start(bindings, ${JSON.stringify(names)});`,
  ].join('\n');
  const made = await build({ stdin: { contents, resolveDir: DIST }, bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'none', write: false });
  return made.outputFiles[0].text.trim();
}

/** Scripts and styles of the file are named by their hash: nothing else may run in it, and it asks nobody for anything. */
function policy(script, styles) {
  const hash = it => `'sha256-${createHash('sha256').update(it).digest('base64')}'`;
  return [
    "default-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${styles.map(hash).join(' ')}`,
    'worker-src blob:', 'img-src data: blob:', "base-uri 'none'", "form-action 'none'",
    "require-trusted-types-for 'script'", 'trusted-types podpath',
  ].join('; ');
}

function block(name, bytes) {
  return `<script type="application/octet-stream" data-name="${name}">${gzipSync(bytes, { level: 9 }).toString('base64')}</script>`;
}

function writeEmbed() {
  cpSync(join(SOURCES, 'embed'), join(DIST, 'embed'), { recursive: true });
  const file = join(DIST, 'embed/package.json');
  const { version } = /\[workspace\.package\]\s+version = "(?<version>[^"]+)"/.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8')).groups;
  writeFileSync(file, readFileSync(file, 'utf8').replace('"version": "0.0.0"', () => `"version": "${version}"`));
}

/** Every file of the site itself, sorted, by its name below `dist/`. */
function site() {
  const names = readdirSync(DIST, { recursive: true }).map(it => it.split(sep).join('/'));
  return names.filter(it => statSync(join(DIST, it)).isFile() && !MADE.some(made => it.startsWith(made))).sort();
}

/** The attributes of each tag that holds a text. Trunk writes them all in double quotes. */
function attributes(html, tag, holds) {
  const tags = [...html.matchAll(new RegExp(`<${tag} [^>]*>`, 'g'))].map(it => it[0]).filter(it => it.includes(holds));
  return tags.map(it => Object.fromEntries([...it.matchAll(/([\w-]+)="([^"]*)"/g)].map(pair => pair.slice(1))));
}

function text(name) {
  return readFileSync(join(DIST, name), 'utf8');
}

function source(name) {
  return readFileSync(join(SOURCES, name), 'utf8');
}

function plain(address) {
  return relative('.', address);
}
