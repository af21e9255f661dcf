// Lists at a place of the text: places that a name means, and the fixes of a line to choose from.
import { StateEffect, StateField } from '@codemirror/state';
import { closeHoverTooltips, EditorView, showTooltip } from '@codemirror/view';
import { sentence } from './marks.js';
import { users } from './said.js';

const shown = StateEffect.define();

// { at, users, usersTitle } or { at, fixes, title }: until the text or the caret moves on.
export function offer(view, found) {
  const at = Math.min(found.at, view.state.doc.length);
  view.dispatch({ effects: [shown.of({ ...found, at }), closeHoverTooltips, EditorView.scrollIntoView(at)] });
}

export function menu(callbacks) {
  const list = found => view => found.fixes ? fixes(view, found, callbacks) : places(view, found, callbacks);
  const field = StateField.define({
    create: () => null,
    update(value, transaction) {
      const found = transaction.effects.find(it => it.is(shown))?.value;
      if (found) return found.users || found.fixes ? { pos: found.at, above: false, create: list(found) } : null;
      return transaction.docChanged || transaction.selection ? null : value;
    },
    provide: it => showTooltip.from(it),
  });
  return [field, theme];
}

const leave = view => {
  view.dispatch({ effects: shown.of({}) });
  view.focus();
};

function places(view, found, callbacks) {
  const dom = document.createElement('div');
  dom.className = 'cm-said cm-places';
  dom.append(users(found, callbacks));
  dom.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    leave(view);
  });
  return { dom, mount: () => dom.querySelector('button')?.focus() };
}

// A listbox: it has the focus, and names the fix that Enter would take.
function fixes(view, found, callbacks) {
  const dom = document.createElement('ul');
  Object.assign(dom, { className: 'cm-fixes', tabIndex: 0 });
  dom.setAttribute('role', 'listbox');
  dom.setAttribute('aria-label', found.title);
  const options = found.fixes.map((title, at) => option(title, at));
  dom.append(...options);
  let now = 0;
  const pick = at => {
    now = (at + options.length) % options.length;
    options.forEach((it, index) => it.setAttribute('aria-selected', String(index === now)));
    dom.setAttribute('aria-activedescendant', options[now].id);
    options[now].scrollIntoView({ block: 'nearest' });
  };
  const take = at => {
    leave(view);
    callbacks.choose(at);
  };
  const keys = {
    ArrowDown: () => pick(now + 1), ArrowUp: () => pick(now - 1), Home: () => pick(0), End: () => pick(-1),
    Enter: () => take(now), ' ': () => take(now), Escape: () => leave(view), Tab: () => leave(view),
  };
  dom.addEventListener('keydown', event => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(event.key);
    const act = number >= 1 && number <= options.length ? () => take(number - 1) : keys[event.key];
    if (act) event.preventDefault();
    // A letter is not for the page while the list has the focus.
    if (act || event.key.length === 1) event.stopPropagation();
    act?.();
  });
  dom.addEventListener('mousedown', event => event.preventDefault());
  options.forEach((it, at) => {
    it.addEventListener('mousemove', () => { if (at !== now) pick(at); });
    it.addEventListener('click', () => take(at));
  });
  dom.addEventListener('focusout', () => {
    // CodeMirror may be drawing just now.
    queueMicrotask(() => { if (dom.isConnected) view.dispatch({ effects: shown.of({}) }); });
  });
  const mount = () => {
    pick(0);
    dom.focus();
    // The pane of a phone is not in view yet.
    if (!dom.matches(':focus')) requestAnimationFrame(() => dom.focus());
  };
  return { dom, mount };
}

function option(title, at) {
  const item = Object.assign(document.createElement('li'), { id: `fix-${at}` });
  item.setAttribute('role', 'option');
  const key = Object.assign(document.createElement('kbd'), { textContent: at < 9 ? String(at + 1) : '' });
  key.setAttribute('aria-hidden', 'true');
  item.append(key, sentence(title));
  return item;
}

const theme = EditorView.theme({
  '.cm-fixes': { listStyle: 'none', margin: '0', padding: '4px', maxWidth: '360px', maxHeight: '240px', overflow: 'auto', font: 'var(--fs-2)/1.5 var(--font-ui)' },
  '.cm-fixes:focus-visible': { outline: '2px solid var(--accent)' },
  '.cm-fixes li': { display: 'flex', gap: '8px', alignItems: 'baseline', padding: '4px 8px', borderRadius: '4px', cursor: 'pointer', overflowWrap: 'anywhere' },
  '.cm-fixes li[aria-selected=true]': { background: 'var(--accent-tint)' },
  '.cm-fixes kbd': { minWidth: '1ch', font: 'var(--fs-1)/1.5 var(--font-code)', color: 'var(--text-3)' },
  '@media (pointer: coarse)': { '.cm-fixes li': { minHeight: '44px', alignItems: 'center' } },
  '@media (forced-colors: active)': { '.cm-fixes li[aria-selected=true]': { outline: '2px solid Highlight' } },
});
