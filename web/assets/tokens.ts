// SQL as the words and signs it is made of, which is what counts: two texts with the same ones mean the same.

const pattern = new RegExp(
  [
    String.raw`(?<blank>\s+)`,
    String.raw`(?<line>--[^\n\r]*)`,
    String.raw`(?<block>/\*)`,
    String.raw`(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)`,
    String.raw`(?<escaped>[eE]'(?:[^'\\]|''|\\[^])*')`,
    String.raw`(?<text>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*')`,
    String.raw`(?<name>(?:[uU]&)?"(?:[^"]|"")*")`,
    String.raw`(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<number>(?:\d|\.\d)(?:[\w.]|(?<=[eE])[+-](?=\d))*)`,
    String.raw`(?<cast>::|:=|\.\.)`,
    String.raw`(?<param>:[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<sign>[-+*/<>=~!@#%^&|${"`"}?]+)`,
    String.raw`(?<other>[^])`,
  ].join("|"),
  "gy",
);

// tokens splits SQL; null when something in it does not end.
export function tokens(sql: string): string[] | null {
  const all: string[] = [];
  for (let at = 0; at < sql.length; ) {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    const kinds = found?.groups ?? {};
    let text = found?.[0] ?? "";
    if (kinds.block) {
      text = sql.slice(at, blockEnd(sql, at));
      if (!text) return null;
    } else if (kinds.dollar) {
      const end = sql.indexOf(text, at + text.length);
      if (end < 0) return null;
      text = sql.slice(at, end + text.length);
    } else if (kinds.sign) {
      text = text.replace(/(?:--|\/\*)[^]*$/, "") || text; // a comment ends a sign
    } else if (kinds.other && /['"]/.test(text)) {
      return null;
    }
    if (!text) return null;
    if (!kinds.blank) all.push(kinds.line ? text.trimEnd() : text);
    at += text.length;
  }
  return all;
}

// blockEnd is where a comment ends, in which others may nest; 0 when it does not.
function blockEnd(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length - 1; i++) {
    const two = sql.slice(i, i + 2);
    if (two !== "/*" && two !== "*/") continue;
    depth += two === "/*" ? 1 : -1;
    i++;
    if (depth === 0) return i + 1;
  }
  return 0;
}

// isSame tells whether two texts are the same SQL. Strings in a row it does not vouch for: a line break between them
// makes them one.
export function isSame(before: string, after: string): boolean {
  const a = tokens(before);
  const b = tokens(after);
  if (!a || !b || a.length !== b.length) return false;
  return a.every((token, i) => token === b[i] && !(token.endsWith("'") && b[i + 1]?.endsWith("'")));
}
