import type { SqlError, SqlResult } from "../contract.ts";
import { backquote, findColumn, quoteName, rowIdColumn, storageName, storageType } from "./catalog.ts";
import type { Column, Database, Table } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { databaseNameOf, databaseOf, isOn, isStrict, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandOnTable } from "./privileges.ts";
import { defaultValue, dependentsOf, duplicateEntry, findConflict, toStored } from "./rows.ts";
import type { Dependent } from "./rows.ts";
import { completeParts, readTableOptions, readTableParts } from "./tableGrammar.ts";
import type { TableOptions, TableParts } from "./tableGrammar.ts";
import { readStored } from "./values.ts";
import type { RawValue } from "./store.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** Creates the SQLite table and its unique indexes. */
function createStorage(frame: Frame, table: Table): void {
  const idColumn = rowIdColumn(table);
  const columns = table.columns.map((column) => `${quoteName(column.name)} ${column === idColumn ? "INTEGER PRIMARY KEY" : storageType(column)}`);
  frame.server.store.define(`CREATE TABLE ${storageName(table)} (${columns.join(",")})`);
  createIndexes(frame, table);
}

/** Indexes of every key but the row id's own; full-text and spatial keys have none. */
export function createIndexes(frame: Frame, table: Table): void {
  const idColumn = rowIdColumn(table);
  for (const [place, key] of table.keys.entries()) {
    if (key.kind === "fulltext" || key.kind === "spatial" || (key.kind === "primary" && idColumn !== undefined)) continue;
    const parts = key.parts.map((part) => {
      const column = findColumn(table, part.column);
      const isCut = part.length !== undefined && column !== undefined && (column.type.length === undefined || part.length < column.type.length);
      return isCut ? `substr(${quoteName(part.column)},1,${String(part.length)})` : quoteName(part.column);
    });
    const unique = key.kind === "index" ? "" : "UNIQUE ";
    frame.server.store.define(`CREATE ${unique}INDEX "i${String(table.id)}_${String(place)}" ON ${storageName(table)} (${parts.join(",")})`);
  }
}

function collationOf(charset: string, isMariaDb: boolean): string {
  if (charset === "utf8mb4") return isMariaDb ? "utf8mb4_general_ci" : "utf8mb4_0900_ai_ci";
  const others: Readonly<Record<string, string>> = { latin1: "latin1_swedish_ci", utf8: "utf8mb3_general_ci", utf8mb3: "utf8mb3_general_ci", ascii: "ascii_general_ci", binary: "binary" };
  return others[charset] ?? `${charset}_general_ci`;
}

/** Columns as the server keeps them: character set and collation of the table, MariaDB's JSON as LONGTEXT with a check. */
export function completeColumn(column: Column, table: { readonly charset: string; readonly collation: string }, isMariaDb: boolean): Column {
  const isText = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"].includes(column.type.base);
  if (column.type.base === "json" && isMariaDb) {
    return { ...column, type: { ...column.type, base: "longtext" }, charset: "utf8mb4", collation: "utf8mb4_bin", check: column.check ?? `json_valid(\`${column.name}\`)` };
  }
  if (column.generated !== undefined && column.type.base === "json") throw notSupported("generated JSON columns");
  if (!isText) return column;
  const charset = column.charset ?? table.charset;
  return { ...column, charset, collation: column.collation ?? (charset === table.charset ? table.collation : collationOf(charset, isMariaDb)) };
}

function buildTable(frame: Frame, database: Database, name: string, parts: TableParts, options: TableOptions): Table {
  const { isMariaDb } = frame.server.flavour;
  const charset = options.charset ?? options.collation?.split("_")[0] ?? database.charset;
  const collation = options.collation ?? (charset === database.charset ? database.collation : collationOf(charset, isMariaDb));
  const complete = completeParts(name, parts, isMariaDb);
  const catalog = frame.server.catalog;
  const id = catalog.nextTableId;
  catalog.nextTableId += 1;
  return {
    name, id, columns: complete.columns.map((column) => completeColumn(column, { charset, collation }, isMariaDb)), keys: complete.keys, foreignKeys: complete.foreignKeys, checks: complete.checks,
    engine: engineName(options.engine), charset, collation, comment: options.comment ?? "", rowFormat: options.rowFormat, autoIncrement: options.autoIncrement ?? 1, triggers: [], createdAt: frame.nowMs,
  };
}

