import type { SqlResult } from "../contract.ts";
import { readAccountName } from "./accounts.ts";
import type { Routine, Trigger, View } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { databaseNameOf, databaseOf, selectText, systemVariable, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandInDatabase, demandOnRoutine, demandOnTable, mayAdminister } from "./privileges.ts";
import { dropStorage } from "./tableDdl.ts";
import type { TokenCursor } from "./tokenCursor.ts";

/** Words between CREATE and the kind of object. */
export interface CreatePrefix {
  readonly isReplace: boolean;
  readonly definer: string | undefined;
  readonly algorithm: string;
  readonly security: string;
}

/** Reads `OR REPLACE`, `DEFINER=…`, `ALGORITHM=…`, `SQL SECURITY …`. */
export function readCreatePrefix(cursor: TokenCursor): CreatePrefix {
  const isReplace = cursor.take("OR", "REPLACE");
  let definer: string | undefined;
  let algorithm = "UNDEFINED";
  let security = "DEFINER";
  for (;;) {
    if (cursor.take("DEFINER")) {
      cursor.expectOperator("=");
      const account = readAccountName(cursor);
      definer = account === undefined ? undefined : `${account.name}@${account.host}`;
    } else if (cursor.take("ALGORITHM")) {
      cursor.expectOperator("=");
      algorithm = cursor.next().value.toUpperCase();
    } else if (cursor.take("SQL", "SECURITY")) security = cursor.next().value.toUpperCase();
    else return { isReplace, definer, algorithm, security };
  }
}

/** CREATE DATABASE, after those words. */
export function createDatabase(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "NOT", "EXISTS");
  const name = cursor.name();
  let charset = String(frame.server.globals.get("character_set_server"));
  let collation = String(frame.server.globals.get("collation_server"));
  for (;;) {
    cursor.take("DEFAULT");
    if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET")) {
      cursor.takeOperator("=");
      charset = cursor.next().value.toLowerCase();
      if (!collation.startsWith(charset)) collation = `${charset}_general_ci`;
    } else if (cursor.take("COLLATE")) {
      cursor.takeOperator("=");
      collation = cursor.next().value.toLowerCase();
    } else if (cursor.take("ENCRYPTION")) {
      cursor.takeOperator("=");
      cursor.string();
    } else break;
  }
  cursor.expectEnd();
  demandInDatabase(frame, "CREATE", name);
  const { databases } = frame.server.catalog;
  if (databases[name] !== undefined) {
    if (!isOptional) throw sqlError("ER_DB_CREATE_EXISTS", name);
    frame.session.warn("Note", 1007, `Can't create database '${name}'; database exists`);
    return changed(1);
  }
  databases[name] = { name, charset, collation, tables: {}, views: {}, routines: {} };
  return changed(1);
}

/** DROP DATABASE, after those words. Affected rows are the tables. */
export function dropDatabase(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  const name = cursor.name();
  cursor.expectEnd();
  demandInDatabase(frame, "DROP", name);
  const database = frame.server.catalog.databases[name];
  if (database === undefined) {
    if (!isOptional) throw sqlError("ER_DB_DROP_EXISTS", name);
    frame.session.warn("Note", 1008, `Can't drop database '${name}'; database doesn't exist`);
    return changed(0);
  }
  const tables = Object.values(database.tables);
  for (const table of tables) dropStorage(frame, database, table);
  delete frame.server.catalog.databases[name];
  if (frame.session.database === name) frame.session.database = undefined;
  return changed(tables.length);
}

function restOf(cursor: TokenCursor): string {
  const text = cursor.sql.slice(cursor.peek().start).trim();
  return text.replace(/;\s*$/, "");
}

/** CREATE VIEW, after VIEW. The select must be valid now, as MySQL demands. */
export function createView(frame: Frame, cursor: TokenCursor, prefix: CreatePrefix): SqlResult {
  const target = cursor.qualifiedName();
  let columns: string[] | undefined;
  if (cursor.takeOperator("(")) {
    columns = [];
    do columns.push(cursor.name());
    while (cursor.takeOperator(","));
    cursor.expectOperator(")");
  }
  cursor.expect("AS");
  const select = restOf(cursor).replace(/\s+WITH\s+(?:CASCADED\s+|LOCAL\s+)?CHECK\s+OPTION\s*$/i, "");
  demandOnTable(frame, ["CREATE VIEW"], databaseNameOf(frame, target.database), target.name);
  const database = databaseOf(frame, target.database);
  if (database.tables[target.name] !== undefined || (database.views[target.name] !== undefined && !prefix.isReplace)) throw sqlError("ER_VIEW_EXISTS", target.name);
  selectText({ ...frame, database: database.name }, select);
  const view: View = { name: target.name, select, columns, definer: prefix.definer ?? frame.session.currentUser, algorithm: prefix.algorithm, security: prefix.security };
  database.views[target.name] = view;
  return changed(0);
}

/** DROP VIEW, after those words. */
export function dropViews(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  do {
    const target = cursor.qualifiedName();
    demandOnTable(frame, ["DROP"], databaseNameOf(frame, target.database), target.name);
    const database = databaseOf(frame, target.database);
    if (database.views[target.name] === undefined) {
      const missing = frame.server.flavour.isMariaDb ? sqlError("ER_MARIADB_UNKNOWN_VIEW", `${database.name}.${target.name}`) : sqlError("ER_BAD_TABLE", `${database.name}.${target.name}`);
      if (!isOptional) throw missing;
      frame.session.warn("Note", missing.errno, missing.message);
    }
    delete database.views[target.name];
  } while (cursor.takeOperator(","));
  cursor.expectEnd();
  return changed(0);
}

