import type { Risk } from "../command/operation.ts";
import type { CellStatus } from "../protocol.ts";
import { cellReference } from "../runbook/cellName.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { choiceWords, failureChoices } from "./failureChoices.ts";
import { isUnresolved, OUTCOME_WORDS } from "./outcomeText.ts";
import { followProgress, statusOf, workCells, type ProgressFacts } from "./progress.ts";

/** What a run waits for; `cell` is an index into `document.cells`. */
export type NextMove =
  | { readonly kind: "done" }
  /** A cell that has not been run in this run. */
  | { readonly kind: "run"; readonly step: Step; readonly cell: number }
  | { readonly kind: "running"; readonly step: Step; readonly cell: number }
  /** A cell did not succeed: a person repeats it, or goes another way and says why. */
  | { readonly kind: "decide"; readonly step: Step; readonly cell: number; readonly failure: CellStatus }
  | { readonly kind: "takeOption"; readonly step: Step; readonly options: readonly Step[] };

/**
 * What is to be done next. A cell that failed comes before all else as long as it was the last that was run; where a person has gone
 * on by hand, those of the step that are left come first, and it is asked for again after them.
 */
export function nextMove(document: RunbookDocument, facts: ProgressFacts): NextMove {
  const { current: step, nextCell, openOptions } = followProgress(document, facts);
  if (step === undefined) return { kind: "done" };
  const failed = workCells(document, step, facts).flatMap((cell) => {
    const status = statusOf(document, cell, facts);
    return status !== undefined && isUnresolved(status) ? [{ cell, failure: status }] : [];
  });
  const last = failed.find(({ failure }) => failure === lastOfStep(document, step, facts)) ?? (nextCell === undefined ? failed[0] : undefined);
  if (last !== undefined) return { kind: "decide", step, ...last };
  if (nextCell === undefined) return { kind: "takeOption", step, options: openOptions };
  return { kind: statusOf(document, nextCell, facts) === undefined ? "run" : "running", step, cell: nextCell };
}

/** The cell that a move is about; where an option is to be taken, the first of its step. */
export function cellOfMove(move: NextMove): number | undefined {
  switch (move.kind) {
    case "done":
      return undefined;
    case "takeOption":
      return move.step.cells[0];
    case "run":
    case "running":
    case "decide":
      return move.cell;
  }
}

/** Why nothing runs by itself now, and what a person can do. */
export function moveWords(move: NextMove, document: RunbookDocument, riskOf: (index: number) => Risk): string {
  switch (move.kind) {
    case "done":
      return "Every step is done: nothing is left to run.";
    case "takeOption":
      return `${move.step.title} has options, and one of them has to be taken first: ${move.options.map(({ title }) => title).join(" · ")}`;
    case "running":
      return `${cellReference(document, move.cell).name} is running.`;
    case "decide":
      return `${failureWords(move.failure)} What now: ${failureChoices(document, move.failure).map((choice) => choiceWords(choice).label.toLowerCase()).join(", or ")}?`;
    case "run":
      return `${cellReference(document, move.cell).name} ${RISK_WORDS[riskOf(move.cell)]}`;
  }
}

const RISK_WORDS: Readonly<Record<Risk, string>> = {
  read: "is next.",
  change: "is next and changes something: look at it and run it yourself.",
  destroy: "is next and destroys something for good: look at it and run it yourself.",
  undetermined: "is next, and nobody can say beforehand what it does: look at it and run it yourself.",
};

/** What became of a cell that did not succeed, in one sentence. */
export function failureWords({ cell, outcome }: CellStatus): string {
  const words = outcome === undefined ? "has not ended" : OUTCOME_WORDS[outcome.status].toLowerCase();
  const message = outcome?.message?.split("\n")[0]?.trim();
  const sentence = `${cell.name}: ${words}${message === undefined ? "" : `. ${message}`}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The cell of a step that was started last. */
function lastOfStep(document: RunbookDocument, step: Step, facts: ProgressFacts): CellStatus | undefined {
  const names = new Set(workCells(document, step, facts).map((index) => cellReference(document, index).name));
  return facts.cells.findLast((status) => names.has(status.cell.name));
}
