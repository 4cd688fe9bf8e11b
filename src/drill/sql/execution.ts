import type { Account } from "./accounts.ts";
import type { SqlResult } from "../contract.ts";
import type { SqlValue, Typed } from "./sqlTypes.ts";
import type { Catalog, Database, Table, View } from "./catalog.ts";
import { quoteName, storageName, typeOf } from "./catalog.ts";
import { castTo, literal } from "./convert.ts";
import { sqlError } from "./errors.ts";
import { translate } from "./expressions.ts";
import type { GeneralLogEntry } from "./generalLog.ts";
import { informationTable } from "./informationSchema.ts";
import type { SqlParser } from "./parser.ts";
import { demandOnTable } from "./privileges.ts";
import { child, children } from "./ast.ts";
import { inScope } from "./scope.ts";
import type { ResolvedTable, Source, SourceColumn, Surroundings, Translation } from "./scope.ts";
import { beginTranslation, translateSelect } from "./select.ts";
import type { TranslatedSelect } from "./select.ts";
import type { Session } from "./session.ts";
import type { RawValue, Store } from "./store.ts";
import { wordSwitches, zoneMinutes } from "./systemVariables.ts";
import { readValue } from "./values.ts";
import type { StoreMode } from "./values.ts";
import type { Flavour } from "./versionComments.ts";

/** What CHANGE MASTER TO says; what it leaves out stays, but for the relay log. */
export interface ReplicaChange {
  readonly delayMs?: number;
  readonly relayFile?: string;
  readonly relayPosition?: number;
}

/** What statements may ask and tell replication. */
export interface ReplicationFacts {
  /** SHOW REPLICA STATUS; `undefined` where no primary is configured. */
  replicaStatus(nowMs: number): readonly (readonly [name: string, value: SqlValue])[] | undefined;
  isReplicaRunning(): boolean;
  stopReplica(nowMs: number): void;
  startReplica(nowMs: number): void;
  resetReplica(forgetsPrimary: boolean): void;
  /** CHANGE MASTER TO. Throws while the replica runs, or when the place in the relay log is not the one where it stands. */
  changeReplica(wanted: ReplicaChange): void;
  /** End of the binary log; `undefined` without one. */
  binaryLog(): { readonly file: string; readonly position: number; readonly start: number } | undefined;
  resetBinaryLog(): void;
}

/** What all statements of one server share. */
export interface ServerState {
  /** Runs any statement. Triggers and procedures hold statements, and statements fire triggers. */
  readonly run: (frame: Frame, sql: string) => SqlResult;
  readonly store: Store;
  catalog: Catalog;
  globals: Map<string, string | number>;
  readonly parser: SqlParser;
  readonly flavour: Flavour;
  readonly version: string;
  readonly sessions: Map<number, Session>;
  readonly startedAt: number;
  /** Compiled checks and generated columns by table id and text; emptied by schema changes. */
  readonly compiled: Map<string, Typed>;
  readonly random: () => number;
  /** Facts of replication and the binary log that SHOW and the status tables ask for. */
  readonly replication: ReplicationFacts;
  accounts: Account[];
  /** What `mysql.general_log` holds. */
  generalLog: GeneralLogEntry[];
  readonly statistics: { questions: number; connections: number; slowQueries: number };
}

/** Where a statement runs: directly in a session, or inside a trigger or procedure (then with locals, NEW and OLD). */
export interface Frame {
  readonly server: ServerState;
  readonly session: Session;
  readonly database: string | undefined;
  /** World epoch milliseconds of the statement. */
  readonly nowMs: number;
  readonly locals: Map<string, SqlValue> | undefined;
  readonly rows: readonly Source[];
  readonly depth: number;
  /** Overrides the session's sql_mode (a trigger keeps the mode of its creation); `undefined` otherwise. */
  readonly sqlMode: string | undefined;
}

/** The name of the database that a statement means, whether there is one or not. Throws 1046 without a choice. */
export function databaseNameOf(frame: Frame, name: string | undefined): string {
  const chosen = name ?? frame.database;
  if (chosen === undefined) throw sqlError("ER_NO_DB");
  return chosen;
}

/** The database, throwing 1046 without a choice and 1049 for an unknown one. */
export function databaseOf(frame: Frame, name: string | undefined): Database {
  const chosen = databaseNameOf(frame, name);
  const database = frame.server.catalog.databases[chosen];
  if (database === undefined) throw sqlError("ER_BAD_DB", chosen);
  return database;
}

/** A base table, throwing 1146 (1046 without a database), and 1142 where the session lacks one of `privileges` on it. */
export function tableOf(frame: Frame, database: string | undefined, name: string, privileges: readonly string[] = []): { readonly database: Database; readonly table: Table } {
  if (privileges.length > 0) demandOnTable(frame, privileges, databaseNameOf(frame, database), name);
  const home = databaseOf(frame, database);
  const table = home.tables[name];
  if (table === undefined) throw sqlError("ER_NO_SUCH_TABLE", home.name, name);
  return { database: home, table };
}

