// What stands behind a name: said where the pointer rests, with those who name it.
import { hoverTooltip } from '@codemirror/view';
import { sentence } from './marks.js';

export function hover(callbacks, ask) {
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

export function users(found, callbacks) {
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
