// plain is the text field as the editor's page works on it, where there is no editor of ours: what the script
// editor.js offers too.
export function plain(field) {
  let names = [];
  let begun = null;

  // complete puts the rest of a name where one has begun, and goes on to the next name when asked again.
  function complete() {
    const at = field.selectionStart;
    if (!begun || begun.end !== at) {
      const word = /[\w."]*$/.exec(field.value.slice(0, at))[0];
      const part = word.slice(word.lastIndexOf(".") + 1);
      const fits = names.filter((name) => part !== "" && name.startsWith(part) && name !== part);
      if (fits.length === 0) return false;
      begun = { start: at - part.length, fits, next: 0 };
    }
    const name = begun.fits[begun.next++ % begun.fits.length];
    field.setRangeText(name, begun.start, at, "end");
    begun.end = begun.start + name.length;
    return true;
  }

  return {
    get value() { return field.value; },
    set value(text) { field.value = text; },
    get selection() {
      const { selectionStart: from, selectionEnd: to, value } = field;
      return { text: value.slice(from, to), at: [...value.slice(0, from)].length };
    },
    insert(text) {
      field.focus();
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    },
    // mark selects the word where the SQL is wrong. Positions count characters, as Postgres does, and not halves of them.
    mark(position) {
      const start = [...field.value].slice(0, position - 1).join("").length;
      const word = /^\w*/.exec(field.value.slice(start))[0];
      field.focus();
      field.setSelectionRange(start, start + Math.max(word.length, 1));
    },
    unmark() {},
    focus() { field.focus(); },
    offer(tables) {
      names = [...new Set(tables.flatMap((table) => [table.plain, ...table.columns.map((column) => column.plain)]))].sort();
    },
    complete,
  };
}
