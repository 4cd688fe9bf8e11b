import { findColumn, quoteName, rowIdColumn, storageName, typeOf, backquote } from "./catalog.ts";
import type { Column, Database, ForeignKey, Key, Table } from "./catalog.ts";
import { typedLiteral } from "./convert.ts";
import { sqlError } from "./errors.ts";
import { asColumnType, compileForRow, evaluate, isOn, isStrict, runForRow, storeModeOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import type { Source } from "./scope.ts";
import type { SqlValue } from "./sqlTypes.ts";
import { valueText } from "./sqlTypes.ts";
import type { RawValue } from "./store.ts";
import { readStored, storeValue } from "./values.ts";

/** A table whose rows a statement changes. */
export interface Target {
  readonly database: Database;
  readonly table: Table;
}

/** The row as a source called NEW or OLD, its values as literals. */
export function rowSource(name: string, table: Table, row: readonly RawValue[]): Source {
  const columns = table.columns.map((column, index) => ({ name: column.name, typed: typedLiteral(readStored(row[index] ?? null, column), typeOf(column)) }));
  return { name, database: undefined, columns };
}

/** The default of a column that was not given. Throws 1364 in strict mode for a column without. */
export function defaultValue(frame: Frame, column: Column): SqlValue {
  const { defaultSql } = column;
  if (defaultSql !== undefined) {
    const text = /^'((?:[^'\\])*)'$/.exec(defaultSql)?.[1];
    if (text !== undefined) return text;
    if (/^NULL$/i.test(defaultSql)) return null;
    if (/^\d{1,15}$/.test(defaultSql)) return Number(defaultSql);
    return evaluate(frame, defaultSql);
  }
  if (column.isNullable || column.isAutoIncrement) return null;
  if (isStrict(frame) && column.type.base !== "enum") throw sqlError("ER_NO_DEFAULT_FOR_FIELD", column.name);
  return implicitDefault(column);
}

function implicitDefault(column: Column): SqlValue {
  const type = typeOf(column);
  if (column.type.base === "enum") return column.type.members[0] ?? "";
  switch (type.kind) {
    case "int": case "decimal": case "double": return 0;
    case "text": return "";
    case "blob": return new Uint8Array();
    case "date": return "0000-00-00";
    case "datetime": return "0000-00-00 00:00:00";
    case "time": return "00:00:00";
    case "null": return null;
  }
}

/** The table as MariaDB names it in errors. */
export function homeOf({ database, table }: Target): string {
  return `${backquote(database.name)}.${backquote(table.name)}`;
}

/** Brings a value into a column's stored form. */
export function toStored(frame: Frame, target: Target, column: Column, value: SqlValue, row: number): RawValue {
  return storeValue(value, column, storeModeOf(frame, homeOf(target), row));
}

/** Computes generated columns in place. */
export function generate(frame: Frame, table: Table, row: RawValue[]): void {
  for (const [index, column] of table.columns.entries()) {
    if (column.generated === undefined) continue;
    const typed = asColumnType(compileForRow(frame, table, column.generated.expression), typeOf(column));
    row[index] = runForRow(frame, typed, row);
  }
}

/** Throws 1048 for a NULL where none may be. `isUnfinished`: AUTO_INCREMENT and generated columns are filled later. */
export function checkNulls(table: Table, row: readonly RawValue[], isUnfinished = false): void {
  for (const [index, column] of table.columns.entries()) {
    const isLater = isUnfinished && (column.isAutoIncrement || column.generated !== undefined);
    if (!column.isNullable && row[index] === null && !isLater) throw sqlError("ER_BAD_NULL", column.name);
  }
}

