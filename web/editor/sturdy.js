// YAML's grammar for the editor, without its weak spot: trees are built and coloured by recursion, so on brackets nested some
// thousands deep the stack ends. A text nested so deep has no colours; it stays a text that can be read and changed.
import { yamlLanguage } from '@codemirror/lang-yaml';
import { LanguageSupport } from '@codemirror/language';
import { Tree } from '@lezer/common';

// No manifest comes near it, and no stack ends before it.
const DEEPEST = 400;
const CHUNK = 1 << 16;

function isDeep(input) {
  let depth = 0;
  for (let from = 0; from < input.length; from += CHUNK) {
    const text = input.read(from, Math.min(from + CHUNK, input.length));
    for (let at = 0; at < text.length; at++) {
      const letter = text.charCodeAt(at);
      if (letter === 0x5b || letter === 0x7b) depth++;
      else if ((letter === 0x5d || letter === 0x7d) && depth > 0) depth--;
      if (depth > DEEPEST) return true;
    }
  }
  return false;
}

function guarded(inner, input) {
  const bare = () => new Tree(yamlLanguage.parser.topNode, [], [], input.length);
  if (isDeep(input)) return { advance: bare, parsedPos: input.length, stoppedAt: null, stopAt() {} };
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
