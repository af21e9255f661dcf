// Names in the text: where one leads.
import { EditorView, keymap } from '@codemirror/view';

// Ctrl click and Alt . go to what is named; with Shift to those who name it.
export function names(callbacks) {
  const seek = (view, at, isBack) => {
    callbacks.seek(isBack ? 'references' : 'definition', at);
    return true;
  };
  const atCaret = isBack => view => seek(view, view.state.selection.main.head, isBack);
  const click = EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.button) return false;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (at === null) return false;
      event.preventDefault();
      return seek(view, at, event.shiftKey);
    },
  });
  // With Shift the key is another sign on most keyboards, and on a Mac with Alt too.
  const keys = EditorView.domEventHandlers({
    keydown(event, view) {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== 'Period' || event.isComposing) return false;
      event.preventDefault();
      return seek(view, view.state.selection.main.head, event.shiftKey);
    },
  });
  const f12 = keymap.of([{ key: 'Shift-F12', run: atCaret(true) }]);
  return [click, keys, f12];
}
