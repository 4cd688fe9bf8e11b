import type { SqlResult } from "../contract.ts";
import { findColumn } from "./catalog.ts";
import type { Column, Table } from "./catalog.ts";
import { readColumn } from "./columnGrammar.ts";
import { notSupported, sqlError } from "./errors.ts";
import { databaseOf, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandOnTable } from "./privileges.ts";
import { completeColumn, rebuild } from "./tableDdl.ts";
import { completeParts, readTableElement, readTableOptions } from "./tableGrammar.ts";
import type { TableParts } from "./tableGrammar.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** The table while its alterations are read. */
interface Alteration {
  table: Table;
  /** Old name of each column that stays. */
  readonly sourceOf: Map<string, string>;
  isRebuilt: boolean;
  renamedTo: { readonly database: string | undefined; readonly name: string } | undefined;
}

function place(cursor: TokenCursor, columns: Column[], column: Column): Column[] {
  if (cursor.take("FIRST")) return [column, ...columns];
  if (!cursor.take("AFTER")) return [...columns, column];
  const after = cursor.name();
  const index = columns.findIndex((own) => own.name.toLowerCase() === after.toLowerCase());
  if (index < 0) throw sqlError("ER_BAD_FIELD", after, "table");
  return columns.toSpliced(index + 1, 0, column);
}

function addColumn(frame: Frame, cursor: TokenCursor, change: Alteration): void {
  const isOptional = cursor.take("IF", "NOT", "EXISTS");
  const { column, keyKind } = readColumn(cursor);
  const { table } = change;
  if (findColumn(table, column.name) !== undefined) {
    if (isOptional) return;
    throw sqlError("ER_DUP_FIELDNAME", column.name);
  }
  table.columns = place(cursor, table.columns, completeColumn(column, table, frame.server.flavour.isMariaDb));
  if (keyKind !== undefined) table.keys.push({ name: keyKind === "primary" ? "PRIMARY" : column.name, kind: keyKind, parts: [{ column: column.name, length: undefined, isDescending: false }], using: undefined });
  change.isRebuilt = true;
}

function changeColumn(frame: Frame, cursor: TokenCursor, change: Alteration, renames: boolean): void {
  const { table, sourceOf } = change;
  const oldName = renames ? cursor.name() : cursor.peek().value;
  const old = findColumn(table, oldName);
  if (old === undefined) throw sqlError("ER_BAD_FIELD", oldName, table.name);
  const column = completeColumn(readColumn(cursor).column, table, frame.server.flavour.isMariaDb);
  const isMoved = cursor.is("FIRST", "AFTER");
  table.columns = isMoved ? place(cursor, table.columns.filter((own) => own !== old), column) : table.columns.map((own) => (own === old ? column : own));
  sourceOf.set(column.name, sourceOf.get(old.name) ?? old.name);
  renameInKeys(table, old.name, column.name);
  change.isRebuilt = true;
}

function renameInKeys(table: Table, from: string, to: string): void {
  table.keys = table.keys.map((key) => ({ ...key, parts: key.parts.map((part) => (part.column.toLowerCase() === from.toLowerCase() ? { ...part, column: to } : part)) }));
  table.foreignKeys = table.foreignKeys.map((foreign) => ({ ...foreign, columns: foreign.columns.map((name) => (name.toLowerCase() === from.toLowerCase() ? to : name)) }));
}