/** Throws where LOCK TABLES or FLUSH TABLES WITH READ LOCK, of this session or another, forbids what a statement does with a table. */
export function checkLocks(frame: Frame, database: string, table: string, access: "READ" | "WRITE"): void {
  const { session, server } = frame;
  // What a trigger touches is locked with its table; replication waits for nobody here.
  if (frame.depth > 0 || session.isReplicationThread) return;
  const key = `${database}.${table}`;
  const own = session.locks?.get(key);
  if (session.locks !== undefined && own === undefined) throw sqlError("ER_TABLE_NOT_LOCKED", table);
  if (own === "READ" && access === "WRITE") throw sqlError("ER_TABLE_NOT_LOCKED_FOR_WRITE", table);
  for (const other of server.sessions.values()) {
    const held = other === session ? undefined : other.locks?.get(key);
    // A real server waits; this one answers at once what the wait would end with.
    if (held === "WRITE" || (held === "READ" && access === "WRITE")) throw sqlError("ER_LOCK_WAIT_TIMEOUT");
  }
}

/** A base table that the statement writes to. Throws 1142, 1146, 1099, 1100 and 1205. */
export function writableTable(frame: Frame, database: string | undefined, name: string, privileges: readonly string[]): { readonly database: Database; readonly table: Table } {
  const found = tableOf(frame, database, name, privileges);
  checkLocks(frame, found.database.name, name, "WRITE");
  return found;
}

/** A system variable's value for the session: its own, else the server's. Throws 1193. */
export function systemVariable(frame: Frame, name: string, scope: "global" | "session"): string | number | null {
  const key = name.toLowerCase();
  const own = scope === "session" ? frame.session.variables.get(key) : undefined;
  const value = own ?? frame.server.globals.get(key);
  if (key === "sql_mode" && scope === "session" && frame.sqlMode !== undefined) return frame.sqlMode;
  if (value === undefined) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", name);
  return value;
}

function readVariable(frame: Frame, text: string): SqlValue {
  const system = /^@@(?:(global|session|local)\s*\.\s*)?([\w$.]+)$/i.exec(text);
  if (system === null) return frame.session.variables.get(userVariableName(text)) ?? null;
  const value = systemVariable(frame, system[2] ?? "", system[1]?.toLowerCase() === "global" ? "global" : "session");
  if (wordSwitches.has((system[2] ?? "").toLowerCase())) return value;
  return value === "ON" ? 1 : value === "OFF" ? 0 : value;
}

/** `@'Name'` and `@name` are one variable. */
export function userVariableName(text: string): string {
  return `@${text.slice(1).replace(/^[`'"]|[`'"]$/g, "").toLowerCase()}`;
}

/** Columns of a base table under an alias; TIMESTAMPs are shown in the session's zone. */
export function sourceColumns(table: Table, alias: string, zone: number): SourceColumn[] {
  return table.columns.map((column) => {
    const type = typeOf(column);
    const plain = `${quoteName(alias)}.${quoteName(column.name)}`;
    const isShifted = column.type.base === "timestamp" && zone !== 0 && type.kind === "datetime";
    const sql = isShifted ? `my_shift(${plain},${String(zone)},${String(type.fsp)})` : plain;
    return { name: column.name, typed: { sql, type, ...(column.type.base === "enum" ? { members: column.type.members } : {}) } };
  });
}

function resolveView(frame: Frame, database: Database, view: View): ResolvedTable {
  // Its tables are read in its definer's name.
  const depth = view.security === "INVOKER" ? frame.depth : frame.depth + 1;
  const inner = selectText({ ...frame, database: database.name, rows: [], locals: undefined, depth }, view.select);
  const columns = (alias: string): SourceColumn[] =>
    inner.columns.map((column, index) => ({ name: view.columns?.[index] ?? column.name, typed: { ...column.typed, sql: `${quoteName(alias)}.c${String(index)}` } }));
  return { sql: `(${inner.sql})`, database: database.name, columns };
}

function resolveTable(frame: Frame, name: string | undefined, tableName: string): ResolvedTable {
  const chosen = name ?? frame.database;
  if (chosen !== undefined && /^(?:information_schema|mysql)$/i.test(chosen)) {
    const table = informationTable(frame, chosen.toLowerCase(), tableName);
    if (table === undefined) throw chosen.toLowerCase() === "mysql" ? sqlError("ER_NO_SUCH_TABLE", "mysql", tableName) : sqlError("ER_UNKNOWN_TABLE", tableName, "information_schema");
    return table;
  }
  demandOnTable(frame, ["SELECT"], databaseNameOf(frame, name), tableName);
  if (name !== undefined && frame.server.flavour.isMariaDb && frame.server.catalog.databases[name] === undefined) throw sqlError("ER_NO_SUCH_TABLE", name, tableName);
  const database = databaseOf(frame, name);
  const view = database.views[tableName];
  if (view !== undefined) return resolveView(frame, database, view);
  const { table } = tableOf(frame, name, tableName);
  checkLocks(frame, database.name, tableName, "READ");
  return { sql: storageName(table), database: database.name, columns: (alias) => sourceColumns(table, alias, zoneOf(frame)) };
}

