// The policy of our pages forbids style elements, which the editor's styles would become in a document. Sheets that a
// script adopts are allowed, so style-mod is replaced by itself with another way to mount.
import { StyleModule as Plain } from "./node_modules/style-mod/src/style-mod.js";

const sheets = new Map<Plain, CSSStyleSheet>();

function sheetOf(module: Plain): CSSStyleSheet {
  let sheet = sheets.get(module);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(module.getRules());
    sheets.set(module, sheet);
  }
  return sheet;
}

export class StyleModule extends Plain {
  // mount is given all modules of an editor each time, those that overrule others last.
  static override mount(root: Document | ShadowRoot, modules: Plain | readonly Plain[]): void {
    const ours = [modules].flat().map(sheetOf);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((sheet) => !ours.includes(sheet)), ...ours];
  }
}
