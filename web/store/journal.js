// What is typed and not yet saved, in localStorage, which is written before the call returns: a crash takes nothing.

const PREFIX = 'podpath.journal.';

export function note({ id, meta, changes }, tab) {
  // The journal of a workspace is written by the tab that may save it.
  if (tab.id === id && !tab.isOurs) return;
  const revision = tab.id === id ? tab.revision : 0;
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify({ revision, meta, changes }));
  } catch { /* full or refused: saving goes on without it */ }
}

export function noted(id) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + id));
  } catch {
    return null;
  }
}

export function notedIds() {
  try {
    return Object.keys(localStorage).filter(it => it.startsWith(PREFIX)).map(it => it.slice(PREFIX.length));
  } catch {
    return [];
  }
}

export function clearNotes(id) {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch { /* refused: there is none */ }
}
