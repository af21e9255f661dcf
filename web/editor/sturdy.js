// YAML's grammar for the editor, without its weak spot: trees are built and coloured by recursion, so on brackets nested some
// thousands deep the stack ends. A text nested so deep has no colours; it stays a text that can be read and changed.
import { yamlLanguage } from '@codemirror/lang-yaml';
import { LanguageSupport } from '@codemirror/language';
import { Tree } from '@lezer/common';

// No manifest comes near it, and no stack ends before it.
const DEEPEST = 400;

// How brackets go up and down in a part of the text, kept with the part: an edit makes few parts anew, so a key in a long
// file does not cost a look at all of it. `rise` is the way up from the lowest place before: how deep one gets.
const kept = new WeakMap();
const FLAT = { net: 0, min: 0, max: 0, rise: 0 };

function slope(part) {
  let found = kept.get(part);
  if (!found) kept.set(part, found = part.children ? part.children.map(slope).reduce(joined, FLAT) : measured(part));
  return found;
}

const joined = (a, b) => ({
  net: a.net + b.net, min: Math.min(a.min, a.net + b.min), max: Math.max(a.max, a.net + b.max),
  rise: Math.max(a.rise, b.rise, a.net + b.max - a.min),
});

function measured(leaf) {
  const text = leaf.toString();
  let { net, min, max, rise } = FLAT;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter === 0x5b || letter === 0x7b) net++;
    else if (letter === 0x5d || letter === 0x7d) net--;
    else continue;
    min = Math.min(min, net);
    max = Math.max(max, net);
    rise = Math.max(rise, net - min);
  }
  return { net, min, max, rise };
}

function guarded(inner, input) {
  const bare = () => new Tree(yamlLanguage.parser.topNode, [], [], input.length);
  if (slope(input.doc).rise > DEEPEST) return { advance: bare, parsedPos: input.length, stoppedAt: null, stopAt() {} };
  return {
    advance() {
      try {
        return inner.advance();
      } catch (error) {
        if (error instanceof RangeError) return bare();
        throw error;
      }
    },
    get parsedPos() { return inner.parsedPos; },
    get stoppedAt() { return inner.stoppedAt; },
    stopAt(position) { inner.stopAt(position); },
  };
}

export const sturdyYaml = () => new LanguageSupport(yamlLanguage.configure({ wrap: guarded }));
