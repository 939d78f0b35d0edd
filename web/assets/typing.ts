// Chromium gives what is typed over a selection the style of what it replaces, which our policy forbids, and complains
// of. So what is typed over is replaced here, before it is the browser's to do.
import { EditorView } from "@codemirror/view";

export const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || !text || empty || view.composing || view.state.selection.ranges.length > 1) return false;
    const replace = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
    const isTaken = view.state.facet(EditorView.inputHandler).some((take) => take(view, from, to, text, replace));
    if (!isTaken) view.dispatch(replace());
    return true;
  },
});
