// What this browser keeps: workspaces, their files and what they held before, in IndexedDB. Reading begins while the page
// still loads. Everything goes in and out as JSON; a refusal of the browser is an answer, never an exception.
//
// Invariants: a workspace is written by the one tab that holds its lock; a save is one transaction, with the step back to
// what was there; what is not saved yet stands in a journal, which is written at once.
import { database, readWorkspace, revisionOf, writeWorkspace, readVersions, readVersion } from './database.js';
import { clearNotes, note, noted, notedIds } from './journal.js';

const LAST_ID = 'podpath.tab';
const OLD = 'podpath.workspace';
const LOCK_WAIT_MS = 1000;
const KEPT_AFTER_REMOVAL_MS = 24 * 60 * 60 * 1000;

// The workspace of this tab, the revision that it was read at, and whether it is ours.
const tab = { id: '', revision: 0, isOurs: true, owned: Promise.resolve(true), release: () => {} };

const orElse = (value, promise) => promise.catch(() => value);
const fresh = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), it => it.toString(36)).join('');

// Makes a workspace the one of this tab: what it holds, the newest text of the journal included.
async function open(id) {
  const stored = await orElse(null, readWorkspace(id));
  const last = noted(id);
  const isNewer = last && last.revision >= (stored?.revision ?? 0);
  if (!stored && !isNewer) return null;
  const files = { ...stored?.files };
  for (const [path, text] of Object.entries((isNewer && last.changes) || {})) {
    if (text === null) delete files[path];
    else files[path] = text;
  }
  enter(id, stored?.revision ?? 0);
  return JSON.stringify({ ...stored, ...(isNewer && last.meta), id, files, unsaved: Boolean(isNewer) });
}

function enter(id, revision) {
  if (tab.id !== id) {
    tab.release();
    Object.assign(tab, { id, isOurs: false, release: () => {} });
    tab.owned = lock(id);
    try { sessionStorage.setItem(LAST_ID, id); } catch { /* refused: the newest workspace is opened next time */ }
  }
  tab.revision = revision;
}

// The tab that is left lets go of its lock a moment after this one asks, so a short wait is not a refusal.
function lock(id) {
  if (!navigator.locks) {
    tab.isOurs = true;
    return Promise.resolve(true);
  }
  return new Promise(done => {
    const held = () => new Promise(release => {
      if (tab.id === id) Object.assign(tab, { isOurs: true, release });
      else release();
      done(true);
    });
    navigator.locks.request(`podpath ${id}`, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, held).catch(() => done(false));
  });
}

// `saved`, `taken` (another tab writes it) or `refused`.
async function save(json) {
  const { id, meta, changes, deed, whole } = JSON.parse(json);
  if (tab.id !== id) enter(id, await orElse(0, revisionOf(id)));
  if (!(await tab.owned)) return 'taken';
  const outcome = await orElse('refused', writeWorkspace({ id, revision: tab.revision, meta, changes, deed, whole }));
  if (typeof outcome === 'string') return outcome;
  if (tab.id === id) tab.revision = outcome;
  clearNotes(id);
  return 'saved';
}

async function list() {
  const all = await (await database()).getAll('workspaces');
  const kept = all.filter(it => !it.removed).sort((a, b) => b.changed - a.changed);
  return kept.map(({ id, name, changed }) => ({ id, name, changed }));
}

async function mark(id, removed) {
  const db = await database();
  const record = await db.get('workspaces', id);
  if (record) await db.put('workspaces', { ...record, removed });
}

// What was removed can be brought back for a day.
async function purge() {
  const db = await database();
  const old = (await db.getAll('workspaces')).filter(it => it.removed && it.removed < Date.now() - KEPT_AFTER_REMOVAL_MS);
  for (const { id } of old) {
    const all = db.transaction(['workspaces', 'files', 'history'], 'readwrite');
    const steps = await all.objectStore('history').index('workspace').getAllKeys(id);
    for (const key of steps) all.objectStore('history').delete(key);
    all.objectStore('files').delete(IDBKeyRange.bound([id], [id, []]));
    all.objectStore('workspaces').delete(id);
    await all.done;
  }
}

// The workspace of version 1 stood in localStorage, and is moved once.
async function moveOld() {
  const text = localStorage.getItem(OLD);
  if (!text) return;
  const { version, name = '', files = {}, open = null, request = null, untouched = false } = JSON.parse(text);
  if (version === 1) await writeWorkspace({ id: fresh(), revision: 0, meta: { name, open, request, untouched }, changes: files, deed: 'added' });
  localStorage.removeItem(OLD);
}

// Of this tab, else the one changed last, else one that was never saved.
async function first() {
  await moveOld().catch(() => {});
  let last = null;
  try { last = sessionStorage.getItem(LAST_ID); } catch { /* refused */ }
  const own = last && await open(last);
  if (own) return own;
  for (const { id } of await orElse([], list())) {
    const found = await open(id);
    if (found) return found;
  }
  const unsaved = notedIds().at(-1);
  return unsaved ? open(unsaved) : null;
}

// A frame in another page neither shows what a person keeps here, nor changes it.
const isFrame = new URLSearchParams(location.hash.slice(1)).has('embed');
const text = promise => promise.then(it => JSON.stringify(it));

const store = {
  fresh,
  open: id => orElse(null, open(id)),
  // False when another tab has it.
  owned: () => tab.owned,
  save: json => (isFrame ? Promise.resolve('saved') : save(json)),
  note: json => { if (!isFrame) note(JSON.parse(json), tab); },
  list: () => text(orElse([], list())),
  remove: id => orElse(undefined, mark(id, Date.now())),
  revive: id => orElse(undefined, mark(id, undefined)),
  versions: id => text(orElse([], readVersions(id))),
  version: (id, key) => text(orElse(null, readVersion(id, key))),
  first: isFrame ? Promise.resolve(null) : orElse(null, first()),
  first_late: () => store.first,
  // What was first, or undefined while that is being read.
  now: () => known,
  // Loaded when the first archive or address comes.
  unpack: async (name, bytes) => JSON.stringify(await (await import('../opening/opening.js')).unpack(name, bytes)),
  pack: async files => (await import('../opening/opening.js')).pack(JSON.parse(files)),
  source: async address => JSON.stringify(await (await import('../opening/opening.js')).source(address)),
};
let known;
const PATIENCE_MS = 250;
const late = new Promise(done => setTimeout(done, PATIENCE_MS));
store.early = Promise.race([late, store.first.then(it => { known = it; })]);
if (!isFrame) store.first.then(() => setTimeout(() => orElse(undefined, purge()), 5000));
globalThis.podpathStore = store;
