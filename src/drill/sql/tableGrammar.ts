import type { Check, Column, ForeignKey, Key } from "./catalog.ts";
import { readColumn, readForeignKey, readKey } from "./columnGrammar.ts";
import { notSupported, sqlError } from "./errors.ts";
import type { TokenCursor } from "./tokenCursor.ts";

export interface TableOptions {
  engine?: string;
  charset?: string;
  collation?: string;
  comment?: string;
  rowFormat?: string;
  autoIncrement?: number;
}

/** The parts of a table definition as written. */
export interface TableParts {
  readonly columns: Column[];
  readonly keys: Key[];
  readonly foreignKeys: ForeignKey[];
  readonly checks: Check[];
}

/** Reads ENGINE=, CHARSET=, AUTO_INCREMENT= … up to the statement's end or a comma. */
export function readTableOptions(cursor: TokenCursor): TableOptions {
  const options: TableOptions = {};
  const value = (): string => {
    cursor.takeOperator("=");
    return cursor.next().value;
  };
  for (;;) {
    cursor.take("DEFAULT");
    if (cursor.take("ENGINE")) options.engine = value();
    else if (cursor.take("AUTO_INCREMENT")) options.autoIncrement = Number(value());
    else if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET")) options.charset = value().toLowerCase();
    else if (cursor.take("COLLATE")) options.collation = value().toLowerCase();
    else if (cursor.take("COMMENT")) options.comment = value();
    else if (cursor.take("ROW_FORMAT")) options.rowFormat = value().toUpperCase();
    else if (cursor.is("KEY_BLOCK_SIZE", "STATS_PERSISTENT", "STATS_AUTO_RECALC", "CHECKSUM", "PACK_KEYS", "MAX_ROWS", "MIN_ROWS", "AVG_ROW_LENGTH", "PAGE_CHECKSUM", "DELAY_KEY_WRITE")) {
      cursor.next();
      value();
    } else if (cursor.is("PARTITION")) throw notSupported("PARTITION BY");
    else return options;
  }
}

/** Reads one element of a table definition into `parts`. */
export function readTableElement(cursor: TokenCursor, parts: TableParts): void {
  let constraint: string | undefined;
  const isConstraint = cursor.take("CONSTRAINT");
  if (isConstraint && !cursor.is("PRIMARY", "UNIQUE", "FOREIGN", "CHECK")) constraint = cursor.name();
  if (cursor.is("FOREIGN")) {
    parts.foreignKeys.push(readForeignKey(cursor, constraint));
    return;
  }
  if (cursor.take("CHECK")) {
    parts.checks.push({ name: constraint ?? `CONSTRAINT_${String(parts.checks.length + 1)}`, expression: cursor.parenthesized() });
    return;
  }
  const key = readKey(cursor, constraint);
  if (key !== undefined) {
    parts.keys.push(key);
    return;
  }
  if (isConstraint) throw cursor.fail();
  const { column, keyKind } = readColumn(cursor);
  parts.columns.push(column);
  if (keyKind === undefined) return;
  const name = keyKind === "primary" ? "PRIMARY" : column.name;
  parts.keys.push({ name, kind: keyKind, parts: [{ column: column.name, length: undefined, isDescending: false }], using: undefined });
}

/** Reads `( … )` of CREATE TABLE. */
export function readTableParts(cursor: TokenCursor): TableParts {
  const parts: TableParts = { columns: [], keys: [], foreignKeys: [], checks: [] };
  cursor.expectOperator("(");
  do readTableElement(cursor, parts);
  while (cursor.takeOperator(","));
  cursor.expectOperator(")");
  return parts;
}

/** Gives nameless keys and constraints MySQL's names, and checks that keys name columns once. */
export function completeParts(tableName: string, parts: TableParts, isMariaDb: boolean): TableParts {
  const hasColumn = (name: string): boolean => parts.columns.some((column) => column.name.toLowerCase() === name.toLowerCase());
  const seen = new Set<string>();
  for (const column of parts.columns) {
    if (seen.has(column.name.toLowerCase())) throw sqlError("ER_DUP_FIELDNAME", column.name);
    seen.add(column.name.toLowerCase());
  }
  const taken = new Set<string>();
  const keys = parts.keys.map((key) => {
    const missing = key.parts.find((part) => !hasColumn(part.column));
    if (missing !== undefined) throw sqlError("ER_KEY_COLUMN", missing.column);
    let name = key.name || (key.parts[0]?.column ?? "");
    for (let suffix = 2; key.name === "" && taken.has(name.toLowerCase()); suffix += 1) name = `${key.parts[0]?.column ?? ""}_${String(suffix)}`;
    if (taken.has(name.toLowerCase())) throw key.kind === "primary" ? sqlError("ER_MULTIPLE_PRI_KEY") : sqlError("ER_DUP_KEYNAME", name);
    taken.add(name.toLowerCase());
    return { ...key, name };
  });
  const primary = keys.find((key) => key.kind === "primary");
  const columns = parts.columns.map((column) => (primary?.parts.some((part) => part.column.toLowerCase() === column.name.toLowerCase()) === true ? { ...column, isNullable: false } : column));
  const foreignKeys = parts.foreignKeys.map((foreign, index) => (foreign.name === "" ? { ...foreign, name: `${tableName}_ibfk_${String(index + 1)}` } : foreign));
  for (const foreign of foreignKeys) {
    const isIndexed = keys.some((key) => foreign.columns.every((name, at) => key.parts[at]?.column.toLowerCase() === name.toLowerCase()));
    // InnoDB adds the index that a foreign key needs.
    if (!isIndexed) keys.push({ name: foreign.name, kind: "index", using: undefined, parts: foreign.columns.map((column) => ({ column, length: undefined, isDescending: false })) });
  }
  const primaryFirst = ["primary", "unique"];
  const rank = (kind: string): number => (primaryFirst.includes(kind) ? primaryFirst.indexOf(kind) : 2);
  keys.sort((left, right) => rank(left.kind) - rank(right.kind));
  const checks = isMariaDb ? parts.checks : parts.checks.map((check, index) => (check.name.startsWith("CONSTRAINT_") ? { ...check, name: `${tableName}_chk_${String(index + 1)}` } : check));
  return { columns, keys, foreignKeys, checks };
}
