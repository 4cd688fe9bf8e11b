import { quoteName, rowIdColumn, storageName } from "./catalog.ts";
import type { Table, Trigger } from "./catalog.ts";
import { notSupported, sqlError } from "./errors.ts";
import { isOn } from "./execution.ts";
import type { Frame } from "./execution.ts";
import { checkConstraints, checkNulls, checkParents, childRows, dependentsOf, duplicateEntry, findConflict, foreignKeyText, generate, insertText, loadRow, rowSource } from "./rows.ts";
import type { Target } from "./rows.ts";
import type { RawValue } from "./store.ts";
import { runTriggerBody } from "./storedPrograms.ts";

function isUniqueError(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("UNIQUE constraint failed");
}

function triggersOf(table: Table, time: Trigger["time"], event: Trigger["event"]): readonly Trigger[] {
  return table.triggers.length === 0 ? [] : table.triggers.filter((trigger) => trigger.time === time && trigger.event === event);
}

function fire(frame: Frame, target: Target, time: Trigger["time"], event: Trigger["event"], before: readonly RawValue[] | undefined, after: RawValue[] | undefined): void {
  for (const trigger of triggersOf(target.table, time, event)) {
    if (frame.depth > 20) throw notSupported("triggers nested deeper than 20");
    const rows = [...(before === undefined ? [] : [rowSource("OLD", target.table, before)]), ...(after === undefined ? [] : [rowSource("NEW", target.table, after)])];
    const inner: Frame = { ...frame, database: target.database.name, rows, locals: new Map(), depth: frame.depth + 1, sqlMode: trigger.sqlMode };
    const { lastInsertId } = frame.session;
    runTriggerBody(inner, trigger.body, target, time === "BEFORE" ? after : undefined);
    // What a trigger inserts is not what LAST_INSERT_ID() tells.
    frame.session.lastInsertId = lastInsertId;
  }
}

/** Adds a complete stored row: triggers, checks, keys, foreign keys. Returns its row id. Throws 1048, 1062, 1452, 3819. */
export function addRow(frame: Frame, target: Target, row: RawValue[]): bigint {
  const { table } = target;
  fire(frame, target, "BEFORE", "INSERT", undefined, row);
  generate(frame, table, row);
  checkNulls(table, row);
  checkConstraints(frame, target, row);
  checkParents(frame, target, row);
  const { store } = frame.server;
  try {
    store.run(insertText(table), row);
  } catch (error) {
    const conflict = isUniqueError(error) ? findConflict(frame, table, row, undefined) : undefined;
    throw conflict === undefined ? error : duplicateEntry(frame, table, conflict.key, row);
  }
  const isIdNeeded = frame.session.isInTransaction || frame.depth > 0;
  const rowId = isIdNeeded ? BigInt(String(store.query("SELECT last_insert_rowid()")[0]?.[0] ?? 0)) : 0n;
  if (frame.session.isInTransaction) frame.session.undo.push({ kind: "remove", table, rowId });
  fire(frame, target, "AFTER", "INSERT", undefined, row);
  return rowId;
}

function cascadeUpdate(frame: Frame, target: Target, before: readonly RawValue[], after: readonly RawValue[]): void {
  if (!isOn(frame, "foreign_key_checks")) return;
  for (const dependent of dependentsOf(frame, target)) {
    const { foreign } = dependent;
    const places = foreign.references.map((name) => target.table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()));
    if (places.every((place) => before[place] === after[place])) continue;
    for (const child of childRows(frame, dependent, target.table, before)) {
      if (foreign.onUpdate !== "CASCADE" && foreign.onUpdate !== "SET NULL") throw sqlError("ER_ROW_IS_REFERENCED", foreignKeyText(dependent.database.name, dependent.table.name, foreign));
      setColumns(frame, dependent, child, foreign.columns, foreign.onUpdate === "CASCADE" ? places.map((place) => after[place] ?? null) : foreign.columns.map(() => null));
    }
  }
}

function setColumns(frame: Frame, target: Target, rowId: bigint, names: readonly string[], values: readonly RawValue[]): void {
  const row = loadRow(frame, target.table, rowId);
  if (row === undefined) return;
  const changed = [...row];
  for (const [index, name] of names.entries()) changed[target.table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())] = values[index] ?? null;
  writeRow(frame, target, rowId, row, changed);
}

function writeRow(frame: Frame, target: Target, rowId: bigint, before: readonly RawValue[], after: readonly RawValue[]): void {
  const { table } = target;
  const { store } = frame.server;
  try {
    store.run(`UPDATE ${storageName(table)} SET ${table.columns.map((column) => `${quoteName(column.name)}=?`).join(",")} WHERE _rowid_=?`, [...after, rowId]);
  } catch (error) {
    const conflict = isUniqueError(error) ? findConflict(frame, table, after, rowId) : undefined;
    throw conflict === undefined ? error : duplicateEntry(frame, table, conflict.key, after);
  }
  if (!frame.session.isInTransaction) return;
  const idColumn = rowIdColumn(table);
  const moved = idColumn === undefined ? rowId : BigInt(String(after[table.columns.indexOf(idColumn)] ?? rowId));
  frame.session.undo.push({ kind: "put", table, rowId, row: [...before] });
  if (moved !== rowId) frame.session.undo.push({ kind: "remove", table, rowId: moved });
}

function isSame(left: RawValue, right: RawValue): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  // Row values come as bigint from SQLite and as number from a statement.
  return left === right || (typeof left === "bigint" && typeof right === "number" && BigInt(Math.trunc(right)) === left);
}

/** Changes a row to `after`. Returns whether anything changed. */
export function changeRow(frame: Frame, target: Target, rowId: bigint, before: readonly RawValue[], after: RawValue[]): boolean {
  fire(frame, target, "BEFORE", "UPDATE", before, after);
  generate(frame, target.table, after);
  const isUnchanged = after.every((value, index) => isSame(before[index] ?? null, value));
  if (!isUnchanged) {
    checkNulls(target.table, after);
    checkConstraints(frame, target, after);
    checkParents(frame, target, after, before);
    writeRow(frame, target, rowId, before, after);
    cascadeUpdate(frame, target, before, after);
  }
  fire(frame, target, "AFTER", "UPDATE", before, after);
  return !isUnchanged;
}

/** Removes a row after its dependents. Throws 1451. */
export function removeRow(frame: Frame, target: Target, rowId: bigint, row: readonly RawValue[]): void {
  const { table } = target;
  fire(frame, target, "BEFORE", "DELETE", row, undefined);
  if (isOn(frame, "foreign_key_checks")) {
    for (const dependent of dependentsOf(frame, target)) {
      for (const child of childRows(frame, dependent, table, row)) removeDependent(frame, dependent, child);
    }
  }
  frame.server.store.run(`DELETE FROM ${storageName(table)} WHERE _rowid_=?`, [rowId]);
  if (frame.session.isInTransaction) frame.session.undo.push({ kind: "put", table, rowId, row: [...row] });
  fire(frame, target, "AFTER", "DELETE", row, undefined);
}

function removeDependent(frame: Frame, dependent: ReturnType<typeof dependentsOf>[number], child: bigint): void {
  const { foreign } = dependent;
  const row = loadRow(frame, dependent.table, child);
  if (row === undefined) return;
  if (foreign.onDelete === "CASCADE") removeRow(frame, dependent, child, row);
  else if (foreign.onDelete === "SET NULL") setColumns(frame, dependent, child, foreign.columns, foreign.columns.map(() => null));
  else throw sqlError("ER_ROW_IS_REFERENCED", foreignKeyText(dependent.database.name, dependent.table.name, foreign));
}
