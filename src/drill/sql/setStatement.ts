import type { SqlResult } from "../contract.ts";
import { notSupported, sqlError } from "./errors.ts";
import { evaluate, userVariableName } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changed } from "./outcome.ts";
import { demandAdministration } from "./privileges.ts";
import type { Administration } from "./privileges.ts";
import { valueText } from "./sqlTypes.ts";
import type { SqlValue } from "./sqlTypes.ts";
import { constantVariables, globalOnly, isSwitch, zoneMinutes } from "./systemVariables.ts";
import type { TokenCursor } from "./tokenCursor.ts";

type Scope = "global" | "session";

function plain(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === "bigint" ? valueText(value) : value;
}

/** The value after `=`: a bare word (ON, utf8mb4, DEFAULT) is text, all else an expression. */
function readValue(frame: Frame, cursor: TokenCursor): string | number | null | undefined {
  const first = cursor.peek();
  const after = cursor.peek(1);
  const isAlone = after.kind === "end" || after.text === "," || after.text === ";";
  if (isAlone && first.kind === "word") {
    cursor.next();
    const word = first.value.toUpperCase();
    if (word === "DEFAULT") return undefined;
    return word === "NULL" ? null : word === "TRUE" ? 1 : word === "FALSE" ? 0 : first.value;
  }
  const start = first.start;
  let end = start;
  for (let depth = 0; cursor.peek().kind !== "end"; ) {
    const token = cursor.peek();
    if (depth === 0 && (token.text === "," || token.text === ";")) break;
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    end = token.end;
    cursor.next();
  }
  if (end === start) throw cursor.fail();
  return plain(evaluate(frame, cursor.sql.slice(start, end)));
}

