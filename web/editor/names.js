// Names in the text: where one leads, and what stands behind it.
import { StateEffect, StateField } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, showTooltip } from '@codemirror/view';
import { sentence } from './marks.js';

// Ctrl click and Alt . go to what is named; with Shift to those who name it.
export function names(callbacks, ask) {
  const seek = (view, at, isBack) => {
    callbacks.seek(isBack ? 'references' : 'definition', at);
    return true;
  };
  const atCaret = isBack => view => seek(view, view.state.selection.main.head, isBack);
  const click = EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.button) return false;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (at === null) return false;
      event.preventDefault();
      return seek(view, at, event.shiftKey);
    },
  });
  // With Shift the key is another sign on most keyboards, and on a Mac with Alt too.
  const keys = EditorView.domEventHandlers({
    keydown(event, view) {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== 'Period' || event.isComposing) return false;
      event.preventDefault();
      return seek(view, view.state.selection.main.head, event.shiftKey);
    },
  });
  const f12 = keymap.of([{ key: 'Shift-F12', run: atCaret(true) }]);
  return [click, keys, f12, hover(callbacks, ask), offered(callbacks)];
}

export const offerPlaces = StateEffect.define();

// A list of places, until the text or the caret moves on.
function offered(callbacks) {
  const field = StateField.define({
    create: () => null,
    update(value, transaction) {
      const found = transaction.effects.find(it => it.is(offerPlaces));
      if (found) return found.value.users ? { pos: found.value.at, above: false, create: view => places(view, found.value, callbacks) } : null;
      return transaction.docChanged || transaction.selection ? null : value;
    },
    provide: it => showTooltip.from(it),
  });
  return field;
}

function places(view, found, callbacks) {
  const dom = document.createElement('div');
  dom.className = 'cm-said cm-places';
  dom.append(users(found, callbacks));
  dom.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    view.dispatch({ effects: offerPlaces.of({}) });
    view.focus();
  });
  return { dom, mount: () => dom.querySelector('button')?.focus() };
}

function hover(callbacks, ask) {
  return hoverTooltip(async (view, at) => {
    const found = await ask('hover', at);
    if (!found?.title) return null;
    return { pos: found.from, end: found.to, above: true, create: () => ({ dom: tooltip(found, callbacks) }) };
  }, { hoverTime: 400 });
}

function tooltip(found, callbacks) {
  const dom = document.createElement('div');
  dom.className = 'cm-said';
  const row = document.createElement('div');
  row.append(Object.assign(sentence(found.title), { className: 'cm-named' }));
  if (found.text) row.append(Object.assign(sentence(found.text), { className: 'help' }));
  dom.append(row);
  if (found.users.length) dom.append(users(found, callbacks));
  return dom;
}

function users(found, callbacks) {
  const row = document.createElement('div');
  const list = document.createElement('ul');
  row.append(Object.assign(document.createElement('span'), { textContent: found.usersTitle }), list);
  found.users.forEach(it => {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'cm-user', textContent: it.label });
    button.addEventListener('mousedown', event => event.preventDefault());
    button.addEventListener('click', () => callbacks.visit(it.range));
    const item = document.createElement('li');
    item.append(button);
    list.append(item);
  });
  return row;
}
