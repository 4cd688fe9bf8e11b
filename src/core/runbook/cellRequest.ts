import type { RunCellParams } from "../protocol.ts";
import { cellReference } from "./cellName.ts";
import type { RunbookDocument } from "./document.ts";

/** What a kernel is asked to run for a cell, by its index: a command's text, or a query's with the command line whose input it is. `undefined` for prose. */
export function cellRequest(document: RunbookDocument, index: number): Omit<RunCellParams, "execution"> | undefined {
  const cell = document.cells[index];
  if (cell?.command === undefined) return undefined;
  const { via, commandText, timeoutMs } = cell.command;
  return { cell: cellReference(document, index), text: via === undefined ? commandText : cell.text, via, timeoutMs };
}
