// How the editor looks: the colours of our pages, light and dark, which it finds as variables.
import { HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const theme = EditorView.theme({
  "&": { border: "1px solid var(--soft)", borderRadius: "var(--round)", backgroundColor: "var(--paper)", color: "var(--ink)", fontSize: ".9rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", maxHeight: "70vh", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "24em" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "light-dark(#5a627012, #a2aab818)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "light-dark(#cfe0ff, #27436e) !important" },
  ".cm-selectionMatch": { backgroundColor: "light-dark(#e6f0d4, #33401f)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "light-dark(#d5ead9, #2c4a35)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "var(--round)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--link)", color: "var(--paper)" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal", marginLeft: "1.5em" },
  ".cm-tooltip.cm-completionInfo": { padding: ".4rem .6rem", maxWidth: "22rem", fontSize: ".9em" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-param": { color: "light-dark(#8a2be2, #c9a2ff)", fontWeight: "600" },
  ".cm-wrong": { textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-wrong-line": { backgroundColor: "var(--bad-paper)" },
  ".cm-wrong-words": { padding: "0 6px .3rem", color: "var(--bad)", backgroundColor: "var(--bad-paper)", whiteSpace: "pre" },
  ".cm-wrong-words p": { position: "sticky", left: "3.5rem", width: "fit-content", maxWidth: "min(60rem, 75vw)", margin: "0", whiteSpace: "pre-wrap", fontFamily: "system-ui, sans-serif" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#0b57c4, #8ab8ff)" },
  { tag: [tags.string, tags.special(tags.string)], color: "light-dark(#136a3b, #7bd6a3)" },
  { tag: [tags.number, tags.bool, tags.null], color: "light-dark(#9a4a00, #f2b134)" },
  { tag: [tags.comment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "light-dark(#3b6b74, #8fd3df)" },
]);

const params = new MatchDecorator({
  regexp: /(?<![:\w]):[A-Za-z]\w*/g,
  decorate: (add, from, to, _match, view) => {
    if (!/String|Comment|Quoted/.test(syntaxTree(view.state).resolveInner(from, 1).name)) add(from, to, Decoration.mark({ class: "cm-param" }));
  },
});

const markParams = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = params.createDeco(view);
    }
    update(update: ViewUpdate) {
      const isParsed = syntaxTree(update.startState) !== syntaxTree(update.state);
      this.marks = isParsed ? params.createDeco(update.view) : params.updateDeco(update, this.marks);
    }
  },
  { decorations: (plugin) => plugin.marks },
);

export const look = [theme, syntaxHighlighting(colours), markParams];
