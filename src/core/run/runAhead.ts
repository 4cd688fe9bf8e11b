import type { Risk } from "../command/operation.ts";
import type { CellStatus } from "../protocol.ts";
import { cellReference } from "../runbook/cellName.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { nextMove } from "./nextMove.ts";
import { followProgress, type ProgressFacts } from "./progress.ts";

/** How far to go: to the end of the current step, or as far as nothing is changed. */
export type Extent = "step" | "untilChange";

/**
 * The cells to run now, as indices into `document.cells`, in order. A step whose way on depends on what it comes to, or that has an
 * option to take, ends the list: what follows is the person's decision. So is what follows a cell that failed.
 */
export function cellsAhead(document: RunbookDocument, facts: ProgressFacts, extent: Extent, riskOf: (index: number) => Risk): readonly number[] {
  const ahead: number[] = [];
  if (nextMove(document, facts).kind !== "run") return ahead;
  let assumed = facts;
  const first = followProgress(document, facts);
  let { current, next } = first;
  for (;;) {
    const progress = followProgress(document, assumed);
    const { nextCell } = progress;
    if (progress.current === undefined || nextCell === undefined || ahead.includes(nextCell)) return ahead;
    if (progress.current !== current) {
      if (extent === "step" || progress.current !== next) return ahead;
      ({ current, next } = progress);
    }
    if (extent === "untilChange" && riskOf(nextCell) !== "read") return ahead;
    ahead.push(nextCell);
    assumed = { ...assumed, cells: [...assumed.cells, assumeSuccess(document, nextCell)] };
  }
}

function assumeSuccess(document: RunbookDocument, index: number): CellStatus {
  const cell = cellReference(document, index);
  return {
    cell, execution: `ahead-${index}`, expectations: [], whole: [],
    outcome: { status: "succeeded", exitCode: 0, reason: undefined, message: undefined, startedAt: 0, endedAt: 0 },
  };
}
