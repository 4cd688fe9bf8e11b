import type { CellReference } from "../run/journalEvent.ts";
import type { RunbookDocument } from "./document.ts";

/**
 * How journal, screen and export name a cell: by its own name, or as `step-2#1`, the first executable cell of its step
 * (`start#1` before the first step). `index` counts in `document.cells`.
 */
export function cellReference(document: RunbookDocument, index: number): CellReference {
  const cell = document.cells[index];
  const step = cell?.step === undefined ? undefined : document.steps[cell.step]?.id;
  const language = cell?.language ?? "";
  const named = cell?.command?.name;
  if (named !== undefined) return { name: named, step, language };
  const before = document.cells.slice(0, index + 1).filter((other) => other.command !== undefined && other.step === cell?.step);
  return { name: `${step ?? "start"}#${before.length}`, step, language };
}

/** The cell that `cellReference` names so, as an index into `document.cells`; `undefined` when there is none (any more). */
export function findCell(document: RunbookDocument, name: string): number | undefined {
  const index = document.cells.findIndex((cell, at) => cell.command !== undefined && cellReference(document, at).name === name);
  return index < 0 ? undefined : index;
}
