// What the first picture does not need, loaded when the editor is used: search, completion, brackets, indentation, lists, hovers.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { gotoLine, highlightSelectionMatches, openSearchPanel, search, searchKeymap, selectNextOccurrence } from '@codemirror/search';
import { EditorView, keymap } from '@codemirror/view';
import { indentation } from './indent.js';
import { menu, offer } from './menu.js';
import { hover } from './said.js';

export const commands = { openSearchPanel, selectNextOccurrence, startCompletion, gotoLine, offer };

export function tools(ask, callbacks) {
  return [
    hover(callbacks, ask), menu(callbacks), indentation, theme,
    search({ top: true }), highlightSelectionMatches(), closeBrackets(),
    autocompletion({ override: [completion(ask)], icons: false }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap]),
  ];
}

const WORD = /[\w./*-]*$/;

// The core knows what may stand at a place; what is typed further only narrows it.
function completion(ask) {
  return async context => {
    const line = context.state.doc.lineAt(context.pos);
    const typed = WORD.exec(line.text.slice(0, context.pos - line.from))[0];
    const isValue = /(?:[:-] |\[)$/.test(line.text.slice(0, context.pos - line.from));
    if (!context.explicit && !typed && !isValue) return null;
    const found = await ask('complete', context.pos);
    if (!found?.items.length || context.aborted) return null;
    const options = found.items.map(it => ({
      label: it.label, detail: it.detail, type: it.kind, apply: it.insert,
      boost: it.kind === 'field' ? 0 : 1,
    }));
    return { from: found.from, to: context.pos, options, validFor: /^[\w./*-]*$/ };
  };
}

const theme = EditorView.theme({
  '.cm-said .cm-named': { display: 'block', fontWeight: '600', overflowWrap: 'anywhere' },
  '.cm-said ul': { margin: '4px 0 0', padding: '0', listStyle: 'none', maxHeight: '120px', overflow: 'auto' },
  '.cm-user': { font: 'var(--fs-1)/1.6 var(--font-code)', color: 'var(--accent)', background: 'none', border: '0', padding: '0', cursor: 'pointer', textAlign: 'left' },
  '.cm-user:hover': { textDecoration: 'underline', textUnderlineOffset: '3px' },
  '.cm-user:focus-visible': { outline: '2px solid var(--accent)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { font: '12px/1.5 var(--font-code)', maxHeight: '240px', minWidth: '220px', padding: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { display: 'flex', gap: '12px', alignItems: 'baseline', padding: '2px 8px', borderRadius: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent-tint)', color: 'var(--text)' },
  '.cm-completionLabel': { flex: '1' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-completionDetail': { font: 'var(--fs-1)/1.5 var(--font-ui)', color: 'var(--text-3)', margin: '0' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)', borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '6px 28px 6px 12px', font: 'var(--fs-2)/1.5 var(--font-ui)' },
  '.cm-panel.cm-search label': { fontSize: 'var(--fs-2)' },
  '.cm-textfield': { border: '1px solid var(--control)', borderRadius: '4px', backgroundColor: 'var(--panel)', color: 'var(--text)', fontSize: 'var(--fs-2)' },
  '.cm-button': { border: '1px solid var(--line-2)', borderRadius: '4px', background: 'var(--panel)', color: 'var(--text)', fontSize: 'var(--fs-2)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-tint)', outline: '1px solid var(--warn-line)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--hover)' },
});
