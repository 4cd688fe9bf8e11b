import { SqlError } from "../contract.ts";
import { sqlError } from "./errors.ts";
import { divisionByZero, manyRows } from "./sqliteFunctions.ts";

/** SQLite's own failures that MySQL has an error for; everything else stays what it is. */
export function asSqlError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SqlError) return error;
  if (error.message === divisionByZero) return sqlError("ER_DIVISION_BY_ZERO");
  // node-sql-parser counts the values of INSERT itself.
  const row = /column count doesn't match value count at row (\d+)/.exec(error.message)?.[1];
  if (row !== undefined) return sqlError("ER_WRONG_VALUE_COUNT", row);
  if (error.message === manyRows) return sqlError("ER_SUBQUERY_NO_1_ROW");
  if (error.message === "integer overflow") return sqlError("ER_DATA_OUT_OF_RANGE", "BIGINT", "the expression");
  return new SqlError(1105, "HY000", `Unknown error: ${error.message}`);
}
