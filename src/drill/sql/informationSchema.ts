import { pluginOf } from "./accounts.ts";
import type { Column, Database, Table } from "./catalog.ts";
import { storageName, typeOf } from "./catalog.ts";
import { textLiteral } from "./convert.ts";
import { columnTypeText, defaultText } from "./createText.ts";
import type { Frame } from "./execution.ts";
import { notSupported } from "./errors.ts";
import { generalLogRows } from "./generalLog.ts";
import { canSee, demandOnTable } from "./privileges.ts";
import { processList } from "./processList.ts";
import type { ResolvedTable, SourceColumn } from "./scope.ts";
import { statusVariables } from "./serverStatus.ts";
import { intType, textType } from "./sqlTypes.ts";
import { dateTimeText, fromMicros } from "./temporal.ts";

type Cell = string | number | null;

/** A table of names (numeric ones end with `#`) and rows, as SQLite text. */
export function virtualTable(database: string, names: readonly string[], rows: readonly (readonly Cell[])[]): ResolvedTable {
  const list = names.map((_name, index) => `json_extract(value,'$[${String(index)}]') AS c${String(index)}`).join(",");
  const columns = (alias: string): SourceColumn[] =>
    names.map((name, index) => ({ name: name.replace(/#$/, ""), typed: { sql: `"${alias.replaceAll('"', '""')}".c${String(index)}`, type: name.endsWith("#") ? intType : textType } }));
  return { sql: `(SELECT ${list} FROM json_each(${textLiteral(JSON.stringify(rows))}))`, database, columns };
}

function moment(ms: number): string {
  return dateTimeText(fromMicros(BigInt(ms) * 1000n), 0);
}

function allTables(frame: Frame): { readonly database: Database; readonly table: Table }[] {
  return Object.values(frame.server.catalog.databases).flatMap((database) => Object.values(database.tables).filter((table) => canSee(frame, database.name, table.name)).map((table) => ({ database, table })));
}

function tables(frame: Frame): readonly (readonly Cell[])[] {
  const base = allTables(frame).map(({ database, table }): Cell[] => {
    const rows = Number(frame.server.store.query(`SELECT count(*) FROM ${storageName(table)}`)[0]?.[0] ?? 0);
    // InnoDB's own numbers are estimates from pages; here rows are exact and a row is taken as 100 bytes in 16 KiB pages.
    const bytes = Math.max(1, Math.ceil((rows * 100) / 16_384)) * 16_384;
    const auto = table.columns.some((column) => column.isAutoIncrement) ? table.autoIncrement : null;
    return ["def", database.name, table.name, "BASE TABLE", table.engine, 10, "Dynamic", rows, rows === 0 ? 0 : Math.floor(bytes / rows), bytes, bytes * Math.max(0, table.keys.length - 1), auto, moment(table.createdAt), table.collation, table.comment];
  });
  const views = Object.values(frame.server.catalog.databases).flatMap((database) => Object.values(database.views).filter((view) => canSee(frame, database.name, view.name)).map((view): Cell[] => ["def", database.name, view.name, "VIEW", null, null, null, null, null, null, null, null, null, null, "VIEW"]));
  return [...base, ...views];
}

function columnRow(frame: Frame, database: Database, table: Table, column: Column, index: number): Cell[] {
  const key = table.keys.find((own) => own.kind === "primary" && own.parts.some((part) => part.column === column.name)) === undefined ? (table.keys.find((own) => own.parts[0]?.column === column.name)?.kind === "unique" ? "UNI" : table.keys.some((own) => own.parts[0]?.column === column.name) ? "MUL" : "") : "PRI";
  const shown = defaultText(column, frame.server.flavour) ?? null;
  const type = typeOf(column);
  const length = type.kind === "text" || type.kind === "blob" ? (column.type.length ?? null) : null;
  return [
    "def", database.name, table.name, column.name, index + 1, shown === "NULL" && !frame.server.flavour.isMariaDb ? null : shown, column.isNullable ? "YES" : "NO", column.type.base, length, type.kind === "decimal" ? (column.type.length ?? 10) : null, type.kind === "decimal" ? type.scale : null,
    column.charset ?? null, column.collation ?? null, columnTypeText(column, frame.server.flavour), key, column.isAutoIncrement ? "auto_increment" : column.generated === undefined ? "" : column.generated.isStored ? "STORED GENERATED" : "VIRTUAL GENERATED", "select,insert,update,references", column.comment,
  ];
}

function statistics(frame: Frame): Cell[][] {
  return allTables(frame).flatMap(({ database, table }) =>
    table.keys.flatMap((key) => key.parts.map((part, index): Cell[] => ["def", database.name, table.name, key.kind === "primary" || key.kind === "unique" ? 0 : 1, database.name, key.name, index + 1, part.column, part.isDescending ? "D" : "A", part.length ?? null, key.kind === "fulltext" ? "FULLTEXT" : "BTREE"])),
  );
}

function keyUsage(frame: Frame): Cell[][] {
  return allTables(frame).flatMap(({ database, table }) => [
    ...table.keys.filter((key) => key.kind === "primary" || key.kind === "unique").flatMap((key) => key.parts.map((part, index): Cell[] => [database.name, key.name, database.name, table.name, part.column, index + 1, null, null, null])),
    ...table.foreignKeys.flatMap((foreign) => foreign.columns.map((column, index): Cell[] => [database.name, foreign.name, database.name, table.name, column, index + 1, foreign.database ?? database.name, foreign.table, foreign.references[index] ?? null])),
  ]);
}

function triggers(frame: Frame): Cell[][] {
  return allTables(frame).flatMap(({ database, table }) => table.triggers.map((trigger): Cell[] => [database.name, trigger.name, trigger.event, database.name, table.name, trigger.body, trigger.time, moment(trigger.createdAt), trigger.definer]));
}

const definitions: Readonly<Record<string, { readonly names: readonly string[]; readonly rows: (frame: Frame) => readonly (readonly Cell[])[] }>> = {
  schemata: { names: ["CATALOG_NAME", "SCHEMA_NAME", "DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME"], rows: (frame) => Object.values(frame.server.catalog.databases).filter((database) => canSee(frame, database.name)).map((database) => ["def", database.name, database.charset, database.collation]) },
  tables: { names: ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE", "VERSION#", "ROW_FORMAT", "TABLE_ROWS#", "AVG_ROW_LENGTH#", "DATA_LENGTH#", "INDEX_LENGTH#", "AUTO_INCREMENT#", "CREATE_TIME", "TABLE_COLLATION", "TABLE_COMMENT"], rows: tables },
  columns: {
    names: ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION#", "COLUMN_DEFAULT", "IS_NULLABLE", "DATA_TYPE", "CHARACTER_MAXIMUM_LENGTH#", "NUMERIC_PRECISION#", "NUMERIC_SCALE#", "CHARACTER_SET_NAME", "COLLATION_NAME", "COLUMN_TYPE", "COLUMN_KEY", "EXTRA", "PRIVILEGES", "COLUMN_COMMENT"],
    rows: (frame) => allTables(frame).flatMap(({ database, table }) => table.columns.map((column, index) => columnRow(frame, database, table, column, index))),
  },
  statistics: { names: ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "NON_UNIQUE#", "INDEX_SCHEMA", "INDEX_NAME", "SEQ_IN_INDEX#", "COLUMN_NAME", "COLLATION", "SUB_PART#", "INDEX_TYPE"], rows: statistics },
  key_column_usage: { names: ["CONSTRAINT_SCHEMA", "CONSTRAINT_NAME", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION#", "REFERENCED_TABLE_SCHEMA", "REFERENCED_TABLE_NAME", "REFERENCED_COLUMN_NAME"], rows: keyUsage },
  triggers: { names: ["TRIGGER_SCHEMA", "TRIGGER_NAME", "EVENT_MANIPULATION", "EVENT_OBJECT_SCHEMA", "EVENT_OBJECT_TABLE", "ACTION_STATEMENT", "ACTION_TIMING", "CREATED", "DEFINER"], rows: triggers },
  views: { names: ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION", "DEFINER", "SECURITY_TYPE"], rows: (frame) => Object.values(frame.server.catalog.databases).flatMap((database) => Object.values(database.views).map((view) => ["def", database.name, view.name, view.select, view.definer, view.security])) },
  routines: { names: ["ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_TYPE", "ROUTINE_DEFINITION", "DEFINER"], rows: (frame) => Object.values(frame.server.catalog.databases).flatMap((database) => Object.values(database.routines).map((routine) => [database.name, routine.name, routine.kind, routine.body, routine.definer])) },
  processlist: { names: ["ID#", "USER", "HOST", "DB", "COMMAND", "TIME#", "STATE", "INFO"], rows: (frame) => processList(frame, null) },
  global_status: { names: ["VARIABLE_NAME", "VARIABLE_VALUE"], rows: (frame) => statusVariables(frame).map(([name, value]) => [name.toUpperCase(), String(value)]) },
};

/** Tables that a real server has and this engine has not. */
const missingTables: ReadonlySet<string> = new Set(
  (
    "all_plugins applicable_roles character_sets check_constraints client_statistics collations collation_character_set_applicability column_privileges enabled_roles engines events files geometry_columns global_variables index_statistics innodb_buffer_page " +
    "innodb_buffer_pool_stats innodb_cmp innodb_lock_waits innodb_locks innodb_metrics innodb_sys_tables innodb_sys_tablespaces innodb_tablespaces innodb_trx keywords key_caches optimizer_trace parameters partitions plugins profiling referential_constraints " +
    "schema_privileges session_status session_variables sql_functions system_variables table_constraints table_privileges table_statistics tablespaces thread_pool_groups user_privileges user_statistics user_variables"
  ).split(" "),
);

/** Accounts that every server of a product has and nobody logs in to. */
const systemAccounts = (isMariaDb: boolean): readonly string[] => (isMariaDb ? ["mariadb.sys"] : ["mysql.infoschema", "mysql.session", "mysql.sys"]);

/** `mysql.user` in the order of its key. */
function userRows({ server }: Frame): readonly (readonly Cell[])[] {
  const { isMariaDb } = server.flavour;
  const rows = [...server.accounts, ...systemAccounts(isMariaDb).map((name) => ({ name, host: "localhost", verifier: "", isLocked: true }))].map(({ name, host, verifier, isLocked }): Cell[] => [host, name, pluginOf(server.flavour), ...(isMariaDb ? [verifier] : [isLocked ? "Y" : "N"])]);
  return rows.sort(([hostA, nameA], [hostB, nameB]) => (`${String(hostA)}\0${String(nameA)}` < `${String(hostB)}\0${String(nameB)}` ? -1 : 1));
}

/** The tables of the server's own database that are kept; of a real one's many columns these. */
const ownTables: Readonly<Record<string, { readonly names: (frame: Frame) => readonly string[]; readonly rows: (frame: Frame) => readonly (readonly Cell[])[] }>> = {
  user: { names: ({ server }) => ["Host", "User", "plugin", server.flavour.isMariaDb ? "authentication_string" : "account_locked"], rows: userRows },
  general_log: { names: () => ["event_time", "user_host", "thread_id#", "server_id#", "command_type", "argument"], rows: (frame) => generalLogRows(frame, (ms) => dateTimeText(fromMicros(BigInt(ms) * 1000n), 6)) },
};

/** Throws 1142 for whoever may not read the server's own database. */
function ownTable(frame: Frame, name: string): ResolvedTable | undefined {
  const table = ownTables[name];
  if (table === undefined) return undefined;
  demandOnTable(frame, ["SELECT"], "mysql", name);
  return virtualTable("mysql", table.names(frame), table.rows(frame));
}

/** A table of information_schema (its names have no case) or of the server's own database, `undefined` for one the engine does not keep. */
export function informationTable(frame: Frame, database: string, name: string): ResolvedTable | undefined {
  if (database === "mysql") return ownTable(frame, name);
  const definition = definitions[name.toLowerCase()];
  if (definition === undefined && missingTables.has(name.toLowerCase())) throw notSupported(`information_schema.${name}`);
  return definition === undefined ? undefined : virtualTable(database, definition.names, definition.rows(frame));
}
