// The SQL editor, in the place of a text field that stays what the form sends: every change is written back to it.
// edit.js loads this, and without it works on the field itself. Both offer the same (see field.js).
import { acceptCompletion, autocompletion, startCompletion, type CompletionSource } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { PostgreSQL, schemaCompletionSource } from "@codemirror/lang-sql";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";

import { keywords } from "./keywords.ts";
import { look } from "./look.ts";
import { columnsInUse, namespace, parameters, type Table } from "./schema.ts";
import { typeOver } from "./typing.ts";
import { setWrong, wrong } from "./wrong.ts";

// Keys are what the page does when they are pressed.
interface Keys {
  run(): void;
  format(): void;
}

export function mount(field: HTMLTextAreaElement, keys: Keys) {
  let tables: readonly Table[] = [];
  const schema = new Compartment();
  const offers = (autocomplete: CompletionSource) => PostgreSQL.language.data.of({ autocomplete });
  const names = () => offers(schemaCompletionSource({ dialect: PostgreSQL, schema: namespace(tables) }));
  const press = (act: () => void) => () => (act(), true);

  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        Prec.highest(keymap.of([
          { key: "Mod-Enter", run: press(keys.run) },
          { key: "Shift-Alt-f", run: press(keys.format) },
          { key: "Tab", run: acceptCompletion },
        ])),
        basicSetup,
        keymap.of([indentWithTab]), // Escape, then Tab leaves: the editor itself sees to that
        PostgreSQL,
        schema.of(names()),
        offers(columnsInUse(() => tables)),
        offers(parameters),
        offers(keywords),
        autocompletion({ icons: false }),
        wrong,
        look,
        typeOver,
        EditorView.contentAttributes.of({ "aria-label": "SQL", "aria-describedby": "sql-keys", tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          field.value = update.state.doc.toString();
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    }),
  });
  field.hidden = true;
  field.before(view.dom);
  for (const label of field.labels) label.addEventListener("click", () => view.focus());

  // offset is where a character is, counted from 1 as Postgres counts.
  const offset = (position: number) => [...view.state.doc.toString()].slice(0, position - 1).join("").length;

  return {
    get value() {
      return view.state.doc.toString();
    },
    set value(text: string) {
      if (text === this.value) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, scrollIntoView: true });
    },
    get selection() {
      const { from, to } = view.state.selection.main;
      return { text: view.state.sliceDoc(from, to), at: [...view.state.sliceDoc(0, from)].length };
    },
    insert(text: string) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
      view.focus();
    },
    mark(position: number, words: string) {
      const from = Math.min(offset(position), view.state.doc.length);
      const word = /^[\p{L}\d_]*/u.exec(view.state.sliceDoc(from))?.[0] ?? "";
      const to = Math.min(from + Math.max(word.length, 1), view.state.doc.length);
      view.dispatch({ effects: [setWrong.of({ from, to, words }), EditorView.scrollIntoView(from, { y: "center", xMargin: 80 })], selection: { anchor: from } });
      view.focus();
    },
    unmark() {
      view.dispatch({ effects: setWrong.of(null) });
    },
    focus() {
      view.focus();
    },
    offer(found: readonly Table[]) {
      tables = found;
      view.dispatch({ effects: schema.reconfigure(names()) });
    },
    complete() {
      startCompletion(view);
    },
  };
}