function readOneOf<T extends string>(cursor: TokenCursor, ...words: readonly T[]): T {
  const found = words.find((word) => cursor.take(word));
  if (found === undefined) throw cursor.fail();
  return found;
}

/** Throws 1419: what a trigger or function does on a replica cannot be foreseen, so that a binary log wants an administrator for it. */
function demandTrust(frame: Frame): void {
  const { server, session, depth } = frame;
  if (depth === 0 && server.replication.binaryLog() !== undefined && !mayAdminister(session.account, "triggers", server.flavour)) throw sqlError("ER_BINLOG_CREATE_ROUTINE_NEED_SUPER");
}

/** CREATE TRIGGER, after TRIGGER. */
export function createTrigger(frame: Frame, cursor: TokenCursor, prefix: CreatePrefix): SqlResult {
  cursor.take("IF", "NOT", "EXISTS");
  const target = cursor.qualifiedName();
  const time = readOneOf(cursor, "BEFORE", "AFTER");
  const event = readOneOf(cursor, "INSERT", "UPDATE", "DELETE");
  cursor.expect("ON");
  const on = cursor.qualifiedName();
  cursor.expect("FOR", "EACH", "ROW");
  if (cursor.is("FOLLOWS", "PRECEDES")) throw notSupported("FOLLOWS/PRECEDES");
  demandTrust(frame);
  const { database, table } = tableOf(frame, on.database ?? target.database, on.name, ["TRIGGER"]);
  const isTaken = Object.values(database.tables).some((other) => other.triggers.some((trigger) => trigger.name === target.name));
  if (isTaken && !prefix.isReplace) throw sqlError("ER_TRG_ALREADY_EXISTS");
  const trigger: Trigger = {
    name: target.name, time, event, body: restOf(cursor), definer: prefix.definer ?? frame.session.currentUser, sqlMode: String(systemVariable(frame, "sql_mode", "session")), createdAt: frame.nowMs,
  };
  table.triggers = [...table.triggers.filter((other) => other.name !== target.name), trigger];
  return changed(0);
}

/** DROP TRIGGER, after those words. */
export function dropTrigger(frame: Frame, cursor: TokenCursor): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  const target = cursor.qualifiedName();
  cursor.expectEnd();
  const database = databaseOf(frame, target.database);
  const table = Object.values(database.tables).find((other) => other.triggers.some((trigger) => trigger.name === target.name));
  if (table === undefined && !isOptional) throw sqlError("ER_TRG_DOES_NOT_EXIST");
  if (table !== undefined) demandOnTable(frame, ["TRIGGER"], database.name, table.name);
  if (table !== undefined) table.triggers = table.triggers.filter((trigger) => trigger.name !== target.name);
  return changed(0);
}

/** CREATE PROCEDURE and CREATE FUNCTION, after the kind. */
export function createRoutine(frame: Frame, cursor: TokenCursor, prefix: CreatePrefix, kind: Routine["kind"]): SqlResult {
  const isOptional = cursor.take("IF", "NOT", "EXISTS");
  const target = cursor.qualifiedName();
  demandInDatabase(frame, "CREATE ROUTINE", databaseNameOf(frame, target.database));
  if (kind === "FUNCTION") demandTrust(frame);
  const database = databaseOf(frame, target.database);
  const parameterText = cursor.parenthesized();
  const start = cursor.peek().start;
  while (!cursor.isAtEnd && !cursor.is("BEGIN", "SELECT", "INSERT", "UPDATE", "DELETE", "SET", "IF", "CALL", "REPLACE", "RETURN", "TRUNCATE")) {
    // `MODIFIES SQL DATA`, `COMMENT '…'`, `RETURNS decimal(10,2)` and the like.
    if (cursor.take("SQL", "SECURITY") || cursor.take("COMMENT")) cursor.next();
    else cursor.next();
  }
  const characteristics = cursor.sql.slice(start, cursor.peek().start).trim();
  const key = `${kind} ${target.name}`;
  if (database.routines[key] !== undefined && !prefix.isReplace) {
    if (isOptional) return changed(0);
    throw sqlError("ER_SP_ALREADY_EXISTS", kind, target.name);
  }
  const parameters: Routine["parameters"] = parameterText === "" ? [] : parameterText.split(/,(?![^(]*\))/).map((text) => {
    const found = /^\s*(IN|OUT|INOUT)?\s*`?([\w$]+)`?/i.exec(text);
    const mode = found?.[1]?.toUpperCase();
    return { name: (found?.[2] ?? "").toLowerCase(), mode: mode === "OUT" || mode === "INOUT" ? mode : "IN" };
  });
  database.routines[key] = { name: target.name, kind, parameters, parameterText, characteristics, body: restOf(cursor), definer: prefix.definer ?? frame.session.currentUser, sqlMode: String(systemVariable(frame, "sql_mode", "session")) };
  return changed(0);
}

/** DROP PROCEDURE and DROP FUNCTION, after the kind. */
export function dropRoutine(frame: Frame, cursor: TokenCursor, kind: Routine["kind"]): SqlResult {
  const isOptional = cursor.take("IF", "EXISTS");
  const target = cursor.qualifiedName();
  cursor.expectEnd();
  demandOnRoutine(frame, "ALTER ROUTINE", databaseNameOf(frame, target.database), target.name);
  const database = databaseOf(frame, target.database);
  const key = `${kind} ${target.name}`;
  if (database.routines[key] === undefined && !isOptional) throw sqlError("ER_SP_DOES_NOT_EXIST", kind, `${database.name}.${target.name}`);
  delete database.routines[key];
  return changed(0);
}
