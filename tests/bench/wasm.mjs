// Times of the core in WebAssembly, as the page's worker runs it: the module of `crates/wasm` for Node, asked by the protocol.
//
//     node tests/bench/wasm.mjs target/xtask/node/podpath_wasm.js
//
// Prints budget and median; nothing fails by time. The workspaces are those of the native bench (`tests/src/workspace.rs`).

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 15;
const HOST = 'team-7.example.kr';

/** A new instance. The module keeps its memory to itself, so it is taken where the instance is made. */
function load(path) {
  const { Instance } = WebAssembly;
  const require = createRequire(import.meta.url);
  delete require.cache[resolve(path)];
  let memory;
  WebAssembly.Instance = class extends Instance {
    constructor(...given) {
      super(...given);
      memory = this.exports.memory;
    }
  };
  const { handle } = require(resolve(path));
  WebAssembly.Instance = Instance;
  return { handle, megabytes: () => memory.buffer.byteLength / 1024 / 1024 };
}

/** The files of a made-up workspace, from the generator of the native bench. */
function workspace(resources, ...form) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const words = ['run', '--quiet', '--package', 'suite', '--example', 'workspace', '--', String(resources), ...form];
  const run = spawnSync('cargo', words, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`no workspace: ${run.error ?? run.stderr}`);
  return JSON.parse(run.stdout);
}

const path = process.argv[2];
if (!path) {
  console.error('usage: node tests/bench/wasm.mjs PATH/TO/podpath_wasm.js');
  process.exit(2);
}
let core = load(path);

function ask(method, params) {
  const answer = JSON.parse(core.handle(JSON.stringify({ id: 1, method, params })));
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

/** The module's own time for a request that is written before, without reading the answer. */
function time(method, params) {
  const request = JSON.stringify({ id: 1, method, params });
  const begin = performance.now();
  core.handle(request);
  return performance.now() - begin;
}

function median(run) {
  const times = Array.from({ length: RUNS }, (_, number) => run(number)).sort((a, b) => a - b);
  return times[RUNS >> 1];
}

function report(what, budget, measured) {
  console.log(`${what.padEnd(58)} budget ${budget.padStart(7)}   measured ${measured}`);
}

const milliseconds = (measured) => `${measured.toFixed(3).padStart(9)} ms`;
const open = (files) => ask('workspace', { open: files, reset: true }).revision;
const to = (host) => ({ scheme: 'https', host, path: '/api/v1' });
const call = to(HOST);

const files = workspace(1000);
const bytes = Buffer.byteLength(Object.values(files).join(''));
console.log(`in WebAssembly, 1,000 resources in ${Object.keys(files).length} files, ${Math.round(bytes / 1024)} KB`);

/** Another workspace between two runs, so that no document is known from before. */
function fullAnalysis(given, call) {
  report('full analysis: open, check, one trace', '16 ms', milliseconds(median(() => {
    open({});
    const opened = time('workspace', { open: given, reset: true });
    const revision = ask('workspace', {}).revision;
    return opened + time('check', { workspace: revision }) + time('trace', { workspace: revision, requests: [call] });
  })));
}

fullAnalysis(files, call);

/** A letter comes and goes at a place of a file of an open workspace. */
function oneKey(opened, file, place, call) {
  open(opened);
  const checked = [];
  const traced = median((number) => {
    const isTyped = number % 2 === 0;
    const edit = { file, start: place, end: isTyped ? place : place + 1, newText: isTyped ? 'x' : '' };
    const begin = performance.now();
    const { revision } = ask('workspace', { edit: [edit] });
    checked.push(performance.now() - begin + time('check', { workspace: revision }));
    return checked.at(-1) + time('trace', { workspace: revision, requests: [call] });
  });
  report('one key: changed diagnostics and routes', '1 ms', milliseconds(traced));
  report('  of it the edit and all diagnostics', '', milliseconds(median((number) => checked[number])));
}

const names = Object.keys(files).sort();
oneKey(files, names[names.length >> 1], 2, call);

const revision = open(files);
const { outcome } = ask('trace', { workspace: revision, requests: [call] }).traces[0];
if (outcome !== 'delivered') throw new Error(`the workspace is not what it was: ${outcome}`);
report('trace of one request, written as JSON', '0.2 ms', milliseconds(median(() => {
  let sum = 0;
  for (let run = 0; run < 100; run += 1) sum += time('trace', { workspace: revision, requests: [call] });
  return sum / 100;
})));

for (const [routes, budget] of [[1000, '100 ms'], [10000, 'n log n']]) {
  const asked = { workspace: open(workspace(routes, 'routes')) };
  report(`dead rules of ${routes} routes, with witnesses, as JSON`, budget, milliseconds(median(() => time('deadRules', asked))));
  report(`requests worth tracing among ${routes} routes`, budget, milliseconds(median(() => time('suggest', asked))));
}

for (const [resources, budget] of [[320, '5 ms'], [1600, '40 ms']]) {
  const workspaceRevision = open(workspace(resources));
  const { nodes } = ask('graph', { workspace: workspaceRevision, texts: false });
  const asked = { workspace: workspaceRevision, trace: call };
  const shown = median(() => time('graph', { ...asked, texts: false }));
  report(`graph of ${nodes.length} cards as the page shows it, as JSON`, budget, milliseconds(shown));
  report('  and with SVG and Mermaid, as it is exported', '', milliseconds(median(() => time('graph', asked))));
}

const edge = workspace(0, 'edge');
console.log(`100 Ingresses in 10 groups and 500 VirtualServices in ${Object.keys(edge).length} files`);
fullAnalysis(edge, to('route-250.example.kr'));
for (const [file, part, host] of [['ingresses/050.yaml', '/assets', 'ingress-50.example.kr'], ['routes/250.yaml', 'prefix: /api', 'route-250.example.kr']]) {
  console.log(`  in ${file}:`);
  oneKey(edge, file, edge[file].indexOf(part) + part.length, to(host));
}

// Memory never shrinks, so this begins anew.
core = load(path);
const many = open(workspace(5000));
ask('check', { workspace: many });
ask('trace', { workspace: many, requests: [call] });
report('memory with 5,000 resources open', '64 MB', `${core.megabytes().toFixed(3).padStart(9)} MB`);
