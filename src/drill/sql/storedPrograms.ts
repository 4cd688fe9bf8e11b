import { SqlError } from "../contract.ts";
import { findColumn } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { evaluate, userVariableName } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { rowSource, toStored } from "./rows.ts";
import type { Target } from "./rows.ts";
import type { SqlValue } from "./sqlTypes.ts";
import { valueText } from "./sqlTypes.ts";
import type { RawValue } from "./store.ts";
import { TokenCursor } from "./tokenCursor.ts";

/** One run of a stored body. */
interface Run {
  frame: Frame;
  readonly cursor: TokenCursor;
  /** The row that `SET NEW.x` changes, in BEFORE triggers. */
  readonly row: { readonly target: Target; readonly values: RawValue[] } | undefined;
}

/** Source text up to one of the words or `;` at nesting depth 0, which is not taken. */
function textUntil(cursor: TokenCursor, ...stops: readonly string[]): string {
  const start = cursor.peek().start;
  let depth = 0;
  let end = start;
  for (;;) {
    const token = cursor.peek();
    if (token.kind === "end") break;
    if (depth === 0 && (token.text === ";" || cursor.is(...stops))) break;
    if (token.text === "(" || cursor.is("CASE")) depth += 1;
    if (token.text === ")" || (depth > 0 && cursor.is("END"))) depth -= 1;
    end = token.end;
    cursor.next();
  }
  return cursor.sql.slice(start, end);
}

function isTrue(value: SqlValue): boolean {
  return value !== null && Number(value instanceof Uint8Array ? 0 : value) !== 0;
}

/** Passes over statements without running them, to one of the words at the same nesting. */
function skipUntil(run: Run, ...stops: readonly string[]): void {
  const { cursor } = run;
  for (let depth = 0; cursor.peek().kind !== "end"; cursor.next()) {
    if (depth === 0 && cursor.is(...stops)) return;
    if (cursor.is("BEGIN", "CASE") || (cursor.is("IF") && cursor.peek(1).text !== "(")) depth += 1;
    if (cursor.is("END")) {
      depth -= 1;
      if (["IF", "CASE"].includes(cursor.peek(1).value.toUpperCase())) cursor.next();
    }
  }
}

function runIf(run: Run): void {
  const { cursor } = run;
  let isDone = false;
  for (;;) {
    const condition = textUntil(cursor, "THEN");
    cursor.expect("THEN");
    const isChosen: boolean = !isDone && isTrue(evaluate(run.frame, condition));
    if (isChosen) runList(run, "ELSEIF", "ELSE", "END");
    else skipUntil(run, "ELSEIF", "ELSE", "END");
    isDone ||= isChosen;
    if (cursor.take("ELSEIF")) continue;
    if (cursor.take("ELSE")) {
      if (isDone) skipUntil(run, "END");
      else runList(run, "END");
    }
    cursor.expect("END", "IF");
    return;
  }
}

function assign(run: Run, target: string, value: SqlValue): void {
  const { frame, row } = run;
  if (target.startsWith("@")) {
    frame.session.variables.set(userVariableName(target), value instanceof Uint8Array ? Buffer.from(value).toString() : typeof value === "bigint" ? valueText(value) : value);
    return;
  }
  const newColumn = /^NEW\.(.+)$/i.exec(target)?.[1];
  if (newColumn !== undefined) {
    if (row === undefined) throw sqlError("ER_BAD_FIELD", target, "NEW");
    const { table } = row.target;
    const column = findColumn(table, newColumn);
    if (column === undefined) throw sqlError("ER_BAD_FIELD", newColumn, "NEW");
    row.values[table.columns.indexOf(column)] = toStored(frame, row.target, column, value, 1);
    run.frame = { ...frame, rows: [...frame.rows.filter((source) => source.name !== "NEW"), rowSource("NEW", table, row.values)] };
    return;
  }
  if (frame.locals?.has(target.toLowerCase()) !== true) throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", target);
  frame.locals.set(target.toLowerCase(), value);
}

function runSet(run: Run): void {
  const { cursor } = run;
  do {
    let target = cursor.peek().kind === "variable" ? cursor.next().value : cursor.name();
    if (cursor.takeOperator(".")) target += `.${cursor.name()}`;
    if (!cursor.takeOperator("=")) cursor.expectOperator(":=");
    assign(run, target, evaluate(run.frame, textUntilComma(cursor)));
  } while (cursor.takeOperator(","));
}

function textUntilComma(cursor: TokenCursor): string {
  const start = cursor.peek().start;
  let end = start;
  for (let depth = 0; cursor.peek().kind !== "end"; ) {
    const token = cursor.peek();
    if (depth === 0 && (token.text === ";" || token.text === ",")) break;
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    end = token.end;
    cursor.next();
  }
  return cursor.sql.slice(start, end);
}

function declare(run: Run): void {
  const { cursor, frame } = run;
  const names = [cursor.name()];
  if (cursor.is("HANDLER", "CURSOR", "CONDITION")) throw notSupported(`DECLARE ${cursor.peek().value.toUpperCase()}`);
  while (cursor.takeOperator(",")) names.push(cursor.name());
  textUntil(cursor, "DEFAULT");
  const value = cursor.take("DEFAULT") ? evaluate(frame, textUntil(cursor)) : null;
  for (const name of names) frame.locals?.set(name.toLowerCase(), value);
}

function signal(run: Run): void {
  const { cursor } = run;
  cursor.expect("SQLSTATE");
  cursor.take("VALUE");
  const state = cursor.string();
  let message = "Unhandled user-defined exception condition";
  if (cursor.take("SET", "MESSAGE_TEXT")) {
    cursor.expectOperator("=");
    message = String(evaluate(run.frame, textUntilComma(cursor)) ?? "");
  }
  throw new SqlError(1644, state, message);
}

function runOne(run: Run): void {
  const { cursor } = run;
  if (cursor.take("BEGIN")) {
    runList(run, "END");
    cursor.expect("END");
  } else if (cursor.is("IF") && cursor.peek(1).text !== "EXISTS") {
    cursor.next();
    runIf(run);
  } else if (cursor.take("SET")) runSet(run);
  else if (cursor.take("DECLARE")) declare(run);
  else if (cursor.take("SIGNAL")) signal(run);
  else if (cursor.is("WHILE", "LOOP", "REPEAT", "CASE", "OPEN", "FETCH", "CLOSE", "LEAVE", "ITERATE", "RETURN", "PREPARE", "EXECUTE")) throw notSupported(`${cursor.peek().value.toUpperCase()} in stored programs`);
  else run.frame.server.run(run.frame, textUntil(cursor));
}

function runList(run: Run, ...stops: readonly string[]): void {
  while (run.cursor.peek().kind !== "end" && !run.cursor.is(...stops)) {
    if (run.cursor.takeOperator(";")) continue;
    runOne(run);
    if (!run.cursor.takeOperator(";") && run.cursor.peek().kind !== "end" && !run.cursor.is(...stops)) throw run.cursor.fail();
  }
}

/** Runs a trigger's body; `row` is what `SET NEW.x` changes in place. */
export function runTriggerBody(frame: Frame, body: string, target: Target, row: RawValue[] | undefined): void {
  runOne({ frame, cursor: new TokenCursor(body, frame.server.flavour.isMariaDb), row: row === undefined ? undefined : { target, values: row } });
}

/** Runs a procedure's body with its parameters as locals. */
export function runProcedureBody(frame: Frame, body: string): void {
  runOne({ frame, cursor: new TokenCursor(body, frame.server.flavour.isMariaDb), row: undefined });
}
