// What the first picture does not need, loaded when the editor is used: search, completion, closing brackets.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import { gotoLine, highlightSelectionMatches, openSearchPanel, search, searchKeymap, selectNextOccurrence } from '@codemirror/search';
import { keymap } from '@codemirror/view';

export const commands = { openSearchPanel, selectNextOccurrence, startCompletion, gotoLine };

export function tools(ask) {
  return [
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
    const isValue = /[:-] $/.test(line.text.slice(0, context.pos - line.from));
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
