// YAML's grammar for the editor, without its weak spot: on brackets nested some thousands deep the tree is built by
// recursion, and the stack ends. Such a text then has no colours; it stays a text that can be read and changed.
import { yamlLanguage } from '@codemirror/lang-yaml';
import { LanguageSupport } from '@codemirror/language';
import { Tree } from '@lezer/common';

function guarded(inner, input) {
  const bare = () => new Tree(yamlLanguage.parser.topNode, [], [], input.length);
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