const sqlModes = new Set([
  "REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY", "NO_UNSIGNED_SUBTRACTION", "NO_DIR_IN_CREATE", "ANSI", "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES",
  "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES", "ERROR_FOR_DIVISION_BY_ZERO", "TRADITIONAL", "HIGH_NOT_PRECEDENCE", "NO_ENGINE_SUBSTITUTION", "PAD_CHAR_TO_FULL_LENGTH", "TIME_TRUNCATE_FRACTIONAL",
]);
const mariaModes = new Set(["NO_AUTO_CREATE_USER", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL", "MYSQL323", "MYSQL40", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "EMPTY_STRING_IS_NULL", "SIMULTANEOUS_ASSIGNMENT", "TIME_ROUND_FRACTIONAL"]);

function checkMode(frame: Frame, value: string): string {
  const modes = value.toUpperCase().split(",").map((mode) => mode.trim()).filter((mode) => mode !== "");
  for (const mode of modes) {
    if (!sqlModes.has(mode) && !(frame.server.flavour.isMariaDb && mariaModes.has(mode))) throw sqlError("ER_WRONG_VALUE_FOR_VAR", "sql_mode", mode);
    if (["ANSI", "ANSI_QUOTES", "PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES"].includes(mode)) throw notSupported(`sql_mode ${mode}`);
  }
  return modes.join(",");
}

/** Brings a value into the variable's form. Throws 1231, 1232 and 1298. */
function accepted(frame: Frame, name: string, value: string | number | null): string | number | null {
  const start = frame.server.globals.get(name);
  if (name === "sql_mode") return checkMode(frame, String(value ?? ""));
  if (name === "time_zone") {
    if (zoneMinutes(String(value)) === undefined) throw sqlError("ER_UNKNOWN_TIME_ZONE", String(value));
    return String(value);
  }
  if (isSwitch(start)) {
    const text = String(value).toUpperCase();
    if (text === "1" || text === "ON" || text === "TRUE") return "ON";
    if (text === "0" || text === "OFF" || text === "FALSE") return "OFF";
    throw sqlError("ER_WRONG_VALUE_FOR_VAR", name, String(value));
  }
  if (typeof start === "number") {
    if (typeof value === "number") return value;
    throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
  }
  return value;
}

/** What one administers by setting a variable for the whole server. */
function administrationOf(name: string): Administration {
  if (name === "read_only" || name === "super_read_only") return "readOnly";
  return name === "max_connections" ? "connections" : "variables";
}

function assignSystem(frame: Frame, name: string, scope: Scope, value: string | number | null | undefined): void {
  const { server, session } = frame;
  const start = server.globals.get(name);
  if (start === undefined) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", name);
  if (constantVariables.has(name)) throw sqlError("ER_INCORRECT_GLOBAL_LOCAL_VAR", name, "read only");
  if (scope === "session" && globalOnly.has(name)) throw sqlError("ER_GLOBAL_VARIABLE", name);
  if (scope === "global") demandAdministration(frame, administrationOf(name));
  else if (name === "sql_log_bin") demandAdministration(frame, "binaryLogging");
  const chosen = value === undefined ? start : accepted(frame, name, value);
  if (scope === "session") session.variables.set(name, chosen);
  else server.globals.set(name, chosen ?? "");
  // As the manual says: super_read_only on turns read_only on; read_only off turns super_read_only off.
  if (name === "super_read_only" && chosen === "ON") server.globals.set("read_only", "ON");
  if (name === "read_only" && chosen === "OFF" && server.globals.has("super_read_only")) server.globals.set("super_read_only", "OFF");
}

function setNames(frame: Frame, cursor: TokenCursor): void {
  const charset = cursor.next().value.toLowerCase();
  const collation = cursor.take("COLLATE") ? cursor.next().value.toLowerCase() : undefined;
  const chosen = charset === "default" ? "utf8mb4" : charset;
  for (const name of ["character_set_client", "character_set_connection", "character_set_results"]) frame.session.variables.set(name, chosen);
  if (collation !== undefined) frame.session.variables.set("collation_connection", collation);
}

function setOne(frame: Frame, cursor: TokenCursor): void {
  if (cursor.take("NAMES")) {
    setNames(frame, cursor);
    return;
  }
  if (cursor.take("CHARACTER", "SET") || cursor.take("CHARSET")) {
    setNames(frame, cursor);
    return;
  }
  const variable = cursor.peek().kind === "variable" ? cursor.next().value : undefined;
  const expectValue = (): string | number | null | undefined => {
    if (!cursor.takeOperator("=")) cursor.expectOperator(":=");
    return readValue(frame, cursor);
  };
  if (variable !== undefined && !variable.startsWith("@@")) {
    frame.session.variables.set(userVariableName(variable), expectValue() ?? null);
    return;
  }
  if (variable !== undefined) {
    const found = /^@@(?:(global|session|local)\s*\.\s*)?([\w$.]+)$/i.exec(variable);
    assignSystem(frame, (found?.[2] ?? "").toLowerCase(), found?.[1]?.toLowerCase() === "global" ? "global" : "session", expectValue());
    return;
  }
  const isPersisted = cursor.is("PERSIST", "PERSIST_ONLY");
  const isGlobal = cursor.take("GLOBAL") || cursor.take("PERSIST");
  if (isPersisted && !isGlobal) throw notSupported("SET PERSIST_ONLY");
  if (!isGlobal && !cursor.take("SESSION")) cursor.take("LOCAL");
  if (cursor.take("TRANSACTION")) {
    while (!cursor.isAtEnd && cursor.peek().text !== ";") cursor.next();
    return;
  }
  const name = cursor.name().toLowerCase();
  if (name === "role") throw notSupported("SET ROLE");
  assignSystem(frame, name, isGlobal ? "global" : "session", expectValue());
}

/** SET, after that word. */
export function runSet(frame: Frame, cursor: TokenCursor): SqlResult {
  do setOne(frame, cursor);
  while (cursor.takeOperator(","));
  cursor.expectEnd();
  return changed(0);
}
