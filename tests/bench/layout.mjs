// Crossings of our diagrams and of graphviz dot on the same graphs: lanes are ranks, wires are edges. And how long it takes.
//
//     node tests/bench/layout.mjs target/xtask/node/podpath_wasm.js      or the program `podpath`
//
// Where `layout.js` lies beside the module (`crates/diagram/examples/layout.rs`), the layout alone is timed too: order,
// places and wires of a picture that nobody saw before, without the graph, JSON and SVG around them.
//
// A wire is looked at where it meets the middle of each lane, in both pictures, and two wires cross in a gap when their
// order on its right is not that on its left. Nothing fails: the table tells where order.rs is worse than dot.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const LANES = ['client', 'load-balancer', 'gateway', 'route', 'service', 'pod'];
const STEPS = 24;
const RUNS = 15;

const path = process.argv[2];
if (!path) {
  console.error('usage: node tests/bench/layout.mjs PATH/TO/podpath_wasm.js');
  process.exit(2);
}
const require = createRequire(import.meta.url);
const alone = resolve(dirname(path), 'layout.js');
const Picture = path.endsWith('.js') && existsSync(alone) ? require(alone).Picture : null;
const handle = path.endsWith('.js') ? require(resolve(path)).handle : (request) => spawnSync(path, ['rpc'], { input: `${request}\n`, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
const { Graphviz } = await import(pathToFileURL(join(ROOT, 'web/node_modules/@hpcc-js/wasm-graphviz/dist/index.js')));
const graphviz = await Graphviz.load();

function ask(method, params) {
  const answer = JSON.parse(handle(JSON.stringify({ id: 1, method, params })));
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}

/** The files of an example. */
function example(name) {
  const folder = join(ROOT, 'static/examples', name);
  const below = (path) => (statSync(path).isDirectory() ? readdirSync(path).flatMap((it) => below(join(path, it))) : [path]);
  return Object.fromEntries(below(folder).map((it) => [relative(folder, it), readFileSync(it, 'utf8')]));
}

/** The files of a made-up workspace, from the generator of the native bench. */
function workspace(resources) {
  const words = ['run', '--quiet', '--package', 'suite', '--example', 'workspace', '--', String(resources)];
  const run = spawnSync('cargo', words, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`no workspace: ${run.error ?? run.stderr}`);
  return JSON.parse(run.stdout);
}

/** Routes that share Services, as a platform of many teams has them: the same for the same seed. */
function mesh(seed, routes, services, backends) {
  let state = seed;
  const next = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const gateways = ['a', 'b', 'c'].map((it) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw-${it}}
spec: {gatewayClassName: x, listeners: [{name: http, port: 80, protocol: HTTP}]}`);
  const route = (it) => {
    const refs = Array.from({ length: 1 + next(backends) }, () => `{name: s${next(services)}, port: 80}`);
    return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r${it}}
spec: {parentRefs: [{name: gw-${'abc'[next(3)]}}], rules: [{backendRefs: [${[...new Set(refs)].join(', ')}]}]}`;
  };
  const service = (it) => `apiVersion: v1
kind: Service
metadata: {name: s${it}}
spec: {selector: {app: p${next(services)}}, ports: [{port: 80}]}`;
  const pod = (it) => `apiVersion: v1
kind: Pod
metadata: {name: p${it}, labels: {app: p${it}}}
spec: {containers: [{name: c, image: x}]}`;
  const many = (n, make) => Array.from({ length: n }, (_, it) => make(it));
  const documents = [...gateways, ...many(routes, route), ...many(services, service), ...many(services, pod)];
  return { 'mesh.yaml': documents.join('\n---\n') };
}

const lane = (node) => LANES.indexOf(node.lane === 'workload' ? 'pod' : node.lane);

/** The wires from left to right, with the lanes at their ends. */
function wires({ nodes, edges }) {
  const byId = new Map(nodes.map((it) => [it.id, it]));
  const found = edges.map((it) => ({ ...it, left: byId.get(it.from), right: byId.get(it.to) }));
  return found.filter((it) => it.left && it.right && lane(it.left) < lane(it.right));
}

/** Where a line of points is at this place from left to right. */
function heightAt(points, x) {
  for (let at = 1; at < points.length; at += 1) {
    const [[x0, y0], [x1, y1]] = [points[at - 1], points[at]];
    if (x0 <= x && x <= x1) return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return points.at(-1)[1];
}

/** Pairs of wires that change their order in a gap, over all gaps. */
function crossings(lines, middles) {
  let count = 0;
  for (let gap = 1; gap < LANES.length; gap += 1) {
    const here = lines.filter((it) => it.first < gap && gap <= it.last).map((it) => [it.at(gap - 1, middles), it.at(gap, middles)]);
    for (let a = 0; a < here.length; a += 1) {
      for (let b = 0; b < a; b += 1) {
        const [left, right] = [here[a][0] - here[b][0], here[a][1] - here[b][1]];
        if (Math.abs(left) > 1e-6 && Math.abs(right) > 1e-6 && left * right < 0) count += 1;
      }
    }
  }
  return count;
}

/** A wire by its height in each lane: at its ends that of the cards. */
function line(first, last, ends, points) {
  return { first, last, at: (lane, middles) => (lane === first ? ends[0] : lane === last ? ends[1] : heightAt(points, middles[lane])) };
}

function ours(graph) {
  const middles = LANES.map((_, it) => {
    const node = graph.nodes.find((node) => lane(node) === it);
    return node ? node.x + node.width / 2 : 0;
  });
  const middle = (node) => node.y + node.height / 2;
  const lines = wires(graph).map((it) => line(lane(it.left), lane(it.right), [middle(it.left), middle(it.right)], it.points));
  return crossings(lines, middles);
}

function dots(graph) {
  const number = new Map(graph.nodes.map((it, at) => [it.id, `n${at}`]));
  const ranks = LANES.map((_, it) => {
    const here = graph.nodes.filter((node) => lane(node) === it).map((node) => number.get(node.id));
    return `{rank=same; lane${it}; ${here.join('; ')}}`;
  });
  const found = wires(graph);
  const edges = found.map((it) => `${number.get(it.from)} -> ${number.get(it.to)}`);
  const chain = LANES.map((_, it) => `lane${it}`).join(' -> ');
  const text = `digraph {rankdir=LR; node [shape=box, width=1.5, height=0.8]; ${chain} [style=invis]; ${ranks.join(' ')} ${edges.join('; ')}}`;
  const rows = graphviz.layout(text, 'plain', 'dot').split('\n').map((it) => it.split(' '));
  const places = new Map(rows.filter((it) => it[0] === 'node').map((it) => [it[1], [Number(it[2]), Number(it[3])]]));
  const middles = LANES.map((_, it) => places.get(`lane${it}`)[0]);
  const splines = new Map(rows.filter((it) => it[0] === 'edge').map((it) => [`${it[1]} ${it[2]}`, curve(it)]));
  const lines = found.map((it) => {
    const [from, to] = [number.get(it.from), number.get(it.to)];
    return line(lane(it.left), lane(it.right), [places.get(from)[1], places.get(to)[1]], splines.get(`${from} ${to}`));
  });
  return crossings(lines, middles);
}

/** The points of a spline of dot, cubic after cubic. */
function curve(row) {
  const n = Number(row[3]);
  const control = Array.from({ length: n }, (_, it) => [Number(row[4 + 2 * it]), Number(row[5 + 2 * it])]);
  const points = [control[0]];
  for (let at = 0; at + 3 < n; at += 3) {
    for (let step = 1; step <= STEPS; step += 1) {
      const t = step / STEPS;
      const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      points.push([0, 1].map((axis) => weights.reduce((sum, weight, it) => sum + weight * control[at + it][axis], 0)));
    }
  }
  return points;
}

/** The median time of the layout alone. */
function timed(graph) {
  const picture = new Picture(JSON.stringify(graph));
  const times = Array.from({ length: RUNS }, () => {
    const begin = performance.now();
    picture.layout();
    return performance.now() - begin;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1];
}

const graphs = [
  ...['areyouhere', 'areyouhere-broken', 'cafe', 'cafe-broken', 'journal', 'journal-broken'].map((it) => [it, example(it)]),
  ['made-up, 320 resources', workspace(320)],
  ['mesh, 12 routes', mesh(7, 12, 8, 2)],
  ['mesh, 30 routes', mesh(11, 30, 20, 3)],
  ['mesh, 60 routes', mesh(23, 60, 40, 2)],
];
let worse = 0;
for (const [name, files] of graphs) {
  const graph = ask('graph', { files, texts: false });
  const [mine, dot] = [ours(graph), dots(graph)];
  worse += mine > dot ? 1 : 0;
  const size = `${graph.nodes.length} cards, ${graph.edges.length} wires`;
  console.log(`${name.padEnd(26)} ${size.padEnd(24)} crossings ${String(mine).padStart(5)}   dot ${String(dot).padStart(5)}${mine > dot ? '   worse' : ''}`);
}
console.log(`worse than dot on ${worse} of ${graphs.length} graphs`);

if (Picture) {
  console.log('layout alone, in WebAssembly');
  const sizes = [
    ['made-up', workspace(320), '5 ms'],
    ['made-up', workspace(1600), '40 ms'],
    ['mesh', mesh(31, 80, 60, 2), '5 ms'],
    ['mesh', mesh(37, 430, 280, 2), '40 ms'],
  ];
  for (const [name, files, budget] of sizes) {
    const graph = ask('graph', { files, texts: false });
    const size = `${graph.nodes.length} cards, ${graph.edges.length} wires`;
    console.log(`${name.padEnd(26)} ${size.padEnd(30)} budget ${budget.padStart(7)}   measured ${timed(graph).toFixed(3).padStart(9)} ms`);
  }
}
