import type { SqlResult } from "../contract.ts";
import { storageName } from "./catalog.ts";
import type { Frame } from "./execution.ts";
import { isOn } from "./execution.ts";
import { changed } from "./outcome.ts";
import { sqlError } from "./errors.ts";
import { putRow } from "./rows.ts";
import type { Savepoint, UndoStep } from "./session.ts";

/** START TRANSACTION. An open one is committed first. */
export function beginTransaction(frame: Frame): SqlResult {
  commit(frame);
  frame.session.isInTransaction = true;
  return changed(0);
}

/** COMMIT. With autocommit off the next statement opens a transaction again. */
export function commit(frame: Frame): SqlResult {
  frame.session.isInTransaction = !isOn(frame, "autocommit");
  frame.session.undo = [];
  frame.session.savepoints = [];
  return changed(0);
}

/** SAVEPOINT. Outside of a transaction it says nothing and keeps nothing, as autocommit ends it at once. */
export function setSavepoint(frame: Frame, name: string): SqlResult {
  const { session } = frame;
  if (!session.isInTransaction) return changed(0);
  session.savepoints = [...session.savepoints.filter((known) => !isCalled(known, name)), { name, undo: session.undo.length, pending: session.pending.length }];
  return changed(0);
}

function isCalled(savepoint: Savepoint, name: string): boolean {
  return savepoint.name.toLowerCase() === name.toLowerCase();
}

function indexOfSavepoint(frame: Frame, name: string): number {
  const index = frame.session.savepoints.findIndex((known) => isCalled(known, name));
  if (index < 0) throw sqlError("ER_SAVEPOINT_DOES_NOT_EXIST", name);
  return index;
}

/** RELEASE SAVEPOINT: it and those after it are forgotten, the changes stay. Throws 1305. */
export function releaseSavepoint(frame: Frame, name: string): SqlResult {
  frame.session.savepoints.length = indexOfSavepoint(frame, name);
  return changed(0);
}

/** ROLLBACK TO SAVEPOINT. Throws 1305. */
export function rollbackToSavepoint(frame: Frame, name: string): SqlResult {
  const { session } = frame;
  const index = indexOfSavepoint(frame, name);
  const savepoint = session.savepoints[index];
  if (savepoint === undefined) return changed(0);
  takeBack(frame, session.undo.splice(savepoint.undo));
  session.pending.length = Math.min(session.pending.length, savepoint.pending);
  session.savepoints.length = index + 1;
  return changed(0);
}

function takeBack(frame: Frame, steps: readonly UndoStep[]): void {
  for (const step of steps.toReversed()) {
    if (step.kind === "remove") frame.server.store.run(`DELETE FROM ${storageName(step.table)} WHERE _rowid_=?`, [step.rowId]);
    else putRow(frame, step.table, step.rowId, step.row);
  }
}

/** ROLLBACK: takes back every row change of the transaction, last first. AUTO_INCREMENT counters stay, as in InnoDB. */
export function rollback(frame: Frame): SqlResult {
  const { session } = frame;
  const steps = session.undo;
  session.isInTransaction = false;
  session.undo = [];
  session.pending = [];
  session.savepoints = [];
  takeBack(frame, steps);
  session.isInTransaction = !isOn(frame, "autocommit");
  return changed(0);
}
