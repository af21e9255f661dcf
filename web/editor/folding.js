// Folding: blocks by the grammar, whole documents by their separators. The gutter shows itself when it is pointed at.
import { codeFolding, foldGutter, foldService } from '@codemirror/language';

const isSeparator = text => text.startsWith('---');
// A document longer than this is not looked through to its end.
const MOST_LINES = 20_000;

const documents = foldService.of((state, from) => {
  const first = state.doc.lineAt(from);
  if (!isSeparator(first.text)) return null;
  let last = first;
  for (let number = first.number + 1; number <= Math.min(state.doc.lines, first.number + MOST_LINES); number++) {
    const line = state.doc.line(number);
    if (isSeparator(line.text)) break;
    if (line.text.trim()) last = line;
  }
  return last.number > first.number ? { from: first.to, to: last.to } : null;
});

function marker(isOpen) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', isOpen ? 'cm-folder' : 'cm-folder shut');
  path.setAttribute('d', isOpen ? 'm4.5 6.5 3.5 3.5 3.5-3.5' : 'm6.5 4.5 3.5 3.5-3.5 3.5');
  svg.append(path);
  return svg;
}

export const folding = [documents, codeFolding(), foldGutter({ markerDOM: marker })];
