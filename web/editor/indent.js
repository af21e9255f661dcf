// Where a new line begins: below a key whose value is still to come, one step in. The grammar knows the rest.
import { indentService, indentUnit } from '@codemirror/language';

const OPEN_KEY = /^([ -]*)[^#{[]*:\s*(?:#.*)?$/;

export const indentation = indentService.of((context, at) => {
  const { text, from } = context.lineAt(at, -1);
  const before = text.slice(0, at - from);
  const found = OPEN_KEY.exec(before);
  if (!found || before.startsWith('---')) return undefined;
  return found[1].length + context.state.facet(indentUnit).length;
});