/** Minutes east of UTC of the session. */
export function zoneOf(frame: Frame): number {
  return zoneMinutes(String(frame.session.variables.get("time_zone") ?? frame.server.globals.get("time_zone") ?? "SYSTEM")) ?? 0;
}

export function surroundingsOf(frame: Frame): Surroundings {
  const { server, session } = frame;
  return {
    isMariaDb: server.flavour.isMariaDb,
    version: server.version,
    database: frame.database,
    user: `${session.user}@${session.host}`,
    currentUser: session.currentUser,
    nowMs: frame.nowMs,
    zoneMinutes: zoneOf(frame),
    lastInsertId: session.lastInsertId,
    rowCount: session.rowCount,
    connectionId: session.id,
    groupConcatLimit: Number(systemVariable(frame, "group_concat_max_len", "session")),
    variable: (text) => readVariable(frame, text),
    local: (name) => frame.locals?.get(name.toLowerCase()),
    table: (database, name) => resolveTable(frame, database, name),
    failsOnZero: false,
    random: server.random,
  };
}

/** A translation at the outermost scope of a frame: NEW and OLD are in sight inside triggers. */
export function translationOf(frame: Frame, parsed: Parameters<typeof beginTranslation>[0]): Translation {
  return inScope(beginTranslation(parsed, surroundingsOf(frame)), { sources: frame.rows });
}

/** The same translation for values that are stored: a strict session refuses division by zero in them. */
export function strictOnZero(frame: Frame, translation: Translation): Translation {
  const failsOnZero = isStrict(frame) && String(systemVariable(frame, "sql_mode", "session")).includes("ERROR_FOR_DIVISION_BY_ZERO");
  return { ...translation, surroundings: { ...translation.surroundings, failsOnZero } };
}

/** Translates a SELECT given as text. */
export function selectText(frame: Frame, sql: string): TranslatedSelect {
  const parsed = frame.server.parser.parse(sql);
  return translateSelect(parsed.ast, translationOf(frame, parsed));
}

/** The first select item of `SELECT expression`, translated in the frame. */
export function expressionOf(frame: Frame, expression: string, sources?: readonly Source[]): Typed {
  const parsed = frame.server.parser.parseExpression(expression);
  const item = children(parsed.ast, "columns")[0];
  const translation = translationOf(frame, parsed);
  return translate(child(item ?? {}, "expr") ?? {}, sources === undefined ? translation : inScope(translation, { sources }));
}

/** The value of a translated expression. */
export function valueOf(frame: Frame, typed: Typed): SqlValue {
  if (typed.literal !== undefined) return typed.literal;
  return readValue(frame.server.store.query(`SELECT ${typed.sql}`)[0]?.[0] ?? null, typed.type);
}

/** The value of an expression given as text. */
export function evaluate(frame: Frame, expression: string): SqlValue {
  return valueOf(frame, expressionOf(frame, expression));
}

/** A check or generated column as SQLite text over the stored row as parameters `?1`, `?2` …; kept until the schema changes. */
export function compileForRow(frame: Frame, table: Table, expression: string): Typed {
  const key = `${String(table.id)} ${expression}`;
  const known = frame.server.compiled.get(key);
  if (known !== undefined) return known;
  const columns = table.columns.map((column, index): SourceColumn => {
    const type = typeOf(column);
    const sql = type.kind === "int" || type.kind === "decimal" ? `CAST(?${String(index + 1)} AS INTEGER)` : `?${String(index + 1)}`;
    return { name: column.name, typed: { sql, type } };
  });
  const typed = expressionOf(frame, expression, [{ name: table.name, database: undefined, columns }]);
  frame.server.compiled.set(key, typed);
  return typed;
}

/** Runs a compiled expression on a stored row. SQLite binds only as many parameters as the text has. */
export function runForRow(frame: Frame, typed: Typed, row: readonly RawValue[]): RawValue {
  const highest = Math.max(0, ...[...typed.sql.matchAll(/\?(\d+)/g)].map((found) => Number(found[1])));
  return frame.server.store.query(`SELECT ${typed.sql}`, row.slice(0, highest))[0]?.[0] ?? null;
}

/** The expression cast to a column's type, for generated columns. */
export function asColumnType(typed: Typed, type: Typed["type"]): Typed {
  return { sql: castTo(typed.type.kind === "null" ? literal(null) : typed, type), type };
}

/** How values are stored in this frame. */
export function storeModeOf(frame: Frame, home: string, row: number): StoreMode {
  const { flavour } = frame.server;
  return { isStrict: isStrict(frame), zoneMinutes: zoneOf(frame), row, isMariaDb: flavour.isMariaDb, home, warn: (problem) => frame.session.warn("Warning", problem.errno, problem.message) };
}

/** Does the session's sql_mode refuse what does not fit? */
export function isStrict(frame: Frame): boolean {
  return /STRICT_(?:TRANS|ALL)_TABLES|TRADITIONAL/.test(String(systemVariable(frame, "sql_mode", "session")));
}

/** Is a session switch on? */
export function isOn(frame: Frame, name: string): boolean {
  const value = systemVariable(frame, name, "session");
  return value === "ON" || value === 1;
}