function engineName(name: string | undefined): string {
  const known = ["InnoDB", "MyISAM", "MEMORY", "Aria", "CSV"].find((engine) => engine.toLowerCase() === (name ?? "InnoDB").toLowerCase());
  return known ?? "InnoDB";
}

/** CREATE TABLE, after those words. */
export function createTable(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "NOT", "EXISTS");
  const target = cursor.qualifiedName();
  demandOnTable(frame, ["CREATE"], databaseNameOf(frame, target.database), target.name);
  const database = databaseOf(frame, target.database);
  const isTaken = database.tables[target.name] !== undefined || database.views[target.name] !== undefined;
  if (cursor.take("LIKE")) {
    const source = cursor.qualifiedName();
    cursor.expectEnd();
    if (isTaken && isOptional) return changed(0);
    if (isTaken) throw sqlError("ER_TABLE_EXISTS", target.name);
    const { table } = tableOf(frame, source.database, source.name, ["SELECT"]);
    const copy: Table = { ...structuredClone(table), name: target.name, id: frame.server.catalog.nextTableId++, foreignKeys: [], triggers: [], autoIncrement: 1, createdAt: frame.nowMs };
    createStorage(frame, copy);
    database.tables[target.name] = copy;
    return changed(0);
  }
  if (cursor.is("AS", "SELECT")) throw notSupported("CREATE TABLE … SELECT");
  const parts = readTableParts(cursor);
  const options = readTableOptions(cursor);
  while (cursor.takeOperator(",")) Object.assign(options, readTableOptions(cursor));
  if (cursor.is("AS", "SELECT")) throw notSupported("CREATE TABLE … SELECT");
  cursor.expectEnd();
  if (isTaken && isOptional) return changed(0);
  if (isTaken) throw sqlError("ER_TABLE_EXISTS", target.name);
  const table = buildTable(frame, database, target.name, parts, options);
  if (isOn(frame, "foreign_key_checks")) checkReferences(frame, database, table);
  createStorage(frame, table);
  database.tables[target.name] = table;
  frame.server.compiled.clear();
  return changed(0);
}

function checkReferences(frame: Frame, database: Database, table: Table): void {
  for (const foreign of table.foreignKeys) {
    const parent = foreign.table === table.name ? table : frame.server.catalog.databases[foreign.database ?? database.name]?.tables[foreign.table];
    if (parent === undefined) throw sqlError("ER_FK_CANNOT_OPEN_PARENT", foreign.table);
  }
}

/** Drops a table's rows and definition. */
export function dropStorage(frame: Frame, database: Database, table: Table): void {
  frame.server.store.define(`DROP TABLE ${storageName(table)}`);
  delete database.tables[table.name];
  frame.server.compiled.clear();
}

/** DROP TABLE, after those words. */
export function dropTables(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  const names: { readonly database: string | undefined; readonly name: string }[] = [];
  do names.push(cursor.qualifiedName());
  while (cursor.takeOperator(","));
  if (!cursor.take("RESTRICT")) cursor.take("CASCADE");
  cursor.expectEnd();
  for (const target of names) demandOnTable(frame, ["DROP"], databaseNameOf(frame, target.database), target.name);
  const missing = names.filter((target) => databaseOf(frame, target.database).tables[target.name] === undefined);
  if (missing.length > 0 && !isOptional) throw sqlError("ER_BAD_TABLE", missing.map((target) => `${databaseOf(frame, target.database).name}.${target.name}`).join(","));
  for (const target of names) {
    const database = databaseOf(frame, target.database);
    const table = database.tables[target.name];
    if (table === undefined) {
      frame.session.warn("Note", 1051, `Unknown table '${database.name}.${target.name}'`);
      continue;
    }
    const dependent = isOn(frame, "foreign_key_checks") ? dependentsOf(frame, { database, table }).find((other) => other.table !== table && !names.some((name) => name.name === other.table.name)) : undefined;
    if (dependent !== undefined) throw frame.server.flavour.isMariaDb ? sqlError("ER_MARIADB_ROW_IS_REFERENCED") : sqlError("ER_FK_CANNOT_DROP_PARENT", table.name, dependent.foreign.name, dependent.table.name);
    dropStorage(frame, database, table);
  }
  return changed(0);
}

