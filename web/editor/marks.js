// What the core says, drawn into the text: squiggles, the lens line, and the numbers of the hops.
import { RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, gutter, GutterMarker, hoverTooltip, WidgetType } from '@codemirror/view';

// { diagnostics?: [{ from, to, severity, message, help, fix, index, lens }], word?, hops?: [{ at, number, failed }], flash?: [from, to] }
export const setMarks = StateEffect.define();

class Hop extends GutterMarker {
  constructor(number, failed) {
    super();
    this.number = number;
    this.failed = failed;
    this.elementClass = failed ? 'cm-lit failed' : 'cm-lit';
  }
  eq(other) {
    return this.number === other.number && this.failed === other.failed;
  }
  toDOM() {
    const mark = document.createElement('b');
    mark.className = this.failed ? 'mark failed' : 'mark';
    mark.textContent = String(this.number);
    return mark;
  }
}

const severity = { error: 'err', warning: 'warn', info: 'info' };

// The shape says it too, not the colour alone.
const shapes = {
  error: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM6 6l4 4M10 6l-4 4', warning: 'M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.1',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 7.5V11M8 5v.1',
};

class Finding extends GutterMarker {
  constructor(kind) {
    super();
    this.kind = kind;
  }
  eq(other) {
    return this.kind === other.kind;
  }
  toDOM() {
    const mark = icon(shapes[this.kind]);
    mark.setAttribute('class', `found ${severity[this.kind]}`);
    return mark;
  }
}

class Lens extends WidgetType {
  constructor(diagnostic, word, callbacks) {
    super();
    this.diagnostic = diagnostic;
    this.word = word;
    this.callbacks = callbacks;
  }
  eq(other) {
    return this.word === other.word && JSON.stringify(this.diagnostic) === JSON.stringify(other.diagnostic);
  }
  toDOM() {
    // The space around it is padding: CodeMirror does not measure margins.
    const row = document.createElement('div');
    row.className = 'lens-row';
    const lens = document.createElement('div');
    lens.className = `lens ${severity[this.diagnostic.severity]}`;
    row.append(lens);
    lens.append(sentence(this.diagnostic.help ?? this.diagnostic.message));
    if (this.diagnostic.fix) lens.append(fixButton(this.diagnostic, this.word, this.callbacks));
    return row;
  }
  ignoreEvent() {
    return true;
  }
}

// Backticks become code; nothing else in a text means anything.
export function sentence(text) {
  const span = document.createElement('span');
  text.split('`').forEach((part, at) => {
    const node = at % 2 ? document.createElement('code') : document.createTextNode(part);
    if (at % 2) node.textContent = part;
    span.append(node);
  });
  return span;
}

// In the text there is room for a word; what it does is said where a pointer rests, and read out.
function fixButton(diagnostic, word, callbacks) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'lens-fix';
  button.append(wand(), word ?? sentence(diagnostic.fix));
  if (word) {
    button.title = diagnostic.fix.replaceAll('`', '');
    button.setAttribute('aria-label', `${word}: ${button.title}`);
  }
  button.addEventListener('mousedown', event => event.preventDefault());
  button.addEventListener('click', () => callbacks.fix(diagnostic.index));
  return button;
}

const wand = () => icon('M2.2 13.8 9 7M10.5 5.5l1.3-1.3M11.5 8.5v3M10 10h3M5 2v2.6M3.7 3.3h2.6M13 1.5v2M12 2.5h2');

// The page's sprite does not reach into the shadow root.
function icon(shape) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', shape);
  svg.append(path);
  return svg;
}

