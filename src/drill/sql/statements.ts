import type { SqlResult } from "../contract.ts";
import { alterUsers, createUsers, dropUsers, renameUsers, setPassword } from "./accountStatements.ts";
import { alterTable, changeIndex, renameTables } from "./alterTable.ts";
import { checksumTables } from "./checksum.ts";
import { notSupported, sqlError, syntaxError } from "./errors.ts";
import { databaseNameOf, databaseOf, evaluate, tableOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { grant, revoke } from "./grantStatements.ts";
import { insertLiterals, runInsert } from "./insert.ts";
import { createDatabase, createRoutine, createTrigger, createView, dropDatabase, dropRoutine, dropTrigger, dropViews, readCreatePrefix } from "./objectDdl.ts";
import { changed, resultSet } from "./outcome.ts";
import { demandAdministration, demandInDatabase, demandOnRoutine, demandOnTable, demandSight, mayAdminister } from "./privileges.ts";
import { runSelect } from "./query.ts";
import { changeSource, runReplication } from "./replicationStatements.ts";
import { runSet } from "./setStatement.ts";
import { runShow, showColumns } from "./show.ts";
import { runProcedureBody } from "./storedPrograms.ts";
import { createTable, dropTables, truncateTable } from "./tableDdl.ts";
import { TokenCursor } from "./tokenCursor.ts";
import { beginTransaction, commit, releaseSavepoint, rollback, rollbackToSavepoint, setSavepoint } from "./transactions.ts";
import { runDelete, runUpdate } from "./update.ts";

function runCreate(frame: Frame, cursor: TokenCursor): SqlResult {
  const prefix = readCreatePrefix(cursor);
  if (cursor.take("DATABASE") || cursor.take("SCHEMA")) return createDatabase(frame, cursor);
  if (cursor.take("TABLE")) return createTable(frame, cursor);
  if (cursor.take("VIEW")) return createView(frame, cursor, prefix);
  if (cursor.take("TRIGGER")) return createTrigger(frame, cursor, prefix);
  if (cursor.take("PROCEDURE")) return createRoutine(frame, cursor, prefix, "PROCEDURE");
  if (cursor.take("FUNCTION")) return createRoutine(frame, cursor, prefix, "FUNCTION");
  if (cursor.is("INDEX", "UNIQUE", "FULLTEXT", "SPATIAL")) return changeIndex(frame, cursor, "CREATE");
  if (cursor.take("USER")) return createUsers(frame, cursor, prefix.isReplace);
  if (cursor.is("ROLE", "EVENT", "SERVER", "TABLESPACE", "TEMPORARY", "AGGREGATE", "SEQUENCE")) throw notSupported(`CREATE ${cursor.peek().value.toUpperCase()}`);
  throw cursor.fail();
}

function runDrop(frame: Frame, cursor: TokenCursor): SqlResult {
  if (cursor.take("DATABASE") || cursor.take("SCHEMA")) return dropDatabase(frame, cursor);
  if (cursor.take("TABLE") || cursor.take("TABLES")) return dropTables(frame, cursor);
  if (cursor.take("VIEW")) return dropViews(frame, cursor);
  if (cursor.take("TRIGGER")) return dropTrigger(frame, cursor);
  if (cursor.take("PROCEDURE")) return dropRoutine(frame, cursor, "PROCEDURE");
  if (cursor.take("FUNCTION")) return dropRoutine(frame, cursor, "FUNCTION");
  if (cursor.is("INDEX")) return changeIndex(frame, cursor, "DROP");
  if (cursor.take("USER")) return dropUsers(frame, cursor);
  if (cursor.is("ROLE", "EVENT", "SERVER", "TEMPORARY")) throw notSupported(`DROP ${cursor.peek().value.toUpperCase()}`);
  throw cursor.fail();
}

function lockTables(frame: Frame, cursor: TokenCursor): SqlResult {
  if (!cursor.take("TABLES")) cursor.expect("TABLE");
  const locks = new Map<string, "READ" | "WRITE">();
  do {
    const target = cursor.qualifiedName();
    demandInDatabase(frame, "LOCK TABLES", databaseNameOf(frame, target.database));
    demandOnTable(frame, ["SELECT"], databaseNameOf(frame, target.database), target.name);
    const database = databaseOf(frame, target.database);
    if (database.views[target.name] === undefined) tableOf(frame, target.database, target.name);
    if (cursor.take("AS")) cursor.name();
    else if (!cursor.is("READ", "WRITE", "LOW_PRIORITY")) cursor.name();
    cursor.take("LOW_PRIORITY");
    const isRead = cursor.take("READ");
    if (isRead) cursor.take("LOCAL");
    else cursor.expect("WRITE");
    locks.set(`${database.name}.${target.name}`, isRead ? "READ" : "WRITE");
  } while (cursor.takeOperator(","));
  cursor.expectEnd();
  commit(frame);
  frame.session.locks = locks;
  return changed(0);
}

function call(frame: Frame, cursor: TokenCursor): SqlResult {
  const target = cursor.qualifiedName();
  const inner = cursor.peek().text === "(" ? cursor.parenthesized() : "";
  cursor.expectEnd();
  demandOnRoutine(frame, "EXECUTE", databaseNameOf(frame, target.database), target.name);
  const database = databaseOf(frame, target.database);
  const routine = database.routines[`PROCEDURE ${target.name}`];
  if (routine === undefined) throw sqlError("ER_SP_DOES_NOT_EXIST", "PROCEDURE", `${database.name}.${target.name}`);
  const given = inner === "" ? [] : splitArguments(frame, inner);
  if (given.length !== routine.parameters.length) throw sqlError("ER_SP_WRONG_NO_OF_ARGS", "PROCEDURE", `${database.name}.${target.name}`, routine.parameters.length, given.length);
  if (routine.parameters.some((parameter) => parameter.mode !== "IN")) throw notSupported("OUT parameters");
  if (frame.depth > 20) throw notSupported("procedures nested deeper than 20");
  const locals = new Map(routine.parameters.map((parameter, index) => [parameter.name, evaluate(frame, given[index] ?? "NULL")]));
  runProcedureBody({ ...frame, database: database.name, locals, rows: [], depth: frame.depth + 1, sqlMode: routine.sqlMode }, routine.body);
  return changed(0);
}

function splitArguments(frame: Frame, text: string): string[] {
  const cursor = new TokenCursor(text, frame.server.flavour.isMariaDb);
  const found: string[] = [];
  let start = 0;
  let depth = 0;
  for (; !cursor.isAtEnd; cursor.next()) {
    const token = cursor.peek();
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (token.text === "," && depth === 0) {
      found.push(text.slice(start, token.start));
      start = token.end;
    }
  }
  return [...found, text.slice(start)];
}

function runReset(frame: Frame, cursor: TokenCursor): SqlResult {
  const replica = runReplication(frame, cursor, "RESET");
  if (replica !== undefined) return replica;
  const { flavour } = frame.server;
  if (cursor.take("MASTER") || (!flavour.isMariaDb && flavour.versionId >= 80_200 && cursor.take("BINARY", "LOGS", "AND", "GTIDS"))) {
    cursor.expectEnd();
    demandAdministration(frame, "reload");
    frame.server.replication.resetBinaryLog();
    return changed(0);
  }
  throw cursor.fail();
}

function runStart(frame: Frame, cursor: TokenCursor): SqlResult {
  if (cursor.take("TRANSACTION")) {
    while (cursor.is("READ", "ONLY", "WRITE", "WITH", "CONSISTENT", "SNAPSHOT") || cursor.takeOperator(",")) cursor.next();
    cursor.expectEnd();
    return beginTransaction(frame);
  }
  const replica = runReplication(frame, cursor, "START");
  if (replica === undefined) throw cursor.fail();
  return replica;
}

function useDatabase(frame: Frame, cursor: TokenCursor): SqlResult {
  const name = cursor.name();
  cursor.expectEnd();
  demandSight(frame, name);
  frame.session.database = databaseOf(frame, name).name;
  return changed(0);
}

function maintain(frame: Frame, cursor: TokenCursor, verb: string): SqlResult {
  cursor.take("TABLE");
  if (!cursor.take("TABLES")) cursor.take("LOCAL");
  const rows: string[][] = [];
  do {
    const target = cursor.qualifiedName();
    demandOnTable(frame, verb === "check" ? ["SELECT"] : ["SELECT", "INSERT"], databaseNameOf(frame, target.database), target.name);
    const database = databaseOf(frame, target.database);
    const name = `${database.name}.${target.name}`;
    if (database.tables[target.name] === undefined) rows.push([name, verb, "Error", `Table '${name}' doesn't exist`], [name, verb, "status", "Operation failed"]);
    else {
      if (verb === "optimize") rows.push([name, verb, "note", "Table does not support optimize, doing recreate + analyze instead"]);
      rows.push([name, verb, "status", "OK"]);
    }
  } while (cursor.takeOperator(","));
  while (cursor.is("FOR", "UPGRADE", "QUICK", "FAST", "MEDIUM", "EXTENDED", "CHANGED")) cursor.next();
  cursor.expectEnd();
  return resultSet(["Table", "Op", "Msg_type", "Msg_text"], rows);
}

/** Statements after which MySQL has committed whatever was open. */
const committing = new Set(["CREATE", "DROP", "ALTER", "TRUNCATE", "RENAME", "START", "BEGIN", "STOP", "RESET", "LOCK", "ANALYZE", "OPTIMIZE", "GRANT", "REVOKE"]);

function runOther(frame: Frame, cursor: TokenCursor, word: string, sql: string): SqlResult {
  switch (word) {
    case "USE": return useDatabase(frame, cursor);
    case "SET": return cursor.take("PASSWORD") ? setPassword(frame, cursor) : runSet(frame, cursor);
    case "SHOW": return runShow(frame, cursor, sql);
    case "DESCRIBE": case "DESC": case "EXPLAIN": return describe(frame, cursor);
    case "CREATE": return runCreate(frame, cursor);
    case "DROP": return runDrop(frame, cursor);
    case "ALTER": return runAlter(frame, cursor);
    case "TRUNCATE": return truncateTable(frame, cursor);
    case "RENAME": return cursor.take("USER") ? renameUsers(frame, cursor) : renameTables(frame, cursor);
    case "GRANT": return grant(frame, cursor);
    case "REVOKE": return revoke(frame, cursor);
    case "LOCK": return lockTables(frame, cursor);
    case "UNLOCK": return unlock(frame, cursor);
    case "START": return runStart(frame, cursor);
    case "BEGIN": cursor.take("WORK"); cursor.expectEnd(); return beginTransaction(frame);
    case "COMMIT": cursor.take("WORK"); cursor.expectEnd(); return commit(frame);
    case "ROLLBACK": return runRollback(frame, cursor);
    case "SAVEPOINT": return setSavepoint(frame, lastName(cursor));
    case "RELEASE": cursor.expect("SAVEPOINT"); return releaseSavepoint(frame, lastName(cursor));
    case "STOP": return runReplication(frame, cursor, "STOP") ?? fail(cursor);
    case "RESET": return runReset(frame, cursor);
    case "CHANGE": return changeSource(frame, cursor);
    case "CHECKSUM": return checksumTables(frame, cursor);
    case "CHECK": case "ANALYZE": case "OPTIMIZE": return maintain(frame, cursor, word.toLowerCase());
    case "FLUSH": return flush(frame, cursor);
    case "KILL": return kill(frame, cursor);
    case "CALL": return call(frame, cursor);
    case "DO": evaluate(frame, cursor.sql.slice(cursor.peek().start)); return changed(0);
    case "PREPARE": case "EXECUTE": case "DEALLOCATE": case "LOAD": case "HANDLER": case "XA": case "PURGE": case "INSTALL": case "UNINSTALL": case "REPAIR": case "VALUES": case "TABLE": case "SHUTDOWN": case "BINLOG": case "CLONE": case "RESTART":
      throw notSupported(word);
    default: throw syntaxError(sql, cursor.tokens[0]?.start ?? 0, frame.server.flavour.isMariaDb);
  }
}

function lastName(cursor: TokenCursor): string {
  const name = cursor.name();
  cursor.expectEnd();
  return name;
}

function runRollback(frame: Frame, cursor: TokenCursor): SqlResult {
  cursor.take("WORK");
  if (cursor.take("TO")) {
    cursor.take("SAVEPOINT");
    return rollbackToSavepoint(frame, lastName(cursor));
  }
  cursor.expectEnd();
  return rollback(frame);
}

function fail(cursor: TokenCursor): never {
  throw cursor.fail();
}

function unlock(frame: Frame, cursor: TokenCursor): SqlResult {
  if (!cursor.take("TABLES")) cursor.expect("TABLE");
  cursor.expectEnd();
  frame.session.locks = undefined;
  frame.session.hasGlobalReadLock = false;
  return changed(0);
}

function runAlter(frame: Frame, cursor: TokenCursor): SqlResult {
  if (cursor.take("TABLE")) return alterTable(frame, cursor);
  if (cursor.take("USER")) return alterUsers(frame, cursor);
  if (!cursor.take("DATABASE") && !cursor.take("SCHEMA")) throw notSupported(`ALTER ${cursor.peek().value.toUpperCase()}`);
  const name = cursor.is("CHARACTER", "CHARSET", "COLLATE", "DEFAULT") ? undefined : cursor.name();
  demandInDatabase(frame, "ALTER", databaseNameOf(frame, name));
  const database = databaseOf(frame, name);
  while (!cursor.isAtEnd && cursor.peek().text !== ";") {
    cursor.take("DEFAULT");
    const isCharset = cursor.take("CHARACTER", "SET") || cursor.take("CHARSET");
    if (!isCharset) cursor.expect("COLLATE");
    cursor.takeOperator("=");
    if (isCharset) database.charset = cursor.next().value.toLowerCase();
    else database.collation = cursor.next().value.toLowerCase();
  }
  cursor.expectEnd();
  return changed(1);
}

function flush(frame: Frame, cursor: TokenCursor): SqlResult {
  cursor.take("LOCAL");
  cursor.take("NO_WRITE_TO_BINLOG");
  if (!cursor.is("TABLES", "TABLE", "PRIVILEGES", "LOGS", "STATUS", "BINARY", "HOSTS", "ENGINE", "ERROR")) throw cursor.fail();
  demandAdministration(frame, cursor.is("TABLES", "TABLE") ? "flushTables" : "reload");
  const isTables = cursor.take("TABLES") || cursor.take("TABLE");
  if (isTables && cursor.take("WITH", "READ", "LOCK")) {
    cursor.expectEnd();
    frame.session.hasGlobalReadLock = true;
    return changed(0);
  }
  while (!cursor.isAtEnd) {
    if (cursor.is("WITH", "FOR")) throw notSupported("FLUSH TABLES … WITH READ LOCK");
    cursor.next();
  }
  return changed(0);
}

function kill(frame: Frame, cursor: TokenCursor): SqlResult {
  if (!cursor.take("CONNECTION")) cursor.take("QUERY");
  const id = cursor.integer();
  cursor.expectEnd();
  const own = frame.session.account;
  const other = frame.server.sessions.get(id);
  if (other !== undefined && own !== undefined && other.account !== own && !mayAdminister(own, "killing", frame.server.flavour)) throw sqlError("ER_KILL_DENIED", id);
  if (!frame.server.sessions.delete(id)) throw sqlError("ER_NO_SUCH_THREAD", id);
  return changed(0);
}

function describe(frame: Frame, cursor: TokenCursor): SqlResult {
  if (cursor.is("SELECT", "INSERT", "UPDATE", "DELETE", "FORMAT", "ANALYZE", "EXTENDED", "WITH")) throw notSupported("EXPLAIN");
  cursor.take("TABLE");
  const target = cursor.qualifiedName();
  const only = cursor.isAtEnd ? undefined : cursor.name();
  cursor.expectEnd();
  return showColumns(frame, target.database, target.name, (name) => only === undefined || name.toLowerCase() === only.toLowerCase(), false);
}

/** Runs one statement, without its terminator and with version comments expanded. Throws MySQL's errors. */
export function runStatement(frame: Frame, sql: string): SqlResult {
  const quick = insertLiterals(frame, sql);
  if (quick !== undefined) return quick;
  const cursor = new TokenCursor(sql, frame.server.flavour.isMariaDb);
  if (cursor.isAtEnd || cursor.peek().text === ";") return changed(0);
  const first = cursor.peek();
  const word = first.kind === "word" ? first.value.toUpperCase() : first.text;
  switch (word) {
    case "SELECT": case "(": case "WITH": return runSelect(frame, frame.server.parser.parse(sql));
    case "INSERT": case "REPLACE": return runInsert(frame, frame.server.parser.parse(sql));
    case "UPDATE": return runUpdate(frame, frame.server.parser.parse(sql));
    case "DELETE": return runDelete(frame, frame.server.parser.parse(sql));
    default:
      cursor.next();
      if ((committing.has(word) || (word === "SET" && cursor.is("PASSWORD"))) && frame.session.isInTransaction) commit(frame);
      return runOther(frame, cursor, word, sql);
  }
}