function dropPart(cursor: TokenCursor, change: Alteration, isMariaDb: boolean): void {
  const { table } = change;
  const missing = (name: string, kind: string) => (isMariaDb ? sqlError("ER_MARIADB_CANT_DROP", kind, name) : sqlError("ER_CANT_DROP_FIELD_OR_KEY", name));
  if (cursor.take("PRIMARY", "KEY")) {
    table.keys = table.keys.filter((key) => key.kind !== "primary");
  } else if (cursor.take("FOREIGN", "KEY")) {
    const name = cursor.name();
    if (!table.foreignKeys.some((foreign) => foreign.name === name)) throw missing(name, "FOREIGN KEY");
    table.foreignKeys = table.foreignKeys.filter((foreign) => foreign.name !== name);
  } else if (cursor.take("KEY") || cursor.take("INDEX")) {
    const name = cursor.name();
    if (!table.keys.some((key) => key.name === name)) throw missing(name, "INDEX");
    table.keys = table.keys.filter((key) => key.name !== name);
  } else if (cursor.take("CHECK") || cursor.take("CONSTRAINT")) {
    const name = cursor.name();
    if (![...table.checks, ...table.foreignKeys].some((check) => check.name === name)) throw missing(name, "CONSTRAINT");
    table.checks = table.checks.filter((check) => check.name !== name);
    table.foreignKeys = table.foreignKeys.filter((foreign) => foreign.name !== name);
  } else {
    cursor.take("COLUMN");
    const isOptional = cursor.take("IF", "EXISTS");
    const name = cursor.name();
    const column = findColumn(table, name);
    if (column === undefined && isOptional) return;
    if (column === undefined) throw missing(name, "COLUMN");
    table.columns = table.columns.filter((own) => own !== column);
    table.keys = table.keys.map((key) => ({ ...key, parts: key.parts.filter((part) => part.column.toLowerCase() !== name.toLowerCase()) })).filter((key) => key.parts.length > 0);
  }
  change.isRebuilt = true;
}

function addPart(frame: Frame, cursor: TokenCursor, change: Alteration): void {
  const { table } = change;
  if (cursor.take("COLUMN")) {
    addColumn(frame, cursor, change);
    return;
  }
  if (!cursor.is("CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK")) {
    addColumn(frame, cursor, change);
    return;
  }
  const parts: TableParts = { columns: table.columns, keys: table.keys, foreignKeys: table.foreignKeys, checks: table.checks };
  readTableElement(cursor, parts);
  const complete = completeParts(table.name, parts, frame.server.flavour.isMariaDb);
  Object.assign(table, complete);
  change.isRebuilt = true;
}

function renamePart(cursor: TokenCursor, change: Alteration): void {
  const { table, sourceOf } = change;
  if (cursor.take("COLUMN")) {
    const from = cursor.name();
    cursor.expect("TO");
    const to = cursor.name();
    const column = findColumn(table, from);
    if (column === undefined) throw sqlError("ER_BAD_FIELD", from, table.name);
    table.columns = table.columns.map((own) => (own === column ? { ...own, name: to } : own));
    sourceOf.set(to, sourceOf.get(column.name) ?? column.name);
    renameInKeys(table, from, to);
    change.isRebuilt = true;
  } else if (cursor.take("INDEX") || cursor.take("KEY")) {
    const from = cursor.name();
    cursor.expect("TO");
    const to = cursor.name();
    table.keys = table.keys.map((key) => (key.name === from ? { ...key, name: to } : key));
  } else {
    if (!cursor.take("TO")) cursor.take("AS");
    change.renamedTo = cursor.qualifiedName();
  }
}

function alterColumnDefault(cursor: TokenCursor, change: Alteration): void {
  cursor.take("COLUMN");
  const name = cursor.name();
  if (cursor.take("DROP", "DEFAULT")) change.table.columns = change.table.columns.map((own) => (own.name === name ? { ...own, defaultSql: undefined } : own));
  else {
    cursor.expect("SET", "DEFAULT");
    const token = cursor.next();
    change.table.columns = change.table.columns.map((own) => (own.name === name ? { ...own, defaultSql: token.text } : own));
  }
}