function isJsonCheck(expression: string): string | undefined {
  return /^json_valid\(`([^`]+)`\)$/i.exec(expression.trim())?.[1];
}

function isJson(value: RawValue): boolean {
  if (value === null) return true;
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    // Not JSON is this function's answer, no failure.
    return false;
  }
}

/** Throws 3819 (MariaDB: 4025) where a CHECK is false. */
export function checkConstraints(frame: Frame, target: Target, row: readonly RawValue[]): void {
  const { table, database } = target;
  const checks = [...table.checks, ...table.columns.flatMap((column) => (column.check === undefined ? [] : [{ name: column.name, expression: column.check }]))];
  for (const check of checks) {
    const jsonColumn = isJsonCheck(check.expression);
    const column = jsonColumn === undefined ? undefined : findColumn(table, jsonColumn);
    const isKept = column !== undefined ? isJson(row[table.columns.indexOf(column)] ?? null) : isTrueOrNull(runForRow(frame, compileForRow(frame, table, check.expression), row));
    if (isKept) continue;
    if (frame.server.flavour.isMariaDb) throw sqlError("ER_MARIADB_CONSTRAINT_FAILED", table.checks.some((own) => own.name === check.name) ? check.name : `${table.name}.${check.name}`, database.name, table.name);
    throw sqlError("ER_CHECK_CONSTRAINT_VIOLATED", check.name);
  }
}

function isTrueOrNull(value: RawValue): boolean {
  return value === null || Number(value) !== 0;
}

function columnIndexes(table: Table, names: readonly string[]): number[] {
  return names.map((name) => table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()));
}

/** The constraint as MySQL prints it in 1451 and 1452. */
export function foreignKeyText(database: string, table: string, foreign: ForeignKey): string {
  const names = (list: readonly string[]): string => list.map(backquote).join(", ");
  const home = foreign.database === undefined || foreign.database === database ? "" : `${backquote(foreign.database)}.`;
  const actions = `${foreign.onDelete === undefined ? "" : ` ON DELETE ${foreign.onDelete}`}${foreign.onUpdate === undefined ? "" : ` ON UPDATE ${foreign.onUpdate}`}`;
  return `${backquote(database)}.${backquote(table)}, CONSTRAINT ${backquote(foreign.name)} FOREIGN KEY (${names(foreign.columns)}) REFERENCES ${home}${backquote(foreign.table)} (${names(foreign.references)})${actions}`;
}

/** Throws 1452 where a row refers to no parent. */
export function checkParents(frame: Frame, target: Target, row: readonly RawValue[], before?: readonly RawValue[]): void {
  if (target.table.foreignKeys.length === 0 || !isOn(frame, "foreign_key_checks")) return;
  for (const foreign of target.table.foreignKeys) {
    const indexes = columnIndexes(target.table, foreign.columns);
    const values = indexes.map((index) => row[index] ?? null);
    if (values.includes(null)) continue;
    if (before !== undefined && indexes.every((index) => before[index] === row[index])) continue;
    const parent = frame.server.catalog.databases[foreign.database ?? target.database.name]?.tables[foreign.table];
    const where = foreign.references.map((name) => `${quoteName(name)}=?`).join(" AND ");
    const isThere = parent !== undefined && frame.server.store.query(`SELECT 1 FROM ${storageName(parent)} WHERE ${where} LIMIT 1`, values).length > 0;
    if (!isThere) throw sqlError("ER_NO_REFERENCED_ROW", foreignKeyText(target.database.name, target.table.name, foreign));
  }
}

/** A foreign key of another table that points at this one. */
export interface Dependent extends Target {
  readonly foreign: ForeignKey;
}

export function dependentsOf(frame: Frame, target: Target): Dependent[] {
  return Object.values(frame.server.catalog.databases).flatMap((database) =>
    Object.values(database.tables).flatMap((table) =>
      table.foreignKeys.filter((foreign) => foreign.table === target.table.name && (foreign.database ?? database.name) === target.database.name).map((foreign) => ({ database, table, foreign })),
    ),
  );
}

/** Row ids of the child rows that refer to a parent row. */
export function childRows(frame: Frame, dependent: Dependent, parent: Table, row: readonly RawValue[]): bigint[] {
  const values = columnIndexes(parent, dependent.foreign.references).map((index) => row[index] ?? null);
  if (values.includes(null)) return [];
  const where = dependent.foreign.columns.map((name) => `${quoteName(name)}=?`).join(" AND ");
  return frame.server.store.query(`SELECT _rowid_ FROM ${storageName(dependent.table)} WHERE ${where}`, values).map(([id]) => BigInt(String(id ?? 0)));
}

/** The row under a row id, `undefined` when it is gone. */
export function loadRow(frame: Frame, table: Table, rowId: bigint): RawValue[] | undefined {
  const list = table.columns.map((column) => quoteName(column.name)).join(",");
  return frame.server.store.query(`SELECT ${list} FROM ${storageName(table)} WHERE _rowid_=?`, [rowId])[0];
}

/** MySQL's name of a key in error 1062. */
function keyText(frame: Frame, table: Table, key: Key): string {
  const { isMariaDb, versionId } = frame.server.flavour;
  return isMariaDb || versionId < 80_019 ? key.name : `${table.name}.${key.name}`;
}

/** The unique key that a row would violate and the row that holds it. `except` is the row's own id. */
export function findConflict(frame: Frame, table: Table, row: readonly RawValue[], except: bigint | undefined): { readonly key: Key; readonly rowId: bigint } | undefined {
  for (const key of table.keys) {
    if (key.kind !== "primary" && key.kind !== "unique") continue;
    const values = columnIndexes(table, key.parts.map((part) => part.column)).map((index) => row[index] ?? null);
    if (values.includes(null)) continue;
    const where = key.parts.map((part) => (part.length === undefined ? `${quoteName(part.column)}=?` : `substr(${quoteName(part.column)},1,${String(part.length)})=substr(?,1,${String(part.length)})`)).join(" AND ");
    const found = frame.server.store.query(`SELECT _rowid_ FROM ${storageName(table)} WHERE ${where} LIMIT 2`, values).map(([id]) => BigInt(String(id ?? 0)));
    const other = found.find((id) => id !== except);
    if (other !== undefined) return { key, rowId: other };
  }
  return undefined;
}

/** MySQL's 1062 for a row and key. */
export function duplicateEntry(frame: Frame, table: Table, key: Key, row: readonly RawValue[]) {
  const shown = columnIndexes(table, key.parts.map((part) => part.column)).map((index) => {
    const column = table.columns[index];
    const value = column === undefined ? null : readStored(row[index] ?? null, column);
    return value === null ? "NULL" : value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : valueText(value);
  });
  return sqlError("ER_DUP_ENTRY", shown.join("-").slice(0, 64), keyText(frame, table, key));
}

/** Columns to write and their places, for the INSERT text. */
export function insertText(table: Table): string {
  return `INSERT INTO ${storageName(table)} (${table.columns.map((column) => quoteName(column.name)).join(",")}) VALUES (${table.columns.map(() => "?").join(",")})`;
}

/** Puts a row back under its id. */
export function putRow(frame: Frame, table: Table, rowId: bigint, row: readonly RawValue[]): void {
  if (rowIdColumn(table) !== undefined) frame.server.store.run(insertText(table).replace("INSERT", "INSERT OR REPLACE"), row);
  else frame.server.store.run(`INSERT OR REPLACE INTO ${storageName(table)} (_rowid_,${table.columns.map((column) => quoteName(column.name)).join(",")}) VALUES (?,${table.columns.map(() => "?").join(",")})`, [rowId, ...row]);
}
