import type { SqlResult } from "../contract.ts";
import { child, children, textOf } from "./ast.ts";
import type { AstNode } from "./ast.ts";
import { findColumn, quoteName, typeOf } from "./catalog.ts";
import type { Column } from "./catalog.ts";
import { asCondition, castTo, sortKey } from "./convert.ts";
import { sqlError } from "./errors.ts";
import { checkLocks, strictOnZero, tableOf, translationOf, zoneOf } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { changeRow, removeRow } from "./changeRows.ts";
import { translate } from "./expressions.ts";
import { translateFrom } from "./from.ts";
import { changed } from "./outcome.ts";
import type { ParsedSql } from "./parser.ts";
import { demandOnTable } from "./privileges.ts";
import { loadRow, toStored } from "./rows.ts";
import type { Target } from "./rows.ts";
import { inScope } from "./scope.ts";
import type { Translation } from "./scope.ts";
import type { Typed } from "./sqlTypes.ts";
import { readValue } from "./values.ts";

interface AliasedTarget extends Target {
  readonly alias: string;
}

/** The base tables of a FROM list by alias. Throws 1142 where the only one may not be written to; of several, `translateFrom` asks for reading first. */
function targetsOf(frame: Frame, items: readonly AstNode[], privilege: "UPDATE" | "DELETE"): AliasedTarget[] {
  return items.filter((item) => child(item, "expr") === undefined).map((item) => {
    const name = textOf(item, "table") ?? "";
    return { ...tableOf(frame, textOf(item, "db"), name, items.length === 1 ? [privilege] : []), alias: textOf(item, "as") ?? name };
  });
}

/** Throws where rights or locks forbid it. */
function demandWriting(frame: Frame, { database, table }: AliasedTarget, privilege: "UPDATE" | "DELETE"): void {
  demandOnTable(frame, [privilege], database.name, table.name);
  checkLocks(frame, database.name, table.name, "WRITE");
}

function tailText(ast: AstNode, translation: Translation): string {
  const where = child(ast, "where");
  const order = children(ast, "orderby").map((item) => `${sortKey(translate(child(item, "expr") ?? {}, inScope(translation, { clause: "order clause" })))}${textOf(item, "type") === "DESC" ? " DESC" : ""}`);
  const limit = children(child(ast, "limit") ?? {}, "value").map((value) => Number(value["value"]))[0];
  const condition = where === undefined ? "" : ` WHERE ${asCondition(translate(where, inScope(translation, { clause: "where clause" })))}`;
  return `${condition}${order.length === 0 ? "" : ` ORDER BY ${order.join(",")}`}${limit === undefined ? "" : ` LIMIT ${String(limit)}`}`;
}

interface Assignment {
  readonly target: AliasedTarget;
  readonly column: Column;
  readonly value: Typed;
}

function assignment(item: AstNode, targets: readonly AliasedTarget[], translation: Translation): Assignment {
  const name = textOf(item, "column") ?? "";
  const table = textOf(item, "table");
  const candidates = targets.filter((target) => (table === undefined || target.alias.toLowerCase() === table.toLowerCase()) && findColumn(target.table, name) !== undefined);
  const target = candidates[0];
  const column = target === undefined ? undefined : findColumn(target.table, name);
  if (target === undefined || column === undefined) throw sqlError("ER_BAD_FIELD", table === undefined ? name : `${table}.${name}`, "field list");
  if (candidates.length > 1) throw sqlError("ER_NON_UNIQ", name, "field list");
  if (column.generated !== undefined) throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED", column.name, target.table.name);
  return { target, column, value: translate(child(item, "value") ?? {}, translation) };
}

/** The assignments from left to right: each sees what those before it have set. */
function translateAssignments(items: readonly AstNode[], targets: readonly AliasedTarget[], translation: Translation): Assignment[] {
  let { sources } = translation.scope;
  return items.map((item) => {
    const made = assignment(item, targets, inScope(translation, { sources }));
    const type = typeOf(made.column);
    const typed: Typed = { sql: `(${castTo(made.value, type)})`, type };
    sources = sources.map((source) => (source.name === made.target.alias ? { ...source, columns: source.columns.map((column) => (column.name === made.column.name ? { ...column, typed } : column)) } : source));
    return made;
  });
}