function build(state, marks, callbacks) {
  const end = state.doc.length;
  const inside = at => Math.max(0, Math.min(at, end));
  const lineAt = at => state.doc.lineAt(inside(at));
  const decorations = [];
  for (const it of marks.hops) decorations.push(Decoration.line({ class: it.failed ? 'cm-lit failed' : 'cm-lit' }).range(lineAt(it.at).from));
  for (const it of marks.diagnostics) {
    const from = inside(it.from);
    const to = Math.min(Math.max(inside(it.to), from + 1), end);
    if (from < to) decorations.push(Decoration.mark({ class: `squiggle ${severity[it.severity]}` }).range(from, to));
    if (it.lens) decorations.push(Decoration.widget({ widget: new Lens(it, marks.word, callbacks), block: true, side: 1 }).range(lineAt(from).to));
  }
  return { ...marks, decorations: Decoration.set(decorations, true), numbers: RangeSet.of(beside(marks, lineAt), true) };
}

// Beside a line stands the number of its hop, else the worst of what is found in it.
function beside(marks, lineAt) {
  const numbers = marks.hops.map(it => new Hop(it.number, it.failed).range(lineAt(it.at).from));
  const taken = new Set(numbers.map(it => it.from));
  for (const it of worstFirst(marks.diagnostics)) {
    const { from } = lineAt(it.from);
    if (!taken.has(from)) numbers.push(new Finding(it.severity).range(from));
    taken.add(from);
  }
  return numbers;
}

const worstFirst = diagnostics => Object.keys(shapes).flatMap(kind => diagnostics.filter(it => it.severity === kind));

export function marks(callbacks) {
  const empty = { diagnostics: [], hops: [], decorations: Decoration.none, numbers: RangeSet.empty };
  const field = StateField.define({
    create: () => empty,
    update(value, transaction) {
      let next = value;
      if (transaction.docChanged) {
        const move = at => transaction.changes.mapPos(at, 1);
        next = {
          diagnostics: value.diagnostics.map(it => ({ ...it, from: move(it.from), to: move(it.to) })),
          hops: value.hops.map(it => ({ ...it, at: move(it.at) })),
          decorations: value.decorations.map(transaction.changes),
          numbers: value.numbers.map(transaction.changes),
        };
      }
      for (const effect of transaction.effects) {
        if (effect.is(setMarks) && effect.value.diagnostics) next = build(transaction.state, effect.value, callbacks);
      }
      return next;
    },
    provide: it => EditorView.decorations.from(it, value => value.decorations),
  });

  const numbers = gutter({
    class: 'cm-hops',
    markers: view => view.state.field(field).numbers,
    domEventHandlers: {
      click(view, line) {
        const { hops, diagnostics } = view.state.field(field);
        const isHere = at => at >= line.from && at <= line.to;
        const hop = hops.find(it => isHere(it.at));
        const found = worstFirst(diagnostics).find(it => isHere(it.from));
        if (hop) callbacks.hop(hop.number);
        else if (found) {
          view.dispatch({ selection: { anchor: found.from } });
          view.focus();
        }
        return Boolean(hop ?? found);
      },
    },
  });

  const hover = hoverTooltip((view, at) => {
    const found = view.state.field(field).diagnostics.filter(it => it.from <= at && at <= Math.max(it.to, it.from + 1));
    if (!found.length) return null;
    return { pos: Math.min(...found.map(it => it.from)), above: false, create: () => ({ dom: tooltip(found, callbacks) }) };
  });
  return [field, numbers, hover, flash];
}

function tooltip(found, callbacks) {
  const dom = document.createElement('div');
  dom.className = 'cm-said';
  for (const it of found) {
    const row = document.createElement('div');
    row.className = severity[it.severity];
    row.append(sentence(it.message));
    if (it.help) row.append(Object.assign(sentence(it.help), { className: 'help' }));
    if (it.fix) row.append(fixButton(it, null, callbacks));
    dom.append(row);
  }
  return dom;
}

// The place that the page sent the caret to, until the text or the caret moves on.
const flash = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = transaction.docChanged || transaction.selection ? Decoration.none : value;
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks) || !effect.value.flash) continue;
      const [from, to] = effect.value.flash;
      const line = transaction.state.doc.lineAt(from);
      const end = Math.min(to, line.to);
      next = from < end ? Decoration.set([Decoration.mark({ class: 'cm-sent' }).range(from, end)]) : Decoration.none;
    }
    return next;
  },
  provide: it => EditorView.decorations.from(it),
});
