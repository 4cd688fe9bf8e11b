import type { ChecklistTick } from "../protocol.ts";
import type { RunbookDocument, Step } from "../runbook/document.ts";
import { takenOption, type ProgressFacts } from "./progress.ts";

/** One item of a checklist as it stands in the run. */
export interface ChecklistEntry extends ChecklistTick {
  readonly isTicked: boolean;
}

/** The items to tick now: those of the current step and of its option that was taken; once every step is done, all of the runbook. */
export function checklistOf(document: RunbookDocument, current: Step | undefined, run: Pick<ProgressFacts, "options"> & { readonly ticked: readonly ChecklistTick[] }): readonly ChecklistEntry[] {
  const option = current === undefined ? undefined : takenOption(document, current, run);
  const steps = current === undefined ? document.steps : [current, ...(option === undefined ? [] : [option])];
  // An item that stands twice in a step is one tick.
  return steps.flatMap(({ id, checklist }) => [...new Set(checklist.map(({ text }) => text))].map((text) => ({ step: id, item: text, isTicked: run.ticked.some(({ step, item }) => step === id && item === text) })));
}
