// The editor: a thin shim between the page and CodeMirror. It keeps one state, and so one history, for each file.
// Positions are UTF-16 units, as CodeMirror counts; the page turns them into bytes.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { Annotation, Compartment, EditorState, Transaction } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, rectangularSelection } from '@codemirror/view';
import { folding } from './folding.js';
import { look, values } from './look.js';
import { marks, setMarks } from './marks.js';
import { names } from './names.js';
import { phrases } from './phrases.js';
import { sturdyYaml } from './sturdy.js';

const fromPage = Annotation.define();

// The shadow root keeps CodeMirror's styles out of the page's content security policy: they are adopted, not inline.
function create(host, callbacks) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const states = new Map();
  const language = new Compartment();
  const label = new Compartment();
  const more = new Compartment();
  let path = '';
  let words = phrases('en');
  let loaded = [];
  let loading = null;

  const ask = async (method, at) => JSON.parse(await callbacks.ask(method, at));
  const load = () => {
    loading ??= import('./tools.js').then(it => {
      loaded = it.tools(ask, callbacks);
      view.dispatch({ effects: more.reconfigure(loaded) });
      return it.commands;
    });
    return loading;
  };
  const once = name => () => {
    load().then(commands => commands[name](view));
    return true;
  };
  // A letter that is being composed must not be drawn anew: what the page wants waits for its end.
  let waiting = [];
  const calmly = act => {
    if (view.composing || view.compositionStarted) waiting.push(act);
    else act();
  };
  const settle = () => {
    const all = waiting;
    waiting = [];
    all.forEach(calmly);
  };
  // Until the rest is there, its keys wait for it.
  const first = [
    EditorView.domEventHandlers({ focus: () => { load(); }, mouseenter: () => { load(); }, compositionend: () => { setTimeout(settle); } }),
    keymap.of([
      { key: 'Mod-f', run: once('openSearchPanel') }, { key: 'Mod-d', run: once('selectNextOccurrence'), preventDefault: true },
      { key: 'Ctrl-Space', run: once('startCompletion') }, { key: 'Mod-Alt-g', run: once('gotoLine') },
    ]),
  ];

  const heard = EditorView.updateListener.of(update => {
    const isOurs = update.transactions.some(it => it.annotation(fromPage));
    if (update.docChanged && !isOurs) callbacks.change(path, changesOf(update.changes));
    if (update.docChanged || update.selectionSet) callbacks.caret(update.state.selection.main.head, !isOurs);
  });
  const extensions = [
    lineNumbers(), marks(callbacks), folding, history(), drawSelection(), rectangularSelection(),
    EditorState.allowMultipleSelections.of(true), bracketMatching(), indentOnInput(), names(callbacks),
    sturdyYaml(), indentUnit.of('  '), EditorState.tabSize.of(2), look, values, heard,
    language.of(words.extension), label.of([]), more.of([]), first,
    keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
  ];
  const named = text => EditorView.contentAttributes.of({ 'aria-label': text, tabindex: '0' });
  const fresh = text => EditorState.create({ doc: text, extensions });
  const view = new EditorView({ root, parent: root, state: fresh('') });

  return {
    show(newPath, text, newLabel) {
      if (newPath !== path) {
        if (path) states.set(path, view.state);
        // The file that is gone has the same text: it was renamed, and takes its history along.
        const renamed = !path && text && view.state.doc.toString() === text ? view.state : null;
        path = newPath;
        view.setState(states.get(path) ?? renamed ?? fresh(text));
        view.dispatch({ effects: [language.reconfigure(words.extension), label.reconfigure(named(newLabel)), more.reconfigure(loaded)] });
      }
      const old = view.state.doc.toString();
      if (old !== text) view.dispatch({ changes: difference(old, text), annotations: [fromPage.of(true), Transaction.userEvent.of('input.fix')] });
    },
    keep(json) {
      const kept = new Set(JSON.parse(json));
      for (const it of states.keys()) if (!kept.has(it)) states.delete(it);
      if (!kept.has(path)) path = '';
    },
    mark(json) {
      const of = path;
      calmly(() => { if (of === path) view.dispatch({ effects: setMarks.of(JSON.parse(json)) }); });
    },
    // Something to choose from, at a place of the text.
    offer(at, json) {
      load().then(commands => commands.offer(view, { at, ...JSON.parse(json) }));
    },
    go(from, to) {
      const end = view.state.doc.length;
      const selection = { anchor: Math.min(from, end), head: Math.min(from, end) };
      const effects = EditorView.scrollIntoView(Math.min(from, end), { y: 'center' });
      view.dispatch({ selection, effects, annotations: fromPage.of(true) });
      view.dispatch({ effects: setMarks.of({ flash: [Math.min(from, end), Math.min(to, end)] }) });
    },
    speak(locale) {
      words = phrases(locale);
      view.dispatch({ effects: language.reconfigure(words.extension) });
    },
    destroy() {
      view.destroy();
    },
  };
}

function changesOf(changes) {
  const list = [];
  changes.iterChanges((from, to, _a, _b, text) => list.push({ from, to, insert: text.toString() }));
  return JSON.stringify(list);
}

// The smallest change between two texts, so that the caret and the history stay with the rest.
function difference(old, text) {
  const most = Math.min(old.length, text.length);
  let from = 0;
  while (from < most && old.charCodeAt(from) === text.charCodeAt(from)) from++;
  let tail = 0;
  while (tail < most - from && old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
  return { from, to: old.length - tail, insert: text.slice(from, text.length - tail) };
}

globalThis.podpathEditor = { create };