/** Runs a parsed UPDATE of one table or of a join. Affected rows are those that changed. */
export function runUpdate(frame: Frame, parsed: ParsedSql): SqlResult {
  const { ast } = parsed;
  const items = children(ast, "table");
  const base = translationOf(frame, parsed);
  const targets = targetsOf(frame, items, "UPDATE");
  const from = translateFrom(items, base);
  const translation = inScope(base, { sources: from.sources, parent: base.scope });
  const assignments = translateAssignments(children(ast, "set"), targets, strictOnZero(frame, translation));
  for (const { target } of assignments) demandWriting(frame, target, "UPDATE");
  const changedTargets = targets.filter((target) => assignments.some((item) => item.target === target));
  const columns = [...changedTargets.map((target) => `${quoteName(target.alias)}._rowid_`), ...assignments.map((item) => item.value.sql)];
  const found = frame.server.store.query(`SELECT ${columns.join(",")}${from.sql}${tailText(ast, translation)}`);
  const done = new Set<string>();
  let affected = 0;
  for (const [rowIndex, row] of found.entries()) {
    for (const [index, target] of changedTargets.entries()) {
      const id = row[index];
      if (typeof id !== "bigint" || done.has(`${target.alias} ${String(id)}`)) continue;
      done.add(`${target.alias} ${String(id)}`);
      const before = loadRow(frame, target.table, id);
      if (before === undefined) continue;
      const after = [...before];
      for (const [place, item] of assignments.entries()) {
        if (item.target !== target) continue;
        const value = readValue(row[changedTargets.length + place] ?? null, item.value.type);
        after[target.table.columns.indexOf(item.column)] = toStored(frame, target, item.column, value, rowIndex + 1);
      }
      touchUpdatedNow(frame, target, assignments, before, after);
      if (changeRow(frame, target, id, before, after)) affected += 1;
    }
  }
  return changed(affected);
}

/** ON UPDATE CURRENT_TIMESTAMP columns move only when something else in the row changes. */
function touchUpdatedNow(frame: Frame, target: AliasedTarget, assignments: readonly Assignment[], before: readonly unknown[], after: (string | number | bigint | Uint8Array | null)[]): void {
  for (const [place, column] of target.table.columns.entries()) {
    if (!column.isUpdatedNow || assignments.some((item) => item.column === column)) continue;
    const isChanged = after.some((value, index) => String(value) !== String(before[index]));
    if (isChanged) after[place] = toStored(frame, target, column, nowText(frame), 1);
  }
}

/** Now in the session's time zone. */
function nowText(frame: Frame): string {
  return new Date(frame.nowMs + zoneOf(frame) * 60_000).toISOString().replace("T", " ").replace("Z", "");
}

/** Runs a parsed DELETE, of one table or of those named before FROM. */
export function runDelete(frame: Frame, parsed: ParsedSql): SqlResult {
  const { ast } = parsed;
  const items = children(ast, "from");
  const base = translationOf(frame, parsed);
  const all = targetsOf(frame, items, "DELETE");
  const from = translateFrom(items, base);
  const translation = inScope(base, { sources: from.sources, parent: base.scope });
  const named = children(ast, "table").map((item) => (textOf(item, "as") ?? textOf(item, "table") ?? "").toLowerCase());
  const targets = items.length === 1 ? all : all.filter((target) => named.includes(target.alias.toLowerCase()));
  for (const target of targets) demandWriting(frame, target, "DELETE");
  const found = frame.server.store.query(`SELECT ${targets.map((target) => `${quoteName(target.alias)}._rowid_`).join(",")}${from.sql}${tailText(ast, translation)}`);
  let affected = 0;
  for (const [index, target] of targets.entries()) {
    for (const id of new Set(found.map((row) => row[index]))) {
      const row = typeof id === "bigint" ? loadRow(frame, target.table, id) : undefined;
      if (typeof id !== "bigint" || row === undefined) continue;
      removeRow(frame, target, id, row);
      affected += 1;
    }
  }
  return changed(affected);
}
