import type { CellStatus } from "../protocol.ts";
import { findCell } from "../runbook/cellName.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { optionsOf } from "./progress.ts";

/** What a person can do about a cell that did not succeed. */
export type FailureChoice = "runAgain" | "override" | "takeOption" | "skipStep";

/** An expectation as it was checked. */
export type CheckedExpectation = CellStatus["expectations"][number];

/** The expectation that ended a cell and that nobody has overridden; `undefined` where the cell ended otherwise. */
export function failedExpectation({ outcome, expectations, override }: CellStatus): CheckedExpectation | undefined {
  if (outcome?.status !== "failed" || outcome.reason !== "expectation" || override !== undefined) return undefined;
  return expectations.findLast(({ result }) => result === "notMet" || result === "manualNotMet");
}

/** What is open to a person after this failure, the likeliest first. A quick action of another runbook has no step here. */
export function failureChoices(document: RunbookDocument, failure: CellStatus): readonly FailureChoice[] {
  const step = stepOfCell(document, failure);
  return [
    ...(findCell(document, failure.cell.name) === undefined ? [] : ["runAgain" as const]),
    ...(failedExpectation(failure) === undefined ? [] : ["override" as const]),
    ...(step === undefined || optionsOf(document, step).length === 0 ? [] : ["takeOption" as const]),
    ...(step === undefined ? [] : ["skipStep" as const]),
  ];
}

/** The words of a choice: `label` for a button, `detail` to explain it. */
export function choiceWords(choice: FailureChoice): { readonly label: string; readonly detail: string } {
  switch (choice) {
    case "runAgain":
      return { label: "Run it again", detail: "The same cell, from its first command." };
    case "override":
      return { label: "Override the expectation", detail: "Go on, with a reason for the log. What stands after it in the cell has not run." };
    case "takeOption":
      return { label: "Take another option", detail: "The step can be done in another way." };
    case "skipStep":
      return { label: "Skip the step", detail: "Go on with the next one. The reason goes into the log." };
  }
}

/** The step that a cell belongs to; of an option, the step that has it. */
export function stepOfCell(document: RunbookDocument, { cell }: CellStatus): Step | undefined {
  const step = document.steps.find(({ id }) => id === cell.step);
  return step?.kind === "option" ? document.steps[step.parent ?? -1] : step;
}
