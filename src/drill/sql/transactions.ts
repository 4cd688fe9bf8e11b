import type { SqlResult } from "../contract.ts";
import { storageName } from "./catalog.ts";
import type { Frame } from "./execution.ts";
import { isOn } from "./execution.ts";
import { changed } from "./outcome.ts";
import { putRow } from "./rows.ts";

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
  return changed(0);
}

/** ROLLBACK: takes back every row change of the transaction, last first. AUTO_INCREMENT counters stay, as in InnoDB. */
export function rollback(frame: Frame): SqlResult {
  const { session, server } = frame;
  const steps = session.undo.toReversed();
  session.isInTransaction = false;
  session.undo = [];
  session.pending = [];
  for (const step of steps) {
    if (step.kind === "remove") server.store.run(`DELETE FROM ${storageName(step.table)} WHERE _rowid_=?`, [step.rowId]);
    else putRow(frame, step.table, step.rowId, step.row);
  }
  session.isInTransaction = !isOn(frame, "autocommit");
  return changed(0);
}
