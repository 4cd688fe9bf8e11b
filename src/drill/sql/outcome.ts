import type { SqlResult } from "../contract.ts";
import type { SqlValue } from "./sqlTypes.ts";

/** The answer of a statement without result set. */
export function changed(affectedRows: number): SqlResult {
  return { columns: [], rows: [], affectedRows, isResultSet: false };
}

/** A result set from names and rows; a column is numeric where its name ends with `#`, which is cut off. */
export function resultSet(names: readonly string[], rows: readonly (readonly SqlValue[])[]): SqlResult {
  const columns = names.map((name) => ({ name: name.replace(/#$/, ""), isNumeric: name.endsWith("#") }));
  return { columns, rows, affectedRows: rows.length, isResultSet: true };
}
