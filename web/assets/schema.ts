// What the follower has, as the editor offers it while one types.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import type { SQLNamespace } from "@codemirror/lang-sql";
import { syntaxTree } from "@codemirror/language";

// Table is one that queries may read. plain is how SQL names it, with its schema where it needs one.
export interface Table {
  plain: string;
  kind: string;
  comment: string;
  columns: Column[];
}

export interface Column {
  plain: string;
  type: string;
  comment: string;
}

// namespace is the schema as the language wants it: schemas, in them tables, in them columns.
export function namespace(tables: readonly Table[]): SQLNamespace {
  const top: Record<string, SQLNamespace> = {};
  for (const table of tables) {
    const parts = nameParts(table.plain);
    const name = parts.pop() ?? table.plain;
    let level = top;
    for (const schema of parts) level = (level[dotless(schema)] ??= {}) as Record<string, SQLNamespace>;
    level[dotless(name)] = {
      self: { label: name, apply: parts.length ? table.plain.slice(table.plain.lastIndexOf(".") + 1) : table.plain, type: "class", detail: table.kind, ...about(table.comment) },
      children: table.columns.map((column) => offered(column)),
    };
  }
  return top;
}

// A dot in a key would begin another level.
function dotless(name: string): string {
  return name.replaceAll(".", "\\.");
}

// nameParts takes quotes and dots off a name.
export function nameParts(plain: string): string[] {
  return [...plain.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "");
}

function offered(column: Column, of?: string): Completion {
  const label = nameParts(column.plain).join(".");
  const words = [of, column.comment].filter(Boolean).join(": ");
  return { label, apply: column.plain, type: "property", detail: column.type, boost: 1, ...about(words) };
}

function about(words: string): Pick<Completion, "info"> {
  return words ? { info: words } : {};
}

// columnsInUse offers, without a table in front, the columns of the tables that the SQL names.
export function columnsInUse(tables: () => readonly Table[]): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\p{L}_][\p{L}\d_$]*$/u);
    if (!word && !context.explicit) return null;
    const from = word?.from ?? context.pos;
    if (context.state.sliceDoc(from - 1, from).match(/[.:"']/) || isText(context, from)) return null;
    const named = new Set(context.state.doc.toString().toLowerCase().match(/[\p{L}_][\p{L}\d_$]*/gu));
    const options = new Map<string, Completion>();
    for (const table of tables()) {
      const name = nameParts(table.plain).pop() ?? "";
      if (!named.has(name.toLowerCase())) continue;
      for (const column of table.columns) {
        if (!options.has(column.plain)) options.set(column.plain, offered(column, table.plain));
      }
    }
    return options.size ? { from, options: [...options.values()], validFor: /^[\p{L}_][\p{L}\d_$]*$/u } : null;
  };
}

const parameter = /(?<![:\w]):([A-Za-z]\w*)/g;

// parameters offers, after a colon, the parameters that there are.
export function parameters(context: CompletionContext): CompletionResult | null {
  const begun = context.matchBefore(/(?<![:\w]):\w*$/);
  if (!begun || isText(context, begun.from)) return null;
  const names = new Set<string>();
  for (const found of context.state.doc.toString().matchAll(parameter)) {
    if (found.index !== begun.from && found[1]) names.add(found[1]);
  }
  const options = [...names].map((name): Completion => ({ label: ":" + name, type: "variable", detail: "parameter" }));
  return options.length ? { from: begun.from, options, validFor: /^:\w*$/ } : null;
}

// isText tells whether a place is inside a string or a comment, where nothing is offered.
function isText(context: CompletionContext, at: number): boolean {
  return /String|Comment/.test(syntaxTree(context.state).resolveInner(at, 1).name);
}
