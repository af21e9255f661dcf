// The tables: `workspaces` by id, `files` by id and path, and `history`, the steps back, in order.
import { openDB } from 'idb';

const N_VERSIONS = 50;
// Typing within this time is one version.
const RUN_MS = 60_000;

let opening = null;

export function database() {
  opening ??= openDB('podpath', 1, {
    upgrade(db) {
      db.createObjectStore('workspaces', { keyPath: 'id' });
      db.createObjectStore('files');
      db.createObjectStore('history', { autoIncrement: true }).createIndex('workspace', 'workspace');
    },
    blocking: (_now, _next, event) => event.target.close(),
    terminated: () => { opening = null; },
  });
  opening.catch(() => { opening = null; });
  return opening;
}

// The record with its files; null when there is none.
export async function readWorkspace(id) {
  const all = (await database()).transaction(['workspaces', 'files']);
  const range = IDBKeyRange.bound([id], [id, []]);
  const [record, keys, texts] = await Promise.all([
    all.objectStore('workspaces').get(id), all.objectStore('files').getAllKeys(range), all.objectStore('files').getAll(range),
  ]);
  if (!record || record.removed) return null;
  return { ...record, files: Object.fromEntries(keys.map(([, path], at) => [path, texts[at]])) };
}

export async function revisionOf(id) {
  return (await (await database()).get('workspaces', id))?.revision ?? 0;
}

// Gives the new revision; `taken` when somebody else wrote since `revision`.
export async function writeWorkspace({ id, revision, meta, changes, deed, whole = false }) {
  const all = (await database()).transaction(['workspaces', 'files', 'history'], 'readwrite');
  // A transaction that fails says so where it is awaited last.
  all.done.catch(() => {});
  const files = all.objectStore('files');
  const record = await all.objectStore('workspaces').get(id);
  if ((record?.revision ?? 0) !== revision) return 'taken';
  if (whole) {
    const here = await files.getAllKeys(IDBKeyRange.bound([id], [id, []]));
    for (const [, path] of here) changes[path] ??= null;
  }
  const before = {};
  for (const [path, text] of Object.entries(changes)) {
    const old = (await files.get([id, path])) ?? null;
    if (old === text) continue;
    before[path] = old;
    if (text === null) files.delete([id, path]);
    else files.put(text, [id, path]);
  }
  // An example that gives its place to something else is no version of it.
  const isVersion = record && !meta.untouched && (!record.untouched || deed === 'typed' || deed === 'fixed');
  if (isVersion && Object.keys(before).length) await remember(all.objectStore('history'), id, deed, before);
  await all.objectStore('workspaces').put({ ...meta, id, revision: revision + 1, changed: Date.now() });
  await all.done;
  return revision + 1;
}

async function remember(history, workspace, deed, before) {
  const index = history.index('workspace');
  const last = await index.openCursor(workspace, 'prev');
  const goesOn = last && deed === 'typed' && last.value.deed === 'typed' && Date.now() - last.value.at < RUN_MS;
  if (goesOn) {
    await last.update({ ...last.value, before: { ...before, ...last.value.before } });
    return;
  }
  await history.add({ workspace, at: Date.now(), deed, before });
  const keys = await index.getAllKeys(workspace);
  for (const key of keys.slice(0, -N_VERSIONS)) history.delete(key);
}

async function steps(id) {
  const history = (await database()).transaction('history').store.index('workspace');
  const [keys, values] = await Promise.all([history.getAllKeys(id), history.getAll(id)]);
  return keys.map((key, at) => ({ key, ...values[at] })).reverse();
}

// What the workspace held before each change, the newest first.
export async function readVersions(id) {
  return (await steps(id)).map(({ key, at, deed, before }) => ({ key, at, deed, paths: Object.keys(before) }));
}

// The files as they were before the change with that key.
export async function readVersion(id, key) {
  const now = await readWorkspace(id);
  if (!now) return null;
  const files = now.files;
  for (const step of await steps(id)) {
    for (const [path, text] of Object.entries(step.before)) {
      if (text === null) delete files[path];
      else files[path] = text;
    }
    if (step.key === key) return files;
  }
  return null;
}
