// Where the SQL is wrong: its line, the word in it, and under that a caret and what there is to say. It goes with the
// next change.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

export interface Wrong {
  from: number;
  to: number;
  words: string;
}

export const setWrong = StateEffect.define<Wrong | null>();

class Words extends WidgetType {
  constructor(readonly before: string, readonly words: string) {
    super();
  }
  override eq(other: Words) {
    return other.before === this.before && other.words === this.words;
  }
  override toDOM() {
    const all = document.createElement("div");
    all.className = "cm-wrong-words";
    const words = document.createElement("p");
    words.textContent = this.words;
    all.append(this.before + "^", words);
    return all;
  }
}

export const wrong = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    if (change.docChanged) marks = Decoration.none;
    for (const effect of change.effects) {
      if (!effect.is(setWrong)) continue;
      if (!effect.value) return Decoration.none;
      const { from, to, words } = effect.value;
      const line = change.state.doc.lineAt(from);
      const before = line.text.slice(0, from - line.from).replace(/[^\t]/gu, " ");
      const set = [
        Decoration.line({ class: "cm-wrong-line" }).range(line.from),
        Decoration.widget({ widget: new Words(before, words), block: true, side: 1 }).range(line.to),
      ];
      if (to > from) set.push(Decoration.mark({ class: "cm-wrong" }).range(from, Math.min(to, line.to)));
      marks = Decoration.set(set, true);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});