/** MariaDB names the whole reference, MySQL only the constraint. */
function truncateRefused(frame: Frame, dependent: Dependent): SqlError {
  const { database, table, foreign } = dependent;
  const names = (list: readonly string[]): string => list.map(backquote).join(", ");
  const reference = frame.server.flavour.isMariaDb ? ` FOREIGN KEY (${names(foreign.columns)}) REFERENCES ${backquote(foreign.database ?? database.name)}.${backquote(foreign.table)} (${names(foreign.references)})` : "";
  return sqlError("ER_TRUNCATE_ILLEGAL_FK", `${backquote(database.name)}.${backquote(table.name)}, CONSTRAINT ${backquote(foreign.name)}${reference}`);
}

/** TRUNCATE, after TABLE. */
export function truncateTable(frame: Frame, cursor: TokenCursor): SqlResult {
  cursor.take("TABLE");
  const target = cursor.qualifiedName();
  cursor.expectEnd();
  const { database, table } = tableOf(frame, target.database, target.name, ["DROP"]);
  const dependent = isOn(frame, "foreign_key_checks") ? dependentsOf(frame, { database, table }).find((other) => other.table !== table) : undefined;
  if (dependent !== undefined) throw truncateRefused(frame, dependent);
  frame.server.store.run(`DELETE FROM ${storageName(table)}`);
  table.autoIncrement = 1;
  return changed(0);
}

/** A value in its altered column: converted where the type changed, refused or filled where NULL is no longer allowed. */
function carriedOver(frame: Frame, database: Database, old: Column, column: Column, table: Table, raw: RawValue, row: number): RawValue {
  if (raw === null) {
    if (column.isNullable || column.isAutoIncrement) return null;
    const { isMariaDb } = frame.server.flavour;
    if (isStrict(frame)) throw isMariaDb ? sqlError("WARN_DATA_TRUNCATED", column.name, row) : sqlError("ER_INVALID_USE_OF_NULL");
    return toStored(frame, { database, table }, column, defaultValue(frame, { ...column, defaultSql: undefined }), row);
  }
  if (JSON.stringify(old.type) === JSON.stringify(column.type)) return raw;
  return toStored(frame, { database, table }, column, readStored(raw, old), row);
}

/** Rebuilds a table's storage after its columns or keys changed; `sourceOf` names the old column of each new one. Throws what a row violates; then nothing has changed. */
export function rebuild(frame: Frame, database: Database, before: Table, after: Table, sourceOf: ReadonlyMap<string, string>): void {
  const { store } = frame.server;
  const rows = store.query(`SELECT ${before.columns.map((column) => quoteName(column.name)).join(",")} FROM ${storageName(before)}`);
  createStorage(frame, after);
  try {
    // At once: SQLite would write its journal for each row.
    store.atomic(() => fill(frame, database, before, after, rows, sourceOf));
  } catch (error) {
    store.define(`DROP TABLE ${storageName(after)}`);
    throw error;
  }
  store.define(`DROP TABLE ${storageName(before)}`);
  frame.server.compiled.clear();
}

function fill(frame: Frame, database: Database, before: Table, after: Table, rows: readonly RawValue[][], sourceOf: ReadonlyMap<string, string>): void {
  const list = after.columns.map((column) => quoteName(column.name)).join(",");
  const sources = after.columns.map((column) => before.columns.find((old) => old.name === sourceOf.get(column.name)));
  const marks = after.columns.map(() => "?").join(",");
  // What a new column holds is the same in all rows.
  const filled = after.columns.map((column, at) => {
    if (sources[at] !== undefined || column.isAutoIncrement || rows.length === 0) return undefined;
    return defaultValue(column.isNullable || column.defaultSql !== undefined ? frame : lenient(frame), column);
  });
  let next = 1;
  for (const [index, row] of rows.entries()) {
    const values = after.columns.map((column, at) => {
      const old = sources[at];
      if (old !== undefined) return carriedOver(frame, database, old, column, after, row[before.columns.indexOf(old)] ?? null, index + 1);
      return column.isAutoIncrement ? next++ : toStored(frame, { database, table: after }, column, filled[at] ?? null, index + 1);
    });
    try {
      frame.server.store.run(`INSERT INTO ${storageName(after)} (${list}) VALUES (${marks})`, values);
    } catch (error) {
      const conflict = findConflict(frame, after, values, undefined);
      throw conflict === undefined ? error : duplicateEntry(frame, after, conflict.key, values);
    }
  }
}

/** Adding a NOT NULL column fills old rows with its implicit default, also in strict mode. */
function lenient(frame: Frame): Frame {
  return { ...frame, sqlMode: "" };
}
