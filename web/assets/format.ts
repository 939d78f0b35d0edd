// Lays SQL out. Loaded when somebody asks for it.
import { formatDialect, postgresql } from "sql-formatter";

import { isSame } from "./tokens.ts";

// format is the SQL laid out; null when that cannot be done without a doubt that it still says the same.
export function format(sql: string): string | null {
  try {
    const text = formatDialect(sql, { dialect: postgresql, tabWidth: 2, keywordCase: "preserve", paramTypes: { named: [":"] } });
    return isSame(sql, text) ? text : null;
  } catch {
    return null;
  }
}
