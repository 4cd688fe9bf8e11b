import type { SqlResult } from "../contract.ts";
import type { Database, KeyPart, Routine, Table } from "./catalog.ts";
import { quoteName, storageName } from "./catalog.ts";
import { columnTypeText, createRoutineText, createTableText, createViewText, defaultText, definerText } from "./createText.ts";
import { notSupported, sqlError } from "./errors.ts";
import { databaseNameOf, databaseOf, expressionOf, systemVariable, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { resultSet } from "./outcome.ts";
import { asCondition } from "./convert.ts";
import { showGrants } from "./grantStatements.ts";
import { virtualTable } from "./informationSchema.ts";
import { isWord } from "./lexer.ts";
import { isLike } from "./likePattern.ts";
import { canSee, demandAdministration, demandOnTable, demandSight } from "./privileges.ts";
import { processList } from "./processList.ts";
import { statusVariables } from "./serverStatus.ts";
import type { SqlValue } from "./sqlTypes.ts";
import { dateTimeText, fromMicros } from "./temporal.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** Reads `LIKE 'pattern'`; WHERE was taken off before. */
function readLike(cursor: TokenCursor): { readonly accepts: (name: string) => boolean; readonly suffix: string } {
  if (!cursor.take("LIKE")) {
    cursor.expectEnd();
    return { accepts: () => true, suffix: "" };
  }
  const pattern = cursor.string();
  cursor.expectEnd();
  return { accepts: (name) => isLike(pattern, name), suffix: ` (${pattern})` };
}

function readFrom(cursor: TokenCursor): string | undefined {
  return cursor.take("FROM") || cursor.take("IN") ? cursor.name() : undefined;
}

/** A moment as DATETIME text in UTC. */
export function moment(ms: number): string {
  return dateTimeText(fromMicros(BigInt(ms) * 1000n), 0);
}

export function countRows(frame: Frame, table: Table): number {
  return Number(frame.server.store.query(`SELECT count(*) FROM ${storageName(table)}`)[0]?.[0] ?? 0);
}

function showTables(frame: Frame, cursor: TokenCursor, isFull: boolean): SqlResult {
  const name = databaseNameOf(frame, readFrom(cursor));
  demandSight(frame, name);
  const database = databaseOf(frame, name);
  const like = readLike(cursor);
  const rows = [...Object.keys(database.tables).map((name) => [name, "BASE TABLE"]), ...Object.keys(database.views).map((name) => [name, "VIEW"])].filter(([name = ""]) => like.accepts(name) && canSee(frame, database.name, name));
  rows.sort(([left = ""], [right = ""]) => (left < right ? -1 : 1));
  const heading = `Tables_in_${database.name}${like.suffix}`;
  return isFull ? resultSet([heading, "Table_type"], rows) : resultSet([heading], rows.map((row) => row.slice(0, 1)));
}

function showDatabases(frame: Frame, cursor: TokenCursor): SqlResult {
  const like = readLike(cursor);
  const system = ["information_schema", "mysql", "performance_schema", "sys"];
  const names = [...new Set([...system, ...Object.keys(frame.server.catalog.databases)])].filter((name) => like.accepts(name) && canSee(frame, name)).sort();
  return resultSet([`Database${like.suffix}`], names.map((name) => [name]));
}

function keyMark(table: Table, column: string): string {
  const first = table.keys.find((key) => key.kind === "primary" && key.parts.some((part) => part.column === column));
  if (first !== undefined) return "PRI";
  const key = table.keys.find((own) => own.parts[0]?.column === column);
  return key === undefined ? "" : key.kind === "unique" && key.parts.length === 1 ? "UNI" : "MUL";
}

/** SHOW COLUMNS and DESCRIBE. */
export function showColumns(frame: Frame, database: string | undefined, name: string, accepts: (name: string) => boolean, isFull: boolean): SqlResult {
  if (!canSee(frame, databaseNameOf(frame, database), name)) demandOnTable(frame, ["SELECT"], databaseNameOf(frame, database), name);
  const { table } = tableOf(frame, database, name);
  const { flavour } = frame.server;
  const rows = table.columns.filter((column) => accepts(column.name)).map((column): SqlValue[] => {
    const text = defaultText(column, flavour)?.replace(/^'([\s\S]*)'$/, "$1") ?? null;
    const stamp = !flavour.isMariaDb && column.defaultSql !== undefined && /^current_timestamp|^now/i.test(column.defaultSql) ? "DEFAULT_GENERATED" : "";
    const touched = column.isUpdatedNow ? `on update ${flavour.isMariaDb ? "current_timestamp()" : "CURRENT_TIMESTAMP"}` : "";
    const extra = column.isAutoIncrement ? "auto_increment" : column.generated === undefined ? [stamp, touched].filter((part) => part !== "").join(" ") : `${column.generated.isStored ? "STORED" : "VIRTUAL"} GENERATED`;
    const basic = [column.isNullable ? "YES" : "NO", keyMark(table, column.name), text === "NULL" ? null : text, extra];
    return isFull ? [column.name, columnTypeText(column, flavour), column.collation ?? null, ...basic, "select,insert,update,references", column.comment] : [column.name, columnTypeText(column, flavour), ...basic];
  });
  return resultSet(isFull ? ["Field", "Type", "Collation", "Null", "Key", "Default", "Extra", "Privileges", "Comment"] : ["Field", "Type", "Null", "Key", "Default", "Extra"], rows);
}

/** How many different values the key's first columns have. InnoDB estimates it from a few pages. */
function distinctCount(frame: Frame, table: Table, parts: readonly KeyPart[]): number {
  const list = parts.map((part) => quoteName(part.column)).join(",");
  return Number(frame.server.store.query(`SELECT count(*) FROM (SELECT DISTINCT ${list} FROM ${storageName(table)})`)[0]?.[0] ?? 0);
}

function showIndex(frame: Frame, cursor: TokenCursor): SqlResult {
  if (!cursor.take("FROM")) cursor.expect("IN");
  const target = cursor.qualifiedName();
  const { table } = tableOf(frame, readFrom(cursor) ?? target.database, target.name, ["SELECT"]);
  cursor.expectEnd();
  const { isMariaDb } = frame.server.flavour;
  const rows = table.keys.flatMap((key) => key.parts.map((part, index): SqlValue[] => {
    const isNullable = table.columns.find((column) => column.name === part.column)?.isNullable === true;
    return [table.name, key.kind === "primary" || key.kind === "unique" ? 0 : 1, key.name, index + 1, part.column, part.isDescending ? "D" : "A", distinctCount(frame, table, key.parts.slice(0, index + 1)), part.length ?? null, null, isNullable ? "YES" : "", key.kind === "fulltext" ? "FULLTEXT" : "BTREE", "", "", ...(isMariaDb ? ["NO"] : ["YES", null])];
  }));
  return resultSet(["Table", "Non_unique#", "Key_name", "Seq_in_index#", "Column_name", "Collation", "Cardinality#", "Sub_part#", "Packed", "Null", "Index_type", "Comment", "Index_comment", ...(isMariaDb ? ["Ignored"] : ["Visible", "Expression"])], rows);
}

function findTrigger(database: Database, name: string) {
  return Object.values(database.tables).flatMap((table) => table.triggers).find((trigger) => trigger.name === name);
}

/** The statement that made a trigger. */
export function createTriggerText(database: Database, name: string): string {
  for (const table of Object.values(database.tables)) {
    const trigger = table.triggers.find((own) => own.name === name);
    if (trigger !== undefined) return `CREATE DEFINER=${definerText(trigger.definer)} TRIGGER \`${trigger.name}\` ${trigger.time} ${trigger.event} ON \`${table.name}\` FOR EACH ROW ${trigger.body}`;
  }
  throw sqlError("ER_TRG_DOES_NOT_EXIST");
}

function showCreateRoutine(frame: Frame, kind: Routine["kind"], target: { readonly database: string | undefined; readonly name: string }): SqlResult {
  const routine = databaseOf(frame, target.database).routines[`${kind} ${target.name}`];
  if (routine === undefined) throw sqlError("ER_SP_DOES_NOT_EXIST", kind, target.name);
  const heading = kind === "PROCEDURE" ? "Procedure" : "Function";
  return resultSet([heading, "sql_mode", `Create ${heading}`, "character_set_client", "collation_connection", "Database Collation"], [[routine.name, routine.sqlMode, createRoutineText(routine), "utf8mb4", "utf8mb4_general_ci", databaseOf(frame, target.database).collation]]);
}

function showCreate(frame: Frame, cursor: TokenCursor): SqlResult {
  const kind = cursor.next().value.toUpperCase();
  const target = cursor.qualifiedName();
  cursor.expectEnd();
  if (kind === "PROCEDURE" || kind === "FUNCTION") return showCreateRoutine(frame, kind, target);
  if (kind === "DATABASE" || kind === "SCHEMA") {
    const database = databaseOf(frame, target.name);
    const comment = frame.server.flavour.isMariaDb ? "" : " /*!80016 DEFAULT ENCRYPTION='N' */";
    return resultSet(["Database", "Create Database"], [[database.name, `CREATE DATABASE \`${database.name}\` /*!40100 DEFAULT CHARACTER SET ${database.charset} COLLATE ${database.collation} */${comment}`]]);
  }
  if (!canSee(frame, databaseNameOf(frame, target.database), target.name)) demandOnTable(frame, ["SELECT"], databaseNameOf(frame, target.database), target.name, "SHOW");
  const database = databaseOf(frame, target.database);
  if (kind === "TRIGGER") {
    const trigger = findTrigger(database, target.name);
    const created = trigger === undefined ? null : moment(trigger.createdAt);
    return resultSet(["Trigger", "sql_mode", "SQL Original Statement", "character_set_client", "collation_connection", "Database Collation", "Created"], [[target.name, trigger?.sqlMode ?? "", createTriggerText(database, target.name), "utf8mb4", "utf8mb4_general_ci", database.collation, created]]);
  }
  const view = database.views[target.name];
  if (view !== undefined) return resultSet(["View", "Create View", "character_set_client", "collation_connection"], [[view.name, createViewText(view), "utf8mb4", "utf8mb4_general_ci"]]);
  if (kind === "VIEW") throw database.tables[target.name] === undefined ? sqlError("ER_NO_SUCH_TABLE", database.name, target.name) : sqlError("ER_WRONG_OBJECT", database.name, target.name, "VIEW");
  if (kind !== "TABLE") throw notSupported(`SHOW CREATE ${kind}`);
  return resultSet(["Table", "Create Table"], [[target.name, createTableText(tableOf(frame, target.database, target.name).table, frame.server.flavour)]]);
}

function showTriggers(frame: Frame, cursor: TokenCursor): SqlResult {
  const database = databaseOf(frame, readFrom(cursor));
  const like = readLike(cursor);
  const rows = Object.values(database.tables).filter((table) => like.accepts(table.name)).flatMap((table) => table.triggers.map((trigger): SqlValue[] => [trigger.name, trigger.event, table.name, trigger.body, trigger.time, moment(trigger.createdAt), trigger.sqlMode, trigger.definer, "utf8mb4", "utf8mb4_general_ci", database.collation]));
  return resultSet(["Trigger", "Event", "Table", "Statement", "Timing", "Created", "sql_mode", "Definer", "character_set_client", "collation_connection", "Database Collation"], rows);
}

function showVariables(frame: Frame, cursor: TokenCursor, scope: "global" | "session"): SqlResult {
  const like = readLike(cursor);
  const rows = [...frame.server.globals.keys()].filter(like.accepts).sort().map((name): SqlValue[] => [name, String(systemVariable(frame, name, scope) ?? "")]);
  return resultSet(["Variable_name", "Value"], rows);
}

function showStatus(frame: Frame, cursor: TokenCursor): SqlResult {
  const like = readLike(cursor);
  return resultSet(["Variable_name", "Value"], statusVariables(frame).filter(([name]) => like.accepts(name)).map(([name, value]) => [name, String(value)]));
}

function showBinaryLogStatus(frame: Frame): SqlResult {
  demandAdministration(frame, "binaryLogs");
  const log = frame.server.replication.binaryLog();
  const names = ["File", "Position#", "Binlog_Do_DB", "Binlog_Ignore_DB", ...(frame.server.flavour.isMariaDb ? [] : ["Executed_Gtid_Set"])];
  return resultSet(names, log === undefined ? [] : [[log.file, log.position, "", "", ...(frame.server.flavour.isMariaDb ? [] : [""])]]);
}

function showBinaryLogs(frame: Frame): SqlResult {
  demandAdministration(frame, "binaryLogs");
  const log = frame.server.replication.binaryLog();
  const isMariaDb = frame.server.flavour.isMariaDb;
  return resultSet(["Log_name", "File_size#", ...(isMariaDb ? [] : ["Encrypted"])], log === undefined ? [] : [[log.file, log.position, ...(isMariaDb ? [] : ["No"])]]);
}

function showReplicaStatus(frame: Frame): SqlResult {
  demandAdministration(frame, "replicaStatus");
  const status = frame.server.replication.replicaStatus(frame.nowMs);
  return resultSet(status?.map(([name]) => name) ?? ["Replica_IO_State"], status === undefined ? [] : [status.map(([, value]) => value)]);
}

/** Replication statements by version: MySQL 8.4 dropped MASTER and SLAVE; REPLICA came with 8.0.22 and MariaDB 10.5. */
function showReplication(frame: Frame, cursor: TokenCursor): SqlResult | undefined {
  const { isMariaDb, versionId } = frame.server.flavour;
  const hasOldWords = isMariaDb || versionId < 80_400;
  if ((hasOldWords && cursor.take("MASTER", "STATUS")) || (!isMariaDb && versionId >= 80_200 && cursor.take("BINARY", "LOG", "STATUS")) || (isMariaDb && cursor.take("BINLOG", "STATUS"))) {
    cursor.expectEnd();
    return showBinaryLogStatus(frame);
  }
  if (cursor.take("BINARY", "LOGS") || (hasOldWords && cursor.take("MASTER", "LOGS"))) {
    cursor.expectEnd();
    return showBinaryLogs(frame);
  }
  if ((hasOldWords && cursor.take("SLAVE")) || ((isMariaDb || versionId >= 80_022) && cursor.is("REPLICA") && cursor.take("REPLICA"))) {
    cursor.expect("STATUS");
    cursor.expectEnd();
    return showReplicaStatus(frame);
  }
  // The error stands at the word that cannot follow.
  if (cursor.is("BINARY") || (hasOldWords && cursor.is("MASTER"))) {
    cursor.next();
    throw cursor.fail();
  }
  return undefined;
}

/** The rows of a SHOW that a WHERE accepts. Its columns are the answer's. */
function whereRows(frame: Frame, result: SqlResult, condition: string): SqlResult {
  const cells = result.rows.map((row) => row.map((cell) => (typeof cell === "bigint" || cell instanceof Uint8Array ? String(cell) : cell)));
  const table = virtualTable("", result.columns.map((column) => (column.isNumeric ? `${column.name}#` : column.name)), cells);
  const test = asCondition(expressionOf(frame, condition, [{ name: "show", database: undefined, columns: table.columns("show") }]));
  const kept = frame.server.store.query(`SELECT (${test}) FROM ${table.sql} AS "show"`);
  const rows = result.rows.filter((_row, index) => Number(kept[index]?.[0] ?? 0) !== 0);
  return { ...result, rows, affectedRows: rows.length };
}

/** SHOW, after that word. */
export function runShow(frame: Frame, cursor: TokenCursor, sql: string): SqlResult {
  const where = cursor.tokens.find((token) => isWord(token, "WHERE"));
  if (where === undefined) return showAll(frame, cursor, sql);
  const head = cursor.over(sql.slice(0, where.start));
  head.next();
  return whereRows(frame, showAll(frame, head, sql), sql.slice(where.end).replace(/;\s*$/, ""));
}

function showAll(frame: Frame, cursor: TokenCursor, sql: string): SqlResult {
  const isFull = cursor.take("FULL");
  if (cursor.take("TABLES")) return showTables(frame, cursor, isFull);
  if (cursor.take("COLUMNS") || cursor.take("FIELDS")) {
    if (!cursor.take("FROM")) cursor.expect("IN");
    const target = cursor.qualifiedName();
    const database = readFrom(cursor) ?? target.database;
    return showColumns(frame, database, target.name, readLike(cursor).accepts, isFull);
  }
  if (cursor.take("PROCESSLIST")) {
    cursor.expectEnd();
    return resultSet(["Id#", "User", "Host", "db", "Command", "Time#", "State", "Info"], processList(frame, sql));
  }
  if (isFull) throw notSupported("SHOW FULL");
  if (cursor.take("DATABASES") || cursor.take("SCHEMAS")) return showDatabases(frame, cursor);
  if (cursor.take("CREATE")) return showCreate(frame, cursor);
  if (cursor.take("TRIGGERS")) return showTriggers(frame, cursor);
  if (cursor.take("INDEX") || cursor.take("INDEXES") || cursor.take("KEYS")) return showIndex(frame, cursor);
  const scope = cursor.take("GLOBAL") ? "global" : "session";
  if (scope === "session") cursor.take("SESSION");
  if (cursor.take("VARIABLES")) return showVariables(frame, cursor, scope);
  if (cursor.take("STATUS")) return showStatus(frame, cursor);
  const replication = showReplication(frame, cursor);
  if (replication !== undefined) return replication;
  if (cursor.take("WARNINGS")) return resultSet(["Level", "Code#", "Message"], frame.session.warnings.map((warning) => [warning.level, warning.errno, warning.message]));
  if (cursor.take("ERRORS")) return resultSet(["Level", "Code#", "Message"], frame.session.warnings.filter((warning) => warning.level === "Error").map((warning) => [warning.level, warning.errno, warning.message]));
  if (cursor.take("EVENTS")) {
    readFrom(cursor);
    readLike(cursor);
    // CREATE EVENT is refused, so there are none.
    return resultSet(["Db", "Name", "Definer", "Time zone", "Type", "Execute at", "Interval value", "Interval field", "Starts", "Ends", "Status", "Originator#", "character_set_client", "collation_connection", "Database Collation"], []);
  }
  if (cursor.take("GRANTS")) return showGrants(frame, cursor);
  if (cursor.is("TABLE", "ENGINES", "ENGINE", "PROCEDURE", "FUNCTION", "PLUGINS", "COLLATION", "CHARACTER", "OPEN", "PRIVILEGES", "BINLOG", "RELAYLOG", "REPLICAS")) throw notSupported(`SHOW ${cursor.peek().value.toUpperCase()}`);
  throw cursor.fail();
}