function readAlteration(frame: Frame, cursor: TokenCursor, change: Alteration): void {
  const { table } = change;
  if (cursor.take("ADD")) addPart(frame, cursor, change);
  else if (cursor.take("DROP")) dropPart(cursor, change, frame.server.flavour.isMariaDb);
  else if (cursor.take("MODIFY")) {
    cursor.take("COLUMN");
    changeColumn(frame, cursor, change, false);
  } else if (cursor.take("CHANGE")) {
    cursor.take("COLUMN");
    changeColumn(frame, cursor, change, true);
  } else if (cursor.take("RENAME")) renamePart(cursor, change);
  else if (cursor.take("ALTER")) alterColumnDefault(cursor, change);
  else if (cursor.take("DISABLE", "KEYS") || cursor.take("ENABLE", "KEYS") || cursor.take("FORCE")) return;
  else if (cursor.is("CONVERT", "ORDER", "PARTITION", "DISCARD", "IMPORT")) throw notSupported(`ALTER TABLE … ${cursor.peek().value.toUpperCase()}`);
  else {
    const start = cursor.index;
    const options = readTableOptions(cursor);
    if (cursor.index === start) throw cursor.fail();
    if (options.engine !== undefined) table.engine = options.engine;
    if (options.comment !== undefined) table.comment = options.comment;
    if (options.charset !== undefined) table.charset = options.charset;
    if (options.collation !== undefined) table.collation = options.collation;
    if (options.autoIncrement !== undefined) table.autoIncrement = Math.max(options.autoIncrement, 1);
  }
}

/** ALTER TABLE, after those words. */
export function alterTable(frame: Frame, cursor: TokenCursor, privilege: "ALTER" | "INDEX" = "ALTER"): SqlResult {
  cursor.take("IF", "EXISTS");
  const target = cursor.qualifiedName();
  const { database, table } = tableOf(frame, target.database, target.name, [privilege]);
  const copy: Table = structuredClone(table);
  const change: Alteration = { table: copy, sourceOf: new Map(table.columns.map((column) => [column.name, column.name])), isRebuilt: false, renamedTo: undefined };
  if (!cursor.isAtEnd) {
    do readAlteration(frame, cursor, change);
    while (cursor.takeOperator(","));
  }
  cursor.expectEnd();
  const result: Table = { ...copy, id: change.isRebuilt ? frame.server.catalog.nextTableId++ : table.id };
  if (change.isRebuilt) rebuild(frame, database, table, result, change.sourceOf);
  database.tables[table.name] = result;
  if (change.renamedTo !== undefined) rename(frame, target, change.renamedTo);
  frame.server.compiled.clear();
  return changed(0);
}

function rename(frame: Frame, from: { readonly database: string | undefined; readonly name: string }, to: { readonly database: string | undefined; readonly name: string }): void {
  const { database, table } = tableOf(frame, from.database, from.name, ["DROP", "ALTER"]);
  demandOnTable(frame, ["INSERT", "CREATE"], to.database ?? database.name, to.name);
  const home = databaseOf(frame, to.database ?? database.name);
  if (home.tables[to.name] !== undefined) throw sqlError("ER_TABLE_EXISTS", to.name);
  delete database.tables[from.name];
  table.name = to.name;
  home.tables[to.name] = table;
  for (const other of Object.values(database.tables)) other.foreignKeys = other.foreignKeys.map((foreign) => (foreign.table === from.name ? { ...foreign, table: to.name } : foreign));
}

/** RENAME TABLE, after RENAME. */
export function renameTables(frame: Frame, cursor: TokenCursor): SqlResult {
  cursor.expect("TABLE");
  do {
    const from = cursor.qualifiedName();
    cursor.expect("TO");
    rename(frame, from, cursor.qualifiedName());
  } while (cursor.takeOperator(","));
  cursor.expectEnd();
  return changed(0);
}

/** CREATE INDEX and DROP INDEX, after CREATE or DROP. */
export function changeIndex(frame: Frame, cursor: TokenCursor, verb: "CREATE" | "DROP"): SqlResult {
  const kind = cursor.is("UNIQUE", "FULLTEXT", "SPATIAL") ? `${cursor.next().value} ` : "";
  cursor.expect("INDEX");
  const name = cursor.peek();
  cursor.name();
  cursor.expect("ON");
  const target = cursor.qualifiedName();
  const where = target.database === undefined ? `\`${target.name}\`` : `\`${target.database}\`.\`${target.name}\``;
  const rest = cursor.sql.slice(cursor.peek().start);
  return alterTable(frame, cursor.over(verb === "CREATE" ? `${where} ADD ${kind}INDEX ${name.text} ${rest}` : `${where} DROP INDEX ${name.text}`), "INDEX");
}
