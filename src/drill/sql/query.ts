import type { SqlResult } from "../contract.ts";
import { translationOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import type { ParsedSql } from "./parser.ts";
import { translateSelect } from "./select.ts";
import { isNumeric } from "./sqlTypes.ts";
import { readValue } from "./values.ts";

/** Runs a parsed SELECT. */
export function runSelect(frame: Frame, parsed: ParsedSql): SqlResult {
  const select = translateSelect(parsed.ast, translationOf(frame, parsed));
  const raw = frame.server.store.query(select.sql);
  const rows = raw.map((row) => select.columns.map((column, index) => readValue(row[index] ?? null, column.typed.type)));
  const columns = select.columns.map((column) => ({ name: column.name, isNumeric: isNumeric(column.typed.type) }));
  return { columns, rows, affectedRows: rows.length, isResultSet: true };
}
