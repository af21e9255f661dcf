// How the text looks. Colours and fonts are the page's custom properties, which reach into the shadow root.
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView, Decoration, MatchDecorator, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--fs-code)', color: 'var(--y-text)', backgroundColor: 'var(--panel)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: 'var(--lh-code)', overscrollBehavior: 'contain' },
  '.cm-content': { padding: '6px 0 16px', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 16px 0 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '1.5px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--selection)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--text-3)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '40px', padding: '0', fontSize: '11px', textAlign: 'right' },
  '.cm-hops': { minWidth: '22px' },
  '.cm-hops .cm-gutterElement': { width: '22px', display: 'flex', alignItems: 'center', justifyContent: 'center', cursor: 'pointer' },
  '.cm-gutterElement.cm-lit': { backgroundColor: 'var(--accent-tint)' },
  '.cm-gutterElement.cm-lit.failed': { backgroundColor: 'var(--err-tint)' },
  '.cm-line.cm-lit': { backgroundColor: 'var(--accent-tint)' },
  '.cm-line.cm-lit.failed': { backgroundColor: 'var(--err-tint)' },
  '.mark': {
    display: 'block', width: '16px', height: '16px', borderRadius: '8px', background: 'var(--accent)', color: 'var(--on-accent)',
    font: '600 10.5px/16px var(--font-ui)', textAlign: 'center', forcedColorAdjust: 'none',
  },
  '.mark.failed': { background: 'var(--err)', color: 'var(--on-err)' },
  '.found': { width: '14px', height: '14px', fill: 'none', stroke: 'var(--err)', strokeWidth: '1.5', strokeLinecap: 'round', strokeLinejoin: 'round' },
  '.found.warn': { stroke: 'var(--warn)' },
  '.found.info': { stroke: 'var(--info)' },
  '.cm-sent': { borderRadius: '2px', boxShadow: '0 0 0 1.5px var(--accent-line)' },
  '.squiggle': { textDecoration: 'underline wavy var(--err) 1.2px', textUnderlineOffset: '3px', textDecorationSkipInk: 'none' },
  '.squiggle.warn': { textDecorationColor: 'var(--warn)' },
  '.squiggle.info': { textDecoration: 'underline dotted var(--info) 1.5px' },
  '.lens': {
    display: 'flex', alignItems: 'center', gap: '8px', padding: '3px 8px', borderLeft: '2px solid var(--err)', background: 'var(--err-tint)',
    color: 'var(--err)', font: 'var(--fs-2)/1.5 var(--font-ui)', borderRadius: '0 4px 4px 0', whiteSpace: 'normal', wordBreak: 'keep-all', overflowWrap: 'anywhere',
    width: 'fit-content', maxWidth: 'min(var(--w-source) - 84px, 100vw - 104px)',
  },
  '.lens.warn': { borderColor: 'var(--warn)', background: 'var(--warn-tint)', color: 'var(--warn)' },
  '.lens.info': { borderColor: 'var(--info)', background: 'var(--info-tint)', color: 'var(--info)' },
  '.lens-row': { padding: '1px 12px 5px 0' },
  'code': { fontFamily: 'var(--font-code)', fontSize: '.925em' },
  '.lens-fix': { font: '600 var(--fs-2)/1.5 var(--font-ui)', color: 'inherit', background: 'none', border: '0', padding: '3px 4px', marginLeft: 'auto', cursor: 'pointer', whiteSpace: 'nowrap' },
  '.lens-fix svg': { width: '13px', height: '13px', marginRight: '4px', verticalAlign: '-2px', fill: 'none', stroke: 'currentColor', strokeWidth: '1.5', strokeLinecap: 'round' },
  '.lens-fix:hover': { textDecoration: 'underline', textUnderlineOffset: '3px' },
  '.lens-fix:focus-visible': { outline: '2px solid var(--accent)' },
  '.cm-tooltip': { border: '1px solid var(--line-2)', borderRadius: '6px', backgroundColor: 'var(--panel)', color: 'var(--text)', boxShadow: 'var(--shadow-2)' },
  '.cm-said': { maxWidth: '360px', padding: '8px 12px', font: 'var(--fs-2)/1.5 var(--font-ui)' },
  '.cm-said > div + div': { marginTop: '8px', paddingTop: '8px', borderTop: '1px solid var(--line)' },
  '.cm-said .help': { display: 'block', color: 'var(--text-2)' },
  '.cm-said .lens-fix': { display: 'block', color: 'var(--accent)', padding: '2px 0', whiteSpace: 'normal', textAlign: 'left' },
  '.cm-foldGutter': { width: '10px' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer', display: 'flex', alignItems: 'center', padding: '0' },
  '.cm-folder': { width: '12px', height: '12px', marginLeft: '-3px', flex: 'none', fill: 'none', stroke: 'currentColor', strokeWidth: '1.5', opacity: '0', transition: 'opacity .12s' },
  '.cm-gutters:hover .cm-folder, .cm-folder.shut': { opacity: '1' },
  '&.cm-focused .cm-matchingBracket, .cm-matchingBracket': { backgroundColor: 'var(--hover)', outline: '1px solid var(--line-2)' },
  '&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket': { backgroundColor: 'transparent' },
  '.cm-foldPlaceholder': { border: '1px solid var(--line-2)', background: 'var(--sunken)', color: 'var(--text-3)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--y-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--y-str)' },
  { tag: [tags.meta, tags.comment, tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--y-punct)' },
  { tag: [tags.labelName, tags.typeName], color: 'var(--y-num)' },
]);

export const look = [theme, syntaxHighlighting(colours)];

// YAML's grammar calls every plain value a literal; numbers and booleans get their colour here, in what is seen only.
const scalar = Decoration.mark({ class: 'cm-number' });
const found = new MatchDecorator({
  regexp: /(^|[:-] +)(-?\d+(?:\.\d+)?|true|false|null)(?=\s*(?:#.*)?$)/g,
  decorate: (add, _from, to, match) => add(to - match[2].length, to, scalar),
});
export const values = [
  ViewPlugin.define(view => ({ decorations: found.createDeco(view), update(update) { this.decorations = found.updateDeco(update, this.decorations); } }), { decorations: it => it.decorations }),
  EditorView.theme({ '.cm-number, .cm-number *': { color: 'var(--y-num)' } }),
];
